//! Strings: where they end, and where their interpolations are. What they say is read by the builder.

use super::scanner::{Before, Kind, LONGEST_STRING, Scanner};
use super::token::{Bracket, TokenKind};
use crate::source::{Code, Diagnostic};

const ON_ONE_LINE: &str = "close it on the same line; a text of several lines stands between `\"\"\"`";

impl Scanner<'_> {
    pub(super) fn string_start(&mut self) {
        self.token(false);
        let start = self.at;
        if self.bytes[start] == b'\'' {
            return self.raw(start, start + 1, b'\'', false);
        }
        let triple = self.bytes[start..].starts_with(b"\"\"\"");
        self.at += if triple { 3 } else { 1 };
        self.blank(start + 1, self.at);
        self.string_text(start, triple);
    }

    /// `re"…"`: raw, but for `\"`.
    pub(super) fn regex(&mut self) {
        self.token(false);
        self.raw(self.at, self.at + 3, b'"', true);
    }

    /// A string without interpolation, whose text begins at `text`.
    fn raw(&mut self, start: usize, text: usize, quote: u8, escapes: bool) {
        self.at = text;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => break,
                b'\\' if escapes && self.bytes.get(self.at + 1).is_some_and(|next| *next != b'\n') => {
                    self.at += 2
                }
                _ if byte == quote => {
                    self.note(start, self.at + 1, TokenKind::Raw);
                    return self.string_end(start, start + 1, 1);
                }
                _ => self.at += 1,
            }
        }
        self.at = self.at.min(self.bytes.len());
        self.blank(start, self.at);
        self.note(start, self.at, TokenKind::Unclosed { raw: true });
        self.unterminated_line(start, ON_ONE_LINE);
    }

    /// Reads on in the text of an interpolated string, up to its end or the next `{`.
    pub(super) fn string_text(&mut self, string: usize, triple: bool) {
        let from = self.at;
        // The first piece has the quotes.
        let begin = if from == string + if triple { 3 } else { 1 } { string } else { from };
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                // The brace of `\u{…}` opens no interpolation.
                b'\\' if self.bytes[self.at + 1..].starts_with(b"u{") => self.at += 3,
                b'\\' if self.bytes.get(self.at + 1).is_some_and(|next| triple || *next != b'\n') => {
                    self.at += 2
                }
                b'\n' if !triple => {
                    self.note(begin, self.at, TokenKind::Unclosed { raw: false });
                    self.blank(from, self.at);
                    return self.unterminated_line(string, ON_ONE_LINE);
                }
                b'"' if !triple => {
                    self.note(begin, self.at + 1, TokenKind::String);
                    return self.string_end(string, from, 1);
                }
                b'"' if self.bytes[self.at..].starts_with(b"\"\"\"") => {
                    self.note(begin, self.at + 3, TokenKind::String);
                    return self.string_end(string, from, 3);
                }
                b'{' if self.bytes.get(self.at + 1) == Some(&b'{') => self.at += 2,
                b'{' => {
                    self.note(begin, self.at, TokenKind::String);
                    self.note(self.at, self.at + 1, TokenKind::Open(Bracket::Interpolation));
                    self.blank(from, self.at);
                    self.push(Kind::Interpolation { string, triple });
                    self.at += 1;
                    return self.after(Before::Operator);
                }
                _ => self.at += 1,
            }
        }
        self.at = self.at.min(self.bytes.len());
        let kind = if triple { TokenKind::Unended } else { TokenKind::Unclosed { raw: false } };
        self.note(begin, self.at, kind);
        self.blank(from, self.at);
        self.ends_in_string = triple;
        if triple {
            self.unterminated(string, "add `\"\"\"` where the text ends");
            self.after(Before::Operand);
        } else {
            self.unterminated_line(string, ON_ONE_LINE);
        }
    }

    /// The closing quotes are at the place of the scan; `from` is where blanking begins.
    fn string_end(&mut self, start: usize, from: usize, quotes: usize) {
        self.at += quotes;
        self.blank(from, self.at);
        self.out[start] = b'"';
        self.out[self.at - 1] = b'"';
        if self.at - start > LONGEST_STRING {
            let place = self.location(start, start + 1);
            self.report(
                Diagnostic::error(Code::TOO_LONG, format!("a string literal of {} bytes", self.at - start))
                    .at(place, "it begins here")
                    .help(format!(
                        "at most {} KiB: read it from a file with `read_file`",
                        LONGEST_STRING / 1024
                    )),
            );
        }
        self.after(Before::Operand);
    }

    /// A string that its line does not close. The scan goes on at the line's end.
    pub(super) fn unterminated_line(&mut self, start: usize, help: &str) {
        self.after(Before::Operand);
        // In an interpolation the string around it is the one to report, once, at the line's end.
        if !self.in_one_line() {
            self.unterminated(start, help);
        }
        let line = self.bytes[..start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let braces = self.bytes[start..self.at].iter().filter(|byte| **byte == b'}').count();
        self.drop_brackets_since(line, braces);
    }

    fn unterminated(&mut self, start: usize, help: &str) {
        let rest = &self.text[start..];
        let (opening, quotes) = match rest {
            _ if rest.starts_with("\"\"\"") => (3, "\"\"\""),
            _ if rest.starts_with("re") => (3, "\""),
            _ if rest.starts_with('\'') => (1, "'"),
            _ => (1, "\""),
        };
        let place = self.location(start, start + opening);
        let message = format!("this string has no closing `{quotes}`");
        self.report(
            Diagnostic::error(Code::UNTERMINATED_STRING, message).at(place, "it begins here").help(help),
        );
    }

    /// `:.2` in `{x:.2}`: up to the brace, or to where the string breaks off.
    pub(super) fn blank_format(&mut self) {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| matches!(byte, b'}' | b'"' | b'\n')).unwrap_or(rest.len());
        self.note(self.at, self.at + length, TokenKind::Format);
        self.blank(self.at, self.at + length);
        self.at += length;
        self.after(Before::Operand);
    }
}
