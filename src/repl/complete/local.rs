//! The names that the text itself declares, which the session does not know yet.

use crate::program::Receiver;
use crate::repl::{Known, Name};
use crate::syntax::{Bracket, Token, TokenKind, tokens};

/// The names that the text declares above `pos`, and those that the session knows; each once.
pub(super) fn names(text: &str, pos: usize, known: &Known) -> Vec<Name> {
    let mut all = declared(text, pos);
    all.extend(known.names.iter().cloned());
    // The sort is stable, so a declaration in the text comes before an older one.
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all.dedup_by(|later, first| later.name == first.name);
    all
}

fn declared(text: &str, pos: usize) -> Vec<Name> {
    let all = tokens(text);
    let word = |index: usize| all.get(index).map_or("", |token| &text[token.span.range()]);
    let kind = |index: usize| all.get(index).map(|token| token.kind);
    let mut found = Vec::new();
    for (index, token) in all.iter().enumerate() {
        let mut add = |at: usize, kind: &str| {
            // The word that is being typed declares nothing.
            if all
                .get(at)
                .is_some_and(|token| !token.span.range().contains(&pos) && token.span.end as usize != pos)
            {
                let about = String::new();
                found.push(Name { name: word(at).to_owned(), kind: kind.to_owned(), about });
            }
        };
        match (token.kind, word(index)) {
            (TokenKind::Keyword, "spawn") if kind(index + 1) == Some(TokenKind::Name) => {
                if matches!(
                    kind(index + 2),
                    Some(TokenKind::Name | TokenKind::Function | TokenKind::Open(Bracket::Block))
                ) {
                    add(index + 1, "process");
                }
            }
            (TokenKind::Keyword, "let" | "for") => {
                for (at, value) in bound(&all, text, index + 1) {
                    add(at, value);
                }
            }
            (TokenKind::Keyword, "def") => {
                add(index + 1, "function");
                for (at, _) in bound(&all, text, index + 3) {
                    add(at, "");
                }
            }
            (TokenKind::Keyword, "catch") if kind(index + 1) == Some(TokenKind::Name) => {
                add(index + 1, "map")
            }
            _ => {}
        }
    }
    found
}

/// The names from `from` on with commas between, and the kind of the value that they are given.
fn bound(all: &[Token], text: &str, from: usize) -> Vec<(usize, &'static str)> {
    let word = |index: usize| all.get(index).map_or("", |token| &text[token.span.range()]);
    let mut found = Vec::new();
    let mut at = from;
    while all.get(at).is_some_and(|token| token.kind == TokenKind::Name) {
        found.push((at, ""));
        at += 1;
        if word(at) != "," {
            break;
        }
        at += 1;
    }
    if word(at) == "=" {
        let kind = kind_of(all.get(at + 1).map(|token| token.kind), word(at + 1), found.len());
        found.iter_mut().for_each(|(_, of)| *of = kind);
    }
    found
}

/// The kind of a value by its first word; empty where that does not say it.
fn kind_of(first: Option<TokenKind>, word: &str, names: usize) -> &'static str {
    match (first, word) {
        (Some(TokenKind::Function), "pipe") if names == 2 => "connection",
        (Some(TokenKind::Function), _) if names == 1 => {
            let objects = [
                Receiver::Queue,
                Receiver::Lock,
                Receiver::Semaphore,
                Receiver::Event,
                Receiver::Barrier,
                Receiver::Shared,
            ];
            objects.into_iter().map(Receiver::name).find(|kind| *kind == word).unwrap_or_default()
        }
        (Some(TokenKind::Keyword), "spawn") if names == 1 => "process",
        _ => "",
    }
}
