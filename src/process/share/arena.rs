//! Where shared objects lie: records of one size in the run's memory, given out once and never taken back, so that a
//! handle stays right however long it lives.

use super::super::run::{MAX_OBJECTS, OBJECT_BYTES, Run};
use super::origin;
use super::trouble::{ShareError, ShareResult};
use crate::value::{Object, ObjectKind};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

/// An object as it lies in shared memory.
///
/// # Safety
/// It must be `repr(C)`, made of atomics only (so that zeroes are valid, and sharing is), aligned to at most 8 bytes,
/// and begin with an `AtomicU32`, which is the arena's.
pub(super) unsafe trait Record: Sized {
    const KIND: ObjectKind;
}

/// What stands in a record's first word, so that a handle of another kind or of nothing is refused.
fn mark(kind: ObjectKind) -> u32 {
    match kind {
        ObjectKind::Queue => 1,
        ObjectKind::ConnectionA | ObjectKind::ConnectionB => 2,
        ObjectKind::Lock => 3,
        ObjectKind::Semaphore => 4,
        ObjectKind::Event => 5,
        ObjectKind::Barrier => 6,
        ObjectKind::Shared => 7,
    }
}

/// Makes a new object, filled before anybody can find it.
pub(super) fn create<T: Record>(
    run: Run,
    fill: impl FnOnce(u32, &T) -> ShareResult<()>,
) -> ShareResult<Object> {
    const { assert!(size_of::<T>() <= OBJECT_BYTES - origin::BYTES && align_of::<T>() <= 8) };
    let objects = &run.control().objects;
    let next = |count: u32| (count < MAX_OBJECTS).then_some(count + 1);
    let index =
        objects.fetch_update(SeqCst, SeqCst, next).map_err(|_| ShareError::TooMany { max: MAX_OBJECTS })?;
    let place = run.object(index).ok_or(ShareError::TooMany { max: MAX_OBJECTS })?;
    // SAFETY: the place is as large and aligned as the record needs, lies in memory that is never unmapped, is all zero, and
    // by the trait's contract zeroes are a valid record that may be shared.
    let record = unsafe { &*place.cast::<T>() };
    fill(index, record)?;
    // SAFETY: every record begins with this word.
    let word = unsafe { &*place.cast::<AtomicU32>() };
    word.store(mark(T::KIND), SeqCst);
    Ok(Object { kind: T::KIND, index })
}

/// The record of an object.
#[inline]
pub(super) fn find<T: Record>(run: &Run, index: u32) -> ShareResult<&T> {
    let place = run.object(index).ok_or(ShareError::NotShared)?;
    // SAFETY: every record begins with this word.
    let word = unsafe { &*place.cast::<AtomicU32>() };
    if word.load(SeqCst) != mark(T::KIND) {
        return Err(ShareError::NotShared);
    }
    // SAFETY: the mark says that a record of this type was made here; see `create`.
    Ok(unsafe { &*place.cast::<T>() })
}
