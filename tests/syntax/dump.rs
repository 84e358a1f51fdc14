//! The tree and its diagnostics as text: compact s-expressions, for golden files.

use proctor::source::{Diagnostic, Source, Span};
use proctor::syntax::tree::*;

pub fn diagnostics(source: &Source, findings: &[Diagnostic]) -> String {
    let mut out = String::new();
    for finding in findings {
        let place = |span: Span| {
            let (line, column) = source.line_column(span.start);
            let (end_line, end_column) = source.line_column(span.end);
            if line == end_line {
                format!("{line}:{column}-{end_column}")
            } else {
                format!("{line}:{column}-{end_line}:{end_column}")
            }
        };
        out.push_str(&format!("{}: {}\n", finding.code, finding.message));
        for label in &finding.labels {
            out.push_str(&format!("  at {} {}\n", place(label.location.span), label.text));
        }
        if let Some(help) = &finding.help {
            out.push_str(&format!("  help: {help}\n"));
        }
        for note in &finding.notes {
            out.push_str(&format!("  note: {note}\n"));
        }
    }
    out
}

pub fn file(source: &Source, file: &File) -> String {
    let dump = Dump { source };
    let mut out = String::new();
    for comment in &file.comments {
        out.push_str(&format!("comment {:?}\n", source.slice(*comment)));
    }
    for statement in &file.statements {
        out.push_str(&dump.statement(statement, 0));
        out.push('\n');
    }
    out
}

struct Dump<'s> {
    source: &'s Source,
}

