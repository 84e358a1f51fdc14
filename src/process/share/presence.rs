//! Who waits at which barrier, so that one who dies there is missed: each process of a run has a place in the run's memory,
//! which it holds by a robust lock as long as it waits. The kernel takes the lock from the dead.

use super::super::robust::RobustLock;
use super::super::run::Run;
use super::super::table::Row;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

/// A process's place: all zero at first, and one for each row of the table.
#[repr(C)]
#[derive(Debug)]
pub(in crate::process) struct Presence {
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

/// This process comes to a barrier. To be called before it is counted there.
pub(super) fn come(run: Run, row: Row, barrier: u32, generation: u32) -> Before {
    let Some(place) = run.presences().get(row.index as usize) else { return Before(None) };
    if place.held.held_by_me() {
        return Before(Some(place.at.swap(ANYWHERE, SeqCst)));
    }
    place.at.store(key(barrier, generation), SeqCst);
    // Nobody else takes it but those who had this row before, and died with it.
    if !place.held.take_over() {
        let _ = place.held.attempt(false);
    }
    Before(None)
}

/// This process waits no longer.
pub(super) fn leave(run: Run, row: Row, before: Before) {
    let Some(place) = run.presences().get(row.index as usize) else { return };
    match before {
        Before(Some(at)) => place.at.store(at, SeqCst),
        Before(None) => {
            place.held.release();
        }
    }
}

/// How many living processes have come to this barrier.
pub(super) fn count(run: Run, barrier: u32, generation: u32) -> u64 {
    let wanted = key(barrier, generation);
    let places = run.presences();
    let present = run.held_rows().into_iter().filter(|row| {
        places.get(row.index as usize).is_some_and(|place| {
            let at = place.at.load(SeqCst);
            place.held.holder() != 0 && (at == wanted || at == ANYWHERE)
        })
    });
    present.count() as u64
}
