//! Every row of the tables of the language (verbs, options, limits, attributes, functions, methods) has a golden case:
//! a new row fails here until a scenario under `tests/cases/run` uses it.

use proctor::program::{ATTRIBUTES, BUILTINS, LIMITS, METHODS, OPTIONS, VERBS};
use regex::Regex;
use std::path::Path;

fn gather(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).expect("the cases can be listed").flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "proc") {
            let case = std::fs::read_to_string(&path).expect("a case is a text");
            for line in case.lines().filter(|line| !line.trim_start().starts_with('#')) {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
}

fn case_text() -> String {
    let mut text = String::new();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/run"), &mut text);
    text
}

/// The names for which the pattern that `shape` makes of them is nowhere in a case.
fn missing<'a>(names: impl Iterator<Item = &'a str>, shape: impl Fn(&str) -> String) -> Vec<&'a str> {
    let text = case_text();
    let found = |name: &str| Regex::new(&shape(&regex::escape(name))).expect("a pattern").is_match(&text);
    names.filter(|name| !found(name)).collect()
}

#[test]
fn every_verb_has_a_case() {
    let none: &[&str] = &[];
    let shape = |name: &str| match name {
        "ps matching" => "(?m)\\bps \"".to_owned(),
        name => format!(r"(?m)\b{name}\b"),
    };
    assert_eq!(missing(VERBS.iter().map(|row| row.name), shape), none);
}

#[test]
fn every_option_and_limit_has_a_case() {
    let none: &[&str] = &[];
    let shape = |name: &str| format!(r"\bwith \{{.*\b{name}: ");
    assert_eq!(missing(OPTIONS.iter().map(|row| row.name), shape), none);
    let shape = |name: &str| format!(r"\blimits: \{{.*\b{name}: ");
    assert_eq!(missing(LIMITS.iter().map(|row| row.0), shape), none);
}

#[test]
fn every_attribute_has_a_case() {
    let none: &[&str] = &[];
    assert_eq!(missing(ATTRIBUTES.iter().map(|row| row.name), |name| format!(r"\.{name}\b")), none);
}

#[test]
fn every_function_has_a_case() {
    let none: &[&str] = &[];
    let (values, functions): (Vec<_>, Vec<_>) = BUILTINS.iter().partition(|row| row.is_value());
    assert_eq!(missing(values.iter().map(|row| row.name), |name| format!(r"\b{name}\b")), none);
    assert_eq!(missing(functions.iter().map(|row| row.name), |name| format!(r"(^|[^.\w]){name}\(")), none);
}

#[test]
fn every_method_has_a_case() {
    let none: &[&str] = &[];
    assert_eq!(missing(METHODS.iter().map(|row| row.name), |name| format!(r"\.{name}\(")), none);
}
