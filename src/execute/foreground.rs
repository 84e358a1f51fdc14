//! The terminal of a child that is spawned with `{foreground: true}`: lent to it, and taken back as it is reaped.

use super::Stop;
use super::lent::{Before, Parked};
use super::machine::Machine;
use super::prompt::{Editor, Left};
use super::world::World;
use crate::process::{Errno, Pidfd, ProcessEvents, clock, group, signals, terminal, wait};
use crate::value::Signal;
use std::os::fd::AsFd;

/// What stops a process because of the terminal: SIGTSTP is Ctrl-Z, SIGTTIN and SIGTTOU are for those in the background.
const OF_TERMINAL: [Signal; 3] = [Signal::TSTP, Signal::TTIN, Signal::TTOU];
/// How often one looks after a child that has the prompt's terminal, while one waits for something else.
const LOOK: i64 = 50 * clock::MILLISECOND;

impl World {
    /// A child has the terminal from now on.
    pub(super) fn lend(&mut self, before: Before, pid: i32) {
        self.lent = Some(before.lent_to(pid));
        if self.behind.is_none() {
            // A stop of the child is to be noticed whatever we wait for. Where it cannot be, it only has to be resumed.
            let _ = signals::catch(Signal::CHLD);
            // It may have been stopped before that.
            self.follow_foreground();
        }
    }

    /// Looks at our terminal, and tells the prompt that it is about to be another's.
    pub(super) fn about_to_lend(&self) -> Result<Before, Errno> {
        let before = Before::look()?;
        if let Some(editor) = self.editor() {
            editor.lend();
        }
        Ok(before)
    }

    /// Takes the terminal back from the child with this pid, or from any.
    pub(super) fn take_terminal_back(&mut self, from: Option<i32>) {
        if let Some(lent) = self.lent.take_if(|lent| from.is_none_or(|pid| lent.pid == pid)) {
            self.tell_editor_back(lent.take_back());
            self.unwatch_foreground();
        }
        self.parked.retain(|parked| from != Some(parked.pid));
    }

    fn unwatch_foreground(&self) {
        if self.behind.is_none() && !self.handlers.blocks.contains_key(&Signal::CHLD.0) {
            let _ = signals::default(Signal::CHLD);
        }
    }

    /// In a child of the process that has lent the terminal.
    pub(super) fn forget_foreground(&mut self) {
        if self.lent.take().is_some() {
            self.unwatch_foreground();
        }
        self.parked.clear();
    }

    /// A key has stopped the child that has the terminal: the whole run stops with it, as a shell's job, and the child goes
    /// on with the run. A scenario's own `stop` does not mean that.
    pub(super) fn follow_foreground(&mut self) {
        let Some(lent) = self.lent.as_mut().filter(|_| self.behind.is_none()) else { return };
        let Ok(Some(wait::ChildState::Stopped(signal))) = wait::peek_state(lent.pid) else { return };
        if !OF_TERMINAL.contains(&signal) {
            return;
        }
        let tty = lent.terminal.as_fd();
        let modes = terminal::modes(tty).ok();
        // After `bg` and then `fg` it is ours again, and the child only has to get it.
        if !(lent.away && lent.is_ours()) {
            lent.return_to_us();
            self.run.stop_job();
        }
        let away = !lent.is_ours();
        if !away {
            let _ = modes.map(|modes| terminal::restore(tty, &modes));
            let _ = group::of(lent.pid).and_then(|group| terminal::give(tty, group));
        }
        lent.away = away;
        // Our own unreaped child, as long as it is lent something.
        let pid = lent.pid;
        let _ = Pidfd::open(pid)
            .and_then(|child| group::signal(&child, Signal::CONT, |leader| self.has_started(leader)));
    }

    /// Where nothing was started that could have it.
    pub(super) fn not_lent(&self) {
        self.tell_editor_back(Left::InOrder);
    }

    fn tell_editor_back(&self, left: Left) {
        if let Some(editor) = self.editor() {
            editor.take_back(left);
        }
    }

    /// The editor of the session, in the session alone.
    fn editor(&self) -> Option<&dyn Editor> {
        self.behind.as_ref().filter(|behind| behind.is_session)?.editor.as_deref()
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
        while self.world.lent.is_some() {
            if let Err(stop) = self.look_at_foreground() {
                self.tell(stop);
            }
            if self.world.lent.is_some() {
                // Ctrl-C is for the child, and what a handler complains of is told.
                if let Err(stop) = self.block(None, |waiter, until| waiter.process_event(events, until)) {
                    self.tell(stop);
                }
            }
        }
    }

    /// When to look after the child that has the prompt's terminal, while the session waits for something else: nothing but
    /// the child's change could give Ctrl-C back to the session.
    pub(super) fn foreground_look(&self) -> Option<i64> {
        let is_session = self.world.behind.as_ref().is_some_and(|behind| behind.is_session);
        (is_session && self.world.lent.is_some()).then(|| clock::monotonic() + LOOK)
    }

    /// Takes the prompt's terminal back from a child that has ended or is stopped.
    ///
    /// # Errors
    /// `Interrupted` where the program of a `run` is stopped: nobody could resume it.
    pub(super) fn look_at_foreground(&mut self) -> Result<(), Stop> {
        if self.foreground_look().is_none() {
            return Ok(());
        }
        let Some(pid) = self.world.lent.as_ref().map(|lent| lent.pid) else { return Ok(()) };
        match wait::peek_state(pid) {
            Ok(Some(wait::ChildState::Stopped(_))) => {
                self.world.park(pid);
                if self.world.behind.as_ref().is_some_and(|behind| behind.nameless == Some(pid)) {
                    return Err(Stop::Interrupted);
                }
            }
            Ok(Some(wait::ChildState::Ended(_))) | Err(_) => self.world.take_terminal_back(Some(pid)),
            Ok(_) => {}
        }
        Ok(())
    }
}
