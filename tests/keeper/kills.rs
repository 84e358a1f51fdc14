//! Our own processes are killed, at moments of chance (rows 2 and 3).

use super::awkward::ALL;
use super::chance::Chance;
use super::herd::{Member, keeper_and_scenario, member};
use super::level;
use super::runner::Test;
use super::stage::{LONG, SECOND, SOON, Stage, Staged, Times};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::time::{Duration, Instant};

pub const TESTS: [Test; 10] = [
    ("killing_one_of_ours_at_any_moment_leaves_nothing", killing_one_of_ours),
    ("killing_the_guard_in_the_first_moments_leaves_nothing", killing_in_the_first_moments),
    ("killing_the_keeper_is_reported", killing_the_keeper_is_reported),
    ("who_is_about_to_end_is_not_left_behind_by_a_killed_keeper", who_is_about_to_end),
    ("a_stopped_keeper_is_resumed", a_stopped_keeper_is_resumed),
    ("control_without_subreapers", control_subreaper),
    ("control_without_watching_the_guard", control_watch_guard),
    ("control_without_the_guards_takeover", control_takeover),
    ("killing_guard_and_keeper_at_once_is_swept_at_the_next_start", killing_both),
    ("control_without_the_sweep", control_sweep),
];

/// Who is killed.
#[derive(Debug, Clone, Copy)]
enum Victim {
    Guard,
    Keeper,
    Scenario,
    Group,
    Task,
}

fn kill(pid: i32) {
    // It may have ended by itself: that is chance too.
    let _ = Pid::from_raw(pid).map(|pid| kill_process(pid, Signal::KILL));
}

fn strike(run: &mut Staged, victim: Victim, chance: &mut Chance) {
    let guard = run.pid();
    let (keeper, scenario) = keeper_and_scenario(guard);
    match victim {
        Victim::Guard => kill(guard),
        Victim::Keeper => keeper.into_iter().for_each(kill),
        Victim::Scenario => scenario.into_iter().for_each(kill),
        Victim::Group => _ = Pid::from_raw(guard).map(|group| kill_process_group(group, Signal::KILL)),
        Victim::Task => {
            run.herd.drain();
            let count = run.herd.members.len() as u64;
            if count > 0 {
                run.herd.members[chance.below(count) as usize].end();
            }
        }
    }
}

fn killing_one_of_ours() {
    let (mut chance, mut times) = (Chance::new(), Times::of(ALL));
    let victims = [Victim::Guard, Victim::Keeper, Victim::Scenario, Victim::Group, Victim::Task];
    for round in 0..250 {
        let victim = victims[round % victims.len()];
        let mut run = Stage::new("herd wait").start();
        let moment = Duration::from_micros(chance.below(60_000));
        run.herd.until(moment, |_| false);
        strike(&mut run, victim, &mut chance);
        if matches!(victim, Victim::Task) || run.herd.members.is_empty() {
            // One of its own that dies is no end of the run, and a victim may not have been there yet.
            run.herd.until(Duration::from_millis(5), |_| false);
            kill(run.pid());
        }
        let began = Instant::now();
        let gone = run.herd.is_gone(SOON);
        times.add(began.elapsed());
        assert!(gone, "{victim:?} after {moment:?}, chance {chance:?}: {:?}", run.herd.left());
        run.finish();
    }
    times.assert_promise("one of ours killed at any moment");
}

/// From the moment on when guard() is called, at steps of microseconds.
fn killing_in_the_first_moments() {
    let (mut chance, mut times) = (Chance::new(), Times::of(ALL));
    for round in 0..600 {
        let mut run = Stage::new("herd wait").start();
        assert!(run.herd.until(LONG, |herd| herd.said("guarding")), "it does not start");
        let moment = Duration::from_micros(chance.below(if round % 2 == 0 { 700 } else { 3000 }));
        let began = Instant::now();
        while began.elapsed() < moment {
            std::hint::spin_loop();
        }
        kill(run.pid());
        let began = Instant::now();
        assert!(run.herd.is_gone(SOON), "after {moment:?}: {:?}", run.herd.left());
        times.add(began.elapsed());
        run.finish();
    }
    times.assert_promise("the guard killed in its first moments");
}

fn killing_the_keeper_is_reported() {
    let mut run = Stage::new("herd wait").start_up();
    kill(keeper_and_scenario(run.pid()).0.expect("a keeper"));
    let output = run.finish();
    assert_eq!(output.code, Some(137), "{output:?}");
    assert!(run.herd.is_gone(Duration::ZERO), "{:?}", run.herd.left());
    assert!(output.out.contains("KeeperLost(9)"), "{}", output.out);
    assert!(output.err.contains("Everything that it started has been ended"), "{}", output.err);
}

