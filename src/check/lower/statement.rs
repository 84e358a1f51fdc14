//! Statements: each to the function that lowers it.

use super::lowering::Lower;
use crate::program::{NO_REG, Op, Verb};
use crate::source::Span;
use crate::syntax::tree::{Expect, Expr, ExprKind, Listing, SignalVerb, Stmt, StmtKind};

impl<'a> Lower<'a> {
    pub(super) fn statement(&mut self, statement: &'a Stmt) {
        let span = statement.span;
        match &statement.kind {
            StmtKind::Let { names, value } => return self.let_statement(names, value),
            StmtKind::Def { name, params, body } => return self.def(*name, params, body, span),
            _ => {}
        }
        // What declares registers that outlive its statement is above, or a spawn.
        if let StmtKind::Expr(Expr { kind: ExprKind::Spawn(spawn), span }) = &statement.kind {
            let mark = self.frame.mark();
            let dst = self.frame.register();
            self.spawn_statement(spawn, *span, dst);
            if !spawn.name.is_some_and(|name| self.lives_from(name, dst)) {
                self.frame.release(mark);
            }
            return;
        }
        let mark = self.frame.mark();
        self.plain_statement(statement, span);
        self.frame.release(mark);
    }

    fn plain_statement(&mut self, statement: &'a Stmt, span: Span) {
        match &statement.kind {
            StmtKind::Let { .. } | StmtKind::Def { .. } => {}
            StmtKind::Assign { target, op, op_span, value } => self.assign(target, *op, *op_span, value),
            StmtKind::Print(values) => self.verb_statement(Verb::Print, values, span),
            StmtKind::Sleep(time) => self.verb_one(Verb::Sleep, time, span),
            StmtKind::Exit(code) => self.verb_statement(Verb::Exit, code.as_slice(), span),
            StmtKind::Verb { verb, targets } => self.verb_statement(signal_verb(*verb), targets, span),
            StmtKind::Signal { group, targets, signal } => self.signal(*group, targets, signal, span),
            StmtKind::On { signal, body } => self.on(signal, body, span),
            StmtKind::Ignore(signal) => self.disposition(Verb::Ignore, signal, span),
            StmtKind::Default(signal) => self.disposition(Verb::Default, signal, span),
            StmtKind::Expect(expect) => match &**expect {
                Expect::Condition { condition, timing, why } => {
                    self.expect_condition(condition, timing, why.as_ref(), span);
                }
                Expect::Error { kind, body } => self.expect_error(*kind, body, span),
            },
            StmtKind::Test(test) => self.test(test, span),
            StmtKind::Within { limit, body, otherwise } => self.within(limit, body, otherwise.as_ref()),
            StmtKind::With { lock, limit, body, otherwise } => {
                self.with(lock, limit.as_ref(), body, otherwise.as_ref());
            }
            StmtKind::For { names, iterable, body } => self.for_loop(names, iterable, body),
            StmtKind::While { condition, body } => self.while_loop(condition, body),
            StmtKind::Break => self.break_loop(span),
            StmtKind::Continue => self.continue_loop(span),
            StmtKind::Return(value) => self.return_value(value.as_ref(), span),
            StmtKind::Try { body, error, handler } => self.try_block(body, *error, handler, span),
            StmtKind::Use(_) => {
                if let Some(function) = self.setting.tops.get(&span.start) {
                    self.emit(Op::Use { function: *function }, span);
                }
            }
            StmtKind::Ps(Listing::Scenario) => self.verb_statement(Verb::Ps, &[], span),
            StmtKind::Ps(Listing::Machine) => self.verb_statement(Verb::PsAll, &[], span),
            StmtKind::Ps(Listing::Matching(text)) => self.verb_one(Verb::PsMatching, text, span),
            StmtKind::Tree(process) => self.verb_statement(Verb::Tree, process.as_slice(), span),
            StmtKind::Award { points, why } => self.award(points, why, span),
            StmtKind::Feedback(line) => self.verb_one(Verb::Feedback, line, span),
            StmtKind::Expr(value) => self.effect(value),
        }
    }

    fn return_value(&mut self, value: Option<&'a Expr>, span: Span) {
        if !self.may_return(span) {
            return;
        }
        let src = value.map_or(NO_REG, |value| self.value(value));
        self.emit(Op::Return { src }, span);
    }
}

fn signal_verb(verb: SignalVerb) -> Verb {
    match verb {
        SignalVerb::Terminate => Verb::Terminate,
        SignalVerb::Kill => Verb::Kill,
        SignalVerb::Stop => Verb::Stop,
        SignalVerb::Resume => Verb::Resume,
    }
}
