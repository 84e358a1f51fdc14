//! `semaphore(n)`: at most n at a time.

use super::super::blocked::{Blocked, BlockedKind};
use super::super::futex;
use super::super::run::Run;
use super::super::waiter::{Waited, Waiter};
use super::arena::{self, Record};
use super::trouble::{ShareError, ShareResult, WaitResult};
use crate::value::{Object, ObjectKind};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

#[repr(C)]
struct Memory {
    arena: AtomicU32,
    value: AtomicU32,
    /// How many may sleep. One who is killed in his sleep stays counted: that costs a useless wake, no more.
    sleepers: AtomicU32,
}

// SAFETY: `repr(C)`, atomics only, the arena's word first.
unsafe impl Record for Memory {
    const KIND: ObjectKind = ObjectKind::Semaphore;
}

const LARGEST: u32 = i32::MAX as u32;

/// Makes a semaphore with this many units.
///
/// # Errors
/// `TooMany`; `Overflow` for more than 2147483647 units.
pub fn create(run: Run, units: u32) -> ShareResult<Object> {
    if units > LARGEST {
        return Err(ShareError::Overflow);
    }
    arena::create::<Memory>(run, |_, memory| {
        memory.value.store(units, SeqCst);
        Ok(())
    })
}

/// Takes a unit, waiting for one.
///
/// # Errors
/// `NotShared`.
pub fn acquire(waiter: &mut Waiter, object: Object, deadline: Option<i64>) -> WaitResult<()> {
    let run = waiter.run();
    let memory = arena::find::<Memory>(&run, object.index)?;
    if memory.take() {
        return Ok(Waited::Done(()));
    }
    let on = Blocked { kind: BlockedKind::Semaphore, index: object.index, argument: 0 };
    memory.sleepers.fetch_add(1, SeqCst);
    let waited = loop {
        if memory.take() {
            break Ok(Waited::Done(()));
        }
        match waiter.word_changes(&memory.value, 0, deadline, Some(on)) {
            Ok(Waited::Done(())) => {}
            other => break other,
        }
    };
    memory.sleepers.fetch_sub(1, SeqCst);
    Ok(waited?)
}

/// Gives a unit back, also one that was never taken, as Python's Semaphore does.
///
/// # Errors
/// `Overflow`.
pub fn release(run: Run, object: Object) -> ShareResult<()> {
    let memory = arena::find::<Memory>(&run, object.index)?;
    let more = |value: u32| (value < LARGEST).then_some(value + 1);
    memory.value.fetch_update(SeqCst, SeqCst, more).map_err(|_| ShareError::Overflow)?;
    if memory.sleepers.load(SeqCst) > 0 {
        futex::wake(&memory.value, 1);
    }
    Ok(())
}

impl Memory {
    fn take(&self) -> bool {
        self.value.fetch_update(SeqCst, SeqCst, |value| value.checked_sub(1)).is_ok()
    }
}

/// Whether one who asks for a unit now would have to wait.
pub(in crate::process) fn would_wait(run: Run, index: u32) -> bool {
    arena::find::<Memory>(&run, index).is_ok_and(|memory| memory.value.load(SeqCst) == 0)
}
