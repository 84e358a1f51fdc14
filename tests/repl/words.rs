//! Every word of the language is explained and offered: one that the grammar or a table has, and the prompt does not know, fails.

use proctor::program::{ATTRIBUTES, BUILTINS, LIMITS, METHODS, OPTIONS, SIGNALS, STATES, VERBS};
use proctor::repl::Known;
use proctor::repl::complete::complete;
use proctor::repl::help::help;
use std::collections::BTreeSet;

const GRAMMAR: &str = include_str!("../../grammar/proctor.pest");
/// What stands before a word, so that each word can stand behind one of them.
const PLACES: [&str; 17] = [
    "",
    "if x { } ",
    "try { } ",
    "spawn { } ",
    "x ",
    "print ",
    "for x ",
    "expect ",
    "expect x ",
    "expect never a ",
    "expect never a between b, c ",
    "xs contains ",
    "test \"t\" ",
    "join ",
    "wait ",
    "ps ",
    "signal ",
];

/// The words between quotes in the grammar's rules.
fn words() -> BTreeSet<&'static str> {
    let rules = GRAMMAR.lines().map(|line| line.split("//").next().unwrap_or_default());
    let quoted = rules.flat_map(|rule| rule.split('"').skip(1).step_by(2));
    quoted
        .filter(|word| word.len() > 1 && word.bytes().all(|b| b == b'_' || b.is_ascii_lowercase()))
        .collect()
}

fn is_offered(word: &str, before: &str) -> bool {
    let text = format!("{before}{word}");
    let (start, found) = complete(&text, text.len(), &Known::default(), &|_| Vec::new());
    start == before.len()
        && found.iter().any(|candidate| candidate.text.trim_end_matches([' ', '(', ')', ':']) == word)
}

#[test]
fn every_word_of_the_grammar_is_explained_and_offered() {
    let words = words();
    for known in ["spawn", "never", "between", "sequence", "in_any_order", "xfail", "catch"] {
        assert!(words.contains(known), "{known} is not found in the grammar: {words:?}");
    }
    for word in words {
        assert!(help(Some(word)).is_ok(), "`:help {word}` knows nothing: add it to src/repl/keyword.rs");
        assert!(
            PLACES.iter().any(|before| is_offered(word, before)),
            "`{word}` is completed nowhere: see src/repl/complete/offer.rs"
        );
    }
}

#[test]
fn every_row_of_the_tables_is_explained() {
    let names = VERBS.iter().map(|row| row.name);
    let names = names.chain(BUILTINS.iter().map(|row| row.name)).chain(ATTRIBUTES.iter().map(|row| row.name));
    let names = names.chain(METHODS.iter().map(|row| row.name)).chain(OPTIONS.iter().map(|row| row.name));
    let names = names.chain(LIMITS.iter().map(|(name, _)| *name)).chain(STATES.iter().map(|row| row.name));
    for name in names.chain(SIGNALS.iter().map(|row| row.name)) {
        assert!(help(Some(name)).is_ok(), "{name}");
    }
}

#[test]
fn every_row_of_the_tables_is_offered() {
    for row in VERBS {
        let (before, word) = row.name.rsplit_once(' ').unwrap_or(("", row.name));
        let before = if before.is_empty() { String::new() } else { format!("{before} ") };
        assert!(row.name == "ps matching" || is_offered(word, &before), "{}", row.name);
    }
    for row in BUILTINS {
        assert!(is_offered(row.name, "print "), "{}", row.name);
    }
    for name in ATTRIBUTES.iter().map(|row| row.name).chain(METHODS.iter().map(|row| row.name)) {
        assert!(is_offered(name, "f()."), "{name}");
    }
    for row in OPTIONS {
        assert!(is_offered(row.name, "spawn { } with {"), "{}", row.name);
    }
    for (name, _) in LIMITS {
        assert!(is_offered(name, "spawn { } with {limits: {"), "{name}");
    }
    for row in SIGNALS {
        assert!(is_offered(row.name, "signal p "), "{}", row.name);
    }
}
