//! A run that ends, in every way that it can end by itself or be asked to: nothing is left (rows 1, 4 and 5).

use super::awkward::ALL;
use super::runner::Test;
use super::stage::{LONG, SECOND, Stage, Staged, Times};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::process::Command;
use std::time::{Duration, Instant};

pub const TESTS: [Test; 17] = [
    ("an_ended_run_leaves_nothing", an_ended_run_leaves_nothing),
    ("control_without_clearing_an_ended_run_leaves_something", control_clear),
    ("a_signal_to_the_visible_pid_ends_the_run", a_signal_ends_the_run),
    ("control_without_clearing_a_signal_leaves_something", control_signals),
    ("a_signal_to_the_group_ends_the_run", a_signal_to_the_group_ends_the_run),
    ("a_stubborn_scenario_is_ended_after_the_grace", a_stubborn_scenario_is_ended),
    ("control_without_the_grace_a_stubborn_scenario_stays", control_grace),
    ("who_insists_when_all_is_over_changes_nothing", who_insists_too_long),
    ("control_a_late_signal_kills_as_it_would_anybody", control_late),
    ("a_closed_pipe_ends_the_run", a_closed_pipe_ends_the_run),
    ("control_without_clearing_a_closed_pipe_leaves_something", control_closed_pipe),
    ("control_without_clearing_a_crash_leaves_something", control_crash),
    ("a_crash_is_named", a_crash_is_named),
    ("a_timeout_ends_the_run_and_names_who_was_alive", a_timeout_ends_the_run),
    ("a_timeout_ends_a_stubborn_scenario", a_timeout_ends_a_stubborn_scenario),
    ("who_is_about_to_end_is_not_left_behind", who_is_about_to_end),
    ("what_was_ignored_at_the_start_stays_ignored", nohup_is_respected),
];

const SIGNALS: [Signal; 4] = [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT];

/// Nothing is left the moment that the visible process has ended: no time is given.
fn assert_gone_at_once(run: &mut Staged, what: &str) {
    run.herd.drain();
    assert!(run.herd.left().is_empty(), "{what}: {:?}", run.herd.left());
    assert!(run.herd.is_gone(Duration::ZERO), "{what}: somebody who did not tell of itself holds the pipe");
}

fn an_ended_run_leaves_nothing() {
    for round in 0..100 {
        let ways = [("return", 0), ("7", 7), ("panic", 134), ("abort", 134), ("overflow", 139)];
        let (way, code) = ways[round % ways.len()];
        let mut run = Stage::new(&format!("herd {way}")).start();
        let output = run.finish();
        assert_eq!(output.code, Some(code), "{way}: {output:?}");
        assert_gone_at_once(&mut run, way);
        assert_eq!(run.herd.members.len(), ALL, "{way}");
        assert!(output.out.contains("left=64 unnamed="), "{way}: {}", output.out);
    }
}

/// Keeper and guard would each do it.
const NOBODY_CLEARS: &str = "clear,takeover";

fn control_clear() {
    let mut run = Stage::new("herd return").without(NOBODY_CLEARS).start();
    run.finish();
    sees_what_is_left(&mut run, "return");
}

/// Something is left even after a second, and the test sees it.
fn sees_what_is_left(run: &mut Staged, what: &str) {
    assert!(!run.herd.is_gone(SECOND), "{what}: the test does not see what is left");
    assert!(!run.herd.left().is_empty(), "{what}");
    run.herd.clean_up();
}

fn control_signals() {
    for signal in SIGNALS {
        let mut run = Stage::new("herd wait").without(NOBODY_CLEARS).start_up();
        kill_process(guard_of(&run), signal).expect("it lives");
        run.finish();
        sees_what_is_left(&mut run, &format!("{signal:?}"));
    }
}

/// Our own crash, with fifty processes started.
fn control_crash() {
    for way in ["panic", "abort", "overflow"] {
        let mut run = Stage::new(&format!("herd {way}")).without(NOBODY_CLEARS).start();
        run.finish();
        sees_what_is_left(&mut run, way);
    }
}

fn guard_of(run: &Staged) -> Pid {
    Pid::from_raw(run.pid()).expect("a pid")
}

fn a_signal_ends_the_run() {
    let mut times = Times::of(ALL);
    for round in 0..200 {
        let signal = SIGNALS[round % SIGNALS.len()];
        let mut run = Stage::new("herd wait").start_up();
        kill_process(guard_of(&run), signal).expect("it lives");
        let told = Instant::now();
        let output = run.finish();
        assert_eq!(output.code, Some(128 + signal.as_raw()), "{signal:?}: {output:?}");
        assert_gone_at_once(&mut run, &format!("{signal:?}"));
        times.add(told.elapsed());
        assert!(output.out.contains("Interrupted"), "{signal:?}: {}", output.out);
    }
    times.assert_promise("a signal to the visible pid");
}

/// As a shell's `kill %1` or a supervisor does it: guard and scenario both get it.
fn a_signal_to_the_group_ends_the_run() {
    for signal in SIGNALS {
        let mut run = Stage::new("herd wait").start_up();
        kill_process_group(guard_of(&run), signal).expect("it lives");
        let output = run.finish();
        assert_eq!(output.code, Some(128 + signal.as_raw()), "{signal:?}: {output:?}");
        assert_gone_at_once(&mut run, &format!("{signal:?}"));
    }
}

fn a_stubborn_scenario_is_ended() {
    let mut times = Times::of(ALL);
    for signal in SIGNALS {
        let mut run = Stage::new("herd stubborn").start_up();
        let told = Instant::now();
        kill_process(guard_of(&run), signal).expect("it lives");
        if signal == Signal::INT {
            // A scenario may have plans for the first. The second comes when the first was read.
            insist(&mut run, signal);
        }
        let output = run.finish();
        assert_eq!(output.code, Some(128 + signal.as_raw()), "{signal:?}: {output:?}");
        assert_gone_at_once(&mut run, &format!("{signal:?}"));
        times.add(told.elapsed());
    }
    times.assert_promise("a signal that the scenario ignores");
}

