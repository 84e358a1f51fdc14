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
    /// How wide rustyline believes the terminal to be: it may have drawn before it heard of a new width. 0 where nothing is known.
    believed: usize,
    /// What it believed as it drew, and how wide the terminal was then; 0 where nothing is drawn.
    drawn: (usize, usize),
    prompt: String,
    line: String,
    /// The cursor's place in the line, in bytes.
    pos: usize,
    hint: String,
    /// The cursor is where rustyline looks for it: it was put there.
    is_moved: bool,
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
        let folds = folds(|name| std::env::var(name).ok());
        let (prompt, line, hint) = Default::default();
        Self { believed: 0, drawn: (0, 0), prompt, line, pos: 0, hint, is_moved: false, folds }
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
    /// A new line is going to be typed; rustyline looks how wide the terminal is.
    pub fn forget(&mut self) {
        (self.believed, self.drawn) = (0, (0, 0));
    }

    /// The prompt is drawn on a terminal that is so wide, and the rest behind it.
    pub fn begin(&mut self, prompt: &str, columns: usize) {
        prompt.clone_into(&mut self.prompt);
        self.line.clear();
        self.hint.clear();
        self.pos = 0;
        self.is_moved = false;
        if self.believed == 0 {
            self.believed = columns;
        }
        self.drawn = (self.believed, columns);
    }

    pub fn line(&mut self, line: &str, pos: usize) {
        line.clone_into(&mut self.line);
        self.pos = pos;
    }

    pub fn hint(&mut self, hint: &str) {
        hint.clone_into(&mut self.hint);
    }

    /// What is to be written before this line is drawn on a terminal that is so wide now: nothing where that is no news. `is_typed` where
    /// it is known that a key makes it be drawn.
    pub fn before(&mut self, line: &str, pos: usize, is_typed: bool, columns: usize) -> String {
        let (believed, drawn) = self.drawn;
        if drawn == 0 || columns == 0 || self.is_moved {
            return String::new();
        }
        let (cursor, end) = self.places(believed, false);
        // One that fits either way is where it was, and rustyline does not draw it anew: it may write a typed letter alone.
        if end.row == 0 && end.column < columns {
            self.believed = columns;
            return String::new();
        }
        // rustyline draws the same line again because of the new width.
        if !is_typed && line == self.line && pos == self.pos {
            self.believed = columns;
        }
        let wide = if self.folds { columns } else { drawn };
        if wide == believed {
            return String::new();
        }
        self.is_moved = true;
        // Behind a full row rustyline has ended the row itself.
        let is_ended = end.column == 0 && end.row > 0;
        let (cursor_now, end_now) = self.places(wide, is_ended);
        let below = end.row - cursor.row;
        // Where it did not know the width, it has gone up too far or not far enough.
        let (up, down) = match believed == drawn {
            true => (cursor_now.row, 0),
            false => (end_now.row.saturating_sub(below), below.saturating_sub(end_now.row)),
        };
        let mut text = String::from("\r");
        // A String can always be written to.
        for (rows, way) in [(up, 'A'), (down, 'B')] {
            if rows > 0 {
                let _ = write!(text, "\x1b[{rows}{way}");
            }
        }
        text.push_str("\x1b[J");
        text.push_str(&"\n".repeat(end.row));
        if below > 0 {
            let _ = write!(text, "\x1b[{below}A");
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
        drawn.forget();
        drawn.begin(prompt, columns);
        drawn.line(line, pos);
        drawn
    }

    /// What is written where the terminal is so wide now.
    fn folded(mut drawn: Drawn, columns: usize) -> String {
        let (line, pos) = (drawn.line.clone(), drawn.pos);
        drawn.before(&line, pos, false, columns)
    }

    #[test]
    fn the_line_is_taken_away_from_where_it_is() {
        let line = "0123456789".repeat(3);
        // Two rows of it, the cursor behind it on the second; then four, on the fourth; then one.
        assert_eq!(folded(drawn("> ", &line, 30, 20), 10), "\r\x1b[3A\x1b[J\n");
        assert_eq!(folded(drawn("> ", &line, 30, 20), 40), "\r\x1b[J\n");
        // At its beginning, below a row of numbers.
        assert_eq!(folded(drawn("-\n> ", &line, 0, 20), 10), "\r\x1b[1A\x1b[J\n\n\x1b[1A");
        // A full row was ended.
        assert_eq!(folded(drawn("> ", &line[..18], 18, 20), 10), "\r\x1b[2A\x1b[J\n");
        assert_eq!(folded(drawn("> ", &line[..18], 18, 20), 40), "\r\x1b[1A\x1b[J\n");
        // Letters of two columns do not stand half in a row.
        assert_eq!(folded(drawn("> ", "任务完成你好", 18, 40), 5), "\r\x1b[3A\x1b[J");
        assert_eq!(folded(drawn("> ", "\t\t\t", 3, 40), 40), "");
    }

    #[test]
    fn a_key_may_come_before_rustyline_knows() {
        let line = "0123456789".repeat(3);
        let mut drawn = drawn("> ", &line, 30, 20);
        let longer = format!("{line}x");
        // It draws two rows, as it believes, on a terminal that shows one.
        assert_eq!(drawn.before(&longer, 31, true, 40), "\r\x1b[J\n");
        drawn.begin("> ", 40);
        drawn.line(&longer, 31);
        // Now it hears of it, and looks for two.
        assert_eq!(drawn.before(&longer, 31, false, 40), "\r\x1b[J\n");
        drawn.begin("> ", 40);
        drawn.line(&longer, 31);
        assert_eq!(drawn.before(&longer, 31, false, 40), "");
        // What fits either way is drawn for no width.
        let mut short = super::tests::drawn("> ", "ab", 2, 20);
        assert_eq!(short.before("abc", 3, true, 40), "");
        short.begin("> ", 40);
        short.line("abc", 3);
        assert_eq!(short.drawn, (40, 40));
    }

    #[test]
    fn it_is_done_once_and_where_the_terminal_folds() {
        let mut line = drawn("> ", "0123456789", 10, 20);
        assert!(!line.before("0123456789", 10, false, 6).is_empty());
        assert_eq!(line.before("0123456789", 10, false, 6), "");
        let mut line = drawn("> ", "0123456789", 10, 20);
        line.folds = false;
        assert_eq!(line.before("0123456789", 10, false, 6), "");
        let asked = |pairs: &'static [(&str, &str)]| {
            folds(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        assert!(asked(&[("TERM", "xterm-256color")]));
        assert!(!asked(&[("TERM", "xterm"), ("XTERM_VERSION", "XTerm(379)")]));
        assert!(!asked(&[("TERM", "linux")]) && !asked(&[("TERM", "screen")]));
        assert!(asked(&[("TERM", "screen-256color"), ("TMUX", "/tmp/tmux,1,0"), ("XTERM_VERSION", "x")]));
    }
}
