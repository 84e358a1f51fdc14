//! The terminal's screen, which two share: the line that is being typed, and what processes say meanwhile.
//!
//! While a line is typed, rustyline owns the screen, and what is to stand above the line goes through its external printer.
//! That has room for one message, and takes none once the line is done: so a message is sent only when the last one was
//! shown, none is sent any more once the line is about to be accepted, and what was sent and not shown is written here.

use crate::process::relay::unread;
use crate::process::terminal::{self, Modes};
use crate::process::{Standard, group};
use rustyline::ExternalPrinter;
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Bytes that wait to be shown before those who speak have to wait.
const FULL: usize = 256 << 10;
/// Bytes that are shown at once: more would keep keys waiting.
const AT_ONCE: usize = 16 << 10;

/// What the printer is given to draw the prompt anew: it ends each message with a newline, which this one takes back before.
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
        let shown = state.printer.as_ref().is_none_or(Printer::has_shown_all);
        state.waiting.is_empty() && shown
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

    /// The line is going to be accepted or given up: nothing is sent to the editor any more.
    pub fn close(&self) {
        let mut state = self.state();
        state.mode = Mode::Held;
        state.stale = false;
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
        if unshown {
            state.printer = None;
        }
        unshown
    }

    /// Another process has the terminal, or has it no more.
    pub fn hold(&self, held: bool) {
        let mut state = self.state();
        state.mode = if held { Mode::Held } else { Mode::Free };
        state.lent = held;
        state.flush();
    }

    /// Takes the terminal back where another process has it, which is dead now, and puts its modes in order.
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
        let Some(printer) = &mut self.printer else {
            // A terminal that knows no lines but those that are ended: it keeps what is typed, but shows it no more.
            if !self.waiting.is_empty() {
                write(&format!("\n{}{}", std::mem::take(&mut self.waiting), self.prompt));
            }
            return;
        };
        if (self.waiting.is_empty() && !self.stale) || !printer.has_shown_all() {
            return;
        }
        // What is shown above draws the prompt as well.
        if std::mem::take(&mut self.stale) && self.waiting.is_empty() {
            self.sent.clear();
            // Where the line is done, nothing is missed.
            let _ = printer.printer.print(NOTHING.to_owned());
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
