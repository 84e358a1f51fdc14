//! The terminal of a child that is spawned with `{foreground: true}`: lent to it, and taken back as it is reaped.

use super::lent::{Before, Parked};
use super::machine::Machine;
use super::world::World;
use crate::process::{Errno, ProcessEvents, group, terminal, wait};
use std::os::fd::AsFd;

impl World {
    /// A child has the terminal from now on.
    pub(super) fn lend(&mut self, before: Before, pid: i32) {
        self.lent = Some(before.lent_to(pid));
    }

    /// Looks at our terminal, and tells the prompt that it is about to be another's.
    pub(super) fn about_to_lend(&self) -> Result<Before, Errno> {
        let before = Before::look()?;
        self.tell_editor(true);
        Ok(before)
    }

    /// Takes the terminal back from the child with this pid, or from any.
    pub(super) fn take_terminal_back(&mut self, from: Option<i32>) {
        if let Some(lent) = self.lent.take_if(|lent| from.is_none_or(|pid| lent.pid == pid)) {
            lent.take_back();
            self.tell_editor(false);
        }
        self.parked.retain(|parked| from != Some(parked.pid));
    }

    /// Where nothing was started that could have it.
    pub(super) fn not_lent(&self) {
        self.tell_editor(false);
    }

    fn tell_editor(&self, lent: bool) {
        if let Some(behind) = self.behind.as_ref().filter(|behind| behind.is_session) {
            behind.prompt.editor.lend(lent);
        }
    }

    /// The terminal for a process that was stopped while it had it, and is about to go on.
    pub(super) fn lend_again(&mut self, pid: i32) {
        let Some(at) = self.parked.iter().position(|parked| parked.pid == pid) else { return };
        let Ok(before) = self.about_to_lend() else { return };
        let parked = self.parked.swap_remove(at);
        let terminal = before.terminal.as_fd();
        // Where it is gone, it goes on without.
        let _ = group::of(pid).and_then(|group| terminal::give(terminal, group));
        let _ = terminal::restore(terminal, &parked.modes);
        self.lend(before, pid);
    }

    fn park(&mut self, pid: i32) {
        let modes = self.lent.as_ref().and_then(|lent| terminal::modes(lent.terminal.as_fd()).ok());
        self.take_terminal_back(Some(pid));
        self.parked.extend(modes.map(|modes| Parked { pid, modes }));
    }
}

impl Machine {
    /// Waits while a child has the terminal, until it ends or is stopped, and takes the terminal back then.
    pub(super) fn await_foreground(&mut self, events: &mut ProcessEvents) {
        while let Some(pid) = self.world.lent.as_ref().map(|lent| lent.pid) {
            match wait::peek_state(pid) {
                Ok(Some(wait::ChildState::Stopped(_))) => self.world.park(pid),
                Ok(Some(wait::ChildState::Ended(_))) | Err(_) => self.world.take_terminal_back(Some(pid)),
                Ok(_) => {
                    // Ctrl-C is for the child, and what a handler complains of is told.
                    if let Err(stop) = self.block(None, |waiter, until| waiter.process_event(events, until)) {
                        self.tell(stop);
                    }
                }
            }
        }
    }
}
