//! No signal goes to a pid of 1 or less, to the run's own group, to the guard, or to anybody who is not below the keeper
//! (row 9): every call that sends one is watched from outside, over generated scenarios that aim at such targets in every
//! way that a scenario has, and over every way in which guard and keeper end a run.

use super::herd::children;
use super::kills::kill_both;
use super::runner::Test;
use super::stage::{LONG, SOON, Stage};
use super::trace::{Sent, Trace, can_trace, lines_are_understood, strace, traced_role};
use proptest::prelude::{Strategy, any, prop_assert, prop_oneof};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use rustix::process::{Pid, Signal, kill_process};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

pub const TESTS: [Test; 5] = [
    ("signals_of_any_scenario_go_only_to_those_below", any_scenario),
    ("signals_of_guard_and_keeper_go_only_to_those_below", guard_and_keeper),
    ("signals_of_a_sweep_go_only_to_what_was_left", a_sweep),
    ("lines_of_strace_are_understood", lines_are_understood),
    ("control_a_signal_that_goes_astray_is_seen", control_astray),
];

/// What is aimed at: as an expression, behind which a scenario knows the pid or the process.
const TARGETS: [&str; 30] = [
    "0",
    "1",
    "-1",
    "-9223372036854775807 - 1",
    "9223372036854775807",
    "-4294967296",
    "4294967296 + child.pid",
    "4294967297",
    "2",
    "self.pid",
    "-self.pid",
    "self.ppid",
    "-self.ppid",
    "self.pgid",
    "-self.pgid",
    "self.sid",
    "keeper.pid",
    "-keeper.pid",
    "keeper.ppid",
    "-keeper.ppid",
    "keeper",
    "keeper.parent",
    "keeper.parent.parent",
    "child",
    "child.pid",
    "-child.pid",
    "leader",
    "gone",
    "gone.pid",
    "[leader, 0, child, keeper]",
];

const VERBS: [&str; 9] = [
    "terminate TARGET",
    "kill TARGET",
    "stop TARGET",
    "resume TARGET",
    "signal TARGET SIGUSR1",
    "signal TARGET SIGKILL",
    "signal group TARGET SIGTERM",
    "signal group TARGET SIGKILL",
    "signal group TARGET SIGCONT",
];

/// Ways in which proctor itself sends: blocks that are abandoned, daemons, a pipeline that cannot be started whole.
const PATHS: [&str; 6] = [
    "within 5ms { spawn q { sleep 1h }; sleep 1h } else { }",
    "within 5ms { spawn q sh(\"sleep 3600 & wait\") with {group: true}; join q } else { }",
    "spawn q { sleep 1h } with {daemon: true}",
    "try { spawn q exec(\"sleep\", \"3600\") | exec(\"cat\") with {stdout: {path: \"/no/such/file\"}}; join q } catch e { }",
    "spawn q { spawn r { sleep 1h }; exit 0 }\njoin q",
    "spawn q { signal parent SIGURG; signal main SIGURG; kill self }\njoin q",
];

/// How the run ends.
const ENDINGS: [&str; 7] = ["return", "error", "exit 3", "timeout", "guard", "keeper", "terminate"];

#[derive(Debug, Clone)]
enum Step {
    /// In main, or in a task of its own.
    Aim {
        verb: usize,
        target: usize,
        in_task: bool,
    },
    Path(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        9 => (0..VERBS.len(), 0..TARGETS.len(), any::<bool>())
            .prop_map(|(verb, target, in_task)| Step::Aim { verb, target, in_task }),
        1 => (0..PATHS.len()).prop_map(Step::Path),
    ]
}

/// The statement. What would end the scenario itself before its time is done in a task.
fn statement(step: &Step) -> String {
    match *step {
        Step::Path(path) => PATHS[path].to_owned(),
        Step::Aim { verb, target, in_task } => {
            let aim = VERBS[verb].replace("TARGET", &format!("id({})", TARGETS[target]));
            if in_task || TARGETS[target] == "self.pid" {
                // Where it aims at its parent, main, a signal that means nothing has to do.
                let aim =
                    if TARGETS[target].contains("self.ppid") { "signal id(self.ppid) SIGURG" } else { &aim };
                format!(
                    "spawn t {{ try {{ {aim} }} catch e {{ }} }}\njoin t within 300ms else {{ kill t; join t }}"
                )
            } else {
                format!("try {{ {aim} }} catch e {{ }}")
            }
        }
    }
}

