//! `barrier(n)`: nobody goes on before n have come. One who gives up or dies while he waits breaks it for the others.

use super::super::blocked::{Blocked, BlockedKind};
use super::super::futex;
use super::super::presence::Before;
use super::super::run::Run;
use super::super::table::Row;
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
    row: Row,
    before: Option<Before>,
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
/// `Broken`, also where one of those who had come is dead by now.
pub fn arrive(waiter: &Waiter, object: Object) -> ShareResult<Arrival> {
    let (run, row) = (waiter.run(), waiter.row());
    let memory = arena::find::<Memory>(&run, object.index)?;
    let parties = u64::from(memory.parties.load(SeqCst));
    loop {
        let state = memory.state.load(SeqCst);
        if state & BROKEN != 0 {
            return Err(ShareError::Broken);
        }
        let arrived = state & COUNT;
        if arrived + 1 >= parties {
            if memory.lost_one(run, object.index, state) {
                memory.spoil(generation(state));
            } else if memory.step(state, u64::from(generation(state).wrapping_add(1)) << 32) {
                memory.free_all();
                return Ok(Arrival::Opened(arrived as u32));
            }
            continue;
        }
        // Said before it is counted: so whoever is counted and is not there is dead.
        let before = come(run, row, object.index, generation(state));
        if memory.step(state, state + 1) {
            let (generation, index) = (generation(state), arrived as u32);
            return Ok(Arrival::Waits(Party { object, generation, index, row, before }));
        }
        leave(run, row, before);
    }
}

/// Waits for the others. Who is too late breaks the barrier for all.
///
/// # Errors
/// `Broken` where another one gave up, or died.
pub fn wait(waiter: &mut Waiter, party: Party, deadline: Option<i64>) -> WaitResult<u32> {
    let run = waiter.run();
    let memory = arena::find::<Memory>(&run, party.object.index)?;
    let on = Blocked { kind: BlockedKind::Barrier, index: party.object.index, argument: party.generation };
    loop {
        let turn = memory.turn.load(SeqCst);
        let state = memory.state.load(SeqCst);
        if generation(state) != party.generation {
            leave(run, party.row, party.before);
            return Ok(Waited::Done(party.index));
        }
        if state & BROKEN != 0 {
            leave(run, party.row, party.before);
            return Err(ShareError::Broken);
        }
        match waiter.word_changes(&memory.turn, turn, deadline, Some(on))? {
            // Woken without cause: that happens now and then, and is the time to look for the dead.
            Waited::Done(()) if memory.turn.load(SeqCst) == turn => {
                let state = memory.state.load(SeqCst);
                if generation(state) == party.generation && memory.lost_one(run, party.object.index, state) {
                    memory.spoil(party.generation);
                }
            }
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
    let broken = memory.spoil(party.generation);
    leave(run, party.row, party.before);
    Ok(broken)
}

/// This process comes to a barrier.
fn come(run: Run, row: Row, barrier: u32, generation: u32) -> Option<Before> {
    run.presences().get(row.index as usize).map(|place| place.come(barrier, generation))
}

fn leave(run: Run, row: Row, before: Option<Before>) {
    if let (Some(place), Some(before)) = (run.presences().get(row.index as usize), before) {
        place.leave(before);
    }
}

/// How many living processes have come to this barrier.
fn present(run: Run, barrier: u32, generation: u32) -> u64 {
    let places = run.presences();
    let is_at =
        |row: &Row| places.get(row.index as usize).is_some_and(|place| place.is_at(barrier, generation));
    run.held_rows().into_iter().filter(is_at).count() as u64
}

impl Memory {
    fn step(&self, from: u64, to: u64) -> bool {
        self.state.compare_exchange(from, to, SeqCst, SeqCst).is_ok()
    }

    /// Breaks it, where it is still the same generation's turn.
    fn spoil(&self, of: u32) -> bool {
        let spoilt = |state: u64| (generation(state) == of).then_some(state | BROKEN);
        let broken = self.state.fetch_update(SeqCst, SeqCst, spoilt).is_ok();
        if broken {
            self.free_all();
        }
        broken
    }

    /// Whether one of those who were counted in this state has died since. One who has just come hides that for a moment, until he is
    /// counted himself.
    fn lost_one(&self, run: Run, index: u32, state: u64) -> bool {
        let arrived = state & COUNT;
        arrived > 0
            && present(run, index, generation(state)) < arrived
            && generation(self.state.load(SeqCst)) == generation(state)
    }

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

/// Whether a process died while it waited there, so that the others will not wait on.
pub(in crate::process) fn lost_one(run: Run, index: u32) -> bool {
    arena::find::<Memory>(&run, index).is_ok_and(|memory| {
        let state = memory.state.load(SeqCst);
        state & BROKEN == 0 && memory.lost_one(run, index, state)
    })
}
