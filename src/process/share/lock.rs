//! `lock()`: one process at a time. The death of its holder breaks it for good, and nobody hangs.

use super::super::blocked::{Blocked, BlockedKind};
use super::super::robust::{Attempt, RobustLock};
use super::super::run::Run;
use super::super::waiter::{Waited, Waiter};
use super::arena::{self, Record};
use super::trouble::{ShareError, ShareResult, WaitResult};
use crate::value::{Object, ObjectKind};
use std::sync::atomic::AtomicU32;

#[repr(C)]
struct Memory {
    arena: AtomicU32,
    unused: AtomicU32,
    lock: RobustLock,
}

// SAFETY: `repr(C)`, atomics only, the arena's word first.
unsafe impl Record for Memory {
    const KIND: ObjectKind = ObjectKind::Lock;
}

/// How often a taken lock is looked at before sleeping: its holder mostly has it only for a moment.
const LOOKS: u32 = 100;

/// Makes a free lock.
///
/// # Errors
/// `TooMany`.
pub fn create(run: Run) -> ShareResult<Object> {
    arena::create::<Memory>(run, |_, _| Ok(()))
}

/// Takes the lock. Taking one's own lock again waits for ever, as in Python: the detection of deadlocks finds it.
///
/// # Errors
/// `OwnerDied` from the death of a holder on.
#[inline]
pub fn acquire(waiter: &mut Waiter, object: Object, deadline: Option<i64>) -> WaitResult<()> {
    let run = waiter.run();
    let lock = &arena::find::<Memory>(&run, object.index)?.lock;
    match lock.attempt(false) {
        Attempt::Taken => Ok(Waited::Done(())),
        _ => acquire_slowly(waiter, lock, object.index, deadline),
    }
}

#[cold]
fn acquire_slowly(
    waiter: &mut Waiter,
    lock: &RobustLock,
    index: u32,
    deadline: Option<i64>,
) -> WaitResult<()> {
    let on = Blocked { kind: BlockedKind::Lock, index, argument: 0 };
    match take(waiter, lock, deadline, Some(on))? {
        Waited::Done(Attempt::OwnerDied) => {
            // It stays broken: all that sleep on it shall see it.
            lock.wake_all();
            Err(ShareError::OwnerDied)
        }
        other => Ok(other.map(drop)),
    }
}

/// Takes a robust lock, or finds that its holder died. For this file and for the lock within a queue.
pub(super) fn take(
    waiter: &mut Waiter,
    lock: &RobustLock,
    deadline: Option<i64>,
    on: Option<Blocked>,
) -> WaitResult<Attempt> {
    let mut looks = 0;
    let mut waited = false;
    loop {
        let seen = match lock.attempt(waited) {
            Attempt::Busy(seen) => seen,
            settled => return Ok(Waited::Done(settled)),
        };
        if looks < LOOKS && !lock.held_by_me() {
            looks += 1;
            std::hint::spin_loop();
            continue;
        }
        let Some(expected) = lock.announce(seen) else { continue };
        waited = true;
        match lock.while_waiting(|| waiter.word_changes(lock.word(), expected, deadline, on))? {
            Waited::Done(()) => {}
            Waited::Interrupted => return Ok(Waited::Interrupted),
            Waited::TimedOut => return Ok(Waited::TimedOut),
            Waited::Deadlock(who) => return Ok(Waited::Deadlock(who)),
        }
    }
}

/// Gives the lock back.
///
/// # Errors
/// `NotOwner` where this process does not hold it.
#[inline]
pub fn release(run: Run, object: Object) -> ShareResult<()> {
    let memory = arena::find::<Memory>(&run, object.index)?;
    if memory.lock.release() { Ok(()) } else { Err(ShareError::NotOwner) }
}

/// The pid of the process that holds it; 0: none.
#[must_use]
pub fn holder(run: Run, index: u32) -> i32 {
    arena::find::<Memory>(&run, index).map_or(0, |memory| memory.lock.holder().cast_signed())
}

/// Whether one who asks for the lock now would have to wait.
pub(in crate::process) fn would_wait(run: Run, index: u32) -> bool {
    arena::find::<Memory>(&run, index)
        .is_ok_and(|memory| memory.lock.holder() != 0 && !memory.lock.owner_died())
}
