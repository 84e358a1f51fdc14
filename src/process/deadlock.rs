//! Whether all processes of a run wait for one another for ever. There is no false alarm.
//!
//! A process writes into its row what it waits for just before it sleeps, and clears that just after, before it
//! looks or changes anything. So between the two it changes nothing. Where two rounds over all processes find each
//! asleep in the very same sleep, there was a moment between the rounds when all of them slept; and where then none of
//! their waits is over by the state of the objects, each one that woke would only sleep again. Whoever could change
//! that from outside makes the answer "no": a program, a handler, a deadline, a wait that cannot be looked into.

use super::blocked::{Blocked, BlockedKind, Waiting};
use super::row::RowState;
use super::run::Run;
use super::share::{barrier, connection, event, lock, queue, semaphore};
use super::table::{HANDLES, Record, Row};
use super::wait;
use super::waiter::Waiter;
use std::collections::HashMap;
use std::sync::atomic::Ordering::SeqCst;

/// Who waits for what, where it is for ever; none where anything may still happen. For the main process, while it waits without a
/// deadline itself.
#[must_use]
pub fn stuck(waiter: &Waiter) -> Option<Vec<Waiting>> {
    let run = waiter.run();
    if somebody_runs(run) {
        return None;
    }
    let first = round(waiter, run)?;
    let second = round(waiter, run)?;
    if first.len() != second.len() || !first.iter().zip(&second).all(|(a, b)| a.same_sleep(b)) {
        return None;
    }
    let mut barriers: Vec<u32> = second
        .iter()
        .map(|sleeper| sleeper.on)
        .filter(|on| on.kind == BlockedKind::Barrier)
        .map(|on| on.index)
        .collect();
    barriers.sort_unstable();
    barriers.dedup();
    if barriers.into_iter().any(|index| barrier::lost_one(run, index)) {
        return None;
    }
    let names: HashMap<i32, String> =
        second.iter().map(|sleeper| (sleeper.record.pid, sleeper.record.name.clone())).collect();
    let living = second.into_iter().filter(|sleeper| run.has_ended(sleeper.record.row) == Ok(false));
    Some(living.map(|sleeper| sleeper.waiting(run, &names)).collect())
}

/// Whether a process lives that waits for none of the others: as a rule the end of the search, found without copying what is known
/// of each of many.
fn somebody_runs(run: Run) -> bool {
    run.held_rows().into_iter().any(|row| {
        let live = run.memory(row).is_some_and(|memory| memory.word().state == RowState::Live);
        live && run.blocked(row).is_none() && run.has_ended(row) == Ok(false)
    })
}

struct Sleeper {
    record: Record,
    on: Blocked,
    sequence: u32,
}

impl Sleeper {
    fn same_sleep(&self, other: &Self) -> bool {
        self.record.row == other.record.row && self.on == other.on && self.sequence == other.sequence
    }

    fn waiting(self, run: Run, names: &HashMap<i32, String>) -> Waiting {
        let whom = match self.on.kind {
            BlockedKind::Lock => names.get(&lock::holder(run, self.on.index)).cloned(),
            _ => run.joined_by(self.on),
        };
        Waiting { row: self.record.row, pid: self.record.pid, name: self.record.name, on: self.on, whom }
    }
}

/// One look at all processes: each one that lives, and its sleep. None where one of them may go on.
fn round(waiter: &Waiter, run: Run) -> Option<Vec<Sleeper>> {
    let mut sleepers = Vec::new();
    // A row that is reserved is a process about to start, whose parent does not sleep: it is seen as the parent.
    for record in run.live() {
        let Some((on, sequence)) = run.blocked(record.row) else {
            if record.state == RowState::Live && !run.has_ended(record.row).ok()? {
                return None;
            }
            continue;
        };
        let handles = run.memory(record.row)?.flags.load(SeqCst) & HANDLES != 0;
        if record.external || handles {
            return None;
        }
        // One that was killed in its sleep does not matter: it wakes nobody, and who joins it looks for its end.
        match waits_on(waiter, run, &record, on) {
            Some(true) => {}
            None if run.has_ended(record.row) == Ok(true) => continue,
            Some(false) | None => return None,
        }
        sleepers.push(Sleeper { record, on, sequence });
    }
    (!sleepers.is_empty()).then_some(sleepers)
}

impl Run {
    /// Of a join: the name of the process that is joined.
    #[must_use]
    pub fn joined_by(&self, on: Blocked) -> Option<String> {
        let row = (on.kind == BlockedKind::Join).then(|| joined(on))?;
        self.record(row).map(|record| record.name)
    }
}

fn joined(on: Blocked) -> Row {
    Row { index: on.index, generation: on.argument }
}

/// Whether a sleeper that looked now would have to sleep on; none where that cannot be known.
fn waits_on(waiter: &Waiter, run: Run, sleeper: &Record, on: Blocked) -> Option<bool> {
    Some(match on.kind {
        BlockedKind::Join => !run.has_ended(joined(on)).ok()?,
        BlockedKind::AnyChild => children_live(run, sleeper)?,
        BlockedKind::Lock => lock::would_wait(run, on.index),
        BlockedKind::Semaphore => semaphore::would_wait(run, on.index),
        BlockedKind::Event => event::would_wait(run, on.index, on.argument),
        BlockedKind::Barrier => barrier::would_wait(run, on.index, on.argument),
        BlockedKind::Get => queue::get_would_wait(run, on.index),
        BlockedKind::Put => queue::put_would_wait(run, on.index, on.argument),
        BlockedKind::Receive => connection::would_wait(waiter, sleeper.row, on.index, on.argument, false)?,
        BlockedKind::Send => connection::would_wait(waiter, sleeper.row, on.index, on.argument, true)?,
    })
}

/// Whether none of a process's children has ended.
fn children_live(run: Run, sleeper: &Record) -> Option<bool> {
    if sleeper.pid == super::fork::pid() {
        return Some(wait::peek_any().ok()?.is_none());
    }
    for child in run.live().into_iter().filter(|child| child.spawner == sleeper.pid) {
        if run.has_ended(child.row).ok()? {
            return Some(false);
        }
    }
    Some(true)
}
