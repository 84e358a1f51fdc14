//! Points for the gradebooks of learning platforms: `--report-canvas`, `--report-moodle`. Who has tests without a result gets no
//! points from it, for what is in a gradebook is taken for final.

use super::cell::{Rows, defused};
use super::paper::{Paper, title};
use super::sheet::Sheet;
use crate::report::shorten;
use crate::suite::grade::Student;
use std::borrow::Borrow;
use std::io::{self, Write};

/// Characters of the feedback that a gradebook gets.
const FEEDBACK: usize = 4000;

/// As Canvas exports and imports it: the first columns have these names and this order, the row below them says what the assignment
/// is worth. See <https://community.canvaslms.com/t5/Instructor-Guide/How-do-I-import-grades-in-the-Gradebook/ta-p/807>.
pub fn write_canvas<S: Borrow<Student>>(
    paper: &Paper<'_>,
    students: impl Iterator<Item = S>,
    into: &mut impl Write,
) -> io::Result<()> {
    let mut rows = Rows::new(into);
    let head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"].map(str::to_owned);
    rows.write(&[&head[..], &[defused(&title(paper.class))]].concat())?;
    let worth = ["    Points Possible", "", "", "", ""].map(str::to_owned);
    rows.write(&[&worth[..], &[paper.class.rubric.worth().to_string()]].concat())?;
    for student in students {
        let student = student.borrow();
        let name = defused(&student.name);
        // A row whose first cell has these words is taken for the one above.
        let shown = name.replace("Points Possible", "Points_Possible");
        rows.write(&[shown, String::new(), String::new(), name, String::new(), points(paper, student)])?;
    }
    rows.finish()
}

/// A column that says who it is, one of points, one of feedback: Moodle asks what each of them is. See
/// <https://docs.moodle.org/en/Grade_import>.
pub fn write_moodle<S: Borrow<Student>>(
    paper: &Paper<'_>,
    students: impl Iterator<Item = S>,
    into: &mut impl Write,
) -> io::Result<()> {
    let mut rows = Rows::new(into);
    let title = defused(&title(paper.class));
    rows.write(&["Username".to_owned(), title.clone(), format!("{title} (Feedback)")])?;
    for student in students {
        let student = student.borrow();
        let said = Sheet::of(paper, student).feedback();
        // Moodle takes feedback for HTML.
        let said = shorten(&said, FEEDBACK).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        rows.write(&[defused(&student.name), points(paper, student), defused(&said)])?;
    }
    rows.finish()
}

/// Nothing where they are not final.
fn points(paper: &Paper<'_>, student: &Student) -> String {
    let total = student.total(&paper.class.rubric);
    if total.open > 0 { String::new() } else { total.points.to_string() }
}
