//! A class that was graded, as data: a rubric, its students, and what came of each test.

use crate::event::Verdict;
use crate::suite::{Outcome, Standing, Text};
use crate::value::Points;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::SystemTime;

/// What is known of a class: all that any report is drawn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    pub rubric: Rubric,
    /// Each once, by name.
    pub students: Vec<Student>,
    /// How well the submissions were kept inside.
    pub standing: Standing,
    /// From which all seeds come.
    pub seed: u64,
    pub began: SystemTime,
    /// Nanoseconds that the last grading took.
    pub elapsed: i64,
    /// The signal that ended it before all was done.
    pub interrupted: Option<i32>,
}

/// The scenario whose tests are the criteria.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rubric {
    /// As it was named.
    pub name: String,
    /// The name of the folder that it stands in; nothing where that is not known.
    #[serde(default)]
    pub folder: String,
    /// It and, behind it, the files that it uses, as they were when the grading began.
    pub texts: Arc<[Text]>,
    /// In the order of the file.
    pub criteria: Vec<Criterion>,
}

/// One test of a rubric.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    pub name: String,
    /// Counted from 1.
    pub line: usize,
    pub worth: Points,
    /// Its name and what came of it are withheld from the student; its points are not.
    pub hidden: bool,
    /// It is skipped where one of these did not pass.
    pub needs: Vec<String>,
    pub tags: Vec<String>,
    /// Own words for those who passed it, and for those who did not.
    pub pass: Option<String>,
    pub fail: Option<String>,
}

/// One student's work, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Student {
    /// The name of the file or folder, without the ending of an archive or a text. Anything may stand in it.
    pub name: String,
    /// As it was found.
    pub path: String,
    /// The how-manieth grading of this student this is, from 1.
    pub attempt: u32,
    /// Why no test could be run: the archive is no archive, or is too large, or leads outside. The student's doing: each test that is
    /// not marked otherwise is failed.
    pub refused: Option<String>,
    /// One for each criterion, in that order; none where there is no result yet.
    pub marks: Vec<Option<Mark>>,
}

/// What came of one test for one student.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// Passed, failed, a limit hit, skipped; or that the rubric is wrong or the tool failed, for which there are no points, not even none.
    pub verdict: Verdict,
    /// None where nothing is known of the work: the rubric is wrong, the tool or the machine failed.
    pub points: Option<Points>,
    pub awards: Vec<Award>,
    /// Lines for the student, of `feedback`.
    pub feedback: Vec<String>,
    /// What happened; none where no trial was run.
    pub outcome: Option<Outcome>,
}

/// A part of a test's worth that was earned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Award {
    pub points: Points,
    pub why: String,
}

/// The sum of a student's points.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    pub points: Points,
    pub worth: Points,
    /// Tests without a result that says something of the work. Where there are any, the points are not final.
    pub open: usize,
}

impl Rubric {
    /// What all of it is worth.
    #[must_use]
    pub fn worth(&self) -> Points {
        self.criteria.iter().map(|criterion| criterion.worth).sum()
    }
}

impl Student {
    #[must_use]
    pub fn total(&self, rubric: &Rubric) -> Total {
        let points = |mark: &Option<Mark>| mark.as_ref().and_then(|mark| mark.points);
        let marks = || self.marks.iter().map(points);
        let unmarked = rubric.criteria.len().saturating_sub(self.marks.len());
        Total {
            points: marks().flatten().sum(),
            worth: rubric.worth(),
            open: marks().filter(Option::is_none).count() + unmarked,
        }
    }
}

/// The names of the verdicts by which a test has all of its points, and by which those that need it may begin.
pub const FULL: [&str; 3] = ["passed", "flaky", "passed_unexpectedly"];

impl Mark {
    /// The points of a test that is worth so much: all of them where it passed, what was awarded where the work is wrong or hit a
    /// limit, and none known where that says nothing of the work.
    #[must_use]
    pub fn earned(verdict: &Verdict, worth: Points, awards: &[Award]) -> Option<Points> {
        match verdict {
            Verdict::Passed | Verdict::Flaky(_) | Verdict::PassedUnexpectedly(_) => Some(worth),
            Verdict::Failed | Verdict::LimitHit | Verdict::FailedAsExpected(_) => {
                Some(awards.iter().map(|award| award.points).sum::<Points>().min(worth))
            }
            Verdict::Skipped(_) => Some(Points::ZERO),
            Verdict::Wrong | Verdict::ToolFailed(_) | Verdict::Interrupted => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_of_the_work_is_a_grade() {
        let award = |hundredths| Award { points: Points::from_hundredths(hundredths), why: String::new() };
        let worth = Points::from_hundredths(400);
        let earned = |verdict: Verdict| Mark::earned(&verdict, worth, &[award(150), award(100)]);
        assert_eq!(earned(Verdict::Passed), Some(worth));
        assert_eq!(earned(Verdict::Failed), Some(Points::from_hundredths(250)));
        assert_eq!(earned(Verdict::LimitHit), Some(Points::from_hundredths(250)));
        assert_eq!(earned(Verdict::Skipped(String::new())), Some(Points::ZERO));
        for unknown in [Verdict::Wrong, Verdict::ToolFailed(String::new()), Verdict::Interrupted] {
            assert_eq!(earned(unknown), None);
        }
        for full in [Verdict::Passed, Verdict::Flaky(1), Verdict::PassedUnexpectedly(String::new())] {
            assert!(FULL.contains(&full.name()) && earned(full) == Some(worth));
        }
        for less in [Verdict::Failed, Verdict::LimitHit, Verdict::FailedAsExpected(String::new())] {
            assert!(!FULL.contains(&less.name()) && earned(less) < Some(worth));
        }
        assert_eq!(Mark::earned(&Verdict::Failed, worth, &[award(300), award(300)]), Some(worth));
    }
}
