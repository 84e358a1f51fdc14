//! A test that cannot fail by an expectation: neither it nor what it calls has one.

use super::reach::{Node, Reach};
use crate::check::findings::Findings;
use crate::source::{Code, Diagnostic, Span};
use crate::syntax::tree::{ClauseKind, Test};

#[derive(Default)]
pub(in crate::check) struct TestWithoutExpect {
    tests: Vec<(Span, Node)>,
}

impl TestWithoutExpect {
    /// A test whose body is `node`. One that is skipped need not expect anything yet.
    pub fn test(&mut self, test: &Test, node: Node) {
        if !test.clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::Skip(_))) {
            self.tests.push((test.name.span, node));
        }
    }

    pub fn report(&self, reach: &Reach, findings: &Findings) -> Vec<Diagnostic> {
        let empty = self.tests.iter().filter(|(_, node)| !reach.does_expect(*node));
        empty
            .map(|(name, _)| {
                Diagnostic::warning(Code::TEST_WITHOUT_EXPECT, "this test expects nothing")
                    .at(findings.place(*name), "it fails only by an error")
                    .help("say what must hold: `expect p.exitcode == 0`")
            })
            .collect()
    }
}
