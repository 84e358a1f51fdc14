//! What holds for every text, however it came about.

use proctor::source::{Diagnostic, Source, SourceId, Span};
use proctor::syntax::tree::{Block, Expr, File, Stmt};
use proctor::syntax::visit::{Visit, walk_block, walk_expr, walk_stmt};
use proctor::syntax::{Completeness, completeness, parse};
use proptest::prelude::*;

/// Collects the spans of a tree, each with its parent's.
#[derive(Default)]
struct Spans {
    open: Vec<Span>,
    found: Vec<(Option<Span>, Span)>,
}

impl Spans {
    fn inside(&mut self, span: Span, walk: impl FnOnce(&mut Self)) {
        self.found.push((self.open.last().copied(), span));
        self.open.push(span);
        walk(self);
        self.open.pop();
    }
}

impl Visit for Spans {
    fn visit_stmt(&mut self, statement: &Stmt) {
        self.inside(statement.span, |spans| walk_stmt(spans, statement));
    }

    fn visit_block(&mut self, block: &Block) {
        self.inside(block.span, |spans| walk_block(spans, block));
    }

    fn visit_expr(&mut self, expr: &Expr) {
        self.inside(expr.span, |spans| walk_expr(spans, expr));
    }
}

fn check_spans(text: &str, file: &File, diagnostics: &[Diagnostic]) {
    let good = |span: Span| {
        span.start <= span.end
            && text.is_char_boundary(span.start as usize)
            && text.is_char_boundary(span.end as usize)
    };
    let mut spans = Spans::default();
    spans.visit_file(file);
    for (parent, span) in spans.found {
        assert!(good(span) && !span.is_empty(), "{span:?} in {text:?}");
        if let Some(parent) = parent {
            assert!(
                parent.start <= span.start && span.end <= parent.end,
                "{span:?} outside {parent:?} in {text:?}"
            );
        }
    }
    for comment in &file.comments {
        assert!(good(*comment) && text[comment.range()].starts_with('#'), "{comment:?} in {text:?}");
    }
    for finding in diagnostics {
        assert!(!finding.labels.is_empty() && !finding.message.is_empty());
        for label in &finding.labels {
            assert!(good(label.location.span), "{label:?} in {text:?}");
        }
    }
    assert!(diagnostics.len() <= 20);
}

/// Everything that must hold for any text.
fn check(text: &str) {
    let parsed = parse(&Source::new("property", text), SourceId::default());
    check_spans(text, &parsed.file, &parsed.diagnostics);
    if parsed.diagnostics.is_empty() {
        assert_eq!(completeness(text), Completeness::Complete, "{text:?}");
        let again = parse(&Source::new("property", text), SourceId::default());
        assert_eq!(parsed, again);
    }
}

fn scenarios() -> Vec<&'static str> {
    vec![
        include_str!("../cases/syntax/statements.proc"),
        include_str!("../cases/syntax/processes.proc"),
        include_str!("../cases/syntax/expressions.proc"),
        include_str!("../cases/syntax/strings.proc"),
        include_str!("../cases/syntax/layout.proc"),
        include_str!("../cases/syntax/tests.proc"),
        include_str!("../../benches/parse/script.proc"),
    ]
}

/// A change of a text: delete, repeat, swap, or write over.
#[derive(Debug, Clone)]
enum Change {
    Delete(usize, usize),
    Repeat(usize, usize),
    Swap(usize, usize, usize),
    Insert(usize, &'static str),
}

fn change() -> impl Strategy<Value = Change> {
    let place = 0..100_000_usize;
    let length = 1..12_usize;
    let pieces = prop::sample::select(vec![
        "{", "}", "(", ")", "[", "]", "\"", "'", "\"\"\"", "re\"", "|", "\n", ";", "#", ",", "=", "+", "-",
        ".", "..", ":", "not ", "if ", "else ", "spawn ", "within ", "with ", "join ", "in ", "{{", "\\",
        "\\u{", "任", "\r\n", "\t", "0x", "1e",
    ]);
    prop_oneof![
        (place.clone(), length.clone()).prop_map(|(at, length)| Change::Delete(at, length)),
        (place.clone(), length.clone()).prop_map(|(at, length)| Change::Repeat(at, length)),
        (place.clone(), place.clone(), length).prop_map(|(a, b, length)| Change::Swap(a, b, length)),
        (place, pieces).prop_map(|(at, piece)| Change::Insert(at, piece)),
    ]
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for change in changes {
        let total = letters.len().max(1);
        let range = |at: usize, length: usize| {
            (at % total).min(letters.len())..(at % total + length).min(letters.len())
        };
        match change {
            Change::Delete(at, length) => drop(letters.drain(range(*at, *length))),
            Change::Repeat(at, length) => {
                let range = range(*at, *length);
                let piece: Vec<char> = letters[range.clone()].to_vec();
                letters.splice(range.start..range.start, piece);
            }
            Change::Swap(first, second, length) => {
                for offset in 0..*length {
                    let (a, b) = ((first + offset) % total, (second + offset) % total);
                    if a < letters.len() && b < letters.len() {
                        letters.swap(a, b);
                    }
                }
            }
            Change::Insert(at, piece) => {
                let at = (at % total).min(letters.len());
                letters.splice(at..at, piece.chars());
            }
        }
    }
    letters.into_iter().collect()
}

#[test]
fn scenarios_have_good_spans() {
    for text in scenarios() {
        check(text);
    }
}

#[test]
fn every_beginning_of_a_scenario_is_answered() {
    for text in scenarios() {
        let step = if cfg!(debug_assertions) { 37 } else { 1 };
        for end in (0..text.len()).step_by(step).filter(|end| text.is_char_boundary(*end)) {
            check(&text[..end]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        // Hardly any of them are a text as they are: what a lenient reader makes of them is one.
        check(&String::from_utf8_lossy(&bytes));
        if let Ok(source) = Source::decode("bytes", bytes) {
            check(source.text());
        }
    }

    #[test]
    fn any_letters_are_answered(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn any_signs_of_the_language_are_answered(
        text in "([a-c \n(){}\\[\\]\"'|,.=+*/<>!:;#\\\\-]|if |else |let |not |re\"|\"\"\"|\\{x\\}|1|2s|spawn |join |with |within ){0,80}"
    ) {
        check(&text);
    }

    #[test]
    fn changed_scenarios_are_answered(
        which in 0..7_usize,
        from in 0..2000_usize,
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let text = scenarios()[which];
        // A part of it, so that the changes meet.
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let start = from % lines.len();
        let part: String = lines[start..(start + 12).min(lines.len())].concat();
        check(&changed(&part, &changes));
    }
}
