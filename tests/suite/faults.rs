//! What is killed, stopped or interrupted: nothing stays behind, and a fault of ours is never a failed test.

use super::stage::{Stage, said, until, with_word, word};
use rustix::process::{Pid, Signal, kill_process};
use std::process::{Child, Stdio};

fn send(pid: i32, signal: Signal) {
    let pid = Pid::from_raw(pid).expect("a pid");
    // It may have ended by itself.
    let _ = kill_process(pid, signal);
}

/// The children of a process, of all its threads.
fn children(pid: u32) -> Vec<i32> {
    let mut all = Vec::new();
    for thread in std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
        let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        all.extend(children.split_whitespace().filter_map(|pid| pid.parse::<i32>().ok()));
    }
    all
}

/// A test that lasts until it is ended, after one that passes.
fn stage(word: &str) -> Stage {
    let text = format!(
        "test \"passes\" {{ expect true }}\n\
         test \"lasts\" {{ spawn p sh(\"setsid sleep {word} & sleep {word}\"); join p; expect true }}\n"
    );
    Stage::new(&[("a.proc", &text)])
}

fn start(stage: &Stage, args: &[&str]) -> Child {
    let mut command = stage.command(&[&["test", "-j1"], args].concat());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("proctor can be started")
}

#[test]
fn sigkill_of_the_scheduler_leaves_nothing() {
    for _ in 0..5 {
        let word = word();
        let stage = stage(&word);
        let mut child = start(&stage, &[]);
        until("the sleepers sleep", || with_word(&format!("sleep\0{word}")).len() == 2);
        child.kill().expect("it lives");
        child.wait().expect("it has ended");
        until("nothing is left", || with_word(&word).is_empty());
    }
}

#[test]
fn sigkill_of_a_trials_guard_is_a_fault_of_the_tool() {
    let word = word();
    let stage = stage(&word);
    let child = start(&stage, &["--report-json", "out.json"]);
    until("the sleepers sleep", || with_word(&format!("sleep\0{word}")).len() == 2);
    let guards = children(child.id());
    assert_eq!(guards.len(), 1, "{guards:?}");
    send(guards[0], Signal::KILL);
    let said = said(child.wait_with_output().expect("it ends"));
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.stdout.contains("TOOL     a.proc: lasts"), "{said:?}");
    assert!(said.stdout.contains("1 ok, 1 TOOL failed"), "{said:?}");
    assert!(with_word(&word).is_empty());
    let report: serde_json::Value = serde_json::from_str(&stage.read("out.json")).expect("JSON");
    assert_eq!(report["tests"][1]["verdict"], "tool_failed");
}

#[test]
fn a_guard_that_is_stopped_is_ended_when_the_time_is_over() {
    let word = word();
    let stage = stage(&word);
    let child = start(&stage, &["--timeout", "2s"]);
    until("the sleepers sleep", || with_word(&format!("sleep\0{word}")).len() == 2);
    send(children(child.id())[0], Signal::STOP);
    let said = said(child.wait_with_output().expect("it ends"));
    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.stdout.contains("LIMIT    a.proc: lasts") && said.stdout.contains("had to be killed"),
        "{said:?}"
    );
    assert!(with_word(&word).is_empty());
}

#[test]
fn guard_and_keeper_that_are_stopped_are_ended_with_all_that_is_theirs() {
    let word = word();
    let stage = stage(&word);
    let child = start(&stage, &["--timeout", "2s"]);
    until("the sleepers sleep", || with_word(&format!("sleep\0{word}")).len() == 2);
    let guard = children(child.id())[0];
    let keeper = children(guard.cast_unsigned())[0];
    // The guard resumes a keeper that is stopped, unless it is stopped first.
    send(guard, Signal::STOP);
    send(keeper, Signal::STOP);
    let said = said(child.wait_with_output().expect("it ends"));
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stdout.contains("LIMIT    a.proc: lasts"), "{said:?}");
    assert!(with_word(&word).is_empty());
}

#[test]
fn an_interrupted_run_ends_what_runs_and_writes_its_reports() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let word = word();
        let stage = stage(&word);
        let reports = ["--report-json", "out.json", "--report-junit", "out.xml", "--report-tap", "out.tap"];
        let child = start(&stage, &reports);
        until("the sleepers sleep", || with_word(&format!("sleep\0{word}")).len() == 2);
        send(child.id().cast_signed(), signal);
        let said = said(child.wait_with_output().expect("it ends"));
        assert_eq!(said.code, code, "{said:?}");
        assert!(said.stdout.contains("stopped  a.proc: lasts"), "{said:?}");
        assert!(with_word(&word).is_empty(), "nothing is left");
        let report: serde_json::Value = serde_json::from_str(&stage.read("out.json")).expect("JSON");
        assert_eq!(report["interrupted"], code - 128);
        assert_eq!(report["tests"][0]["verdict"], "passed");
        assert_eq!(report["tests"][1]["verdict"], "interrupted");
        assert!(stage.read("out.tap").ends_with("Bail out! interrupted\n"));
        assert!(stage.read("out.xml").contains("name=\"passes\""));
    }
}

#[test]
fn a_scenario_that_kills_all_it_can_find_of_its_own_run_passes_no_test() {
    let word = word();
    let text = format!(
        "test \"kills its main process\" {{ spawn sh(\"sleep {word} & kill -9 $PPID\"); sleep 100; expect true }}\n\
         test \"ends before its end\" {{ spawn p {{ exit 0 }}; join p; expect true; exit 0 }}\n\
         test \"passes\" {{ expect true }}\n"
    );
    let stage = Stage::new(&[("a.proc", &text)]);
    let said = stage.run(&["test", "-j2"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stdout.contains("its main process was killed by SIGKILL"), "{said:?}");
    assert!(said.stdout.contains("3 tests: 1 ok, 2 FAILED"), "{said:?}");
    assert!(with_word(&word).is_empty());
}

#[test]
fn a_grandchild_that_holds_the_output_does_not_hold_the_test() {
    let word = word();
    let text = format!(
        "test \"holds\" {{ spawn p sh(\"setsid sleep {word} & echo done\"); join p; expect p.exitcode == 0 }}\n"
    );
    let stage = Stage::new(&[("a.proc", &text)]);
    let said = stage.run(&["test", "--timeout", "200s"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("left alive, and killed: "), "{said:?}");
    assert!(with_word(&word).is_empty());
}
