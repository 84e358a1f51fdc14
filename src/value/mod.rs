//! What a variable can hold, and the operations on it. Nothing here asks the operating system for anything.

pub mod arith;
mod collect;
pub mod compare;
mod kinds;
pub mod limit;
mod number;
pub mod signal;
pub mod text;
pub mod time;
mod trouble;
mod wording;

pub use collect::{Key, List, Map};
pub use kinds::{Closure, End, Object, ObjectKind, ProcessRef, Range, Regex, Signal, Value};
pub use trouble::{Trouble, ValueResult};
pub use wording::a_kind;
