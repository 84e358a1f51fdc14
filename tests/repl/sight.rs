//! What an emulator shows of a terminal's bytes.

/// What stands before the line.
pub const PROMPT: &str = "proctor> ";
/// The marks of a synchronized update.
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// What the screen shows.
#[derive(Debug, Clone)]
pub struct Sight {
    pub rows: Vec<String>,
    /// Row and column of the cursor.
    pub cursor: (usize, usize),
    /// The rows as lines: what wraps is joined.
    pub text: String,
    /// The line of the cursor, up to it.
    pub line: String,
    /// Whether it is the other screen of the terminal.
    pub other_screen: bool,
    /// The program has closed the terminal.
    pub closed: bool,
}

impl Sight {
    pub fn has(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    /// The row of the cursor.
    pub fn row(&self) -> &str {
        &self.rows[self.cursor.0]
    }

    /// An empty prompt.
    pub fn is_prompt(&self) -> bool {
        !self.other_screen && self.row().trim_end() == PROMPT.trim_end() && self.cursor.1 == PROMPT.len()
    }

    /// The prompt, this text behind it, and the cursor behind that.
    pub fn is_typed(&self, text: &str) -> bool {
        self.line.strip_prefix(PROMPT) == Some(text)
    }
}

/// Columns that a text takes.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if c as u32 >= 0x1100 { 2 } else { 1 }).sum()
}

/// The emulator, and what it was fed with.
pub struct Shown {
    pub parser: vt100::Parser,
    pub bytes: Vec<u8>,
    /// In the middle of a synchronized update, which a terminal does not show.
    pub drawing: bool,
    pub closed: bool,
}

impl Shown {
    pub fn take(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
        let seen = self.bytes.len().saturating_sub(BEGIN.len() - 1);
        self.bytes.extend_from_slice(bytes);
        let last = |mark: &[u8]| self.bytes[seen..].windows(mark.len()).rposition(|bytes| bytes == mark);
        match (last(BEGIN), last(END)) {
            (None, None) => {}
            (begin, end) => self.drawing = begin > end,
        }
    }

    pub fn sight(&self) -> Sight {
        let screen = self.parser.screen();
        let (_, columns) = screen.size();
        let (row, column) = screen.cursor_position();
        let first = (0..row).rev().find(|above| !screen.row_wrapped(*above)).map_or(0, |above| above + 1);
        Sight {
            rows: screen.rows(0, columns.get()).collect(),
            cursor: (row.into(), column.into()),
            text: screen.contents(),
            line: screen.contents_between(first, 0, row, column),
            other_screen: screen.alternate_screen(),
            closed: self.closed,
        }
    }

    /// Makes the emulator, which cuts rows off, into one of another size whose lines are folded anew. Colours are lost by it.
    pub fn fold(&mut self, (columns, rows): (u16, u16)) {
        let screen = self.parser.screen();
        let (old_rows, old_columns) = screen.size();
        let (cursor_row, cursor_column) = screen.cursor_position();
        let mut lines = vec![String::new()];
        // The line of the cursor, and the columns of it before the cursor.
        let mut cursor = (0, 0);
        for (number, row) in (0..old_rows.get()).zip(screen.rows(0, old_columns.get())) {
            let last = lines.len() - 1;
            if number == cursor_row {
                cursor = (last, super::terminal::width(&lines[last]) + usize::from(cursor_column));
            }
            lines[last].push_str(&row);
            if !screen.row_wrapped(number) {
                lines.push(String::new());
            }
        }
        while lines.len() > cursor.0 + 1 && lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        let side = |side| std::num::NonZeroU16::new(side).expect("a side");
        let mut parser = vt100::Parser::new(side(rows), side(columns), 20_000);
        parser.process(lines.join("\r\n").as_bytes());
        let wide = usize::from(columns);
        let taken = |columns: usize| columns.saturating_sub(1) / wide;
        let below: usize =
            lines[cursor.0 + 1..].iter().map(|line| taken(super::terminal::width(line)) + 1).sum();
        let own = taken(super::terminal::width(&lines[cursor.0]));
        let up = below + own.saturating_sub(cursor.1 / wide);
        let mut moves = String::from("\r");
        if up > 0 {
            moves.push_str(&format!("\x1b[{up}A"));
        }
        if cursor.1 % wide > 0 {
            moves.push_str(&format!("\x1b[{}C", cursor.1 % wide));
        }
        parser.process(moves.as_bytes());
        self.parser = parser;
    }
}
