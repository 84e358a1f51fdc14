//! A go-between for a process that has children of somebody else's when it is to become the guard.
//!
//! `sleep 100 & exec proctor run …` in a shell makes the shell's child a child of proctor. The guard kills its own
//! children at the end: so the guard must be a process that never had any but its own. The go-between is no
//! subreaper, touches none of its children but the guard, and ends as the guard does.

use super::clear::has_children;
use super::ended::{End, code_of};
use super::signals::{self, Signals, listened};
use super::switch::Protection;
use crate::process::custody::{block_every, signal_child, start_clean};
use crate::process::{Errno, Fork, exit_now, fork, wait};
use rustix::process::{Signal, getpid, getppid, set_parent_process_death_signal};

/// Returns at once where this process has no children; else in a child of this process, which stays.
///
/// # Errors
/// Those of fork(2).
pub fn stand_between() -> Result<(), Errno> {
    if !has_children() || !Protection::Proxy.is_on() {
        return Ok(());
    }
    start_clean();
    let listened = listened();
    block_every();
    let own = getpid();
    match fork()? {
        Fork::Child => {
            // The go-between has the visible pid: who kills it means the run. The keeper does the rest.
            let _ = set_parent_process_death_signal(Some(Signal::KILL));
            if getppid() != Some(own) {
                exit_now(0);
            }
            Ok(())
        }
        Fork::Parent(guard) => {
            let signals = Signals::open(listened);
            signals::set(&listened);
            wait(&signals, guard)
        }
    }
}

fn wait(signals: &Signals, guard: i32) -> ! {
    loop {
        while let Some(came) = signals.next() {
            // What the terminal sends, the guard has too.
            if !came.from_terminal && came.signal != libc::SIGCHLD {
                signal_child(guard, came.signal);
            }
        }
        match wait::peek(guard).map(|status| status.map(End::from)) {
            Ok(None) => signals.wait(&[], None),
            Ok(Some(End::Exited(code))) => exit_now(code),
            Ok(Some(End::Killed(signal))) => exit_now(code_of(signal)),
            Err(_) => exit_now(u8::MAX),
        }
    }
}
