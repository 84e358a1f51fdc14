//! A class in the Test Anything Protocol, version 14, a subtest a student: `--report-tap`. See
//! <https://testanything.org/tap-version-14-specification.html>.

use super::paper::{Cell, Paper};
use crate::event::Verdict;
use crate::report::suite::{block, description};
use crate::suite::grade::Student;
use std::borrow::Borrow;
use std::io::{self, Write};

/// The plan of the students stands at the end: only there it is known how many there are.
pub fn write<S: Borrow<Student>>(
    paper: &Paper<'_>,
    students: impl Iterator<Item = S>,
    into: &mut impl Write,
) -> io::Result<()> {
    into.write_all(b"TAP version 14\n")?;
    let mut count = 0;
    for student in students {
        let student = student.borrow();
        count += 1;
        let name = description(&student.name);
        let mut points = String::new();
        let mut good = true;
        for (number, cell) in paper.cells(student).enumerate() {
            let (ok, text) = point(paper, number + 1, &cell);
            good &= ok;
            points.push_str(&text);
        }
        writeln!(into, "# Subtest: {name}\n    1..{}", paper.class.rubric.criteria.len())?;
        for line in points.lines() {
            writeln!(into, "    {line}")?;
        }
        let total = student.total(&paper.class.rubric);
        let sum = [
            ("points", total.points.to_string()),
            ("worth", total.worth.to_string()),
            ("open", total.open.to_string()),
            ("refused", student.refused.clone().unwrap_or_default()),
        ];
        writeln!(into, "{} {count} - {name}", if good { "ok" } else { "not ok" })?;
        into.write_all(block(&borrowed(&sum), None).as_bytes())?;
    }
    writeln!(into, "1..{count}")?;
    if paper.class.interrupted.is_some() {
        into.write_all(b"Bail out! interrupted\n")?;
    }
    Ok(())
}

fn borrowed<'a>(fields: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, &**value)).collect()
}

/// One test of a student, and whether it is ok.
fn point(paper: &Paper<'_>, number: usize, cell: &Cell<'_>) -> (bool, String) {
    let (ok, directive) = match cell.verdict() {
        Some(Verdict::Passed | Verdict::Flaky(_) | Verdict::PassedUnexpectedly(_)) => (true, String::new()),
        Some(Verdict::Skipped(why)) => (true, format!(" # SKIP {}", description(why))),
        _ => (false, String::new()),
    };
    let name = description(&cell.criterion.name);
    let mut text = format!("{} {number} - {name}{directive}\n", if ok { "ok" } else { "not ok" });
    let fields = [
        ("verdict", cell.name().to_owned()),
        ("points", cell.points().map_or_else(String::new, |points| points.to_string())),
        ("worth", cell.criterion.worth.to_string()),
        ("message", cell.reason().unwrap_or_default().into_owned()),
    ];
    let details = cell.outcome().filter(|_| !ok).and_then(|outcome| paper.details(outcome));
    text.push_str(&block(&borrowed(&fields), details.as_deref()));
    (ok, text)
}
