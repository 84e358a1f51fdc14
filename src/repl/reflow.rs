//! What a new width of the window does to the line that is typed.
//!
//! rustyline draws a line anew from where it began, which it counts in rows of the old width. Most terminals fold their lines anew
//! when they get another width, and then it began elsewhere: too many rows are wiped, or too few, and the line stands there twice. So,
//! before it draws, the line is taken away from where it is now, and the cursor is put where rustyline looks for it.

use crate::report::{clusters, width};
use std::fmt::Write as _;

/// Columns of a tab, as rustyline counts them.
const TAB: usize = 4;

/// What was drawn last, in letters.
#[derive(Debug)]
pub struct Drawn {
    /// How wide the terminal was; 0 where nothing is drawn.
    columns: usize,
    prompt: String,
    line: String,
    /// The cursor's place in the line, in bytes.
    pos: usize,
    hint: String,
    /// The terminal folds its lines anew.
    folds: bool,
}

/// A place on the screen, seen from where the prompt begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Place {
    row: usize,
    column: usize,
}

impl Default for Drawn {
    fn default() -> Self {
        let (prompt, line, hint) = Default::default();
        Self { columns: 0, prompt, line, pos: 0, hint, folds: folds(|name| std::env::var(name).ok()) }
    }
}

/// Whether a terminal folds its lines anew when it gets another width. Nothing can be asked that tells it; those that do not are
/// few, and tell their names.
fn folds(variable: impl Fn(&str) -> Option<String>) -> bool {
    let term = variable("TERM").unwrap_or_default();
    let is_multiplexed = variable("TMUX").is_some();
    let cuts = ["linux", "dumb", "vt", "st-", "screen"].iter().any(|name| term.starts_with(name));
    is_multiplexed || !(cuts || variable("XTERM_VERSION").is_some())
}

impl Drawn {
    /// The prompt is drawn, and the rest behind it.
    pub fn begin(&mut self, prompt: &str, columns: usize) {
        prompt.clone_into(&mut self.prompt);
        self.line.clear();
        self.hint.clear();
        (self.pos, self.columns) = (0, columns);
    }

    pub fn line(&mut self, line: &str, pos: usize) {
        line.clone_into(&mut self.line);
        self.pos = pos;
    }

    pub fn hint(&mut self, hint: &str) {
        hint.clone_into(&mut self.hint);
    }

    /// What is to be written before the line is drawn anew on a terminal that is so wide now: nothing where that is no news.
    pub fn folded(&mut self, columns: usize) -> String {
        let before = std::mem::replace(&mut self.columns, columns);
        if before == 0 || columns == 0 || before == columns || !self.folds {
            return String::new();
        }
        let (cursor, end) = self.places(before, false);
        // Behind a full row rustyline has ended the row itself.
        let is_ended = end.column == 0 && end.row > 0;
        let (cursor_now, _) = self.places(columns, is_ended);
        let mut text = String::from("\r");
        // A String can always be written to.
        if cursor_now.row > 0 {
            let _ = write!(text, "\x1b[{}A", cursor_now.row);
        }
        text.push_str("\x1b[J");
        text.push_str(&"\n".repeat(end.row));
        if end.row > cursor.row {
            let _ = write!(text, "\x1b[{}A", end.row - cursor.row);
        }
        text
    }

    /// Where the cursor is and where the hint ends, on a terminal that is so wide.
    fn places(&self, columns: usize, is_ended: bool) -> (Place, Place) {
        let (before, behind) = self.line.split_at_checked(self.pos).unwrap_or((&self.line, ""));
        let wraps = |place| wrapped(place, columns, is_ended);
        let prompt = go_on(Place::default(), &self.prompt, columns);
        let typed = go_on(prompt, before, columns);
        let end = go_on(go_on(typed, behind, columns), &self.hint, columns);
        let is_end = behind.is_empty() && self.hint.is_empty();
        // A cursor at the very end of a row stands on the next one; one in the middle of the text does so only where rows are full.
        let cursor = if is_end { wraps(typed) } else { wrapped(typed, columns, false) };
        (cursor, wraps(end))
    }
}

/// A place behind a row's last column is the next row's first; and where a newline stands there, always.
fn wrapped(place: Place, columns: usize, is_ended: bool) -> Place {
    if is_ended || place.column >= columns { Place { row: place.row + 1, column: 0 } } else { place }
}

/// Where one is behind a text.
fn go_on(mut place: Place, text: &str, columns: usize) -> Place {
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            place = Place { row: place.row + 1, column: 0 };
        }
        for cluster in clusters(line) {
            let wide = if cluster == "\t" { TAB - place.column % TAB } else { width(cluster) };
            place.column += wide;
            if place.column > columns {
                place = Place { row: place.row + 1, column: wide };
            }
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::{Drawn, folds};

    fn drawn(prompt: &str, line: &str, pos: usize, columns: usize) -> Drawn {
        let mut drawn = Drawn { folds: true, ..Drawn::default() };
        drawn.begin(prompt, columns);
        drawn.line(line, pos);
        drawn
    }

    #[test]
    fn the_line_is_taken_away_from_where_it_is() {
        let line = "0123456789".repeat(3);
        // Two rows of it, the cursor behind it on the second; then four, on the fourth; then one.
        assert_eq!(drawn("> ", &line, 30, 20).folded(10), "\r\x1b[3A\x1b[J\n");
        assert_eq!(drawn("> ", &line, 30, 20).folded(40), "\r\x1b[J\n");
        // At its beginning, below a row of numbers.
        assert_eq!(drawn("-\n> ", &line, 0, 20).folded(10), "\r\x1b[1A\x1b[J\n\n\x1b[1A");
        // A full row was ended.
        assert_eq!(drawn("> ", &line[..18], 18, 20).folded(10), "\r\x1b[2A\x1b[J\n");
        assert_eq!(drawn("> ", &line[..18], 18, 20).folded(40), "\r\x1b[1A\x1b[J\n");
        // Letters of two columns do not stand half in a row.
        assert_eq!(drawn("> ", "任务完成你好", 18, 40).folded(5), "\r\x1b[5A\x1b[J");
        assert_eq!(drawn("> ", "\t\t\t", 3, 40).folded(40), "");
    }

    #[test]
    fn it_is_done_once_and_where_the_terminal_folds() {
        let mut line = drawn("> ", "0123456789", 10, 20);
        assert!(!line.folded(6).is_empty());
        assert_eq!(line.folded(6), "");
        line.folds = false;
        assert_eq!(line.folded(20), "");
        let asked = |pairs: &'static [(&str, &str)]| {
            folds(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        assert!(asked(&[("TERM", "xterm-256color")]));
        assert!(!asked(&[("TERM", "xterm"), ("XTERM_VERSION", "XTerm(379)")]));
        assert!(!asked(&[("TERM", "linux")]) && !asked(&[("TERM", "screen")]));
        assert!(asked(&[("TERM", "screen-256color"), ("TMUX", "/tmp/tmux,1,0"), ("XTERM_VERSION", "x")]));
    }
}
