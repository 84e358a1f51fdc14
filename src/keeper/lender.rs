//! The terminal of a contained run: the guard lends it to the keeper's group, as a shell lends it to a job.
//!
//! Who is inside a pid namespace cannot name the guard's group, and must not be in it: what it sends to its own group would reach
//! whoever stands beside the guard. So keeper and scenario have a group of their own, of which the keeper, who takes no signal, is
//! the leader. What the terminal sends to that group, the keeper hears too, and tells the guard.

use crate::process::custody::{has_come, signal_group_of_child};
use crate::process::{job, terminal};
use std::os::fd::{AsFd, OwnedFd};

/// The terminal, in the guard.
#[derive(Debug)]
pub struct Lender {
    tty: OwnedFd,
    /// The guard's group.
    own: i32,
    /// The keeper's.
    group: i32,
    lent: bool,
}

/// What became of a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resumed {
    /// By a shell, or at once because the terminal was there to be had.
    Yes,
    /// Nobody could have resumed us, so we did not stop; and the terminal is not ours to lend.
    Orphan,
}

impl Lender {
    /// Of the guard with this group to the keeper. None where the guard has no terminal, or its group is of another pid namespace, so that
    /// it could not take the terminal back.
    pub fn new(own: i32, keeper: i32) -> Option<Self> {
        if own < 1 {
            return None;
        }
        Some(Self { tty: terminal::open().ok()?, own, group: keeper, lent: false })
    }

    fn is_ours(&self) -> bool {
        terminal::foreground(self.tty.as_fd()) == Ok(self.own)
    }

    /// Lends it, where it is ours to lend. Gives whether it was.
    pub fn lend(&mut self) -> bool {
        let lends = !self.lent && self.is_ours() && terminal::give(self.tty.as_fd(), self.group).is_ok();
        self.lent |= lends;
        lends
    }

    /// Takes it back where it was lent.
    pub fn take_back(&mut self) {
        if self.lent {
            self.lent = false;
            let _ = terminal::give(self.tty.as_fd(), self.own);
        }
    }

    /// The terminal has stopped the group: stops this process too, until a shell resumes it, and then the group.
    pub fn follow_a_stop(&mut self) -> Resumed {
        let mut resumed = Resumed::Yes;
        // One that was stopped because it did not have the terminal only needs it.
        if self.lent || !self.is_ours() {
            self.take_back();
            job::stop_oneself();
            // A stop takes a SIGCONT that waits away, and only another one ends it (signal(7)). Its reader blocks it, so that it
            // is still there, however soon it came: without one there was no stop.
            if !has_come(libc::SIGCONT) && !self.is_ours() {
                resumed = Resumed::Orphan;
            }
        }
        self.resume();
        resumed
    }

    /// This process was resumed, so the group is, with the terminal where that is ours.
    fn resume(&mut self) {
        self.lend();
        signal_group_of_child(self.group, libc::SIGCONT);
    }

    /// Somebody has sent SIGCONT to this process, who did not follow a stop: a shell brings a job to the foreground.
    pub fn come_forward(&mut self) {
        if self.lend() {
            signal_group_of_child(self.group, libc::SIGCONT);
        }
    }
}
