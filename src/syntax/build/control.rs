//! Statements with blocks, expectations and tests, and `spawn`.

use super::builder::{Builder, Built, is};
use super::operand::empty_block;
use super::statement::placeholder;
use crate::source::{Code, Span};
use crate::syntax::grammar::{Node, Nodes, Rule};
use crate::syntax::tree::{
    Block, Clause, ClauseKind, Expect, Expr, ExprKind, Name, Spawn, StmtKind, Target, TargetKind, Test,
    Timing,
};

impl Builder<'_> {
    fn next_block(&mut self, nodes: &mut Nodes<'_>) -> Block {
        nodes.next().map_or_else(empty_block, |node| self.block(node))
    }

    /// A value before a block: the head of a loop.
    fn head(&mut self, nodes: &mut Nodes<'_>, whole: Span) -> Expr {
        let Some(node) = nodes.next() else { return placeholder(whole) };
        let value = self.expression(node);
        let value = match nodes.peek().filter(|next| is(next, Rule::within_suffix)) {
            Some(suffix) => {
                nodes.next();
                self.within(value, suffix)
            }
            None => value,
        };
        self.place(value)
    }

    fn names(&mut self, nodes: &mut Nodes<'_>) -> Vec<Name> {
        let mut names = Vec::new();
        while let Some(node) = nodes.peek().filter(|node| is(node, Rule::bound)) {
            names.push(self.bound(&node));
            nodes.next();
        }
        names
    }

    pub(super) fn def_statement(&mut self, mut inner: Nodes<'_>, whole: Span) -> StmtKind {
        let name = inner.next().map_or(Name { span: whole }, |node| self.bound(&node));
        let params = self.names(&mut inner);
        StmtKind::Def { name, params, body: self.next_block(&mut inner) }
    }

    pub(super) fn for_statement(&mut self, mut inner: Nodes<'_>) -> StmtKind {
        let names = self.names(&mut inner);
        let whole = names.first().map_or(Span::default(), |name| name.span);
        let iterable = self.head(&mut inner, whole);
        StmtKind::For { names, iterable, body: self.next_block(&mut inner) }
    }

    pub(super) fn while_statement(&mut self, mut inner: Nodes<'_>) -> StmtKind {
        let condition = self.head(&mut inner, Span::default());
        StmtKind::While { condition, body: self.next_block(&mut inner) }
    }

    pub(super) fn within_statement(&mut self, mut inner: Nodes<'_>, whole: Span) -> StmtKind {
        let limit = self.unit(&mut inner, whole);
        let body = self.next_block(&mut inner);
        let otherwise = inner.next().map(|node| self.block(node));
        StmtKind::Within { limit, body, otherwise }
    }

    pub(super) fn with_statement(&mut self, mut inner: Nodes<'_>, whole: Span) -> StmtKind {
        let lock = self.unit(&mut inner, whole);
        let limit = match inner.peek().filter(|next| is(next, Rule::within_time)) {
            Some(time) => {
                inner.next();
                Some(self.unit(&mut time.into_inner(), whole))
            }
            None => None,
        };
        let body = self.next_block(&mut inner);
        let otherwise = inner.next().map(|node| self.block(node));
        StmtKind::With { lock, limit, body, otherwise }
    }

    pub(super) fn try_statement(&mut self, mut inner: Nodes<'_>) -> StmtKind {
        let body = self.next_block(&mut inner);
        let error = self.names(&mut inner).first().copied();
        StmtKind::Try { body, error, handler: self.next_block(&mut inner) }
    }

    pub(super) fn on_statement(&mut self, mut inner: Nodes<'_>, whole: Span) -> StmtKind {
        let signal = self.unit(&mut inner, whole);
        StmtKind::On { signal, body: self.next_block(&mut inner) }
    }

    pub(super) fn expect_error(&mut self, mut inner: Nodes<'_>) -> StmtKind {
        // A kind may be any word: `expect error spawn { … }`.
        let kind = inner.next().map_or(Span::default(), |node| self.span(&node));
        let body = self.next_block(&mut inner);
        StmtKind::Expect(Box::new(Expect::Error { kind: Name { span: kind }, body }))
    }

    pub(super) fn expect(&mut self, mut inner: Nodes<'_>) -> StmtKind {
        let condition = self.unit(&mut inner, Span::default());
        self.expect_condition(condition, inner)
    }

    pub(super) fn expect_never(&mut self, mut inner: Nodes<'_>, whole: Span) -> StmtKind {
        let Some(never) = inner.next() else {
            return StmtKind::Expr(placeholder(whole));
        };
        // The word stands before the node.
        let word = self.slice(whole).find("never").unwrap_or(0);
        let span = Span::new(whole.start as usize + word, self.span(&never).end as usize);
        let patterns = never.into_inner().map(|node| {
            let built = self.expression(node);
            self.place(built)
        });
        let condition = Expr { span, kind: ExprKind::Never(patterns.collect()) };
        self.expect_condition(condition, inner)
    }

    fn expect_condition(&mut self, condition: Expr, mut inner: Nodes<'_>) -> StmtKind {
        let mut timing = Timing::Now;
        if let Some(node) = inner.peek() {
            let rule = node.as_rule();
            if matches!(rule, Rule::within_time | Rule::for_time) {
                inner.next();
                let limit = self.unit(&mut node.into_inner(), condition.span);
                timing = if rule == Rule::within_time { Timing::Within(limit) } else { Timing::For(limit) };
            }
        }
        let why = self.one_value(&mut inner).map(|built| self.place(built));
        StmtKind::Expect(Box::new(Expect::Condition { condition, timing, why }))
    }

    pub(super) fn test(&mut self, mut inner: Nodes<'_>, whole: Span) -> StmtKind {
        let name = inner.next().map_or_else(|| placeholder(whole), |node| self.plain_string(node));
        let mut clauses = Vec::new();
        let mut body = None;
        for node in inner {
            if is(&node, Rule::block) {
                body = Some(self.block(node));
            } else {
                let clause = self.clause(node);
                self.once(&clauses, &clause);
                clauses.push(clause);
            }
        }
        StmtKind::Test(Box::new(Test { name, clauses, body: body.unwrap_or_else(empty_block) }))
    }

    fn clause(&mut self, node: Node<'_>) -> Clause {
        let span = self.span(&node);
        let rule = node.as_rule();
        let mut inner = node.into_inner();
        let kind = match rule {
            Rule::worth => ClauseKind::Worth(self.unit(&mut inner, span)),
            Rule::within_time => ClauseKind::Within(self.unit(&mut inner, span)),
            Rule::tags => ClauseKind::Tags(inner.map(|node| Name { span: self.span(&node) }).collect()),
            Rule::hidden => ClauseKind::Hidden,
            _ => {
                let text = inner.next().map_or_else(|| placeholder(span), |node| self.plain_string(node));
                match rule {
                    Rule::needs => ClauseKind::Needs(text),
                    Rule::skip => ClauseKind::Skip(text),
                    Rule::pass => ClauseKind::Pass(text),
                    Rule::fail => ClauseKind::Fail(text),
                    _ => ClauseKind::Xfail(text),
                }
            }
        };
        Clause { span, kind }
    }

    /// A clause may stand once, but for `needs`, of which each names one test.
    fn once(&mut self, earlier: &[Clause], clause: &Clause) {
        let same =
            |other: &&Clause| std::mem::discriminant(&other.kind) == std::mem::discriminant(&clause.kind);
        if matches!(clause.kind, ClauseKind::Needs(_)) {
            return;
        }
        if let Some(first) = earlier.iter().find(same) {
            let first = self.location(first.span);
            let finding = self
                .error(Code::SYNTAX, clause.span, "this clause stands twice", "the second")
                .at(first, "the first")
                .help("keep one of the two");
            self.report(finding);
        }
    }

    /// `value within D [else { … }]`, where the value is no function.
    pub(super) fn within_value(&mut self, value: Built, suffix: Node<'_>, end: Span) -> Built {
        let span = value.outer.to(end);
        let mut nodes = suffix.into_inner();
        let ((limit, otherwise), inside) = self.measured(|builder| {
            let limit = builder.unit(&mut nodes, end);
            (limit, nodes.next().map(|node| builder.block(node)))
        });
        let height = value.height.max(inside).saturating_add(1);
        let kind = ExprKind::Within { value: Box::new(value.expr), limit: Box::new(limit), otherwise };
        self.limit(Built { expr: Expr { span, kind }, outer: span, height })
    }

    pub(super) fn spawn(&mut self, node: Node<'_>) -> ExprKind {
        let mut name = None;
        let mut targets = Vec::with_capacity(1);
        for inner in node.into_inner() {
            if is(&inner, Rule::bound) {
                name = Some(self.bound(&inner));
            } else {
                targets.push(self.target(inner));
            }
        }
        ExprKind::Spawn(Box::new(Spawn { name, targets }))
    }

    fn target(&mut self, node: Node<'_>) -> Target {
        let span = self.span(&node);
        let mut inner = node.into_inner();
        let kind = match inner.peek() {
            Some(first) if is(&first, Rule::block) => {
                inner.next();
                TargetKind::Block(self.block(first))
            }
            _ => {
                let row: Vec<Node<'_>> = std::iter::from_fn(|| inner.next_if_not(Rule::options)).collect();
                let built = self.row(row.into_iter());
                self.called(&built);
                TargetKind::Call(self.place(built))
            }
        };
        let options = inner.next().map(|options| self.unit(&mut options.into_inner(), span));
        Target { span, kind, options }
    }

    /// A target must be a call: what would run otherwise?
    fn called(&mut self, target: &Built) {
        if matches!(target.expr.kind, ExprKind::Call { .. } | ExprKind::Method { .. }) {
            return;
        }
        let text = self.slice(target.outer);
        let help = match target.expr.kind {
            ExprKind::Name if text.len() < 40 => {
                format!("call it: `spawn {text}()`, or give a block: `spawn {{ … }}`")
            }
            _ => "write a call, `spawn task(1)`, or a block, `spawn { … }`".to_owned(),
        };
        let finding = self
            .error(Code::SYNTAX, target.outer, "`spawn` needs a call or a block", "this is neither")
            .help(help);
        self.report(finding);
    }
}

/// `next_if` for pest's pairs, which can be looked at without being taken.
trait NextIfNot<'i> {
    fn next_if_not(&mut self, rule: Rule) -> Option<Node<'i>>;
}

impl<'i> NextIfNot<'i> for Nodes<'i> {
    fn next_if_not(&mut self, rule: Rule) -> Option<Node<'i>> {
        if is(&self.peek()?, rule) { None } else { self.next() }
    }
}
