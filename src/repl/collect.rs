//! The editor's second thread: hears what processes say and what the session tells, while the first waits for keys.

use super::draft::Draft;
use super::prompt::Numbers;
use super::reset::is_dumb;
use super::screen::{Screen, write};
use super::voice::Voice;
use super::wire::{Line, Reply, Request};
use crate::process::relay::{Heard, Started, unread};
use crate::process::terminal::{self, Modes};
use crate::process::{Listener, Watch, custody, exit_now, signals, wait};
use crate::report::Style;
use crate::value::Signal;
use indexmap::IndexSet;
use std::collections::HashMap;
use std::io::{ErrorKind, Read};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

/// The session's line, for the two threads that speak over it.
#[derive(Clone)]
pub struct Shared(Arc<Mutex<Line>>);

impl Shared {
    pub fn new(line: Line) -> Self {
        Self(Arc::new(Mutex::new(line)))
    }

    /// Sends a request; a session that is gone is noticed elsewhere.
    pub fn send(&self, request: &Request) {
        let line = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = line.send(request);
    }

    /// The same, where nobody else is just sending; says whether it was sent.
    fn try_send(&self, request: &Request) -> bool {
        self.0.try_lock().is_ok_and(|line| line.send(request).is_ok())
    }
}

/// What the first thread is told.
#[derive(Debug)]
pub enum Told {
    Reply(Reply),
    /// The session is gone, and all that it started.
    Ended,
}

/// The exit code where the session ended in the middle of a line.
const ENDED: u8 = 3;

/// Ctrl-C and Ctrl-\ while a statement runs, a closed terminal, and the request to end.
pub const HELD: [Signal; 4] = [Signal::INT, Signal::QUIT, Signal::HUP, Signal::TERM];

/// Numbers of the descriptors that are watched; pipes come after them.
const LINE: u64 = 0;
const VOICE: u64 = 1;
const PROGRAMS: u64 = 2;
const FIRST_PIPE: u64 = 3;

/// Milliseconds between two tries to show what waits.
const AGAIN: u64 = 2;
/// Names that are remembered for their colours.
const NAMES: usize = 10_000;
/// How many bytes are taken from one stream before the others have their turn.
const TURN: u64 = 16 << 10;

/// What the thread is given.
pub struct Parts {
    pub listener: Listener,
    /// To be read; what is sent goes through `shared`.
    pub line: Line,
    pub shared: Shared,
    pub screen: Arc<Screen>,
    pub told: Sender<Told>,
    pub style: Style,
    /// The pid of the session's guard, our child, for Ctrl-C.
    pub guard: i32,
    /// The terminal's modes before anything was typed.
    pub modes: Modes,
    pub numbers: Numbers,
    /// What the user's editor works on.
    pub draft: Draft,
}

/// The thread's own affairs.
pub struct Collector {
    with: Parts,
    voices: HashMap<i32, Voice>,
    pipes: HashMap<u64, (std::fs::File, Voice)>,
    next_pipe: u64,
    /// The names that were heard, in that order.
    heard: IndexSet<String>,
    glance: Glance,
    buffer: Vec<u8>,
}

/// Whether the session was asked to look at its processes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Glance {
    #[default]
    Answered,
    Asked,
    /// More has happened since.
    AskedAndMore,
}

impl Collector {
    pub fn new(with: Parts) -> Self {
        Self {
            with,
            voices: HashMap::new(),
            pipes: HashMap::new(),
            next_pipe: FIRST_PIPE,
            heard: IndexSet::new(),
            glance: Glance::default(),
            buffer: vec![0; 64 << 10],
        }
    }

