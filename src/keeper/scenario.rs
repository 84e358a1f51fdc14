//! The scenario's process, from its fork to the first statement, and its end.

use super::start::Start;
use super::{contain, mark};
use crate::process::custody::start_clean;
use crate::process::{Run, exit_now, group};
use rustix::process::{Pid, Resource, Rlimit, Signal, setrlimit};
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::SeqCst;

/// The exit code of a scenario that has no keeper any more. Nobody reads it.
const NO_KEEPER: u8 = 71;

/// Runs the scenario in this process, which the keeper has just forked, and ends with what it gives.
///
/// `refuse` is told why it cannot begin, where it cannot, and does not come back.
pub fn play(
    run: &Run,
    start: &Start,
    refuse: impl FnOnce(String) -> Infallible,
    scenario: impl FnOnce(&Run) -> u8,
) -> ! {
    // Dies with the keeper even if nobody else is there to see to it: prctl(2), PR_SET_PDEATHSIG.
    let _ = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
    await_keeper(run, start);
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    // Who was forked by a process of a real-time policy has none: prctl(2), PR_SET_TIMERSLACK.
    let _ = rustix::thread::set_current_timer_slack(start.timer_slack);
    mark::put(&start.run);
    start_clean();
    let dressed = match &start.contain {
        Some(contain) => contain::dress(contain),
        None => start.bounds.set().map_err(|errno| format!("cannot set the limits: {errno}")),
    };
    if let Err(why) = dressed {
        match refuse(why) {}
    }
    let result = catch_unwind(AssertUnwindSafe(|| {
        if !start.probe {
            crash_on_request();
        }
        scenario(run)
    }));
    match result {
        Ok(code) => {
            if let Some(row) = run.row_of_pid(crate::process::pid()) {
                run.row_ended_now(row, code);
            }
            exit_now(code)
        }
        // The panic's message is printed; the keeper takes the signal for a crash, as it would without unwinding.
        Err(_) => std::process::abort(),
    }
}

/// Until the keeper has left the guard's process group, which takes it one call: whoever kills the group must not
/// kill the keeper once there is something to keep.
fn await_keeper(run: &Run, start: &Start) {
    let keeper = run.control().keeper_pid.load(SeqCst);
    loop {
        if rustix::process::getppid() != Pid::from_raw(keeper) {
            exit_now(NO_KEEPER);
        }
        match group::of(keeper) {
            Ok(group) if group == start.group => rustix::thread::sched_yield(),
            _ => return,
        }
    }
}

/// `PROCTOR_DEBUG_CRASH` in a debug build makes our own code crash, to show what happens then.
fn crash_on_request() {
    if !cfg!(debug_assertions) {
        return;
    }
    match std::env::var("PROCTOR_DEBUG_CRASH").as_deref() {
        Ok("panic") => panic!("PROCTOR_DEBUG_CRASH asks for a panic"),
        Ok("abort") => std::process::abort(),
        Ok("overflow") => {
            std::hint::black_box(overflow(&[0; 64]));
        }
        _ => {}
    }
}

/// Uses up the stack.
#[expect(unconditional_recursion, reason = "that is what it is for")]
fn overflow(frame: &[u8; 64]) -> usize {
    let next = std::hint::black_box([frame[0].wrapping_add(1); 64]);
    overflow(&next) + usize::from(std::hint::black_box(next)[1])
}
