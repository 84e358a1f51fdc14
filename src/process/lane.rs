//! How much of the run's log is taken: the counts of one of its lanes, in the control page.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};

/// The words of a slot.
pub(super) const WORDS: usize = 8;
/// The slots of each lane: 32 MiB of addresses, which are memory only where there is something.
pub(super) const SLOTS: u64 = 1 << 19;
/// The bytes of both lanes.
pub(super) const LOG_BYTES: usize = 2 * SLOTS as usize * WORDS * 8;

/// A lane's counts.
#[repr(C)]
#[derive(Debug)]
pub(super) struct LaneMemory {
    /// The slot that is given next; may be beyond the end.
    next: AtomicU64,
    /// How many records had no room.
    dropped: AtomicU64,
    /// When the last of them came.
    last: AtomicI64,
}

impl LaneMemory {
    /// So many slots one after the other, which nobody else gets: the number of the first. None where they are all given.
    pub(super) fn take(&self, count: u64) -> Option<u64> {
        // Once it is full the count stands still, or it would come round some day.
        if self.next.load(Relaxed) >= SLOTS {
            return None;
        }
        let first = self.next.fetch_add(count, Relaxed);
        (first + count <= SLOTS).then_some(first)
    }

    /// One more record had no room at this time.
    pub(super) fn drop_one(&self, time: i64) {
        self.dropped.fetch_add(1, Relaxed);
        self.last.fetch_max(time, Relaxed);
    }

    /// The slot behind the last one that was given.
    pub(super) fn end(&self) -> u64 {
        self.next.load(SeqCst).min(SLOTS)
    }

    /// How many records had no room, and when the last of them came.
    pub(super) fn dropped(&self) -> (u64, i64) {
        (self.dropped.load(SeqCst), self.last.load(SeqCst))
    }
}
