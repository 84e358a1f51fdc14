//! Names that are declared and never read. Those that begin with `_` say so themselves.

use crate::check::context::Context;
use crate::check::findings::Findings;
use crate::check::resolution::Decl;
use crate::source::{Code, Diagnostic};
use crate::syntax::tree::Name;

fn unused(cx: Context<'_>, name: Name) -> Option<&Decl> {
    let decl = cx.found.decl(name.span)?;
    let decl = cx.found.decls.get(decl as usize)?;
    let first = decl.span == name.span;
    (first && !decl.used && !cx.text(name).starts_with('_')).then_some(decl)
}

pub(in crate::check) fn unused_function(
    cx: Context<'_>,
    name: Name,
    findings: &Findings,
) -> Option<Diagnostic> {
    unused(cx, name)?;
    let text = cx.text(name);
    Some(
        Diagnostic::warning(Code::UNUSED_NAME, format!("the function `{text}` is never used"))
            .at(findings.place(name.span), "")
            .help(format!("call it, remove it, or name it `_{text}`")),
    )
}

/// A `let` or the name of a `catch`.
pub(in crate::check) fn unused_variable(
    cx: Context<'_>,
    name: Name,
    caught: bool,
    findings: &Findings,
) -> Option<Diagnostic> {
    let decl = unused(cx, name)?;
    let text = cx.text(name);
    let message = match decl.assigned {
        true => format!("`{text}` is given values, and none is ever read"),
        false => format!("`{text}` is never used"),
    };
    let help = match caught {
        true => "leave the name out: `catch { … }`".to_owned(),
        false => format!("remove it, or name it `_{text}`"),
    };
    let diagnostic = Diagnostic::warning(Code::UNUSED_NAME, message);
    Some(diagnostic.at(findings.place(name.span), "").help(help))
}
