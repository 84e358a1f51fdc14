//! Expressions: each to the function that lowers it.

use super::lowering::Lower;
use crate::program::{Op, Reg, Verb};
use crate::source::Span;
use crate::syntax::tree::{BinaryOp, Block, Expr, ExprKind, FunctionBody, StrPart};
use crate::value::Value;

impl<'a> Lower<'a> {
    /// The value in whatever register it is in already, or in a new one.
    pub(super) fn value(&mut self, value: &'a Expr) -> Reg {
        if let Some(kept) = self.kept_register(value) {
            return kept;
        }
        if let ExprKind::Name = value.kind
            && let Some(reg) = self.register_of(value.span)
        {
            return reg;
        }
        let dst = self.frame.register();
        self.value_in(value, dst);
        dst
    }

    /// As [`Self::value`], but in a register that evaluating `then` does not change.
    pub(super) fn value_before(&mut self, value: &'a Expr, then: &'a Expr) -> Reg {
        let reg = self.value(value);
        if !matches!(value.kind, ExprKind::Name) || !has_block(then) {
            return reg;
        }
        let copy = self.frame.register();
        self.emit(Op::Move { dst: copy, src: reg }, value.span);
        copy
    }

    fn kept_register(&self, value: &Expr) -> Option<Reg> {
        self.kept.iter().find(|(known, _)| std::ptr::eq(*known, value)).map(|(_, reg)| *reg)
    }

    /// The values of a list of expressions in registers beside each other, `before` free ones in front.
    pub(super) fn run_of(&mut self, values: &'a [Expr], before: usize) -> Reg {
        let first = self.frame.registers(values.len() + before);
        for (value, place) in values.iter().zip(before..) {
            self.value_in(value, first.saturating_add(place as Reg));
        }
        first
    }

    /// Evaluates for the effects only.
    pub(super) fn effect(&mut self, value: &'a Expr) {
        let mark = self.frame.mark();
        match &value.kind {
            ExprKind::If { branches, otherwise } => {
                self.if_value(branches, otherwise.as_ref(), None, value.span);
            }
            ExprKind::Within { value: inner, limit, otherwise } => {
                self.within_value(inner, limit, otherwise.as_ref(), None);
            }
            _ => {
                let dst = self.frame.register();
                self.value_in(value, dst);
            }
        }
        self.frame.release(mark);
    }

    /// The value in `dst`, which no variable of the expression lives in unless [`writes_last`] holds.
    pub(super) fn value_in(&mut self, value: &'a Expr, dst: Reg) {
        if let Some(kept) = self.kept_register(value) {
            self.emit(Op::Move { dst, src: kept }, value.span);
            return;
        }
        let mark = self.frame.mark();
        self.value_of_kind(value, dst);
        self.frame.release(mark);
    }

    fn value_of_kind(&mut self, value: &'a Expr, dst: Reg) {
        let span = value.span;
        match &value.kind {
            ExprKind::None => {
                self.emit(Op::None { dst }, span);
            }
            ExprKind::Bool(truth) => {
                self.emit(Op::Bool { dst, value: *truth }, span);
            }
            ExprKind::Int(int) => self.int(*int, dst, span),
            ExprKind::Float(float) => self.constant(Value::Float(*float), dst, span),
            ExprKind::Duration(time) => self.constant(Value::Duration(*time), dst, span),
            ExprKind::Str(parts) => self.text_value(parts, dst, span),
            ExprKind::Regex(pattern) => self.regex(pattern, dst, span),
            ExprKind::Name => self.read_name(span, dst),
            ExprKind::List(items) => self.list(items, dst, span),
            ExprKind::Map(entries) => self.map(entries, dst, span),
            ExprKind::Unary { op, operand } => self.unary(*op, operand, dst, span),
            ExprKind::Binary { op, op_span, left, right } => self.binary(*op, *op_span, left, right, dst),
            ExprKind::Range { start, end, closed } => {
                self.range(start.as_deref(), end.as_deref(), *closed, dst, span);
            }
            ExprKind::If { branches, otherwise } => {
                self.if_value(branches, otherwise.as_ref(), Some(dst), span);
            }
            ExprKind::Function { params, body } => self.function_value(params, body, span, dst),
            ExprKind::Call { callee, args } => self.call(callee, args, dst, span),
            ExprKind::Method { receiver, name, args } => self.method(receiver, *name, args, dst, span),
            ExprKind::Field { receiver, name } => self.field(receiver, *name, dst),
            ExprKind::Index { receiver, index } => self.index(receiver, index, dst),
            ExprKind::Spawn(spawn) => self.spawn_statement(spawn, span, dst),
            ExprKind::Join { targets } if targets.is_empty() => self.verb(Verb::JoinAll, &[], dst, span),
            ExprKind::Join { targets } => self.verb(Verb::Join, targets, dst, span),
            ExprKind::Never(patterns) => {
                let first = self.run_of(patterns, 0);
                self.emit(Op::Never { dst, first, count: patterns.len() as u16 }, span);
            }
            ExprKind::WaitAny => self.verb(Verb::WaitAny, &[], dst, span),
            ExprKind::Within { value, limit, otherwise } => {
                self.within_value(value, limit, otherwise.as_ref(), Some(dst));
            }
        }
    }

    pub(super) fn int(&mut self, int: i64, dst: Reg, span: Span) {
        match i32::try_from(int) {
            Ok(value) => {
                self.emit(Op::Int { dst, value }, span);
            }
            Err(_) => self.constant(Value::Int(int), dst, span),
        }
    }
}

/// Whether lowering the expression into a register writes that register only with its last instruction, so
/// that a variable of the expression may live in it.
pub(super) fn writes_last(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Binary { op, .. } => !matches!(op, BinaryOp::And | BinaryOp::Or),
        ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Duration(_)
        | ExprKind::Regex(_)
        | ExprKind::Name
        | ExprKind::Call { .. }
        | ExprKind::Method { .. }
        | ExprKind::Field { .. }
        | ExprKind::Index { .. } => true,
        _ => false,
    }
}

/// Whether the expression holds a block, whose statements may assign to variables.
pub(super) fn has_block(value: &Expr) -> bool {
    let all = |list: &[Expr]| list.iter().any(has_block);
    match &value.kind {
        ExprKind::If { .. } | ExprKind::Spawn(_) => true,
        ExprKind::Function { body, .. } => matches!(body, FunctionBody::Block(_)),
        ExprKind::Within { value, limit, otherwise } => {
            otherwise.as_ref().is_some_and(|block: &Block| !block.statements.is_empty())
                || has_block(value)
                || has_block(limit)
        }
        ExprKind::List(items) | ExprKind::Never(items) | ExprKind::Join { targets: items } => all(items),
        ExprKind::Map(entries) => entries.iter().any(|(_, value)| has_block(value)),
        ExprKind::Unary { operand, .. } => has_block(operand),
        ExprKind::Binary { left, right, .. } => has_block(left) || has_block(right),
        ExprKind::Range { start, end, .. } => start.iter().chain(end).any(|side| has_block(side)),
        ExprKind::Call { callee, args } => has_block(callee) || all(args),
        ExprKind::Method { receiver, args, .. } => has_block(receiver) || all(args),
        ExprKind::Field { receiver, .. } => has_block(receiver),
        ExprKind::Index { receiver, index } => has_block(receiver) || has_block(index),
        ExprKind::Str(parts) => {
            parts.iter().any(|part| matches!(part, StrPart::Value { value, .. } if has_block(value)))
        }
        _ => false,
    }
}
