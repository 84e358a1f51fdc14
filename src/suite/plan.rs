//! How tests are to be run.

use super::file::{File, Test};
use super::page::page;
use super::seed::{Use, seed};
use super::trial::{Enclosure, Limits, Trial};
use std::path::PathBuf;

/// How tests are to be run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Trials at once.
    pub jobs: usize,
    /// Nanoseconds that a test has where it says nothing itself.
    pub timeout: i64,
    /// Processes that a test may have alive at once.
    pub processes: u32,
    /// Bytes of output of a trial that are kept.
    pub output: usize,
    /// How often one that fails is tried again.
    pub retries: usize,
    /// How often each is run.
    pub repeat: usize,
    /// The timing of the processes is disturbed.
    pub stress: bool,
    /// In an order that the seed decides.
    pub shuffle: bool,
    pub seed: u64,
    /// After one that failed, no other is begun.
    pub fail_fast: bool,
    pub leaks: LeakRule,
    /// The folder for a page of each trial's timeline.
    pub timelines: Option<PathBuf>,
    /// What `args()` gives.
    pub args: Vec<String>,
    /// What `submission` gives.
    pub submission: Option<String>,
    /// What keeps each trial inside.
    pub enclosure: Enclosure,
}

/// What processes mean that a test did not look after.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LeakRule {
    /// The test fails.
    Fail,
    /// It is said.
    #[default]
    Warn,
}

impl Plan {
    /// One run of a test.
    #[must_use]
    pub fn trial(&self, file: &File, test: &Test, repetition: usize, attempt: usize) -> Trial {
        let seed = |purpose| seed(self.seed, purpose, &file.name, &test.name, repetition, attempt);
        Trial {
            texts: file.texts.clone(),
            test: test.number,
            limits: Limits { time: self.limit(test), processes: self.processes, output: self.output },
            seed: seed(Use::Scenario),
            disturbance: self.stress.then(|| seed(Use::Disturbance)),
            args: self.args.clone(),
            timeline: self.timelines.as_ref().map(|folder| {
                let stem = file.path.file_stem().unwrap_or_default().to_string_lossy();
                folder.join(page(&stem, &file.name, &test.name, repetition, attempt))
            }),
            scheduler: crate::process::pid(),
            submission: self.submission.clone(),
            enclosure: self.enclosure.clone(),
        }
    }

    /// All that a trial may take. The time that a test itself gives is for its block, and the machine holds it; what stands
    /// around the block has the usual time.
    fn limit(&self, test: &Test) -> i64 {
        test.limit.unwrap_or(0).saturating_add(self.timeout)
    }
}
