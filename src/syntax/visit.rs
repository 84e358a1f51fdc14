//! The one walk over the tree. Implement [`Visit`], override what is of interest, and call the `walk_`
//! function of the same name in it where the parts are to be visited too.

use super::tree::{
    Block, Clause, ClauseKind, Expect, Expr, ExprKind, File, FunctionBody, Listing, MapKey, Spawn, Stmt,
    StmtKind, StrPart, Target, TargetKind, Timing,
};

/// A visitor of trees. Every method walks on unless it is overridden. Parts come in the order of the text.
pub trait Visit {
    fn visit_file(&mut self, file: &File) {
        file.statements.iter().for_each(|statement| self.visit_stmt(statement));
    }

    fn visit_block(&mut self, block: &Block) {
        walk_block(self, block);
    }

    fn visit_stmt(&mut self, statement: &Stmt) {
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &Expr) {
        walk_expr(self, expr);
    }

    fn visit_spawn(&mut self, spawn: &Spawn) {
        walk_spawn(self, spawn);
    }

    fn visit_target(&mut self, target: &Target) {
        walk_target(self, target);
    }

    fn visit_clause(&mut self, clause: &Clause) {
        walk_clause(self, clause);
    }
}

/// Visits the statements of a block.
pub fn walk_block<V: Visit + ?Sized>(visitor: &mut V, block: &Block) {
    block.statements.iter().for_each(|statement| visitor.visit_stmt(statement));
}

/// Visits the parts of a statement.
pub fn walk_stmt<V: Visit + ?Sized>(visitor: &mut V, statement: &Stmt) {
    match &statement.kind {
        StmtKind::Let { value, .. } => visitor.visit_expr(value),
        StmtKind::Def { body, .. } => visitor.visit_block(body),
        StmtKind::Assign { target, value, .. } => {
            visitor.visit_expr(target);
            visitor.visit_expr(value);
        }
        StmtKind::Print(values) => walk_exprs(visitor, values),
        StmtKind::Sleep(expr)
        | StmtKind::Ignore(expr)
        | StmtKind::Default(expr)
        | StmtKind::Use(expr)
        | StmtKind::Expr(expr)
        | StmtKind::Feedback(expr)
        | StmtKind::Ps(Listing::Matching(expr)) => visitor.visit_expr(expr),
        StmtKind::Exit(expr) | StmtKind::Return(expr) | StmtKind::Tree(expr) => walk_exprs(visitor, expr),
        StmtKind::Verb { targets, .. } => walk_exprs(visitor, targets),
        StmtKind::Signal { targets, signal, .. } => {
            walk_exprs(visitor, targets);
            visitor.visit_expr(signal);
        }
        StmtKind::Award { points, why } => {
            visitor.visit_expr(points);
            visitor.visit_expr(why);
        }
        StmtKind::Expect(expect) => walk_expect(visitor, expect),
        StmtKind::Test(test) => {
            visitor.visit_expr(&test.name);
            test.clauses.iter().for_each(|clause| visitor.visit_clause(clause));
            visitor.visit_block(&test.body);
        }
        StmtKind::Within { limit, body, otherwise } => {
            visitor.visit_expr(limit);
            visitor.visit_block(body);
            walk_blocks(visitor, otherwise);
        }
        StmtKind::With { lock, limit, body, otherwise } => {
            visitor.visit_expr(lock);
            walk_exprs(visitor, limit);
            visitor.visit_block(body);
            walk_blocks(visitor, otherwise);
        }
        StmtKind::On { signal: head, body }
        | StmtKind::For { iterable: head, body, .. }
        | StmtKind::While { condition: head, body } => {
            visitor.visit_expr(head);
            visitor.visit_block(body);
        }
        StmtKind::Try { body, handler, .. } => {
            visitor.visit_block(body);
            visitor.visit_block(handler);
        }
        StmtKind::Break | StmtKind::Continue | StmtKind::Ps(Listing::Scenario | Listing::Machine) => {}
    }
}

