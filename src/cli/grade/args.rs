//! What can be written behind `proctor grade` and `proctor grades`.

use super::super::quantity::{MOST_PIDS, duration, size};
use crate::keeper::Demand;
use crate::suite::grade::{Folders, Slice};
use clap::{Args, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Where results are kept where nothing else is said.
pub const RESULTS: &str = "grades.db";

pub const GRADE_EXAMPLES: &str = "\
Examples:
  proctor grade --init homework                a rubric to begin with, and two works for it
  proctor grade rubric.proc class/             each file, folder or archive in class/ is one student's work
  proctor grade rubric.proc ada.py bob.zip eve/
  proctor grade rubric.proc class/ --list      whose works those would be
  proctor grade rubric.proc class/ --exclude 'solution*'
  proctor grade rubric.proc class/ --resume    go on where it was interrupted, and try again what the machine failed at
  proctor grade rubric.proc class/ --report-csv points.csv --report-html class.html --students feedback/
  proctor grade rubric.proc class/ --partition slice:2/10 --results part2.db    the second of ten machines
  proctor grades export --report-moodle moodle.csv
  proctor grades diff                          whose points changed since the grading before

Works run kept inside, with nothing but themselves to see (`proctor doctor`). Results are kept in grades.db as they come.

Exit codes:
  0 every test of every work has its result, right or wrong    2 the rubric or the usage is wrong
  4 proctor or the machine failed for some: --resume tries them again    130 interrupted";

pub const GRADES_EXAMPLES: &str = "\
Examples:
  proctor grades list                          the students and their points
  proctor grades export --report-csv points.csv --students feedback/
  proctor grades diff                          whose points changed since the grading before, and by which tests
  proctor grades diff monday.db friday.db --message-format json
  proctor grades merge part*.db --output all.db
  proctor grades forget ada                    take all that is known of ada out of the results";

#[derive(Debug, Args)]
pub struct GradeArgs {
    /// The scenario whose tests are the parts of the grade
    #[arg(value_name = "RUBRIC.proc", required_unless_present = "init")]
    pub rubric: Option<OsString>,
    /// Works, each a file, a folder, or a .zip, .tar.gz or .tgz; one folder alone is a class, with a work in each entry
    #[arg(value_name = "SUBMISSIONS", required_unless_present = "init")]
    pub submissions: Vec<OsString>,
    /// What the rubric's args() gives
    #[arg(last = true, value_name = "ARGS")]
    pub args: Vec<OsString>,
    /// Write a rubric with comments and two works for it into FOLDER [default: grading], and grade nothing
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = "grading",
        conflicts_with_all = ["rubric", "list", "resume"])]
    pub init: Option<PathBuf>,
    /// What a folder is: one student's work, or a class with a work in each entry; `auto`: a class where it stands alone
    #[arg(long, value_enum, value_name = "WHAT", default_value = "auto")]
    pub folders: FolderChoice,
    /// Leave out what has such a name, as '*.pdf' (may be written several times); '!README.md' is a work all the same
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Name the works and the tests, and grade nothing
    #[arg(long)]
    pub list: bool,
    /// Where results are kept
    #[arg(long, value_name = "FILE", default_value = RESULTS)]
    pub results: PathBuf,
    /// Keep what is known of each work, and run only the tests that have no result
    #[arg(long)]
    pub resume: bool,
    /// Only every Nth work, from the Mth on: slices of one class on several machines, for `proctor grades merge`
    #[arg(long, value_name = "slice:M/N", value_parser = Slice::parse)]
    pub partition: Option<Slice>,
    /// Tests at once [default: the number of processors]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Start random numbers from N
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub limits: LimitArgs,
    /// A page with the timeline of each test, into this folder; the JSON and HTML reports link them
    #[arg(long, value_name = "FOLDER", help_heading = "Reports")]
    pub timelines: Option<PathBuf>,
    #[command(flatten)]
    pub reports: ReportArgs,
    /// Show no time and no seed in what proctor itself says, so that two runs can be compared
    #[arg(long, hide = true)]
    pub stable: bool,
}

