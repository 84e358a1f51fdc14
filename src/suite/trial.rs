//! What is run once, with which limits: a test in a scenario of its own, or a whole file.

use crate::keeper::{Bounds, Contain};
use crate::process::sandbox::Rules;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// One run of one test, as the process that runs it is told. The same, however often it is run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// The scenario and, behind it, the files that it uses.
    pub texts: Arc<[Text]>,
    /// The test's number in its file; none runs the whole file.
    pub test: Option<u16>,
    pub limits: Limits,
    /// Of the scenario's random numbers.
    pub seed: u64,
    /// The timing of its processes is disturbed, from this seed.
    pub disturbance: Option<u64>,
    /// What `args()` gives.
    pub args: Vec<String>,
    /// Where the page of its timeline goes, if one is wanted.
    pub timeline: Option<PathBuf>,
    /// The pid of the process that schedules; the trial ends with it.
    pub scheduler: i32,
    /// What `submission` gives: the path of the work under test, as the scenario sees it. Its programs are observed then.
    pub submission: Option<String>,
    /// What keeps it inside.
    pub enclosure: Enclosure,
}

/// What keeps a trial inside; without either, guard and keeper alone do. [`crate::keeper::plan`] gives both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    /// Namespaces, and what is seen and used in them.
    pub contain: Option<Contain>,
    /// What it may use where it is not in namespaces.
    #[serde(default)]
    pub bounds: Bounds,
    /// What each program that the scenario starts gives up, and all that it starts.
    pub fence: Option<Rules>,
}

/// A file as it was read when the tests were found: all of its trials run that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    pub name: String,
    pub path: Option<PathBuf>,
    pub text: String,
}

/// How much of what a trial may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Nanoseconds from its start to its end.
    pub time: i64,
    /// Processes alive at once.
    pub processes: u32,
    /// Bytes of output that are kept.
    pub output: usize,
}
