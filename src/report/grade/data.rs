//! What the page of a class is made of: an overview of all, and for each student what there is to read.

use super::broken::{Broken, broken};
use super::paper::{Cell, Paper, State, heading, number};
use crate::event::Verdict;
use crate::report::suite::{line, lines, link, name, timestamp};
use crate::report::{brief, shorten, visible_line};
use crate::suite::grade::Student;
use serde::Serialize;

/// Characters of a line of output.
const LINE: usize = 300;
/// Lines of output of one test, for who has much room and for who has little.
const OUTPUT: [usize; 3] = [150, 20, 0];

/// The class at a glance.
#[derive(Serialize)]
pub struct Overview {
    pub title: String,
    rubric: String,
    worth: f64,
    tests: Vec<Head>,
    began: String,
    elapsed: String,
    seed: String,
    version: &'static str,
    interrupted: bool,
    level: String,
    parts: Vec<String>,
    missing: Vec<(String, String)>,
    limits: Vec<String>,
    pub students: Vec<Row>,
}

#[derive(Serialize)]
struct Head {
    name: String,
    line: usize,
    worth: f64,
    hidden: bool,
    tags: Vec<String>,
    needs: Vec<String>,
}

/// A student's row of the matrix.
#[derive(Serialize)]
pub struct Row {
    name: String,
    points: f64,
    /// Tests without a result.
    open: usize,
    refused: bool,
    /// A letter a test.
    states: String,
    marks: Vec<Option<f64>>,
}

/// A student's section.
#[derive(Serialize)]
struct Section {
    path: String,
    attempt: u32,
    refused: Option<String>,
    /// Something was left out, for want of room.
    cut: bool,
    tests: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    verdict: &'static str,
    reason: Option<String>,
    words: Option<String>,
    awards: Vec<(f64, String)>,
    feedback: Vec<String>,
    elapsed: Option<String>,
    broken: Vec<Broken>,
    more_broken: usize,
    /// A process, and lines that it printed one after the other.
    output: Vec<(String, Vec<String>)>,
    more_lines: usize,
    more_bytes: u64,
    leaks: Vec<(&'static str, String)>,
    /// A link to its timeline.
    timeline: Option<String>,
}

impl Overview {
    pub fn of(paper: &Paper<'_>) -> Self {
        let class = paper.class;
        let standing = &class.standing;
        let all = |texts: &[String]| texts.iter().map(|text| line(text)).collect();
        Self {
            title: heading(class),
            rubric: line(&class.rubric.name),
            worth: number(class.rubric.worth()),
            tests: class
                .rubric
                .criteria
                .iter()
                .map(|test| Head {
                    name: line(&test.name),
                    line: test.line,
                    worth: number(test.worth),
                    hidden: test.hidden,
                    tags: all(&test.tags),
                    needs: all(&test.needs),
                })
                .collect(),
            began: timestamp(class.began),
            elapsed: brief(class.elapsed),
            seed: class.seed.to_string(),
            version: env!("CARGO_PKG_VERSION"),
            interrupted: class.interrupted.is_some(),
            level: line(&standing.level),
            parts: all(&standing.parts),
            missing: standing.missing.iter().map(|(part, why)| (line(part), line(why))).collect(),
            limits: all(&standing.limits),
            students: Vec::new(),
        }
    }
}

impl Row {
    pub fn of(paper: &Paper<'_>, student: &Student) -> Self {
        let total = student.total(&paper.class.rubric);
        Self {
            name: line(&student.name),
            points: number(total.points),
            open: total.open,
            refused: student.refused.is_some(),
            states: paper.cells(student).map(|cell| letter(cell.state())).collect(),
            marks: paper.cells(student).map(|cell| cell.points().map(number)).collect(),
        }
    }
}

fn letter(state: State) -> char {
    match state {
        State::Full => 'f',
        State::Part => 'p',
        State::Nothing => 'n',
        State::Limit => 'l',
        State::Skipped => 's',
        State::Open => 'o',
    }
}

/// A student's section as JSON of no more than about so many bytes: output is left out first, then all but the verdicts.
pub fn section(paper: &Paper<'_>, student: &Student, room: usize) -> String {
    let mut text = String::new();
    for (step, most) in OUTPUT.into_iter().enumerate() {
        // Strings and numbers alone cannot fail to be written.
        text = serde_json::to_string(&of(paper, student, most, true, step > 0)).unwrap_or_default();
        if text.len() <= room {
            return text;
        }
    }
    let bare = serde_json::to_string(&of(paper, student, 0, false, true)).unwrap_or_default();
    if bare.len() < text.len() { bare } else { text }
}

fn of(paper: &Paper<'_>, student: &Student, most: usize, whole: bool, cut: bool) -> Section {
    Section {
        path: line(&student.path),
        attempt: student.attempt,
        refused: student.refused.as_deref().map(line),
        cut,
        tests: paper.cells(student).map(|cell| shown(paper, &cell, most, whole)).collect(),
    }
}

fn shown(paper: &Paper<'_>, cell: &Cell<'_>, most: usize, whole: bool) -> Shown {
    let outcome = cell.outcome();
    let passed = matches!(cell.verdict(), None | Some(Verdict::Passed));
    let (broken, more_broken) = match outcome.filter(|_| whole && !passed) {
        Some(outcome) => broken(paper, outcome),
        None => (Vec::new(), 0),
    };
    let printed = outcome.filter(|_| !passed).map(|outcome| lines(&outcome.output)).unwrap_or_default();
    let more_lines = printed.len().saturating_sub(most);
    let mut output: Vec<(String, Vec<String>)> = Vec::new();
    for (process, text) in printed.iter().take(most) {
        let text = visible_line(&shorten(text, LINE)).into_owned();
        match output.last_mut().filter(|(last, _)| last == process) {
            Some((_, lines)) => lines.push(text),
            None => output.push((name(process), vec![text])),
        }
    }
    let words = |text: &str| line(&shorten(text, 2000));
    Shown {
        verdict: cell.name(),
        reason: cell.reason().map(|why| words(&why)),
        words: cell.own_words().map(words),
        awards: cell.mark.map_or_else(Vec::new, |mark| {
            mark.awards.iter().take(50).map(|award| (number(award.points), words(&award.why))).collect()
        }),
        feedback: cell
            .mark
            .map_or_else(Vec::new, |mark| mark.feedback.iter().take(50).map(|said| words(said)).collect()),
        elapsed: outcome.map(|outcome| brief(outcome.elapsed)),
        broken,
        more_broken,
        output,
        more_lines,
        more_bytes: outcome.map_or(0, |outcome| outcome.output.cut),
        leaks: outcome.map_or_else(Vec::new, |outcome| {
            outcome.leaks.lines().into_iter().map(|(title, who)| (title, words(&who))).collect()
        }),
        timeline: outcome
            .and_then(|outcome| outcome.page())
            .zip(paper.home)
            .map(|(page, home)| link(page, home)),
    }
}
