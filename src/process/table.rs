//! The table of a run's processes: from the spawn to the reaping, in steps that a killed process may leave
//! half done.
//!
//! A process that is alive or not yet reaped holds a *ticket*, one word of an array as long as the limit: so
//! the limit cannot be passed, and a ticket is given back exactly once, by whoever's compare-and-swap wins. Each
//! ticket names a *row*, where the facts stand. Rows outnumber tickets, so that those of the reaped stay
//! readable until their turn to be used again comes, the oldest first.
//!
//! When ended: a task writes its own end just before `_exit`; for one killed by a signal that we sent it is
//! the time of that; else the time when the end was noticed.

use super::row::{RowMemory, RowState, Word};
use super::run::Run;
use super::status::ExitStatus;
use super::{clock, fork, proc_file};
use crate::value::{ProcessRef, Signal};
use std::collections::HashSet;
use std::sync::atomic::{Ordering::Relaxed, Ordering::SeqCst};

/// A use of a row: one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    pub index: u32,
    pub generation: u32,
}

/// As many processes live as may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitReached {
    pub alive: u32,
    pub max: u32,
}

/// A process's facts, copied from its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub row: Row,
    pub state: RowState,
    /// Which spawn of the run it was.
    pub order: u64,
    /// 0 until it is known.
    pub pid: i32,
    /// The pid of the process that started it.
    pub spawner: i32,
    pub name: String,
    pub daemon: bool,
    /// It executes a program: none of our code runs in it.
    pub external: bool,
    /// Nanoseconds of the monotonic clock.
    pub started: i64,
    pub ended: Option<i64>,
    /// Where its end was noticed.
    pub status: Option<ExitStatus>,
    /// The last signal that we sent it, and when.
    pub last_signal: Option<(Signal, i64)>,
}

pub(super) const DAEMON: u32 = 1;
pub(super) const EXTERNAL: u32 = 2;
/// It has handlers: a signal may make it do anything.
pub(super) const HANDLES: u32 = 4;
// The bits above are those of `identity`.

/// A ticket that was taken by this pid for a row not chosen yet.
const CHOOSING: u64 = 1 << 63;

impl Row {
    #[must_use]
    pub fn of(process: &ProcessRef) -> Option<Self> {
        let Self { index, generation } = Self { index: process.slot, generation: process.generation };
        (index != ProcessRef::OUTSIDE).then_some(Self { index, generation })
    }

    /// What a ticket says that belongs to this row. The generation's highest bit is left out for the mark.
    fn ticket(self) -> u64 {
        u64::from(self.generation & 0x7fff_ffff) << 32 | u64::from(self.index + 1)
    }
}

impl Run {
    /// Takes a row for a process about to be started.
    ///
    /// # Errors
    /// Where as many processes live, or wait to be reaped, as may.
    pub fn reserve(&self, name: &str, daemon: bool) -> Result<Row, LimitReached> {
        let me = fork::pid();
        let Some(ticket) = self.take_ticket(me, self.max_processes()).or_else(|| {
            self.give_up_unborn();
            self.free_stale_tickets();
            self.take_ticket(me, self.max_processes())
        }) else {
            return Err(LimitReached { alive: self.alive(), max: self.max_processes() });
        };
        Ok(self.take_row(ticket, name, me, daemon))
    }

    /// The row of the main process, which is not counted: this very process.
    pub fn enter_main(&self, name: &str) -> Row {
        let me = fork::pid();
        let ticket = self.max_processes();
        self.tickets()[ticket as usize].store(CHOOSING | u64::from(me.cast_unsigned()), SeqCst);
        let row = self.take_row(ticket, name, fork::ppid(), false);
        self.control().main_pid.store(me, SeqCst);
        self.started(row, me);
        row
    }

