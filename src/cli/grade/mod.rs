//! `proctor grade` and `proctor grades`: a rubric's tests for each of many works, and what is done with the results.

mod args;
mod grades;
mod init;
mod once;
mod progress;
mod reports;
mod words;

pub use args::{GRADE_EXAMPLES, GRADES_EXAMPLES, GradeArgs, GradesArgs};

use super::output::Output;

/// Grades works; gives the exit code.
#[must_use]
pub fn grade(args: &GradeArgs, output: Output) -> u8 {
    match &args.init {
        Some(folder) => init::init(folder),
        None => once::once(args, output),
    }
}

/// Does something with results; gives the exit code.
#[must_use]
pub fn grades(args: &GradesArgs, output: Output) -> u8 {
    grades::grades(&args.what, output)
}
