//! Where a pass puts what it finds in one file.

use crate::source::{Code, Diagnostic, Location, SourceId, Span};

/// The diagnostics of one file.
#[derive(Debug)]
pub(super) struct Findings {
    pub source: SourceId,
    list: Vec<Diagnostic>,
    /// An error about a name: which names are used is not certain then.
    names_unsure: bool,
    /// An error about a jump: what is behind it may be meant to be run.
    jumps_unsure: bool,
}

impl Findings {
    /// More than anybody reads; beyond it a hostile text would only cost memory.
    pub const MOST: usize = 1000;

    pub fn new(source: SourceId) -> Self {
        Self { source, list: Vec::new(), names_unsure: false, jumps_unsure: false }
    }

    pub fn add(&mut self, diagnostic: Diagnostic) {
        self.names_unsure |= matches!(diagnostic.code, Code::UNDEFINED_NAME | Code::DUPLICATE_NAME);
        self.jumps_unsure |=
            matches!(diagnostic.code, Code::OUTSIDE_LOOP | Code::OUTSIDE_FUNCTION | Code::LEAVES_PROCESS);
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

    /// Whether a warning can still be taken at its word beside the errors that were added: a name that nothing uses may be the one
    /// that was misspelt elsewhere.
    pub fn vouches_for(&self, warning: &Diagnostic) -> bool {
        match warning.code {
            Code::UNUSED_NAME | Code::UNJOINED_CHILD => !self.names_unsure,
            Code::UNREACHABLE => !self.jumps_unsure,
            _ => true,
        }
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn into_list(self) -> Vec<Diagnostic> {
        self.list
    }
}
