//! Colours for what is being typed, and the brackets that belong together.

use crate::program::VERBS;
use crate::syntax::{Bracket, Token, TokenKind, tokens};

const VERB: &str = "1;36";
const KEYWORD: &str = "35";
const CONSTANT: &str = "33";
const STRING: &str = "32";
const ESCAPE: &str = "1;32";
const UNCLOSED: &str = "31";
const NUMBER: &str = "33";
const COMMENT: &str = "90";
const SIGNAL: &str = "1;33";
const FUNCTION: &str = "34";
const FIELD: &str = "36";
const KEY: &str = "94";
const BRACE: &str = "35";
/// The two brackets that belong together: whatever the terminal's colours are, it is seen.
const MARK: &str = "1;4";

/// The text with colours. They are SGR sequences, and nothing else is put in; none of them reaches over the
/// end of a line. `mark` are the places of two brackets to emphasise, in bytes.
#[must_use]
pub fn colour(text: &str, mark: Option<(usize, usize)>) -> String {
    let code = code_start(text);
    let mut painter = Painter { text, out: String::with_capacity(2 * text.len() + 16), done: 0, mark };
    if code > 0 {
        let start = text.len() - text.trim_start().len();
        let length = text[start..].find(char::is_whitespace).unwrap_or(text.len() - start);
        painter.paint(start, start + length, VERB);
    }
    let all = tokens(&text[code..]);
    let mut open: Vec<Bracket> = Vec::new();
    for (index, token) in all.iter().enumerate() {
        let style = match token.kind {
            TokenKind::Open(bracket) => {
                open.push(bracket);
                (bracket == Bracket::Interpolation).then_some(BRACE)
            }
            TokenKind::Close => (open.pop() == Some(Bracket::Interpolation)).then_some(BRACE),
            _ => style(&text[code..], &all, index),
        };
        let range = token.span.range();
        painter.paint(code + range.start, code + range.end, style.unwrap_or_default());
    }
    painter.skip(text.len());
    painter.out
}

/// Where the scenario's text begins: behind `:time` in a command, at the end in any other.
pub(super) fn code_start(text: &str) -> usize {
    let blank = text.len() - text.trim_start().len();
    let Some(command) = text[blank..].strip_prefix(':') else { return 0 };
    let word = command.split(char::is_whitespace).next().unwrap_or_default();
    let end = blank + 1 + word.len();
    if word.len() > 1 && "time".starts_with(word) || word == "t" { end } else { text.len() }
}

fn style(text: &str, all: &[Token], index: usize) -> Option<&'static str> {
    let token = all[index];
    let word = &text[token.span.range()];
    Some(match token.kind {
        TokenKind::Keyword if is_verb(word) => VERB,
        TokenKind::Name if is_look(text, all, index) => VERB,
        TokenKind::Keyword => KEYWORD,
        TokenKind::Constant => CONSTANT,
        TokenKind::String | TokenKind::Raw | TokenKind::Unended => STRING,
        TokenKind::Escape => ESCAPE,
        TokenKind::Unclosed { .. } => UNCLOSED,
        TokenKind::Number | TokenKind::Format => NUMBER,
        TokenKind::Comment => COMMENT,
        TokenKind::Signal => SIGNAL,
        TokenKind::Function => FUNCTION,
        TokenKind::Field => FIELD,
        TokenKind::Key => KEY,
        _ => return None,
    })
}

/// Is the word, or the first word of a row, a verb?
fn is_verb(word: &str) -> bool {
    word == "spawn" || VERBS.iter().any(|row| row.name.split(' ').next() == Some(word))
}

/// Is this the statement `ps` or `tree`, and not a name that happens to be spelt so?
fn is_look(text: &str, all: &[Token], index: usize) -> bool {
    let starts = match index.checked_sub(1).map(|before| all[before].kind) {
        None | Some(TokenKind::End | TokenKind::Comment | TokenKind::Open(Bracket::Block)) => true,
        Some(_) => false,
    };
    let follows = match all.get(index + 1).map(|behind| behind.kind) {
        None | Some(TokenKind::End | TokenKind::Comment | TokenKind::Close) => true,
        Some(kind) => {
            matches!(kind, TokenKind::Name | TokenKind::String | TokenKind::Raw | TokenKind::Unclosed { .. })
        }
    };
    starts && follows && matches!(&text[all[index].span.range()], "ps" | "tree" | "award" | "feedback")
}

struct Painter<'t> {
    text: &'t str,
    out: String,
    /// The text up to here is written.
    done: usize,
    mark: Option<(usize, usize)>,
}

impl Painter<'_> {
    /// Writes the text up to `end` without colours.
    fn skip(&mut self, end: usize) {
        self.out.push_str(&self.text[self.done..end]);
        self.done = end;
    }

    fn paint(&mut self, start: usize, end: usize, style: &str) {
        self.skip(start);
        self.done = end;
        let marked = self.mark.is_some_and(|(open, close)| start == open || start == close);
        let style = if marked { MARK } else { style };
        for (number, line) in self.text[start..end].split('\n').enumerate() {
            if number > 0 {
                self.out.push('\n');
            }
            if style.is_empty() || line.is_empty() {
                self.out.push_str(line);
            } else {
                for part in ["\x1b[", style, "m", line, "\x1b[0m"] {
                    self.out.push_str(part);
                }
            }
        }
    }
}

