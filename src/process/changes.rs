//! When children end, stop and go on: SIGCHLD is noted at once, see sigaction(2), for the end of a killed process or of a program
//! is told by nobody else; and a zombie that is joined a second later has been one for that second.
//!
//! Several SIGCHLD that come close together are one, and name one child. So beside the child that is named, those are looked at
//! whose end would not be told by themselves, as far as they are among the first of the table.

use super::log::{Lane, Tag};
use super::row::RowState;
use super::run::Run;
use super::table::{EXTERNAL, Row};
use super::wait::{self, ChildState};
use super::{clock, fork, signals};
use crate::value::Signal;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicI32, AtomicI64, AtomicPtr, Ordering::Relaxed, Ordering::SeqCst};

/// So many places of the table are looked through at each signal.
const LOOKED_AT: usize = 256;

/// In the same word: the program itself has a handler for SIGCHLD.
const CATCHES: u64 = 16;

/// In the word of a row's birth: its process is known to stand still.
pub(super) const STOPPED: u64 = 1;

/// The run whose processes are noted by this one.
static RUN: AtomicPtr<Run> = AtomicPtr::new(null_mut());
/// A child that ended before the table knew its pid, and when.
static EARLY: (AtomicI32, AtomicI64) = (AtomicI32::new(0), AtomicI64::new(0));

/// A child stopped, or went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Nanoseconds of the monotonic clock.
    pub time: i64,
    pub pid: i32,
    /// What stopped it; none where it goes on.
    pub signal: Option<Signal>,
}

impl Change {
    fn bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.time.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.pid.to_le_bytes());
        bytes[12] = self.signal.map_or(0, |signal| signal.0);
        bytes
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (time, rest) = bytes.split_first_chunk()?;
        let (pid, rest) = rest.split_first_chunk()?;
        let signal = *rest.first()?;
        let signal = (signal != 0).then_some(Signal(signal));
        Some(Self { time: i64::from_le_bytes(*time), pid: i32::from_le_bytes(*pid), signal })
    }
}

/// From now on this process, and those that it forks, note when their children end, stop and go on.
pub fn note_children(run: &Run) {
    if run.is_recorded() && RUN.load(SeqCst).is_null() {
        RUN.store(Box::into_raw(Box::new(*run)), SeqCst);
        signals::note_children_by(note);
    }
}

/// A SIGCHLD that names this child has come. Async-signal-safe.
fn note(pid: i32, code: i32, status: i32) {
    // SAFETY: it is null, or was made by `note_children` and is never freed.
    let Some(run) = (unsafe { RUN.load(SeqCst).as_ref() }) else { return };
    run.note_child(pid, wait::state_of(code, status));
    if run.control().unspoken.load(SeqCst) != 0 {
        run.note_all(fork::pid());
    }
}

impl Run {
    /// From now on there may be children whose end is not their own word.
    pub(super) fn expect_unspoken(&self) {
        let unspoken = &self.control().unspoken;
        if unspoken.load(Relaxed) == 0 {
            unspoken.store(1, SeqCst);
        }
    }

    /// Whether the program itself handles SIGCHLD in this process, which otherwise has only our own handler.
    pub fn note_catches_child(&self, row: Row, catches: bool) {
        if let Some(birth) = self.births().get(row.index as usize) {
            if catches {
                birth.fetch_or(CATCHES, SeqCst)
            } else {
                birth.fetch_and(!CATCHES, SeqCst)
            };
        }
    }

    /// What [`Run::note_catches_child`] said of it.
    #[must_use]
    pub fn catches_child(&self, row: Row) -> bool {
        self.births().get(row.index as usize).is_some_and(|birth| birth.load(SeqCst) & CATCHES != 0)
    }

    /// Looks what has become of a child of this process, of which the kernel has told this.
    fn note_child(&self, pid: i32, told: Option<ChildState>) {
        match self.row_known_by(pid) {
            Some(row) => self.look_at(row, pid, told),
            None => {
                EARLY.1.store(clock::monotonic(), SeqCst);
                EARLY.0.store(pid, SeqCst);
            }
        }
    }