    /// Works until the session is gone.
    pub fn work(mut self) {
        // Without it nothing can be heard: as if the session were gone.
        if let Ok(watch) = Watch::new() {
            self.listen(watch);
        }
        if self.with.screen.is_editing() {
            self.with.screen.show("the session was ended\n");
            if self.with.screen.settle() {
                // The first thread waits for keys, and nothing can wake it.
                // Its guard has ended with it, and knows how.
                let code =
                    wait::reap_blocking(self.with.guard).map_or(i64::from(ENDED), |status| status.code());
                self.leave(u8::try_from(code).unwrap_or(ENDED));
            }
        }
        let _ = self.with.told.send(Told::Ended);
    }

    fn listen(&mut self, mut watch: Watch) {
        let Ok(mut line) = Watch::new() else { return };
        let all = watch.add(&self.with.line, LINE).is_ok()
            && line.add(&self.with.line, LINE).is_ok()
            && watch.add(self.with.listener.voice(), VOICE).is_ok()
            && watch.add(self.with.listener.programs(), PROGRAMS).is_ok();
        if !all {
            return;
        }
        loop {
            self.react_to_signals();
            let again = self.with.screen.is_waiting().then_some(AGAIN);
            // Whoever speaks has to wait where too much waits to be shown, but never the session: it tells when more can be shown.
            let heard = if self.with.screen.is_full() { &mut line } else { &mut watch };
            let Ok(mut ready) = heard.wait_with(again, &HELD) else { return };
            ready.sort_unstable();
            self.with.screen.flush();
            for number in ready {
                match number {
                    LINE => {
                        if !self.reply(&watch) {
                            self.drain(&watch);
                            return;
                        }
                    }
                    VOICE => self.hear(&watch, TURN),
                    PROGRAMS => self.greet(&watch),
                    pipe => self.read(pipe, &watch, TURN),
                }
            }
        }
    }

    /// Ctrl-C while a statement runs is for the session; what ends a process ends this one in order.
    fn react_to_signals(&self) {
        while let Some(signal) = signals::take_pending() {
            match signal {
                // It is for the user's editor.
                Signal::INT if self.with.draft.is_open() => {}
                Signal::INT => {
                    // The terminal has shown `^C`: what is said next begins a row of its own.
                    self.with.screen.show("\n");
                    let _ = custody::signal_child(self.with.guard, signal.0.into());
                }
                // Ctrl-\ would end a program; a prompt it does not.
                Signal::QUIT => {}
                other => self.leave(other.0.saturating_add(128)),
            }
        }
    }

    /// Ends this process with the terminal in order: its modes, no update begun, and no marks around what is pasted.
    fn leave(&self, code: u8) -> ! {
        self.with.draft.close();
        self.with.screen.close();
        write(if is_dumb() { "\n" } else { "\x1b[?2026l\x1b[?2004l\r\n" });
        self.with.screen.take_back(&self.with.modes);
        let _ = terminal::restore(std::io::stdin().as_fd(), &self.with.modes);
        exit_now(code)
    }

    /// Takes one reply; false where there is no session any more.
    fn reply(&mut self, watch: &Watch) -> bool {
        let Ok(Some(reply)) = self.with.line.receive() else { return false };
        if let Reply::Counts(counts) = reply {
            self.with.numbers.set(counts);
            self.answered();
            // The news that go with them may have been shown already: they come another way.
            self.with.screen.redraw();
            return true;
        }
        // What was said before it is shown before it.
        self.drain(watch);
        if let Reply::Ready(ready) = &reply {
            // Not by the first thread: it may take this reply only after the next numbers have come.
            self.with.numbers.set(ready.counts);
            self.glance = Glance::Answered;
        }
        match reply {
            Reply::Lend => {
                // At a prompt the keyboard is not to be had.
                if !self.with.screen.is_editing() {
                    self.with.screen.hold(true);
                }
                self.with.shared.send(&Request::Held);
                true
            }
            Reply::Back(left) => {
                self.with.screen.come_back(&self.with.modes, left);
                true
            }
            Reply::Ask(_) if self.with.screen.is_editing() => {
                self.with.shared.send(&Request::Answer(None));
                true
            }
            reply => self.with.told.send(Told::Reply(reply)).is_ok(),
        }
    }

