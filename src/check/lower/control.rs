//! Loops, jumps out of them, and the frames of protection.

use super::frame::Loop;
use super::lowering::Lower;
use crate::program::{NO_REG, NO_TARGET, Op, Reg};
use crate::source::{Code, Span};
use crate::syntax::tree::{Block, Expr, Name};

impl<'a> Lower<'a> {
    pub(super) fn while_loop(&mut self, condition: &'a Expr, body: &'a Block) {
        let start = self.frame.here();
        let mark = self.frame.mark();
        let ends = self.jump_unless(condition);
        self.frame.release(mark);
        self.loop_body(start, ends, body.span, |lower| lower.block(body));
    }

    pub(super) fn for_loop(&mut self, names: &'a [Name], iterable: &'a Expr, body: &'a Block) {
        let first = self.frame.registers(3);
        self.value_in(iterable, first);
        self.emit(Op::ForStart { first, pairs: names.len() > 1 }, iterable.span);
        let start = self.frame.here();
        let end = self.emit(Op::ForNext { first, to: NO_TARGET }, iterable.span);
        self.loop_body(start, vec![end], body.span, |lower| {
            let element = first + 2;
            if names.len() == 1 {
                lower.adopt_all(names, element);
            } else {
                let parts = lower.frame.registers(names.len());
                let span = names.iter().map(|name| name.span).reduce(Span::to).unwrap_or_default();
                lower.emit(Op::Unpack { src: element, first: parts, count: names.len() as u16 }, span);
                lower.adopt_all(names, parts);
            }
            lower.block(body);
        });
    }

    /// The body, the jump back to `start`, and the end to which `ends` jump.
    fn loop_body(&mut self, start: u32, ends: Vec<u32>, span: Span, body: impl FnOnce(&mut Self)) {
        let guards = self.frame.guards;
        self.frame.loops.push(Loop { start, breaks: Vec::new(), guards });
        body(self);
        self.emit(Op::Loop { to: start }, span);
        self.frame.patch_all(ends);
        if let Some(done) = self.frame.loops.pop() {
            self.frame.patch_all(done.breaks);
        }
    }

    pub(super) fn break_loop(&mut self, span: Span) {
        if !self.leave_to_loop("break", span) {
            return;
        }
        let jump = self.emit(Op::Jump { to: NO_TARGET }, span);
        if let Some(around) = self.frame.loops.last_mut() {
            around.breaks.push(jump);
        }
    }

    pub(super) fn continue_loop(&mut self, span: Span) {
        if !self.leave_to_loop("continue", span) {
            return;
        }
        let Some(start) = self.frame.loops.last().map(|around| around.start) else { return };
        self.emit(Op::Loop { to: start }, span);
    }

    /// Leaves the frames of protection between here and the innermost loop; false where there is none.
    fn leave_to_loop(&mut self, word: &str, span: Span) -> bool {
        let outside = self.frame.fences.last().copied();
        let loops = self.frame.loops.len();
        if loops <= outside.unwrap_or(0) {
            if loops == 0 {
                let message = format!("`{word}` stands outside every loop");
                self.error(Code::OUTSIDE_LOOP, span, message, "");
            } else {
                self.leaves_process(word, span);
            }
            return false;
        }
        let guards = self.frame.loops.last().map_or(0, |around| around.guards);
        for _ in guards..self.frame.guards {
            self.emit(Op::Pop, span);
        }
        true
    }

    fn leaves_process(&mut self, word: &str, span: Span) {
        let message = format!("`{word}` cannot leave the block of a spawned process");
        let help = "use `exit` to end the process";
        self.error(Code::LEAVES_PROCESS, span, message, help);
    }

    pub(super) fn may_return(&mut self, span: Span) -> bool {
        let keyword = Span { start: span.start, end: span.end.min(span.start + "return".len() as u32) };
        if !self.frame.fences.is_empty() {
            self.leaves_process("return", keyword);
            return false;
        }
        if self.frame.id == 0 {
            let help = "use `exit` to end the scenario";
            self.error(Code::OUTSIDE_FUNCTION, keyword, "`return` stands outside every function", help);
            return false;
        }
        true
    }

