//! What came of one trial, as data that can be kept.

use super::wire::Over;
use crate::event::{Actor, Failure, Message, Verdict};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What came of one trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Passed, failed, a limit hit, the text wrong, we failed, interrupted: never what `skip`, `xfail` or a later try make of it.
    pub verdict: Verdict,
    /// Where no message says it: why, as a sentence without its end.
    pub why: Option<String>,
    /// It is a limit of time that decided, while others had the machine: it says nothing.
    #[serde(skip)]
    pub in_doubt: bool,
    /// It ran beside no other trial, for another one had been in doubt.
    #[serde(default)]
    pub alone: bool,
    /// What was told while it ran, in order.
    pub messages: Vec<Message>,
    pub output: Output,
    pub leaks: Leaks,
    /// Where one is wanted: the page with its timeline, or why there is none.
    pub timeline: Option<Result<PathBuf, String>>,
    /// Nanoseconds, with the start and the end of its processes.
    pub elapsed: i64,
    /// Of the scenario's random numbers.
    pub seed: u64,
    /// Of the disturbance, where there was one.
    pub disturbance: Option<u64>,
}

impl Outcome {
    /// The page with its timeline.
    #[must_use]
    pub fn page(&self) -> Option<&Path> {
        self.timeline.as_ref()?.as_deref().ok()
    }

    /// The failure that came last.
    #[must_use]
    pub fn last_failure(&self) -> Option<&Failure> {
        self.messages.iter().rev().find_map(|message| match message {
            Message::Failed(failure) | Message::Broken(failure) => Some(failure),
            _ => None,
        })
    }
}

/// What the processes of a trial printed, in the order in which it came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    pub pieces: Vec<Piece>,
    /// So many bytes more came than are kept.
    pub cut: u64,
}

/// What one process printed before another one did. What is no UTF-8 is replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    pub process: String,
    pub text: String,
}

/// Processes that a trial did not look after.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaks {
    /// Alive when it was over, and killed.
    pub alive: Vec<Actor>,
    pub more_alive: u32,
    /// They ended after their parent had, and nobody of the scenario has waited for them.
    pub orphans: Vec<Actor>,
    pub more_orphans: u32,
}

impl Leaks {
    #[must_use]
    pub fn of(ended: &Over) -> Self {
        Self {
            alive: ended.leftovers.clone(),
            more_alive: ended.unnamed,
            orphans: ended.orphans.clone(),
            more_orphans: ended.unnamed_orphans,
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.alive.is_empty() && self.orphans.is_empty()
    }

    /// What of it there is: what is to be said of it in front of a colon, and who.
    #[must_use]
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let named = |actors: &[Actor], more: u32| {
            let mut names: Vec<String> =
                actors.iter().map(|actor| format!("{} ({})", actor.name, actor.pid)).collect();
            if more > 0 {
                names.push(format!("{more} more"));
            }
            names.join(", ")
        };
        let mut all = Vec::new();
        if !self.alive.is_empty() {
            all.push(("left alive, and killed", named(&self.alive, self.more_alive)));
        }
        if !self.orphans.is_empty() {
            all.push(("left to init, never waited for", named(&self.orphans, self.more_orphans)));
        }
        all
    }
}
