//! Precedence: a flat row of prefixes, operands, suffixes and operators becomes a tree.
//!
//! Two stacks instead of recursion, so a row of any length needs no more of Rust's stack than a short one.

use super::builder::{Builder, Built, Pending, What};
use crate::source::{Code, Span};
use crate::syntax::grammar::{Node, Rule};
use crate::syntax::tree::{BinaryOp, Expr, ExprKind, FunctionBody, UnaryOp};

// The levels, from the loosest to the tightest.
const FUNCTION: u8 = 0;
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARISON: u8 = 4;
const RANGE: u8 = 5;
const SUM: u8 = 6;
const PRODUCT: u8 = 7;
const NEGATE: u8 = 8;
const POWER: u8 = 9;
const JOIN: u8 = 10;

impl Builder<'_> {
    /// An expression or a unit.
    pub(super) fn expression(&mut self, node: Node<'_>) -> Built {
        let mut row = node.into_inner();
        if row.len() == 1
            && let Some(only) = row.next()
        {
            return self.primary(only);
        }
        self.row(row)
    }

    /// A whole row; also that of a target, which ends where its options begin.
    pub(super) fn row<'i>(&mut self, row: impl Iterator<Item = Node<'i>>) -> Built {
        let (operands, pending) = (self.operands.len(), self.pending.len());
        for node in row {
            self.item(node, pending);
        }
        self.end_of_row(operands, pending)
    }

    /// What is on the stacks above these marks becomes one value.
    fn end_of_row(&mut self, operands: usize, pending: usize) -> Built {
        while self.pending.len() > pending {
            self.reduce();
        }
        let result = self.operands.pop();
        self.operands.truncate(operands);
        result.unwrap_or_else(|| Built::leaf(Span::default(), ExprKind::None))
    }

    /// A unit and what operators put behind it.
    pub(super) fn continued<'i>(
        &mut self,
        first: Node<'i>,
        further: impl Iterator<Item = Node<'i>>,
    ) -> Built {
        let (operands, pending) = (self.operands.len(), self.pending.len());
        let built = self.expression(first);
        self.operands.push(built);
        for node in further {
            let mut inner = node.into_inner();
            if let (Some(operator), Some(unit)) = (inner.next(), inner.next()) {
                self.operator(&operator, pending);
                let built = self.expression(unit);
                self.operands.push(built);
            }
        }
        self.end_of_row(operands, pending)
    }

    fn item(&mut self, node: Node<'_>, base: usize) {
        match node.as_rule() {
            Rule::operator | Rule::dots => self.operator(&node, base),
            Rule::negate => self.prefix(&node, NEGATE, What::Unary(UnaryOp::Negate)),
            Rule::not => self.prefix(&node, NOT, What::Unary(UnaryOp::Not)),
            Rule::join => self.prefix(&node, JOIN, What::Join),
            Rule::closure => {
                let span = self.span(&node);
                let names = node.into_inner().map(|name| self.bound(&name)).collect();
                self.pending.push(Pending { level: FUNCTION, span, what: What::Function(names) });
            }
            Rule::call | Rule::member | Rule::index => {
                if let Some(receiver) = self.operands.pop() {
                    let built = self.suffix(receiver, node);
                    let built = self.limit(built);
                    self.operands.push(built);
                }
            }
            Rule::number if self.is_smallest(&node, base) => self.smallest(&node),
            _ => {
                let built = self.primary(node);
                self.operands.push(built);
            }
        }
    }

    fn prefix(&mut self, node: &Node<'_>, level: u8, what: What) {
        let span = self.span(node);
        self.pending.push(Pending { level, span, what });
    }

    /// The one number that can be written only with its sign, `-9223372036854775808`.
    fn is_smallest(&self, node: &Node<'_>, base: usize) -> bool {
        let digits = node.as_str();
        let negated = self.pending.len() > base
            && self.pending.last().is_some_and(|last| matches!(last.what, What::Unary(UnaryOp::Negate)));
        negated && digits.len() >= 19 && digits.replace('_', "") == "9223372036854775808"
    }

    fn smallest(&mut self, node: &Node<'_>) {
        let mut span = self.span(node);
        if let Some(sign) = self.pending.pop() {
            span = sign.span.to(span);
        }
        self.operands.push(Built::leaf(span, ExprKind::Int(i64::MIN)));
    }

    fn operator(&mut self, node: &Node<'_>, base: usize) {
        let span = self.span(node);
        let (level, what) = meaning(node.as_str());
        let right = level == POWER;
        while self.pending.len() > base
            && self.pending.last().is_some_and(|last| last.level > level || (last.level == level && !right))
        {
            let chained = matches!(level, COMPARISON | RANGE)
                && self.pending.last().is_some_and(|last| last.level == level);
            if chained {
                self.chained(span, level);
            }
            self.reduce();
        }
        self.pending.push(Pending { level, span, what });
    }

    /// `a < b < c` reads as if it meant both, and means neither.
    fn chained(&mut self, span: Span, level: u8) {
        let first = self.pending.last().map_or(span, |last| last.span);
        let (message, help) = if level == COMPARISON {
            ("comparisons cannot be chained", "write both with `and`: `a < b and b < c`")
        } else {
            ("ranges cannot be chained", "a range has one start and one end: `1..4`")
        };
        let first = self.location(first);
        let finding = self.error(Code::SYNTAX, span, message, "the second").at(first, "the first").help(help);
        self.report(finding);
    }

    /// Gives the operator on top its operands.
    fn reduce(&mut self) {
        let Some(Pending { span, what, .. }) = self.pending.pop() else { return };
        let Some(right) = self.operands.pop() else { return };
        let built = match what {
            What::Unary(op) => {
                let whole = span.to(right.outer);
                let height = right.height + 1;
                node(whole, ExprKind::Unary { op, operand: Box::new(right.expr) }, height)
            }
            What::Join => self.join(span, right),
            What::Function(params) => {
                let whole = span.to(right.outer);
                let height = right.height + 1;
                let body = FunctionBody::Expr(Box::new(right.expr));
                node(whole, ExprKind::Function { params, body }, height)
            }
            What::Binary(op) => {
                let Some(left) = self.operands.pop() else { return };
                let whole = left.outer.to(right.outer);
                let height = left.height.max(right.height) + 1;
                let (left, right) = (Box::new(left.expr), Box::new(right.expr));
                node(whole, ExprKind::Binary { op, op_span: span, left, right }, height)
            }
            What::Range { closed } => {
                let Some(left) = self.operands.pop() else { return };
                let whole = left.outer.to(right.outer);
                let height = left.height.max(right.height) + 1;
                let (start, end) = (Some(Box::new(left.expr)), Some(Box::new(right.expr)));
                node(whole, ExprKind::Range { start, end, closed }, height)
            }
        };
        let built = self.limit(built);
        self.operands.push(built);
    }

    fn join(&mut self, span: Span, target: Built) -> Built {
        let whole = span.to(target.outer);
        let height = target.height + 1;
        let all = target.is_bare()
            && matches!(target.expr.kind, ExprKind::Name)
            && self.slice(target.expr.span) == "all";
        let targets = if all { Vec::new() } else { vec![target.expr] };
        node(whole, ExprKind::Join { targets }, height)
    }
}

