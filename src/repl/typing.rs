//! What rustyline asks of us while a line is typed: colours, whether an entry is whole, what could come next.

use super::colour::{colour, matching};
use super::complete::complete;
use super::hint::hint;
use super::indent::{brace, continuation};
use super::known::Known;
use super::mark::marked;
use super::prompt::{MARK, Numbers};
use super::reflow::Drawn;
use super::screen::{Screen, write};
use crate::process::terminal;
use crate::report::{Style, cut, width};
use rustyline::completion::{Candidate, Completer};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::SearchDirection;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};
use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Entries of the history that a hint is looked for in.
const HINTS: usize = 1000;
/// Names of a folder that are looked at.
const FILES: usize = 5000;
/// Rows of the screen that candidates with what they are leave free.
const FREE: usize = 8;

/// What is known while a line is typed.
pub struct Typing {
    pub screen: Arc<Screen>,
    pub numbers: Numbers,
    pub known: Known,
    pub style: Style,
    /// Whether the last entry held.
    pub held: bool,
    /// It is an answer that is typed, not an entry.
    pub is_answer: bool,
    pub given_up: Arc<Mutex<Option<char>>>,
    /// Rows of the prompt above the one where the line begins.
    pub above: usize,
    /// A closing brace was typed on a line of blanks: what is to be completed now.
    pub closes: Arc<AtomicBool>,
    /// Candidates are being listed.
    pub lists: Arc<AtomicBool>,
    /// What was drawn last.
    pub drawn: Mutex<Drawn>,
}

/// A candidate, which notes that it is shown: no other event tells that a list begins.
pub struct Listed {
    display: String,
    replacement: String,
    lists: Arc<AtomicBool>,
}

impl Candidate for Listed {
    fn display(&self) -> &str {
        self.lists.store(true, Ordering::Relaxed);
        &self.display
    }

    fn replacement(&self) -> &str {
        &self.replacement
    }
}

impl Helper for Typing {}

impl Highlighter for Typing {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        self.drawn().line(line, pos);
        if self.is_answer {
            return Cow::Borrowed(line);
        }
        let drawn = if self.style.color {
            Cow::Owned(colour(line, matching(line, pos)))
        } else {
            Cow::Borrowed(line)
        };
        Cow::Owned(marked(line, &drawn, self.style))
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, default: bool) -> Cow<'b, str> {
        self.lists.store(false, Ordering::Relaxed);
        self.drawn().begin(prompt, columns());
        // What processes said meanwhile stands above.
        let mut text = self.screen.take_above();
        match default && !self.is_answer {
            true => text.push_str(&self.numbers.drawn(prompt, self.style, self.held)),
            false => text.push_str(prompt),
        }
        Cow::Owned(text)
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        self.drawn().hint(hint);
        Cow::Owned(self.style.dim(hint))
    }

    fn highlight_char(&self, line: &str, pos: usize, kind: CmdKind) -> bool {
        // It is going to be drawn anew, from where rustyline believes that it stands.
        write(&self.drawn().before(line, pos, kind != CmdKind::Other, columns()));
        // What a letter changes may stand anywhere: it may open a string.
        !self.is_answer
    }
}

impl Validator for Typing {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input();
        if !self.is_answer && continuation(text).is_some() {
            return Ok(ValidationResult::Incomplete);
        }
        // The line is accepted now: nothing may be shown above it any more.
        self.screen.close();
        Ok(ValidationResult::Valid(None))
    }
}

impl Hinter for Typing {
    type Hint = String;

    fn hint(&self, line: &str, pos: usize, context: &Context<'_>) -> Option<String> {
        if self.is_answer {
            return None;
        }
        let history = context.history();
        let newest = (0..history.len()).rev().take(HINTS).filter_map(|index| {
            let found = history.get(index, SearchDirection::Forward).ok()??;
            Some(found.entry.into_owned())
        });
        let newest: Vec<String> = newest.collect();
        hint(line, pos, newest.iter().map(String::as_str), || {
            // No folder is read for a hint: it comes with each key.
            complete(line, pos, &self.known, &|_| Vec::new())
        })
    }
}

impl Typing {
    fn drawn(&self) -> MutexGuard<'_, Drawn> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn complete(&self, line: &str, pos: usize) -> (usize, Vec<super::complete::Candidate>) {
        complete(line, pos, &self.known, &|folder| names_in(folder))
    }
}

/// The names in a folder as it was typed, and whether each is a folder.
fn names_in(folder: &str) -> Vec<(String, bool)> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let path = match (folder.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ if folder.is_empty() => PathBuf::from("."),
        _ => PathBuf::from(folder),
    };
    let Ok(entries) = std::fs::read_dir(path) else { return Vec::new() };
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.ok()?;
        let is_folder = std::fs::metadata(entry.path()).is_ok_and(|entry| entry.is_dir());
        Some((entry.file_name().into_string().ok()?, is_folder))
    };
    entries.take(FILES).filter_map(name).collect()
}

impl Completer for Typing {
    type Candidate = Listed;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Listed>)> {
        let listed = |display, replacement| Listed { display, replacement, lists: self.lists.clone() };
        if self.closes.swap(false, Ordering::Relaxed)
            && let Some((start, replacement)) = brace(line, pos)
        {
            return Ok((start, vec![listed(String::new(), replacement)]));
        }
        if self.is_answer {
            return Ok((pos, Vec::new()));
        }
        let (start, candidates) = self.complete(line, pos);
        // With many there is room for their names alone.
        let (columns, rows) = terminal::room(std::io::stdout());
        let with_docs = candidates.len() + FREE <= rows;
        let widest = candidates.iter().map(|candidate| width(&candidate.shown)).max().unwrap_or(0);
        let pairs = candidates.into_iter().map(|candidate| {
            let display = if with_docs && !candidate.doc.is_empty() {
                let space = " ".repeat(widest - width(&candidate.shown) + 2);
                let whole = format!("{}{space}{}", candidate.shown, candidate.doc);
                let mut row = cut(&whole, columns.saturating_sub(2), self.style.ellipsis());
                // What takes more than half of the screen stands in a row of its own.
                row.push_str(&" ".repeat((columns / 2).saturating_sub(width(&row))));
                row
            } else {
                candidate.shown
            };
            listed(display, candidate.text)
        });
        let mut pairs: Vec<Listed> = pairs.collect();
        let typed = line.get(..pos).unwrap_or_default();
        spare_last_row(&mut pairs, columns, self.above + rows_above(typed, columns));
        Ok((start, pairs))
    }
}

/// How wide the terminal is now.
fn columns() -> usize {
    terminal::room(std::io::stdout()).0
}

/// Rows above the cursor's, of an entry up to the cursor.
fn rows_above(typed: &str, columns: usize) -> usize {
    let mut before = width(MARK);
    let rows = typed.split('\n').map(|line| {
        let columns_of_line = width(line) + std::mem::take(&mut before);
        columns_of_line / columns.max(1) + 1
    });
    rows.sum::<usize>() - 1
}

/// rustyline draws the line anew below what it lists, and clears as many rows above as the line took before it: without so
/// many blank rows at the end the last candidates would never be seen.
fn spare_last_row(pairs: &mut [Listed], columns: usize, above: usize) {
    // As rustyline puts them in columns.
    let widest = pairs.iter().map(|pair| width(&pair.display)).max().unwrap_or(0) + 2;
    let rows = pairs.len().div_ceil((columns / widest).max(1));
    if let Some(column) = pairs.len().saturating_sub(rows).checked_div(rows) {
        pairs[column * rows + rows - 1].display.push_str(&"\n".repeat(above));
    }
}
