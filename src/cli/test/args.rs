//! What can be written behind `proctor test`.

use super::super::quantity::{MAX_PROCS, MOST_PIDS, duration, submission};
use crate::keeper::Demand;
use crate::suite::{Filter, LeakRule};
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

pub const TEST_EXAMPLES: &str = "\
Examples:
  proctor test                                 all tests of all *.proc files below this folder
  proctor test lessons/ exam.proc -j 4
  proctor test --filter tag:slow --list        which tests that would be
  proctor test --filter 'child !file:lib'      with `child` in their name or file, and not in a file called lib
  proctor test --retries 2 --report-junit out.xml
  proctor test --report-html out.html --timelines out.d
  proctor test --stress=50 --seed 7            each 50 times, with its processes' timing disturbed
  proctor test --update                        write what was found into `expect X == \"…\"`
  proctor test --host                          among the machine's processes, for tests that look at those
  proctor test --submission work.py rubric.proc  try a rubric with one work
  proctor test --watch

Filters: TEXT, name:TEXT, file:TEXT, tag:TAG, name=TEXT, file=TEXT; `!` before one turns it round; all of one filter
must hold, one of several is enough.

Exit codes:
  0 all passed    1 some failed, or hit a limit    2 a file is wrong, or there is no test    4 proctor itself, or
  the machine, failed    130 interrupted";

#[derive(Debug, Args)]
pub struct TestArgs {
    /// Scenarios, and folders with `*.proc` files below them [default: this folder]
    #[arg(value_name = "PATHS")]
    pub paths: Vec<OsString>,
    /// What the scenarios' args() gives
    #[arg(last = true, value_name = "ARGS")]
    pub args: Vec<OsString>,
    /// Tests at once [default: the number of processors]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// How long a test may take. Of one with a time of its own (`test "name" within 5s { … }`), the block has that, and this holds for
    /// the file's statements around it
    #[arg(long, value_name = "DUR", value_parser = duration, default_value = "60s")]
    pub timeout: Duration,
    /// Only tests that are meant by this; several are joined by `or`
    #[arg(short, long, value_name = "FILTER", value_parser = Filter::parse)]
    pub filter: Vec<Filter>,
    /// Name the tests and run none
    #[arg(long, conflicts_with_all = ["watch", "update"])]
    pub list: bool,
    /// Try a test that fails up to N times more; one that passes then is FLAKY
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with_all = ["repeat", "stress"])]
    pub retries: u16,
    /// Run each test N times: it passes where all pass
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub repeat: Option<u32>,
    /// Run each test N times [default: 10] with random stops, priorities and processors for its processes
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "10",
        value_parser = clap::value_parser!(u32).range(1..=1_000_000), conflicts_with = "repeat")]
    pub stress: Option<u32>,
    /// In a random order
    #[arg(long)]
    pub shuffle: bool,
    /// Start random numbers, the order of --shuffle and the disturbance of --stress from N
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Begin no test after one that failed
    #[arg(long)]
    pub fail_fast: bool,
    /// The work under test: what `submission` gives. External programs are observed then
    #[arg(long, value_name = "PATH", value_parser = submission)]
    pub submission: Option<String>,
    /// Run no test where it cannot have namespaces of its own, in which it sees and signals its own processes only, and pids begin
    /// at 1 [default: in namespaces where they can be had, else as with --host]
    #[arg(long, conflicts_with = "host")]
    pub contained: bool,
    /// Run each test among the machine's own processes, in no namespaces
    #[arg(long)]
    pub host: bool,
    /// Whether a test fails that leaves processes behind, or a grandchild that nobody waited for
    #[arg(long, value_enum, value_name = "RULE", default_value = "warn")]
    pub leaks: Leaks,
    /// Write what was found into the `expect X == "…"` that fail for it
    #[arg(long, conflicts_with_all = ["watch", "repeat", "stress", "retries"])]
    pub update: bool,
    /// Run the tests again whenever a file changes; Ctrl-C ends it
    #[arg(long)]
    pub watch: bool,
    /// How many processes a test may have alive at once
    #[arg(long, value_name = "N", default_value_t = MAX_PROCS, value_parser = clap::value_parser!(u32).range(1..=MOST_PIDS))]
    pub max_procs: u32,
    #[command(flatten)]
    pub reports: ReportArgs,
    /// Show no pid, time or seed in what proctor itself says, so that two runs can be compared
    #[arg(long, hide = true)]
    pub stable: bool,
}

impl TestArgs {
    /// How tests are to be kept inside.
    #[must_use]
    pub fn demand(&self) -> Demand {
        match (self.contained, self.host) {
            (true, _) => Demand::Required,
            (_, true) => Demand::None,
            _ => Demand::Auto,
        }
    }
}

/// Reports, each to a file; all from one run.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Everything, as JSON
    #[arg(long, value_name = "FILE")]
    pub report_json: Option<PathBuf>,
    /// For Jenkins, GitLab and most others, as JUnit's XML
    #[arg(long, value_name = "FILE")]
    pub report_junit: Option<PathBuf>,
    /// The Test Anything Protocol, version 14
    #[arg(long, value_name = "FILE")]
    pub report_tap: Option<PathBuf>,
    /// A page for people, one file that needs no network
    #[arg(long, value_name = "FILE")]
    pub report_html: Option<PathBuf>,
    /// The Common Test Report Format, JSON
    #[arg(long, value_name = "FILE")]
    pub report_ctrf: Option<PathBuf>,
    /// SARIF 2.1.0, for code scanning
    #[arg(long, value_name = "FILE")]
    pub report_sarif: Option<PathBuf>,
    /// A page with the timeline of each test, into this folder; the reports link them
    #[arg(long, value_name = "FOLDER")]
    pub timelines: Option<PathBuf>,
    /// Annotations for GitHub Actions, on standard output
    #[arg(long)]
    pub report_github: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Leaks {
    Fail,
    Warn,
}

impl From<Leaks> for LeakRule {
    fn from(leaks: Leaks) -> Self {
        match leaks {
            Leaks::Fail => Self::Fail,
            Leaks::Warn => Self::Warn,
        }
    }
}
