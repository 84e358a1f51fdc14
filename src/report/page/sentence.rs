//! What happened to a process, as the rest of a sentence that begins with its name.

use crate::event::{Effect, End, What};
use crate::value::signal::signal_name;

/// The sentence's rest; of what was printed, the text itself. It may hold anything that a program said.
pub(super) fn sentence(what: &What) -> String {
    match what {
        What::Spawned { daemon: false, .. } => "was started".to_owned(),
        What::Spawned { daemon: true, .. } => "was started as a daemon".to_owned(),
        What::Forked { call, .. } => format!("was born of {call}"),
        What::Found { .. } => "was there already".to_owned(),
        What::Executed { path, args, error: None } => format!("runs {}", command(path, args)),
        What::Executed { path, args, error: Some(error) } => {
            format!("could not run {}: {error}", command(path, args))
        }
        What::Exited { exitcode, core } => exited(*exitcode, *core),
        What::Signalled { signal, call, error } => {
            let failed = error.as_ref().map_or_else(String::new, |error| format!(", which failed: {error}"));
            format!("was sent {} by {call}{failed}", signal_name(*signal))
        }
        What::Delivered { signal, effect } => {
            let effect = match effect {
                Effect::Handled => "its handler ran",
                Effect::Ignored => "it ignored it",
                Effect::Default => "it did what it does by default",
            };
            format!("got {}: {effect}", signal_name(*signal))
        }
        What::Stopped { signal } => format!("was stopped by {}", signal_name(*signal)),
        What::Continued => "went on".to_owned(),
        What::Reaped { exitcode } => format!("was waited for: {}", ending(*exitcode, false)),
        What::Adopted { from, by } => format!("lost its parent (pid {from}) and was adopted by {by}"),
        What::Printed { text, bytes, .. } => {
            let more = bytes.saturating_sub(text.len() as u64);
            if more == 0 { text.clone() } else { format!("{text}... ({more} more bytes)") }
        }
        What::Expected { held: true, condition } => format!("expected {condition}, and it held"),
        What::Expected { held: false, condition } => format!("expected {condition}, and it did not hold"),
        What::Blocked { call, on } => format!("waits: {}", wait(call, on)),
        What::Woken { call, result } if result.is_empty() => format!("waited: {call}"),
        What::Woken { call, result } => format!("waited: {call} gave {result}"),
        What::Regrouped { call, pgid } => format!("is in process group {pgid} by {call}"),
        What::Opened { fd, pipe, end, call } => format!("{} as {fd} by {call}", pipe_end(*end, *pipe)),
        What::Closed { fd, pipe, end, call } => format!("closed {fd}, {} by {call}", pipe_end(*end, *pipe)),
        What::Dropped { events } => format!("{events} events are missing before this"),
    }
}

/// Whether it is a failure that should catch the eye.
pub(super) fn is_bad(what: &What) -> bool {
    match what {
        What::Executed { error, .. } | What::Signalled { error, .. } => error.is_some(),
        What::Exited { exitcode, .. } => *exitcode != 0,
        What::Expected { held, .. } => !held,
        What::Dropped { .. } => true,
        _ => false,
    }
}

/// `exit 3`, `killed by SIGSEGV`.
pub(super) fn ending(exitcode: i32, core: bool) -> String {
    let dumped = if core { ", core dumped" } else { "" };
    match number(exitcode) {
        None => format!("exit {exitcode}{dumped}"),
        Some(signal) => format!("killed by {}{dumped}", signal_name(crate::value::Signal(signal))),
    }
}

/// The number of the signal that the exit code stands for.
fn number(exitcode: i32) -> Option<u8> {
    (exitcode < 0).then(|| u8::try_from(exitcode.unsigned_abs()).ok()).flatten()
}

fn exited(exitcode: i32, core: bool) -> String {
    let verb = if number(exitcode).is_some() { "was" } else { "ended:" };
    format!("{verb} {}", ending(exitcode, core))
}

/// What somebody is asleep in: `join alex`.
pub(super) fn wait(call: &str, on: &str) -> String {
    if on.is_empty() { call.to_owned() } else { format!("{call} {on}") }
}

/// The program with its arguments; the first of them is the program once more, as far as it says the same.
pub(super) fn command(path: &str, args: &[String]) -> String {
    let said = args.first().is_some_and(|first| path.ends_with(first.as_str()));
    let mut text = path.to_owned();
    for arg in args.iter().skip(usize::from(said)) {
        text.push(' ');
        text.push_str(arg);
        // Nobody reads more, and it would be cut anyway.
        if text.len() > 4 * super::word::LONGEST_LINE {
            break;
        }
    }
    text
}

fn pipe_end(end: End, pipe: u64) -> String {
    let end = match end {
        End::Read => "reading",
        End::Write => "writing",
    };
    format!("the {end} end of pipe {pipe}")
}

#[cfg(test)]
mod tests {
    use super::{is_bad, sentence};
    use crate::event::What;

    #[test]
    fn a_sentence_says_what_happened() {
        let args = vec!["ls".to_owned(), "-l".to_owned()];
        let ran = What::Executed { path: "/bin/ls".into(), args: args.clone(), error: None };
        assert_eq!(sentence(&ran), "runs /bin/ls -l");
        let failed = What::Executed { path: "/bin/lz".into(), args, error: Some("ENOENT".into()) };
        assert_eq!(sentence(&failed), "could not run /bin/lz ls -l: ENOENT");
        assert!(is_bad(&failed) && !is_bad(&ran));
        assert_eq!(sentence(&What::Exited { exitcode: 3, core: false }), "ended: exit 3");
        assert_eq!(
            sentence(&What::Exited { exitcode: -11, core: true }),
            "was killed by SIGSEGV, core dumped"
        );
        assert_eq!(sentence(&What::Exited { exitcode: i32::MIN, core: false }), "ended: exit -2147483648");
        let long = What::Printed { stream: "stdout".into(), text: "ab".into(), bytes: 10 };
        assert_eq!(sentence(&long), "ab... (8 more bytes)");
    }
}
