//! A map literal with a key twice: the last one counts, and the others were written for nothing.

use crate::check::context::{Context, int_literal};
use crate::check::findings::Findings;
use crate::check::hash::FastMap;
use crate::source::{Code, Diagnostic, Span};
use crate::syntax::tree::{Expr, ExprKind, MapKey, literal_text};

/// A key as the text shows it.
#[derive(PartialEq, Eq, Hash)]
enum Shown<'a> {
    Text(&'a str),
    Int(i64),
    Bool(bool),
}

pub(in crate::check) fn duplicate_keys(
    cx: Context<'_>,
    entries: &[(MapKey, Expr)],
    findings: &Findings,
) -> Vec<Diagnostic> {
    let mut seen: FastMap<Shown<'_>, Span> = FastMap::default();
    let mut found = Vec::new();
    for (key, _) in entries.iter().take_while(|_| entries.len() > 1) {
        let Some((shown, span)) = shown(cx, key) else { continue };
        let Some(first) = seen.insert(shown, span) else { continue };
        let message = format!("the key `{}` stands twice in this map", cx.source.slice(span));
        let finding = Diagnostic::warning(Code::DUPLICATE_KEY, message)
            .at(findings.place(span), "this one counts")
            .at(findings.place(first), "this one does nothing")
            .help("remove one of them, or give it another key");
        found.push(finding);
    }
    found
}

fn shown<'a>(cx: Context<'a>, key: &'a MapKey) -> Option<(Shown<'a>, Span)> {
    match key {
        MapKey::Name(name) => Some((Shown::Text(cx.text(*name)), name.span)),
        MapKey::Literal(key) => {
            let text = literal_text(key).map(Shown::Text);
            let shown = text.or_else(|| int_literal(key).map(Shown::Int)).or(match key.kind {
                ExprKind::Bool(truth) => Some(Shown::Bool(truth)),
                _ => None,
            });
            shown.map(|shown| (shown, key.span))
        }
    }
}
