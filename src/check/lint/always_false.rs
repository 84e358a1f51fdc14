//! Comparisons that can come out one way only, because the two sides are never of one type or range.

use crate::check::context::{Context, Shown, int_literal};
use crate::check::findings::Findings;
use crate::program::ATTRIBUTES;
use crate::source::{Code, Diagnostic, Span};
use crate::syntax::tree::{BinaryOp, Expr, ExprKind};

/// What a comparison can never find, and why.
struct Never {
    message: String,
    help: Option<String>,
}

/// The finding for `left op right`, and the name of the attribute that it rests on where the receiver may
/// also be a map.
pub(in crate::check) fn always_false<'a>(
    cx: Context<'a>,
    op: BinaryOp,
    left: &Expr,
    right: &Expr,
    span: Span,
    findings: &Findings,
) -> Option<(Diagnostic, Option<&'a str>)> {
    if !matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) {
        return None;
    }
    let (never, attribute) = attribute_side(cx, left, right)
        .or_else(|| attribute_side(cx, right, left))
        .or_else(|| Some((literals(cx, left, right)?, None)))?;
    let outcome = if op == BinaryOp::Equal { "false" } else { "true" };
    let diagnostic =
        Diagnostic::warning(Code::ALWAYS_FALSE, format!("this is always {outcome}: {}", never.message))
            .at(findings.place(span), "")
            .help_maybe(never.help);
    Some((diagnostic, attribute))
}

fn literals(cx: Context<'_>, left: &Expr, right: &Expr) -> Option<Never> {
    let (left, right) = (cx.shown(left)?, cx.shown(right)?);
    let number = |kind| matches!(kind, Shown::Int | Shown::Float | Shown::Duration);
    if left == right || (number(left) && number(right)) {
        return None;
    }
    let message = format!("{} never equals {}", left.words(), right.words());
    Some(Never { message, help: None })
}

/// An attribute compared with a literal.
fn attribute_side<'a>(cx: Context<'a>, field: &Expr, literal: &Expr) -> Option<(Never, Option<&'a str>)> {
    let ExprKind::Field { receiver, name } = &field.kind else { return None };
    let text = cx.text(*name);
    let row = ATTRIBUTES.iter().find(|row| row.name == text)?;
    let never = never_equal(cx, row.name, row.gives, field, literal)?;
    Some((never, (!cx.is_process(receiver)).then_some(text)))
}

fn never_equal(cx: Context<'_>, name: &str, gives: &str, field: &Expr, literal: &Expr) -> Option<Never> {
    let given = cx.shown(literal)?;
    if name == "exitcode"
        && let Some(code) = int_literal(literal)
    {
        let message =
            format!("no exit code is {code}: they go from 0 to 255, and from -1 to -64 after a signal");
        return (!(-64..=255).contains(&code)).then_some(Never { message, help: None });
    }
    if can_be(gives, given) {
        return None;
    }
    let message = format!("`{name}` is {}, and never equals {}", with_article(gives), given.words());
    let written = cx.source.slice(literal.span);
    let whole = cx.source.slice(field.span);
    let help = match (gives, given) {
        ("int" | "int or none" | "duration" | "bool", Shown::Str) => {
            Some(format!("leave the quotes out: `{whole} == {}`", written.trim_matches(['"', '\''])))
        }
        ("bool", _) => Some(format!("write `{whole}`, or `not {whole}`")),
        (_, Shown::Signal) if name == "exitcode" => {
            let asked = whole.trim_end_matches("exitcode");
            Some(format!("death by a signal is minus its number; or write `{asked}signaled == {written}`"))
        }
        ("signal or none", Shown::Int | Shown::Str) => {
            Some(format!("compare it with a signal: `{whole} == SIGKILL`"))
        }
        _ => None,
    };
    Some(Never { message, help })
}

fn with_article(gives: &str) -> String {
    let article = if gives.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {gives}")
}

/// Whether an attribute that gives this can equal a value of that type; where in doubt, it can.
fn can_be(gives: &str, given: Shown) -> bool {
    match given {
        // Some attributes are none once the process is reaped.
        Shown::None => true,
        Shown::Int | Shown::Float => {
            !matches!(gives, "bool" | "string" | "list" | "map" | "process" | "signal or none")
        }
        Shown::Str => gives == "string",
        Shown::Signal => gives == "signal or none",
        Shown::Bool => gives == "bool",
        Shown::List => gives == "list",
        Shown::Map => gives == "map",
        Shown::Duration => {
            !matches!(gives, "bool" | "string" | "list" | "map" | "process" | "signal or none")
        }
        Shown::Range | Shown::Regex | Shown::Function => false,
    }
}
