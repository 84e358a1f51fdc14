//! The value: sixteen bytes, cheap to copy; what is larger is shared within one process.

use super::{List, Map};
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

/// A value of the language.
///
/// Times are in nanoseconds. Heap values are reference-counted and, like all memory, private to one
/// process: after a fork each process has its own copy.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// No value at all: a register or a name that was not set yet. Never seen by a program.
    #[default]
    Absent,
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// Nanoseconds.
    Duration(i64),
    /// Nanoseconds of the monotonic clock.
    Instant(i64),
    Str(Rc<String>),
    Bytes(Rc<Vec<u8>>),
    List(Rc<List>),
    Map(Rc<Map>),
    Range(Rc<Range>),
    Function(Rc<Closure>),
    /// A function of the table `program::functions`, by its index there.
    Builtin(u16),
    Process(Rc<ProcessRef>),
    Signal(Signal),
    Regex(Rc<Regex>),
    /// A shared object: a queue, a lock …
    Object(Object),
    /// A captured variable's box. Lives in registers only, never in a variable or a collection.
    Cell(Rc<RefCell<Value>>),
}

/// `start..end` or `start..=end` of ints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub start: i64,
    /// Exclusive; a closed range up to the largest int is refused when it is made.
    pub end: i64,
    /// As it was written: only for printing.
    pub closed: bool,
}

impl Range {
    /// How many ints it holds.
    #[must_use]
    pub fn len(&self) -> u64 {
        if self.end > self.start { self.end.abs_diff(self.start) } else { 0 }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.end <= self.start
    }
}

/// A function of the program with the variables it closed over.
#[derive(Debug)]
pub struct Closure {
    /// Index into `Program::functions`.
    pub function: u32,
    pub name: Rc<str>,
    /// Each is a [`Value::Cell`].
    pub captures: Box<[Value]>,
}

/// Which process is meant. Its facts are asked of the kernel and of the scenario's process table.
#[derive(Debug, Clone)]
pub struct ProcessRef {
    pub pid: i32,
    /// Row of the scenario's process table, and which use of that row: tells the process from a
    /// later one with the same pid. [`ProcessRef::OUTSIDE`] where it is not of the scenario.
    pub slot: u32,
    pub generation: u32,
    pub name: Rc<str>,
    /// How it ended, as this process remembers since it reaped it: the run's table forgets in the long run.
    pub end: OnceCell<Box<End>>,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// N after exit N, -N after death by signal N.
    pub code: i64,
    /// Nanoseconds of the monotonic clock.
    pub started: i64,
    pub ended: i64,
}

impl ProcessRef {
    /// The `slot` of a process that the scenario did not start through a statement.
    pub const OUTSIDE: u32 = u32::MAX;

    #[must_use]
    pub fn new(pid: i32, slot: u32, generation: u32, name: Rc<str>) -> Self {
        Self { pid, slot, generation, name, end: OnceCell::new() }
    }
}

impl PartialEq for ProcessRef {
    fn eq(&self, other: &Self) -> bool {
        (self.pid, self.slot, self.generation) == (other.pid, other.slot, other.generation)
    }
}

impl Eq for ProcessRef {}

/// A signal by its number on Linux.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Signal(pub u8);

/// A compiled regular expression with the text it was made from.
#[derive(Debug)]
pub struct Regex {
    pub pattern: String,
    pub compiled: regex::Regex,
}

/// A handle on a shared object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Object {
    pub kind: ObjectKind,
    /// Its row in the table of shared objects; see `process::share`.
    pub index: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    Queue,
    /// The first end of a `pipe()`.
    ConnectionA,
    /// The second end of a `pipe()`.
    ConnectionB,
    Lock,
    Semaphore,
    Event,
    Barrier,
    Shared,
}

impl ObjectKind {
    /// The word for it in messages and in `type(x)`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::ConnectionA | Self::ConnectionB => "connection",
            Self::Lock => "lock",
            Self::Semaphore => "semaphore",
            Self::Event => "event",
            Self::Barrier => "barrier",
            Self::Shared => "shared",
        }
    }
}

impl Value {
    #[must_use]
    pub fn str(text: impl Into<String>) -> Self {
        Self::Str(Rc::new(text.into()))
    }

    #[must_use]
    pub fn bytes(bytes: Vec<u8>) -> Self {
        Self::Bytes(Rc::new(bytes))
    }

    #[must_use]
    pub fn list(items: Vec<Value>) -> Self {
        Self::List(Rc::new(List::new(items)))
    }

    #[must_use]
    pub fn map(entries: indexmap::IndexMap<super::Key, Value>) -> Self {
        Self::Map(Rc::new(Map::new(entries)))
    }

    /// Whether it owns nothing: copying it is copying sixteen bytes, and dropping it does nothing.
    #[inline]
    #[must_use]
    pub fn is_plain(&self) -> bool {
        matches!(
            self,
            Self::Absent
                | Self::None
                | Self::Bool(_)
                | Self::Int(_)
                | Self::Float(_)
                | Self::Duration(_)
                | Self::Instant(_)
                | Self::Builtin(_)
                | Self::Signal(_)
                | Self::Object(_)
        )
    }

    /// Puts a value in place of this one; the call that drops the old one is made only where there is something to drop.
    #[inline]
    pub fn put(&mut self, value: Value) {
        let old = std::mem::replace(self, value);
        if old.is_plain() {
            std::mem::forget(old);
        } else {
            drop(old);
        }
    }

    /// A clone, with the way shortened for ints.
    #[inline]
    #[must_use]
    pub fn copy(&self) -> Value {
        if let Self::Int(int) = self { Self::Int(*int) } else { self.clone() }
    }

    /// The type's name, as `type(x)` gives it.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Absent | Self::None => "none",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Duration(_) => "duration",
            Self::Instant(_) => "instant",
            Self::Str(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Range(_) => "range",
            Self::Function(_) | Self::Builtin(_) => "function",
            Self::Process(_) => "process",
            Self::Signal(_) => "signal",
            Self::Regex(_) => "regex",
            Self::Object(object) => object.kind.word(),
            Self::Cell(_) => "cell",
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_value_is_sixteen_bytes() {
        assert_eq!(size_of::<super::Value>(), 16);
    }
}
