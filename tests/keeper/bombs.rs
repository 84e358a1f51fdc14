//! Fork bombs of three kinds, ended by every way, also with the guard killed in the middle (row 6).

use super::herd::keeper_and_scenario;
use super::runner::Test;
use super::stage::{LONG, SECOND, SOON, Stage, Staged, Times};
use rustix::process::{Pid, Signal, kill_process};
use std::process::Command;
use std::time::Instant;

pub const TESTS: [Test; 2] = [
    ("fork_bombs_leave_nothing", fork_bombs_leave_nothing),
    ("control_bombs_without_clearing", control_bomb),
];

const KINDS: [&str; 3] = ["exponential", "wide", "chain"];

const WAYS: [Way; 3] = [Way::KillGuard, Way::Terminate, Way::KillScenario];

/// How a bomb is ended.
#[derive(Debug, Clone, Copy)]
enum Way {
    KillGuard,
    Terminate,
    KillScenario,
}

fn strike(run: &Staged, way: Way) {
    let guard = Pid::from_raw(run.pid()).expect("a pid");
    match way {
        Way::KillGuard => kill_process(guard, Signal::KILL).expect("it lives"),
        Way::Terminate => kill_process(guard, Signal::TERM).expect("it lives"),
        Way::KillScenario => end_scenario(run),
    }
}

fn end_scenario(run: &Staged) {
    let scenario = keeper_and_scenario(run.pid()).1.and_then(Pid::from_raw).expect("a scenario");
    kill_process(scenario, Signal::KILL).expect("it lives");
}

fn see_it_end(mut run: Staged, kind: &str, way: Way, times: &mut Times) {
    let began = Instant::now();
    strike(&run, way);
    assert!(run.herd.is_gone(SOON), "{kind}, {way:?}: {:?}", run.herd.left());
    times.add(began.elapsed());
    run.finish();
    // The machine answers.
    assert!(Command::new("/bin/true").status().expect("a process").success());
}

/// One after the other: they take what there is of the processor.
fn fork_bombs_leave_nothing() {
    for kind in KINDS {
        let mut times = if kind == "exponential" { Times::of_busy(64) } else { Times::of(64) };
        for round in 0..20 {
            let way = WAYS[round % WAYS.len()];
            let mut run =
                Stage::new(&format!("bomb {kind}")).env("PROCTOR_KEEPER_PROCESSES", "64").start_up();
            let full = run.herd.until(LONG, |herd| herd.said("limit") || kind == "chain");
            assert!(full, "{kind}, round {round}: no limit: {:?}", run.finish());
            see_it_end(run, kind, way, &mut times);
        }
        times.assert_promise(&format!("a bomb of 64, {kind}"));
    }
    a_large_bomb_leaves_nothing();
    other_programs_bombs_leave_nothing();
}

fn a_large_bomb_leaves_nothing() {
    let mut times = Times::of_busy(800);
    for way in WAYS {
        let mut run = Stage::new("bomb exponential").env("PROCTOR_KEEPER_PROCESSES", "800").start_up();
        assert!(run.herd.until(LONG, |herd| herd.said("limit")), "no limit");
        see_it_end(run, "exponential", way, &mut times);
    }
    times.assert_promise("a bomb of 800, exponential");
}

/// Shells that start copies of themselves without end: no limit of ours counts them.
fn other_programs_bombs_leave_nothing() {
    let mut times = Times::of_busy(64);
    for round in 0..20 {
        let run = Stage::new("bomb shell").start_up();
        see_it_end(run, "shell", WAYS[round % WAYS.len()], &mut times);
    }
    times.assert_promise("a bomb of shells");
}

fn control_bomb() {
    let mut run =
        Stage::new("bomb wide").env("PROCTOR_KEEPER_PROCESSES", "64").without("clear,takeover").start_up();
    assert!(run.herd.until(LONG, |herd| herd.said("limit")), "no limit");
    run.herd.members[0].end();
    assert!(!run.herd.is_gone(SECOND), "the test does not see what is left");
    run.herd.clean_up();
    run.finish();
}
