//! An expectation that broke, as the page of a class shows it: where, with its line of the source, the values, the difference.

use super::paper::Paper;
use crate::event::{Difference, Failure, Message};
use crate::report::difference::{draw_difference, draw_unmatched};
use crate::report::failure::{address, quote};
use crate::report::suite::{STYLE, line};
use crate::report::{Places, shorten, visible_line};
use crate::suite::Outcome;
use serde::Serialize;

/// Failures of one trial, lines of one place, characters of a line, parts of a condition, and characters of a value.
const FAILURES: usize = 5;
const LINES: usize = 12;
const LINE: usize = 240;
const PARTS: usize = 20;
const VALUE: usize = 600;

#[derive(Serialize)]
pub struct Broken {
    message: String,
    code: &'static str,
    /// `rubric.proc:12:5`.
    place: String,
    lines: Vec<Quoted>,
    /// A part of the condition, and what it was.
    parts: Vec<(String, String)>,
    /// Each line begins with `- `, `+ `, or something else.
    difference: Vec<String>,
    process: String,
    help: Option<String>,
}

/// A line of the source: its number, and what stands before, in, and behind the place.
#[derive(Serialize)]
struct Quoted(usize, String, String, String);

/// The failures of a trial, and how many more there were.
pub fn broken(paper: &Paper<'_>, outcome: &Outcome) -> (Vec<Broken>, usize) {
    let places = Places::new(&paper.sources);
    let failures = outcome.messages.iter().filter_map(|message| match message {
        Message::Failed(failure) | Message::Broken(failure) => Some(failure),
        _ => None,
    });
    let shown: Vec<Broken> = failures.clone().take(FAILURES).map(|failure| one(failure, &places)).collect();
    let more = failures.count() - shown.len();
    (shown, more)
}

fn one(failure: &Failure, places: &Places<'_>) -> Broken {
    let difference = match &failure.difference {
        Some(Difference::Lines { expected, actual }) => draw_difference(expected, actual, STYLE),
        Some(Difference::AnyOrder { missing, extra }) => draw_unmatched(missing, extra, STYLE),
        None => String::new(),
    };
    let parts = failure.parts.iter().take(PARTS);
    Broken {
        message: line(&failure.message),
        code: failure.code.name(),
        place: address(failure.location, places, STYLE),
        lines: quoted(failure, places),
        parts: parts
            .map(|part| {
                (quote(part.location, places, STYLE), visible_line(&shorten(&part.value, VALUE)).into_owned())
            })
            .collect(),
        // The first line is a title.
        difference: difference
            .lines()
            .skip(1)
            .map(|line| line.strip_prefix("  ").unwrap_or(line).to_owned())
            .collect(),
        process: format!("{} ({})", line(&failure.actor.name), failure.actor.pid),
        help: failure.help.as_deref().map(line),
    }
}

fn quoted(failure: &Failure, places: &Places<'_>) -> Vec<Quoted> {
    let Some(source) = places.source(failure.location.source) else { return Vec::new() };
    let text = source.text();
    let start = text.floor_char_boundary(failure.location.span.start as usize);
    let end = text.floor_char_boundary(failure.location.span.end as usize).max(start);
    let first = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let number = places.place(failure.location.source, start).line;
    let mut at = first;
    let mut lines = Vec::new();
    for (index, line) in text[first..].split_inclusive('\n').enumerate() {
        if at > end || (at == end && index > 0) {
            break;
        }
        if index == LINES {
            lines.push(Quoted(number + index, "…".to_owned(), String::new(), String::new()));
            break;
        }
        let content = line.trim_end_matches(['\n', '\r']);
        // Of the lines behind the first, what they are indented by is not meant.
        let indent = if index > 0 { content.len() - content.trim_start().len() } else { 0 };
        let from = start.saturating_sub(at).max(indent).min(content.len());
        let to = (end - at).min(content.len()).max(from);
        let cut = |text: &str| visible_line(&shorten(&text.replace('\t', "    "), LINE)).into_owned();
        // Of what stands before the place its end is what is near.
        let before = &content[..from];
        let skipped = before.chars().count().saturating_sub(LINE);
        let near = before.char_indices().nth(skipped).map_or(from, |(index, _)| index);
        let before = if skipped > 0 { format!("…{}", cut(&before[near..])) } else { cut(before) };
        lines.push(Quoted(number + index, before, cut(&content[from..to]), cut(&content[to..])));
        at += line.len();
    }
    lines
}
