//! A class at a glance, as it is in the file: nobody has to read all results for it.

use super::class::FULL;
use super::schema::trouble;
use super::store::{LAST, Results};
use rusqlite::Row;

/// A class at a glance.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Hundredths of points and the number of tests without a result, of each student whose last attempt was by the last rubric.
    pub students: Vec<(String, u64, usize)>,
    /// Those whose last attempt was by another one.
    pub others: usize,
    /// One for each test of the rubric.
    pub tests: Vec<Share>,
    /// Why tests have no result that says something of the work: the reason, and how many.
    pub open: Vec<(String, usize)>,
}

/// How many students a test has, by how it went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    pub passed: usize,
    pub not_passed: usize,
    pub skipped: usize,
    pub open: usize,
}

/// The last attempts, and whether they are by the last rubric.
fn last() -> String {
    format!(
        "WITH last AS (
        SELECT a.id, a.student, g.rubric = (SELECT rubric FROM grading ORDER BY id DESC LIMIT 1) AS ours
        FROM attempt a JOIN grading g ON g.id = a.grading WHERE a.number = {LAST})"
    )
}
/// Why a test is open, where no other try can help.
pub const WRONG: &str = "the rubric itself is wrong there";
/// And where nothing was tried.
pub const NOT_BEGUN: &str = "it was not begun, or needs a test of these";
/// Reasons that are told apart.
const REASONS: usize = 20;

impl Summary {
    /// The rubric is wrong for some.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        self.open.iter().any(|(why, _)| why == WRONG)
    }

    /// Another try can help some.
    #[must_use]
    pub fn is_to_be_resumed(&self) -> bool {
        self.open.iter().any(|(why, _)| why != WRONG && (why != NOT_BEGUN || !self.is_wrong()))
    }
}

impl Results {
    /// The class at a glance. The rubric has so many tests.
    ///
    /// # Errors
    /// In words: the file cannot be used.
    pub fn summary(&self, criteria: usize) -> Result<Summary, String> {
        let read = || -> rusqlite::Result<Summary> {
            let mut summary = Summary { tests: vec![Share::default(); criteria], ..Summary::default() };
            self.sums(criteria, &mut summary)?;
            self.shares(&mut summary)?;
            self.reasons(&mut summary)?;
            Ok(summary)
        };
        read().map_err(|error| trouble(self.path(), &error))
    }

    fn sums(&self, criteria: usize, summary: &mut Summary) -> rusqlite::Result<()> {
        let row = format!(
            "{} SELECT l.student, l.ours, coalesce(sum(m.hundredths), 0), count(m.hundredths)
            FROM last l LEFT JOIN mark m ON m.attempt = l.id GROUP BY l.id ORDER BY l.student",
            last()
        );
        let take = |row: &Row<'_>| -> rusqlite::Result<(String, bool, i64, i64)> {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        };
        for one in self.connection().prepare(&row)?.query_map([], take)? {
            let (student, ours, hundredths, known) = one?;
            if ours {
                let open = criteria.saturating_sub(usize::try_from(known).unwrap_or(0));
                summary.students.push((student, hundredths.max(0).cast_unsigned(), open));
            } else {
                summary.others += 1;
            }
        }
        Ok(())
    }

    fn shares(&self, summary: &mut Summary) -> rusqlite::Result<()> {
        let row = format!(
            "{} SELECT m.criterion, m.verdict, count(*) FROM last l JOIN mark m ON m.attempt = l.id
            WHERE l.ours GROUP BY 1, 2",
            last()
        );
        let take = |row: &Row<'_>| -> rusqlite::Result<(i64, String, i64)> {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        };
        for one in self.connection().prepare(&row)?.query_map([], take)? {
            let (criterion, verdict, count) = one?;
            let place =
                usize::try_from(criterion).ok().and_then(|criterion| summary.tests.get_mut(criterion));
            let (Some(share), Ok(count)) = (place, usize::try_from(count)) else { continue };
            match &*verdict {
                full if FULL.contains(&full) => share.passed += count,
                "skipped" => share.skipped += count,
                "error" | "tool_failed" | "interrupted" => {}
                _ => share.not_passed += count,
            }
        }
        let students = summary.students.len();
        for share in &mut summary.tests {
            share.open = students.saturating_sub(share.passed + share.not_passed + share.skipped);
        }
        Ok(())
    }

    fn reasons(&self, summary: &mut Summary) -> rusqlite::Result<()> {
        let row = format!(
            "{} SELECT CASE m.verdict
                WHEN 'tool_failed' THEN coalesce(m.mark ->> '$.verdict.ToolFailed', 'proctor or the machine failed')
                ELSE '{WRONG}' END, count(*)
            FROM last l JOIN mark m ON m.attempt = l.id WHERE l.ours AND m.hundredths IS NULL GROUP BY 1 ORDER BY 2 DESC LIMIT {REASONS}",
            last()
        );
        let take = |row: &Row<'_>| -> rusqlite::Result<(String, i64)> { Ok((row.get(0)?, row.get(1)?)) };
        for one in self.connection().prepare(&row)?.query_map([], take)? {
            let (why, count) = one?;
            summary.open.push((why, usize::try_from(count).unwrap_or(0)));
        }
        let known: usize = summary.open.iter().map(|(_, count)| count).sum();
        let all: usize = summary.students.iter().map(|(_, _, open)| open).sum();
        if all > known {
            summary.open.push((NOT_BEGUN.to_owned(), all - known));
        }
        Ok(())
    }
}
