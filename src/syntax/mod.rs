//! Text to tree: layout, grammar, recovery after an error.

mod build;
mod completeness;
mod explain;
mod grammar;
mod layout;
mod parse;
pub mod tree;
pub mod visit;
mod words;

pub use completeness::{Completeness, completeness};
pub use parse::{Parsed, parse};
