//! What came of a run of many tests, for whoever reports it.

use super::outcome::Outcome;
use crate::event::Verdict;
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// What came of one test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tested {
    /// Which of the files.
    pub file: usize,
    /// Which of the file's tests.
    pub test: usize,
    pub verdict: Verdict,
    /// Nanoseconds of all its trials together.
    pub elapsed: i64,
    /// How often it was to be run, without later tries.
    pub repetitions: usize,
    /// How many of those failed.
    pub failed: usize,
    /// The trials that did not pass, and those that are worth a word; of each repetition the last try behind the others.
    pub outcomes: Vec<Outcome>,
}

/// What came of all.
#[derive(Debug, Clone)]
pub struct Results {
    /// In the order of files and tests.
    pub tested: Vec<Tested>,
    /// From which all seeds come.
    pub seed: u64,
    pub began: SystemTime,
    /// Nanoseconds.
    pub elapsed: i64,
    /// The signal that ended it before all was done.
    pub interrupted: Option<i32>,
}

impl Tested {
    /// The trial that says why the test has its verdict.
    #[must_use]
    pub fn decisive(&self) -> Option<&Outcome> {
        let bad = |outcome: &&Outcome| outcome.verdict != Verdict::Passed;
        self.outcomes
            .iter()
            .max_by_key(|outcome| weight(&outcome.verdict))
            .filter(bad)
            .or(self.outcomes.last())
    }
}

/// How much a trial's verdict weighs where trials of one test differ.
#[must_use]
pub fn weight(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Interrupted => 5,
        Verdict::ToolFailed(_) => 4,
        Verdict::Wrong => 3,
        Verdict::Failed => 2,
        Verdict::LimitHit => 1,
        _ => 0,
    }
}
