//! Diagnostics and failures for machines: one JSON object a line. The fields are described in `docs/diagnostics.md`.

use super::leftovers::leftovers_message;
use super::place::Places;
use super::visible::{is_hidden, shorten};
use crate::event::{Actor, Difference, Failure};
use crate::source::{Diagnostic, Label, Location, Severity};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Write;

/// Characters of a text that are given: of a message, a value, a side of a difference.
const TEXT: usize = 64 * 1024;

#[derive(Serialize)]
struct Record<'a> {
    kind: &'static str,
    code: &'a str,
    severity: &'static str,
    message: Cow<'a, str>,
    /// The file of the first label.
    file: Option<&'a str>,
    labels: Vec<LabelRecord<'a>>,
    help: Option<Cow<'a, str>>,
    notes: &'a [String],
    process: Option<ProcessRecord<'a>>,
    chain: Vec<FrameRecord<'a>>,
    chain_left_out: usize,
    parts: Vec<PartRecord<'a>>,
    difference: Option<DifferenceRecord<'a>>,
}

#[derive(Serialize)]
struct LabelRecord<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    text: &'a str,
}

#[derive(Serialize)]
pub(super) struct ProcessRecord<'a> {
    name: &'a str,
    pid: i32,
}

#[derive(Serialize)]
struct FrameRecord<'a> {
    function: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct PartRecord<'a> {
    source: Cow<'a, str>,
    value: Cow<'a, str>,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
#[serde(untagged)]
enum DifferenceRecord<'a> {
    Lines { expected: Cow<'a, str>, actual: Cow<'a, str> },
    AnyOrder { missing: Vec<Cow<'a, str>>, extra: Vec<Cow<'a, str>> },
}

impl<'a> DifferenceRecord<'a> {
    fn of(difference: &'a Difference) -> Self {
        let all = |lines: &'a [String]| lines.iter().map(|line| shorten(line, TEXT)).collect();
        match difference {
            Difference::Lines { expected, actual } => {
                Self::Lines { expected: shorten(expected, TEXT), actual: shorten(actual, TEXT) }
            }
            Difference::AnyOrder { missing, extra } => {
                Self::AnyOrder { missing: all(missing), extra: all(extra) }
            }
        }
    }
}

#[derive(Serialize)]
struct LeftoversRecord<'a> {
    kind: &'static str,
    severity: &'static str,
    message: String,
    processes: Vec<ProcessRecord<'a>>,
    /// How many more there were than have a name here.
    more: u32,
}

/// A diagnostic as one line of JSON, ending in a newline.
#[must_use]
pub fn diagnostic_json(diagnostic: &Diagnostic, places: &Places<'_>) -> String {
    line(&diagnostic_record(diagnostic, places))
}

pub(super) fn diagnostic_record<'a>(
    diagnostic: &'a Diagnostic,
    places: &Places<'a>,
) -> impl Serialize + use<'a> {
    // A file that could not be read has a name and no text that a label could stand in.
    let has_text =
        |label: &&Label| places.source(label.location.source).is_some_and(|source| !source.text().is_empty());
    let labels = diagnostic.labels.iter().filter(has_text);
    Record {
        kind: "diagnostic",
        code: diagnostic.code.name(),
        severity: severity(diagnostic.severity),
        message: shorten(&diagnostic.message, TEXT),
        file: diagnostic.labels.first().map(|label| file(label.location, places)),
        labels: labels.map(|one| label(one.location, &one.text, places)).collect(),
        help: diagnostic.help.as_deref().map(|help| shorten(help, TEXT)),
        notes: &diagnostic.notes,
        process: None,
        chain: Vec::new(),
        chain_left_out: 0,
        parts: Vec::new(),
        difference: None,
    }
}

/// A failure as one line of JSON, ending in a newline.
#[must_use]
pub fn failure_json(failure: &Failure, places: &Places<'_>) -> String {
    line(&failure_record(failure, places))
}

pub(super) fn failure_record<'a>(failure: &'a Failure, places: &Places<'a>) -> impl Serialize + use<'a> {
    let place = |location: Location| places.place(location.source, location.span.start as usize);
    Record {
        kind: "failure",
        code: failure.code.name(),
        severity: "error",
        message: shorten(&failure.message, TEXT),
        file: Some(file(failure.location, places)),
        labels: vec![label(failure.location, "", places)],
        help: failure.help.as_deref().map(|help| shorten(help, TEXT)),
        notes: &[],
        process: Some(process(&failure.actor)),
        chain: failure
            .chain
            .iter()
            .map(|frame| {
                let place = place(frame.location);
                FrameRecord {
                    function: &frame.function,
                    file: file(frame.location, places),
                    line: place.line,
                    column: place.column,
                }
            })
            .collect(),
        chain_left_out: failure.left_out,
        parts: failure
            .parts
            .iter()
            .map(|part| {
                let place = place(part.location);
                let source = places.source(part.location.source);
                PartRecord {
                    source: source
                        .map_or("".into(), |source| shorten(source.slice(part.location.span), TEXT)),
                    value: shorten(&part.value, TEXT),
                    line: place.line,
                    column: place.column,
                }
            })
            .collect(),
        difference: failure.difference.as_ref().map(DifferenceRecord::of),
    }
}

/// The warning about processes that were killed at the end as one line of JSON; empty where there were none.
#[must_use]
pub fn leftovers_json(actors: &[Actor], unnamed: u32) -> String {
    if actors.is_empty() {
        return String::new();
    }
    line(&LeftoversRecord {
        kind: "leftovers",
        severity: "warning",
        message: leftovers_message(actors.len() + unnamed as usize),
        processes: actors.iter().map(process).collect(),
        more: unnamed,
    })
}

pub(super) fn process(actor: &Actor) -> ProcessRecord<'_> {
    ProcessRecord { name: &actor.name, pid: actor.pid }
}

fn file<'a>(location: Location, places: &Places<'a>) -> &'a str {
    places.source(location.source).map_or("", |source| source.name())
}

fn label<'a>(location: Location, text: &'a str, places: &Places<'a>) -> LabelRecord<'a> {
    let start = places.place(location.source, location.span.start as usize);
    let end = places.place(location.source, location.span.end.max(location.span.start) as usize);
    LabelRecord {
        file: file(location, places),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        text,
    }
}

pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// One line, ending in a newline.
pub(super) fn line(record: &impl Serialize) -> String {
    // Strings and numbers alone cannot fail to be written.
    let json = serde_json::to_string(record).unwrap_or_default();
    printable(&json).into_owned() + "\n"
}

/// JSON escapes the controls of ASCII; a terminal would also obey others, so these are escaped too. A newline stands between
/// values only.
pub(super) fn printable(json: &str) -> Cow<'_, str> {
    let hidden = |character: char| character != '\n' && is_hidden(character);
    if !json.contains(hidden) {
        return Cow::Borrowed(json);
    }
    let mut text = String::with_capacity(json.len() + 16);
    for character in json.chars() {
        if hidden(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(character);
        }
    }
    Cow::Owned(text)
}
