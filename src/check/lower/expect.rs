//! `expect` and `test`.

use super::literal::is_literal;
use super::lowering::{Lower, Parts};
use crate::check::resolution::Meaning;
use crate::program::{ExpectSite, Moment, NO_REG, NO_TARGET, Op, Part, Reg, TestSite};
use crate::source::{Code, Span, all_codes, did_you_mean, find_code};
use crate::syntax::tree::{
    BinaryOp, Block, ClauseKind, Expr, ExprKind, Name, Test, Timing, UnaryOp, literal_text,
};
use crate::value::time::to_duration;
use crate::value::{Points, Value};
use std::rc::Rc;

impl<'a> Lower<'a> {
    pub(super) fn expect_condition(
        &mut self,
        condition: &'a Expr,
        timing: &'a Timing,
        why: Option<&'a Expr>,
        span: Span,
    ) {
        let moment = match timing {
            Timing::Now => Moment::Now,
            Timing::Within(time) => Moment::Within(self.in_new_register(time)),
            Timing::For(time) => Moment::For(self.in_new_register(time)),
        };
        let why = why.map_or(NO_REG, |why| self.in_new_register(why));
        let since = self.frame.register();
        let result = self.frame.register();
        let number = self.frame.expects.len();
        let site = self.frame.site(number);
        self.frame.expects.push(ExpectSite {
            span: condition.span,
            moment,
            condition: result,
            since,
            why,
            parts: Vec::new(),
            kind: None,
        });
        let head = Span { start: span.start, end: condition.span.end.max(span.start) };
        self.emit(Op::ExpectStart { site }, head);
        let again = self.frame.here();
        let mut parts = Parts::new();
        let kept = std::mem::take(&mut self.kept);
        self.judged(condition, result, &mut parts, true);
        self.kept = kept;
        self.emit(Op::ExpectCheck { site, again }, head);
        self.frame.expects[number].parts = parts;
    }

    pub(super) fn in_new_register(&mut self, value: &'a Expr) -> Reg {
        let dst = self.frame.register();
        self.value_in(value, dst);
        dst
    }

