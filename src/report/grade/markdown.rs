//! A student's results as Markdown (CommonMark, and what GitHub and GitLab make of it).

use super::paper::{Paper, State};
use super::sheet::{Item, Sheet};
use crate::report::suite::line;
use crate::suite::grade::{Class, Student};
use std::fmt::Write;

/// What this student may see.
#[must_use]
pub fn student_markdown(class: &Class, student: &Student) -> String {
    let sheet = Sheet::of(&Paper::of(class), student);
    let mut text = format!("# {}: {}\n\n", escaped(&sheet.rubric), escaped(&sheet.name));
    // Writing to a String cannot fail.
    let _ = writeln!(text, "**{} points**", sheet.points);
    if let Some(said) = sheet.not_final() {
        let _ = writeln!(text, "\n{}", escaped(&said));
    }
    if let Some(why) = &sheet.refused {
        let _ = writeln!(text, "\nNothing could be run: {}", escaped(why));
    }
    for item in &sheet.items {
        push_item(&mut text, item);
    }
    if let Some(hidden) = &sheet.hidden {
        let _ = writeln!(text, "\n## Hidden tests\n\n{}", escaped(hidden));
    }
    text
}

fn push_item(text: &mut String, item: &Item) {
    let mark = match item.state {
        State::Full => "✓",
        State::Part => "◐",
        State::Nothing | State::Limit => "✗",
        State::Skipped => "–",
        State::Open => "?",
    };
    let _ =
        writeln!(text, "\n## {mark} {} ({})\n\n{}", escaped(&item.name), item.points, escaped(&item.words));
    if let Some(why) = &item.why {
        let _ = writeln!(text, "\nBecause: {}", escaped(why));
    }
    if !item.awards.is_empty() {
        text.push('\n');
    }
    for (points, why) in &item.awards {
        let _ = writeln!(text, "- \\+{points}: {}", escaped(why));
    }
    if !item.feedback.is_empty() {
        text.push('\n');
    }
    for said in &item.feedback {
        let _ = writeln!(text, "> {}\n>", escaped(said));
    }
    if let Some(broken) = &item.broken {
        push_block(text, "Details", broken);
    }
    if !item.output.is_empty() {
        push_block(text, "What was printed, by process", &item.output.join("\n"));
    }
}

/// A text as it is, in a fence that it cannot end.
fn push_block(into: &mut String, title: &str, text: &str) {
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat((longest + 1).max(3));
    let _ = writeln!(into, "\n{title}:\n\n{fence}text\n{}\n{fence}", text.trim_end_matches('\n'));
}

/// One line in which nothing means anything: a backslash may stand before all of ASCII's punctuation.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in line(text).trim().chars() {
        if character.is_ascii_punctuation() {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
