//! `event()`: a flag to wait for.

use super::super::blocked::{Blocked, BlockedKind};
use super::super::futex;
use super::super::run::Run;
use super::super::waiter::{Waited, Waiter};
use super::arena::{self, Record};
use super::trouble::{ShareResult, WaitResult};
use crate::value::{Object, ObjectKind};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

#[repr(C)]
struct Memory {
    arena: AtomicU32,
    /// The flag in the lowest bit; above it, how often it was cleared: so a sleeper sees that it was set also when it is
    /// cleared again by then.
    word: AtomicU32,
    sleepers: AtomicU32,
}

// SAFETY: `repr(C)`, atomics only, the arena's word first.
unsafe impl Record for Memory {
    const KIND: ObjectKind = ObjectKind::Event;
}

/// Makes an event that is not set.
///
/// # Errors
/// `TooMany`.
pub fn create(run: Run) -> ShareResult<Object> {
    arena::create::<Memory>(run, |_, _| Ok(()))
}

/// Sets it: all who wait go on.
///
/// # Errors
/// `NotShared`.
pub fn set(run: Run, object: Object) -> ShareResult<()> {
    let memory = arena::find::<Memory>(&run, object.index)?;
    if memory.word.fetch_or(1, SeqCst) & 1 == 0 && memory.sleepers.load(SeqCst) > 0 {
        futex::wake_all(&memory.word);
    }
    Ok(())
}

/// Clears it.
///
/// # Errors
/// `NotShared`.
pub fn clear(run: Run, object: Object) -> ShareResult<()> {
    let memory = arena::find::<Memory>(&run, object.index)?;
    // From set to not set the count above the flag grows by itself: 1 is added to an odd word.
    let _ = memory.word.fetch_update(SeqCst, SeqCst, |word| (word & 1 == 1).then(|| word.wrapping_add(1)));
    Ok(())
}

/// Whether it is set.
///
/// # Errors
/// `NotShared`.
pub fn is_set(run: Run, object: Object) -> ShareResult<bool> {
    Ok(arena::find::<Memory>(&run, object.index)?.word.load(SeqCst) & 1 == 1)
}

/// Waits until it is set, or was set since the call. To go on after a handler, call it again.
///
/// # Errors
/// `NotShared`.
pub fn wait(waiter: &mut Waiter, object: Object, deadline: Option<i64>) -> WaitResult<()> {
    let run = waiter.run();
    let memory = arena::find::<Memory>(&run, object.index)?;
    let seen = memory.word.load(SeqCst);
    if seen & 1 == 1 {
        return Ok(Waited::Done(()));
    }
    let on = Blocked { kind: BlockedKind::Event, index: object.index, argument: seen };
    memory.sleepers.fetch_add(1, SeqCst);
    let waited = loop {
        if memory.word.load(SeqCst) != seen {
            break Ok(Waited::Done(()));
        }
        match waiter.word_changes(&memory.word, seen, deadline, Some(on)) {
            Ok(Waited::Done(())) => {}
            other => break other,
        }
    };
    memory.sleepers.fetch_sub(1, SeqCst);
    Ok(waited?)
}

/// Whether one who began to wait when the word was `seen` has to wait on.
pub(in crate::process) fn would_wait(run: Run, index: u32, seen: u32) -> bool {
    arena::find::<Memory>(&run, index).is_ok_and(|memory| memory.word.load(SeqCst) == seen && seen & 1 == 0)
}
