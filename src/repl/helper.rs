//! What rustyline asks of us while a line is typed: colours, whether an entry is whole, what could come next.

use super::colour::{colour, matching};
use super::indent::continuation;
use super::known::Known;
use super::prompt::Numbers;
use super::screen::Screen;
use crate::report::Style;
use rustyline::completion::Completer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};
use std::borrow::Cow;
use std::sync::Arc;

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
}

impl Typing {
    /// The same, for another editor.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self {
            screen: self.screen.clone(),
            numbers: self.numbers.clone(),
            known: self.known.clone(),
            style: self.style,
            held: self.held,
            is_answer: self.is_answer,
        }
    }
}

impl Helper for Typing {}

impl Highlighter for Typing {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        if self.is_answer || !self.style.color {
            return Cow::Borrowed(line);
        }
        Cow::Owned(colour(line, matching(line, pos)))
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, default: bool) -> Cow<'b, str> {
        if default && !self.is_answer {
            Cow::Owned(self.numbers.drawn(prompt, self.style, self.held))
        } else {
            Cow::Borrowed(prompt)
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(self.style.dim(hint))
    }

    fn highlight_char(&self, _line: &str, _pos: usize, _kind: CmdKind) -> bool {
        // What a letter changes may stand anywhere: it may open a string.
        self.style.color && !self.is_answer
    }
}

impl Validator for Typing {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input();
        if !self.is_answer && !text.trim_start().starts_with(':') && continuation(text).is_some() {
            return Ok(ValidationResult::Incomplete);
        }
        // The line is accepted now: nothing may be shown above it any more.
        self.screen.close();
        Ok(ValidationResult::Valid(None))
    }
}

impl Hinter for Typing {
    type Hint = String;

    fn hint(&self, _line: &str, _pos: usize, _context: &Context<'_>) -> Option<String> {
        None
    }
}

impl Completer for Typing {
    type Candidate = String;
}
