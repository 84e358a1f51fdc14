//! Statements: one arm for each, most of one line.

use super::builder::{Builder, Built, is};
use super::climb::compound;
use crate::source::{Code, Span};
use crate::syntax::grammar::{Node, Nodes, Rule};
use crate::syntax::tree::{Block, Expr, ExprKind, Listing, SignalVerb, Stmt, StmtKind};

impl Builder<'_> {
    pub(super) fn statement(&mut self, node: Node<'_>) -> Stmt {
        let span = self.span(&node);
        let rule = node.as_rule();
        let mut inner = node.into_inner();
        let kind = match rule {
            Rule::let_statement => self.let_statement(inner),
            Rule::plain_statement => self.plain(&mut inner),
            Rule::print_statement => StmtKind::Print(self.print(inner)),
            Rule::expect_statement => self.expect(inner),
            Rule::expect_error => self.expect_error(inner),
            Rule::expect_never => self.expect_never(inner, span),
            Rule::for_statement => self.for_statement(inner),
            Rule::while_statement => self.while_statement(inner),
            Rule::return_statement => StmtKind::Return(self.maybe(&mut inner)),
            Rule::sleep_statement => sleep(self.required(&mut inner, span), span),
            Rule::exit_statement => StmtKind::Exit(self.maybe(&mut inner)),
            Rule::def_statement => self.def_statement(inner, span),
            Rule::test_statement => self.test(inner, span),
            Rule::within_statement => self.within_statement(inner, span),
            Rule::with_statement => self.with_statement(inner, span),
            Rule::try_statement => self.try_statement(inner),
            Rule::verb_statement => self.verb(inner),
            Rule::signal_statement => self.signal(inner, span),
            Rule::on_statement => self.on_statement(inner, span),
            Rule::ignore_statement => StmtKind::Ignore(self.unit(&mut inner, span)),
            Rule::default_statement => StmtKind::Default(self.unit(&mut inner, span)),
            Rule::break_statement => StmtKind::Break,
            Rule::continue_statement => StmtKind::Continue,
            Rule::use_statement => self.use_statement(inner, span),
            Rule::ps_statement => StmtKind::Ps(self.ps(inner)),
            Rule::award_statement => self.award(inner, span),
            Rule::feedback_statement => StmtKind::Feedback(self.required(&mut inner, span)),
            Rule::tree_statement => StmtKind::Tree(self.maybe(&mut inner)),
            // The grammar has no other statement.
            _ => StmtKind::Expr(placeholder(span)),
        };
        Stmt { span, kind }
    }

    fn maybe(&mut self, nodes: &mut Nodes<'_>) -> Option<Expr> {
        let built = self.one_value(nodes)?;
        Some(self.place(built))
    }

    pub(super) fn required(&mut self, nodes: &mut Nodes<'_>, whole: Span) -> Expr {
        self.maybe(nodes).unwrap_or_else(|| placeholder(whole))
    }

    /// The next node, an expression or a unit, by itself.
    pub(super) fn unit(&mut self, nodes: &mut Nodes<'_>, whole: Span) -> Expr {
        match nodes.next() {
            Some(node) => {
                let built = self.expression(node);
                self.place(built)
            }
            None => placeholder(whole),
        }
    }

    fn let_statement(&mut self, mut inner: Nodes<'_>) -> StmtKind {
        let mut names = Vec::with_capacity(1);
        while let Some(node) = inner.peek().filter(|node| is(node, Rule::bound)) {
            names.push(self.bound(&node));
            inner.next();
        }
        let whole = names.first().map_or(Span::default(), |name| name.span);
        StmtKind::Let { names, value: self.required(&mut inner, whole) }
    }

    /// An expression, or an assignment.
    fn plain(&mut self, inner: &mut Nodes<'_>) -> StmtKind {
        let Some(target) = self.one_value(inner) else { return StmtKind::Expr(placeholder(Span::default())) };
        let Some(assign) = inner.next() else { return StmtKind::Expr(self.place(target)) };
        let op_span = self.span(&assign);
        let op = compound(self.slice(op_span));
        self.assignable(&target, op_span);
        let target = self.place(target);
        let value = self.required(inner, op_span);
        StmtKind::Assign { target, op, op_span, value }
    }

    fn assignable(&mut self, target: &Built, op_span: Span) {
        let what = match &target.expr.kind {
            ExprKind::Name | ExprKind::Field { .. } | ExprKind::Index { .. } => return,
            ExprKind::Call { .. } | ExprKind::Method { .. } => "the value of a call",
            ExprKind::Binary { .. } | ExprKind::Unary { .. } => "a computed value",
            ExprKind::None | ExprKind::Bool(_) => "a reserved word",
            ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Duration(_) => "a number",
            ExprKind::Str(_) | ExprKind::Regex(_) => "a string",
            ExprKind::List(_) => "a list",
            _ => "this",
        };
        let op = self.location(op_span);
        let finding = self
            .error(Code::BAD_ASSIGNMENT, target.outer, format!("{what} cannot be assigned to"), "not a place")
            .at(op, "assigns here")
            .help(
                "assign to a name, a field or an index; `==` compares, and `let a, b = e` takes a list apart",
            );
        self.report(finding);
    }

    /// `print a, b`, and `print(a, b)`, where the parentheses hold all that is printed; but `(join p, q)` is one value, as elsewhere.
    fn print(&mut self, mut inner: Nodes<'_>) -> Vec<Expr> {
        if inner.len() == 1
            && let Some(only) = inner.peek()
        {
            let mut row = only.into_inner();
            if row.len() == 1
                && let Some(parens) = row.next().filter(|node| is(node, Rule::parens))
                && !begins_with_join(parens.as_str())
            {
                inner = parens.into_inner();
            }
        }
        self.value_list(inner)
    }

    fn verb(&mut self, mut inner: Nodes<'_>) -> StmtKind {
        let verb = match inner.next().as_ref().map(|node| node.as_str().trim_end()) {
            Some("kill") => SignalVerb::Kill,
            Some("stop") => SignalVerb::Stop,
            Some("resume") => SignalVerb::Resume,
            _ => SignalVerb::Terminate,
        };
        StmtKind::Verb { verb, targets: self.value_list(inner) }
    }

    /// The units of `signal`: maybe the word `group`, then targets with commas between, then the signal.
    fn signal(&mut self, inner: Nodes<'_>, whole: Span) -> StmtKind {
        let mut units: Vec<Expr> = Vec::new();
        // Has this unit a comma before it?
        let mut listed: Vec<bool> = Vec::new();
        let mut comma = false;
        let mut inner = inner.peekable();
        while let Some(node) = inner.next() {
            if is(&node, Rule::more) {
                comma = true;
                continue;
            }
            let further = std::iter::from_fn(|| inner.next_if(|next| is(next, Rule::further)));
            let built = self.continued(node, further);
            units.push(self.place(built));
            listed.push(std::mem::take(&mut comma));
        }
        let group = units.len() > 2
            && !listed[1]
            && units[0].kind == ExprKind::Name
            && self.slice(units[0].span) == "group";
        if group {
            units.remove(0);
            listed.remove(0);
        }
        let last = listed.pop();
        let signal = units.pop().unwrap_or_else(|| placeholder(whole));
        if let Some(stray) = (1..units.len()).find(|index| !listed[*index]) {
            let finding = self
                .error(Code::SYNTAX, units[stray].span, "expected `,` between the targets", "before this one")
                .help("write `signal p, q SIGUSR1`, the signal last");
            self.report(finding);
        } else if last == Some(true) {
            let end = Span { start: signal.span.end, end: signal.span.end };
            let finding = self
                .error(Code::SYNTAX, end, "expected the signal behind the targets", "the signal is missing")
                .help("write `signal p, q SIGUSR1`, the signal last and without a comma before it");
            self.report(finding);
        }
        StmtKind::Signal { group, targets: units, signal }
    }

    fn use_statement(&mut self, mut inner: Nodes<'_>, whole: Span) -> StmtKind {
        StmtKind::Use(inner.next().map_or_else(|| placeholder(whole), |node| self.plain_string(node)))
    }

    fn award(&mut self, mut inner: Nodes<'_>, whole: Span) -> StmtKind {
        let points = self.unit(&mut inner, whole);
        let why = self.maybe(&mut inner).unwrap_or_else(|| {
            let end = Span { start: points.span.end, end: points.span.end };
            let finding = self
                .error(Code::SYNTAX, end, "expected what the points are awarded for", "the reason is missing")
                .help("as in `award 2, \"the workers overlap\"`");
            self.report(finding);
            placeholder(end)
        });
        StmtKind::Award { points, why }
    }

    fn ps(&mut self, mut inner: Nodes<'_>) -> Listing {
        match inner.next() {
            None => Listing::Scenario,
            Some(node) if is(&node, Rule::all) => Listing::Machine,
            Some(node) => {
                let built = self.expression(node);
                Listing::Matching(self.place(built))
            }
        }
    }
}

/// Stands in where the grammar promises an expression, so this is never seen.
pub(super) fn placeholder(span: Span) -> Expr {
    Expr { span, kind: ExprKind::None }
}

fn begins_with_join(parens: &str) -> bool {
    let inside = parens.strip_prefix('(').map(str::trim_start);
    inside
        .and_then(|inside| inside.strip_prefix("join"))
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// `sleep e`; in `sleep e within d else { … }` the time limits the sleep, not the value.
fn sleep(time: Expr, span: Span) -> StmtKind {
    match time.kind {
        ExprKind::Within { value, limit, otherwise } => {
            let inner = Stmt { span: value.span, kind: StmtKind::Sleep(*value) };
            StmtKind::Within { limit: *limit, body: Block { span, statements: vec![inner] }, otherwise }
        }
        _ => StmtKind::Sleep(time),
    }
}
