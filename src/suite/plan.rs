//! How tests are to be run.

use super::file::{File, Test};
use super::seed::{Use, seed};
use super::trial::{Limits, Trial};
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
            timeline: self
                .timelines
                .as_ref()
                .map(|folder| folder.join(page(file, test, repetition, attempt))),
            scheduler: crate::process::pid(),
        }
    }

    /// All that a trial may take. The time that a test itself gives is for its block, and the machine holds it; what stands
    /// around the block has the usual time.
    fn limit(&self, test: &Test) -> i64 {
        test.limit.unwrap_or(0).saturating_add(self.timeout)
    }
}

/// The name of a trial's page: it can be read, is the same in the next run, and no two trials share it.
fn page(file: &File, test: &Test, repetition: usize, attempt: usize) -> String {
    /// Of each name so many characters are shown.
    const SHOWN: usize = 40;
    let plain = |name: &str| -> String {
        name.chars().map(|each| if each.is_alphanumeric() { each } else { '_' }).take(SHOWN).collect()
    };
    let stem = file.path.file_stem().unwrap_or_default().to_string_lossy();
    let which = seed(0, Use::Page, &file.name, &test.name, repetition, attempt);
    format!("{}-{}-{which:016x}.html", plain(&stem), plain(&test.name))
}
