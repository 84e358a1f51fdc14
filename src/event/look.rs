//! What `ps` and `tree` saw.

use serde::{Deserialize, Serialize};

/// A row of the table that `ps` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProcessRow {
    /// The name in the scenario, or the command of a stranger.
    pub name: String,
    pub pid: i32,
    /// None once it is reaped.
    pub ppid: Option<i32>,
    /// A name of `program::STATES`.
    pub state: String,
    /// Nanoseconds from start to end, or to now.
    pub elapsed: i64,
    /// N after exit N, -N after death by signal N.
    pub exitcode: Option<i64>,
    /// The command line, where there is one.
    pub command: String,
}

/// A row of the tree that `tree` draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TreeRow {
    /// How deep it stands; the root is 0.
    pub depth: usize,
    pub process: ProcessRow,
}
