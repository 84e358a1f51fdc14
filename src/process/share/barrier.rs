//! `barrier(n)`: nobody goes on before n have come.

use super::super::blocked::{Blocked, BlockedKind};
use super::super::futex;
use super::super::run::Run;
use super::super::waiter::{Waited, Waiter};
use super::arena::{self, Record};
use super::trouble::{ShareError, ShareResult, WaitResult};
use crate::value::{Object, ObjectKind};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};

#[repr(C)]
struct Memory {
    arena: AtomicU32,
    parties: AtomicU32,
    /// How often it opened (32 bits), whether it is broken (1), how many have come (31).
    state: AtomicU64,
    /// What sleepers sleep on: grows after each change that frees them.
    turn: AtomicU32,
}

// SAFETY: `repr(C)`, atomics only, the arena's word first.
unsafe impl Record for Memory {
    const KIND: ObjectKind = ObjectKind::Barrier;
}

const BROKEN: u64 = 1 << 31;
const COUNT: u64 = BROKEN - 1;

fn generation(state: u64) -> u32 {
    (state >> 32) as u32
}

/// One who has come and waits. It must wait to the end or be given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Party {
    object: Object,
    generation: u32,
    /// How many had come before: 0 for the first.
    pub index: u32,
}

/// What coming to a barrier brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// This was the last one, with the highest index; the others go on too.
    Opened(u32),
    Waits(Party),
}

/// Makes a barrier for this many parties.
///
/// # Errors
/// `TooMany`; `Overflow` for none, or more than 2147483647.
pub fn create(run: Run, parties: u32) -> ShareResult<Object> {
    if parties == 0 || u64::from(parties) > COUNT {
        return Err(ShareError::Overflow);
    }
    arena::create::<Memory>(run, |_, memory| {
        memory.parties.store(parties, SeqCst);
        Ok(())
    })
}

/// Comes to the barrier: once for each wait, also when handlers interrupt it.
///
/// # Errors
/// `Broken`.
pub fn arrive(run: Run, object: Object) -> ShareResult<Arrival> {
    let memory = arena::find::<Memory>(&run, object.index)?;
    let parties = u64::from(memory.parties.load(SeqCst));
    let come = |state: u64| {
        if state & BROKEN != 0 {
            return None;
        }
        let opens = (state & COUNT) + 1 >= parties;
        Some(if opens { u64::from(generation(state).wrapping_add(1)) << 32 } else { state + 1 })
    };
    let before = memory.state.fetch_update(SeqCst, SeqCst, come).map_err(|_| ShareError::Broken)?;
    let index = (before & COUNT) as u32;
    if u64::from(index) + 1 >= parties {
        memory.free_all();
        return Ok(Arrival::Opened(index));
    }
    Ok(Arrival::Waits(Party { object, generation: generation(before), index }))
}

/// Waits for the others. Who is too late breaks the barrier for all.
///
/// # Errors
/// `Broken` where another one gave up.
pub fn wait(waiter: &mut Waiter, party: Party, deadline: Option<i64>) -> WaitResult<u32> {
    let run = waiter.run();
    let memory = arena::find::<Memory>(&run, party.object.index)?;
    let on = Blocked { kind: BlockedKind::Barrier, index: party.object.index, argument: party.generation };
    loop {
        let turn = memory.turn.load(SeqCst);
        let state = memory.state.load(SeqCst);
        if generation(state) != party.generation {
            return Ok(Waited::Done(party.index));
        }
        if state & BROKEN != 0 {
            return Err(ShareError::Broken);
        }
        match waiter.word_changes(&memory.turn, turn, deadline, Some(on))? {
            Waited::Done(()) => {}
            Waited::TimedOut => {
                // Where it opened in this very moment, we are through after all.
                let open = !give_up(run, party)?;
                return Ok(if open { Waited::Done(party.index) } else { Waited::TimedOut });
            }
            other => return Ok(other.map(|()| party.index)),
        }
    }
}

/// A party that will not wait any more breaks the barrier. False where it had opened by then.
///
/// # Errors
/// `NotShared`.
pub fn give_up(run: Run, party: Party) -> ShareResult<bool> {
    let memory = arena::find::<Memory>(&run, party.object.index)?;
    let spoil = |state: u64| (generation(state) == party.generation).then_some(state | BROKEN);
    let broken = memory.state.fetch_update(SeqCst, SeqCst, spoil).is_ok();
    if broken {
        memory.free_all();
    }
    Ok(broken)
}

impl Memory {
    fn free_all(&self) {
        self.turn.fetch_add(1, SeqCst);
        futex::wake_all(&self.turn);
    }
}

/// Whether one who came in this generation has to wait on.
pub(in crate::process) fn would_wait(run: Run, index: u32, since: u32) -> bool {
    arena::find::<Memory>(&run, index).is_ok_and(|memory| {
        let state = memory.state.load(SeqCst);
        generation(state) == since && state & BROKEN == 0
    })
}
