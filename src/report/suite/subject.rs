//! What a report is about: files, tests, and what came of them.

use crate::event::Verdict;
use crate::report::Summary;
use crate::suite::{File, Outcome, Results, Standing, Test, Tested};
use std::borrow::Cow;
use std::path::Path;

/// A run of many tests and the files that they stand in.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub files: &'a [File],
    pub results: &'a Results,
    /// How well the tests were kept inside.
    pub standing: &'a Standing,
    /// The folder of the report, as an absolute path: links start there.
    pub home: &'a Path,
}

/// A test, its file, and what came of it.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    pub file: &'a File,
    pub test: &'a Test,
    pub tested: &'a Tested,
}

impl<'a> Subject<'a> {
    /// All tests, in order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'a>> + use<'a> {
        let files = self.files;
        self.results.tested.iter().filter_map(|tested| Row::of(files, tested))
    }

    /// Files whose text is wrong, so that nothing in them was run.
    pub fn wrong(&self) -> impl Iterator<Item = &'a File> + use<'a> {
        self.files.iter().filter(|file| file.is_wrong())
    }

    /// How many tests ended how.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        self.results.tested.iter().for_each(|tested| summary.add(&tested.verdict));
        summary
    }
}

impl<'a> Row<'a> {
    pub fn of(files: &'a [File], tested: &'a Tested) -> Option<Self> {
        let file = files.get(tested.file)?;
        Some(Self { file, test: file.tests.get(tested.test)?, tested })
    }

    /// `dir/a.proc: a child is joined`; for a whole file its path.
    pub fn label(&self) -> String {
        label(self.file, self.test)
    }

    /// The trial that says why.
    pub fn decisive(&self) -> Option<&'a Outcome> {
        self.tested.decisive()
    }

    /// Why it is not simply passed, in a line.
    pub fn reason(&self) -> Option<Cow<'a, str>> {
        reason(&self.tested.verdict, self.decisive())
    }
}

/// Why a test has its verdict, in a line; nothing where it simply passed. `outcome` is the trial that decides.
pub fn reason<'a>(verdict: &'a Verdict, outcome: Option<&'a Outcome>) -> Option<Cow<'a, str>> {
    match verdict {
        Verdict::Passed => None,
        Verdict::Skipped(why) | Verdict::FailedAsExpected(why) | Verdict::ToolFailed(why) => Some(why.into()),
        Verdict::PassedUnexpectedly(why) => Some(format!("it passed, but its xfail says \"{why}\"").into()),
        Verdict::Interrupted => Some("the run was interrupted".into()),
        Verdict::Flaky(_) | Verdict::Failed | Verdict::LimitHit | Verdict::Wrong => {
            let outcome = outcome?;
            let message = || outcome.last_failure().map(|failure| Cow::from(&failure.message));
            let why = outcome.why.as_deref().map(Cow::from).or_else(message);
            match (why, outcome.again()) {
                (Some(why), Some(again)) => Some(format!("{why} ({again})").into()),
                (why, again) => why.or(again.map(Cow::from)),
            }
        }
    }
}

/// What is reported like a test of a file that is wrong.
pub const CAN_BE_RUN: &str = "the file can be run";

/// The first that is wrong in a file.
pub fn mistake(file: &File) -> &str {
    file.findings.iter().find(|finding| finding.is_error()).map_or("", |first| &first.message)
}

/// How a test is called among those of all files.
pub fn label(file: &File, test: &Test) -> String {
    match test.number {
        Some(_) => format!("{}: {}", file.name, test.name),
        None => file.name.clone(),
    }
}