    fn take_ticket(&self, me: i32, max: u32) -> Option<u32> {
        if max == 0 {
            return None;
        }
        let control = self.control();
        let tickets = self.tickets();
        let mark = CHOOSING | u64::from(me.cast_unsigned());
        let first = control.ticket_hint.load(Relaxed) % max;
        for index in (first..max).chain(0..first) {
            let ticket = &tickets[index as usize];
            if ticket.load(Relaxed) == 0 && ticket.compare_exchange(0, mark, SeqCst, Relaxed).is_ok() {
                control.ticket_hint.store(index + 1, Relaxed);
                control.ticket_high.fetch_max(index + 1, SeqCst);
                return Some(index);
            }
        }
        None
    }

    /// There are more rows than tickets, so that one is always free or reaped.
    fn take_row(&self, ticket: u32, name: &str, spawner: i32, daemon: bool) -> Row {
        let rows = self.rows();
        loop {
            let order = self.control().cursor.fetch_add(1, Relaxed);
            let index = order % rows.len() as u64;
            let memory = &rows[index as usize];
            let seen = memory.word();
            let abandoned = seen.state == RowState::Reserved
                && !exists(seen.actor)
                && !self.is_ticketed(Row { index: index as u32, generation: seen.generation });
            if !matches!(seen.state, RowState::Free | RowState::Reaped) && !abandoned {
                continue;
            }
            let row = Row { index: index as u32, generation: seen.generation.wrapping_add(1) };
            let state = RowState::Reserved;
            if memory.step(seen, Word { generation: row.generation, actor: fork::pid(), state }) {
                memory.fill(order, name, spawner, if daemon { DAEMON } else { 0 });
                self.births()[index as usize].store(0, Relaxed);
                memory.ticket.store(ticket, Relaxed);
                memory.started.store(clock::monotonic(), Relaxed);
                self.tickets()[ticket as usize].store(row.ticket(), SeqCst);
                return row;
            }
        }
    }

    /// Whether a ticket names the row. One that is reserved has none only as long as nothing was forked for it.
    fn is_ticketed(&self, row: Row) -> bool {
        let ticket = self.rows()[row.index as usize].ticket.load(SeqCst) as usize;
        self.tickets().get(ticket).is_some_and(|place| place.load(SeqCst) == row.ticket())
    }

    /// The row's memory, where it still belongs to this process.
    pub(super) fn memory(&self, row: Row) -> Option<&RowMemory> {
        self.rows().get(row.index as usize).filter(|memory| memory.word().generation == row.generation)
    }

    /// The process runs: called by its parent, and by a task itself first of all, for its parent may be killed before it can say so.
    pub fn started(&self, row: Row, pid: i32) {
        self.runs(row, pid);
        if let Some(place) = self.by_pid().get(pid.cast_unsigned() as usize) {
            place.store(row.index + 1, SeqCst);
        }
        self.note_early(row, pid);
        if self.has_unseen_reaper() {
            self.note_start(row, pid);
        }
    }

    /// The row's own part of [`Self::started`].
    pub(super) fn runs(&self, row: Row, pid: i32) {
        if let Some(memory) = self.memory(row) {
            memory.pid.store(pid, SeqCst);
            memory.advance(row.generation, RowState::Live, 0);
        }
    }

    /// A program has reaped it, and nobody can know how it ended.
    pub(super) fn lost(&self, row: Row) {
        self.finish(row, 0);
    }

    /// The fork failed: the row and its place are free again.
    pub fn cancel(&self, row: Row) {
        self.finish(row, 0);
    }

    /// The process executes a program from now on, or (where that failed) does not.
    pub fn set_external(&self, row: Row, external: bool) {
        self.expect_unspoken();
        self.set_flag(row, EXTERNAL, external);
    }

    /// The process has handlers for signals, or has none any more.
    pub fn set_handles(&self, row: Row, handles: bool) {
        self.set_flag(row, HANDLES, handles);
    }

    fn set_flag(&self, row: Row, flag: u32, on: bool) {
        if let Some(memory) = self.memory(row) {
            if on {
                memory.flags.fetch_or(flag, SeqCst)
            } else {
                memory.flags.fetch_and(!flag, SeqCst)
            };
        }
    }

