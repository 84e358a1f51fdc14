//! Verbs, and what is done with signals.

use super::lowering::Lower;
use crate::check::resolution::Meaning;
use crate::program::{Op, Reg, Verb, signal_name};
use crate::source::{Code, Span};
use crate::syntax::tree::{Block, Expr, ExprKind};

impl<'a> Lower<'a> {
    pub(super) fn verb_statement(&mut self, verb: Verb, operands: &'a [Expr], span: Span) {
        let dst = self.frame.register();
        self.verb(verb, operands, dst, span);
    }

    pub(super) fn verb_one(&mut self, verb: Verb, operand: &'a Expr, span: Span) {
        self.verb_statement(verb, std::slice::from_ref(operand), span);
    }

    pub(super) fn verb(&mut self, verb: Verb, operands: &'a [Expr], dst: Reg, span: Span) {
        let first = if operands.is_empty() { dst } else { self.run_of(operands, 0) };
        self.emit(Op::Verb { verb, dst, first, count: operands.len() as u16 }, span);
    }

    pub(super) fn signal(&mut self, group: bool, targets: &'a [Expr], signal: &'a Expr, span: Span) {
        let first = self.frame.registers(targets.len() + 1);
        for (value, place) in targets.iter().chain([signal]).zip(0..) {
            self.value_in(value, first.saturating_add(place));
        }
        let verb = if group { Verb::SignalGroup } else { Verb::Signal };
        self.emit(Op::Verb { verb, dst: first, first, count: (targets.len() + 1) as u16 }, span);
    }

    pub(super) fn award(&mut self, points: &'a Expr, why: &'a Expr, span: Span) {
        let first = self.frame.registers(2);
        self.value_in(points, first);
        self.value_in(why, first + 1);
        self.emit(Op::Verb { verb: Verb::Award, dst: first, first, count: 2 }, span);
    }

    pub(super) fn on(&mut self, signal: &'a Expr, body: &'a Block, span: Span) {
        self.must_be_catchable("on", signal);
        let first = self.frame.registers(2);
        self.value_in(signal, first);
        self.handler(body, span, first + 1);
        let head = Span { start: span.start, end: signal.span.end };
        self.emit(Op::Verb { verb: Verb::On, dst: first, first, count: 2 }, head);
    }

    pub(super) fn disposition(&mut self, verb: Verb, signal: &'a Expr, span: Span) {
        let word = if verb == Verb::Ignore { "ignore" } else { "default" };
        self.must_be_catchable(word, signal);
        self.verb_one(verb, signal, span);
    }

    /// SIGKILL and SIGSTOP cannot be caught, blocked or ignored: signal(7).
    fn must_be_catchable(&mut self, word: &str, signal: &Expr) {
        let ExprKind::Name = signal.kind else { return };
        let Meaning::Signal(number) = self.found.meaning(signal.span) else { return };
        let name = signal_name(number);
        if name == "SIGKILL" || name == "SIGSTOP" {
            let message = format!(
                "`{word} {name}` can have no effect: the kernel lets no process catch, ignore or reset it"
            );
            let near = if name == "SIGKILL" { "SIGTERM" } else { "SIGTSTP" };
            let help = format!("{near} asks for the same and can be caught");
            self.error(Code::UNCATCHABLE_SIGNAL, signal.span, message, help);
        }
    }
}
