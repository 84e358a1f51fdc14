//! Expected texts that are rewritten to what was found: `--update`. Only where the source is a literal, and nothing else of the file
//! is touched.

use super::file::File;
use super::result::Tested;
use crate::event::{Difference, Failure, Verdict};
use crate::source::{Code, Diagnostic, Source, SourceId, Span};
use crate::syntax::parse;
use crate::syntax::tree::{BinaryOp, Expect, Expr, ExprKind, Stmt, StmtKind, literal_text};
use crate::syntax::visit::{Visit, walk_stmt};

/// A literal that is to be another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The literal.
    pub span: Span,
    pub literal: String,
    /// Which test wants it: its number in the file.
    pub test: usize,
}

/// What the tests of a file that failed want to be written into it, in the order of the text. Of two that want different things of one
/// literal, the first has it.
#[must_use]
pub fn edits<'a>(file: &File, tested: impl Iterator<Item = &'a Tested>) -> Vec<Edit> {
    let Some(source) = file.sources.iter().next().map(|(_, source)| source) else { return Vec::new() };
    let tree = parse(source, SourceId(0)).file;
    let mut edits: Vec<Edit> = tested
        .filter(|tested| tested.verdict == Verdict::Failed)
        .filter_map(|tested| {
            let failure = tested.decisive()?.last_failure()?;
            let mut search = Search { failure, found: None };
            search.visit_file(&tree);
            let (span, actual) = search.found?;
            Some(Edit { span, literal: write(source, span, &actual)?, test: tested.test })
        })
        .collect();
    edits.sort();
    edits.dedup_by_key(|edit| edit.span);
    edits
}

/// The text of the file with the literals in it; None where it would not be a scenario any more.
#[must_use]
pub fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        text.get(edit.span.range())?;
        text.replace_range(edit.span.range(), &edit.literal);
    }
    let parsed = parse(&Source::new("updated", text.clone()), SourceId(0));
    (!parsed.diagnostics.iter().any(Diagnostic::is_error)).then_some(text)
}

/// Looks for the expectation that broke: `X == LITERAL`.
struct Search<'a> {
    failure: &'a Failure,
    /// Where the literal is, and what was found instead of it.
    found: Option<(Span, String)>,
}

impl Visit for Search<'_> {
    fn visit_stmt(&mut self, statement: &Stmt) {
        let location = self.failure.location;
        if let StmtKind::Expect(expect) = &statement.kind
            && let Expect::Condition { condition, .. } = &**expect
            && condition.span == location.span
            && location.source == SourceId(0)
            && self.failure.code == Code::EXPECTATION
            && let ExprKind::Binary { op: BinaryOp::Equal, left, right, .. } = &condition.kind
            && literal_text(right).is_some()
            && literal_text(left).is_none()
        {
            self.found = actual(self.failure, left).map(|actual| (right.span, actual));
        }
        walk_stmt(self, statement);
    }
}

/// The text that the left side had.
fn actual(failure: &Failure, left: &Expr) -> Option<String> {
    match &failure.difference {
        Some(Difference::Lines { actual, .. }) => Some(actual.clone()),
        Some(Difference::AnyOrder { .. }) => None,
        None => {
            let part = failure.parts.iter().find(|part| part.location.span == left.span)?;
            read(&part.value)
        }
    }
}

/// What a literal that stands alone means, where it is a plain string.
fn read(literal: &str) -> Option<String> {
    let parsed = parse(&Source::new("literal", literal), SourceId(0));
    match parsed.file.statements.as_slice() {
        [Stmt { kind: StmtKind::Expr(value), .. }] if parsed.diagnostics.is_empty() => {
            literal_text(value).map(str::to_owned)
        }
        _ => None,
    }
}

/// The text as a literal of the kind that stands there, or another one where that cannot hold it.
fn write(source: &Source, span: Span, text: &str) -> Option<String> {
    let before = source.slice(span);
    let line = source.text()[..span.start as usize].rsplit('\n').next().unwrap_or_default();
    let indent: String = line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let mut candidates = Vec::new();
    if before.starts_with("\"\"\"") {
        let inner = inner_indent(before).unwrap_or_else(|| format!("{indent}    "));
        candidates.push(block(text, &inner));
    }
    if before.starts_with('\'') && !text.contains(['\'', '\n', '\r']) {
        candidates.push(format!("'{text}'"));
    }
    if !before.starts_with("\"\"\"") && text.trim_end_matches('\n').contains('\n') {
        candidates.push(block(text, &format!("{indent}    ")));
    }
    candidates.push(format!("\"{}\"", escaped(text, true)));
    candidates.into_iter().find(|literal| read(literal).as_deref() == Some(text))
}

