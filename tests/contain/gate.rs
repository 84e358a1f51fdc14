//! The hand-shake, and the death of all at once (rows 2 and 3).

use super::keeper::awkward::ALL;
use super::keeper::chance::Chance;
use super::keeper::herd::keeper_and_scenario;
use super::keeper::runner::Test;
use super::keeper::stage::{LONG, SECOND, SOON, Stage, Staged, Times};
use super::level;
use rustix::process::{
    Pid, PidfdFlags, Signal, kill_process, kill_process_group, pidfd_open, pidfd_send_signal,
};
use std::time::{Duration, Instant};

pub const TESTS: [Test; 3] = [
    ("killing_all_of_ours_at_once_leaves_nothing", killing_all),
    ("control_killing_all_at_once_leaves_something_without_namespaces", control_host),
    ("control_without_the_gate_the_guards_death_leaves_something", control_gate),
];

/// Guard, keeper, scenario and their groups, all killed while none of them can act: guard and keeper come before all others where they
/// may, so the guard is stopped first, which tells nobody, and then the keeper, which only the guard would resume.
fn strike(run: &Staged) {
    let guard = Pid::from_raw(run.pid()).expect("a pid");
    let (keeper, scenario) = keeper_and_scenario(run.pid());
    let held = |pid: Option<i32>| pidfd_open(Pid::from_raw(pid?)?, PidfdFlags::empty()).ok();
    let held = [held(keeper), held(scenario)];
    let _ = kill_process(guard, Signal::STOP);
    if let Some(keeper) = &held[0] {
        let _ = pidfd_send_signal(keeper, Signal::STOP);
    }
    let _ = kill_process_group(guard, Signal::KILL);
    for one in held.iter().flatten() {
        let _ = pidfd_send_signal(one, Signal::KILL);
    }
    let _ = kill_process(guard, Signal::KILL);
}

fn killing_all() {
    let (mut chance, mut times) = (Chance::new(), Times::of(ALL));
    for round in 0..200 {
        let mut run = Stage::new("herd wait").start();
        assert!(run.herd.until(LONG, |herd| herd.said("guarding")), "it does not start");
        // Half of them when all are there.
        let moment = Duration::from_micros(chance.below(if round % 2 == 0 { 3000 } else { 60_000 }));
        run.herd.until(moment, |herd| herd.said("up"));
        strike(&run);
        let began = Instant::now();
        assert!(run.herd.is_gone(SOON), "after {moment:?}: {:?}", run.herd.words);
        times.add(began.elapsed());
        run.finish();
    }
    times.assert_promise("all of ours killed at once");
}

fn left_after(mut run: Staged, strike: impl FnOnce(&Staged)) {
    assert!(run.herd.until(LONG, |herd| herd.said("up")), "it does not come up");
    strike(&run);
    assert!(!run.herd.is_gone(SECOND), "the test does not see what is left");
    run.finish();
    run.herd.clean_up();
}

fn control_host() {
    left_after(Stage::new("herd wait").without("sweep").env(level::VARIABLE, "host").start(), strike);
}

/// The keeper lives on; with it, everybody. Its end is the end of all.
fn control_gate() {
    // None of them is stopped: the kernel ends a group with somebody stopped when its last link outside ends.
    let mut run = Stage::new("brief").without("gate").start();
    assert!(run.herd.until(LONG, |herd| herd.said("up")), "it does not come up");
    let keeper = keeper_and_scenario(run.pid()).0.and_then(Pid::from_raw).expect("a keeper");
    kill_process(Pid::from_raw(run.pid()).expect("a pid"), Signal::KILL).expect("it lives");
    assert!(!run.herd.is_gone(SECOND), "the test does not see what is left");
    kill_process(keeper, Signal::KILL).expect("it lives");
    assert!(run.herd.is_gone(LONG));
    run.finish();
}