/// The bracket at `pos`, or the one that ends there, and the one that belongs to it, in the order of the text.
/// Brackets in strings and comments do not count; those of an interpolation do.
#[must_use]
pub fn matching(text: &str, pos: usize) -> Option<(usize, usize)> {
    let code = code_start(text);
    let pos = pos.checked_sub(code)?;
    let at = |place: usize| {
        text.as_bytes()
            .get(code + place)
            .is_some_and(|byte| matches!(byte, b'(' | b')' | b'[' | b']' | b'{' | b'}'))
    };
    if !at(pos) && !pos.checked_sub(1).is_some_and(at) {
        return None;
    }
    let mut open: Vec<(usize, Bracket)> = Vec::new();
    let mut before = None;
    for token in tokens(&text[code..]) {
        let place = token.span.start as usize;
        match token.kind {
            TokenKind::Open(bracket) => open.push((place, bracket)),
            TokenKind::Close => {
                let Some((opener, bracket)) = open.pop() else { continue };
                let closer = match bracket {
                    Bracket::Paren => b')',
                    Bracket::Square => b']',
                    Bracket::Map | Bracket::Block | Bracket::Interpolation => b'}',
                };
                let pair = (code + opener, code + place);
                match text.as_bytes()[code + place] == closer {
                    // The one at the place goes before the one that ends there.
                    true if place == pos || opener == pos => return Some(pair),
                    true if place + 1 == pos || opener + 1 == pos => before = Some(pair),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    before
}

#[cfg(test)]
mod tests {
    use super::{colour, matching};
    use proptest::prelude::*;

    /// The text without its SGR sequences.
    fn plain(coloured: &str) -> String {
        let mut parts = coloured.split("\x1b[");
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            text.push_str(part.split_once('m').expect("a sequence ends").1);
        }
        text
    }

    /// What is coloured, each with its colours.
    fn said(text: &str) -> Vec<(String, String)> {
        colour(text, None)
            .split("\x1b[")
            .filter_map(|part| part.split_once('m'))
            .filter(|(style, _)| *style != "0")
            .map(|(style, text)| (text.to_owned(), style.to_owned()))
            .collect()
    }

    fn style_of(text: &str, piece: &str) -> String {
        let all = said(text);
        let found = all.iter().find(|(coloured, _)| coloured == piece);
        found.map(|(_, style)| style.clone()).unwrap_or_default()
    }

    #[test]
    fn what_a_word_is_decides_its_colour() {
        let text = "spawn p task(\"a{n}\\n\", 1.5s) with {pty: true} # c";
        for (piece, style) in [
            ("spawn", super::VERB),
            ("p", ""),
            ("task", super::FUNCTION),
            ("\"a", super::STRING),
            ("n", ""),
            ("{", super::BRACE),
            ("\\n", super::ESCAPE),
            ("1.5s", super::NUMBER),
            ("with", super::KEYWORD),
            ("pty", super::KEY),
            ("true", super::CONSTANT),
            ("# c", super::COMMENT),
        ] {
            assert_eq!(style_of(text, piece), style, "{piece}");
        }
        assert_eq!(style_of("signal p SIGUSR1", "SIGUSR1"), super::SIGNAL);
        assert_eq!(style_of("print p.exitcode", "exitcode"), super::FIELD);
        assert_eq!(style_of("def f(x) {", "f"), super::FUNCTION);
        assert_eq!(style_of("print \"abc", "\"abc"), super::UNCLOSED);
        assert_eq!(style_of("ps all", "ps"), super::VERB);
        assert_eq!(style_of("tree", "tree"), super::VERB);
        assert_eq!(style_of("tree = 3", "tree"), "");
        assert_eq!(style_of(":help kill", ":help"), super::VERB);
        assert_eq!(style_of(":help kill", "kill"), "");
        assert_eq!(style_of(":time join p", "join"), super::VERB);
    }

    #[test]
    fn no_colour_reaches_over_the_end_of_a_line() {
        let coloured = colour("let s = \"\"\"\na\n\n b\"\"\"", None);
        for line in coloured.lines() {
            assert_eq!(line.matches("\x1b[0m").count() * 2, line.matches("\x1b[").count(), "{line:?}");
        }
    }

    #[test]
    fn brackets_that_belong_together_are_found() {
        for (text, pos, expected) in [
            ("f(x)", 1, Some((1, 3))),
            ("f(x)", 3, Some((1, 3))),
            ("f(x)", 4, Some((1, 3))),
            ("f(x)", 2, Some((1, 3))),
            ("f(x)", 0, None),
            ("f(\")\")", 1, Some((1, 5))),
            ("f(\")\")", 3, None),
            ("f() # )", 6, None),
            ("\"{f(x)}\"", 1, Some((1, 6))),
            ("[{a: (1)}]", 9, Some((0, 9))),
            ("(]", 0, None),
            ("f(", 1, None),
            (":time f(x)", 7, Some((7, 9))),
            ("任(务)", 3, Some((3, 7))),
            ("f(x)", 99, None),
        ] {
            assert_eq!(matching(text, pos), expected, "{text:?} at {pos}");
        }
        assert_eq!(colour("(1)", Some((0, 2))), "\x1b[1;4m(\x1b[0m\x1b[33m1\x1b[0m\x1b[1;4m)\x1b[0m");
    }

    proptest! {
        #[test]
        fn without_its_colours_the_text_is_unchanged(
            text in "([a-c 1.\n(){}\\[\\]\"';#:,|=+\\\\任é]|re\"|\"\"\"|SIGTERM|spawn |:time |:h |p\\.){0,60}",
            pos in 0_usize..80,
        ) {
            let mark = matching(&text, pos);
            prop_assert_eq!(plain(&colour(&text, mark)), text);
        }
    }
}
