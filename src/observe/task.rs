//! What the tracer knows of its tracees: threads, which stop and go on, and processes, which the events are about.

use super::call::Call;
use super::ptrace::Resume;
use super::register::Over;
use crate::event::End;
use std::collections::BTreeMap;

/// A thread.
#[derive(Debug)]
pub(super) struct Task {
    pub process: i32,
    /// The call that it is in, where its end is awaited.
    pub call: Option<Ongoing>,
    /// It stands still with its whole process.
    pub listening: bool,
    /// Up to which stop of its process it has told of its own.
    pub stops: u32,
    /// It stood still by a signal, and has begun no call since.
    pub stood: bool,
    /// A call that began anew after a signal that was none, and whose end is awaited.
    pub anew: Option<Anew>,
    /// A call that had done part of its work when such a signal came, and does the rest.
    pub rest: Option<Over>,
}

impl Task {
    pub fn of(process: i32) -> Self {
        Self { process, call: None, listening: false, stops: 0, stood: false, anew: None, rest: None }
    }

    /// How it goes on behind a signal or a stop: to its next call, where something is to be seen to then.
    pub fn onward(&self) -> Resume {
        if self.stood || self.anew.is_some() || self.rest.is_some() {
            Resume::ToTheEndOfTheCall
        } else {
            Resume::Go
        }
    }
}

/// A call that began anew after a signal that is none for the program; see `interruption.rs`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anew {
    pub number: i64,
    /// Its instruction.
    pub place: u64,
    /// What it comes to when its time is over,
    pub over: i64,
    /// and when that is, by the monotonic clock.
    pub until: Option<i64>,
    /// It is, and the thread was told to stop.
    pub is_late: bool,
    /// It gave EINTR once more, and the signal comes next; unless another thread has taken that: then the EINTR is the program's.
    pub interrupted: bool,
}

/// What was seen of a process: the call that its first thread is in, with the first argument, and how often its threads had the
/// processor. Only where all of them sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    pub number: i64,
    pub first: u64,
    pub turns: u64,
}

/// A call that has begun.
#[derive(Debug)]
pub(super) struct Ongoing {
    pub call: Call,
    pub name: &'static str,
    pub arguments: [u64; 6],
    pub detail: Detail,
}

/// What was read from memory when it began.
#[derive(Debug)]
pub(super) enum Detail {
    None,
    Exec {
        path: String,
        args: Vec<String>,
    },
    /// A signal to these processes; `told`: its event is out, for it has had its effect.
    Send {
        signal: u8,
        targets: Vec<i32>,
        told: bool,
    },
    /// Of clone3(2).
    Flags(u64),
}

/// The ends of pipes that a process holds, by descriptor.
pub(super) type Ends = BTreeMap<i32, (u64, End)>;

/// A process: alive, or a zombie.
#[derive(Debug, Default)]
pub(super) struct Process {
    pub parent: i32,
    pub pgid: i32,
    pub children: Vec<i32>,
    pub threads: u32,
    /// It has ended, and is not reaped as far as is known.
    pub zombie: bool,
    /// Of a zombie.
    pub exitcode: i32,
    pub stopped: bool,
    /// How many of its stops were told.
    pub stops: u32,
    /// How many of its threads are in a call that waits for children.
    pub waits: u32,
    /// Children that ended meanwhile: the kernel may have reaped them at once.
    pub unsure: Vec<i32>,
    /// It runs a program that was observed from its beginning.
    pub executed: bool,
    /// Who sent the last signal: that signal, and the sender.
    pub blame: Option<(u8, i32)>,
    /// Where it holds pipes that were made under observation.
    pub ends: Option<Ends>,
    /// What was seen of it last, and for the first time when, by the monotonic clock.
    pub seen: Option<(Seen, i64)>,
    /// Where it was the same at two looks: how often each of its threads had gone to sleep by then, and when it was seen first.
    pub slept: Option<(BTreeMap<i32, u64>, i64)>,
    /// The call in which it sleeps, where that was told.
    pub asleep: Option<String>,
    /// The path and the arguments of the first execution that failed, while it looks for its first program in all places.
    pub sought: Option<(String, Vec<String>)>,
}

/// What came from a tracee before the event of its birth, and when that was by the monotonic clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Early {
    pub news: EarlyNews,
    pub since: i64,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum EarlyNews {
    /// It stands still, with this signal of a PTRACE_EVENT_STOP.
    Stopped {
        signal: i32,
    },
    Dead {
        exitcode: i32,
        core: bool,
    },
}
