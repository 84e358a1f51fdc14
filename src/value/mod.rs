//! What a variable can hold, and the operations on it. Nothing here asks the operating system for anything.

mod collect;
mod kinds;
mod trouble;

pub use collect::{Key, List, Map};
pub use kinds::{Closure, Object, ObjectKind, ProcessRef, Range, Regex, Signal, Value};
pub use trouble::{Trouble, ValueResult};
