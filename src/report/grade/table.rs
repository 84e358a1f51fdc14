//! A class as a table: `--report-csv`. Every student has one row, also who has no result.

use super::cell::{Rows, defused};
use super::paper::Paper;
use crate::report::suite::line;
use crate::suite::grade::Student;
use std::borrow::Borrow;
use std::io::{self, Write};

/// The columns before those of the tests.
const COLUMNS: &[&str] = &["student", "total", "worth", "open", "attempt", "refused"];

pub fn write<S: Borrow<Student>>(
    paper: &Paper<'_>,
    students: impl Iterator<Item = S>,
    into: &mut impl Write,
) -> io::Result<()> {
    let mut rows = Rows::new(into);
    let mut head: Vec<String> = COLUMNS.iter().map(|&name| name.to_owned()).collect();
    for criterion in &paper.class.rubric.criteria {
        let name = defused(&line(&criterion.name));
        head.push(format!("{name} (of {})", criterion.worth));
        head.push(format!("{name} (verdict)"));
    }
    rows.write(&head)?;
    for student in students {
        let student = student.borrow();
        let total = student.total(&paper.class.rubric);
        let mut row = vec![
            defused(&student.name),
            total.points.to_string(),
            total.worth.to_string(),
            total.open.to_string(),
            student.attempt.to_string(),
            student.refused.as_deref().map_or_else(String::new, |why| defused(&line(why))),
        ];
        for cell in paper.cells(student) {
            row.push(cell.points().map_or_else(String::new, |points| points.to_string()));
            row.push(cell.name().to_owned());
        }
        rows.write(&row)?;
    }
    rows.finish()
}
