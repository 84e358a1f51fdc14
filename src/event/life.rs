//! The life of one process: from its birth to the moment when its pid was free again.

use crate::value::{Signal, ending::signal_of};
use std::rc::Rc;

/// Somebody whom an event names by pid, and the life that had this pid then, where one is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who {
    pub pid: i32,
    /// An index into [`super::History::lives`].
    pub life: Option<usize>,
}

/// How a life came into the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Birth {
    Spawned,
    Forked,
    /// It was there already when the recording began.
    Found,
    /// Its first event is another one: its birth is not in the record.
    Unseen,
}

/// What a process was at, seen from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Neither of the others: it ran, or could have.
    Alive,
    /// Between the beginning and the end of a wait.
    Sleeping,
    Stopped,
    /// Ended, and not reaped.
    Zombie,
}

/// A stretch of a life in one phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub phase: Phase,
    /// Nanoseconds of the monotonic clock; `from` is less than `to`.
    pub from: i64,
    pub to: i64,
    /// The event that began it: the wait, the stop, the exit. None where it was alive, or where nobody saw it begin.
    pub event: Option<usize>,
}

impl Span {
    /// Nanoseconds.
    #[must_use]
    pub fn length(&self) -> i64 {
        self.to.saturating_sub(self.from)
    }
}

/// A new parent for one whose parent has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    pub time: i64,
    /// The pid of the parent that ended.
    pub from: i32,
    pub by: Who,
    /// The adopter's name as the record has it.
    pub name: Rc<str>,
}

/// When a process was waited for, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reap {
    pub time: i64,
    pub by: Who,
    /// Since when the reaper had waited, where it was asleep in a wait.
    pub waited_since: Option<i64>,
}

/// What is known of one process. Times are nanoseconds of the monotonic clock; processes are named by their index in
/// [`super::History::lives`] and events by their index in [`super::History::events`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    pub index: usize,
    pub pid: i32,
    pub birth: Birth,
    /// The parent's pid at birth; 0 where nobody knows.
    pub ppid: i32,
    /// The parent at birth: an index less than this one's. None where its pid had no life in the record.
    pub parent: Option<usize>,
    /// 0 for one without a parent in the record.
    pub depth: usize,
    /// Its children as at their birth, in the order of birth.
    pub children: Vec<usize>,
    /// Those that it has made for its parent and not for itself (CLONE_PARENT of clone(2)), in the order of birth.
    pub siblings_made: Vec<usize>,
    /// The name that its `spawn` gave it; else the base name of the program that it executed last; else its parent's.
    pub name: Rc<str>,
    pub daemon: bool,
    /// Its attempts to execute a program, also those that failed.
    pub execs: Vec<usize>,
    /// The event that says which program it runs: its own last exec that succeeded, or what its parent ran at its birth.
    pub command: Option<usize>,
    /// Its birth, or its first event.
    pub started: i64,
    /// None where it had not ended when the record did. Where only its reaping is in the record, the time of that.
    pub ended: Option<i64>,
    /// N after exit N, -N by signal N.
    pub exitcode: Option<i32>,
    /// It left a core file.
    pub core: bool,
    /// Who sent the signal that ended it. None where nothing in the record says so, as for a fault of its own.
    pub killer: Option<Who>,
    pub reaped: Option<Reap>,
    /// When its parent ended before it.
    pub orphaned: Option<i64>,
    pub adoptions: Vec<Adoption>,
    /// Until when its pid was its own: the reaping, or else the next life of the pid, or the end of the record.
    pub until: i64,
    /// In order, disjoint, between `started` and `until`. None is empty, so that a life of no length has none.
    pub spans: Vec<Span>,
    /// Every event that happened to it, also after its end.
    pub events: Vec<usize>,
    /// What it did to others: births that it caused, signals that it sent, children that it reaped or adopted.
    pub deeds: Vec<usize>,
}

impl Life {
    /// Whether nothing is known of it but that it was there: it may have adopted or reaped others, but no picture is of it.
    #[must_use]
    pub fn is_bystander(&self) -> bool {
        self.birth == Birth::Found && self.events.len() == 1
    }

    /// The signal that ended it.
    #[must_use]
    pub fn signal(&self) -> Option<Signal> {
        self.exitcode.and_then(signal_of)
    }

    /// The time after which it was not alive: its end, or where none is known, that of its record.
    #[must_use]
    pub fn alive_until(&self) -> i64 {
        self.ended.unwrap_or(self.until)
    }

    /// Nanoseconds that it was alive.
    #[must_use]
    pub fn lifetime(&self) -> i64 {
        self.alive_until().saturating_sub(self.started)
    }

    /// Whether it was alive at that time: at its birth yes, at its end no more.
    #[must_use]
    pub fn is_alive_at(&self, time: i64) -> bool {
        self.started <= time && self.ended.map_or(time <= self.until, |ended| time < ended)
    }

    /// What it was at; None before its birth and after its reaping.
    #[must_use]
    pub fn phase_at(&self, time: i64) -> Option<Phase> {
        let after = self.spans.partition_point(|span| span.to <= time);
        self.spans.get(after).filter(|span| span.from <= time).map(|span| span.phase)
    }

    /// Nanoseconds between its end and its reaping, or the end of the record where it was not reaped. None while it has not
    /// ended.
    #[must_use]
    pub fn zombie_for(&self) -> Option<i64> {
        self.ended.map(|ended| self.until.saturating_sub(ended))
    }

    /// Whether both were alive at one moment.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let (from, to) = (self.started.max(other.started), self.alive_until().min(other.alive_until()));
        // Two that have both not ended are both there at the end of the record.
        from < to
            || from == to && self.ended.is_none_or(|end| end > to) && other.ended.is_none_or(|end| end > to)
    }
}