    /// The process did something at that time: if a signal that we sent it is what ends it, then later than this.
    #[inline]
    pub fn was_alive(&self, row: Row, time: i64) {
        if let Some(memory) = self.memory(row)
            && memory.signal_time.load(SeqCst) != 0
            && memory.last_signal.load(SeqCst) != u32::from(Signal::CONT.0)
        {
            memory.signal_time.fetch_max(time, SeqCst);
        }
    }

    /// When the process that has this pid ended, where the table knows it.
    #[must_use]
    pub fn end_of(&self, pid: i32) -> Option<i64> {
        let row = self.row_known_by(pid)?;
        self.memory(row).map(|memory| memory.ended.load(SeqCst)).filter(|ended| *ended != 0)
    }

    /// A task says that it ends now, with this exit code: its last act before `_exit`.
    pub fn row_ended_now(&self, row: Row, code: u8) {
        if let Some(memory) = self.memory(row) {
            memory.status.store(ExitStatus::Exited(code).to_word(), SeqCst);
            memory.ended.store(clock::monotonic_by_call(), SeqCst);
        }
    }

    /// Before the waitid that reaps: from now on nobody signals this pid.
    pub fn reaping(&self, row: Row) {
        if let Some(memory) = self.memory(row) {
            memory.advance(row.generation, RowState::Reaping, fork::pid());
        }
    }

    /// An end was seen, reaped or not: its time is kept, where it is not yet, and its status, whatever the process had announced
    /// before something else killed it.
    pub fn noticed(&self, row: Row, status: ExitStatus) {
        let Some(memory) = self.memory(row) else { return };
        let word = status.to_word();
        if memory.status.load(SeqCst) != word && memory.word().state < RowState::Reaped {
            memory.status.store(word, SeqCst);
        }
        let killed = status.signal().map(|signal| u32::from(signal.0));
        let sent = memory.signal_time.load(SeqCst);
        let ours = sent != 0 && killed == Some(memory.last_signal.load(SeqCst));
        let when = if ours { sent } else { clock::monotonic() };
        let _ = memory.ended.compare_exchange(0, when, SeqCst, SeqCst);
    }

    /// After the waitid that reaped: the place is free. The first call counts, whoever makes it.
    pub fn reaped(&self, row: Row, status: ExitStatus) {
        self.noticed(row, status);
        let Some(memory) = self.memory(row) else { return };
        let word = memory.word();
        self.finish(row, if word.state == RowState::Reaping { word.actor } else { fork::pid() });
    }

    /// To the last state, and the ticket back, once the life is in the log. Each step is done by one compare-and-swap, and
    /// all are done again by [`Run::repair`] where we are killed in between.
    fn finish(&self, row: Row, reaper: i32) {
        let Some(memory) = self.memory(row) else { return };
        if memory.word().state < RowState::Reaped {
            self.keep_life(row, memory, reaper);
        }
        let ticket = memory.ticket.load(SeqCst);
        memory.advance(row.generation, RowState::Reaped, 0);
        self.give_back(ticket, row.ticket());
    }

    fn give_back(&self, ticket: u32, holds: u64) {
        if let Some(place) = self.tickets().get(ticket as usize)
            && place.compare_exchange(holds, 0, SeqCst, SeqCst).is_ok()
            && ticket < self.max_processes()
        {
            self.control().ticket_hint.store(ticket, Relaxed);
        }
    }

    /// Reservations of those who were killed before their fork. Such a one may have forked as well, and its child be there
    /// without having told its pid yet: then it is the keeper's now, and nothing is given up while there is such a child.
    fn give_up_unborn(&self) {
        let unborn = |row: &Row| {
            self.memory(*row).is_some_and(|memory| {
                let word = memory.word();
                word.state == RowState::Reserved && memory.pid.load(SeqCst) == 0 && !exists(word.actor)
            })
        };
        let given_up: Vec<Row> = self.held_rows().into_iter().filter(unborn).collect();
        if given_up.is_empty() || self.has_nameless_child() {
            return;
        }
        // Who has told its pid meanwhile was no child without a name any more.
        given_up.into_iter().filter(unborn).for_each(|row| self.finish(row, 0));
    }

