//! Fork bombs, as a scenario would be one: each asks the run for a place before it forks.

use super::awkward::{Pen, tell};
use proctor::process::{Fork, Run, exit_now, fork, pid};
use std::process::Command;

/// Goes off in this process, which has told of itself, and never returns.
pub fn go_off(kind: &str, run: &Run, pen: &Pen) -> ! {
    match kind {
        "exponential" => {
            pen.say("up");
            exponential(run, pen)
        }
        "wide" => {
            pen.say("up");
            wide(run, pen)
        }
        "chain" => {
            (0..8).for_each(|_| _ = spawn(run, pen).map(|()| chain(run, pen)));
            pen.say("up");
            super::awkward::sleep();
            exit_now(0)
        }
        _ => shells(pen),
    }
}

/// A child, where there is a place for one. `Some` in the child.
fn spawn(run: &Run, pen: &Pen) -> Option<()> {
    let Ok(row) = run.reserve("bomb", false) else { return None };
    match fork() {
        Ok(Fork::Child) => {
            run.started(row, pid());
            tell(pen);
            Some(())
        }
        Ok(Fork::Parent(child)) => {
            run.started(row, child);
            None
        }
        Err(_) => {
            run.cancel(row);
            None
        }
    }
}

/// Everyone starts as many as there may be.
fn exponential(run: &Run, pen: &Pen) -> ! {
    loop {
        if run.alive() >= run.max_processes() {
            pen.say_once("limit");
        }
        let _ = spawn(run, pen);
        std::thread::yield_now();
    }
}

/// One starts as many as there may be.
fn wide(run: &Run, pen: &Pen) -> ! {
    loop {
        if run.alive() >= run.max_processes() {
            pen.say_once("limit");
        }
        if spawn(run, pen).is_some() {
            super::awkward::refuse_signals();
        }
    }
}

/// Everyone starts the next and ends.
fn chain(run: &Run, pen: &Pen) -> ! {
    while spawn(run, pen).is_some() {}
    exit_now(0)
}

/// Other programs, which know nothing of limits: chains, that each keep one or two alive, and one that waits.
fn shells(pen: &Pen) -> ! {
    let scripts = ["f() { f & }; f"; 4].into_iter().chain(["while :; do /bin/true; done"]);
    let mut shells: Vec<_> = scripts
        .map(|script| Command::new("/bin/sh").args(["-c", script]).spawn().expect("/bin/sh"))
        .collect();
    pen.say("up");
    loop {
        shells.retain_mut(|shell| shell.try_wait().is_ok_and(|status| status.is_none()));
        std::thread::yield_now();
    }
}
