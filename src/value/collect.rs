//! Lists and maps: shared within a process, changed in place, and dropped without recursion however deep they nest.

use super::{Object, ProcessRef, Signal, Value};
use indexmap::IndexMap;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A list's elements.
#[derive(Debug, Default)]
pub struct List(pub RefCell<Vec<Value>>);

/// A map's entries, in the order in which they were put in.
#[derive(Debug, Default)]
pub struct Map(pub RefCell<IndexMap<Key, Value>>);

/// What can be a key: values that cannot change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Str(Rc<String>),
    Int(i64),
    Bool(bool),
    Signal(Signal),
    Process(Rc<ProcessRef>),
    Object(Object),
}

impl std::hash::Hash for ProcessRef {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.pid, self.slot, self.generation).hash(state);
    }
}

impl Key {
    /// The key that a value makes, where it can be one.
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Str(text) => Self::Str(text.clone()),
            Value::Int(int) => Self::Int(*int),
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Signal(signal) => Self::Signal(*signal),
            Value::Process(process) => Self::Process(process.clone()),
            Value::Object(object) => Self::Object(*object),
            _ => return None,
        })
    }

    #[must_use]
    pub fn str(text: impl Into<String>) -> Self {
        Self::Str(Rc::new(text.into()))
    }

    #[must_use]
    pub fn value(&self) -> Value {
        match self {
            Self::Str(text) => Value::Str(text.clone()),
            Self::Int(int) => Value::Int(*int),
            Self::Bool(truth) => Value::Bool(*truth),
            Self::Signal(signal) => Value::Signal(*signal),
            Self::Process(process) => Value::Process(process.clone()),
            Self::Object(object) => Value::Object(*object),
        }
    }
}

impl List {
    #[must_use]
    pub fn new(items: Vec<Value>) -> Self {
        Self(RefCell::new(items))
    }
}

impl Map {
    #[must_use]
    pub fn new(entries: IndexMap<Key, Value>) -> Self {
        Self(RefCell::new(entries))
    }
}

/// How many drops may stand on the stack before the rest waits its turn in [`WAITING`].
const DEPTH: u32 = 64;

thread_local! {
    static DROPPING: Cell<u32> = const { Cell::new(0) };
    static WAITING: RefCell<Vec<Vec<Value>>> = const { RefCell::new(Vec::new()) };
}

fn nests(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Map(_) | Value::Function(_) | Value::Cell(_))
}

/// Drops values that may nest without using the stack for each level.
fn drop_flat(values: Vec<Value>) {
    if !values.iter().any(nests) {
        return;
    }
    let depth = DROPPING.get();
    if depth >= DEPTH {
        WAITING.with_borrow_mut(|waiting| waiting.push(values));
        return;
    }
    DROPPING.set(depth + 1);
    drop(values);
    if depth == 0 {
        while let Some(values) = WAITING.with_borrow_mut(Vec::pop) {
            drop(values);
        }
    }
    DROPPING.set(depth);
}

impl Drop for List {
    fn drop(&mut self) {
        drop_flat(std::mem::take(self.0.get_mut()));
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        let entries = std::mem::take(self.0.get_mut());
        if entries.values().any(nests) {
            drop_flat(entries.into_values().collect());
        }
    }
}

impl Drop for super::Closure {
    fn drop(&mut self) {
        if !self.captures.is_empty() {
            drop_flat(std::mem::take(&mut self.captures).into_vec());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn a_deep_list_is_dropped_without_using_the_stack() {
        let mut value = Value::None;
        for _ in 0..1_000_000 {
            value = Value::list(vec![value]);
        }
        drop(value);
    }
}
