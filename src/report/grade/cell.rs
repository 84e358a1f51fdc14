//! Cells of CSV that a spreadsheet takes for text, whatever is in them.

use crate::report::visible;
use std::io::{self, Write};

/// A table of CSV (RFC 4180), in UTF-8, lines ending in CR LF.
pub struct Rows<W: Write>(csv::Writer<W>);

impl<W: Write> Rows<W> {
    pub fn new(into: W) -> Self {
        Self(csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(into))
    }

    /// One row. Every row has as many cells as the first.
    pub fn write(&mut self, cells: &[String]) -> io::Result<()> {
        self.0.write_record(cells).map_err(io::Error::other)
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Characters with which a formula begins, those of full width among them.
const FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
/// What may divide cells, where a program takes another character than the comma for that, and what may surround them.
const BETWEEN: &[char] = &[',', ';', '|', '\n', '"', ' ', '\u{a0}', '\u{3000}'];

/// A text that comes from outside: no formula, and nothing that a terminal obeys. Newlines stay.
pub fn defused(text: &str) -> String {
    let mut defused = String::with_capacity(text.len() + 8);
    let mut begins = true;
    for character in text.chars() {
        if begins && FORMULA.contains(&character) {
            defused.push('\'');
        }
        let between = BETWEEN.contains(&character);
        begins = between && (begins || !matches!(character, ' ' | '\u{a0}' | '\u{3000}'));
        defused.push(character);
    }
    visible(&defused).into_owned()
}

#[cfg(test)]
mod tests {
    use super::defused;

    #[test]
    fn no_text_is_a_formula() {
        for (text, cell) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("-1", "'-1"),
            ("\t=1", "'\\t=1"),
            (" @x", " '@x"),
            ("a;=1", "a;'=1"),
            ("a\n\"=1\"", "a\n\"'=1\""),
            ("＝1", "'＝1"),
            ("Doe, Jane", "Doe, Jane"),
            ("任务-1 = 2", "任务-1 = 2"),
            ("", ""),
        ] {
            assert_eq!(defused(text), cell);
        }
    }
}
