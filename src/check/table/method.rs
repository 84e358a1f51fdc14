//! Methods that no type has, and calls with a number of arguments that no type's method takes.

use super::attribute::instead;
use crate::check::context::Context;
use crate::check::count::{are, counted, expected};
use crate::check::findings::Findings;
use crate::program::{METHODS, MethodRow, Receiver, attribute, methods_named};
use crate::source::{Code, Diagnostic, Span, did_you_mean};
use crate::syntax::tree::{Expr, Name};

/// Reports a call that is wrong for sure; gives one that is wrong unless the receiver turns out to be a map with a
/// function under this name.
pub(in crate::check) fn check_method(
    cx: Context<'_>,
    receiver: &Expr,
    name: Name,
    given: usize,
    span: Span,
    findings: &mut Findings,
) -> Option<Diagnostic> {
    let text = cx.text(name);
    if cx.is_missing(receiver) {
        return None;
    }
    if cx.is_process(receiver) {
        let finding = match METHODS.iter().find(|row| row.receiver == Receiver::Process && row.name == text) {
            Some(row) if takes(row, given) => return None,
            Some(row) => wrong_count(row, &[row], given, span, findings),
            None => no_method(cx, receiver, name, true, findings),
        };
        findings.add(finding);
        return None;
    }
    let mut rows = methods_named(text).peekable();
    let finding = match rows.peek() {
        None => no_method(cx, receiver, name, false, findings),
        Some(first) => {
            let first = *first;
            let rows: Vec<_> = rows.collect();
            if rows.iter().any(|row| takes(row, given)) {
                return None;
            }
            wrong_count(first, &rows, given, span, findings)
        }
    };
    Some(finding)
}

fn takes(row: &MethodRow, given: usize) -> bool {
    given >= usize::from(row.fewest) && (row.most == u8::MAX || given <= usize::from(row.most))
}

fn wrong_count(
    row: &MethodRow,
    rows: &[&MethodRow],
    given: usize,
    span: Span,
    findings: &Findings,
) -> Diagnostic {
    let mut usages: Vec<_> = rows.iter().map(|row| format!("`{}`", row.usage)).collect();
    usages.dedup();
    let alike = rows.iter().all(|other| (other.fewest, other.most) == (row.fewest, row.most));
    let message = match alike {
        true => format!("`{}` takes {}, but {} given", row.name, expected(row.fewest, row.most), are(given)),
        false => format!("no method `{}` takes {}", row.name, counted(given)),
    };
    Diagnostic::error(Code::ARGUMENT_COUNT, message)
        .at(findings.place(span), "")
        .help(format!("it is called as {}", usages.join(" or ")))
}

fn no_method(cx: Context<'_>, receiver: &Expr, name: Name, process: bool, findings: &Findings) -> Diagnostic {
    let text = cx.text(name);
    let object = cx.source.slice(receiver.span);
    let candidates = METHODS.iter().filter(|row| !process || row.receiver == Receiver::Process);
    let help = if attribute(text).is_some() {
        Some(format!("it is an attribute: `{object}.{text}`, without parentheses"))
    } else {
        instead(text, object).or_else(|| habit(text)).or_else(|| {
            did_you_mean(text, candidates.map(|row| row.name)).map(|near| format!("did you mean `{near}`?"))
        })
    };
    let whose = if process { "a process has no method" } else { "nothing has a method" };
    Diagnostic::error(Code::UNKNOWN_METHOD, format!("{whose} `{text}`"))
        .at(findings.place(name.span), "")
        .help_maybe(help)
}

/// What other languages call some methods.
fn habit(text: &str) -> Option<String> {
    let near = match text {
        "append" | "add_last" => "push",
        "extend" => "push` each, or `xs += ys",
        "strip" => "trim",
        "startswith" => "starts_with",
        "endswith" => "ends_with",
        "length" | "size" => "len",
        "toUpperCase" | "to_upper" | "uppercase" => "upper",
        "toLowerCase" | "to_lower" | "lowercase" => "lower",
        "splitlines" => "lines",
        "includes" => "contains",
        "encode" => "bytes",
        "has_key" => "has",
        "format" => "\"{x:.2}\"",
        "start" => "spawn p task()",
        _ => return None,
    };
    Some(format!("write `{near}`"))
}
