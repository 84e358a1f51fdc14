//! Where in the text a shared object was made: a word at the end of its record, for those who name it.

use super::super::run::{OBJECT_BYTES, Run};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The bytes at the end of each record that are not the object's own.
pub(super) const BYTES: usize = size_of::<AtomicU64>();

fn word(run: &Run, index: u32) -> Option<&AtomicU64> {
    let place = run.object(index)?;
    // SAFETY: the record's last bytes are kept for this word (see `arena`), aligned to 8, and in memory that is never unmapped.
    Some(unsafe { &*place.add(OBJECT_BYTES - BYTES).cast::<AtomicU64>() })
}

/// Notes the place, in the caller's own way of writing it; 0 stands for none.
pub fn set(run: Run, index: u32, place: u64) {
    if let Some(word) = word(&run, index) {
        word.store(place, Relaxed);
    }
}

/// The place that was noted; none where none was.
#[must_use]
pub fn get(run: Run, index: u32) -> Option<u64> {
    word(&run, index).map(|word| word.load(Relaxed)).filter(|place| *place != 0)
}