    /// Whether the keeper has, or may have, a child that was forked from one of the run and is not in the table.
    fn has_nameless_child(&self) -> bool {
        let keeper = self.control().keeper_pid.load(SeqCst);
        let keeper = if keeper == 0 { fork::pid() } else { keeper };
        // The list has holes where one of them is reaped while it is read: not for the keeper itself, but for others.
        let (Ok(children), Ok(again)) = (proc_file::children(keeper), proc_file::children(keeper)) else {
            return true;
        };
        let named: HashSet<i32> = self.live().into_iter().map(|record| record.pid).collect();
        children != again
            || children.into_iter().any(|child| {
                let nameless = !named.contains(&child) && !self.is_observer(child);
                nameless && proc_file::stat(child).is_ok_and(|stat| stat.only_forked)
            })
    }

    /// Tickets whose row is reaped already, or whose taker died before it chose a row.
    fn free_stale_tickets(&self) {
        for (index, place) in self.tickets().iter().enumerate() {
            let holds = place.load(SeqCst);
            if holds == 0 {
                continue;
            }
            let stale = if holds & CHOOSING != 0 {
                !exists((holds & 0x7fff_ffff) as i32)
            } else {
                self.held_row(holds).is_none_or(|row| {
                    self.rows()[row.index as usize].word().state == RowState::Reaped
                        || self.memory(row).is_none()
                })
            };
            if stale {
                self.give_back(index as u32, holds);
            }
        }
    }

    /// The row that a ticket names.
    pub(super) fn held_row(&self, holds: u64) -> Option<Row> {
        if holds == 0 || holds & CHOOSING != 0 {
            return None;
        }
        let index = (holds as u32).checked_sub(1)?;
        let generation = self.rows().get(index as usize)?.word().generation;
        let row = Row { index, generation };
        (row.ticket() == holds).then_some(row)
    }

    /// Puts in order what killed processes left half done. Only the keeper calls it, or the guard in its place, who adopt the
    /// children of the dead: `own_child` says whether a pid is a child of the caller's, reaped or not.
    pub fn repair(&self, own_child: impl Fn(i32) -> bool) {
        for row in self.held_rows() {
            let Some(memory) = self.memory(row) else { continue };
            let word = memory.word();
            let pid = memory.pid.load(SeqCst);
            // Killed between the two steps of reaping: where it had been reaped, it is nobody's child now.
            if word.state == RowState::Reaping && !exists(word.actor) && !own_child(pid) {
                self.finish(row, word.actor);
            }
        }
        self.give_up_unborn();
        self.free_stale_tickets();
    }

    /// Whether the row is still that of a process which is not reaped.
    #[must_use]
    pub fn is_held(&self, row: Row) -> bool {
        self.memory(row).is_some_and(|memory| memory.word().state < RowState::Reaped)
    }

    pub(super) fn held_rows(&self) -> Vec<Row> {
        let high = self.control().ticket_high.load(SeqCst) as usize;
        let main = self.max_processes() as usize;
        let used = self.tickets().iter().take(high.min(main)).chain(self.tickets().get(main));
        used.filter_map(|ticket| self.held_row(ticket.load(SeqCst))).collect()
    }

    /// How many processes are alive or wait to be reaped, the main one not counted.
    #[must_use]
    pub fn alive(&self) -> u32 {
        let high = (self.control().ticket_high.load(SeqCst)).min(self.max_processes()) as usize;
        self.tickets()[..high].iter().filter(|ticket| ticket.load(SeqCst) != 0).count() as u32
    }

    /// The processes not reaped yet, in the order of their spawns, the main one among them.
    #[must_use]
    pub fn live(&self) -> Vec<Record> {
        let mut records: Vec<_> = self.held_rows().into_iter().filter_map(|row| self.record(row)).collect();
        records.retain(|record| matches!(record.state, RowState::Live | RowState::Reaping));
        records.sort_unstable_by_key(|record| record.order);
        records
    }

