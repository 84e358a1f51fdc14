//! `--watch`: a change runs the tests again, Ctrl-C ends it.

use super::stage::{Lines, Stage};
use rustix::process::{Pid, Signal, kill_process};
use std::process::Stdio;

/// What is said up to the end of a run of the tests.
fn a_run(lines: &Lines) -> Vec<String> {
    let mut said = Vec::new();
    while said.last().is_none_or(|line: &String| !line.starts_with("watching:")) {
        said.push(lines.next().expect("it goes on"));
    }
    said
}

#[track_caller]
fn assert_says(said: &[String], beginning: &str) {
    assert!(said.iter().any(|line| line.starts_with(beginning)), "{said:?}");
}

#[test]
fn a_change_runs_the_tests_again() {
    let stage = Stage::new(&[
        ("a.proc", "use \"lib.proc\"\ntest \"one\" { expect x == 1 }\n"),
        ("lib.proc", "let x = 2\n"),
    ]);
    let mut command = stage.command(&["test", "--watch", "--report-json", "out.json", "a.proc"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("proctor can be started");
    let lines = Lines::of(child.stdout.take().expect("a pipe"));
    assert_says(&a_run(&lines), "FAILED   a.proc: one");
    // A used file, replaced as editors do.
    stage.write(".lib.new", "let x = 1\n");
    std::fs::rename(stage.file(".lib.new"), stage.file("lib.proc")).expect("it is moved");
    assert_says(&a_run(&lines), "ok       a.proc: one");
    stage.write("a.proc", "test \"two\" { expect true }\n");
    assert_says(&a_run(&lines), "ok       a.proc: two");
    kill_process(Pid::from_child(&child), Signal::INT).expect("it lives");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    // What was written meanwhile, reports among it, is no change of a scenario.
    assert_eq!(lines.next(), None);
}
