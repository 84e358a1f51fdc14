//! A loop that starts processes without end, or very many, and reaps none of them.

use crate::check::context::{Context, int_literal};
use crate::check::findings::Findings;
use crate::check::resolution::DeclId;
use crate::source::{Code, Diagnostic, Span};
use crate::syntax::tree::{Expr, ExprKind, UnaryOp};

/// A `for` over more than this with a spawn in it is worth a word: the default of --max-procs is 4096.
const MANY: i64 = 10_000;

/// How often a loop runs, as far as the text shows.
enum Turns {
    /// For ever, unless one of these variables is assigned in it.
    Endless(Vec<DeclId>),
    /// So often.
    Many(i64),
    Bounded,
}

struct Around {
    turns: Turns,
    /// A process is started here, and not inside another function or process.
    spawn: Option<Span>,
    /// Something joins, ends the loop, or may do so.
    bounded: bool,
}

#[derive(Default)]
pub(in crate::check) struct UnboundedSpawn {
    loops: Vec<Around>,
    findings: Vec<(Span, Option<i64>)>,
}

/// The loops outside a function or a process, while its body is looked at.
pub(in crate::check) struct Outside(Vec<Around>);

impl UnboundedSpawn {
    pub fn while_loop(&mut self, cx: Context<'_>, condition: &Expr) {
        let turns = match variables(cx, condition) {
            Some(decls) => Turns::Endless(decls),
            None => Turns::Bounded,
        };
        self.loops.push(Around { turns, spawn: None, bounded: false });
    }

    pub fn for_loop(&mut self, iterable: &Expr) {
        let turns = match length(iterable) {
            Some(turns) if turns > MANY => Turns::Many(turns),
            _ => Turns::Bounded,
        };
        self.loops.push(Around { turns, spawn: None, bounded: false });
    }

    pub fn leave_loop(&mut self) {
        let Some(done) = self.loops.pop() else { return };
        if let Some(outer) = self.loops.last_mut() {
            outer.spawn = outer.spawn.or(done.spawn);
        }
        let turns = match done.turns {
            Turns::Endless(_) => None,
            Turns::Many(turns) => Some(turns),
            Turns::Bounded => return,
        };
        if let Some(span) = done.spawn.filter(|_| !done.bounded)
            && !self.findings.iter().any(|(known, _)| *known == span)
        {
            self.findings.push((span, turns));
        }
    }

    pub fn spawn(&mut self, span: Span) {
        if let Some(around) = self.loops.last_mut() {
            around.spawn = around.spawn.or(Some(span));
        }
    }

    /// Something joins here, or may: for every loop around it.
    pub fn joins(&mut self) {
        self.loops.iter_mut().for_each(|around| around.bounded = true);
    }

    /// `break`: ends the innermost loop.
    pub fn breaks(&mut self) {
        if let Some(around) = self.loops.last_mut() {
            around.bounded = true;
        }
    }

    pub fn assigned(&mut self, decl: DeclId) {
        for around in &mut self.loops {
            if let Turns::Endless(decls) = &around.turns {
                around.bounded |= decls.contains(&decl);
            }
        }
    }

    /// Before the body of a function or a process: it does not run in these loops.
    pub fn enter_body(&mut self) -> Outside {
        Outside(std::mem::take(&mut self.loops))
    }

    pub fn leave_body(&mut self, outside: Outside) {
        self.loops = outside.0;
    }

    pub fn report(&self, findings: &Findings) -> Vec<Diagnostic> {
        let show = |(span, turns): &(Span, Option<i64>)| {
            let message = match turns {
                Some(turns) => format!("this starts {turns} processes and joins none of them meanwhile"),
                None => "this starts processes without end and joins none of them".to_owned(),
            };
            Diagnostic::warning(Code::UNBOUNDED_SPAWN, message).at(findings.place(*span), "in a loop").help(
                "join them in the loop, or bound it; --max-procs (4096 by default) ends it with an error",
            )
        };
        self.findings.iter().map(show).collect()
    }
}

/// The variables that alone decide a condition; none where something else does.
fn variables(cx: Context<'_>, condition: &Expr) -> Option<Vec<DeclId>> {
    match &condition.kind {
        ExprKind::Bool(true) => Some(Vec::new()),
        ExprKind::Name => cx.decl(condition).map(|decl| vec![decl]),
        ExprKind::Unary { op: UnaryOp::Not, operand } => match operand.kind {
            ExprKind::Bool(false) => Some(Vec::new()),
            _ => variables(cx, operand).filter(|decls| !decls.is_empty()),
        },
        _ => None,
    }
}

/// How many elements a literal range has.
fn length(iterable: &Expr) -> Option<i64> {
    let ExprKind::Range { start, end, closed } = &iterable.kind else { return None };
    let start = start.as_ref().map_or(Some(0), |start| int_literal(start))?;
    let end = int_literal(end.as_ref()?)?;
    end.checked_sub(start)?.checked_add(i64::from(*closed))
}
