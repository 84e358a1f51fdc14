//! Statements behind one that never goes on.

use crate::check::findings::Findings;
use crate::source::{Code, Diagnostic, Span};
use crate::syntax::tree::{Stmt, StmtKind};

/// The finding for one list of statements: at most one, at the first that never runs. Functions may stand behind.
pub(in crate::check) fn unreachable(statements: &[Stmt], findings: &Findings) -> Option<Diagnostic> {
    let end = statements.iter().position(|statement| leaves(statement).is_some())?;
    let word = leaves(&statements[end])?;
    let next =
        statements[end + 1..].iter().find(|statement| !matches!(statement.kind, StmtKind::Def { .. }))?;
    let first_line = Span { start: next.span.start, end: next.span.end };
    Some(
        Diagnostic::warning(Code::UNREACHABLE, format!("nothing behind this `{word}` is ever run"))
            .at(findings.place(first_line), "never run")
            .at(findings.place(statements[end].span), "")
            .help("remove it, or move it before"),
    )
}

fn leaves(statement: &Stmt) -> Option<&'static str> {
    match statement.kind {
        StmtKind::Exit(_) => Some("exit"),
        StmtKind::Return(_) => Some("return"),
        StmtKind::Break => Some("break"),
        StmtKind::Continue => Some("continue"),
        _ => None,
    }
}