/// Sends until the guard has ended: two that come at once are one.
fn insist(run: &mut Staged, signal: Signal) {
    let deadline = Instant::now() + LONG;
    while run.child.try_wait().expect("our child").is_none() {
        assert!(Instant::now() < deadline, "it does not end");
        let _ = kill_process(guard_of(run), signal);
        run.herd.until(Duration::from_millis(5), |_| false);
    }
}

/// The next Ctrl-C comes when the run is over, and the program draws what happened, or is about to exit.
fn who_insists_too_long() {
    for first in SIGNALS {
        for late in SIGNALS {
            let mut run =
                Stage::new("quiet").env("PROCTOR_KEEPER_LATE", &late.as_raw().to_string()).start_up();
            kill_process(guard_of(&run), first).expect("it lives");
            let output = run.finish();
            assert_eq!(output.code, Some(128 + first.as_raw()), "{first:?}, {late:?}: {output:?}");
            assert!(output.out.contains("Interrupted"), "{first:?}, {late:?}: {}", output.out);
        }
    }
}

fn control_late() {
    let late = Signal::TERM.as_raw().to_string();
    let output = Stage::new("herd return").env("PROCTOR_KEEPER_LATE", &late).start().finish();
    assert_eq!(output.code, None, "nobody had asked for an end before: {output:?}");
}

fn control_grace() {
    let mut run = Stage::new("herd stubborn").without("grace").start_up();
    kill_process(guard_of(&run), Signal::TERM).expect("it lives");
    assert!(!run.herd.is_gone(SECOND), "the test does not see that it stays");
    kill_process(guard_of(&run), Signal::KILL).expect("it lives");
    assert!(run.herd.is_gone(LONG), "{:?}", run.herd.left());
    run.finish();
}

/// `proctor run … | head -1`.
fn a_closed_pipe_ends_the_run() {
    for _ in 0..50 {
        let mut run = before_head().start_up();
        let output = run.finish();
        assert_eq!(output.code, Some(141), "{output:?}");
        assert_gone_at_once(&mut run, "| head -1");
    }
}

fn before_head() -> Stage {
    let mut shell = Command::new("bash");
    shell.arg("-c").arg(r#""$0" | head -1 >/dev/null; exit "${PIPESTATUS[0]}""#);
    shell.arg(std::env::current_exe().expect("our own path"));
    Stage::with_command(shell, "herd write")
}

fn control_closed_pipe() {
    let mut run = before_head().without(NOBODY_CLEARS).start_up();
    run.finish();
    sees_what_is_left(&mut run, "| head -1");
}

fn a_crash_is_named() {
    for (way, code) in [("panic", 134), ("abort", 134), ("overflow", 139)] {
        let mut run = Stage::new("empty 0").env("PROCTOR_DEBUG_CRASH", way).start();
        let output = run.finish();
        assert_eq!(output.code, Some(code), "{way}: {output:?}");
        let named = output.err.split(" in run ").nth(1).and_then(|rest| rest.split(':').next());
        assert!(named.is_some_and(|name| name.len() == 32), "{way}: {}", output.err);
        // A program that the scenario became, or a signal that it sent itself, is no crash of ours.
        let mut run = Stage::new(&format!("become {way}")).start();
        assert!(run.finish().out.contains("Killed("), "{way}");
    }
}

fn a_timeout_ends_the_run() {
    let mut run = Stage::new("herd wait").env("PROCTOR_KEEPER_TIMEOUT", "1000000000").start_up();
    let output = run.finish();
    assert_eq!(output.code, Some(124), "{output:?}");
    assert_gone_at_once(&mut run, "timeout");
    assert!(output.out.contains("TimedOut left=64"), "{}", output.out);
    assert!(
        output.err.contains("while these were alive: ") && output.err.contains("sleep"),
        "{}",
        output.err
    );
    assert!(output.err.contains(" more"), "{}", output.err);
}

fn a_timeout_ends_a_stubborn_scenario() {
    for round in 0..10 {
        let time = Duration::from_millis(5 * round);
        let mut run =
            Stage::new("herd stubborn").env("PROCTOR_KEEPER_TIMEOUT", &time.as_nanos().to_string()).start();
        assert_eq!(run.finish().code, Some(124), "{time:?}");
        assert_gone_at_once(&mut run, "timeout");
    }
}

/// Nor is a tracer of ours: of all that lives, one has been left behind.
fn who_is_about_to_end() {
    let mut run = Stage::new("about-to-end return").start();
    let output = run.finish();
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(output.out.contains("left=1 unnamed=0 names=staying "), "{}", output.out);
    assert!(output.out.contains(" unreaped=0\n"), "{}", output.out);
    assert_gone_at_once(&mut run, "about to end");
}

fn nohup_is_respected() {
    let own = std::env::current_exe().expect("our own path");
    let mut shell = Command::new("bash");
    shell.arg("-c").arg(r#"trap "" HUP; exec "$0""#).arg(own);
    let mut run = Stage::with_command(shell, "herd wait").start_up();
    kill_process_group(guard_of(&run), Signal::HUP).expect("it lives");
    assert!(!run.herd.is_gone(Duration::from_millis(500)), "SIGHUP reached it");
    kill_process_group(guard_of(&run), Signal::TERM).expect("it lives");
    assert_eq!(run.finish().code, Some(143));
    assert_gone_at_once(&mut run, "nohup");
}
