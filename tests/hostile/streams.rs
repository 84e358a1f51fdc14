//! Streams that are full, closed, slow or held by others.

use crate::bench::{fails, finish, proctor, run, run_by};

#[test]
fn a_grandchild_that_holds_the_stream_delays_nothing() {
    let ended = run("spawn p sh(\"sleep 3600 & echo early\") with {capture: true}\n\
         print join p within 60s, p.stdout\n\
         spawn t sh(\"sleep 3600 & echo early\") with {pty: true}\n\
         print join t within 60s, t.stdout contains \"early\"\n\
         let r = run(\"sh\", \"-c\", \"sleep 3600 & echo early\")\n\
         print r.exitcode, r.stdout\n");
    assert_eq!(ended.stdout, "0 early\n\n0 true\n0 early\n\n", "{}", ended.stderr);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
}

#[test]
fn who_never_reads_its_input() {
    let ended = run("let text = \"x\".repeat(1024 * 1024)\n\
         spawn p exec(\"true\") with {input: text}\n\
         print join p\n\
         spawn q exec(\"sleep\", \"3600\") with {input: text}\n\
         kill q\n\
         print join q\n\
         spawn r exec(\"sleep\", \"3600\") with {stdin: \"pipe\"}\n\
         print r.write(text) within 200ms else { \"full\" }\n\
         kill r\n\
         print join r\n\
         try { r.write(text) } catch e { print e.kind }\n");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stdout.starts_with("0\n-9\nfull\n-9\n"), "{}", ended.stdout);
}

#[test]
fn a_fifo_that_nobody_opens() {
    let text = "let dir = temp_dir()\n\
         run(\"mkfifo\", \"{dir}/fifo\")\n\
         within 300ms { spawn p exec(\"true\") with {STREAM: {path: \"{dir}/fifo\"}}; join p } \
         else { print \"timeout\" }\n\
         print \"on we go\"\n";
    for stream in ["stdin", "stdout", "stderr"] {
        let ended = run(&text.replace("STREAM", stream));
        assert_eq!(ended.code, 0, "{stream}: {}", ended.stderr);
        assert!(ended.stdout.ends_with("on we go\n"), "{stream}: {}", ended.stdout);
    }
}

#[test]
fn closed_streams() {
    let text = "let r = run(\"echo\", \"x\")\nexpect r.stdout == \"x\\n\"\n\
         spawn p { print 1 } with {capture: true}\njoin p\nexpect p.stdout == \"1\\n\"\n\
         spawn q exec(\"cat\") with {input: \"fed\", capture: true}\njoin q\nexpect q.stdout == \"fed\"\nexit 7";
    for close in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        let ended = run_by(&format!("exec \"$@\" {close}"), &["run", "-e", text]);
        assert_eq!(ended.code, 7, "{close}: {}", ended.stderr);
    }
    // A closed stream is /dev/null from the start on, so that no file that is opened later gets its number.
    let text = "let dir = temp_dir()\nwrite_file(\"{dir}/a\", \"mine\")\nprint 1\nprint_error(2)\n\
         expect read_file(\"{dir}/a\") == \"mine\" and input() == none";
    assert_eq!(run_by("exec \"$@\" <&- >&- 2>&-", &["run", "-e", text]).code, 0);
}

#[test]
fn a_full_device() {
    let ended = run_by("exec \"$@\" > /dev/full", &["run", "-e", "print 1"]);
    fails(&ended, 3, "io");
    let ended = run_by("exec \"$@\" > /dev/full", &["run", "-e", "try { print 1 } catch e { exit 9 }"]);
    assert_eq!(ended.code, 9, "{}", ended.stderr);
    let ended = run_by("exec \"$@\" 2> /dev/full", &["run", "-e", "[1][2]"]);
    assert_eq!(ended.code, 3);
}

#[test]
fn a_reader_that_goes_away() {
    let ended = run_by(
        "\"$@\" | head -n 1; exit 0",
        &["run", "-e", "let i = 0\nwhile true { print \"line\", i; i += 1 }"],
    );
    assert_eq!(ended.stdout, "line 0\n");
    let ended = run_by("\"$@\" | true; exit 0", &["run", "-e", "spawn p exec(\"yes\")\njoin p"]);
    assert_eq!(ended.stdout, "");
}

#[test]
fn an_output_that_a_child_made_not_to_block() {
    // The flag is the open file's, which both have: the write of a much larger text than the pipe holds must go on.
    let text = "let code = join (spawn exec(\"python3\", \"-c\", \
         \"import fcntl, os; fcntl.fcntl(1, fcntl.F_SETFL, os.O_WRONLY | os.O_NONBLOCK)\"))\n\
         expect code == 0\nprint \"x\".repeat(1000000)";
    let ended = finish(proctor("\"$@\" | { sleep 1; cat; }", &["run", "-e", text]).spawn().expect("a shell"));
    assert_eq!(ended.stdout.len(), 1_000_001, "{}", ended.stderr);
}
