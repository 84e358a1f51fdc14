//! Functions: `def`, function values and handlers.

use super::block::end_of;
use super::frame::Frame;
use super::lowering::Lower;
use crate::check::resolution::{DeclKind, FunctionId};
use crate::check::storage::Storage;
use crate::program::{CaptureFrom, NO_REG, Op, Reg};
use crate::source::{Code, Span};
use crate::syntax::tree::{Block, FunctionBody, Name};
use std::rc::Rc;

/// Captures and parameters beyond this cannot be numbered.
const MOST: usize = 60_000;

impl<'a> Lower<'a> {
    /// The body of a `def`; the function itself was made at the start of its block, where it needs to be made.
    pub(super) fn def(&mut self, name: Name, params: &'a [Name], body: &'a Block, span: Span) {
        let Some(decl) = self.found.decl(name.span) else { return };
        let DeclKind::Def(function) = self.decl(decl).kind else { return };
        let head = Span { start: span.start, end: body.span.start.max(span.start) };
        let called: Rc<str> = self.text(name).into();
        self.function(function, called, params, head, |lower| {
            lower.block(body);
            lower.end_function(end_of(body));
        });
    }

    /// `|x| …` into `dst`.
    pub(super) fn function_value(
        &mut self,
        params: &'a [Name],
        body: &'a FunctionBody,
        span: Span,
        dst: Reg,
    ) {
        let Some(function) = self.found.function_at.get(&span.start).copied() else { return };
        self.function(function, "function".into(), params, span, |lower| {
            let value = lower.frame.register();
            match body {
                FunctionBody::Expr(body) => {
                    lower.nested_names(body.span);
                    lower.value_in(body, value);
                    lower.emit(Op::Return { src: value }, body.span);
                }
                FunctionBody::Block(block) => {
                    lower.block_value(block, Some(value));
                    lower.emit(Op::Return { src: value }, end_of(block));
                }
            }
        });
        self.emit(Op::Closure { dst, function: self.function_index(function) }, span);
    }

    /// The block of `on SIGNAL { … }` as a function in `dst`.
    pub(super) fn handler(&mut self, body: &'a Block, span: Span, dst: Reg) {
        let Some(function) = self.found.function_at.get(&span.start).copied() else { return };
        self.function(function, "handler".into(), &[], span, |lower| {
            lower.block(body);
            lower.end_function(end_of(body));
        });
        self.emit(Op::Closure { dst, function: self.function_index(function) }, span);
    }

    fn function(
        &mut self,
        id: FunctionId,
        name: Rc<str>,
        params: &'a [Name],
        span: Span,
        body: impl FnOnce(&mut Self),
    ) {
        let captures = self.captures(id);
        if params.len().max(captures.len()) > MOST {
            let message = format!("a function with more than {MOST} parameters or captured variables");
            return self.error(Code::TOO_LONG, span, message, "");
        }
        let frame = Frame::new(id, name, span, params.len() as u16);
        let outer = std::mem::replace(&mut self.frame, frame);
        let kept = std::mem::take(&mut self.kept);
        self.adopt_all(params, 0);
        body(self);
        self.kept = kept;
        let frame = std::mem::replace(&mut self.frame, outer);
        self.tell_full(&frame);
        let index = self.function_index(id);
        self.assembly.put(index, frame.finish(self.findings.source, captures));
    }

    /// Where a closure that is made here finds what it captures.
    fn captures(&self, function: FunctionId) -> Vec<CaptureFrom> {
        let free = &self.found.functions[function as usize].free;
        let mut captures = Vec::with_capacity(free.len());
        for decl in free {
            debug_assert_eq!(self.storage(*decl), Storage::Cell);
            captures.push(match self.capture(*decl) {
                Some(at) => CaptureFrom::Capture(at),
                None => CaptureFrom::Register(self.slots[*decl as usize]),
            });
        }
        debug_assert!(!captures.contains(&CaptureFrom::Register(NO_REG)), "a capture without a cell");
        captures
    }
}
