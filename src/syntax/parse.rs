//! Parsing a text: statement by statement, so that memory stays small and an error costs only its statement.

use super::build::Builder;
use super::explain;
use super::grammar;
use super::layout::{self, Layout, MOST_DIAGNOSTICS, Piece};
use super::tree::{File, Stmt};
use crate::source::{Diagnostic, Source, SourceId};

/// The tree of a text and what is wrong with the text. Where there are errors, the tree lacks the
/// statements that could not be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    pub file: File,
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses a text. It never fails: errors are diagnostics, at most about twenty, in the order of the text.
#[must_use]
pub fn parse(source: &Source, id: SourceId) -> Parsed {
    let text = source.text();
    let layout = layout::scan(text, id);
    let mut pass = Pass {
        text,
        id,
        builder: Builder::new(text, id),
        statements: Vec::new(),
        diagnostics: Vec::new(),
        // Retries after errors may read this much in all, so that the time stays linear.
        allowance: 4 * text.len() + 65536,
    };
    let skipped = pass.run(&layout);
    pass.finish(layout, skipped)
}

struct Pass<'s> {
    text: &'s str,
    id: SourceId,
    builder: Builder<'s>,
    statements: Vec<Stmt>,
    diagnostics: Vec<Diagnostic>,
    allowance: usize,
}

impl Pass<'_> {
    /// Parses every statement; gives how many were not looked at because enough was wrong already.
    fn run(&mut self, layout: &Layout) -> usize {
        for (index, piece) in layout.statements.iter().enumerate() {
            if self.full() {
                return layout.statements.len() - index;
            }
            if !piece.broken
                && let Some(slice) = layout.logical.get(piece.span.range())
            {
                self.piece(slice, *piece);
            }
        }
        0
    }

    fn full(&self) -> bool {
        self.diagnostics.len() + self.builder.diagnostics.len() >= MOST_DIAGNOSTICS
    }

    fn piece(&mut self, slice: &str, piece: Piece) {
        let base = piece.span.start as usize;
        if let Some(node) = grammar::statement(slice) {
            let statement = self.builder.top(node, base);
            self.statements.push(statement);
            return;
        }
        self.recover(slice, base);
    }

    /// Reports what is wrong, blanks the innermost statement that it is in, and tries the rest again.
    fn recover(&mut self, slice: &str, base: usize) {
        let mut rest = slice.to_owned();
        while !self.full() {
            let failure = grammar::failure(&rest);
            let place = explain::Place { text: self.text, logical: &rest, base, source: self.id };
            self.diagnostics.push(explain::explain(&place, &failure));
            let wrong = innermost(&rest, failure.at);
            self.allowance = self.allowance.saturating_sub(3 * rest.len());
            // Nothing left to blank: the same error would come again.
            let blank = rest.get(wrong.clone()).is_none_or(|text| text.trim().is_empty());
            if blank || wrong.len() >= rest.trim_end().len() || self.allowance == 0 {
                return;
            }
            let blanks = " ".repeat(wrong.len());
            rest.replace_range(wrong, &blanks);
            if let Some(node) = grammar::statement(&rest) {
                let statement = self.builder.top(node, base);
                self.statements.push(statement);
                return;
            }
        }
    }

    fn finish(self, layout: Layout, skipped: usize) -> Parsed {
        let mut diagnostics = layout.diagnostics;
        diagnostics.extend(self.diagnostics);
        diagnostics.extend(self.builder.diagnostics);
        diagnostics.sort_by_key(|finding| finding.labels.first().map(|label| label.location.span));
        let more = diagnostics.len().saturating_sub(MOST_DIAGNOSTICS);
        diagnostics.truncate(MOST_DIAGNOSTICS);
        if (skipped > 0 || more > 0)
            && let Some(last) = diagnostics.last_mut()
        {
            last.notes.push(match skipped {
                0 => format!("{more} further errors are not shown"),
                1 => "one further statement was not looked at".to_owned(),
                _ => format!("{skipped} further statements were not looked at"),
            });
        }
        Parsed { file: File { statements: self.statements, comments: layout.comments }, diagnostics }
    }
}

/// The range of the innermost statement of the logical text that the offset lies in, or that it ends.
fn innermost(logical: &str, at: usize) -> std::ops::Range<usize> {
    let bytes = logical.as_bytes();
    let at = at.min(bytes.len());
    // The starts of the statements that are open at the offset, each with its depth of brackets.
    let mut depth = 0_usize;
    let mut starts = vec![(0, 0_usize)];
    let block_has_statements = |from: usize| inner_newline(bytes, from);
    for (index, byte) in bytes[..at].iter().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                if *byte == b'{' && block_has_statements(index + 1) {
                    starts.push((index + 1, depth));
                }
            }
            b')' | b']' | b'}' => {
                starts.retain(|(_, level)| *level < depth || *level == 0);
                depth = depth.saturating_sub(1);
            }
            b'\n' => {
                if let Some(last) = starts.last_mut().filter(|(_, level)| *level == depth) {
                    last.0 = index + 1;
                }
            }
            _ => {}
        }
    }
    let (start, level) = starts.last().copied().unwrap_or((0, 0));
    let mut end = at;
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth <= level => break,
            b')' | b']' | b'}' => depth -= 1,
            b'\n' if depth <= level => break,
            _ => {}
        }
        end += 1;
    }
    // With the newline that parts it from its neighbour: statements have exactly one between them.
    match (bytes.get(end), start) {
        (Some(b'\n'), _) => start..end + 1,
        (_, 1..) if bytes[start - 1] == b'\n' => start - 1..end.max(start),
        _ => start..end.max(start),
    }
}

/// Does a newline part statements in the bracket that opened just before?
fn inner_newline(bytes: &[u8], from: usize) -> bool {
    let mut depth = 0_usize;
    for byte in &bytes[from..] {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth == 0 => return false,
            b')' | b']' | b'}' => depth -= 1,
            b'\n' if depth == 0 => return true,
            _ => {}
        }
    }
    false
}
