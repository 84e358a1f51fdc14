//! Completion: what the word before a place in an entry can become.

mod candidate;
mod local;
mod offer;
mod place;
mod text;

use super::Known;
use super::colour::code_start;
use super::command::{COMMANDS, Takes, named};
use super::help::topics;
use candidate::Offers;
use offer::offers;
use place::{Place, place};
use text::{Files, Quote, Text, in_text, paths};

pub use candidate::Candidate;

/// What the text up to `pos` (in bytes) can be completed to: where the replaced part begins, and the candidates,
/// the most useful first. `files` gives the names in a folder, and whether each is a folder itself; it is asked for
/// the folder as it was typed: `""` is the working directory, and behind `:load` and `:save` it may begin with `~/`.
///
/// A place that is none, in the middle of a character or behind the end, has no candidates.
#[must_use]
pub fn complete(
    text: &str,
    pos: usize,
    known: &Known,
    files: &dyn Fn(&str) -> Vec<(String, bool)>,
) -> (usize, Vec<Candidate>) {
    if !text.is_char_boundary(pos) {
        return (pos.min(text.len()), Vec::new());
    }
    let blank = text.len() - text.trim_start().len();
    if text[blank..].starts_with(':') {
        let code = code_start(text);
        if pos > code || code == text.len() || pos <= blank {
            return in_command(text, pos, known, files);
        }
        return command_names(text, blank, pos);
    }
    in_code(text, pos, known, files)
}

fn in_code(text: &str, pos: usize, known: &Known, files: Files) -> (usize, Vec<Candidate>) {
    let (start, place) = place(text, pos);
    let after = &text[pos..];
    if let Place::Text(string) = &place {
        return in_text(&text[..pos], after, string, files);
    }
    let names = local::names(text, pos, known);
    let word = &text[start..pos];
    let mut found = offers(&place, word, &names, after.starts_with('(')).beginning_with(word);
    if after.starts_with([' ', ':']) {
        // What follows is there already.
        for candidate in &mut found {
            candidate.text.truncate(candidate.text.trim_end_matches([' ', ':']).len());
        }
    }
    (start, found)
}

/// In a line that begins with a colon.
fn in_command(text: &str, pos: usize, known: &Known, files: Files) -> (usize, Vec<Candidate>) {
    let blank = text.len() - text.trim_start().len();
    let word_end = text[blank..].find(char::is_whitespace).map_or(text.len(), |length| blank + length);
    if pos <= blank {
        return (pos, Vec::new());
    }
    if pos <= word_end {
        return command_names(text, blank, pos);
    }
    let Ok(row) = named(&text[blank + 1..word_end]) else { return (pos, Vec::new()) };
    let argument = text[..pos].trim_start()[word_end - blank..].trim_start();
    let start = pos - argument.len();
    match row.takes {
        Takes::Nothing => (pos, Vec::new()),
        Takes::Topic => {
            let mut out = Offers::default();
            topics().for_each(|topic| out.add(topic.name, topic.doc));
            (start, out.beginning_with(argument))
        }
        Takes::File => {
            let (skipped, quote) = match argument.chars().next() {
                Some('"') => (1, Quote::Command),
                Some('\'') => (1, Quote::Single),
                _ => (0, Quote::None),
            };
            paths(&text[..pos], &text[pos..], &Text::new(start + skipped, quote), files)
        }
        Takes::Statement => {
            let (from, found) = in_code(&text[word_end..], pos - word_end, known, files);
            (word_end + from, found)
        }
    }
}

/// The names of commands that begin with what stands between the two places, with the colon.
fn command_names(text: &str, from: usize, pos: usize) -> (usize, Vec<Candidate>) {
    let mut out = Offers::default();
    for row in COMMANDS {
        let space = if row.takes == Takes::Nothing || text[pos..].starts_with(' ') { "" } else { " " };
        out.add_as(format!(":{}{space}", row.name), row.usage, row.doc);
    }
    (from, out.beginning_with(&text[from..pos]))
}