    /// A condition into `dst`. Registers taken for its parts are not released: they are read when it fails.
    fn judged(&mut self, value: &'a Expr, dst: Reg, parts: &mut Parts, whole: bool) {
        match &value.kind {
            ExprKind::Unary { op: UnaryOp::Not, operand } => {
                self.judged(operand, dst, parts, false);
                self.emit(Op::Not { dst, src: dst }, value.span);
            }
            ExprKind::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), left, right, .. } => {
                self.judged(left, dst, parts, false);
                self.judged_second(*op, left.span, right, dst, parts);
            }
            ExprKind::Binary { op, op_span, left, right } if compares(*op) => {
                let first = self.part(left, parts);
                let second = self.part(right, parts);
                self.operate(*op, *op_span, dst, first, second);
            }
            ExprKind::Field { .. } if whole => {
                self.value_in(value, dst);
                parts.push(Part { span: value.span, reg: dst });
            }
            _ if whole => {
                self.keep_operands(value, parts);
                self.value_in(value, dst);
                self.kept.clear();
            }
            _ => {
                let reg = self.part(value, parts);
                self.emit(Op::Move { dst, src: reg }, value.span);
            }
        }
    }

    /// The second operand of `and` or `or`. Where it is not evaluated, the registers of its parts say so: an earlier
    /// look may have filled them.
    fn judged_second(&mut self, op: BinaryOp, first: Span, right: &'a Expr, dst: Reg, parts: &mut Parts) {
        let to = NO_TARGET;
        let skip = match op {
            BinaryOp::Or => Op::JumpIf { condition: dst, to },
            _ => Op::JumpIfNot { condition: dst, to },
        };
        let skip = self.emit(skip, first);
        let from = parts.len();
        self.judged(right, dst, parts, false);
        self.emit(Op::CheckBool { src: dst }, right.span);
        let end = (parts.len() > from).then(|| self.emit(Op::Jump { to }, right.span));
        self.frame.patch(skip);
        for part in &parts[from..] {
            self.constant(Value::Absent, part.reg, part.span);
        }
        if let Some(end) = end {
            self.frame.patch(end);
        }
    }

    /// A value in a register that keeps it until the condition is judged, listed unless it is a literal.
    fn part(&mut self, value: &'a Expr, parts: &mut Parts) -> Reg {
        let reg = self.in_new_register(value);
        if !self.says_itself(value) {
            parts.push(Part { span: value.span, reg });
        }
        reg
    }

    fn says_itself(&self, value: &Expr) -> bool {
        let is_signal = matches!(value.kind, ExprKind::Name)
            && matches!(self.found.meaning(value.span), Meaning::Signal(_) | Meaning::Builtin(_));
        is_literal(value) || is_signal
    }

    /// A condition that is no comparison: what it is made of are its parts.
    fn keep_operands(&mut self, value: &'a Expr, parts: &mut Parts) {
        let operands: Vec<&'a Expr> = match &value.kind {
            ExprKind::Call { args, .. } => args.iter().collect(),
            ExprKind::Method { receiver, args, .. } => std::iter::once(&**receiver).chain(args).collect(),
            ExprKind::Field { receiver, .. } => vec![receiver],
            ExprKind::Index { receiver, index } => vec![receiver, index],
            _ => return,
        };
        for operand in operands {
            if !self.says_itself(operand) && !matches!(operand.kind, ExprKind::Range { .. }) {
                let reg = self.part(operand, parts);
                self.kept.push((operand, reg));
            }
        }
    }

    pub(super) fn expect_error(&mut self, kind: Name, body: &'a Block, span: Span) {
        let text = self.text(kind);
        if find_code(text).is_none() {
            let help = did_you_mean(text, all_codes().iter().map(Code::name)).map_or_else(
                || "`e.kind` in a `catch e` says which kind an error has".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            self.error(Code::UNDEFINED_NAME, kind.span, format!("no error has the kind `{text}`"), help);
        }
        let number = self.frame.expects.len();
        let site = self.frame.site(number);
        let error = self.frame.register();
        self.frame.expects.push(ExpectSite {
            span: kind.span,
            moment: Moment::Now,
            condition: NO_REG,
            since: NO_REG,
            why: NO_REG,
            parts: Vec::new(),
            kind: Some(text.into()),
        });
        let head = Span { start: span.start, end: kind.span.end.max(span.start) };
        let push = self.emit(Op::PushTry { error, to: NO_TARGET }, head);
        self.guarded(head, |lower| lower.block(body));
        self.emit(Op::ExpectNoError { site }, head);
        self.frame.patch(push);
        self.emit(Op::ExpectError { site, error }, head);
    }

    pub(super) fn test(&mut self, test: &'a Test, span: Span) {
        let mut site = TestSite {
            name: self.literal(&test.name),
            span: Span { start: span.start, end: test.name.span.end.max(span.start) },
            begin: self.frame.here(),
            worth: NO_REG,
            points: Some(Points::ONE),
            within: NO_REG,
            limit: None,
            tags: Vec::new(),
            needs: Vec::new(),
            hidden: false,
            skip: None,
            xfail: None,
            pass: None,
            fail: None,
        };
        for clause in &test.clauses {
            match &clause.kind {
                ClauseKind::Worth(value) => {
                    site.worth = self.in_new_register(value);
                    site.points = constant(value).and_then(|value| Points::of(&value));
                }
                ClauseKind::Within(value) => {
                    site.within = self.in_new_register(value);
                    site.limit = constant(value).and_then(|value| to_duration(&value).ok());
                }
                ClauseKind::Tags(tags) => {
                    site.tags.extend(tags.iter().map(|tag| -> Rc<str> { self.text(*tag).into() }))
                }
                ClauseKind::Needs(name) => site.needs.push(self.literal(name)),
                ClauseKind::Hidden => site.hidden = true,
                ClauseKind::Skip(why) => site.skip = Some(self.literal(why)),
                ClauseKind::Xfail(why) => site.xfail = Some(self.literal(why)),
                ClauseKind::Pass(words) => site.pass = Some(self.literal(words)),
                ClauseKind::Fail(words) => site.fail = Some(self.literal(words)),
            }
        }
        let head = site.span;
        let number = self.frame.tests.len();
        let at = self.frame.site(number);
        self.frame.tests.push(site);
        let start = self.emit(Op::TestStart { site: at, to: NO_TARGET }, head);
        self.block(&test.body);
        self.frame.patch(start);
        self.emit(Op::TestEnd { site: at }, head);
    }

    /// The text of a string that stands where only literals can.
    fn literal(&mut self, value: &Expr) -> Rc<str> {
        match literal_text(value) {
            Some(text) => text.into(),
            None => {
                self.error(Code::SYNTAX, value.span, "this must be a plain string", "write it without `{…}`");
                "".into()
            }
        }
    }
}

/// The value of a literal that can be a time.
fn constant(value: &Expr) -> Option<Value> {
    match value.kind {
        ExprKind::Int(number) => Some(Value::Int(number)),
        ExprKind::Float(number) => Some(Value::Float(number)),
        ExprKind::Duration(time) => Some(Value::Duration(time)),
        _ => None,
    }
}

fn compares(op: BinaryOp) -> bool {
    matches!(
        op,
        BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
            | BinaryOp::In
            | BinaryOp::NotIn
            | BinaryOp::Contains
            | BinaryOp::Matches
            | BinaryOp::InAnyOrder
    )
}
