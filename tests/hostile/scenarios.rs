//! Scenarios that ask for too much, or wait for what never comes: an error that names the limit.

use crate::bench::{fails, run, run_by};

#[test]
fn what_grows_without_end() {
    fails(&run("def f(n) { return f(n + 1) }\nf(0)"), 3, "recursion");
    fails(&run("def f(n) { return [1].map(|x| f(n + x)) }\nf(0)"), 3, "recursion");
    fails(&run("let xs = range(0, 10 ** 9, 1)"), 3, "too_large");
    fails(&run("let xs = (0..10 ** 9).map(|x| x)"), 3, "too_large");
    fails(&run("let s = \"x\"\nwhile true { s = s + s }"), 3, "too_large");
    fails(&run("let xs = [1]\nwhile true { xs = xs + xs }"), 3, "too_large");
    fails(&run("let s = \"x\".repeat(10 ** 12)"), 3, "too_large");
    fails(&run("let s = \"{1:>999999999999}\""), 2, "bad_format");
}

#[test]
fn a_value_nested_without_end() {
    // It may be had, and drawn: what is too deep is drawn in short.
    let ended = run("let xs = []\nfor i in 0..1000000 { xs = [xs] }\nprint len(xs)\nprint len(str(xs)) > 0");
    assert_eq!((ended.code, ended.stdout.as_str()), (0, "1\ntrue\n"), "{}", ended.stderr);
    // It cannot be compared or sent.
    let two = "let xs = []\nlet ys = []\nfor i in 0..100000 { xs = [xs]; ys = [ys] }\n";
    fails(&run(&format!("{two}print xs == ys")), 3, "recursion");
    fails(&run(&format!("{two}let q = queue()\nq.put(xs)\nprint len(q.get())")), 3, "recursion");
}

#[test]
fn processes_without_end() {
    let ended = run_by(
        "exec \"$@\"",
        &["run", "--max-procs", "200", "-e", "def f() { sleep 1h }\nwhile true { spawn f() }"],
    );
    fails(&ended, 3, "process_limit");
    let ended = run_by("exec \"$@\"", &["run", "--max-procs", "100", "-e", "while true { fork() }"]);
    fails(&ended, 3, "process_limit");
}

#[test]
fn output_without_end() {
    let size = if cfg!(debug_assertions) { "200M" } else { "1G" };
    let ended = run(&format!(
        "spawn p sh(\"head -c {size} /dev/zero; echo done >&2; exit 4\") with {{capture: true}}\n\
         print join p, p.stderr.trim(), p.stdout.len() < 17 * 1024 * 1024, p.stdout.ends_with(\"]\\n\")\n\
         print p.stdout contains \"[proctor: output cut at 16 MiB]\" or p.stdout[-80..]\n"
    ));
    assert!(ended.stdout.starts_with("4 done true true\n"), "{} {}", ended.stdout, ended.stderr);
}

#[test]
fn programs_that_are_none() {
    let ended = run("let dir = temp_dir()\n\
         write_file(\"{dir}/text\", \"no program\\n\")\n\
         join (spawn exec(\"chmod\", \"+x\", \"{dir}/text\"))\n\
         let codes = [spawn exec(\"no-such-program\"), spawn exec(\"/\"), spawn exec(\"{dir}/text\")]\n\
         print join codes\n");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(ended.stdout, "[127, 126, 126]\n");
    for name in ["ENOENT", "EACCES", "ENOEXEC"] {
        assert!(ended.stderr.contains(name), "{}", ended.stderr);
    }
    fails(&run("exec(\"no-such-program\")"), 3, "exec");
    let nameless = run("exec(\"\")");
    fails(&nameless, 3, "exec");
    assert!(nameless.stderr.contains("cannot execute a program without a name"), "{}", nameless.stderr);
    fails(&run("exec(\"a\\0b\")"), 3, "exec");
}

#[test]
fn deadlocks() {
    let two_locks = "let a = lock()\nlet b = lock()\nlet both = barrier(2)\n\
         spawn p { with a { both.wait(); with b { } } }\n\
         spawn q { with b { both.wait(); with a { } } }\n\
         join p, q";
    let ended = run(two_locks);
    fails(&ended, 3, "deadlock");
    assert!(ended.stderr.contains("p ") && ended.stderr.contains("q "), "{}", ended.stderr);
    fails(&run("let q = queue()\nspawn p { q.get() }\njoin p"), 3, "deadlock");
    fails(&run("let b = barrier(2)\nb.wait()"), 3, "deadlock");
    fails(&run("let b = barrier(3)\nspawn p { b.wait() }\nb.wait()\njoin p"), 3, "deadlock");
    fails(&run("let l = lock()\nl.acquire()\nl.acquire()"), 3, "deadlock");
    fails(&run("let e = event()\ne.wait()"), 3, "deadlock");
    fails(&run("let s = semaphore(1)\ns.acquire()\ns.acquire()"), 3, "deadlock");
    fails(&run("let q = queue(1)\nq.put(1)\nq.put(2)"), 3, "deadlock");
    fails(&run("let near, far = pipe()\nspawn p { far.recv() }\nnear.recv()"), 3, "deadlock");
}

#[test]
fn every_exit_code() {
    for code in [0, 1, 2, 3, 4, 124, 126, 127, 128, 137, 200, 254, 255] {
        assert_eq!(run(&format!("exit {code}")).code, code);
    }
    let ended =
        run("let codes = (0..256).map(|i| spawn { exit i })\nprint (join codes) == (0..256).map(|i| i)");
    assert_eq!((ended.code, ended.stdout.as_str()), (0, "true\n"), "{}", ended.stderr);
    for code in ["256", "-1", "\"x\"", "1.5"] {
        let ended = run(&format!("let code = {code}\nexit code"));
        assert!(ended.code == 3, "exit {code}: {} {}", ended.code, ended.stderr);
    }
}

#[test]
fn who_kills_itself() {
    assert_eq!(run("kill self\nprint \"never\"").code, 128 + 9);
    assert_eq!(run("terminate self\nprint \"never\"").code, 128 + 15);
    assert_eq!(run("signal self SIGSEGV").code, 128 + 11);
    assert_eq!(run("spawn p { kill main; sleep 1h }\njoin p").code, 128 + 9);
    assert_eq!(run("spawn p { kill parent; exit 0 }\nsleep 1h").code, 128 + 9);
}