/// What a test of one work may use.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits of a test")]
pub struct LimitArgs {
    /// How works are kept inside: `required` runs nothing where a part of it is missing, `none` is for your own work
    #[arg(long, value_enum, value_name = "HOW", default_value = "auto")]
    pub sandbox: Sandbox,
    /// How long a test may take. Of one with a time of its own (`test "name" within 5s { … }`), the block has that, and this holds for
    /// the rubric's statements around it
    #[arg(long, value_name = "DUR", value_parser = duration, default_value = "30s")]
    pub timeout: Duration,
    /// Processor time of all its processes together [default: the test's time on each processor that there is]
    #[arg(long, value_name = "DUR", value_parser = duration)]
    pub cpu: Option<Duration>,
    /// Processes alive at once
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=MOST_PIDS))]
    pub processes: u32,
    /// Processes and threads started in all
    #[arg(long, value_name = "N", default_value_t = 4096, value_parser = clap::value_parser!(u32).range(1..=MOST_PIDS))]
    pub started: u32,
    /// Memory of a process, and of all its processes together
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "512M")]
    pub memory: u64,
    /// Open files of a process
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(16..=1 << 20))]
    pub files: u64,
    /// Size of a file
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "64M")]
    pub file_size: u64,
    /// What all files together may have in each of /work, /tmp, /home and /dev/shm
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "256M")]
    pub disk: u64,
    /// How much of what it prints is kept
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "256K")]
    pub output: u64,
}

/// Reports of a class.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Reports")]
pub struct ReportArgs {
    /// Everything, as JSON
    #[arg(long, value_name = "FILE")]
    pub report_json: Option<PathBuf>,
    /// JUnit's XML, a suite a student
    #[arg(long, value_name = "FILE")]
    pub report_junit: Option<PathBuf>,
    /// The Test Anything Protocol, version 14, a subtest a student
    #[arg(long, value_name = "FILE")]
    pub report_tap: Option<PathBuf>,
    /// A table, a row a student
    #[arg(long, value_name = "FILE")]
    pub report_csv: Option<PathBuf>,
    /// A table that Canvas imports
    #[arg(long, value_name = "FILE")]
    pub report_canvas: Option<PathBuf>,
    /// A table that Moodle imports
    #[arg(long, value_name = "FILE")]
    pub report_moodle: Option<PathBuf>,
    /// results.json of Gradescope's autograder for one student, or a folder with one for each
    #[arg(long, value_name = "FILE|FOLDER")]
    pub report_gradescope: Option<PathBuf>,
    /// A page for the teacher, one file that needs no network
    #[arg(long, value_name = "FILE")]
    pub report_html: Option<PathBuf>,
    /// A folder a student, with a report.md and a report.html that the student may see
    #[arg(long, value_name = "FOLDER")]
    pub students: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FolderChoice {
    Auto,
    Student,
    Class,
}

impl From<FolderChoice> for Folders {
    fn from(choice: FolderChoice) -> Self {
        match choice {
            FolderChoice::Auto => Self::ByCount,
            FolderChoice::Student => Self::Students,
            FolderChoice::Class => Self::Classes,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sandbox {
    Auto,
    Required,
    None,
}

impl From<Sandbox> for Demand {
    fn from(sandbox: Sandbox) -> Self {
        match sandbox {
            Sandbox::Auto => Self::Auto,
            Sandbox::Required => Self::Required,
            Sandbox::None => Self::None,
        }
    }
}

#[derive(Debug, Args)]
pub struct GradesArgs {
    #[command(subcommand)]
    pub what: Grades,
}

#[derive(Debug, Subcommand)]
pub enum Grades {
    /// The students and their points
    List {
        /// The results
        #[arg(value_name = "FILE", default_value = RESULTS)]
        results: PathBuf,
    },
    /// Write reports of what is in the file
    Export {
        /// The results
        #[arg(value_name = "FILE", default_value = RESULTS)]
        results: PathBuf,
        /// That attempt of each student, by its number, instead of the last one with results
        #[arg(long, value_name = "N")]
        attempt: Option<u32>,
        #[command(flatten)]
        reports: ReportArgs,
    },
    /// Whose points changed, and by which tests
    Diff {
        /// The results; of two files the last gradings are compared, of one its last with the one before
        #[arg(value_name = "FILE", num_args = 0..=2)]
        results: Vec<PathBuf>,
        /// The earlier attempt of each student, by its number
        #[arg(long, value_name = "N")]
        from: Option<u32>,
        /// The later one
        #[arg(long, value_name = "N")]
        to: Option<u32>,
    },
    /// Take a student out of the results, with every attempt and result, so that nothing of them is left in the file
    Forget {
        /// The student, as `proctor grades list` names them
        #[arg(value_name = "STUDENT")]
        student: String,
        /// The results
        #[arg(value_name = "FILE", default_value = RESULTS)]
        results: PathBuf,
    },
    /// Put the results of parts of a class into one new file
    Merge {
        /// The results
        #[arg(value_name = "FILES", required = true)]
        results: Vec<PathBuf>,
        /// The new file
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
    },
}
