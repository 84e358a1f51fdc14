//! Names and numbers.

use super::builder::{Builder, Built};
use super::number;
use crate::source::{Code, Span};
use crate::syntax::grammar::Node;
use crate::syntax::tree::ExprKind;
use crate::syntax::words;

impl Builder<'_> {
    pub(super) fn name(&mut self, node: &Node<'_>) -> Built {
        let start = self.base + node.as_span().start();
        let word = node.as_str();
        let span = Span::new(start, start + word.len());
        Built::leaf(span, name_kind(word))
    }

    /// A name where a value is wanted, so it must not be a reserved word.
    pub(super) fn variable(&mut self, node: &Node<'_>) -> Built {
        let built = self.name(node);
        let word = self.slice(built.outer);
        if built.expr.kind == ExprKind::Name && words::is_reserved(word) {
            let message = format!("`{word}` is a reserved word, and no expression begins with it");
            let help = if words::LEADING.contains(&word) {
                format!("a statement stands on its own line, or in a block: `{{ {word} … }}`")
            } else {
                format!("a name cannot be `{word}`: choose another, such as `my_{word}`")
            };
            let finding =
                self.error(Code::SYNTAX, built.outer, message, "expected an expression here").help(help);
            self.report(finding);
        }
        built
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

fn name_kind(word: &str) -> ExprKind {
    match word {
        "none" => ExprKind::None,
        "true" => ExprKind::Bool(true),
        "false" => ExprKind::Bool(false),
        _ => ExprKind::Name,
    }
}
