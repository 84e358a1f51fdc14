//! What a student may see of the own work: of hidden tests their points and nothing else.

use super::paper::{Cell, Paper, State, drawn, of, title};
use crate::event::{Message, Verdict};
use crate::report::diagnostic::number;
use crate::report::suite::line;
use crate::source::{Location, Source, SourceMap};
use crate::suite::Outcome;
use crate::suite::grade::Student;
use crate::value::Points;
use serde::Serialize;

/// Lines of output that a student sees of one test.
const OUTPUT: usize = 200;

/// One student's results.
#[derive(Serialize)]
pub struct Sheet {
    pub rubric: String,
    pub name: String,
    /// `9.5 / 14`.
    pub points: String,
    /// Tests without a result.
    pub open: usize,
    pub refused: Option<String>,
    /// Those that are not hidden.
    pub items: Vec<Item>,
    /// What the others come to, in a sentence.
    pub hidden: Option<String>,
}

/// One test that is not hidden.
#[derive(Serialize)]
pub struct Item {
    pub name: String,
    pub state: State,
    /// `2.5 / 4`.
    pub points: String,
    /// What it came to, in the test's own words or in ours.
    pub words: String,
    /// Why, in a line.
    pub why: Option<String>,
    /// Parts of it that were earned: the points, and what for.
    pub awards: Vec<(String, String)>,
    pub feedback: Vec<String>,
    /// The expectations that broke, with the source.
    pub broken: Option<String>,
    /// What the work printed, where it did not pass.
    pub output: Vec<String>,
}

impl Sheet {
    pub fn of(paper: &Paper<'_>, student: &Student) -> Self {
        let total = student.total(&paper.class.rubric);
        let (hidden, shown): (Vec<Cell<'_>>, Vec<Cell<'_>>) =
            paper.cells(student).partition(|cell| cell.criterion.hidden);
        Self {
            rubric: title(paper.class),
            name: line(&student.name),
            points: of(Some(total.points), total.worth),
            open: total.open,
            refused: student.refused.as_deref().map(line),
            items: shown.iter().map(|cell| item(paper, cell)).collect(),
            hidden: withheld(&hidden),
        }
    }

    /// All of it in a few lines.
    pub fn feedback(&self) -> String {
        let mut lines = self.beforehand();
        for item in &self.items {
            lines.push(format!("{}: {} ({})", item.name, item.words, item.points));
            lines.extend(item.feedback.iter().map(|said| format!("  {said}")));
        }
        lines.extend(self.hidden.clone());
        lines.join("\n")
    }

    /// What is said before all tests.
    pub fn beforehand(&self) -> Vec<String> {
        let refused = self.refused.iter().map(|why| format!("Nothing could be run: {why}"));
        self.not_final().into_iter().chain(refused).collect()
    }

    /// Said where not all is done.
    pub fn not_final(&self) -> Option<String> {
        (self.open > 0).then(|| {
            let have = if self.open == 1 { "has" } else { "have" };
            let tests = number(self.open, "test");
            format!(
                "The points are not final: {tests} {have} no result yet, and that says nothing of your work."
            )
        })
    }
}

/// Hidden tests in one sentence.
fn withheld(hidden: &[Cell<'_>]) -> Option<String> {
    let worth: Points = hidden.iter().map(|cell| cell.criterion.worth).sum();
    let points: Points = hidden.iter().filter_map(Cell::points).sum();
    let open = hidden.iter().filter(|cell| cell.state() == State::Open).count();
    let tests = number(hidden.len(), "hidden test");
    let open = if open > 0 { format!(", {open} without a result yet") } else { String::new() };
    (!hidden.is_empty()).then(|| format!("{tests}: {points} of {worth} points{open}"))
}

fn item(paper: &Paper<'_>, cell: &Cell<'_>) -> Item {
    let state = cell.state();
    let mark = cell.mark;
    // What the rubric or the machine did wrong is the teacher's to read.
    let outcome = cell.outcome().filter(|_| state != State::Open);
    let did_not_pass = !matches!(cell.verdict(), None | Some(Verdict::Passed));
    Item {
        name: line(&cell.criterion.name),
        state,
        points: of(cell.points(), cell.criterion.worth),
        words: cell.own_words().map_or_else(|| state.word().to_owned(), line),
        why: why(paper, cell, state),
        awards: mark.map_or_else(Vec::new, |mark| {
            mark.awards.iter().map(|award| (award.points.to_string(), line(&award.why))).collect()
        }),
        feedback: mark.map_or_else(Vec::new, |mark| mark.feedback.iter().map(|said| line(said)).collect()),
        broken: outcome.filter(|_| did_not_pass).and_then(|outcome| broken(paper, outcome)),
        output: if did_not_pass && outcome.is_some() { cell.printed(OUTPUT) } else { Vec::new() },
    }
}

fn why(paper: &Paper<'_>, cell: &Cell<'_>, state: State) -> Option<String> {
    match (state, cell.verdict()) {
        _ if cell.is_refused() => None,
        (State::Open, _) => Some("It could not be judged. That says nothing of your work.".to_owned()),
        (_, Some(Verdict::Skipped(why))) => {
            let secret = |name: &String| {
                paper.class.rubric.criteria.iter().any(|other| other.hidden && other.name == *name)
            };
            let withheld = cell.criterion.needs.iter().any(secret);
            Some(if withheld { "it needs another test, which did not pass".to_owned() } else { line(why) })
        }
        _ => cell.reason().map(|why| line(&why)),
    }
}

/// The expectations that broke, drawn as on a screen, with nothing of the rubric but the lines that they stand in.
fn broken(paper: &Paper<'_>, outcome: &Outcome) -> Option<String> {
    drawn(&quoted(paper, outcome), outcome)
}

/// The rubric's texts with everything blank but the lines that the failures point at. Where a test begins in such a line, another may
/// end in it: there only what is pointed at is left.
fn quoted(paper: &Paper<'_>, outcome: &Outcome) -> SourceMap {
    let mut places: Vec<Location> = Vec::new();
    for message in &outcome.messages {
        if let Message::Failed(failure) | Message::Broken(failure) = message {
            places.push(failure.location);
            places.extend(failure.parts.iter().map(|part| part.location));
        }
    }
    let mut sources = SourceMap::default();
    for (id, source) in paper.sources.iter() {
        let here: Vec<std::ops::Range<usize>> =
            places.iter().filter(|place| place.source == id).map(|place| place.span.range()).collect();
        let mut left = String::with_capacity(source.text().len());
        let mut start = 0;
        for (number, line) in source.text().split_inclusive('\n').enumerate() {
            let end = start + line.len();
            let touched = here.iter().any(|range| range.start < end && range.end > start);
            let begins = id.0 == 0 && paper.class.rubric.criteria.iter().any(|test| test.line == number + 1);
            for (at, character) in line.char_indices() {
                let pointed_at = here.iter().any(|range| range.contains(&(start + at)));
                if character == '\n' || (touched && (pointed_at || !begins)) {
                    left.push(character);
                } else {
                    left.push_str(blank(character));
                }
            }
            start = end;
        }
        let name = source.name().rsplit('/').next().unwrap_or_default();
        sources.add(Source::new(name, left));
    }
    sources
}

/// As many bytes of white space as the character has.
fn blank(character: char) -> &'static str {
    match character.len_utf8() {
        1 => " ",
        2 => "\u{a0}",
        3 => "\u{3000}",
        _ => "\u{a0}\u{a0}",
    }
}
