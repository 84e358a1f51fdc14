//! The editor's process: it has the terminal, reads entries, and shows what the session and its processes say.

use super::collect::{Collector, Parts, Shared, Told};
use super::helper::Typing;
use super::indent::continuation;
use super::known::Known;
use super::prompt::Numbers;
use super::screen::{Printer, Screen};
use super::start::{Started, start};
use super::wire::{Reply, Request};
use crate::process::{fds, proc_file, signals, terminal};
use crate::report::Style;
use crate::value::Signal;
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{
    Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Editor, Event, EventContext,
    EventHandler, KeyCode, KeyEvent, Modifiers, Movement, RepeatCount,
};
use std::ffi::OsString;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

/// How a session is started and shown.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the program is given that runs the session.
    pub args: Vec<OsString>,
    pub style: Style,
}

/// What is said where a session cannot begin or go on.
const UNCAUGHT: u8 = 3;

/// Reads entries from the terminal until the user leaves; gives the exit code.
///
/// # Errors
/// Where the terminal is none, or the system refuses a process, in words.
pub fn edit(options: &Options) -> Result<u8, String> {
    // Each program that a session starts has a pipe to us.
    let _ = fds::raise_file_limit();
    for signal in [2, 1, 15] {
        let _ = signals::catch(Signal(signal));
    }
    loop {
        let session = Prompting::begin(options)?;
        match session.work() {
            Left::With(code) => return Ok(code),
            Left::Again => {}
        }
    }
}

/// How a session was left.
enum Left {
    With(u8),
    /// Everything is to begin anew.
    Again,
}

type Lines = Editor<Typing, MemHistory>;

/// One session, from the editor's side.
struct Prompting {
    guard: std::process::Child,
    shared: Shared,
    told: Receiver<Told>,
    screen: Arc<Screen>,
    numbers: Numbers,
    known: Known,
    lines: Lines,
    style: Style,
    held: bool,
    again: bool,
}

impl Prompting {
    fn begin(options: &Options) -> Result<Self, String> {
        let modes = terminal::modes(std::io::stdin().as_fd())
            .map_err(|errno| format!("standard input is no terminal: {errno}"))?;
        let Started { guard, line, listener } =
            start(&options.args).map_err(|error| format!("the session cannot be started: {error}"))?;
        let screen = Arc::new(Screen::default());
        let numbers = Numbers::default();
        let (sender, told) = channel();
        let no_line = |error: std::io::Error| format!("the session cannot be spoken with: {error}");
        let shared = Shared::new(line.try_clone().map_err(no_line)?);
        let collector = Collector::new(Parts {
            listener,
            line,
            shared: shared.clone(),
            screen: screen.clone(),
            told: sender,
            style: options.style,
            guard: guard.id().cast_signed(),
            modes,
            numbers: numbers.clone(),
        });
        std::thread::Builder::new()
            .name("collector".to_owned())
            .spawn(|| collector.work())
            .map_err(|error| format!("no thread can be started: {error}"))?;
        // They wake the other thread, which does something about them.
        signals::leave_to_others(&[Signal(2), Signal(1), Signal(15)]);
        let typing = Typing {
            screen: screen.clone(),
            numbers: numbers.clone(),
            known: Known::default(),
            style: options.style,
            held: true,
            is_answer: false,
        };
        let lines = lines(typing).map_err(|error| error.to_string())?;
        Ok(Self {
            guard,
            shared,
            told,
            screen,
            numbers,
            known: Known::default(),
            lines,
            style: options.style,
            held: true,
            again: false,
        })
    }

    fn work(mut self) -> Left {
        loop {
            match self.told.recv() {
                Ok(Told::Reply(reply)) => self.react(reply),
                Ok(Told::Ended) | Err(_) => return self.ended(),
            }
        }
    }

    /// The session is gone: its guard has said all, and nothing of it is left.
    fn ended(mut self) -> Left {
        let code = match self.guard.wait() {
            Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(UNCAUGHT),
            Err(_) => UNCAUGHT,
        };
        if self.again { Left::Again } else { Left::With(code) }
    }

    fn react(&mut self, reply: Reply) {
        match reply {
            Reply::Ready(ready) => {
                self.numbers.set(ready.counts);
                self.held = ready.held;
                self.known = ready.known.unwrap_or_else(|| std::mem::take(&mut self.known));
                let request = self.entry();
                self.shared.send(&request);
            }
            Reply::Ask(question) => {
                let answer = self.answer(&question).ok();
                self.shared.send(&Request::Answer(answer));
            }
            Reply::Leaving(alive) if alive.is_empty() => {}
            Reply::Leaving(alive) => self.leave(&alive),
            Reply::Counts(_) | Reply::Lend(_) | Reply::Frame(_) => {}
        }
    }

    /// Names who is alive, and asks once.
    fn leave(&mut self, alive: &[String]) {
        let who = match alive {
            [one] => format!("{one} is alive: end it"),
            many => format!("{} processes are alive: {}. End them", many.len(), some(many)),
        };
        let sure = match self.answer(&format!("{who} and leave? [y/N] ")) {
            Ok(answer) => matches!(answer.trim(), "y" | "Y" | "yes"),
            Err(ReadlineError::Eof) => true,
            Err(_) => false,
        };
        if sure {
            self.shared.send(&Request::Quit { sure: true });
        } else {
            self.again = false;
            let request = self.entry();
            self.shared.send(&request);
        }
    }

    /// Reads entries and does what the editor itself can do, until there is something for the session.
    fn entry(&mut self) -> Request {
        loop {
            let prompt = self.numbers.plain();
            match self.read(&prompt, false) {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => {
                    let _ = self.lines.add_history_entry(text.trim_end());
                    return Request::Entry(text);
                }
                Err(ReadlineError::Interrupted) => {}
                Err(_) => return Request::Quit { sure: false },
            }
        }
    }

    fn answer(&mut self, question: &str) -> Result<String, ReadlineError> {
        self.read(question, true)
    }

    /// Reads a line, with what processes say above it.
    fn read(&mut self, prompt: &str, is_answer: bool) -> Result<String, ReadlineError> {
        if let Some(typing) = self.lines.helper_mut() {
            typing.is_answer = is_answer;
            typing.held = self.held;
            typing.known.clone_from(&self.known);
        }
        self.screen.begin_editing(printer(&mut self.lines));
        let read = self.lines.readline(prompt);
        if self.screen.end_editing()
            && let Some(typing) = self.lines.helper_mut()
        {
            // The message that it still holds was written already.
            let typing = typing.anew();
            if let Ok(lines) = lines(typing) {
                self.lines = lines;
            }
        }
        read
    }
}

/// Some of the names, where they are many.
fn some(names: &[String]) -> String {
    const MOST: usize = 8;
    match names.get(MOST..).map_or(0, <[String]>::len) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..MOST].join(", ")),
    }
}

/// A line editor.
fn lines(typing: Typing) -> rustyline::Result<Lines> {
    let config = Config::builder()
        .auto_add_history(false)
        .bracketed_paste(true)
        .color_mode(ColorMode::Forced)
        .completion_type(CompletionType::List)
        .tab_stop(4)
        .indent_size(4)
        .build();
    let mut lines = Lines::with_history(config.clone(), MemHistory::with_config(&config))?;
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
fn printer(lines: &mut Lines) -> Option<Printer> {
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
        let wanted = super::indent::closing(&format!("{before}}}"), before.len() + 1)?;
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
