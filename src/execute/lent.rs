//! The terminal of a process while a child of it has it, as data.

use crate::process::{Errno, terminal};
use std::os::fd::{AsFd, OwnedFd};

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
    pub(super) fn take_back(self) {
        self.return_to_us();
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
