//! What is told while the scenario runs: verdicts, errors, tables that were asked for.

use super::{Actor, Failure, ProcessRow, TestOutcome, TreeRow};
use crate::value::Points;
use serde::{Deserialize, Serialize};

/// One thing that is told at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// A process ended by an error that nobody caught.
    Failed(Failure),
    /// An expectation did not hold.
    Broken(Failure),
    /// A test came to its end.
    TestEnded(TestOutcome),
    /// `ps` was asked.
    Listed(Vec<ProcessRow>),
    /// `tree` was asked; rows in the order of drawing.
    Drawn(Vec<TreeRow>),
    /// The processes that were still there when the scenario was over, and were killed; and how many more there were.
    LeftBehind(Vec<Actor>, u32),
    /// A part of a test's worth was earned: it stays earned, whatever comes later.
    Awarded { points: Points, why: String },
    /// A line for whoever's work is tested.
    Feedback(String),
}

/// Where messages go.
pub trait Reporter {
    fn report(&mut self, message: Message);

    /// The scenario is over. Called once, by its main process.
    fn finish(&mut self) {}
}

impl Message {
    /// The same message with every pid and time set to zero: what two runs of one scenario have in common.
    #[must_use]
    pub fn stable(mut self) -> Self {
        let row = |row: &mut ProcessRow| {
            (row.pid, row.ppid, row.elapsed) = (0, row.ppid.map(|_| 0), 0);
        };
        match &mut self {
            Self::Failed(failure) | Self::Broken(failure) => failure.actor.pid = 0,
            Self::TestEnded(outcome) => outcome.elapsed = 0,
            Self::Listed(rows) => rows.iter_mut().for_each(row),
            Self::Drawn(rows) => rows.iter_mut().for_each(|drawn| row(&mut drawn.process)),
            Self::LeftBehind(actors, _) => actors.iter_mut().for_each(|actor| actor.pid = 0),
            Self::Awarded { .. } | Self::Feedback(_) => {}
        }
        self
    }
}
