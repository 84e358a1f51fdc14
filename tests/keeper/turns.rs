//! Guard and keeper come before everybody else where they may, and as long as there is something to end; whom they start never does.

use super::herd::{keeper_and_scenario, policy};
use super::runner::{Test, left_out};
use super::stage::{LONG, SOON, Stage, Staged, own_program_for_all};
use rustix::process::{Pid, Signal, kill_process};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

pub const TESTS: [Test; 2] = [
    ("guard_and_keeper_come_first_where_they_may", come_first),
    ("control_who_may_not_come_first_is_scheduled_as_usual", control),
];

/// SCHED_OTHER and SCHED_RR of sched(7).
const USUAL: i32 = 0;
const FIRST: i32 = 2;

/// Whether root may be scheduled so here.
fn is_to_be_had() -> bool {
    let root = rustix::process::geteuid().is_root();
    let possible = root && Command::new("chrt").args(["-r", "1", "true"]).status().is_ok_and(|s| s.success());
    if !possible {
        left_out("only root may come first, and not everywhere");
    }
    possible
}

/// Whether we may give somebody else the right to come first: a container's root may not.
fn may_be_given() -> bool {
    let possible = Command::new("prlimit").args(["--rtprio=1", "true"]).status().is_ok_and(|s| s.success());
    if !possible {
        left_out("nobody may be given RLIMIT_RTPRIO here (it takes CAP_SYS_RESOURCE)");
    }
    possible
}

/// A run with these limits, of another user where one is named.
fn limited(limits: &[&str], user: Option<&str>, program: &Path) -> Staged {
    let mut command = Command::new("prlimit");
    command.args(limits);
    if let Some(user) = user {
        command.args(["setpriv", &format!("--reuid={user}"), &format!("--regid={user}"), "--clear-groups"]);
        command.env_remove("XDG_RUNTIME_DIR");
    }
    command.arg(program);
    Stage::with_command(command, "quiet").start_up()
}

/// Of the guard, the keeper and the scenario.
fn policies(run: &Staged) -> [Option<i32>; 3] {
    let (keeper, scenario) = keeper_and_scenario(run.pid());
    [Some(run.pid()), keeper, scenario].map(|pid| policy(pid?))
}

/// The guard is scheduled as usual when there is nothing left to guard.
fn ends_as_usual(mut run: Staged, what: &str) {
    kill_process(Pid::from_raw(run.pid()).expect("a pid"), Signal::TERM).expect("it lives");
    let output = run.finish();
    assert!(output.out.contains(&format!(" policy={USUAL} ")), "{what}: {output:?}");
    assert!(run.herd.is_gone(SOON), "{what}");
}

fn come_first() {
    if !is_to_be_had() {
        return;
    }
    let (_folder, program) = own_program_for_all();
    let mut runs = vec![("root", limited(&["--nofile=1024"], None, &program))];
    if may_be_given() {
        runs.push(("a user who may", limited(&["--rtprio=1"], Some("65526"), &program)));
    }
    for (what, run) in runs {
        let deadline = Instant::now() + LONG;
        // Those whom they start may be up before they have come first themselves.
        while policies(&run) != [Some(FIRST), Some(FIRST), Some(USUAL)] {
            assert!(Instant::now() < deadline, "{what}: {:?}", policies(&run));
            std::thread::yield_now();
        }
        ends_as_usual(run, what);
    }
}

fn control() {
    if !is_to_be_had() {
        return;
    }
    let (_folder, program) = own_program_for_all();
    for (what, run) in [
        ("a user who may not", limited(&["--rtprio=0"], Some("65525"), &program)),
        ("who would be killed for a long turn", limited(&["--rttime=200000"], None, &program)),
    ] {
        assert_eq!(policies(&run), [Some(USUAL); 3], "{what}");
        ends_as_usual(run, what);
    }
}
