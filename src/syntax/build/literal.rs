//! Names and numbers.

use super::builder::{Builder, Built};
use super::number;
use crate::source::Code;
use crate::syntax::grammar::Node;
use crate::syntax::tree::ExprKind;

impl Builder<'_> {
    pub(super) fn name(&mut self, node: &Node<'_>) -> Built {
        let span = self.span(node);
        let kind = match self.slice(span) {
            "none" => ExprKind::None,
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            _ => ExprKind::Name,
        };
        Built::leaf(span, kind)
    }

    pub(super) fn number(&mut self, node: &Node<'_>) -> Built {
        let span = self.span(node);
        let text = self.slice(span);
        match number::read(text) {
            Ok(kind) => Built::leaf(span, kind),
            Err(bad) => {
                let finding =
                    self.error(Code::BAD_NUMBER, span, bad.message, &bad.label).help_maybe(bad.help);
                self.report(finding);
                Built::leaf(span, ExprKind::Int(0))
            }
        }
    }
}
