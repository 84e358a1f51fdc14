//! The line editor as we want it: its settings, and what some keys do.

use super::history::History;
use super::indent::{closing, continuation};
use super::screen::{Printer, Screen};
use super::typing::Typing;
use crate::process::proc_file;
use rustyline::{
    Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Editor, Event, EventContext,
    EventHandler, KeyCode, KeyEvent, Modifiers, Movement, RepeatCount,
};
use std::sync::Arc;

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
        .color_mode(ColorMode::Forced)
        .completion_type(CompletionType::List)
        .tab_stop(4)
        .indent_size(4)
        .build();
    let mut lines = Lines::with_history(config, history)?;
    let screen = typing.screen.clone();
    lines.set_helper(Some(typing));
    let key = |code, modifiers| Event::from(KeyEvent(code, modifiers));
    lines.bind_sequence(key(KeyCode::Enter, Modifiers::NONE), EventHandler::Conditional(Box::new(Enter)));
    lines
        .bind_sequence(key(KeyCode::Char('}'), Modifiers::NONE), EventHandler::Conditional(Box::new(Dedent)));
    for letter in ['C', 'D'] {
        let handler = Box::new(GiveUp { screen: screen.clone(), only_if_empty: letter == 'D' });
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
        if !at_end || text.trim_start().starts_with(':') {
            return None;
        }
        let blanks = continuation(text)?;
        Some(Cmd::Insert(1, format!("\n{}", " ".repeat(blanks))))
    }
}

/// A closing brace on a line of blanks stands below the line that it closes.
struct Dedent;

impl ConditionalEventHandler for Dedent {
    fn handle(&self, _: &Event, count: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let before = context.line().get(..context.pos())?;
        let line = &before[before.rfind('\n')? + 1..];
        let blanks = line.len();
        if count != 1 || blanks == 0 || !line.bytes().all(|byte| byte == b' ') {
            return None;
        }
        let wanted = closing(&format!("{before}}}"), before.len() + 1)?;
        // A movement that counts would be given this key's count by rustyline.
        Some(Cmd::Replace(Movement::BeginningOfLine, Some(format!("{}}}", " ".repeat(wanted)))))
    }
}

/// Keys that end the line without accepting it.
struct GiveUp {
    screen: Arc<Screen>,
    only_if_empty: bool,
}

impl ConditionalEventHandler for GiveUp {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        if !self.only_if_empty || context.line().is_empty() {
            self.screen.close();
        }
        None
    }
}
