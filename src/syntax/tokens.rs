//! The tokens of a text, right or wrong, finished or not: what an editor colours and completes.

use super::layout::{self, Bracket, Token, TokenKind};
use crate::source::Span;

/// The tokens in the order of the text. It takes one scan, and no parse.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let marks = layout::scan_tokens(text);
    let mut all = Vec::with_capacity(marks.len());
    let mut index = 0;
    while let Some(mark) = marks.get(index) {
        index += 1;
        match mark.kind {
            TokenKind::Number => {
                let (end, taken) = number_end(text, &marks[index..], mark.span.end as usize);
                index += taken;
                all.push(Token { span: Span::new(mark.span.start as usize, end), kind: TokenKind::Number });
            }
            TokenKind::Name => {
                let kind = name_kind(text, *mark, all.last(), marks.get(index));
                all.push(Token { kind, ..*mark });
            }
            TokenKind::String | TokenKind::Unclosed { raw: false } | TokenKind::Unended => {
                escapes(text, *mark, &mut all)
            }
            _ => all.push(*mark),
        }
    }
    all
}

/// Where a number ends that begins with digits up to `end`, and how many marks are its fraction:
/// the scan sees `1.5s` as `1`, `.` and `5s`.
fn number_end(text: &str, behind: &[Token], end: usize) -> (usize, usize) {
    match behind {
        [dot, fraction, ..]
            if dot.kind == TokenKind::Symbol
                && dot.span.start as usize == end
                && text.as_bytes()[end] == b'.'
                && fraction.kind == TokenKind::Number
                && fraction.span.start == dot.span.end =>
        {
            (fraction.span.end as usize, 2)
        }
        _ => (end, 0),
    }
}

fn name_kind(text: &str, name: Token, before: Option<&Token>, behind: Option<&Token>) -> TokenKind {
    let of = |token: &Token| &text[token.span.start as usize..token.span.end as usize];
    let word = of(&name);
    let touches = |token: &&Token| token.span.start == name.span.end;
    if before.is_some_and(|token| token.kind == TokenKind::Keyword && of(token) == "def") {
        return TokenKind::Function;
    }
    match behind {
        Some(token) if touches(&token) && token.kind == TokenKind::Open(Bracket::Paren) => {
            TokenKind::Function
        }
        Some(token) if token.kind == TokenKind::Symbol && of(token) == ":" => TokenKind::Key,
        _ if word.len() > 3
            && word.starts_with("SIG")
            && word[3..].bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) =>
        {
            TokenKind::Signal
        }
        _ => TokenKind::Name,
    }
}

/// Divides a piece of a string into its letters and its escapes.
fn escapes(text: &str, piece: Token, all: &mut Vec<Token>) {
    let (start, end) = (piece.span.start as usize, piece.span.end as usize);
    if start == end {
        all.push(piece);
    }
    let mut push = |from: usize, to: usize, kind| {
        if from < to {
            all.push(Token { span: Span::new(from, to), kind });
        }
    };
    let bytes = text.as_bytes();
    let (mut plain, mut at) = (start, start);
    while at < end {
        let length = match bytes[at] {
            b'\\' => escape_length(&text[at..end]),
            b'{' | b'}' if at + 1 < end && bytes[at + 1] == bytes[at] => 2,
            _ => {
                at += 1;
                continue;
            }
        };
        push(plain, at, piece.kind);
        push(at, at + length, TokenKind::Escape);
        at += length;
        plain = at;
    }
    push(plain, end, piece.kind);
}

/// How long the escape is that the text begins with.
fn escape_length(text: &str) -> usize {
    let hex = |from: usize, most: usize| {
        text.bytes().skip(from).take(most).take_while(u8::is_ascii_hexdigit).count()
    };
    let mut letters = text.chars().skip(1);
    match letters.next() {
        Some('x') => 2 + hex(2, 2),
        Some('u') if letters.next() == Some('{') => {
            let digits = hex(3, 8);
            3 + digits + usize::from(text.as_bytes().get(3 + digits) == Some(&b'}'))
        }
        Some(letter) => 1 + letter.len_utf8(),
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::tokens;
    use crate::syntax::{Bracket, TokenKind};
    use proptest::prelude::*;

    /// Each token as its text and its kind.
    fn said(text: &str) -> Vec<(&str, TokenKind)> {
        let of = |span: crate::source::Span| &text[span.start as usize..span.end as usize];
        tokens(text).iter().map(|token| (of(token.span), token.kind)).collect()
    }

    #[test]
    fn words_are_told_apart_by_their_place() {
        use TokenKind::{Close, Constant, Field, Function, Key, Keyword, Name, Number, Open, Signal, Symbol};
        assert_eq!(
            said("spawn p f(1.5s) with {pty: true}"),
            [
                ("spawn", Keyword),
                ("p", Name),
                ("f", Function),
                ("(", Open(Bracket::Paren)),
                ("1.5s", Number),
                (")", Close),
                ("with", Keyword),
                ("{", Open(Bracket::Map)),
                ("pty", Key),
                (":", Symbol),
                ("true", Constant),
                ("}", Close),
            ]
        );
        assert_eq!(
            said("p.in matches 1..4\nSIGTERM"),
            [
                ("p", Name),
                (".", Symbol),
                ("in", Field),
                ("matches", Keyword),
                ("1", Number),
                (".", Symbol),
                (".", Symbol),
                ("4", Number),
                ("\n", TokenKind::End),
                ("SIGTERM", Signal),
            ]
        );
        assert_eq!(said("def 任务"), [("def", Keyword), ("任务", Function)]);
    }

    #[test]
    fn strings_are_divided_at_escapes_and_interpolations() {
        use TokenKind::{Close, Escape, Format, Name, Open, Raw, String, Unended};
        let unclosed = |raw| TokenKind::Unclosed { raw };
        assert_eq!(
            said(r#""a\n{x:>8}{{\u{41}""#),
            [
                ("\"a", String),
                ("\\n", Escape),
                ("{", Open(Bracket::Interpolation)),
                ("x", Name),
                (":>8", Format),
                ("}", Close),
                ("{{", Escape),
                ("\\u{41}", Escape),
                ("\"", String),
            ]
        );
        assert_eq!(said(r"'a\n{x}'"), [(r"'a\n{x}'", Raw)]);
        assert_eq!(said("\"a\nb"), [("\"a", unclosed(false)), ("\n", TokenKind::End), ("b", Name)]);
        assert_eq!(said("'a\\n"), [("'a\\n", unclosed(true))]);
        assert_eq!(said("\"\"\"a\nb"), [("\"\"\"a\nb", Unended)]);
        assert_eq!(said("\"a\\"), [("\"a", unclosed(false)), ("\\", Escape)]);
    }

    proptest! {
        #[test]
        fn tokens_stand_in_order_on_character_boundaries(text in "([a-c 1\n(){}\\[\\]\"';#:,.|=+\\\\任é]|re\"|\"\"\"|\\\\u\\{|else ){0,60}") {
            let mut end = 0;
            for token in tokens(&text) {
                let (from, to) = (token.span.start as usize, token.span.end as usize);
                prop_assert!(end <= from && (from < to || matches!(token.kind, TokenKind::Unclosed { .. })), "{token:?}");
                prop_assert!(text.get(from..to).is_some(), "{token:?}");
                prop_assert!(text[end..from].chars().all(|c| c.is_whitespace() || c == ';'), "{token:?}");
                end = to;
            }
            prop_assert!(text[end..].chars().all(|c| c.is_whitespace() || c == ';'), "{:?}", &text[end..]);
        }
    }
}
