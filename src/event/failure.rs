//! An error or a broken expectation in a running process.

use crate::source::{Code, Location};
use crate::value::Blame;
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// Which process did or suffered it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub name: Rc<str>,
    pub pid: i32,
}

/// A call that was under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The function that was called; `main` or the process's name for the outermost.
    pub function: Rc<str>,
    /// Where it had got to.
    pub location: Location,
}

/// A part of a condition and the value that it had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartValue {
    pub location: Location,
    /// As a literal: a string in quotes.
    pub value: String,
}

/// How what was there differs from what was expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Difference {
    /// Of two texts.
    Lines { expected: String, actual: String },
    /// Of two texts or lists whose order does not matter: lines, or elements as literals.
    AnyOrder { missing: Vec<String>, extra: Vec<String> },
}

impl Difference {
    /// Of the missing, and of the extra, so many are kept.
    pub const MOST: usize = 1000;
}

/// What went wrong, where, and in which process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub code: Code,
    pub message: String,
    pub help: Option<String>,
    pub location: Location,
    /// Innermost first; at most [`Failure::LONGEST_CHAIN`], the middle left out.
    pub chain: Vec<Frame>,
    /// How many calls of the chain were left out in the middle.
    pub left_out: usize,
    pub actor: Actor,
    /// For an expectation: the parts of its condition.
    pub parts: Vec<PartValue>,
    pub difference: Option<Difference>,
    #[serde(default)]
    pub blame: Blame,
}

impl Failure {
    pub const LONGEST_CHAIN: usize = 16;
}
