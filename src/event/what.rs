//! The event: one thing that happened to one process.

use crate::value::Signal;
use serde::{Deserialize, Serialize};

/// Where in the scenario's texts it was caused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The number of the text in the run's `SourceMap`.
    pub source: u32,
    /// Counted from 1.
    pub line: u32,
}

/// One thing that happened. Events come in the order in which they happened.
///
/// A process is named by its pid: it means the one that had the pid at that time. A pid begins a new life with
/// [`What::Spawned`], [`What::Forked`] or [`What::Found`], and is free again after [`What::Reaped`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Nanoseconds of the monotonic clock; see clock_gettime(2).
    pub time: i64,
    /// Whom it happened to.
    pub pid: i32,
    /// Who did it: the process itself, another, or 0 where it was the kernel or nobody knows.
    pub actor: i32,
    pub place: Option<Place>,
    pub what: What,
}

/// What happened to the event's process. Each kind has a word in the language and on the wire: [`What::kind`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// It was started by a `spawn`; the actor is its parent.
    #[serde(rename = "spawn")]
    Spawned { name: String, daemon: bool },
    /// It was started by fork(2), vfork(2) or clone(2); the actor is the process that called it, `parent` whose child it is
    /// (not the caller with CLONE_PARENT).
    #[serde(rename = "fork")]
    Forked { parent: i32, call: String },
    /// It was there already when the recording began.
    #[serde(rename = "found")]
    Found { parent: i32, name: String },
    /// It runs a program from now on, or (with the errno's name) could not.
    #[serde(rename = "exec")]
    Executed { path: String, args: Vec<String>, error: Option<String> },
    /// It ended: N after exit N, -N by signal N. It is a zombie from now on.
    #[serde(rename = "exit")]
    Exited { exitcode: i32, core: bool },
    /// A signal was sent to it by the actor, with that call (`kill`, `tgkill`, `terminal`, …).
    #[serde(rename = "signal")]
    Signalled {
        #[serde(with = "by_name")]
        signal: Signal,
        call: String,
        error: Option<String>,
    },
    /// A signal reached it, and its handler ran (`handled`), or it was ignored, or did what it does by default. The actor is
    /// the sender, where it is known.
    #[serde(rename = "deliver")]
    Delivered {
        #[serde(with = "by_name")]
        signal: Signal,
        effect: Effect,
    },
    #[serde(rename = "stop")]
    Stopped {
        #[serde(with = "by_name")]
        signal: Signal,
    },
    #[serde(rename = "continue")]
    Continued,
    /// It was waited for by the actor, and is no more.
    #[serde(rename = "reap")]
    Reaped { exitcode: i32 },
    /// Its parent ended, and the actor is its parent now.
    #[serde(rename = "adopt")]
    Adopted { from: i32, by: String },
    /// It wrote; `text` is at most [`What::LONGEST_TEXT`] bytes, `bytes` says how many there were.
    #[serde(rename = "print")]
    Printed { stream: String, text: String, bytes: u64 },
    /// It came to an expectation.
    #[serde(rename = "expect")]
    Expected { held: bool, condition: String },
    /// It began to wait: in `call` (`join`, `acquire`, `get`, `wait4`, …) for `on` (a process, a lock, a pipe, in words).
    #[serde(rename = "wait")]
    Blocked { call: String, on: String },
    /// The wait that began last is over; `result` in a word or number where there is one (`timeout`, the pid reaped, an errno's name).
    #[serde(rename = "wake")]
    Woken { call: String, result: String },
    /// It changed its process group or session: `call` is `setpgid` or `setsid`.
    #[serde(rename = "group")]
    Regrouped { call: String, pgid: i32 },
    /// It holds an end of a pipe from now on, by a new descriptor; `call` is `pipe`, `dup2`, `open`, `fork` …
    #[serde(rename = "open")]
    Opened { fd: i32, pipe: u64, end: End, call: String },
    /// It closed a descriptor of a pipe.
    #[serde(rename = "close")]
    Closed { fd: i32, pipe: u64, end: End, call: String },
    /// The record was full: so many events before this one are not in it.
    #[serde(rename = "dropped")]
    Dropped { events: u64 },
}

/// What a signal did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    Handled,
    Ignored,
    /// Ended it, or stopped it, as the signal does by default: the event after this one says which.
    Default,
}

/// An end of a pipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum End {
    Read,
    Write,
}

impl End {
    /// As on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

impl What {
    /// Of what was printed, so many bytes are kept with the event.
    pub const LONGEST_TEXT: usize = 256;

    /// Whether it is of the kinds that may come without end, and so leave room for the others where room is short.
    #[must_use]
    pub fn is_talk(&self) -> bool {
        matches!(
            self,
            Self::Printed { .. }
                | Self::Expected { .. }
                | Self::Delivered { .. }
                | Self::Blocked { .. }
                | Self::Woken { .. }
                | Self::Opened { .. }
                | Self::Closed { .. }
        )
    }

    /// Every word that [`What::kind`] gives.
    pub const KINDS: [&str; 19] = [
        "spawn", "fork", "found", "exec", "exit", "signal", "deliver", "stop", "continue", "reap", "adopt",
        "print", "expect", "wait", "wake", "group", "open", "close", "dropped",
    ];

    /// The word for it in the language and on the wire.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Spawned { .. } => "spawn",
            Self::Forked { .. } => "fork",
            Self::Found { .. } => "found",
            Self::Executed { .. } => "exec",
            Self::Exited { .. } => "exit",
            Self::Signalled { .. } => "signal",
            Self::Delivered { .. } => "deliver",
            Self::Stopped { .. } => "stop",
            Self::Continued => "continue",
            Self::Reaped { .. } => "reap",
            Self::Adopted { .. } => "adopt",
            Self::Printed { .. } => "print",
            Self::Expected { .. } => "expect",
            Self::Blocked { .. } => "wait",
            Self::Woken { .. } => "wake",
            Self::Regrouped { .. } => "group",
            Self::Opened { .. } => "open",
            Self::Closed { .. } => "close",
            Self::Dropped { .. } => "dropped",
        }
    }
}

/// A signal is its name on the wire.
mod by_name {
    use crate::value::Signal;
    use crate::value::signal::{signal_name, signal_named};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(signal: &Signal, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&signal_name(*signal))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Signal, D::Error> {
        let name = String::deserialize(from)?;
        let named = signal_named(&name)
            .or_else(|| numbered(name.strip_prefix("SIGRTMIN+")?, 34))
            .or_else(|| numbered(name.strip_prefix("SIG")?, 0));
        named.ok_or_else(|| D::Error::custom(format!("there is no signal {name}")))
    }

    /// One that has no name of its own.
    fn numbered(number: &str, from: u8) -> Option<Signal> {
        let number = number.parse::<u8>().ok()?.checked_add(from)?;
        (1..=64).contains(&number).then_some(Signal(number))
    }
}
