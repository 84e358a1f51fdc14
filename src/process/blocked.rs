//! What a process waits for, written in its row while it sleeps: for the detection of deadlocks, and for people.

use super::clock;
use super::run::Run;
use super::table::Row;
use crate::value::Signal;
use std::sync::atomic::Ordering::SeqCst;

/// The kind of a wait without end in sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum BlockedKind {
    /// For a child to end; the index is its row's.
    Join = 1,
    /// For any child to end.
    AnyChild = 2,
    Lock = 3,
    Semaphore = 4,
    Event = 5,
    Barrier = 6,
    Get = 7,
    Put = 8,
    /// On a connection; the argument is the end: 0 or 1.
    Receive = 9,
    Send = 10,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked {
    pub kind: BlockedKind,
    /// The shared object's index; of a `Join` the row's.
    pub index: u32,
    /// What the object needs to know whether the wait is over.
    pub argument: u32,
}

/// A process that waits, as a deadlock's message needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub row: Row,
    pub pid: i32,
    pub name: String,
    pub on: Blocked,
    /// Of a `Join`: the name of the process that is waited for. Of a lock: that of its holder.
    pub whom: Option<String>,
}

impl Blocked {
    fn pack(self) -> u64 {
        (self.kind as u64) << 56 | u64::from(self.index & 0xff_ffff) << 32 | u64::from(self.argument)
    }

    fn unpack(word: u64) -> Option<Self> {
        let kind = match word >> 56 {
            1 => BlockedKind::Join,
            2 => BlockedKind::AnyChild,
            3 => BlockedKind::Lock,
            4 => BlockedKind::Semaphore,
            5 => BlockedKind::Event,
            6 => BlockedKind::Barrier,
            7 => BlockedKind::Get,
            8 => BlockedKind::Put,
            9 => BlockedKind::Receive,
            10 => BlockedKind::Send,
            _ => return None,
        };
        Some(Self { kind, index: (word >> 32) as u32 & 0xff_ffff, argument: word as u32 })
    }
}

impl Run {
    /// Says that this process sleeps from now on. Between here and [`Run::clear_blocked`] it changes nothing that others
    /// see: that is what the detection of deadlocks stands on.
    pub(super) fn set_blocked(&self, row: Row, on: Blocked) {
        if let Some(memory) = self.memory(row) {
            let milliseconds = clock::monotonic() / clock::MILLISECOND;
            memory.blocked_since.store(milliseconds as u32, SeqCst);
            memory.blocked.store(on.pack(), SeqCst);
            memory.blocked_sequence.fetch_add(1, SeqCst);
        }
    }

    pub(super) fn clear_blocked(&self, row: Row) {
        if let Some(memory) = self.memory(row) {
            memory.blocked_sequence.fetch_add(1, SeqCst);
            memory.blocked.store(0, SeqCst);
        }
    }

    /// What a process sleeps for, and a number that changes with every sleep; none where it does not sleep for ever.
    pub(super) fn blocked(&self, row: Row) -> Option<(Blocked, u32)> {
        let memory = self.memory(row)?;
        let sequence = memory.blocked_sequence.load(SeqCst);
        Blocked::unpack(memory.blocked.load(SeqCst)).map(|on| (on, sequence))
    }

    /// Since when it sleeps, in milliseconds of the monotonic clock cut to 32 bits, and for what.
    #[must_use]
    pub fn sleeps_for(&self, row: Row) -> Option<(Blocked, u32)> {
        let (on, _) = self.blocked(row)?;
        Some((on, self.memory(row)?.blocked_since.load(SeqCst)))
    }

    /// Which signals this process handles itself: kept where others can see that a signal may wake it.
    pub fn note_handlers(&self, row: Row, handled: &[Signal]) {
        self.set_handles(row, !handled.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::{Blocked, BlockedKind};

    #[test]
    fn a_record_survives_its_word() {
        for kind in [BlockedKind::Join, BlockedKind::Barrier, BlockedKind::Send] {
            let on = Blocked { kind, index: 265_000, argument: u32::MAX };
            assert_eq!(Blocked::unpack(on.pack()), Some(on));
        }
        assert_eq!(Blocked::unpack(0), None);
    }
}
