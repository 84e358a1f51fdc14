//! Errors and broken expectations of running processes, for people.

use super::diagnostic::{Heading, MESSAGE, section};
use super::difference::{draw_difference, draw_unmatched};
use super::place::Places;
use super::style::Style;
use super::visible::{shorten, visible_line};
use super::width::{cut, missing, width};
use crate::event::{Difference, Failure, Frame, PartValue};
use crate::source::{Label, Location, Severity};

/// Columns of a condition's part and characters of its value that are drawn.
const PART: usize = 60;
const VALUE: usize = 300;
/// Parts of one condition that are drawn.
const PARTS: usize = 20;

/// A failure as text, ending in a newline: what, where, the values of the condition's parts, the difference of
/// two texts, the process, the chain of calls and what to do.
#[must_use]
pub fn draw_failure(failure: &Failure, places: &Places<'_>, style: Style) -> String {
    let label = Label { location: failure.location, text: String::new() };
    let heading = Heading {
        code: failure.code,
        severity: Severity::Error,
        message: &failure.message,
        labels: &[label],
    };
    let mut text = heading.draw(places, style);
    text.push_str(&draw_parts(&failure.parts, places, style));
    match &failure.difference {
        Some(Difference::Lines { expected, actual }) => {
            text.push_str(&draw_difference(expected, actual, style));
        }
        Some(Difference::AnyOrder { missing, extra }) => {
            text.push_str(&draw_unmatched(missing, extra, style))
        }
        None => {}
    }
    let process = format!("{} (pid {})", name(&failure.actor.name, style), failure.actor.pid);
    text.push_str(&section("process", &process, style));
    text.push_str(&draw_chain(failure, places, style));
    if let Some(help) = &failure.help {
        text.push_str(&section("help", help, style));
    }
    text
}

/// `p.exitcode was -9`, the values one below the other.
fn draw_parts(parts: &[PartValue], places: &Places<'_>, style: Style) -> String {
    let shown: Vec<(String, &str)> =
        parts.iter().take(PARTS).map(|part| (quote(part.location, places, style), &*part.value)).collect();
    let columns = shown.iter().map(|(source, _)| width(source)).max().unwrap_or(0);
    let mut text = String::new();
    for (source, value) in &shown {
        let value = shorten(value, VALUE);
        text.push_str(&format!(
            "  {}{} was {}\n",
            source,
            missing(source, columns),
            style.bold(&visible_line(&value))
        ));
    }
    if parts.len() > PARTS {
        text.push_str(&format!("  and {} more parts\n", parts.len() - PARTS));
    }
    text
}

/// The calls that were under way. The outermost alone says nothing that the process does not say.
fn draw_chain(failure: &Failure, places: &Places<'_>, style: Style) -> String {
    if failure.chain.len() + failure.left_out < 2 {
        return String::new();
    }
    let mut lines = Vec::new();
    for (index, frame) in failure.chain.iter().enumerate() {
        if index > 0 && index == failure.chain.len().div_ceil(2) && failure.left_out > 0 {
            lines.push(format!("{} {} more calls", style.ellipsis(), failure.left_out));
        }
        lines.push(draw_frame(index, frame, places, style));
    }
    section("calls", &lines.join("\n"), style)
}

fn draw_frame(index: usize, frame: &Frame, places: &Places<'_>, style: Style) -> String {
    let lead = if index == 0 { "in" } else { "called from" };
    format!("{lead} {} at {}", name(&frame.function, style), address(frame.location, places, style))
}

/// `file:line:column`
pub(super) fn address(location: Location, places: &Places<'_>, style: Style) -> String {
    let file = places.source(location.source).map_or("?", |source| source.name());
    let place = places.place(location.source, location.span.start as usize);
    format!("{}:{}:{}", cut(&visible_line(file), MESSAGE, style.ellipsis()), place.line, place.column)
}

/// The source of a part on one line, white space drawn together.
pub(super) fn quote(location: Location, places: &Places<'_>, style: Style) -> String {
    let source = places.source(location.source).map_or("", |source| source.slice(location.span));
    let near = &source[..source.floor_char_boundary(PART * 16)];
    let words: Vec<&str> = near.split_whitespace().collect();
    cut(&visible_line(&words.join(" ")), PART, style.ellipsis())
}

fn name(name: &str, style: Style) -> String {
    cut(&visible_line(name), PART, style.ellipsis())
}
