//! Attributes of what is a process for sure.

use crate::check::context::Context;
use crate::check::findings::Findings;
use crate::program::{ATTRIBUTES, METHODS, Receiver, VERBS, attribute};
use crate::source::{Code, did_you_mean};
use crate::syntax::tree::{Expr, Name};

pub(in crate::check) fn check_attribute(
    cx: Context<'_>,
    receiver: &Expr,
    name: Name,
    findings: &mut Findings,
) {
    let text = cx.text(name);
    if attribute(text).is_some() || !cx.is_process(receiver) {
        return;
    }
    let process = cx.source.slice(receiver.span);
    let method = METHODS.iter().find(|row| row.receiver == Receiver::Process && row.name == text);
    let help = match method {
        Some(row) => format!("it is a method: `{}`", row.usage),
        None => instead(text, process)
            .or_else(|| {
                let near = did_you_mean(text, ATTRIBUTES.iter().map(|row| row.name))?;
                Some(format!("did you mean `{process}.{near}`?"))
            })
            .unwrap_or_else(|| "`proctor explain unknown_attribute` lists the attributes".to_owned()),
    };
    let message = format!("a process has no attribute `{text}`");
    findings.error(Code::UNKNOWN_ATTRIBUTE, name.span, message, "", Some(help));
}

/// What is written instead of a name that Python or the shell has.
pub(in crate::check) fn instead(text: &str, process: &str) -> Option<String> {
    let near = match text {
        "is_alive" | "running" => "alive",
        "exit_code" | "returncode" | "code" | "status" | "poll" => "exitcode",
        "ident" | "id" => "pid",
        "output" => "stdout",
        "signal" => "signaled",
        "memory" => "rss",
        "cpu" => "cpu_time",
        "args" | "argv" | "cmd" => "cmdline",
        "wait" | "communicate" => return Some(format!("it is a verb: `join {process}`")),
        "send_signal" => return Some(format!("it is a verb: `signal {process} SIGTERM`")),
        _ => {
            let verb = VERBS.iter().find(|row| row.name == text)?;
            return Some(format!("it is a verb: `{} {process}`", verb.name));
        }
    };
    Some(format!("write `{process}.{near}`, without parentheses"))
}

/// An assignment to an attribute: they say what the kernel knows.
pub(in crate::check) fn check_set(cx: Context<'_>, receiver: &Expr, name: Name, findings: &mut Findings) {
    let text = cx.text(name);
    if attribute(text).is_none() || !cx.is_process(receiver) {
        return;
    }
    let message = format!("`{text}` of a process cannot be assigned to");
    let help = match text {
        "name" => "the name is given as it is spawned: `with {name: \"…\"}`",
        "daemon" => "it is said as it is spawned: `with {daemon: true}`",
        _ => "attributes are read from the kernel",
    };
    findings.error(Code::BAD_ASSIGNMENT, name.span, message, "", Some(help.to_owned()));
}
