//! The line editor as we want it: its settings, and what some keys do.

use super::history::History;
use super::indent::{brace, continuation};
use super::screen::{Printer, Screen};
use super::typing::Typing;
use crate::process::proc_file;
use rustyline::{
    Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Editor, Event, EventContext,
    EventHandler, KeyCode, KeyEvent, Modifiers, Movement, RepeatCount,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// rustyline with our helper and our history.
pub type Lines = Editor<Typing, History>;

/// A line editor.
///
/// # Errors
/// Where the terminal is none.
pub fn lines(typing: Typing, history: History) -> rustyline::Result<Lines> {
    let config = Config::builder()
        .auto_add_history(false)
        .bracketed_paste(true)
        .completion_show_all_if_ambiguous(true)
        // Nobody is asked whether to list them: a list ends at any time.
        .completion_prompt_limit(usize::MAX)
        .color_mode(ColorMode::Forced)
        .completion_type(CompletionType::List)
        .tab_stop(4)
        .indent_size(4)
        .build();
    let mut lines = Lines::with_history(config, history)?;
    let screen = typing.screen.clone();
    let (given_up, lists) = (typing.given_up.clone(), typing.lists.clone());
    let brace = Dedent { closes: typing.closes.clone() };
    lines.set_helper(Some(typing));
    let key = |code, modifiers| Event::from(KeyEvent(code, modifiers));
    lines.bind_sequence(key(KeyCode::Enter, Modifiers::NONE), EventHandler::Conditional(Box::new(Enter)));
    lines.bind_sequence(key(KeyCode::Char('}'), Modifiers::NONE), EventHandler::Conditional(Box::new(brace)));
    for letter in ['C', 'D'] {
        let (screen, given_up, lists) = (screen.clone(), given_up.clone(), lists.clone());
        let handler = Box::new(GiveUp { screen, given_up, lists, letter });
        lines.bind_sequence(key(KeyCode::Char(letter), Modifiers::CTRL), EventHandler::Conditional(handler));
    }
    Ok(lines)
}

/// rustyline's way to print above the line, with the pipe that it wakes by: the two descriptors that its making adds.
pub fn printer(lines: &mut Lines) -> Option<Printer> {
    let pid = crate::process::pid();
    let before = proc_file::descriptors(pid).ok()?;
    let printer = lines.create_external_printer().ok()?;
    let after = proc_file::descriptors(pid).ok()?;
    let new = |(fd, name): &&(i32, String)| {
        name.starts_with("pipe") && !before.iter().any(|(known, _)| known == fd)
    };
    let wake = after.iter().find(new)?.0;
    Some(Printer { printer: Box::new(printer), wake })
}

/// Enter in an entry that is not whole: a new line, indented.
struct Enter;

impl ConditionalEventHandler for Enter {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let (text, at_end) = (context.line(), context.pos() == context.line().len());
        let blanks = continuation(text).filter(|_| at_end)?;
        Some(Cmd::Insert(1, format!("\n{}", " ".repeat(blanks))))
    }
}

/// A closing brace on a line of blanks stands below the line that it closes. rustyline's command that replaces text leaves the
/// cursor before it, and its completion behind it: so the brace is what the blanks are completed to.
struct Dedent {
    closes: Arc<AtomicBool>,
}

impl ConditionalEventHandler for Dedent {
    fn handle(&self, _: &Event, count: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        if count != 1 {
            return None;
        }
        brace(context.line(), context.pos())?;
        self.closes.store(true, Ordering::Relaxed);
        Some(Cmd::Complete)
    }
}

/// A key that ends the line without accepting it. rustyline would forget what was typed behind it: so the line is accepted, and
/// the key is told.
struct GiveUp {
    screen: Arc<Screen>,
    given_up: GivenUp,
    /// Candidates are being listed, page by page.
    lists: Arc<AtomicBool>,
    letter: char,
}

/// By which key with Ctrl the line was given up, C or D.
pub type GivenUp = Arc<Mutex<Option<char>>>;

impl ConditionalEventHandler for GiveUp {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        if self.lists.load(Ordering::Relaxed) {
            // What ends rustyline's list, as the key for deleting does.
            return Some(Cmd::Kill(Movement::BackwardChar(1)));
        }
        if self.letter == 'D' && !context.line().is_empty() {
            return None;
        }
        self.screen.close();
        *self.given_up.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.letter);
        Some(Cmd::AcceptLine)
    }
}
