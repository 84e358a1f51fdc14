//! Words that `p.state` is compared with and can never be.

use crate::check::findings::Findings;
use crate::program::STATES;
use crate::source::{Code, Diagnostic, did_you_mean};
use crate::syntax::tree::{Expr, ExprKind, literal_text};

/// The findings for `side` being compared with the state of a process.
pub(in crate::check) fn wrong_states(side: &Expr, findings: &Findings) -> Vec<Diagnostic> {
    let words: &[Expr] = match &side.kind {
        ExprKind::List(items) => items,
        _ => std::slice::from_ref(side),
    };
    words.iter().filter_map(|word| wrong_state(word, findings)).collect()
}

fn wrong_state(word: &Expr, findings: &Findings) -> Option<Diagnostic> {
    let text = literal_text(word)?;
    if STATES.iter().any(|row| row.name == text) {
        return None;
    }
    let names: Vec<&str> = STATES.iter().map(|row| row.name).collect();
    let help = match habit(text).or_else(|| did_you_mean(text, names.iter().copied())) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("a state is one of {}", names.join(", ")),
    };
    Some(
        Diagnostic::error(Code::UNKNOWN_STATE, format!("no process is ever in a state \"{text}\""))
            .at(findings.place(word.span), "")
            .help(help),
    )
}

/// What ps(1) and others call some states.
fn habit(text: &str) -> Option<&'static str> {
    Some(match text {
        "R" | "runnable" | "ready" | "active" => "running",
        "S" | "sleep" | "waiting" | "idle" => "sleeping",
        "D" | "disk" => "blocked",
        "T" | "suspended" | "paused" => "stopped",
        "t" | "tracing" => "traced",
        "Z" | "defunct" => "zombie",
        "X" | "reaped" | "ended" | "exited" | "terminated" => "dead",
        _ => return None,
    })
}
