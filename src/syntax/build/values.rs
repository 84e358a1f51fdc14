//! Rows of values: arguments, the several targets of a `join`, and the `within` behind a value.

use super::builder::{Builder, Built, is};
use crate::source::{Code, Span};
use crate::syntax::grammar::{Node, Nodes, Rule};
use crate::syntax::tree::{Expr, ExprKind, FunctionBody};

impl Builder<'_> {
    /// Every value of a row.
    pub(super) fn value_list(&mut self, nodes: Nodes<'_>) -> Vec<Expr> {
        let mut values = Vec::with_capacity(nodes.len());
        let mut nodes = nodes.peekable();
        while let Some(node) = nodes.next() {
            let value = self.expression(node);
            let value = match nodes.next_if(|next| is(next, Rule::within_suffix)) {
                Some(suffix) => self.within(value, suffix),
                None => value,
            };
            values.push(self.place(value));
        }
        values
    }

    /// A row that must be one value: `e`, or `join p, q`, each with an optional `within`. Stops before
    /// an assignment operator. `None` where there is no value.
    pub(super) fn one_value(&mut self, nodes: &mut Nodes<'_>) -> Option<Built> {
        let first = nodes.next()?;
        let mut value = self.expression(first);
        let mut suffix: Option<Node<'_>> = None;
        let mut more = false;
        while let Some(next) = nodes.peek().filter(|next| !is(next, Rule::assign)) {
            nodes.next();
            if is(&next, Rule::within_suffix) {
                suffix = Some(next);
                continue;
            }
            let next = self.expression(next);
            let misplaced = suffix.take().map(|node| self.span(&node));
            if let Some(span) = misplaced {
                self.within_too_early(span);
            }
            value = self.another(value, next, &mut more);
        }
        match suffix {
            Some(suffix) => Some(self.within(value, suffix)),
            None => Some(value),
        }
    }

    /// A value behind a comma: a further target of `join`, or a mistake.
    fn another(&mut self, mut value: Built, next: Built, told: &mut bool) -> Built {
        let bare = value.is_bare();
        match &mut value.expr {
            Expr { kind: ExprKind::Join { targets }, span } if bare && !targets.is_empty() => {
                *span = span.to(next.outer);
                value.outer = *span;
                value.height = value.height.max(next.height.saturating_add(1));
                targets.push(next.expr);
                self.limit(value)
            }
            _ => {
                if !*told {
                    *told = true;
                    let finding = self
                        .error(Code::SYNTAX, next.outer, "expected one value here", "this is a second one")
                        .help("several values in one are a list, in brackets: `[a, b]`");
                    self.report(finding);
                }
                value
            }
        }
    }

    fn within_too_early(&mut self, span: Span) {
        let finding = self
            .error(
                Code::SYNTAX,
                span,
                "`within` stands before the last target",
                "it holds for the whole `join`",
            )
            .help("write it last: `join p, q within 2s`");
        self.report(finding);
    }

    /// `value within D [else {…}]`.
    pub(super) fn within(&mut self, value: Built, suffix: Node<'_>) -> Built {
        let end = self.span(&suffix);
        let bare = value.is_bare();
        match value.expr {
            // A function's body reaches as far as it can: making a function takes no time.
            Expr { span, kind: ExprKind::Function { params, body: FunctionBody::Expr(body) } } if bare => {
                let outer = body.span;
                let body = self.within(Built { expr: *body, outer, height: value.height }, suffix);
                let height = body.height.saturating_add(1);
                let body = FunctionBody::Expr(Box::new(body.expr));
                let span = span.to(end);
                self.limit(Built {
                    expr: Expr { span, kind: ExprKind::Function { params, body } },
                    outer: span,
                    height,
                })
            }
            expr => self.within_value(Built { expr, ..value }, suffix, end),
        }
    }
}