    /// All processes of the run in the order of their spawns, as far back as their rows were not used again.
    #[must_use]
    pub fn all(&self) -> Vec<Record> {
        let rows = self.rows();
        let used = self.control().cursor.load(SeqCst).min(rows.len() as u64) as u32;
        let row_of = |index: u32| Row { index, generation: rows[index as usize].word().generation };
        let mut records: Vec<_> = (0..used).filter_map(|index| self.record(row_of(index))).collect();
        records.retain(|record| record.pid != 0);
        records.sort_unstable_by_key(|record| record.order);
        records
    }

    /// A copy of a process's facts; none where its row was used again, or is free.
    #[must_use]
    pub fn record(&self, row: Row) -> Option<Record> {
        let memory = self.memory(row)?;
        let flags = memory.flags.load(SeqCst);
        let ended = memory.ended.load(SeqCst);
        let signal = memory.last_signal.load(SeqCst) as u8;
        let record = Record {
            row,
            state: memory.word().state,
            order: memory.order.load(Relaxed),
            pid: memory.pid.load(SeqCst),
            spawner: memory.spawner.load(Relaxed),
            name: memory.name(),
            daemon: flags & DAEMON != 0,
            external: flags & EXTERNAL != 0,
            started: memory.started.load(Relaxed),
            ended: (ended != 0).then_some(ended),
            status: ExitStatus::from_word(memory.status.load(SeqCst)),
            last_signal: (signal != 0).then(|| (Signal(signal), memory.signal_time.load(SeqCst))),
        };
        // Nothing of a later use may be among it.
        (memory.word().generation == row.generation && record.state != RowState::Free).then_some(record)
    }

    /// The process that has, or had last, this pid in the run.
    #[must_use]
    pub fn row_of_pid(&self, pid: i32) -> Option<Row> {
        let row = self.indexed(pid);
        // A task whose parent was killed before it entered the pid here has at least told it itself.
        row.filter(|row| self.is_held(*row))
            .or_else(|| {
                let mut held = self.held_rows().into_iter();
                held.find(|held| self.use_of(held.index, pid) == Some(*held))
            })
            .or(row)
    }

    /// As [`Run::row_of_pid`], but only where the index knows it: in no time, and without memory.
    #[must_use]
    pub fn row_known_by(&self, pid: i32) -> Option<Row> {
        self.indexed(pid).filter(|row| self.is_held(*row))
    }

    /// The use of a row by the process that has, or had last, this pid, as the index has it.
    fn indexed(&self, pid: i32) -> Option<Row> {
        let place = self.by_pid().get(usize::try_from(pid).ok()?)?;
        place.load(SeqCst).checked_sub(1).and_then(|index| self.use_of(index, pid))
    }

    /// Whether a process of the run has said, as its last act, that it ends, or has been seen to have exited; in no time, and
    /// without memory. What has killed it meanwhile, and that nobody has noted, does not count.
    #[must_use]
    pub fn is_ending(&self, pid: i32) -> bool {
        let memory = self.row_known_by(pid).and_then(|row| self.memory(row));
        let status = memory.and_then(|memory| ExitStatus::from_word(memory.status.load(SeqCst)));
        matches!(status, Some(ExitStatus::Exited(_)))
    }

    /// Whether this process has forked, or is about to, and the table does not name the new process yet.
    #[must_use]
    pub fn is_starting(&self, spawner: i32) -> bool {
        self.held_rows().into_iter().filter_map(|row| self.memory(row)).any(|memory| {
            memory.word().state == RowState::Reserved && memory.spawner.load(Relaxed) == spawner
        })
    }

    /// The use of this row now, where its process has this pid.
    fn use_of(&self, index: u32, pid: i32) -> Option<Row> {
        let memory = self.rows().get(index as usize)?;
        let generation = memory.word().generation;
        (memory.pid.load(SeqCst) == pid).then_some(Row { index, generation })
    }
}

/// Whether a process with this pid exists, as a zombie or alive: kill(2) with signal 0.
pub(super) fn exists(pid: i32) -> bool {
    // SAFETY: signal 0 sends nothing.
    pid > 0
        && (unsafe { libc::kill(pid, 0) } == 0 || super::errno::Errno::last() != super::errno::Errno::ESRCH)
}
