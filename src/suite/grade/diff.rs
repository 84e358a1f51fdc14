//! Whose points changed between two gradings, and by which tests.

use super::class::{Mark, Rubric, Student};
use super::store::{Results, Which};
use crate::value::Points;
use indexmap::IndexSet;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What changed for one student.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub student: String,
    /// Attempts; none where there was none.
    pub before: Option<Side>,
    pub after: Option<Side>,
    pub tests: Vec<TestChange>,
}

/// One of the two gradings of a student.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side {
    pub attempt: u32,
    pub points: Points,
    pub worth: Points,
    /// Tests without a result.
    pub open: usize,
}

/// A test that went otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct TestChange {
    pub name: String,
    pub before: Went,
    pub after: Went,
}

/// How a test went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Went {
    /// The rubric has no such test.
    Absent,
    /// There is no result.
    Open,
    /// In the word of its verdict.
    Marked(&'static str, Option<Points>),
}

/// Those whose points or tests differ between one attempt of one file and another one, of the same file or another one.
///
/// # Errors
/// In words: a file cannot be used.
pub fn diff(before: (&Results, Which), after: (&Results, Which)) -> Result<Vec<Change>, String> {
    let mut all: BTreeMap<String, [Option<One>; 2]> = BTreeMap::new();
    for (side, (results, which)) in [before, after].into_iter().enumerate() {
        for one in results.graded(which)? {
            let name = one.0.name.clone();
            all.entry(name).or_default()[side] = Some(one);
        }
    }
    Ok(all
        .into_iter()
        .filter_map(|(student, [before, after])| change(student, before.as_ref(), after.as_ref()))
        .collect())
}

/// An attempt, with the rubric that it was for.
type One = (Student, Rc<Rubric>);

fn change(student: String, before: Option<&One>, after: Option<&One>) -> Option<Change> {
    let (old, new) = (tests(before), tests(after));
    let names: IndexSet<&str> = new.iter().chain(&old).map(|(name, _)| *name).collect();
    let mut changes = Vec::new();
    // An attempt that there was not differs by nothing but that.
    if before.is_some() && after.is_some() {
        for name in names {
            let of = |all: &[(&str, Went)]| {
                all.iter().find(|(other, _)| *other == name).map_or(Went::Absent, |(_, went)| *went)
            };
            let (before, after) = (of(&old), of(&new));
            if before != after {
                changes.push(TestChange { name: name.to_owned(), before, after });
            }
        }
    }
    let (before, after) = (before.map(side), after.map(side));
    let same = before
        .zip(after)
        .is_some_and(|(before, after)| Side { attempt: 0, ..before } == Side { attempt: 0, ..after });
    (!same || !changes.is_empty()).then_some(Change { student, before, after, tests: changes })
}

fn side((student, rubric): &One) -> Side {
    let total = student.total(rubric);
    Side { attempt: student.attempt, points: total.points, worth: total.worth, open: total.open }
}

fn tests(one: Option<&One>) -> Vec<(&str, Went)> {
    let Some((student, rubric)) = one else { return Vec::new() };
    let went =
        |mark: Option<&Mark>| mark.map_or(Went::Open, |mark| Went::Marked(mark.verdict.name(), mark.points));
    let mark = |number: usize| student.marks.get(number).and_then(Option::as_ref);
    let criteria = rubric.criteria.iter().enumerate();
    criteria.map(|(number, criterion)| (&*criterion.name, went(mark(number)))).collect()
}
