//! What is killed, stopped or interrupted: nothing stays behind, and a fault of ours is never a failed test.

use super::stage::{Lines, Said, Stage, said, with_word, word};
use rustix::fs::{CWD, Mode, mkfifoat};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::process::{Child, Stdio};

fn send(pid: i32, signal: Signal) {
    let pid = Pid::from_raw(pid).expect("a pid");
    // It may have ended by itself.
    let _ = kill_process(pid, signal);
}

/// The children of a process, of all its threads.
fn children(pid: i32) -> Vec<i32> {
    let mut all = Vec::new();
    for thread in std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
        let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        all.extend(children.split_whitespace().filter_map(|pid| pid.parse::<i32>().ok()));
    }
    all
}

/// A run with a test that passes, and one that lasts until it is ended.
struct Lasting {
    stage: Stage,
    child: Child,
    /// In the command lines of the last test's processes, and in no others'.
    word: String,
    /// A FIFO that they all hold open: its end is theirs.
    lines: Lines,
}

impl Lasting {
    /// Starts it, and waits until all are there.
    fn start(args: &[&str]) -> Self {
        let word = word();
        let sleeper = format!("sh -c 'echo up >&9; exec sleep {word}'");
        let text = format!(
            "test \"passes\" {{ expect true }}\n\
             test \"lasts\" {{ spawn p sh(\"exec 9>up; setsid {sleeper} & {sleeper}\"); join p; expect true }}\n"
        );
        let stage = Stage::new(&[("a.proc", &text)]);
        mkfifoat(CWD, stage.file("up"), Mode::RWXU).expect("a FIFO");
        // Whoever opens it to read and write waits for nobody; the end comes once it is open to read alone.
        let both = File::options().read(true).write(true).open(stage.file("up")).expect("a FIFO");
        let lines = Lines::of(File::open(stage.file("up")).expect("the same FIFO"));
        let mut command = stage.command(&[&["test", "-j1"], args].concat());
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let child = child.expect("proctor can be started");
        for _ in 0..2 {
            assert_eq!(lines.next().as_deref(), Some("up"));
        }
        drop(both);
        Self { stage, child, word, lines }
    }

    fn pid(&self) -> i32 {
        self.child.id().cast_signed()
    }

    /// What proctor says in the end, after which nothing is left.
    fn end(self) -> (Stage, Said) {
        let said = said(self.child.wait_with_output().expect("it ends"));
        assert!(with_word(&self.word).is_empty(), "{said:?}");
        (self.stage, said)
    }
}

#[test]
fn sigkill_of_the_scheduler_leaves_nothing() {
    for _ in 0..5 {
        let mut run = Lasting::start(&[]);
        run.child.kill().expect("it lives");
        run.child.wait().expect("it has ended");
        assert_eq!(run.lines.next(), None, "they say nothing more, and end");
        assert!(with_word(&run.word).is_empty(), "nothing is left");
    }
}

#[test]
fn sigkill_of_a_trials_guard_is_a_fault_of_the_tool() {
    let run = Lasting::start(&["--report-json", "out.json"]);
    let guards = children(run.pid());
    assert_eq!(guards.len(), 1, "{guards:?}");
    send(guards[0], Signal::KILL);
    let (stage, said) = run.end();
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.stdout.contains("TOOL     a.proc: lasts"), "{said:?}");
    assert!(said.stdout.contains("1 ok, 1 TOOL failed"), "{said:?}");
    let report: serde_json::Value = serde_json::from_str(&stage.read("out.json")).expect("JSON");
    assert_eq!(report["tests"][1]["verdict"], "tool_failed");
}

#[test]
fn a_guard_that_is_stopped_is_ended_when_the_time_is_over() {
    let run = Lasting::start(&["--timeout", "2s"]);
    send(children(run.pid())[0], Signal::STOP);
    let (_, said) = run.end();
    assert_eq!(said.code, 4, "{said:?}");
    assert!(
        said.stdout.contains("TOOL     a.proc: lasts") && said.stdout.contains("had to be killed"),
        "{said:?}"
    );
}

#[test]
fn guard_and_keeper_that_are_stopped_are_ended_with_all_that_is_theirs() {
    let run = Lasting::start(&["--timeout", "2s"]);
    let guard = children(run.pid())[0];
    let keeper = children(guard)[0];
    // The guard resumes a keeper that is stopped, unless it is stopped first.
    send(guard, Signal::STOP);
    send(keeper, Signal::STOP);
    let (_, said) = run.end();
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.stdout.contains("TOOL     a.proc: lasts"), "{said:?}");
}

#[test]
fn an_interrupted_run_ends_what_runs_and_writes_its_reports() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let reports = ["--report-json", "out.json", "--report-junit", "out.xml", "--report-tap", "out.tap"];
        let run = Lasting::start(&reports);
        send(run.pid(), signal);
        let (stage, said) = run.end();
        assert_eq!(said.code, code, "{said:?}");
        assert!(said.stdout.contains("stopped  a.proc: lasts"), "{said:?}");
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

/// Whoever watches a program for the scenario is ours, and nobody's leftover.
#[test]
fn our_own_tracers_are_no_orphans() {
    let text = r#"test "looks after all" {
    for i in range(8) {
        spawn p sh("true") with {observe: true}
        join p
        expect p.exitcode == 0
    }
}
"#;
    let stage = Stage::new(&[("a.proc", text)]);
    let said = stage.run(&["test", "--leaks", "fail"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(!said.stdout.contains("never waited for"), "{said:?}");
}