    pub(super) fn try_block(&mut self, body: &'a Block, error: Option<Name>, handler: &'a Block, span: Span) {
        let caught = self.frame.register();
        let keyword = Span { start: span.start, end: span.end.min(span.start + "try".len() as u32) };
        let push = self.emit(Op::PushTry { error: caught, to: NO_TARGET }, keyword);
        self.guarded(keyword, |lower| lower.block(body));
        let end = self.emit(Op::Jump { to: NO_TARGET }, keyword);
        self.frame.patch(push);
        self.adopt_all(error.as_slice(), caught);
        self.block(handler);
        self.frame.patch(end);
    }

    /// What a frame of protection that was just opened covers, and its end.
    pub(super) fn guarded(&mut self, span: Span, body: impl FnOnce(&mut Self)) {
        self.frame.guards += 1;
        body(self);
        self.frame.guards -= 1;
        self.emit(Op::Pop, span);
    }

    pub(super) fn within(&mut self, limit: &'a Expr, body: &'a Block, otherwise: Option<&'a Block>) {
        self.deadline(limit, otherwise, None, |lower| lower.block(body));
    }

    /// `value within limit else { … }`, the value in `dst` where it is wanted.
    pub(super) fn within_value(
        &mut self,
        value: &'a Expr,
        limit: &'a Expr,
        otherwise: Option<&'a Block>,
        dst: Option<Reg>,
    ) {
        self.deadline(limit, otherwise, dst, |lower| match dst {
            Some(dst) => lower.value_in(value, dst),
            None => lower.effect(value),
        });
    }

    fn deadline(
        &mut self,
        limit: &'a Expr,
        otherwise: Option<&'a Block>,
        dst: Option<Reg>,
        body: impl FnOnce(&mut Self),
    ) {
        let mark = self.frame.mark();
        let time = self.value(limit);
        let push = self.emit(Op::PushDeadline { limit: time, to: NO_TARGET }, limit.span);
        self.guarded(limit.span, body);
        if let Some(otherwise) = otherwise {
            let end = self.emit(Op::Jump { to: NO_TARGET }, limit.span);
            self.frame.patch(push);
            self.block_value(otherwise, dst);
            self.frame.patch(end);
        }
        self.frame.release(mark);
    }

    pub(super) fn with(
        &mut self,
        lock: &'a Expr,
        limit: Option<&'a Expr>,
        body: &'a Block,
        otherwise: Option<&'a Block>,
    ) {
        // Of its own: the variable may get another lock while the block runs.
        let held = self.frame.register();
        self.value_in(lock, held);
        let limit = limit.map_or(NO_REG, |limit| self.in_new_register(limit));
        let got = if otherwise.is_some() { self.frame.register() } else { NO_REG };
        self.emit(Op::PushLock { lock: held, limit, got }, lock.span);
        let not_got = otherwise.map(|otherwise| {
            (otherwise, self.emit(Op::JumpIfNot { condition: got, to: NO_TARGET }, lock.span))
        });
        self.guarded(lock.span, |lower| lower.block(body));
        if let Some((otherwise, not_got)) = not_got {
            let end = self.emit(Op::Jump { to: NO_TARGET }, lock.span);
            self.frame.patch(not_got);
            self.block(otherwise);
            self.frame.patch(end);
        }
    }

    /// `if` with its value in `dst` where it is wanted.
    pub(super) fn if_value(
        &mut self,
        branches: &'a [(Expr, Block)],
        otherwise: Option<&'a Block>,
        dst: Option<Reg>,
        span: Span,
    ) {
        let mut ends = Vec::new();
        for (index, (condition, block)) in branches.iter().enumerate() {
            let mark = self.frame.mark();
            let skips = self.jump_unless(condition);
            self.frame.release(mark);
            self.block_value(block, dst);
            let is_last = index + 1 == branches.len() && otherwise.is_none() && dst.is_none();
            if !is_last {
                ends.push(self.emit(Op::Jump { to: NO_TARGET }, condition.span));
            }
            self.frame.patch_all(skips);
        }
        match (otherwise, dst) {
            (Some(block), _) => self.block_value(block, dst),
            (None, Some(dst)) => {
                self.emit(Op::None { dst }, span);
            }
            (None, None) => {}
        }
        self.frame.patch_all(ends);
    }

    pub(super) fn end_function(&mut self, span: Span) {
        self.emit(Op::Return { src: NO_REG }, span);
    }
}
