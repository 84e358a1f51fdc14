//! What proctor itself has to say of a run: how it was ended, and what could not be done for it.

use super::diagnostic::section;
use super::json::{self, ProcessRecord};
use super::leftovers::draw_actors;
use super::style::Style;
use super::visible::{shorten, visible_line};
use super::wrap::wrap;
use crate::event::Actor;
use crate::source::Severity;
use serde::Serialize;

/// Columns that the second line of a long message stands further in.
const FURTHER: usize = 4;
/// Characters of a message.
const MESSAGE: usize = 64 * 1024;

/// A sentence about a run that belongs to no place in the scenario's text.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'a> {
    /// What it is about, in one word that stays the same; see `docs/diagnostics.md`.
    pub code: &'static str,
    pub severity: Severity,
    pub message: &'a str,
    pub help: Option<&'static str>,
    /// The run's name, where there is a run and its name is to be told.
    pub run: Option<&'a str>,
    /// Whom it is about.
    pub processes: &'a [Actor],
    /// How many more there are than have a name.
    pub unnamed: u32,
}

#[derive(Serialize)]
struct Record<'a> {
    kind: &'static str,
    code: &'static str,
    severity: &'static str,
    message: std::borrow::Cow<'a, str>,
    help: Option<&'static str>,
    run: Option<&'a str>,
    processes: Vec<ProcessRecord<'a>>,
    more: u32,
}

/// An error, whose message names the processes itself; a warning with the processes below it. Then what to do.
#[must_use]
pub fn draw_notice(notice: &Notice<'_>, style: Style) -> String {
    let message = shorten(notice.message, MESSAGE);
    let message = visible_line(&message);
    let mut text = if notice.severity == Severity::Error {
        wrap(&format!("proctor: {message}\n"), style.columns, FURTHER)
    } else {
        let warning = wrap(&format!("{} {message}\n", style.yellow("warning:")), style.columns, FURTHER);
        warning + &draw_actors(notice.processes, notice.unnamed, style)
    };
    if let Some(help) = notice.help {
        text.push_str(&section("help", help, style));
    }
    text
}

/// The same as one line of JSON, ending in a newline.
#[must_use]
pub fn notice_json(notice: &Notice<'_>) -> String {
    json::line(&Record {
        kind: "run",
        code: notice.code,
        severity: json::severity(notice.severity),
        message: shorten(notice.message, MESSAGE),
        help: notice.help,
        run: notice.run,
        processes: notice.processes.iter().map(json::process).collect(),
        more: notice.unnamed,
    })
}