/// With processes of each kind to aim at, made anew where they are gone.
fn scenario(steps: &[Step], ending: &str) -> String {
    let end = match ending {
        "error" => "[1][2]",
        "exit 3" => "exit 3",
        "return" => "",
        _ => "print \"up\"\nsleep 1h",
    };
    let statements: Vec<String> = steps
        .iter()
        .map(|step| {
            format!(
                "if not child.alive {{ child = start() }}\nif not leader.alive {{ leader = lead() }}\n{}",
                statement(step)
            )
        })
        .collect();
    format!(
        "# allow(unjoined_child)\ndef id(x) {{ return x }}\ndef start() {{ spawn child {{ sleep 1h }} with {{daemon: true}}; return child }}\n\
         def lead() {{ spawn leader exec(\"sleep\", \"3600\") with {{group: true, daemon: true}}; return leader }}\n\
         let keeper = main.parent\nspawn gone {{ }}\njoin gone\nlet child = start()\nlet leader = lead()\n{}\n{end}\n",
        statements.join("\n")
    )
}

/// Everyone who is signalled was forked below the keeper, which is the guard's first child; but that the guard may signal
/// the keeper itself. `own_group`: that of guard and scenario.
fn strays(trace: &Trace, own_group: i32) -> Vec<String> {
    let guard = trace.first;
    let keeper = trace.first_child(guard).unwrap_or(guard);
    let allowed = |sent: &Sent| {
        if sent.nobody || sent.own_thread || (sent.caller == guard && sent.target == keeper) {
            return true;
        }
        let leader = sent.target.checked_abs().unwrap_or(0);
        if leader <= 1 || (sent.target < 0 && leader == own_group) {
            return false;
        }
        let line_of_descent = trace.ancestors(leader);
        // The target, what is between, the keeper, the guard.
        line_of_descent.len() >= 3 && line_of_descent.ends_with(&[keeper, guard])
    };
    trace.sent.iter().filter(|sent| !allowed(sent)).map(|sent| sent.line.clone()).collect()
}

fn any_scenario() {
    if !can_trace() {
        return;
    }
    let (aimed, sent) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let config = Config { cases: 16, max_shrink_iters: 40, failure_persistence: None, ..Config::default() };
    let cases = (proptest::collection::vec(step(), 20..40), proptest::sample::select(&ENDINGS[..]));
    let result = TestRunner::new(config).run(&cases, |(steps, ending)| {
        aimed.fetch_add(steps.len(), SeqCst);
        sent.fetch_add(one_scenario(&steps, ending)?, SeqCst);
        Ok(())
    });
    println!("  aimed {} times; {} signals were sent", aimed.load(SeqCst), sent.load(SeqCst));
    result.unwrap_or_else(|error| panic!("{error}"));
    assert!(sent.load(SeqCst) > 100, "hardly any signal was seen");
}

fn one_scenario(steps: &[Step], ending: &str) -> Result<usize, TestCaseError> {
    let directory = tempfile::tempdir().expect("a directory");
    let log = directory.path().join("log");
    let words = strace(&log);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let text = scenario(steps, ending);
    let time = if ending == "timeout" { "3s" } else { "10s" };
    let mut run = Stage::by(&words, &["--timeout", time], &text).start();
    let own_group = run.pid();
    let guard = || children(own_group).first().copied();
    let mut strike = |whom: fn(i32) -> Option<i32>, signal: Signal| {
        run.await_output("up");
        if let Some(pid) = guard().and_then(whom).and_then(Pid::from_raw) {
            let _ = kill_process(pid, signal);
        }
    };
    match ending {
        "guard" => strike(Some, Signal::KILL),
        "keeper" => strike(|guard| children(guard).first().copied(), Signal::KILL),
        "terminate" => strike(Some, Signal::TERM),
        _ => {}
    }
    let output = run.finish();
    let trace = Trace::read(&log);
    let strays = strays(&trace, own_group);
    prop_assert!(strays.is_empty(), "{strays:#?}\n{text}");
    let expected = match ending {
        "return" => Some(0),
        "error" | "exit 3" => Some(3),
        "timeout" => Some(124),
        "terminate" => Some(143),
        _ => output.code,
    };
    prop_assert!(output.code == expected, "{output:?}\n{text}");
    Ok(trace.sent.len())
}

