//! `proctor sweep`, the command: it ends what is left of a run whose guard and keeper were killed at once, says so, and touches
//! nobody else (rows 3 and 8).

use super::herd::{Member, keeper_and_scenario, member};
use super::kills::kill_both;
use super::runner::Test;
use super::stage::{LONG, Output, SECOND, Stage, Staged};
use super::terminal::wait_for;
use super::whole::{known_by, new_nonce, remove, scenario};
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub const TESTS: [Test; 1] = [("the_command_ends_what_a_double_kill_left_and_nobody_else", the_command)];

/// Twenty, of kinds that a signal alone does not end; none starts another one.
const TWENTY: &str = r#"
    for i in 0..5 {
        spawn a { ignore SIGTERM; ignore SIGHUP; sleep 1h }
        spawn b { ignore SIGHUP; while true { stop self } }
        spawn c exec("sleep", "NONCE") with {session: true}
        spawn d exec("sleep", "NONCE") with {env: {PROCTOR_RUN: none}, group: true}
    }
    print "up"
    sleep 1h
    "#;

/// Runs it, with its record in that place.
fn start(nonce: &str, place: &Path) -> Staged {
    let place = place.to_str().expect("UTF-8");
    let mut run = scenario(nonce, TWENTY, &[]).env("XDG_RUNTIME_DIR", place).start();
    run.await_output("up");
    wait_for("its programs are executed", || programs(nonce) == 10);
    run
}

/// How many of those that it has started are programs by now.
fn programs(nonce: &str) -> usize {
    let is_sleep = |one: &&Member| {
        std::fs::read_to_string(format!("/proc/{}/comm", one.pid)).is_ok_and(|comm| comm == "sleep\n")
    };
    known_by(nonce).iter().filter(is_sleep).count()
}

fn sweep(place: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proctor"));
    command.arg("sweep");
    Stage::with_command(command, "").env("XDG_RUNTIME_DIR", place.to_str().expect("UTF-8")).start().finish()
}

/// Somebody with the mark of a run that nobody has left a record of.
fn marked(run: &str) -> Child {
    let mut command = Command::new("/bin/sleep");
    command.arg("3600").env("PROCTOR_RUN", run).stdin(Stdio::null());
    command.spawn().expect("/bin/sleep")
}

fn the_command() {
    let place = tempfile::tempdir().expect("a directory");
    let (left, beside) = (new_nonce(), new_nonce());
    // A run that goes on, with its record in the same place, and one who only looks like one of a run's.
    let mut neighbour = start(&beside, place.path());
    let mut marked = marked("0123456789abcdef0123456789abcdef");
    let mut run = start(&left, place.path());
    let main = keeper_and_scenario(run.pid()).1.and_then(member).expect("a scenario");
    assert!(kill_both(&run));
    run.finish();
    // The kernel ends it with the keeper. Whoever else is there stays, until somebody comes.
    wait_for("main ends", || !main.is_alive());
    let survivors = known_by(&left);
    assert_eq!(survivors.len(), 20, "{survivors:?}");
    assert!(!run.herd.until_none_lives(SECOND), "the test does not see what is left");

    let output = sweep(place.path());
    assert_eq!((output.code, output.err.as_str()), (Some(0), ""), "{output:?}");
    assert_eq!(output.out, "ended 20 processes that 1 run had left behind\n");
    assert!(run.herd.until_none_lives(LONG), "{:?}", known_by(&left));
    assert_eq!(known_by(&left), []);
    let output = sweep(place.path());
    assert_eq!(
        (output.code, output.out.as_str(), output.err.as_str()),
        (Some(0), "nothing was left behind\n", "")
    );

    assert!(marked.try_wait().expect("our child").is_none(), "a stranger was ended");
    assert_eq!(neighbour.child.try_wait().expect("our child"), None, "a neighbour was ended");
    assert_eq!(known_by(&beside).len(), 23, "of a neighbour's: its guard, its keeper, main, and twenty");
    marked.kill().expect("our child");
    marked.wait().expect("our child");
    let guard = member(neighbour.pid()).expect("it lives");
    guard.end();
    neighbour.finish();
    assert!(neighbour.herd.until_none_lives(LONG), "{:?}", known_by(&beside));
    remove(&left);
    remove(&beside);
}
