//! Where a pass puts what it finds in one file.

use crate::source::{Code, Diagnostic, Location, SourceId, Span};

/// The diagnostics of one file.
#[derive(Debug)]
pub(super) struct Findings {
    pub source: SourceId,
    list: Vec<Diagnostic>,
    failed: bool,
}

impl Findings {
    /// More than anybody reads; beyond it a hostile text would only cost memory.
    pub const MOST: usize = 1000;

    pub fn new(source: SourceId) -> Self {
        Self { source, list: Vec::new(), failed: false }
    }

    pub fn add(&mut self, diagnostic: Diagnostic) {
        self.failed |= diagnostic.is_error();
        if self.list.len() < Self::MOST {
            self.list.push(diagnostic);
        }
    }

    /// An error whose caret goes to `span`.
    pub fn error(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: &str,
        help: Option<String>,
    ) {
        let diagnostic = Diagnostic::error(code, message).at(self.place(span), label).help_maybe(help);
        self.add(diagnostic);
    }

    pub fn place(&self, span: Span) -> Location {
        Location::new(self.source, span)
    }

    /// Whether there is an error among all that was added.
    pub fn failed(&self) -> bool {
        self.failed
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn into_list(self) -> Vec<Diagnostic> {
        self.list
    }
}
