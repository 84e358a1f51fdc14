//! The trace is written whatever comes.

use super::{Traced, kinds, record_of};
use proctor::event::What;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

const ALL: &str = r#"
let l = lock()
spawn a {
    on SIGUSR1 { print "signalled" }
    print "ready 任务 {'\x1b'}[31m"
    sleep 10
}
let f = fork()
if f == 0 { exit 4 }
join f
spawn e exec("true")
join e
spawn bad { exec("/nowhere") }
join bad
expect events contains sequence [{kind: "print", name: "a"}, {kind: "wait", name: "a"}] within 5s
signal a SIGUSR1
expect events contains sequence [{kind: "deliver"}] within 5s
stop a
expect events contains sequence [{kind: "stop"}] within 5s
resume a
expect events contains sequence [{kind: "continue"}] within 5s
signal a SIGRTMIN
join a
spawn p { spawn o { sleep 20ms }; exit 0 }
join p
expect events contains sequence [{kind: "reap", name: "o"}] within 5s
"#;

#[test]
fn every_kind_is_as_the_schema_says() {
    let traced = Traced::new(ALL);
    let output = traced.run(&[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let (header, history) = traced.record();
    assert_eq!(header.sources, ["s.proc"]);
    let all: Vec<&str> = history.events().iter().map(|event| event.what.kind()).collect();
    for kind in [
        "found", "spawn", "fork", "exec", "exit", "signal", "deliver", "stop", "continue", "reap", "adopt",
        "print", "expect", "wait", "wake",
    ] {
        assert!(all.contains(&kind), "{kind} in {all:?}");
    }
    let mut a = kinds(&history, "a");
    a.retain(|kind| !["wait", "wake", "deliver", "print"].contains(kind));
    assert_eq!(a, ["spawn", "signal", "signal", "stop", "signal", "continue", "signal", "exit", "reap"]);
    let line = history.events().iter().find(|event| matches!(&event.what, What::Executed { .. }));
    assert_eq!(line.and_then(|event| event.place).map(|place| (place.source, place.line)), Some((0, 11)));
    // Every process has ended and was reaped, but the keeper, which saw to it.
    for life in history.lives().iter().filter(|life| &*life.name != "init") {
        assert!(life.ended.is_some() && life.reaped.is_some(), "{life:?}");
    }
}

#[test]
fn a_run_that_fails_has_its_trace() {
    let traced = Traced::new("spawn p { print 1 }\njoin p\nexpect p.exitcode == 1\n");
    assert_eq!(traced.run(&[]).status.code(), Some(1));
    let (_, history) = traced.record();
    let broken =
        history.events().iter().find(|event| matches!(event.what, What::Expected { held: false, .. }));
    assert!(broken.is_some());
    assert_eq!(kinds(&history, "p"), ["spawn", "print", "exit", "reap"]);
    assert_eq!(history.named("main").next().and_then(|life| life.exitcode), Some(1));
}

#[test]
fn a_run_that_times_out_or_is_interrupted_has_its_trace() {
    let text = "spawn p { ignore SIGTERM; print \"ready\"; sleep 100 }\nspawn q exec(\"sleep\", \"100\")\nsleep 100\n";
    let traced = Traced::new(text);
    assert_eq!(traced.run(&["--timeout", "500ms"]).status.code(), Some(124));
    let (_, history) = traced.record();
    assert!(history.named("p").next().is_none_or(|life| life.reaped.is_some()));

    let traced = Traced::new(text);
    let mut child =
        traced.command(&[]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    // SAFETY: it is our unreaped child.
    unsafe { libc::kill(i32::try_from(child.id()).expect("a pid"), libc::SIGTERM) };
    assert_eq!(child.wait().expect("it ends").code(), Some(128 + libc::SIGTERM));
    let (_, history) = traced.record();
    let p = history.named("p").next().expect("p was there");
    assert_eq!(p.exitcode, Some(-libc::SIGKILL));
    assert!(p.reaped.is_some());
}

#[test]
fn a_main_process_that_is_killed_leaves_its_trace() {
    let traced = Traced::new(
        "spawn p { exit 3 }\njoin p\nspawn q { sleep 100 }\nprint \"last\"\nkill self\nprint \"never\"\n",
    );
    assert_eq!(traced.run(&[]).status.code(), Some(128 + libc::SIGKILL));
    let (_, history) = traced.record();
    assert_eq!(kinds(&history, "p"), ["spawn", "exit", "reap"]);
    let main = history.named("main").next().expect("main was there");
    assert_eq!(main.exitcode, Some(-libc::SIGKILL));
    let q = history.named("q").next().expect("q was there");
    assert!(q.orphaned.is_some() && q.exitcode == Some(-libc::SIGKILL) && q.reaped.is_some(), "{q:?}");
}

#[test]
fn standard_output_and_files_that_cannot_be_written() {
    let traced = Traced::new("print 1\n");
    let output = traced.run(&["--trace", "-"]);
    assert_eq!(output.status.code(), Some(2), "the option was given twice");
    let folder = traced.folder.path();
    let run = |path: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_proctor"));
        command.args(["--color", "never", "run", "--trace", path, "s.proc"]).current_dir(folder);
        command.output().expect("proctor starts")
    };
    let output = run("-");
    let text = String::from_utf8(output.stdout).expect("text");
    let (first, rest) = text.split_once('\n').expect("a line");
    assert_eq!(first, "1");
    record_of(rest);

    let output = run("no/such/folder/trace");
    let told = String::from_utf8(output.stderr).expect("text");
    assert!(told.contains("the trace cannot be written to no/such/folder/trace"), "{told}");
    assert!(output.stdout.is_empty() && output.status.code() == Some(3), "nothing was run");

    let output = run("/dev/full");
    let told = String::from_utf8(output.stderr).expect("text");
    assert!(told.contains("the trace cannot be written to /dev/full"), "{told}");
    assert_eq!((output.stdout.as_slice(), output.status.code()), (&b"1\n"[..], Some(3)));
}
