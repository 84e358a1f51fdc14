//! The assignments of `scenarios/grading`: what is right gets all points, and what is wrong fails the tests that are about its mistake.

use super::desk::Desk;
use std::collections::BTreeMap;
use std::path::Path;

/// Instead of a test's name: all of them.
const EVERY: &str = "every test";

/// The wrong works that an assignment has at least.
const LEAST: usize = 6;

#[test]
fn three_workers() {
    holds("workers");
}

#[test]
fn a_small_shell() {
    holds("shell");
}

#[test]
fn a_zombie_and_an_orphan() {
    holds("zombie");
}

/// Grades an assignment's works, and compares with the table beside them.
fn holds(assignment: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/grading").join(assignment);
    let expected = expected(&folder.join("expected.csv"));
    let desk = Desk::new();
    let graded = desk.grade_folder(&folder.join("rubric.proc"), &folder.join("works"), &["--seed", "1"]);
    assert_eq!(graded.code, 0, "{}", graded.said);
    assert!(
        graded.students.keys().eq(expected.keys()),
        "the table has each work once: {:?}",
        graded.students.keys()
    );
    let mut wrong = 0;
    for (name, student) in &graded.students {
        let every = student.tests.iter().map(|(test, _)| test.as_str()).collect::<Vec<_>>();
        let wanted = match &*expected[name] {
            [one] if one == EVERY => every,
            tests => tests.iter().map(String::as_str).collect(),
        };
        assert_eq!(student.failed(), wanted, "{assignment}: {name}\n{}", graded.said);
        assert_eq!(student.open, 0, "{name}");
        wrong += usize::from(!wanted.is_empty());
        if wanted.is_empty() {
            assert_eq!(student.points, student.worth, "{name} has all points");
            assert!(student.tests.iter().all(|(_, verdict)| verdict == "passed"), "{name}: {student:?}");
        }
    }
    assert!(wrong >= LEAST, "{assignment} has only {wrong} wrong works");
}

/// Each work with the tests that it fails.
fn expected(path: &Path) -> BTreeMap<String, Vec<String>> {
    let mut table = csv::Reader::from_path(path).expect("a table");
    let row = |row: csv::Result<csv::StringRecord>| {
        let row = row.expect("a row");
        let tests = row[1].split(';').map(|test| test.trim().to_owned()).filter(|test| !test.is_empty());
        (row[0].to_owned(), tests.collect())
    };
    table.records().map(row).collect()
}