impl Dump<'_> {
    fn name(&self, name: &Name) -> String {
        self.source.slice(name.span).to_owned()
    }

    fn names(&self, names: &[Name]) -> String {
        names.iter().map(|name| self.name(name)).collect::<Vec<_>>().join(" ")
    }

    fn block(&self, block: &Block, depth: usize) -> String {
        let mut out = "{".to_owned();
        for statement in &block.statements {
            out.push('\n');
            out.push_str(&self.statement(statement, depth + 1));
        }
        out.push('}');
        out
    }

    fn maybe_block(&self, block: &Option<Block>, depth: usize) -> String {
        block.as_ref().map_or(String::new(), |block| format!(" else {}", self.block(block, depth)))
    }

    fn exprs<'t>(&self, exprs: impl IntoIterator<Item = &'t Expr>, depth: usize) -> String {
        exprs.into_iter().map(|expr| format!(" {}", self.expr(expr, depth))).collect()
    }

    fn statement(&self, statement: &Stmt, depth: usize) -> String {
        let expr = |expr: &Expr| self.expr(expr, depth);
        let block = |block: &Block| self.block(block, depth);
        let text = match &statement.kind {
            StmtKind::Let { names, value } => format!("(let ({}) {})", self.names(names), expr(value)),
            StmtKind::Def { name, params, body } => {
                format!("(def {} ({}) {})", self.name(name), self.names(params), block(body))
            }
            StmtKind::Assign { target, op, op_span, value } => {
                let op = op.map_or("=".to_owned(), |op| format!("{op:?}="));
                let _ = op_span;
                format!("(assign {op} {} {})", expr(target), expr(value))
            }
            StmtKind::Print(values) => format!("(print{})", self.exprs(values, depth)),
            StmtKind::Sleep(time) => format!("(sleep {})", expr(time)),
            StmtKind::Exit(code) => format!("(exit{})", self.exprs(code, depth)),
            StmtKind::Verb { verb, targets } => format!("({verb:?}{})", self.exprs(targets, depth)),
            StmtKind::Signal { group, targets, signal } => {
                let group = if *group { " group" } else { "" };
                format!("(signal{group} ({}) {})", self.exprs(targets, depth).trim(), expr(signal))
            }
            StmtKind::On { signal, body } => format!("(on {} {})", expr(signal), block(body)),
            StmtKind::Ignore(signal) => format!("(ignore {})", expr(signal)),
            StmtKind::Default(signal) => format!("(default {})", expr(signal)),
            StmtKind::Expect(expect) => self.expect(expect, depth),
            StmtKind::Test(test) => self.test(test, depth),
            StmtKind::Within { limit, body, otherwise } => {
                format!("(within {} {}{})", expr(limit), block(body), self.maybe_block(otherwise, depth))
            }
            StmtKind::With { lock, limit, body, otherwise } => {
                let limit =
                    limit.as_ref().map_or_else(String::new, |limit| format!(" within {}", expr(limit)));
                let other =
                    otherwise.as_ref().map_or_else(String::new, |other| format!(" else {}", block(other)));
                format!("(with {}{limit} {}{other})", expr(lock), block(body))
            }
            StmtKind::For { names, iterable, body } => {
                format!("(for ({}) {} {})", self.names(names), expr(iterable), block(body))
            }
            StmtKind::While { condition, body } => format!("(while {} {})", expr(condition), block(body)),
            StmtKind::Break => "(break)".to_owned(),
            StmtKind::Continue => "(continue)".to_owned(),
            StmtKind::Return(value) => format!("(return{})", self.exprs(value, depth)),
            StmtKind::Try { body, error, handler } => {
                let error = error.map_or(String::new(), |name| format!(" {}", self.name(&name)));
                format!("(try {} catch{error} {})", block(body), block(handler))
            }
            StmtKind::Use(path) => format!("(use {})", expr(path)),
            StmtKind::Ps(Listing::Scenario) => "(ps)".to_owned(),
            StmtKind::Ps(Listing::Machine) => "(ps all)".to_owned(),
            StmtKind::Ps(Listing::Matching(text)) => format!("(ps {})", expr(text)),
            StmtKind::Award { points, why } => format!("(award {} {})", expr(points), expr(why)),
            StmtKind::Feedback(line) => format!("(feedback {})", expr(line)),
            StmtKind::Tree(root) => format!("(tree{})", self.exprs(root, depth)),
            StmtKind::Expr(value) => expr(value),
        };
        format!("{}{text}", "  ".repeat(depth))
    }

    fn expect(&self, expect: &Expect, depth: usize) -> String {
        match expect {
            Expect::Condition { condition, timing, why } => {
                let timing = match timing {
                    Timing::Now => String::new(),
                    Timing::Within(limit) => format!(" (within {})", self.expr(limit, depth)),
                    Timing::For(limit) => format!(" (for {})", self.expr(limit, depth)),
                };
                format!("(expect {}{timing}{})", self.expr(condition, depth), self.exprs(why, depth))
            }
            Expect::Error { kind, body } => {
                format!("(expect-error {} {})", self.name(kind), self.block(body, depth))
            }
        }
    }

    fn test(&self, test: &Test, depth: usize) -> String {
        let mut out = format!("(test {}", self.expr(&test.name, depth));
        for clause in &test.clauses {
            out.push_str(&match &clause.kind {
                ClauseKind::Worth(expr) => format!(" (worth {})", self.expr(expr, depth)),
                ClauseKind::Within(expr) => format!(" (within {})", self.expr(expr, depth)),
                ClauseKind::Tags(names) => format!(" (tags {})", self.names(names)),
                ClauseKind::Needs(expr) => format!(" (needs {})", self.expr(expr, depth)),
                ClauseKind::Hidden => " (hidden)".to_owned(),
                ClauseKind::Skip(expr) => format!(" (skip {})", self.expr(expr, depth)),
                ClauseKind::Xfail(expr) => format!(" (xfail {})", self.expr(expr, depth)),
                ClauseKind::Pass(expr) => format!(" (pass {})", self.expr(expr, depth)),
                ClauseKind::Fail(expr) => format!(" (fail {})", self.expr(expr, depth)),
            });
        }
        format!("{out} {})", self.block(&test.body, depth))
    }

    fn expr(&self, expr: &Expr, depth: usize) -> String {
        let inner = |expr: &Expr| self.expr(expr, depth);
        match &expr.kind {
            ExprKind::None => "none".to_owned(),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Int(value) => value.to_string(),
            ExprKind::Float(value) => format!("{value:?}"),
            ExprKind::Duration(value) => format!("{value}ns"),
            ExprKind::Str(parts) => self.string(parts, depth),
            ExprKind::Regex(pattern) => format!("(re {pattern:?})"),
            ExprKind::Name => self.source.slice(expr.span).to_owned(),
            ExprKind::List(items) => format!("(list{})", self.exprs(items, depth)),
            ExprKind::Map(pairs) => {
                let pair = |(key, value): &(MapKey, Expr)| match key {
                    MapKey::Name(name) => format!(" {}: {}", self.name(name), inner(value)),
                    MapKey::Literal(key) => format!(" {}: {}", inner(key), inner(value)),
                };
                format!("(map{})", pairs.iter().map(pair).collect::<String>())
            }
            ExprKind::Unary { op, operand } => format!("({op:?} {})", inner(operand)),
            ExprKind::Binary { op, left, right, .. } => format!("({op:?} {} {})", inner(left), inner(right)),
            ExprKind::Range { start, end, closed } => {
                let side = |side: &Option<Box<Expr>>| side.as_deref().map_or("_".to_owned(), inner);
                format!("({} {} {})", if *closed { "..=" } else { ".." }, side(start), side(end))
            }
            ExprKind::If { branches, otherwise } => {
                let branch = |(condition, block): &(Expr, Block)| {
                    format!(" {} {}", inner(condition), self.block(block, depth))
                };
                let branches: String = branches.iter().map(branch).collect();
                format!("(if{branches}{})", self.maybe_block(otherwise, depth))
            }
            ExprKind::Function { params, body } => {
                let body = match body {
                    FunctionBody::Expr(body) => inner(body),
                    FunctionBody::Block(body) => self.block(body, depth),
                };
                format!("(function ({}) {body})", self.names(params))
            }
            ExprKind::Call { callee, args } => format!("(call {}{})", inner(callee), self.exprs(args, depth)),
            ExprKind::Method { receiver, name, args } => {
                format!("(method {} {}{})", inner(receiver), self.name(name), self.exprs(args, depth))
            }
            ExprKind::Field { receiver, name } => format!("(field {} {})", inner(receiver), self.name(name)),
            ExprKind::Index { receiver, index } => format!("(index {} {})", inner(receiver), inner(index)),
            ExprKind::Spawn(spawn) => self.spawn(spawn, depth),
            ExprKind::Join { targets } => format!("(join{})", self.exprs(targets, depth)),
            ExprKind::Never(patterns) => format!("(never{})", self.exprs(patterns, depth)),
            ExprKind::WaitAny => "(wait-any)".to_owned(),
            ExprKind::Within { value, limit, otherwise } => {
                format!("(within {} {}{})", inner(value), inner(limit), self.maybe_block(otherwise, depth))
            }
        }
    }

    fn string(&self, parts: &[StrPart], depth: usize) -> String {
        let part = |part: &StrPart| match part {
            StrPart::Text(text) => format!("{text:?}"),
            StrPart::Value { value, format } => {
                let format = format.map_or(String::new(), |span| format!(" :{}", self.source.slice(span)));
                format!("({}{format})", self.expr(value, depth))
            }
        };
        match parts {
            [] => "\"\"".to_owned(),
            [StrPart::Text(text)] => format!("{text:?}"),
            _ => format!("(str {})", parts.iter().map(part).collect::<Vec<_>>().join(" ")),
        }
    }

    fn spawn(&self, spawn: &Spawn, depth: usize) -> String {
        let name = spawn.name.map_or(String::new(), |name| format!(" {}", self.name(&name)));
        let target = |target: &Target| {
            let run = match &target.kind {
                TargetKind::Call(call) => self.expr(call, depth),
                TargetKind::Block(block) => self.block(block, depth),
            };
            match &target.options {
                Some(options) => format!("{run} with {}", self.expr(options, depth)),
                None => run,
            }
        };
        let targets: Vec<String> = spawn.targets.iter().map(target).collect();
        format!("(spawn{name} {})", targets.join(" | "))
    }
}
