//! `--watch`: a change runs the tests again, Ctrl-C ends it.

use super::stage::{Stage, until};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::process::Stdio;

#[test]
fn a_change_runs_the_tests_again() {
    let stage = Stage::new(&[
        ("a.proc", "use \"lib.proc\"\ntest \"one\" { expect x == 1 }\n"),
        ("lib.proc", "let x = 2\n"),
    ]);
    let out = File::create(stage.file("out")).expect("a file");
    let mut command = stage.command(&["test", "--watch", "--report-json", "out.json", "a.proc"]);
    let mut child = command.stdout(Stdio::from(out)).spawn().expect("proctor can be started");
    let runs = || stage.read("out").matches("watching:").count();
    until("the first run is over", || runs() == 1);
    assert!(stage.read("out").contains("FAILED   a.proc: one"));
    // A used file, replaced as editors do.
    stage.write(".lib.new", "let x = 1\n");
    std::fs::rename(stage.file(".lib.new"), stage.file("lib.proc")).expect("it is moved");
    until("the second run is over", || runs() == 2);
    assert!(stage.read("out").contains("ok       a.proc: one"));
    stage.write("a.proc", "test \"two\" { expect true }\n");
    until("the third run is over", || runs() == 3);
    assert!(stage.read("out").contains("ok       a.proc: two"));
    kill_process(Pid::from_child(&child), Signal::INT).expect("it lives");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    // What was written meanwhile, reports among it, is no change of a scenario.
    assert_eq!(runs(), 3);
}
