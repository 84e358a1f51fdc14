//! Layout: one linear scan that makes the logical text which the grammar reads.
//!
//! The logical text has the length of the source, byte for byte, so every position is true in both.
//! What means nothing to the grammar is blanked with spaces: comments, the text of strings, newlines
//! that end nothing. What remains of a string of any kind is a pair of `"` and its interpolations.
//! Statements of one block are parted by exactly one newline. The scan also finds the end of every
//! statement of the top level, so that each can be parsed, reported and forgotten by itself.

mod brackets;
mod scanner;
mod strings;

pub(crate) use scanner::{DEEPEST, Layout, MOST_DIAGNOSTICS, Open, Piece, scan};
