//! Text to tree: layout, grammar, recovery after an error.

pub mod tree;
