//! What puts a terminal in order that another program has had: see ECMA-48 and xterm's control sequences.

use crate::execute::Left;
use crate::process::terminal;

/// What every terminal with control sequences knows: the usual screen, a cursor that is seen, plain letters and their usual set, rows
/// that wrap, letters that replace others, the usual keys, no mouse.
const USUAL: &str = "\x1b[?1047l\x1b[?47l\x1b[?25h\x1b[0m\x1b(B\x0f\x1b[?7h\x1b[4l\x1b[?5l\x1b[?1l\x1b>\
                     \x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?2004l";
/// What the console of Linux would take for letters: an update that was begun, margins at the sides, more of keys than their letters, the
/// shape of the cursor.
const LATER: &str = "\x1b[?2026l\x1b[?69l\x1b[>4;0m\x1b[=0u\x1b[0 q";
/// The whole screen scrolls; that moves the cursor, which is put back.
const MARGINS: &str = "\x1b7\x1b[r\x1b8";
/// The same where nobody knows where the cursor should be: it goes to the last row, below whatever is there.
const BELOW: &str = "\x1b[?6l\x1b[r\x1b[9999;1H";

/// Whether the terminal knows no control sequences.
#[must_use]
pub fn is_dumb() -> bool {
    std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb")
}

/// Puts the terminal in order; what is written next begins a row of its own.
#[must_use]
pub fn sequences(left: Left) -> String {
    let is_console = std::env::var_os("TERM").is_some_and(|term| term == "linux");
    let later = if is_console { "" } else { LATER };
    let place = match left {
        Left::InOrder => MARGINS,
        Left::InDisorder => BELOW,
    };
    // Blanks up to the last column end a row that was begun, and leave one alone that was not.
    let (columns, _) = terminal::room(std::io::stdout());
    format!("{USUAL}{later}{place}{}\r\x1b[K", " ".repeat(columns.saturating_sub(1)))
}