fn guard_and_keeper() {
    if !can_trace() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let log = directory.path().join("log");
    for (role, timeout) in
        [("herd return", ""), ("herd panic", ""), ("herd wait", "200000000"), ("bomb wide", "300000000")]
    {
        let mut stage = traced_role(&log, role);
        if !timeout.is_empty() {
            stage = stage.env("PROCTOR_KEEPER_TIMEOUT", timeout).env("PROCTOR_KEEPER_PROCESSES", "32");
        }
        let mut run = stage.start();
        let own_group = run.pid();
        run.finish();
        assert!(run.herd.is_gone(SOON), "{:?}", run.herd.left());
        let trace = Trace::read(&log);
        assert_eq!(strays(&trace, own_group), [""; 0], "{role}");
        assert!(!trace.sent.is_empty(), "{role}: no signal was seen");
        // Nor to any group, whosever it is.
        assert!(trace.sent.iter().all(|sent| sent.target > 0 || sent.nobody), "{role}: {:?}", trace.sent);
    }
}

/// Guard and keeper killed at once, and the next start traced.
fn a_sweep() {
    if !can_trace() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let place = directory.path().to_str().expect("UTF-8");
    let log = directory.path().join("log");
    let mut run = Stage::new("herd wait").env("XDG_RUNTIME_DIR", place).start_up();
    assert!(kill_both(&run));
    run.finish();
    let output = traced_role(&log, "sweep").env("XDG_RUNTIME_DIR", place).start().finish();
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(run.herd.until_none_lives(LONG), "{:?}", run.herd.left());
    let trace = Trace::read(&log);
    assert!(trace.sent.len() > 10, "{trace:?}");
    for sent in trace.sent.iter().filter(|sent| !sent.nobody) {
        assert!(run.herd.members.iter().any(|member| member.pid == sent.target), "{}", sent.line);
    }
}

/// A program that sends a signal that means nothing to each whom proctor must not send any.
fn control_astray() {
    if !can_trace() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let log = directory.path().join("log");
    for whom in ["init", "group", "own-group", "parent", "guard", "thread"] {
        let mut run = traced_role(&log, &format!("astray {whom}")).start();
        let own_group = run.pid();
        assert_eq!(run.finish().code, Some(0), "{whom}");
        let strays = strays(&Trace::read(&log), own_group);
        assert_eq!(strays.len(), usize::from(whom != "thread"), "{whom}: {strays:?}");
    }
}

/// Sends SIGURG, which nobody minds, from the place of the scenario's process.
pub fn go_astray(whom: &str) {
    // SAFETY: these calls touch no memory of ours.
    unsafe {
        let (own, parent) = (libc::getpid(), libc::getppid());
        match whom {
            "init" => libc::kill(1, libc::SIGURG),
            "group" => libc::kill(0, libc::SIGURG),
            "own-group" => libc::kill(-libc::getpgrp(), libc::SIGURG),
            "parent" => libc::kill(parent, libc::SIGURG),
            "guard" => libc::kill(guard_from_below(), libc::SIGURG),
            _ => libc::syscall(libc::SYS_tgkill, own, own, libc::SIGURG) as i32,
        }
    };
}

/// The guard, seen from the scenario: the parent of the keeper.
fn guard_from_below() -> i32 {
    let keeper = std::os::unix::process::parent_id();
    let stat = std::fs::read_to_string(format!("/proc/{keeper}/stat")).expect("/proc");
    super::herd::fields(&stat).nth(1).and_then(|ppid| ppid.parse().ok()).expect("a parent")
}
