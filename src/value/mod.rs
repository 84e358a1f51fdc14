//! What a variable can hold, and the operations on it. Nothing here asks the operating system for anything.

pub mod arith;
mod collect;
pub mod compare;
pub mod encode;
pub mod ending;
pub mod format;
pub mod index;
mod kinds;
pub mod limit;
mod number;
pub mod pattern;
mod points;
pub mod signal;
pub mod text;
pub mod time;
mod trouble;
mod wording;

pub use collect::{Key, List, Map};
pub use kinds::{Closure, End, Object, ObjectKind, ProcessRef, Range, Regex, Signal, Value};
pub use number::float_to_int;
pub use points::Points;
pub use trouble::{Blame, Trouble, ValueResult};
pub use wording::a_kind;
