//! Who waits at which barrier, so that one who dies there is missed: each process of a run has a place in the run's memory,
//! which it holds by a robust lock as long as it waits. The kernel takes the lock from the dead.

use super::robust::RobustLock;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

/// A process's place: all zero at first, and one for each row of the table.
#[repr(C)]
#[derive(Debug)]
pub(super) struct Presence {
    /// Held while the process waits.
    held: RobustLock,
    /// The barrier and its generation; [`ANYWHERE`] for one who waits at several, out of handlers within its waits.
    at: AtomicU64,
}

const ANYWHERE: u64 = u64::MAX;

/// What this process had written at its place before it came: put back as it leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Before(Option<u64>);

fn key(barrier: u32, generation: u32) -> u64 {
    u64::from(barrier) << 32 | u64::from(generation)
}

impl Presence {
    /// The process of this place comes to a barrier. To be called before it is counted there.
    pub(super) fn come(&self, barrier: u32, generation: u32) -> Before {
        if self.held.held_by_me() {
            return Before(Some(self.at.swap(ANYWHERE, SeqCst)));
        }
        self.at.store(key(barrier, generation), SeqCst);
        // Nobody else takes it but those who had this row before, and died with it.
        if !self.held.take_over() {
            let _ = self.held.attempt(false);
        }
        Before(None)
    }

    /// It waits no longer.
    pub(super) fn leave(&self, before: Before) {
        match before {
            Before(Some(at)) => self.at.store(at, SeqCst),
            Before(None) => {
                self.held.release();
            }
        }
    }

    /// Whether it lives and has come to this barrier.
    pub(super) fn is_at(&self, barrier: u32, generation: u32) -> bool {
        let at = self.at.load(SeqCst);
        self.held.holder() != 0 && (at == key(barrier, generation) || at == ANYWHERE)
    }
}

#[cfg(test)]
mod tests {
    use super::Presence;

    #[test]
    fn one_who_dies_is_not_there_any_more() {
        // SAFETY: a presence is made of atomics only, for which zeroes are valid.
        static PLACE: Presence = unsafe { std::mem::zeroed() };
        let ended = std::thread::spawn(|| {
            let outer = PLACE.come(1, 7);
            assert!(PLACE.is_at(1, 7) && !PLACE.is_at(1, 8) && !PLACE.is_at(2, 7));
            let inner = PLACE.come(2, 0);
            assert!(PLACE.is_at(1, 7) && PLACE.is_at(2, 0));
            PLACE.leave(inner);
            assert!(PLACE.is_at(1, 7) && !PLACE.is_at(2, 0));
            PLACE.leave(outer);
            assert!(!PLACE.is_at(1, 7));
            let _ = PLACE.come(1, 8);
        });
        assert!(ended.join().is_ok());
        assert!(!PLACE.is_at(1, 8), "it died there");
        let again = PLACE.come(1, 9);
        assert!(PLACE.is_at(1, 9));
        PLACE.leave(again);
    }
}
