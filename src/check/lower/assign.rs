//! Assignments.

use super::expression::{has_block, writes_last};
use super::literal::is_template;
use super::lowering::Lower;
use super::operator::small_step;
use crate::check::resolution::{DeclId, DeclKind};
use crate::check::storage::Storage;
use crate::program::{NO_REG, Op, Reg};
use crate::source::{Code, Span};
use crate::syntax::tree::{BinaryOp, Expr, ExprKind, Name};

impl<'a> Lower<'a> {
    pub(super) fn assign(&mut self, target: &'a Expr, op: Option<BinaryOp>, at: Span, value: &'a Expr) {
        match &target.kind {
            ExprKind::Name => self.assign_name(target.span, op, at, value),
            ExprKind::Field { receiver, name } => self.assign_field(receiver, *name, op, at, value),
            ExprKind::Index { receiver, index } => self.assign_index(receiver, index, op, at, value),
            // The parser reported it: nothing else can be assigned to.
            _ => self.effect(value),
        }
    }

    fn assign_name(&mut self, name: Span, op: Option<BinaryOp>, at: Span, value: &'a Expr) {
        let Some(decl) = self.found.decl(name) else { return self.effect(value) };
        match op {
            None => self.assign_variable(decl, value, name),
            Some(op) => self.update(decl, op, at, value, name),
        }
    }

    /// `name = value`, where the variable is declared already.
    pub(super) fn assign_variable(&mut self, decl: DeclId, value: &'a Expr, name: Span) {
        let slot = self.slots[decl as usize];
        if self.storage(decl) != Storage::Register || slot == NO_REG {
            let src = self.value(value);
            return self.write(decl, src, name);
        }
        if let Some(added) = self.grows(slot, value) {
            return self.update(decl, BinaryOp::Add, added.0, added.1, name);
        }
        if writes_last(value) {
            return self.value_in(value, slot);
        }
        let mark = self.frame.mark();
        let temporary = self.frame.register();
        self.value_in(value, temporary);
        self.write(decl, temporary, name);
        self.frame.release(mark);
    }

    /// `x + "…"` assigned to `x` is `x += "…"`, which need not copy the string. Of a list it is not: `+=` extends the
    /// list for all that hold it, and `+` makes another one.
    fn grows(&self, slot: Reg, value: &'a Expr) -> Option<(Span, &'a Expr)> {
        let ExprKind::Binary { op: BinaryOp::Add, op_span, left, right } = &value.kind else { return None };
        let same = matches!(left.kind, ExprKind::Name) && self.register_of(left.span) == Some(slot);
        (same && matches!(right.kind, ExprKind::Str(_)) && !has_block(right)).then_some((*op_span, &**right))
    }

    /// `name op= value`
    fn update(&mut self, decl: DeclId, op: BinaryOp, at: Span, value: &'a Expr, name: Span) {
        let slot = self.slots[decl as usize];
        let storage = self.storage(decl);
        let mark = self.frame.mark();
        match (op, storage) {
            (_, Storage::Function(_)) if matches!(self.decl(decl).kind, DeclKind::Import(_)) => {
                self.write(decl, NO_REG, name);
            }
            (_, Storage::Register) if small_step(op, value).is_some() => {
                let step = small_step(op, value).unwrap_or_default();
                self.emit(Op::AddInt { dst: slot, left: slot, value: step }, at);
            }
            (BinaryOp::Add, Storage::Register)
                if let ExprKind::Str(parts) = &value.kind
                    && is_template(parts) =>
            {
                let (first, count) = self.text_parts(parts, at);
                self.emit(Op::AddTexts { target: slot, first, count }, at);
            }
            (BinaryOp::Add, _) => {
                let src = self.value(value);
                self.add_to(decl, storage, src, at);
            }
            (_, Storage::Register) if !has_block(value) => {
                let right = self.value(value);
                self.operate(op, at, slot, slot, right);
            }
            _ => {
                let left = self.frame.register();
                self.read_copy(decl, left, name);
                let right = self.value(value);
                self.operate(op, at, left, left, right);
                self.write(decl, left, name);
            }
        }
        self.frame.release(mark);
    }

    fn read_copy(&mut self, decl: DeclId, dst: Reg, name: Span) {
        self.read(decl, dst, name);
    }

    fn add_to(&mut self, decl: DeclId, storage: Storage, src: Reg, at: Span) {
        let slot = self.slots[decl as usize];
        let op = match storage {
            Storage::Register => Op::AddTo { target: slot, src },
            Storage::Cell => match self.capture(decl) {
                Some(capture) => Op::AddToCapture { at: capture, src },
                None => Op::AddToCell { cell: slot, src },
            },
            Storage::Global(global) => Op::AddToGlobal { at: global, src },
            Storage::Function(_) => return,
        };
        self.emit(op, at);
    }

    fn assign_field(
        &mut self,
        receiver: &'a Expr,
        name: Name,
        op: Option<BinaryOp>,
        at: Span,
        value: &'a Expr,
    ) {
        let target = self.value_before(receiver, value);
        let number = self.name_number(name);
        let src = match op {
            None => self.value(value),
            Some(op) => {
                let old = self.frame.register();
                self.emit(Op::GetField { dst: old, src: target, name: number }, name.span);
                let right = self.value(value);
                self.operate(op, at, old, old, right);
                old
            }
        };
        self.emit(Op::SetField { target, name: number, src }, name.span);
    }

    fn assign_index(
        &mut self,
        receiver: &'a Expr,
        index: &'a Expr,
        op: Option<BinaryOp>,
        at: Span,
        value: &'a Expr,
    ) {
        if let ExprKind::Range { .. } = index.kind {
            let help = "assign to its elements one by one";
            return self.error(Code::BAD_ASSIGNMENT, index.span, "a slice cannot be assigned to", help);
        }
        let target = self.stable(receiver, index, value);
        let place = self.value_before(index, value);
        let src = match op {
            None => self.value(value),
            Some(op) => {
                let old = self.frame.register();
                self.emit(Op::GetIndex { dst: old, src: target, index: place }, index.span);
                let right = self.value(value);
                self.operate(op, at, old, old, right);
                old
            }
        };
        self.emit(Op::SetIndex { target, index: place, src }, index.span);
    }

    fn stable(&mut self, receiver: &'a Expr, index: &'a Expr, value: &'a Expr) -> Reg {
        let then = if has_block(index) { index } else { value };
        self.value_before(receiver, then)
    }
}
