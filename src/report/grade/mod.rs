//! What came of a class, as text: for machines, for gradebooks, for the teacher, and for each student. Names, output and whatever is
//! made of them may be anything: nothing of it breaks out of its place in a report, and no report has it at a length of its choice.
//!
//! The students are taken one by one, each as it comes, so that a class need not be in memory to be reported.

mod broken;
mod cell;
mod data;
mod diff;
mod gradebook;
mod gradescope;
mod html;
mod json;
mod junit;
mod leaf;
mod markdown;
mod paper;
mod sheet;
mod table;
mod tap;

use crate::suite::grade::{Class, Student};
use paper::Paper;
use std::borrow::Borrow;
use std::io::{self, Write};
use std::path::Path;

pub use diff::changes_json;
pub use gradescope::gradescope;
pub use leaf::student_html;
pub use markdown::student_markdown;

/// A report of a whole class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassReport<'a> {
    /// Everything; described in `docs/grading-reports.md` and by `docs/grades.schema.json`.
    Json,
    /// JUnit's XML, a suite a student.
    Junit,
    /// The Test Anything Protocol, a subtest a student.
    Tap,
    /// A row a student, two columns a test.
    Csv,
    /// What Canvas imports into its gradebook.
    Canvas,
    /// What Moodle imports into its gradebook.
    Moodle,
    /// A page for the teacher. `nonce` is a word that nobody can guess: only the script that has it is run.
    Html { nonce: &'a str },
}

impl ClassReport<'_> {
    /// Writes the report of these students; those of `class` itself are not looked at. Timelines are linked for a report in the folder
    /// `home`, an absolute path.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write<S: Borrow<Student>>(
        self,
        class: &Class,
        students: impl IntoIterator<Item = S>,
        home: Option<&Path>,
        into: &mut impl Write,
    ) -> io::Result<()> {
        let paper = Paper { home, ..Paper::of(class) };
        let students = students.into_iter();
        match self {
            Self::Json => json::write(&paper, students, into),
            Self::Junit => junit::write(&paper, students, into),
            Self::Tap => tap::write(&paper, students, into),
            Self::Csv => table::write(&paper, students, into),
            Self::Canvas => gradebook::write_canvas(&paper, students, into),
            Self::Moodle => gradebook::write_moodle(&paper, students, into),
            Self::Html { nonce } => html::write(&paper, students, nonce, into),
        }
    }

    /// The report of all students of `class`.
    ///
    /// # Errors
    /// Where there is no way to write it, which would be a mistake of ours.
    pub fn text(self, class: &Class) -> io::Result<String> {
        let mut bytes = Vec::new();
        self.write(class, &class.students, None, &mut bytes)?;
        String::from_utf8(bytes).map_err(io::Error::other)
    }
}
