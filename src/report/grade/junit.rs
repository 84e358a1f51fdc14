//! A class as JUnit's XML, a `testsuite` a student: `--report-junit`.

use super::paper::{Cell, Paper};
use crate::event::Verdict;
use crate::report::suite::{line, status, text, time, written};
use crate::suite::grade::Student;
use quick_junit::{Report, TestCase, TestSuite};
use std::borrow::Borrow;
use std::io::{self, Write};

/// Lines of output of one test.
const OUTPUT: usize = 200;

pub fn write<S: Borrow<Student>>(
    paper: &Paper<'_>,
    students: impl Iterator<Item = S>,
    into: &mut impl Write,
) -> io::Result<()> {
    let mut report = Report::new("proctor");
    report.set_time(time(paper.class.elapsed));
    for student in students {
        let student = student.borrow();
        let name = line(&student.name);
        let mut suite = TestSuite::new(name.clone());
        let elapsed = paper.cells(student).filter_map(|cell| Some(cell.outcome()?.elapsed)).sum();
        suite.set_time(time(elapsed));
        suite.add_test_cases(paper.cells(student).map(|cell| case(paper, &name, &cell)));
        // The schemas know no suite of nothing.
        if !suite.test_cases.is_empty() {
            report.add_test_suite(suite);
        }
    }
    into.write_all(written(&report).map_err(io::Error::other)?.as_bytes())
}

fn case(paper: &Paper<'_>, student: &str, cell: &Cell<'_>) -> TestCase {
    // As a test that was interrupted: nothing is known of it.
    let verdict = cell.verdict().unwrap_or(&Verdict::Interrupted);
    let reason = match cell.mark {
        Some(_) => cell.reason().unwrap_or_default(),
        None => "there is no result yet".into(),
    };
    let details = cell.outcome().and_then(|outcome| paper.details(outcome));
    let mut case = TestCase::new(line(&cell.criterion.name), status(verdict, &reason, details));
    case.set_classname(student).set_time(time(cell.outcome().map_or(0, |outcome| outcome.elapsed)));
    // Points have no place of their own.
    let points = cell.points().map_or_else(String::new, |points| points.to_string());
    let awarded = format!("points: {points}\nworth: {}\nverdict: {}", cell.criterion.worth, cell.name());
    let printed = if verdict.is_bad() { cell.printed(OUTPUT) } else { Vec::new() };
    let said = [&[awarded][..], &printed].concat().join("\n");
    case.set_system_out(text(&said));
    case
}