    /// Looks what has become of all children that this process, `me`, started, as far as they are among the first of the table
    /// and their end is not their own word.
    pub fn note_all(&self, me: i32) {
        let high = self.control().ticket_high.load(SeqCst) as usize;
        for ticket in self.tickets().iter().take(high.min(LOOKED_AT)) {
            let Some(row) = self.held_row(ticket.load(SeqCst)) else { continue };
            let Some(memory) = self.memory(row) else { continue };
            let own = memory.spawner.load(Relaxed) == me && memory.ended.load(SeqCst) == 0;
            let unspoken = memory.flags.load(SeqCst) & EXTERNAL != 0 || memory.last_signal.load(SeqCst) != 0;
            if own && unspoken {
                self.look_at(row, memory.pid.load(SeqCst), None);
            }
        }
    }

    /// Notes what was told of a child, and what the kernel knows of it now: that may be news of which nobody told.
    fn look_at(&self, row: Row, pid: i32, told: Option<ChildState>) {
        let Some(memory) = self.memory(row) else { return };
        if memory.word().state != RowState::Live {
            return;
        }
        let time = clock::monotonic();
        match told {
            Some(ChildState::Stopped(signal)) => self.note_change(row, pid, Some(signal), time),
            Some(ChildState::Continued) => self.note_change(row, pid, None, time),
            _ => {}
        }
        // Its own word, where it has given it, is the better one.
        let own = memory.ended.load(SeqCst) != 0;
        match if own { None } else { wait::peek_state(pid).ok().flatten() } {
            Some(ChildState::Ended(status)) => {
                if status.signal() != Some(Signal::KILL) {
                    self.note_change(row, pid, None, time);
                }
                let _ = memory.ended.compare_exchange(0, time, SeqCst, SeqCst);
            }
            Some(ChildState::Stopped(signal)) => self.note_change(row, pid, Some(signal), time),
            Some(ChildState::Continued) => self.note_change(row, pid, None, time),
            None if own => self.note_change(row, pid, None, time),
            None => {}
        }
    }

    /// A child stands still, or goes on, as it must have before it can end by itself; where that is new.
    fn note_change(&self, row: Row, pid: i32, signal: Option<Signal>, time: i64) {
        let birth = &self.births()[row.index as usize];
        let before = match signal {
            Some(_) => birth.fetch_or(STOPPED, SeqCst),
            None if birth.load(SeqCst) & STOPPED == 0 => return,
            None => birth.fetch_and(!STOPPED, SeqCst),
        };
        if (before & STOPPED != 0) == signal.is_some() {
            return;
        }
        // The kernel tells it a little late: it went on as the signal was sent.
        let sent =
            self.memory(row).filter(|memory| memory.last_signal.load(SeqCst) == u32::from(Signal::CONT.0));
        let sent = sent.map(|memory| memory.signal_time.load(SeqCst)).filter(|_| signal.is_none());
        let change = Change { time: sent.map_or(time, |sent| sent.min(time)), pid, signal };
        let _ = self.log().write(Lane::Life, Tag::Change, &change.bytes());
    }

    /// The table knows the pid of a child now, which may have ended before.
    pub(super) fn note_early(&self, row: Row, pid: i32) {
        if EARLY.0.load(Relaxed) == pid {
            EARLY.0.store(0, SeqCst);
            if let Some(memory) = self.memory(row)
                && matches!(wait::peek(pid), Ok(Some(_)))
            {
                let _ = memory.ended.compare_exchange(0, EARLY.1.load(SeqCst), SeqCst, SeqCst);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Change;
    use crate::value::Signal;

    #[test]
    fn changes_survive_the_log() {
        for signal in [None, Some(Signal(19)), Some(Signal(64))] {
            let change = Change { time: i64::MAX - 3, pid: 4_194_303, signal };
            assert_eq!(Change::read(&change.bytes()), Some(change));
        }
        assert_eq!(Change::read(&[0; 12]), None);
    }
}
