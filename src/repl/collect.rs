//! The editor's second thread: hears what processes say and what the session tells, while the first waits for keys.

use super::prompt::Numbers;
use super::screen::{Screen, write};
use super::voice::Voice;
use super::wire::{Line, Reply, Request};
use crate::process::relay::{Heard, Started};
use crate::process::terminal::{self, Modes};
use crate::process::{Listener, Watch, custody, exit_now, signals};
use crate::report::Style;
use std::collections::HashMap;
use std::io::{ErrorKind, Read};
use std::os::fd::{AsFd, OwnedFd};
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

/// Ends this process with the terminal in order: its modes, and without the marks around what is pasted.
fn leave(modes: &Modes, code: u8) -> ! {
    write("\x1b[?2004l\r\n");
    let _ = terminal::restore(std::io::stdin().as_fd(), modes);
    exit_now(code)
}

/// Numbers of the descriptors that are watched; pipes come after them.
const LINE: u64 = 0;
const VOICE: u64 = 1;
const PROGRAMS: u64 = 2;
const FIRST_PIPE: u64 = 3;

/// Milliseconds between two tries to show what waits.
const AGAIN: u64 = 2;
/// How many pieces are taken from one stream before the others have their turn.
const TURNS: usize = 16;

/// The thread's own affairs.
pub struct Collector {
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
    voices: HashMap<i32, Voice>,
    pipes: HashMap<u64, (std::fs::File, Voice)>,
    next_pipe: u64,
    buffer: Vec<u8>,
}

/// What the thread is made of.
pub struct Parts {
    pub listener: Listener,
    pub line: Line,
    pub shared: Shared,
    pub screen: Arc<Screen>,
    pub told: Sender<Told>,
    pub style: Style,
    pub guard: i32,
    pub modes: Modes,
    pub numbers: Numbers,
}

impl Collector {
    pub fn new(parts: Parts) -> Self {
        let Parts { listener, line, shared, screen, told, style, guard, modes, numbers } = parts;
        Self {
            listener,
            line,
            shared,
            screen,
            told,
            style,
            guard,
            modes,
            numbers,
            voices: HashMap::new(),
            pipes: HashMap::new(),
            next_pipe: FIRST_PIPE,
            buffer: vec![0; 64 << 10],
        }
    }

    /// Works until the session is gone.
    pub fn work(mut self) {
        // Without it nothing can be heard: as if the session were gone.
        if let Ok(watch) = Watch::new() {
            self.listen(watch);
        }
        if self.screen.is_editing() {
            // The first thread waits for keys, and nothing can wake it.
            self.screen.close();
            write("\r\nthe session was ended\r\n");
            leave(&self.modes, ENDED);
        }
        let _ = self.told.send(Told::Ended);
    }

    fn listen(&mut self, mut watch: Watch) {
        let all = watch.add(&self.line, LINE).is_ok()
            && watch.add(self.listener.voice(), VOICE).is_ok()
            && watch.add(self.listener.programs(), PROGRAMS).is_ok();
        if !all {
            return;
        }
        loop {
            self.react_to_signals();
            let again = self.screen.is_waiting().then_some(AGAIN);
            if self.screen.is_full() {
                std::thread::sleep(std::time::Duration::from_millis(AGAIN));
                self.screen.flush();
                continue;
            }
            let Ok(mut ready) = watch.wait(again) else { return };
            ready.sort_unstable();
            self.screen.flush();
            for number in ready {
                match number {
                    LINE => {
                        if !self.reply(&watch) {
                            self.drain(&watch);
                            return;
                        }
                    }
                    VOICE => _ = self.hear(&watch),
                    PROGRAMS => self.greet(&watch),
                    pipe => self.read(pipe, &watch),
                }
            }
        }
    }

    /// Ctrl-C while a statement runs is for the session; what ends a process ends this one in order.
    fn react_to_signals(&self) {
        while let Some(signal) = signals::take_pending() {
            match i32::from(signal.0) {
                2 => _ = custody::signal_child(self.guard, 2),
                other => leave(&self.modes, u8::try_from(128 + other).unwrap_or(u8::MAX)),
            }
        }
    }

    /// Takes one reply; false where there is no session any more.
    fn reply(&mut self, watch: &Watch) -> bool {
        let Ok(Some(reply)) = self.line.receive() else { return false };
        if let Reply::Counts(counts) = reply {
            // They are told before the words that go with them, which draw them.
            self.numbers.set(counts);
            return true;
        }
        // What was said before it is shown before it.
        self.drain(watch);
        match reply {
            Reply::Lend(lent) => {
                // At a prompt the keyboard is not to be had.
                self.screen.hold(lent && !self.screen.is_editing());
                if lent {
                    self.shared.send(&Request::Held);
                }
                true
            }
            Reply::Ask(_) if self.screen.is_editing() => {
                self.shared.send(&Request::Answer(None));
                true
            }
            reply => self.told.send(Told::Reply(reply)).is_ok(),
        }
    }

    /// Hears all that was said so far.
    fn drain(&mut self, watch: &Watch) {
        while self.hear(watch) {}
        self.greet(watch);
        let pipes: Vec<u64> = self.pipes.keys().copied().collect();
        for pipe in pipes {
            self.read(pipe, watch);
        }
    }

    /// Hears what tasks say; true where there may be more.
    fn hear(&mut self, watch: &Watch) -> bool {
        for _ in 0..TURNS {
            let Ok(Heard::Said { pid, length }) = self.listener.hear(&mut self.buffer) else { return false };
            // A task tells its name before its first word, and a pid may be another's by now.
            self.greet(watch);
            let text = match self.voices.get_mut(&pid) {
                Some(voice) => voice.say(&self.buffer[..length]),
                // The session itself, or its guard.
                None => String::from_utf8_lossy(&self.buffer[..length]).into_owned(),
            };
            self.screen.show(&text);
            if self.screen.is_full() {
                return false;
            }
        }
        true
    }

    /// Takes what was told of new processes.
    fn greet(&mut self, watch: &Watch) {
        while let Some(started) = self.listener.started() {
            match started {
                Started::Task { pid, name } => {
                    let mut before = self.voices.insert(pid, self.voice(&name));
                    self.screen.show(&before.as_mut().map(Voice::end).unwrap_or_default());
                }
                Started::Program { name, pipe: Some(pipe) } => self.follow(&name, pipe, watch),
                Started::Program { name, pipe: None } => {
                    self.screen.show(&format!("[what {name} prints is lost: too many files are open]\n"));
                }
            }
        }
    }

    fn voice(&self, name: &str) -> Voice {
        let number =
            name.bytes().fold(0usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
        Voice::new(name, number, self.style)
    }

    fn follow(&mut self, name: &str, pipe: OwnedFd, watch: &Watch) {
        let number = self.next_pipe;
        self.next_pipe += 1;
        if watch.add(&pipe, number).is_ok() {
            let voice = self.voice(name);
            self.pipes.insert(number, (pipe.into(), voice));
        }
    }

    /// Reads what a program wrote, and lets its pipe go at its end.
    fn read(&mut self, number: u64, watch: &Watch) {
        let Some((pipe, voice)) = self.pipes.get_mut(&number) else { return };
        for _ in 0..TURNS {
            match pipe.read(&mut self.buffer) {
                Ok(length) if length > 0 => self.screen.show(&voice.say(&self.buffer[..length])),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                    return;
                }
                _ => {
                    self.screen.show(&voice.end());
                    watch.remove(&*pipe);
                    self.pipes.remove(&number);
                    return;
                }
            }
            if self.screen.is_full() {
                return;
            }
        }
    }
}
