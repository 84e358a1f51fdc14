//! What happened to a process, as the rest of a sentence that begins with its name. What a program said stands in it as it is.

use super::visible::shorten;
use crate::event::{Effect, End, What};
use crate::value::ending::{brief_ending, signal_of};
use crate::value::signal::signal_name;

/// Characters of a command line that are said with what happened.
const COMMAND: usize = 300;

/// The sentence's rest; who did it is not in it.
pub(super) fn sentence(what: &What) -> String {
    match what {
        What::Spawned { daemon: false, .. } => "was started".to_owned(),
        What::Spawned { daemon: true, .. } => "was started as a daemon".to_owned(),
        What::Forked { call, .. } => format!("was born of {call}"),
        What::Found { .. } => "was there already".to_owned(),
        What::Executed { path, args, error: None } => format!("runs {}", command(path, args, COMMAND)),
        What::Executed { path, args, error: Some(error) } => {
            format!("could not run {}: {error}", command(path, args, COMMAND))
        }
        What::Exited { exitcode, core } => {
            let verb = if signal_of(*exitcode).is_some() { "was" } else { "ended:" };
            format!("{verb} {}", brief_ending(*exitcode, *core))
        }
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
        What::Reaped { exitcode } => format!("was waited for: {}", brief_ending(*exitcode, false)),
        What::Adopted { from, by } => format!("lost its parent (pid {from}) and was adopted by {by}"),
        What::Printed { stream, text, bytes } => {
            format!("wrote to {stream}: {}", printed(text, *bytes).trim_end_matches('\n'))
        }
        What::Expected { held: true, condition } => format!("expected {condition}, and it held"),
        What::Expected { held: false, condition } => format!("expected {condition}, and it did not hold"),
        What::Blocked { call, on } => format!("waits: {}", wait(call, on)),
        What::Woken { call, result } if result.is_empty() => format!("waited: {call}"),
        What::Woken { call, result } => format!("waited: {call} gave {result}"),
        What::Regrouped { call, pgid } => format!("is in process group {pgid} by {call}"),
        What::Opened { fd, pipe, end, call } => format!("has {} as fd {fd} by {call}", pipe_end(*end, *pipe)),
        What::Closed { fd, pipe, end, call } => {
            format!("closed fd {fd}, {} by {call}", pipe_end(*end, *pipe))
        }
        What::Dropped { events } => format!("{} missing before this", events_are(*events)),
    }
}

/// What was printed, and how much of it is not in the record.
pub(super) fn printed(text: &str, bytes: u64) -> String {
    match bytes.saturating_sub(text.len() as u64) {
        0 => text.to_owned(),
        more => format!("{text}... ({more} more bytes)"),
    }
}

/// What somebody is asleep in: `join alex`.
pub(super) fn wait(call: &str, on: &str) -> String {
    if on.is_empty() { call.to_owned() } else { format!("{call} {on}") }
}

/// The program with its arguments, quoted where a shell would want that; the first of them is the program once more, as far as it
/// says the same. Not much longer than so many characters.
pub(super) fn command(path: &str, args: &[String], most: usize) -> String {
    let said = args.first().is_some_and(|first| path.ends_with(first.as_str()));
    let mut text = shorten(path, most).into_owned();
    for arg in args.iter().skip(usize::from(said)) {
        if text.chars().count() > most {
            text.push_str(" ...");
            break;
        }
        let plain = !arg.is_empty() && arg.chars().all(|c| c.is_alphanumeric() || "-_./=:,+@%".contains(c));
        let arg = shorten(arg, most);
        text.push_str(&if plain { format!(" {arg}") } else { format!(" '{arg}'") });
    }
    text
}

/// `the read end of pipe 7`.
pub(super) fn pipe_end(end: End, pipe: u64) -> String {
    format!("the {} end of pipe {pipe}", end.word())
}

/// `1 event is`, `12 events are`.
pub(super) fn events_are(count: u64) -> String {
    if count == 1 { "1 event is".to_owned() } else { format!("{count} events are") }
}

#[cfg(test)]
mod tests {
    use super::{command, sentence};
    use crate::event::{End, What};

    #[test]
    fn a_sentence_says_what_happened() {
        let args = vec!["ls".to_owned(), "-l".to_owned()];
        let ran = What::Executed { path: "/bin/ls".into(), args: args.clone(), error: None };
        assert_eq!(sentence(&ran), "runs /bin/ls -l");
        let failed = What::Executed { path: "/bin/lz".into(), args, error: Some("ENOENT".into()) };
        assert_eq!(sentence(&failed), "could not run /bin/lz ls -l: ENOENT");
        assert_eq!(sentence(&What::Exited { exitcode: 3, core: false }), "ended: exit 3");
        assert_eq!(
            sentence(&What::Exited { exitcode: -11, core: true }),
            "was killed by SIGSEGV, core dumped"
        );
        assert_eq!(sentence(&What::Exited { exitcode: i32::MIN, core: false }), "ended: exit -2147483648");
        let long = What::Printed { stream: "stdout".into(), text: "ab".into(), bytes: 10 };
        assert_eq!(sentence(&long), "wrote to stdout: ab... (8 more bytes)");
        let line = What::Printed { stream: "stderr".into(), text: "ab\n".into(), bytes: 3 };
        assert_eq!(sentence(&line), "wrote to stderr: ab");
        let opened = What::Opened { fd: 3, pipe: 7, end: End::Read, call: "pipe".into() };
        assert_eq!(sentence(&opened), "has the read end of pipe 7 as fd 3 by pipe");
        assert_eq!(sentence(&What::Dropped { events: 1 }), "1 event is missing before this");
    }

    #[test]
    fn a_command_is_quoted_where_a_shell_would_want_it_and_of_a_bearable_length() {
        let args = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(command("/bin/sh", &args(&["sh", "-c", "a | b", ""]), 120), "/bin/sh -c 'a | b' ''");
        assert_eq!(command("/bin/busybox", &args(&["ls"]), 120), "/bin/busybox ls");
        let long = command("/bin/cat", &args(&["cat", &"x".repeat(1 << 20), "y", "z"]), 120);
        assert_eq!(long, format!("/bin/cat {}... (1048456 more characters) ...", "x".repeat(120)));
    }
}
