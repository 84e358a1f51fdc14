//! Fork bombs of three kinds, ended by every way, also with the guard killed in the middle (row 6).

use super::runner::Test;
use super::stage::{LONG, SECOND, Stage, Staged};
use rustix::process::{Pid, Signal, kill_process};
use std::process::Command;
use std::time::Instant;

pub const TESTS: [Test; 4] = [
    ("fork_bombs_leave_nothing", fork_bombs_leave_nothing),
    ("a_large_fork_bomb_leaves_nothing", a_large_fork_bomb_leaves_nothing),
    ("fork_bombs_of_other_programs_leave_nothing", other_programs_bombs_leave_nothing),
    ("control_bombs_without_clearing", control_bomb),
];

const KINDS: [&str; 3] = ["exponential", "wide", "chain"];

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
        Way::KillScenario => run.herd.members[0].end(),
    }
}

fn see_it_end(mut run: Staged, kind: &str, way: Way) {
    let began = Instant::now();
    strike(&run, way);
    let gone = run.herd.is_gone(SECOND * 2);
    let took = began.elapsed();
    assert!(gone, "{kind}, {way:?}: {:?}", run.herd.left());
    assert!(took < SECOND, "{kind}, {way:?}: {took:?}");
    run.finish();
    // The machine answers.
    assert!(Command::new("/bin/true").status().expect("a process").success());
}

fn fork_bombs_leave_nothing() {
    for kind in KINDS {
        for round in 0..20 {
            let way = [Way::KillGuard, Way::Terminate, Way::KillScenario][round % 3];
            let mut run =
                Stage::new(&format!("bomb {kind}")).env("PROCTOR_KEEPER_PROCESSES", "64").start_up();
            assert!(run.herd.until(LONG, |herd| herd.said("limit") || kind == "chain"), "{kind}: no limit");
            see_it_end(run, kind, way);
        }
    }
}

fn a_large_fork_bomb_leaves_nothing() {
    for way in [Way::KillGuard, Way::Terminate] {
        let mut run = Stage::new("bomb exponential").env("PROCTOR_KEEPER_PROCESSES", "800").start_up();
        assert!(run.herd.until(LONG, |herd| herd.said("limit")), "no limit");
        see_it_end(run, "exponential", way);
    }
}

/// Shells that start copies of themselves without end: no limit of ours counts them.
fn other_programs_bombs_leave_nothing() {
    for round in 0..6 {
        let way = [Way::KillGuard, Way::Terminate, Way::KillScenario][round % 3];
        let run = Stage::new("bomb shell").start_up();
        see_it_end(run, "shell", way);
    }
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
