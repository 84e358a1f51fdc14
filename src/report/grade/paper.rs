//! A student's marks beside the tests that they are for, and the rubric's texts ready to be quoted.

use crate::event::{Message, Verdict};
use crate::report::suite::{STYLE, draw_leaks, draw_messages, line, printed, reason, text};
use crate::source::{Source, SourceMap};
use crate::suite::Outcome;
use crate::suite::grade::{Class, Criterion, Mark, Student};
use crate::value::Points;
use serde::Serialize;
use std::borrow::Cow;
use std::path::Path;

/// A class without its students.
pub struct Paper<'a> {
    pub class: &'a Class,
    pub sources: SourceMap,
    /// The folder of the report, as an absolute path, where links are wanted.
    pub home: Option<&'a Path>,
}

/// One test of one student.
#[derive(Clone, Copy)]
pub struct Cell<'a> {
    pub criterion: &'a Criterion,
    /// None where there is no result.
    pub mark: Option<&'a Mark>,
    /// Why nothing of the student's could be run.
    refused: Option<&'a str>,
}

/// What a mark comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// All its points.
    Full,
    /// Some of them.
    Part,
    /// None: the work is wrong.
    Nothing,
    /// None: a limit was hit.
    Limit,
    /// It was not run.
    Skipped,
    /// Nothing is known of the work.
    Open,
}

impl<'a> Paper<'a> {
    pub fn of(class: &'a Class) -> Self {
        let mut sources = SourceMap::default();
        for text in class.rubric.texts.iter() {
            sources.add(Source::new(text.name.clone(), text.text.clone()));
        }
        Self { class, sources, home: None }
    }

    /// Each test of the rubric, in its order.
    pub fn cells<'s>(&self, student: &'s Student) -> impl Iterator<Item = Cell<'s>> + use<'s, 'a>
    where
        'a: 's,
    {
        let refused = student.refused.as_deref();
        self.class.rubric.criteria.iter().enumerate().map(move |(number, criterion)| Cell {
            criterion,
            mark: student.marks.get(number).and_then(Option::as_ref),
            refused,
        })
    }

    /// What is to be said of a trial, as a screen without colours would show it.
    pub fn details(&self, outcome: &Outcome) -> Option<String> {
        drawn(&self.sources, outcome)
    }
}

impl<'a> Cell<'a> {
    /// None where nothing is known of the work.
    pub fn points(&self) -> Option<Points> {
        self.mark.and_then(|mark| mark.points)
    }

    pub fn outcome(&self) -> Option<&'a Outcome> {
        self.mark.and_then(|mark| mark.outcome.as_ref())
    }

    pub fn verdict(&self) -> Option<&'a Verdict> {
        self.mark.map(|mark| &mark.verdict)
    }

    /// The verdict's name for machines.
    pub fn name(&self) -> &'static str {
        self.verdict().map_or(NO_RESULT, Verdict::name)
    }

    pub fn state(&self) -> State {
        let Some(points) = self.points() else { return State::Open };
        let worth = self.criterion.worth;
        match self.verdict() {
            Some(Verdict::Skipped(_)) => State::Skipped,
            Some(Verdict::Passed | Verdict::Flaky(_) | Verdict::PassedUnexpectedly(_)) => State::Full,
            _ if points > Points::ZERO && points < worth => State::Part,
            _ if points > Points::ZERO => State::Full,
            Some(Verdict::LimitHit) => State::Limit,
            _ => State::Nothing,
        }
    }

    /// Why it is not simply passed, in a line.
    pub fn reason(&self) -> Option<Cow<'a, str>> {
        let refused = self.refused.filter(|_| self.outcome().is_none());
        let verdict = self.verdict()?;
        reason(verdict, self.outcome()).or(refused.filter(|_| verdict.is_bad()).map(Cow::from))
    }

    /// Nothing was run, and why is said of the student.
    pub fn is_refused(&self) -> bool {
        self.refused.is_some() && self.outcome().is_none()
    }

    /// The own words of the test, where it has some for this end.
    pub fn own_words(&self) -> Option<&'a str> {
        if self.is_refused() {
            return None;
        }
        match self.verdict()? {
            Verdict::Passed | Verdict::Flaky(_) | Verdict::PassedUnexpectedly(_) => {
                self.criterion.pass.as_deref()
            }
            Verdict::Failed | Verdict::LimitHit | Verdict::FailedAsExpected(_) => {
                self.criterion.fail.as_deref()
            }
            _ => None,
        }
    }

    /// What the work printed, so many lines of it at most.
    pub fn printed(&self, most: usize) -> Vec<String> {
        self.outcome().map_or_else(Vec::new, |outcome| printed(&outcome.output, most))
    }
}

/// How a test without a mark is called.
const NO_RESULT: &str = "no_result";

impl State {
    /// For people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Full => "passed",
            Self::Part => "some of the points",
            Self::Nothing => "not passed",
            Self::Limit => "a limit was hit",
            Self::Skipped => "not run",
            Self::Open => "no result yet",
        }
    }
}

/// What is to be said of a trial beside why it ended, its awards and its feedback, which have places of their own.
pub fn drawn(sources: &SourceMap, outcome: &Outcome) -> Option<String> {
    let told = |message: &&Message| !matches!(message, Message::Awarded { .. } | Message::Feedback(_));
    let messages = draw_messages(sources, outcome.messages.iter().filter(told), STYLE);
    let said = messages + &draw_leaks(outcome, STYLE);
    Some(text(said.trim_end())).filter(|said| !said.is_empty())
}

/// `2.5 / 4`, `? / 4`.
pub fn of(points: Option<Points>, worth: Points) -> String {
    points.map_or_else(|| format!("? / {worth}"), |points| format!("{points} / {worth}"))
}

/// A number of points for machines: exact, for it has no more than two decimals.
pub fn number(points: Points) -> f64 {
    points.hundredths() as f64 / 100.0
}

/// What a class is called for its teacher: as its rubric, or as the folder where the file is called just that.
pub fn heading(class: &Class) -> String {
    let (title, folder) = (title(class), &class.rubric.folder);
    if title == "rubric" && !folder.is_empty() { line(folder) } else { title }
}

/// The name of a file without its folders and its ending: what a rubric is called where there is little room.
pub fn title(class: &Class) -> String {
    let name = class.rubric.name.rsplit('/').next().unwrap_or_default();
    line(name.strip_suffix(".proc").unwrap_or(name))
}
