//! Text to tree: layout, grammar, recovery after an error.

mod build;
mod completeness;
mod explain;
mod grammar;
mod layout;
mod parse;
mod tokens;
pub mod tree;
pub mod visit;
mod words;

pub use completeness::{Completeness, completeness};
pub use layout::{Bracket, Token, TokenKind};
pub use parse::{Parsed, parse};
pub use tokens::tokens;
#[cfg(test)]
pub(crate) use words::LEADING;
