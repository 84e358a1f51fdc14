//! Operators and conditions.

use super::lowering::Lower;
use crate::program::{NO_TARGET, Op, Reg};
use crate::source::Span;
use crate::syntax::tree::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::value::Value;

impl<'a> Lower<'a> {
    pub(super) fn unary(&mut self, op: UnaryOp, operand: &'a Expr, dst: Reg, span: Span) {
        if op == UnaryOp::Negate {
            match operand.kind {
                ExprKind::Int(int) => return self.int(int.wrapping_neg(), dst, span),
                ExprKind::Float(float) => return self.constant(Value::Float(-float), dst, span),
                ExprKind::Duration(time) => return self.constant(Value::Duration(-time), dst, span),
                _ => {}
            }
        }
        let src = self.value(operand);
        let op = match op {
            UnaryOp::Negate => Op::Negate { dst, src },
            UnaryOp::Not => Op::Not { dst, src },
        };
        self.emit(op, span);
    }

    pub(super) fn binary(&mut self, op: BinaryOp, at: Span, left: &'a Expr, right: &'a Expr, dst: Reg) {
        if matches!(op, BinaryOp::And | BinaryOp::Or) {
            self.value_in(left, dst);
            let skip = self.jump_when(dst, op == BinaryOp::Or, left.span);
            self.value_in(right, dst);
            self.emit(Op::CheckBool { src: dst }, right.span);
            return self.frame.patch(skip);
        }
        let reg = self.value_before(left, right);
        if let Some(value) = small_step(op, right) {
            self.emit(Op::AddInt { dst, left: reg, value }, at);
            return;
        }
        let other = self.value(right);
        self.operate(op, at, dst, reg, other);
    }

    /// `dst = left op right`; the operands are in registers. Not for `and` and `or`.
    pub(super) fn operate(&mut self, op: BinaryOp, at: Span, dst: Reg, left: Reg, right: Reg) {
        let instruction = match op {
            BinaryOp::Add => Op::Add { dst, left, right },
            BinaryOp::Subtract => Op::Subtract { dst, left, right },
            BinaryOp::Multiply => Op::Multiply { dst, left, right },
            BinaryOp::Divide => Op::Divide { dst, left, right },
            BinaryOp::FloorDivide => Op::FloorDivide { dst, left, right },
            BinaryOp::Remainder => Op::Remainder { dst, left, right },
            BinaryOp::Power => Op::Power { dst, left, right },
            BinaryOp::Equal => Op::Equal { dst, left, right },
            BinaryOp::NotEqual => Op::NotEqual { dst, left, right },
            BinaryOp::Less => Op::Less { dst, left, right },
            BinaryOp::LessEqual => Op::LessEqual { dst, left, right },
            BinaryOp::Greater => Op::Greater { dst, left, right },
            BinaryOp::GreaterEqual => Op::GreaterEqual { dst, left, right },
            BinaryOp::In | BinaryOp::NotIn => Op::In { dst, left, right },
            BinaryOp::Contains => Op::In { dst, left: right, right: left },
            BinaryOp::Matches => Op::Matches { dst, left, right },
            BinaryOp::InAnyOrder => Op::InAnyOrder { dst, left, right },
            BinaryOp::ContainsSequence => Op::Sequence { dst, left, right },
            // Short circuits are lowered as jumps.
            BinaryOp::And | BinaryOp::Or => return,
        };
        self.emit(instruction, at);
        if op == BinaryOp::NotIn {
            self.emit(Op::Not { dst, src: dst }, at);
        }
    }

    fn jump_when(&mut self, condition: Reg, truth: bool, span: Span) -> u32 {
        let to = NO_TARGET;
        let jump = if truth { Op::JumpIf { condition, to } } else { Op::JumpIfNot { condition, to } };
        self.emit(jump, span)
    }

    /// Goes on where the condition is true; gives the jumps for where it is false.
    pub(super) fn jump_unless(&mut self, condition: &'a Expr) -> Vec<u32> {
        self.jump_on(condition, false)
    }

    /// Goes on where the condition is not `truth`; gives the jumps for where it is.
    fn jump_on(&mut self, condition: &'a Expr, truth: bool) -> Vec<u32> {
        match &condition.kind {
            ExprKind::Bool(literal) if *literal != truth => Vec::new(),
            ExprKind::Unary { op: UnaryOp::Not, operand } => self.jump_on(operand, !truth),
            ExprKind::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), left, right, .. } => {
                let decides = *op == BinaryOp::Or;
                let mut jumps = self.jump_on(left, decides);
                if decides == truth {
                    jumps.extend(self.jump_on(right, truth));
                    return jumps;
                }
                let others = self.jump_on(right, truth);
                self.frame.patch_all(jumps);
                others
            }
            ExprKind::Binary { op, op_span, left, right } if is_order(*op) => {
                let mark = self.frame.mark();
                let reg = self.value_before(left, right);
                let test = match small(right) {
                    Some(value) => test_int(*op, reg, value, truth),
                    None => {
                        let right = self.value(right);
                        test(*op, reg, right, truth)
                    }
                };
                self.frame.release(mark);
                self.emit(test, *op_span);
                vec![self.emit(Op::Jump { to: NO_TARGET }, condition.span)]
            }
            _ => {
                let mark = self.frame.mark();
                let reg = self.value(condition);
                self.frame.release(mark);
                vec![self.jump_when(reg, truth, condition.span)]
            }
        }
    }
}

/// The comparisons that have instructions of their own for conditions.
fn is_order(op: BinaryOp) -> bool {
    use BinaryOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    matches!(op, Less | LessEqual | Greater | GreaterEqual | Equal | NotEqual)
}

fn small(value: &Expr) -> Option<i16> {
    let ExprKind::Int(int) = value.kind else { return None };
    i16::try_from(int).ok()
}

/// A comparison for which [`is_order`] holds, and which a jump follows.
fn test(op: BinaryOp, left: Reg, right: Reg, truth: bool) -> Op {
    match op {
        BinaryOp::Less => Op::TestLess { left, right, truth },
        BinaryOp::LessEqual => Op::TestLessEqual { left, right, truth },
        BinaryOp::Greater => Op::TestGreater { left, right, truth },
        BinaryOp::GreaterEqual => Op::TestGreaterEqual { left, right, truth },
        BinaryOp::Equal => Op::TestEqual { left, right, truth },
        _ => Op::TestNotEqual { left, right, truth },
    }
}

fn test_int(op: BinaryOp, left: Reg, value: i16, truth: bool) -> Op {
    match op {
        BinaryOp::Less => Op::TestLessInt { left, value, truth },
        BinaryOp::LessEqual => Op::TestLessEqualInt { left, value, truth },
        BinaryOp::Greater => Op::TestGreaterInt { left, value, truth },
        BinaryOp::GreaterEqual => Op::TestGreaterEqualInt { left, value, truth },
        BinaryOp::Equal => Op::TestEqualInt { left, value, truth },
        _ => Op::TestNotEqualInt { left, value, truth },
    }
}

/// The int that an addition or subtraction of a small literal adds.
pub(super) fn small_step(op: BinaryOp, right: &Expr) -> Option<i16> {
    let ExprKind::Int(int) = right.kind else { return None };
    match op {
        BinaryOp::Add => i16::try_from(int).ok(),
        BinaryOp::Subtract => i16::try_from(int.checked_neg()?).ok(),
        _ => None,
    }
}
