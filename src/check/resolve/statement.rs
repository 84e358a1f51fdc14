//! Statements: what they declare and what they use.

use super::resolver::Resolver;
use crate::check::resolution::{DeclKind, Meaning};
use crate::source::{Code, Span};
use crate::syntax::tree::{
    Block, ClauseKind, Expect, Expr, ExprKind, Listing, Name, Stmt, StmtKind, Test, Timing,
};

impl<'a> Resolver<'a> {
    /// The statements of the innermost scope.
    pub(super) fn statements(&mut self, statements: &'a [Stmt]) {
        self.hoist(statements);
        let outer = self.statement;
        for statement in statements {
            self.statement = statement.span.start;
            self.one(statement);
        }
        self.hoisted_bodies(statements);
        self.statement = outer;
    }

    pub(super) fn block(&mut self, block: &'a Block) {
        self.block_with(block, &[], DeclKind::Let);
    }

    /// A block that declares names before its first statement.
    fn block_with(&mut self, block: &'a Block, names: &[Name], kind: DeclKind) {
        self.scopes.enter(block.span.start);
        self.declare_distinct(names, kind);
        self.statements(&block.statements);
        self.scopes.leave();
    }

    fn block_maybe(&mut self, block: Option<&'a Block>) {
        if let Some(block) = block {
            self.block(block);
        }
    }

    fn one(&mut self, statement: &'a Stmt) {
        match &statement.kind {
            StmtKind::Let { names, value } => {
                self.expression(value);
                for name in names {
                    self.declare(*name, DeclKind::Let);
                }
            }
            StmtKind::Def { .. } | StmtKind::Break | StmtKind::Continue => {}
            StmtKind::Assign { target, op, value, .. } => {
                self.target(target, op.is_some());
                self.expression(value);
            }
            StmtKind::Print(values) => self.expressions(values),
            StmtKind::Verb { targets, .. } => self.expressions(targets),
            StmtKind::Sleep(value) | StmtKind::Ignore(value) | StmtKind::Default(value) => {
                self.expression(value)
            }
            StmtKind::Exit(value) | StmtKind::Return(value) | StmtKind::Tree(value) => {
                self.expressions(value.as_slice());
            }
            StmtKind::Signal { targets, signal, .. } => {
                self.expressions(targets);
                self.expression(signal);
            }
            StmtKind::On { signal, body } => {
                self.expression(signal);
                self.handler(statement, body);
            }
            StmtKind::Expect(expect) => self.expect(expect),
            StmtKind::Test(test) => self.test(statement.span, test),
            StmtKind::Within { limit, body, otherwise } => {
                self.expression(limit);
                self.block(body);
                self.block_maybe(otherwise.as_ref());
            }
            StmtKind::With { lock, limit, body, otherwise } => {
                self.expression(lock);
                self.expressions(limit.as_slice());
                self.block(body);
                self.block_maybe(otherwise.as_ref());
            }
            StmtKind::For { names, iterable, body } => {
                self.expression(iterable);
                self.block_with(body, names, DeclKind::Loop);
            }
            StmtKind::While { condition, body } => {
                self.expression(condition);
                self.block(body);
            }
            StmtKind::Try { body, error, handler } => {
                self.block(body);
                self.block_with(handler, error.as_slice(), DeclKind::Catch);
            }
            StmtKind::Use(path) => self.used(statement, path),
            StmtKind::Award { points, why } => {
                self.only_in_tests(statement.span, "award");
                self.expression(points);
                self.expression(why);
            }
            StmtKind::Feedback(line) => {
                self.only_in_tests(statement.span, "feedback");
                self.expression(line);
            }
            StmtKind::Ps(Listing::Matching(text)) => self.expression(text),
            StmtKind::Ps(_) => {}
            StmtKind::Expr(value) => match &value.kind {
                ExprKind::Spawn(spawn) => self.spawn(spawn, false),
                _ => self.expression(value),
            },
        }
    }

    fn used(&mut self, statement: &'a Stmt, path: &'a Expr) {
        if self.at_top() {
            self.import(statement, path.span);
        } else {
            self.misplaced(
                statement.span,
                "`use` stands at the top level of a file",
                "inside a block",
                "move it to the top of the file",
            );
        }
    }

    /// In a function it depends on who calls it.
    fn only_in_tests(&mut self, span: Span, word: &str) {
        if self.function == 0 && !self.in_test {
            let message = format!("`{word}` stands inside a test");
            let help = format!("write `test \"…\" {{ … {word} … }}`, or a function that tests call");
            self.misplaced(span, &message, "no test is here", &help);
        }
    }

    fn misplaced(&mut self, span: Span, message: &str, label: &str, help: &str) {
        let length = self.source.slice(span).find(|c: char| !c.is_alphabetic()).unwrap_or(span.len());
        let keyword = Span { start: span.start, end: span.start + length as u32 };
        self.findings.error(Code::MISPLACED, keyword, message, label, Some(help.to_owned()));
    }

    fn expect(&mut self, expect: &'a Expect) {
        match expect {
            Expect::Condition { condition, timing, why } => {
                self.expression(condition);
                if let Timing::Within(time) | Timing::For(time) = timing {
                    self.expression(time);
                }
                self.expressions(why.as_slice());
            }
            Expect::Error { body, .. } => self.block(body),
        }
    }

    fn test(&mut self, span: Span, test: &'a Test) {
        if !self.at_top() {
            self.misplaced(
                span,
                "a test stands at the top level of a file",
                "inside a block",
                "move it out of the block: what stands above the tests is run before each of them",
            );
        }
        for clause in &test.clauses {
            match &clause.kind {
                ClauseKind::Worth(value)
                | ClauseKind::Within(value)
                | ClauseKind::Needs(value)
                | ClauseKind::Skip(value)
                | ClauseKind::Xfail(value)
                | ClauseKind::Pass(value)
                | ClauseKind::Fail(value) => self.expression(value),
                ClauseKind::Tags(_) | ClauseKind::Hidden => {}
            }
        }
        let outer = std::mem::replace(&mut self.in_test, true);
        self.block(&test.body);
        self.in_test = outer;
    }

    /// What is assigned to; `read` where its value is used as well, as by `+=`.
    fn target(&mut self, target: &'a Expr, read: bool) {
        match target.kind {
            ExprKind::Name => {}
            ExprKind::Field { .. } | ExprKind::Index { .. } => return self.expression(target),
            // The parser reported it, and one error is enough.
            _ => return,
        }
        let name = Name { span: target.span };
        let text = self.text(name);
        if let Some(decl) = self.scopes.lookup(text) {
            self.found.decls[decl as usize].assigned = true;
            self.use_decl(name, decl, read);
            return;
        }
        self.unknown_target(name);
        self.found.put(target.span, Meaning::Missing);
    }
}
