//! The terminal's screen, which two share: the line that is being typed, and what processes say meanwhile.
//!
//! While a line is typed, rustyline owns the screen, and what is to stand above the line is drawn with the prompt, in one
//! piece: whatever makes rustyline draw its prompt takes the text along. Its external printer, which has room for one message
//! and may keep that for the next line, is only used to make it draw: its messages say nothing.

use super::reset::{is_dumb, sequences};
use crate::execute::Left;
use crate::process::relay::unread;
use crate::process::terminal::{self, Modes};
use crate::process::{Standard, group};
use rustyline::ExternalPrinter;
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Bytes that wait to be shown before those who speak have to wait.
const FULL: usize = 256 << 10;
/// Bytes that are drawn at once: more would keep keys waiting.
const AT_ONCE: usize = 16 << 10;

/// What the printer is given: it ends each message with a newline, which this one takes back before.
const NOTHING: &str = "\x1b[A\n";

/// Shows text at once, above a line that is typed, or later.
#[derive(Default)]
pub struct Screen(Mutex<State>);

#[derive(Default)]
struct State {
    mode: Mode,
    /// Another process has the terminal.
    lent: bool,
    waiting: String,
    /// What the prompt shows has changed.
    stale: bool,
    printer: Option<Printer>,
    /// The prompt of the line that is typed.
    prompt: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Mode {
    /// Nobody types: what comes is written.
    #[default]
    Free,
    /// A line is typed.
    Editing,
    /// The line is about to be accepted, or another process has the terminal: what comes waits.
    Held,
}

/// rustyline's printer, and the pipe by which it wakes the editor: a byte in it is a message not taken yet.
pub struct Printer {
    pub printer: Box<dyn ExternalPrinter + Send>,
    pub wake: i32,
}

impl Printer {
    fn is_free(&self) -> bool {
        unread(self.wake) == Ok(0)
    }
}

impl Screen {
    fn state(&self) -> MutexGuard<'_, State> {
        // Who panicked left at worst a text half written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows a text, as soon as that can be.
    pub fn show(&self, text: &str) {
        let mut state = self.state();
        state.waiting.push_str(text);
        state.flush();
    }

    /// Draws the prompt anew, where it shows numbers.
    pub fn redraw(&self) {
        let mut state = self.state();
        state.stale = state.mode == Mode::Editing && state.prompt.contains('\n') && state.printer.is_some();
        state.flush();
    }

    /// Whether there is something that could not be shown yet.
    pub fn is_waiting(&self) -> bool {
        let state = self.state();
        state.stale || !state.waiting.is_empty()
    }

    /// Whether so much waits that nothing more should be taken.
    pub fn is_full(&self) -> bool {
        self.state().waiting.len() >= FULL
    }

    /// Tries again to show what waits.
    pub fn flush(&self) {
        self.state().flush();
    }

    /// Waits until all is drawn above the line; false where the line is done meanwhile.
    pub fn settle(&self) -> bool {
        for drawn in [false, true] {
            while !self.has_shown_all() {
                if !self.is_editing() {
                    return false;
                }
                std::thread::sleep(Duration::from_millis(1));
                self.flush();
            }
            if !drawn {
                // Whoever takes this message has drawn the one before.
                self.state().stale = true;
                self.flush();
            }
        }
        self.is_editing()
    }

    fn has_shown_all(&self) -> bool {
        let state = self.state();
        state.waiting.is_empty() && state.printer.as_ref().is_none_or(Printer::is_free)
    }

    /// A line is going to be typed; all that waits is shown before.
    pub fn begin_editing(&self, prompt: &str) {
        let mut state = self.state();
        state.mode = Mode::Free;
        state.flush();
        prompt.clone_into(&mut state.prompt);
        state.stale = false;
        state.mode = Mode::Editing;
    }

    /// Whether there is a way to show something above the line; a terminal that can do nothing has none.
    pub fn has_printer(&self) -> bool {
        self.state().printer.is_some()
    }

    /// How to show something above the line.
    pub fn print_with(&self, printer: Printer) {
        self.state().printer = Some(printer);
    }

    /// The line is going to be accepted or given up: nothing is drawn above it any more.
    pub fn close(&self) {
        let mut state = self.state();
        state.mode = Mode::Held;
        state.stale = false;
    }

    /// What is to be drawn above the line now: whole lines.
    pub fn take_above(&self) -> String {
        let mut state = self.state();
        if state.mode != Mode::Editing || state.waiting.is_empty() {
            return String::new();
        }
        state.stale = false;
        let most = state.waiting.floor_char_boundary(AT_ONCE);
        let newline = state.waiting[..most].rfind('\n').or_else(|| state.waiting.find('\n'));
        let rest = newline.map_or_else(String::new, |newline| state.waiting.split_off(newline + 1));
        let mut text = std::mem::replace(&mut state.waiting, rest);
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }

    /// The line is done.
    pub fn end_editing(&self) {
        let mut state = self.state();
        state.mode = Mode::Free;
        state.flush();
    }

    /// The terminal is ours again, in whatever state its last holder has left it: its modes are these again.
    pub fn come_back(&self, modes: &Modes, left: Left) {
        if !self.is_editing() {
            self.take_back(modes);
            if !is_dumb() {
                write(&sequences(left));
            }
            self.hold(false);
        }
    }

    /// Another process has the terminal, or has it no more.
    pub fn hold(&self, held: bool) {
        let mut state = self.state();
        state.mode = if held { Mode::Held } else { Mode::Free };
        state.lent = held;
        state.flush();
    }

    /// Takes the terminal back where another process has it, which has ended or was stopped, and puts its modes in order. The session
    /// does that too where it can: not from a pid namespace, where our group has no number.
    pub fn take_back(&self, modes: &Modes) {
        if self.state().lent {
            let stdin = std::io::stdin();
            let _ = group::of(0).and_then(|group| terminal::give(stdin.as_fd(), group));
            let _ = terminal::restore(stdin.as_fd(), modes);
        }
    }

    /// Whether a line is being typed.
    pub fn is_editing(&self) -> bool {
        self.state().mode == Mode::Editing
    }
}

impl State {
    fn flush(&mut self) {
        match self.mode {
            Mode::Held => {}
            Mode::Free => write(&std::mem::take(&mut self.waiting)),
            Mode::Editing => self.show_above(),
        }
    }

    fn show_above(&mut self) {
        if self.waiting.is_empty() && !self.stale {
            return;
        }
        let Some(printer) = &mut self.printer else {
            // A terminal that knows no lines but those that are ended: it keeps what is typed, but shows it no more.
            write(&format!("\n{}{}", std::mem::take(&mut self.waiting), self.prompt));
            return;
        };
        if printer.is_free() {
            self.stale = false;
            // Where nobody draws any more, what waits is written when the line is done.
            let _ = printer.printer.print(NOTHING.to_owned());
        }
    }
}

/// Writes all of it to the terminal. Where that is gone, nobody reads.
pub fn write(text: &str) {
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        match Standard::Output.write(rest) {
            Ok(written) => rest = &rest[written..],
            Err(crate::process::Errno::EINTR) => {}
            Err(_) => return,
        }
    }
}
