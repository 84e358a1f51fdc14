//! The terminal's screen, which two share: the line that is being typed, and what processes say meanwhile.
//!
//! While a line is typed, rustyline owns the screen, and what is to stand above the line goes through its external printer.
//! That has room for one message, and takes none once the line is done: so a message is sent only when the last one was
//! shown, none is sent any more once the line is about to be accepted, and what was sent and not shown is written here.

use crate::process::Standard;
use crate::process::relay::unread;
use rustyline::ExternalPrinter;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes that wait to be shown before those who speak have to wait.
const FULL: usize = 256 << 10;
/// Bytes that are shown at once: more would keep keys waiting.
const AT_ONCE: usize = 16 << 10;

/// Shows text at once, above a line that is typed, or later.
#[derive(Default)]
pub struct Screen(Mutex<State>);

#[derive(Default)]
struct State {
    mode: Mode,
    waiting: String,
    printer: Option<Printer>,
    /// The message that was sent last, until it is known to be shown.
    sent: String,
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

/// rustyline's printer, and the pipe by which it wakes the editor: a byte in it is a message not shown yet.
pub struct Printer {
    pub printer: Box<dyn ExternalPrinter + Send>,
    pub wake: i32,
}

impl Printer {
    fn has_shown_all(&self) -> bool {
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

    /// Whether there is something that could not be shown yet.
    pub fn is_waiting(&self) -> bool {
        !self.state().waiting.is_empty()
    }

    /// Whether so much waits that nothing more should be taken.
    pub fn is_full(&self) -> bool {
        self.state().waiting.len() >= FULL
    }

    /// Tries again to show what waits.
    pub fn flush(&self) {
        self.state().flush();
    }

    /// A line is going to be typed; all that waits is shown before.
    pub fn begin_editing(&self, printer: Option<Printer>) {
        let mut state = self.state();
        state.mode = Mode::Free;
        state.flush();
        if printer.is_some() {
            state.printer = printer;
        }
        state.mode = Mode::Editing;
    }

    /// The line is going to be accepted or given up: nothing is sent to the editor any more.
    pub fn close(&self) {
        self.state().mode = Mode::Held;
    }

    /// The line is done. True where the editor still holds a message: it must not be used again, for it would show it later.
    pub fn end_editing(&self) -> bool {
        let mut state = self.state();
        let unshown = state.printer.as_ref().is_some_and(|printer| !printer.has_shown_all());
        let sent = std::mem::take(&mut state.sent);
        state.mode = Mode::Free;
        if unshown {
            write(&sent);
        }
        state.flush();
        unshown
    }

    /// Another process has the terminal, or has it no more.
    pub fn hold(&self, held: bool) {
        let mut state = self.state();
        state.mode = if held { Mode::Held } else { Mode::Free };
        state.flush();
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
        let Some(printer) = &mut self.printer else {
            // A terminal that knows no lines but those that are ended.
            return write(&std::mem::take(&mut self.waiting));
        };
        if self.waiting.is_empty() || !printer.has_shown_all() {
            return;
        }
        let most = self.waiting.floor_char_boundary(AT_ONCE);
        let end = self.waiting[..most].rfind('\n').map_or(most, |newline| newline + 1);
        let rest = self.waiting.split_off(end);
        self.sent = std::mem::replace(&mut self.waiting, rest);
        if printer.printer.print(self.sent.clone()).is_err() {
            write(&self.sent);
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
