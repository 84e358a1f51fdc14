//! What each statement tells the checks.

use super::goes::Goes;
use super::surveyor::Surveyor;
use crate::check::lint::{Node, unused_function, unused_variable};
use crate::check::resolution::DeclKind;
use crate::check::table::check_set;
use crate::syntax::tree::{Expect, Expr, ExprKind, Name, Stmt, StmtKind, Test};
use crate::syntax::visit::{Visit, walk_expr, walk_stmt};

impl Surveyor<'_> {
    pub(super) fn statement(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Let { names, value } => self.let_statement(names, value),
            StmtKind::Def { name, body, .. } => {
                let exported = self.library && self.depth == 0;
                if !exported {
                    let unused = unused_function(self.cx, *name, self.findings);
                    self.warn(unused);
                }
                let node = self.function_of(*name);
                self.apart(node, |survey| survey.visit_block(body));
            }
            StmtKind::Assign { target, value, .. } => self.assign(target, value),
            StmtKind::Print(values) => values.iter().for_each(|value| self.look(value)),
            StmtKind::Verb { targets, .. } => targets.iter().for_each(|target| self.look(target)),
            StmtKind::Signal { targets, signal, .. } => {
                targets.iter().for_each(|target| self.look(target));
                self.visit_expr(signal);
            }
            StmtKind::Tree(Some(process)) => self.look(process),
            StmtKind::On { signal, body } => {
                self.visit_expr(signal);
                let node = self.function_at(statement.span.start);
                self.apart(node, |survey| survey.visit_block(body));
            }
            StmtKind::Expect(expect) => self.expect(expect, statement),
            StmtKind::Test(test) => self.test(test, statement),
            StmtKind::For { iterable, body, .. } => {
                self.visit_expr(iterable);
                self.unbounded.for_loop(iterable);
                self.visit_block(body);
                self.unbounded.leave_loop();
            }
            StmtKind::While { condition, body } => {
                self.visit_expr(condition);
                self.unbounded.while_loop(self.cx, condition);
                self.visit_block(body);
                self.unbounded.leave_loop();
            }
            StmtKind::Expr(Expr { kind: ExprKind::Spawn(spawn), span }) => {
                let given = self.given.contains(&span.start);
                self.spawn(spawn, if given { Goes::Somewhere } else { Goes::Nowhere });
            }
            // Its value is nobody's: the processes that its blocks end with go nowhere.
            StmtKind::Expr(value) if matches!(value.kind, ExprKind::If { .. }) => walk_expr(self, value),
            StmtKind::Break => self.unbounded.breaks(),
            StmtKind::Return(_) | StmtKind::Exit(_) => {
                self.unbounded.joins();
                walk_stmt(self, statement);
            }
            StmtKind::Try { body, error, handler } => {
                self.caught += 1;
                self.visit_block(body);
                self.caught -= 1;
                if let Some(name) = error {
                    let unused = unused_variable(self.cx, *name, true, self.findings);
                    self.warn(unused);
                }
                self.visit_block(handler);
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn let_statement(&mut self, names: &[Name], value: &Expr) {
        // Of several names some may be there only for their place.
        if let [name] = names {
            let exported = self.library && self.depth == 0;
            if !exported {
                let unused = unused_variable(self.cx, *name, false, self.findings);
                self.warn(unused);
            }
        }
        match &value.kind {
            ExprKind::Spawn(spawn) => self.spawn(spawn, Goes::Into(names)),
            ExprKind::List(items) => {
                let spawns = items.iter().filter_map(|item| match &item.kind {
                    ExprKind::Spawn(spawn) => Some(spawn),
                    _ => None,
                });
                // One that may be a daemon spares the others: nobody knows which of them are meant.
                if items.len() == spawns.clone().count()
                    && !spawns.clone().any(|spawn| self.may_be_daemon(spawn))
                {
                    spawns.take(1).for_each(|_| self.left_in(names));
                }
                self.visit_expr(value);
            }
            _ => self.visit_expr(value),
        }
    }

    fn assign(&mut self, target: &Expr, value: &Expr) {
        match &target.kind {
            ExprKind::Name => {
                if let Some(decl) = self.cx.decl(target) {
                    self.unbounded.assigned(decl);
                }
            }
            ExprKind::Field { receiver, name } => {
                check_set(self.cx, receiver, *name, self.findings);
                self.keys.insert(self.cx.text(*name));
                self.visit_expr(receiver);
            }
            ExprKind::Index { index, .. } => {
                if let ExprKind::Str(_) = index.kind {
                    self.keys.insert(self.cx.source.slice(index.span).trim_matches(['"', '\'']));
                }
                self.visit_expr(target);
            }
            _ => self.visit_expr(target),
        }
        self.visit_expr(value);
    }

    fn expect(&mut self, expect: &Expect, statement: &Stmt) {
        self.reach.expects(self.node);
        match expect {
            Expect::Error { body, .. } => {
                self.caught += 1;
                self.visit_block(body);
                self.caught -= 1;
            }
            Expect::Condition { condition, .. } => {
                // `expect p` by itself only looks.
                if matches!(condition.kind, ExprKind::Name) {
                    return;
                }
                walk_stmt(self, statement);
            }
        }
    }

    fn test(&mut self, test: &Test, statement: &Stmt) {
        let node = self.reach.node();
        self.tests.test(test, node);
        self.apart(node, |survey| walk_stmt(survey, statement));
    }

    /// A place that looks at a value and keeps nothing of it: a process that is named there is not joined by it.
    pub(super) fn look(&mut self, value: &Expr) {
        if matches!(value.kind, ExprKind::Name) {
            self.calls_named(value);
        } else {
            self.visit_expr(value);
        }
    }

    pub(super) fn function_of(&self, name: Name) -> Node {
        match self.cx.found.decl(name.span).map(|decl| self.cx.found.decls[decl as usize].kind) {
            Some(DeclKind::Def(function)) => function,
            _ => self.node,
        }
    }

    /// The node of a function value or a handler, which whoever makes it may call.
    pub(super) fn function_at(&mut self, start: u32) -> Node {
        match self.cx.found.function_at.get(&start) {
            Some(function) => {
                self.reach.calls(self.node, *function);
                *function
            }
            None => self.node,
        }
    }

    /// A name that may be a function: whoever names it may call it.
    pub(super) fn calls_named(&mut self, name: &Expr) {
        let Some(decl) = self.cx.decl(name) else { return };
        match self.cx.found.decls[decl as usize].kind {
            DeclKind::Def(function) => self.reach.calls(self.node, function),
            DeclKind::Import(_) => self.reach.expects(self.node),
            _ => {}
        }
    }
}
