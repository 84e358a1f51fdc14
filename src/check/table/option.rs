//! The options of `spawn`, where they are written as a map: keys that are none, values that cannot be.

use crate::check::context::{Context, Shown, int_literal, is_negative, shown};
use crate::check::findings::Findings;
use crate::program::{
    Expected, LIMITS, NICE, OPTIONS, OptionRow, PIPED_HELP, Piped, SpawnOption, Way, conflict,
    conflict_with_pipe, option,
};
use crate::source::{Code, Diagnostic, Span, did_you_mean};
use crate::syntax::tree::{Expr, ExprKind, MapKey, literal_text};

pub(in crate::check) fn check_options(
    cx: Context<'_>,
    options: &Expr,
    piped: Piped,
    findings: &mut Findings,
) {
    let ExprKind::Map(entries) = &options.kind else {
        if let Some(kind) = shown(options) {
            let message = format!("the options behind `with` are a map, not {}", kind.words());
            let help = "write `with {capture: true}`".to_owned();
            findings.error(Code::OPTION_TYPE, options.span, message, "", Some(help));
        }
        return;
    };
    check_conflict(cx, entries, findings);
    check_piped(cx, entries, piped, findings);
    for (key, value) in entries {
        let Some((name, span)) = cx.key(key) else {
            not_a_name(key, findings);
            continue;
        };
        match option(name) {
            Some(row) => check_value(cx, row, value, findings),
            None => unknown(name, span, "spawn has no option", OPTIONS.iter().map(|row| row.name), findings),
        }
    }
}

/// Options that contradict each other, as far as the text shows how they are set.
fn check_conflict(cx: Context<'_>, entries: &[(MapKey, Expr)], findings: &mut Findings) {
    let Some((one, other, why)) = conflict(|asked| way_in(cx, entries, asked)) else { return };
    let (one, other) = (one.row().name, other.row().name);
    let message = format!("`{one}` and `{other}` contradict each other: {why}");
    let (Some(first), Some(second)) = (key_span(cx, entries, one), key_span(cx, entries, other)) else {
        return;
    };
    let (first, second) = if first.start < second.start { (first, second) } else { (second, first) };
    let finding = Diagnostic::error(Code::OPTION_CONFLICT, message)
        .at(findings.place(second), "and this one")
        .at(findings.place(first), "this one")
        .help("leave one of them out");
    findings.add(finding);
}

/// An option that takes a stream which is a pipe of the pipeline.
fn check_piped(cx: Context<'_>, entries: &[(MapKey, Expr)], piped: Piped, findings: &mut Findings) {
    let Some((option, why)) = conflict_with_pipe(piped, |asked| way_in(cx, entries, asked)) else { return };
    let name = option.row().name;
    let Some(span) = key_span(cx, entries, name) else { return };
    let message = format!("`{name}` contradicts the pipeline: {why}");
    findings.error(Code::OPTION_CONFLICT, span, message, "", Some(PIPED_HELP.to_owned()));
}

fn key_span(cx: Context<'_>, entries: &[(MapKey, Expr)], name: &str) -> Option<Span> {
    entries.iter().filter_map(|(key, _)| cx.key(key)).find(|key| key.0 == name).map(|key| key.1)
}

/// How the text sets an option; of a key that stands there twice the last one counts.
fn way_in(cx: Context<'_>, entries: &[(MapKey, Expr)], asked: SpawnOption) -> Way {
    let row = asked.row();
    let is_asked = |key: &MapKey| cx.key(key).is_some_and(|(name, _)| name == row.name);
    let set = entries.iter().rev().find(|(key, _)| is_asked(key));
    set.map_or(Way::Off, |(_, value)| way(row.expected, value))
}

fn way(expected: Expected, value: &Expr) -> Way {
    match &value.kind {
        ExprKind::Bool(true) | ExprKind::Map(_) => Way::On,
        ExprKind::Str(_) if expected.is_stream() => literal_text(value).map_or(Way::Off, Way::of_word),
        ExprKind::Str(_) => Way::On,
        // What the text does not show is left to the run.
        _ => Way::Off,
    }
}

fn not_a_name(key: &MapKey, findings: &mut Findings) {
    if let MapKey::Literal(key) = key
        && shown(key).is_some()
    {
        let help = "an option is written `name: value`".to_owned();
        findings.error(Code::UNKNOWN_OPTION, key.span, "this is no option of spawn", "", Some(help));
    }
}

fn unknown(
    name: &str,
    span: Span,
    what: &str,
    known: impl Iterator<Item = &'static str> + Clone,
    findings: &mut Findings,
) {
    let help = match habit(name).or_else(|| did_you_mean(name, known.clone())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known here: {}", known.collect::<Vec<_>>().join(", ")),
    };
    findings.error(Code::UNKNOWN_OPTION, span, format!("{what} `{name}`"), "", Some(help));
}

/// What Python calls some options.
fn habit(name: &str) -> Option<&'static str> {
    Some(match name {
        "capture_output" => "capture",
        "environ" => "env",
        "start_new_session" | "setsid" => "session",
        "process_group" | "setpgid" => "group",
        "affinity" => "cpus",
        "rlimit" | "rlimits" => "limits",
        _ => return None,
    })
}