/// The guard clears up then, and has to tell the same ones apart. In namespaces the kernel ends them, and nobody is named.
fn who_is_about_to_end() {
    let mut run = Stage::new("about-to-end wait").start_up();
    kill(keeper_and_scenario(run.pid()).0.expect("a keeper"));
    let output = run.finish();
    assert!(output.out.starts_with("KeeperLost(9) ") && output.out.contains(" unnamed=0 "), "{}", output.out);
    assert!(!output.out.contains("ending") && !output.out.contains("tracer"), "{}", output.out);
    let said = |text| level::is_contained() || output.out.contains(text);
    assert!(said("staying") && said(" unreaped=0\n"), "{}", output.out);
    assert!(run.herd.is_gone(Duration::ZERO), "{:?}", run.herd.left());
}

fn a_stopped_keeper_is_resumed() {
    let mut run = Stage::new("herd wait").start_up();
    let (keeper, scenario) = keeper_and_scenario(run.pid());
    let keeper = keeper.and_then(Pid::from_raw).expect("a keeper");
    for _ in 0..20 {
        kill_process(keeper, Signal::STOP).expect("it lives");
    }
    kill(scenario.expect("a scenario"));
    assert!(run.herd.is_gone(SOON), "{:?}", run.herd.left());
    assert_eq!(run.finish().code, Some(137));
}

fn control(protection: &str, victim: Victim) {
    let mut run = Stage::new("herd wait").without(protection).start_up();
    strike(&mut run, victim, &mut Chance::new());
    assert!(!run.herd.is_gone(SECOND), "without {protection} the test does not see what is left");
    run.herd.clean_up();
    kill(run.pid());
    run.finish();
}

fn control_subreaper() {
    control("subreaper", Victim::Guard);
    control("subreaper", Victim::Scenario);
}

fn control_watch_guard() {
    control("watch-guard", Victim::Guard);
}

fn control_takeover() {
    control("takeover", Victim::Keeper);
}

/// Guard and keeper with no instruction in between: both are stopped first.
pub fn kill_both(run: &Staged) -> bool {
    let guard = run.pid();
    let (Some(keeper), _) = keeper_and_scenario(guard) else {
        kill(guard);
        return false;
    };
    let life = member(keeper).expect("a keeper");
    let both = [guard, keeper].map(|pid| Pid::from_raw(pid).expect("a pid"));
    both.iter().for_each(|pid| _ = kill_process(*pid, Signal::STOP));
    // A stopped keeper is resumed by a guard that is not stopped: stop it again, now that the guard is.
    both.iter().rev().for_each(|pid| _ = kill_process(*pid, Signal::STOP));
    both.iter().for_each(|pid| _ = kill_process(*pid, Signal::KILL));
    // As long as it is dying it holds the record.
    let deadline = Instant::now() + LONG;
    while life.is_alive() {
        assert!(Instant::now() < deadline, "SIGKILL does not end the keeper");
        std::thread::yield_now();
    }
    true
}

fn killing_both() {
    let mut chance = Chance::new();
    let mut left_alone = 0;
    for _ in 0..200 {
        let records = tempfile::tempdir().expect("a directory");
        let place = records.path().to_str().expect("UTF-8").to_owned();
        let mut run = Stage::new("herd wait").env("XDG_RUNTIME_DIR", &place).start();
        run.herd.until(Duration::from_micros(chance.below(40_000)), |herd| herd.said("up"));
        kill_both(&run);
        run.finish();
        let survivors: Vec<Member> = run.herd.members.iter().filter(|one| one.is_alive()).copied().collect();
        left_alone += usize::from(!survivors.is_empty());
        // What was just being forked may hold the record for a moment longer: then it is the start after the next.
        let deadline = Instant::now() + LONG;
        loop {
            let mut next = Stage::new("empty 0").env("XDG_RUNTIME_DIR", &place).start();
            assert_eq!(next.finish().code, Some(0));
            // Zombies that init has adopted are its to reap, which takes it seconds here.
            let gone = run.herd.until_none_lives(SOON);
            assert!(gone, "{:?}", run.herd.left());
            if std::fs::read_dir(records.path().join("proctor")).map_or(0, Iterator::count) == 0 {
                break;
            }
            assert!(Instant::now() < deadline, "the record stays");
        }
    }
    assert!(left_alone > 20, "the sweep had nothing to do: {left_alone}");
}

fn control_sweep() {
    let records = tempfile::tempdir().expect("a directory");
    let place = records.path().to_str().expect("UTF-8").to_owned();
    let mut run = Stage::new("herd wait").env("XDG_RUNTIME_DIR", &place).start_up();
    assert!(kill_both(&run));
    run.finish();
    let mut without = Stage::new("empty 0").without("sweep").env("XDG_RUNTIME_DIR", &place).start();
    assert_eq!(without.finish().code, Some(0));
    assert!(!run.herd.until_none_lives(SECOND), "the test does not see what is left");
    let mut sweep = Stage::new("sweep").env("XDG_RUNTIME_DIR", &place).start();
    let output = sweep.finish();
    assert!(run.herd.until_none_lives(SOON), "{:?}", run.herd.left());
    assert!(output.out.contains("runs: 1"), "{}", output.out);
    assert!(member(run.pid()).is_none());
}
