//! What the processes of a program are doing at one moment: who waits in which call for what, and who could end the wait.
//! Data only; `words` says it in sentences, `advice` what to do about it, `knot` finds those that wait for each other.

mod advice;
mod knot;
mod words;

pub use advice::advice;
pub use words::{brief_wait, deadlock, does, sentence, span};

use super::End;
use crate::value::Signal;

/// A process, as the diagnosis names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub pid: i32,
    pub name: String,
}

/// The picture of one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hang {
    /// Parents before their children.
    pub processes: Vec<Standing>,
}

/// What one process is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub who: Who,
    /// Its parent's pid.
    pub parent: i32,
    pub doing: Doing,
    /// What its other threads do, where it has any: the tid and what.
    pub threads: Vec<(i32, Doing)>,
    /// Nanoseconds of processor time, counted in ticks of 10 ms.
    pub cpu_time: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doing {
    /// It uses the processor, or waits only for its turn to.
    Running,
    Waiting(Wait),
    /// Nothing but SIGCONT lets it go on. The signal that stopped it, and the call in which it was then, where they are known.
    Stopped {
        signal: Option<Signal>,
        call: Option<&'static str>,
    },
    /// It has ended; its parent has not waited for it.
    Zombie,
    /// It has ended while we looked.
    Gone,
    /// We may not look into it, or do not know what we see: why, in words.
    Unknown(&'static str),
}

/// A call that has not come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// Its name as manuals have it.
    pub call: &'static str,
    pub on: On,
    /// Nanoseconds after which the call gives up: still, or where that is not known, counted from its beginning. None: never.
    pub until: Option<Time>,
}

/// How long a wait lasts at most, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// From now on.
    Left(i64),
    /// From its beginning, which nobody knows.
    Whole(i64),
}

/// What a call waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum On {
    /// For something to read, or for room to write.
    Stream(Stream),
    /// For one of several; none: nothing but a signal can end it.
    Streams(Vec<Stream>),
    /// For somebody to open the other end of a FIFO; `end` is its own.
    Open {
        path: String,
        end: End,
    },
    /// For a child to end. Those that it can be, with what they do.
    Children(Vec<Child>),
    /// For the child that shares its memory, of vfork(2), to execute a program or end.
    Release(Vec<Child>),
    /// For a thread of its own to end.
    Thread(i32),
    /// For a word of memory to change: a lock, a condition, a semaphore.
    Futex {
        holder: Option<Holder>,
        shared: Shared,
    },
    /// For a lock on a file.
    FileLock {
        path: String,
        fd: i32,
        holders: Vec<Holder>,
    },
    /// For a signal.
    Signals {
        /// Those that can end it; empty: any that has a handler.
        wanted: Vec<Signal>,
        /// Those that have come and are blocked.
        pending: Vec<Signal>,
        /// Those that came before it began to wait, where somebody saw it.
        before: Vec<Signal>,
    },
    Time,
    /// For a semaphore of System V: which of its set, and its value. The process that changed it last.
    Semaphore {
        set: i32,
        number: u16,
        value: Option<i32>,
        last: Option<Who>,
    },
    /// For a message in a queue of System V, or (`End::Write`) for room in it; the process that last did the opposite.
    Messages {
        queue: i32,
        end: End,
        last: Option<Who>,
    },
    /// For something that goes on by itself, such as a disk.
    Kernel,
    Unknown,
}

/// Who sees a word of memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shared {
    /// The threads of the process alone; so many there are.
    Threads(u32),
    /// Also these processes.
    With(Vec<Who>),
}

/// A child that is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    pub who: Who,
    pub stopped: bool,
    pub zombie: bool,
}

/// A descriptor that a call waits on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    pub fd: i32,
    /// `Read`: for something to come. `Write`: for room.
    pub end: End,
    pub channel: Channel,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Channel {
    /// By its inode; and all that have its other end open.
    Pipe {
        inode: u64,
        others: Vec<Holder>,
    },
    Fifo {
        path: String,
        others: Vec<Holder>,
    },
    Terminal {
        path: String,
    },
    /// In words (`a connection to 127.0.0.1:80`); and all that have its other end open.
    Socket {
        words: String,
        others: Vec<Holder>,
        listens: bool,
    },
    /// A timer or something else that ends by itself.
    Timer,
    Other(String),
}

/// Somebody who has a descriptor of it, or a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub who: Who,
    /// -1 where it is not by a descriptor.
    pub fd: i32,
    pub kind: Kin,
    /// It has the end too that the one who waits uses: it has a copy of both, as fork() makes them.
    pub both: bool,
}

/// How a holder stands to the one who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kin {
    Itself,
    /// Another thread of it, by its tid.
    Thread,
    /// Another process of the program that is looked at.
    Tree,
    Outside,
    /// It has ended, and its pid is all that is left.
    Ended,
    /// It had the lock when the one who waits was forked: what is waited for is a copy that nobody can unlock.
    Forked,
}

impl Hang {
    #[must_use]
    pub fn of(&self, pid: i32) -> Option<&Standing> {
        self.processes.iter().find(|standing| standing.who.pid == pid)
    }
}

impl Standing {
    /// What its threads do, the first one's before the others'.
    pub fn all(&self) -> impl Iterator<Item = &Doing> {
        std::iter::once(&self.doing).chain(self.threads.iter().map(|(_, doing)| doing))
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.doing, Doing::Zombie | Doing::Gone) && self.threads.is_empty()
    }
}

impl Wait {
    /// The processes that share the memory in which it waits for a lock or a semaphore, where there is more than one: nobody knows
    /// which of them has it.
    #[must_use]
    pub fn sharers(&self) -> &[Who] {
        match &self.on {
            On::Futex { holder: None, shared: Shared::With(those) } if those.len() > 1 => those,
            _ => &[],
        }
    }

    /// The streams that it waits on.
    #[must_use]
    pub fn streams(&self) -> &[Stream] {
        match &self.on {
            On::Stream(stream) => std::slice::from_ref(stream),
            On::Streams(streams) => streams,
            _ => &[],
        }
    }
}

impl Stream {
    /// Whether it waits for what somebody types.
    #[must_use]
    pub fn is_keyboard(&self) -> bool {
        self.end == End::Read && matches!(self.channel, Channel::Terminal { .. })
    }

    /// Who has the other end, where that is known.
    #[must_use]
    pub fn others(&self) -> &[Holder] {
        match &self.channel {
            Channel::Pipe { others, .. } | Channel::Fifo { others, .. } | Channel::Socket { others, .. } => {
                others
            }
            Channel::Terminal { .. } | Channel::Timer | Channel::Other(_) => &[],
        }
    }
}
