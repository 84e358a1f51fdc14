//! The terminal of a process while a child of it has it, as data.

use super::prompt::Left;
use crate::process::{Errno, terminal, wait};
use crate::value::Signal;
use std::os::fd::{AsFd, OwnedFd};

/// Signals that end programs which write line by line every day: by a key, or because nobody reads any more.
const USUAL: [Signal; 4] = [Signal::INT, Signal::QUIT, Signal::PIPE, Signal::TERM];

/// Our terminal while a child has it.
pub(super) struct Lent {
    /// The child that has it.
    pub pid: i32,
    pub terminal: OwnedFd,
    modes: terminal::Modes,
    /// The group that had it before.
    group: i32,
    /// The child goes on in the background (`bg`): the terminal is the shell's now.
    pub away: bool,
}

/// What is to be known of the terminal before it is lent.
pub(super) struct Before {
    pub terminal: OwnedFd,
    modes: terminal::Modes,
    group: i32,
}

impl Before {
    /// Looks at our terminal.
    pub(super) fn look() -> Result<Self, Errno> {
        let terminal = terminal::open()?;
        let modes = terminal::modes(terminal.as_fd())?;
        let group = terminal::foreground(terminal.as_fd())?;
        Ok(Self { terminal, modes, group })
    }

    pub(super) fn lent_to(self, pid: i32) -> Lent {
        Lent { pid, terminal: self.terminal, modes: self.modes, group: self.group, away: false }
    }
}

impl Lent {
    /// Takes the terminal back and puts its modes in order. Where it is gone there is nothing to take.
    pub(super) fn take_back(self) -> Left {
        let left = self.left();
        self.return_to_us();
        left
    }

    /// How it is left now, before it is taken back. Whoever draws on the whole screen reads keys one by one, and ends by putting
    /// that back; where it is not put back, or the end came out of nowhere, the rest was not either.
    fn left(&self) -> Left {
        let edits = |modes: terminal::Modes| modes.edits_like(&self.modes);
        let is_put_back = terminal::modes(self.terminal.as_fd()).is_ok_and(edits);
        let is_usual = match wait::peek_state(self.pid) {
            Ok(Some(wait::ChildState::Ended(status))) => status.signal().is_none_or(|by| USUAL.contains(&by)),
            _ => true,
        };
        if is_put_back && is_usual { Left::InOrder } else { Left::InDisorder }
    }

    /// The same for a while. What a shell has given to others since is left alone.
    pub(super) fn return_to_us(&self) {
        if self.away && !self.is_ours() {
            return;
        }
        let _ = terminal::give(self.terminal.as_fd(), self.group);
        let _ = terminal::restore(self.terminal.as_fd(), &self.modes);
    }

    /// Whether the group that had it before has it.
    pub(super) fn is_ours(&self) -> bool {
        terminal::foreground(self.terminal.as_fd()) == Ok(self.group)
    }
}

/// A process that had the terminal when it was stopped: it has it again once it goes on.
pub(super) struct Parked {
    pub pid: i32,
    pub modes: terminal::Modes,
}