/// How the lines of a text over several lines are indented now.
fn inner_indent(literal: &str) -> Option<String> {
    let mut lines = literal.lines().skip(1).filter(|line| !line.trim().is_empty());
    lines.next().map(|line| line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect())
}

fn block(text: &str, indent: &str) -> String {
    let mut literal = "\"\"\"\n".to_owned();
    for line in text.split_inclusive('\n') {
        let (line, ended) = match line.strip_suffix('\n') {
            Some(line) => (line, true),
            None => (line, false),
        };
        if !line.is_empty() {
            literal.push_str(indent);
            literal.push_str(&escaped(line, false));
        }
        if ended {
            literal.push('\n');
        }
    }
    if text.ends_with('\n') {
        literal.push_str(indent);
    }
    literal.push_str("\"\"\"");
    literal
}

/// With what means something in a string, or would not be seen, as escapes.
fn escaped(text: &str, on_one_line: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    let trailing = text.len() - text.len().min(text.trim_end_matches([' ', '\t']).len());
    let body = text.len() - trailing;
    for (at, c) in text.char_indices() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            '"' => escaped.push_str("\\\""),
            '{' => escaped.push_str("{{"),
            '}' => escaped.push_str("}}"),
            // An editor would take it away, and nobody sees it.
            ' ' if !on_one_line && at >= body => escaped.push_str("\\x20"),
            '\n' => escaped.push_str("\\n"),
            '\t' if !on_one_line && at < body && at > 0 => escaped.push('\t'),
            c if crate::value::text::is_hidden(c) => escaped.push_str(&hidden(c)),
            c => escaped.push(c),
        }
    }
    escaped
}

fn hidden(c: char) -> String {
    match c {
        '\t' => "\\t".to_owned(),
        '\r' => "\\r".to_owned(),
        '\0'..='\x7f' => format!("\\x{:02x}", u32::from(c)),
        c => format!("\\u{{{:x}}}", u32::from(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use crate::source::{Source, Span};
    use proptest::prelude::*;

    fn written(statement: &str, literal: &str, text: &str) -> String {
        let source = Source::new("a.proc", statement);
        let start = statement.find(literal).expect("it stands there");
        write(&source, Span::new(start, start + literal.len()), text).expect("every text can be written")
    }

    #[test]
    fn a_literal_keeps_its_kind_where_it_can() {
        assert_eq!(written("expect x == \"a\"", "\"a\"", "b{\"\\"), "\"b{{\\\"\\\\\"");
        assert_eq!(written("expect x == 'a'", "'a'", "b{"), "'b{'");
        assert_eq!(written("expect x == 'a'", "'a'", "b'"), "\"b'\"");
        let three = "\"\"\"\n      a\n      \"\"\"";
        let statement = format!("  expect x == {three}");
        assert_eq!(written(&statement, three, "b\n\n c\n"), "\"\"\"\n      b\n\n       c\n      \"\"\"");
        assert_eq!(written(&statement, three, "b\nc"), "\"\"\"\n      b\n      c\"\"\"");
        assert_eq!(
            written("  expect x == \"a\"", "\"a\"", "b\nc\n"),
            "\"\"\"\n      b\n      c\n      \"\"\""
        );
        assert_eq!(written("expect x == \"a\"", "\"a\"", "b\n"), "\"b\\n\"");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(text in "([ \\t\\n\"'\\\\{}a任\\x1b\\r]|\"\"\"){0,20}", kind in 0..3usize) {
            let literal = ["\"x\"", "'x'", "\"\"\"\n    x\n    \"\"\""][kind];
            let again = written(&format!("    expect x == {literal}\n"), literal, &text);
            prop_assert_eq!(read(&again), Some(text));
        }
    }
}