fn node(span: Span, kind: ExprKind, height: u16) -> Built {
    Built { expr: Expr { span, kind }, outer: span, height }
}

/// The level and the meaning of an infix operator.
fn meaning(text: &str) -> (u8, What) {
    use BinaryOp::*;
    let binary = |level, op| (level, What::Binary(op));
    match text.trim_end() {
        "or" => binary(OR, Or),
        "and" => binary(AND, And),
        "==" => binary(COMPARISON, Equal),
        "!=" => binary(COMPARISON, NotEqual),
        "<" => binary(COMPARISON, Less),
        "<=" => binary(COMPARISON, LessEqual),
        ">" => binary(COMPARISON, Greater),
        ">=" => binary(COMPARISON, GreaterEqual),
        "in" => binary(COMPARISON, In),
        "contains" => binary(COMPARISON, Contains),
        "matches" => binary(COMPARISON, Matches),
        "in_any_order" => binary(COMPARISON, InAnyOrder),
        ".." => (RANGE, What::Range { closed: false }),
        "..=" => (RANGE, What::Range { closed: true }),
        "+" => binary(SUM, Add),
        "-" => binary(SUM, Subtract),
        "*" => binary(PRODUCT, Multiply),
        "/" => binary(PRODUCT, Divide),
        "//" => binary(PRODUCT, FloorDivide),
        "%" => binary(PRODUCT, Remainder),
        "**" => binary(POWER, Power),
        text if text.starts_with("contains") => binary(COMPARISON, ContainsSequence),
        // `not in`, with any blanks between.
        _ => binary(COMPARISON, NotIn),
    }
}

/// The operator in `+=` and its like; `None` for `=`.
pub(super) fn compound(text: &str) -> Option<BinaryOp> {
    match meaning(text.strip_suffix('=')?) {
        _ if text == "=" => None,
        (_, What::Binary(op)) => Some(op),
        _ => None,
    }
}