fn walk_expect<V: Visit + ?Sized>(visitor: &mut V, expect: &Expect) {
    match expect {
        Expect::Condition { condition, timing, why } => {
            visitor.visit_expr(condition);
            match timing {
                Timing::Now => {}
                Timing::Within(limit) | Timing::For(limit) => visitor.visit_expr(limit),
            }
            walk_exprs(visitor, why);
        }
        Expect::Error { body, .. } => visitor.visit_block(body),
    }
}

/// Visits the parts of an expression.
pub fn walk_expr<V: Visit + ?Sized>(visitor: &mut V, expr: &Expr) {
    match &expr.kind {
        ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Duration(_)
        | ExprKind::Regex(_)
        | ExprKind::Name
        | ExprKind::WaitAny => {}
        ExprKind::Str(parts) => {
            for part in parts {
                if let StrPart::Value { value, .. } = part {
                    visitor.visit_expr(value);
                }
            }
        }
        ExprKind::List(items) | ExprKind::Never(items) | ExprKind::Join { targets: items } => {
            walk_exprs(visitor, items)
        }
        ExprKind::Map(pairs) => {
            for (key, value) in pairs {
                if let MapKey::Literal(key) = key {
                    visitor.visit_expr(key);
                }
                visitor.visit_expr(value);
            }
        }
        ExprKind::Unary { operand, .. } => visitor.visit_expr(operand),
        ExprKind::Binary { left, right, .. } => {
            visitor.visit_expr(left);
            visitor.visit_expr(right);
        }
        ExprKind::Range { start, end, .. } => {
            walk_exprs(visitor, start.as_deref());
            walk_exprs(visitor, end.as_deref());
        }
        ExprKind::If { branches, otherwise } => {
            for (condition, block) in branches {
                visitor.visit_expr(condition);
                visitor.visit_block(block);
            }
            walk_blocks(visitor, otherwise);
        }
        ExprKind::Function { body, .. } => match body {
            FunctionBody::Expr(expr) => visitor.visit_expr(expr),
            FunctionBody::Block(block) => visitor.visit_block(block),
        },
        ExprKind::Call { callee: first, args } | ExprKind::Method { receiver: first, args, .. } => {
            visitor.visit_expr(first);
            walk_exprs(visitor, args);
        }
        ExprKind::Field { receiver, .. } => visitor.visit_expr(receiver),
        ExprKind::Index { receiver, index } => {
            visitor.visit_expr(receiver);
            visitor.visit_expr(index);
        }
        ExprKind::Spawn(spawn) => visitor.visit_spawn(spawn),
        ExprKind::Within { value, limit, otherwise } => {
            visitor.visit_expr(value);
            visitor.visit_expr(limit);
            walk_blocks(visitor, otherwise);
        }
    }
}

/// Visits the targets of a `spawn`.
pub fn walk_spawn<V: Visit + ?Sized>(visitor: &mut V, spawn: &Spawn) {
    spawn.targets.iter().for_each(|target| visitor.visit_target(target));
}

/// Visits what one target runs, then its options.
pub fn walk_target<V: Visit + ?Sized>(visitor: &mut V, target: &Target) {
    match &target.kind {
        TargetKind::Call(call) => visitor.visit_expr(call),
        TargetKind::Block(block) => visitor.visit_block(block),
    }
    walk_exprs(visitor, &target.options);
}

/// Visits the expression of a test's clause.
pub fn walk_clause<V: Visit + ?Sized>(visitor: &mut V, clause: &Clause) {
    match &clause.kind {
        ClauseKind::Worth(expr)
        | ClauseKind::Within(expr)
        | ClauseKind::Needs(expr)
        | ClauseKind::Skip(expr)
        | ClauseKind::Xfail(expr)
        | ClauseKind::Pass(expr)
        | ClauseKind::Fail(expr) => visitor.visit_expr(expr),
        ClauseKind::Tags(_) | ClauseKind::Hidden => {}
    }
}

fn walk_exprs<'t, V: Visit + ?Sized>(visitor: &mut V, exprs: impl IntoIterator<Item = &'t Expr>) {
    exprs.into_iter().for_each(|expr| visitor.visit_expr(expr));
}

fn walk_blocks<V: Visit + ?Sized>(visitor: &mut V, block: &Option<Block>) {
    block.iter().for_each(|block| visitor.visit_block(block));
}