    /// Hears all that was said so far, and no more: there may be someone who never ends to speak.
    fn drain(&mut self, watch: &Watch) {
        let said = unread(self.with.listener.voice().as_raw_fd()).unwrap_or(0);
        self.hear(watch, said);
        self.greet(watch);
        let pipes: Vec<(u64, i32)> =
            self.pipes.iter().map(|(number, (pipe, _))| (*number, pipe.as_raw_fd())).collect();
        for (number, pipe) in pipes {
            // At least once: it may have ended in the middle of a line.
            self.read(number, watch, unread(pipe).unwrap_or(0).max(1));
        }
    }

    /// Hears what tasks say, until it is so many bytes.
    fn hear(&mut self, watch: &Watch, most: u64) {
        let mut heard = 0;
        while heard < most {
            let Ok(Heard::Said { pid, length }) = self.with.listener.hear(&mut self.buffer) else { return };
            heard += length as u64;
            // A task tells its name before its first word, and a pid may be another's by now.
            self.greet(watch);
            let text = match self.voices.get_mut(&pid) {
                Some(voice) => voice.say(&self.buffer[..length]),
                // The session itself, or its guard.
                None => String::from_utf8_lossy(&self.buffer[..length]).into_owned(),
            };
            self.with.screen.show(&text);
        }
    }

    /// Takes what was told of new processes.
    fn greet(&mut self, watch: &Watch) {
        let mut any = false;
        while let Some(started) = self.with.listener.started() {
            any = true;
            match started {
                Started::Task { pid, name } => {
                    let voice = self.voice(&name);
                    let mut before = self.voices.insert(pid, voice);
                    self.with.screen.show(&before.as_mut().map(Voice::end).unwrap_or_default());
                }
                Started::Program { name, pipe: Some(pipe) } => self.follow(&name, pipe, watch),
                Started::Program { name, pipe: None } => {
                    self.with
                        .screen
                        .show(&format!("[what {name} prints is lost: too many files are open]\n"));
                }
            }
        }
        if any {
            self.glance();
        }
    }

    /// Asks the session to look at its processes. Never twice at once: it reads nothing while it waits for us to read.
    fn glance(&mut self) {
        if self.glance != Glance::Answered {
            self.glance = Glance::AskedAndMore;
        } else if self.with.screen.is_editing() && self.with.shared.try_send(&Request::Glance) {
            self.glance = Glance::Asked;
        }
    }

    fn answered(&mut self) {
        if std::mem::take(&mut self.glance) == Glance::AskedAndMore {
            self.glance();
        }
    }

    /// A name has the same colour whenever it is heard, and the next name the next colour.
    fn voice(&mut self, name: &str) -> Voice {
        if self.heard.len() >= NAMES && !self.heard.contains(name) {
            self.heard.clear();
        }
        let (number, _) = self.heard.insert_full(name.to_owned());
        Voice::new(name, number, self.with.style)
    }

    fn follow(&mut self, name: &str, pipe: OwnedFd, watch: &Watch) {
        let number = self.next_pipe;
        self.next_pipe += 1;
        if watch.add(&pipe, number).is_ok() {
            let voice = self.voice(name);
            self.pipes.insert(number, (pipe.into(), voice));
        }
    }

    /// Reads what a program wrote, until it is so many bytes, and lets its pipe go at its end.
    fn read(&mut self, number: u64, watch: &Watch, most: u64) {
        let Some((pipe, voice)) = self.pipes.get_mut(&number) else { return };
        let mut heard = 0;
        while heard < most {
            match pipe.read(&mut self.buffer) {
                Ok(length) if length > 0 => {
                    heard += length as u64;
                    self.with.screen.show(&voice.say(&self.buffer[..length]));
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                    return;
                }
                _ => {
                    self.with.screen.show(&voice.end());
                    watch.remove(&*pipe);
                    self.pipes.remove(&number);
                    return;
                }
            }
        }
    }
}
