//! The editor's process: it has the terminal, reads entries, and shows what the session and its processes say.

use super::collect::{Collector, HELD, Parts, Shared, Told};
use super::draft::Draft;
use super::history::{History, place};
use super::keys::{Lines, lines, printer};
use super::known::Known;
use super::prompt::{MARK, Numbers};
use super::reset::is_dumb;
use super::screen::Screen;
use super::start::{Started, start};
use super::typing::Typing;
use super::wire::{Reply, Request};
use crate::process::terminal::{self, Modes};
use crate::process::{fds, signals};
use crate::report::Style;
use rustyline::error::ReadlineError;
use std::borrow::Cow;
use std::ffi::OsString;
use std::os::fd::AsFd;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};

/// How a session is started and shown.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the program is given that runs the session.
    pub args: Vec<OsString>,
    /// A scenario to begin with, which is no part of a session that begins anew.
    pub file: Option<OsString>,
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
    for signal in HELD {
        let _ = signals::catch(signal);
    }
    let mut args = options.args.clone();
    args.extend(options.file.clone());
    loop {
        let session = Prompting::begin(options, &args)?;
        match session.work() {
            Left::With(code) => return Ok(code),
            Left::Again => args.clone_from(&options.args),
        }
    }
}

/// How a session was left.
enum Left {
    With(u8),
    /// Everything is to begin anew.
    Again,
}

/// One session, from the editor's side.
pub(super) struct Prompting {
    guard: std::process::Child,
    /// The terminal's modes before anything was typed.
    pub(super) modes: Modes,
    /// What the user's editor works on.
    pub(super) draft: Draft,
    pub(super) shared: Shared,
    pub(super) told: Receiver<Told>,
    pub(super) screen: Arc<Screen>,
    numbers: Numbers,
    known: Known,
    pub(super) lines: Lines,
    pub(super) style: Style,
    held: bool,
    /// The session is left to begin anew.
    pub(super) again: bool,
    /// It is gone already.
    pub(super) gone: bool,
}

impl Prompting {
    fn begin(options: &Options, args: &[OsString]) -> Result<Self, String> {
        let modes = terminal::modes(std::io::stdin().as_fd())
            .map_err(|errno| format!("standard input is no terminal: {errno}"))?;
        let Started { guard, line, listener } =
            start(args).map_err(|error| format!("the session cannot be started: {error}"))?;
        let screen = Arc::new(Screen::default());
        let numbers = Numbers::default();
        let draft = Draft::default();
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
            modes: modes.clone(),
            numbers: numbers.clone(),
            draft: draft.clone(),
        });
        // They come to the other thread, while it waits.
        signals::hold(&HELD);
        std::thread::Builder::new()
            .name("collector".to_owned())
            .spawn(|| collector.work())
            .map_err(|error| format!("no thread can be started: {error}"))?;
        let typing = Typing {
            screen: screen.clone(),
            numbers: numbers.clone(),
            known: Known::default(),
            style: options.style,
            held: true,
            is_answer: false,
            given_up: Arc::default(),
            above: 0,
            closes: Arc::default(),
            lists: Arc::default(),
            drawn: Mutex::default(),
        };
        let variable = |name| std::env::var_os(name);
        let kept = place(variable("XDG_STATE_HOME").as_deref(), variable("HOME").as_deref());
        let history = kept.map_or_else(History::in_memory, |path| History::open(&path));
        let lines = lines(typing, history).map_err(|error| error.to_string())?;
        Ok(Self {
            guard,
            modes,
            draft,
            shared,
            told,
            screen,
            numbers,
            known: Known::default(),
            lines,
            style: options.style,
            held: true,
            again: false,
            gone: false,
        })
    }

    fn work(mut self) -> Left {
        while !self.gone {
            match self.told.recv() {
                Ok(Told::Reply(reply)) => self.react(reply),
                Ok(Told::Ended) | Err(_) => self.gone = true,
            }
        }
        self.ended()
    }

    /// The session is gone: its guard has said all, and nothing of it is left.
    fn ended(mut self) -> Left {
        self.screen.take_back(&self.modes);
        let code = match self.guard.wait() {
            Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(UNCAUGHT),
            Err(_) => UNCAUGHT,
        };
        if self.again { Left::Again } else { Left::With(code) }
    }

    fn react(&mut self, reply: Reply) {
        match reply {
            Reply::Ready(ready) => {
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
            Reply::Counts(_) | Reply::Lend | Reply::Back(_) | Reply::Frame(_) => {}
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
        while !self.gone {
            // A terminal that can do nothing could not draw numbers anew that have changed.
            let prompt = if is_dumb() { MARK.to_owned() } else { self.numbers.plain() };
            match self.read(&prompt, false) {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => {
                    let _ = self.lines.add_history_entry(text.trim_end());
                    if let Some(request) = self.act(text) {
                        return request;
                    }
                }
                Err(ReadlineError::Interrupted) => {}
                Err(_) => break,
            }
        }
        Request::Quit { sure: false }
    }

    pub(super) fn answer(&mut self, question: &str) -> Result<String, ReadlineError> {
        self.read(question, true)
    }

    /// Reads a line, with what processes say above it.
    fn read(&mut self, prompt: &str, is_answer: bool) -> Result<String, ReadlineError> {
        if let Some(typing) = self.lines.helper_mut() {
            typing.is_answer = is_answer;
            typing.held = self.held;
            typing.above = prompt.matches('\n').count();
            typing.known.clone_from(&self.known);
            typing.drawn.get_mut().unwrap_or_else(PoisonError::into_inner).forget();
        }
        if !self.screen.has_printer()
            && let Some(printer) = printer(&mut self.lines)
        {
            self.screen.print_with(printer);
        }
        let mut prompt = Cow::Borrowed(prompt);
        if !self.screen.has_printer() && !is_answer {
            // A terminal that can do nothing is shown the prompt as it is.
            prompt = Cow::Owned(self.numbers.drawn(&prompt, Style::PLAIN, true));
        }
        self.screen.begin_editing(&prompt);
        let read = self.lines.readline(&*prompt);
        let given_up = self.lines.helper().and_then(|typing| typing.given_up.lock().ok()?.take());
        self.screen.end_editing();
        match given_up {
            None => read,
            Some('D') => Err(ReadlineError::Eof),
            Some(_) => Err(ReadlineError::Interrupted),
        }
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