fn check_value(cx: Context<'_>, row: &OptionRow, value: &Expr, findings: &mut Findings) {
    if let ExprKind::Map(entries) = &value.kind {
        match row.expected {
            Expected::Limits => return check_limits(cx, entries, findings),
            Expected::Input => return check_file(cx, row, entries, &["path"], findings),
            Expected::Output | Expected::ErrorOutput => {
                return check_file(cx, row, entries, &["path", "append"], findings);
            }
            _ => {}
        }
    }
    if fits(row.expected, value) {
        if row.option == SpawnOption::Nice
            && let Some(nice) = int_literal(value).filter(|nice| !NICE.contains(nice))
        {
            let message =
                format!("the option `nice` goes from {} to {}, not {nice}", NICE.start(), NICE.end());
            findings.error(Code::OPTION_TYPE, value.span, message, "", Some(row.help()));
        }
        if is_empty(row, value) {
            let message = format!("the option `{}` cannot be empty", row.name);
            findings.error(Code::OPTION_TYPE, value.span, message, "", Some(row.help()));
        }
        return;
    }
    let message = format!("the option `{}` takes {}", row.name, row.expected.words());
    let help = literal_text(value)
        .and_then(|text| did_you_mean(text, words(row.expected).iter().copied()))
        .map_or_else(|| row.help(), |near| format!("did you mean \"{near}\"?"));
    findings.error(Code::OPTION_TYPE, value.span, message, &given(value), Some(help));
}

/// A name without a character, or no processor to run on.
fn is_empty(row: &OptionRow, value: &Expr) -> bool {
    match (row.option, &value.kind) {
        (SpawnOption::Name, ExprKind::Str(_)) => literal_text(value) == Some(""),
        (SpawnOption::Cpus, ExprKind::List(items)) => items.is_empty(),
        _ => false,
    }
}

fn given(value: &Expr) -> String {
    shown(value).map_or_else(String::new, |kind| format!("this is {}", kind.words()))
}

/// The strings that an option allows, where it does not allow all.
fn words(expected: Expected) -> &'static [&'static str] {
    match expected {
        Expected::Input => &["inherit", "null", "pipe"],
        Expected::Output => &["inherit", "capture", "null"],
        Expected::ErrorOutput => &["inherit", "capture", "null", "stdout"],
        _ => &[],
    }
}

/// Whether a value can be right: what the text does not show is left to the run.
fn fits(expected: Expected, value: &Expr) -> bool {
    let Some(kind) = shown(value) else { return true };
    match expected {
        Expected::Bool => kind == Shown::Bool,
        Expected::Str => kind == Shown::Str,
        Expected::Int => kind == Shown::Int,
        Expected::IntList => match &value.kind {
            ExprKind::List(items) => items.iter().all(|item| matches!(shown(item), None | Some(Shown::Int))),
            _ => kind == Shown::Range,
        },
        Expected::Input | Expected::Output | Expected::ErrorOutput => match literal_text(value) {
            Some(text) => words(expected).contains(&text),
            None => kind == Shown::Str,
        },
        Expected::Env | Expected::Limits => kind == Shown::Map,
        Expected::Group => kind == Shown::Bool,
    }
}

fn check_file(
    cx: Context<'_>,
    row: &OptionRow,
    entries: &[(MapKey, Expr)],
    known: &'static [&'static str],
    findings: &mut Findings,
) {
    for (key, value) in entries {
        let Some((name, span)) = cx.key(key) else { continue };
        if !known.contains(&name) {
            let what = format!("the map of `{}` has no key", row.name);
            unknown(name, span, &what, known.iter().copied(), findings);
            continue;
        }
        let expected = if name == "path" { Expected::Str } else { Expected::Bool };
        if !fits(expected, value) {
            let message = format!("`{name}` of `{}` is {}", row.name, expected.words());
            findings.error(Code::OPTION_TYPE, value.span, message, &given(value), None);
        }
    }
}

fn check_limits(cx: Context<'_>, entries: &[(MapKey, Expr)], findings: &mut Findings) {
    for (key, value) in entries {
        let Some((name, span)) = cx.key(key) else { continue };
        let Some((_, doc)) = LIMITS.iter().find(|limit| limit.0 == name) else {
            unknown(name, span, "there is no limit", LIMITS.iter().map(|limit| limit.0), findings);
            continue;
        };
        let is_time = name == "cpu";
        let fits = match shown(value) {
            None => true,
            Some(_) if is_negative(value) => false,
            Some(Shown::Int) => true,
            Some(Shown::Duration | Shown::Float) => is_time,
            Some(_) => false,
        };
        if !fits {
            let what =
                if is_time { "a duration that is not negative" } else { "an int that is not negative" };
            let message = format!("the limit `{name}` takes {what}");
            findings.error(Code::OPTION_TYPE, value.span, message, &given(value), Some((*doc).to_owned()));
        }
    }
}
