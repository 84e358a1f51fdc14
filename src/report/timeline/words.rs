//! What happened, in words: how a process ended, and what an event says.

use super::axis::Clock;
use crate::event::{Effect, Event, History, Life, What, Who};
use crate::report::{brief, shorten};
use crate::value::signal::signal_name;

/// Characters of a text of a program that are shown.
const TEXT: usize = 120;

/// `exit 3`, `SIGKILL from main`, `SIGSEGV, core dumped`, `running` for one that had not ended.
#[must_use]
pub fn ending(history: &History, life: &Life) -> String {
    let Some(code) = life.exitcode.filter(|_| life.ended.is_some()) else { return "running".to_owned() };
    let mut text = match life.signal() {
        Some(signal) => signal_name(signal),
        None => format!("exit {code}"),
    };
    if let Some(killer) = life.killer {
        text.push_str(&match killer.life {
            Some(killer) if killer == life.index => " from itself".to_owned(),
            _ => format!(" from {}", name(history, killer)),
        });
    }
    if life.core {
        text.push_str(", core dumped");
    }
    text
}

/// What a program of the record is called; a stranger is its pid.
#[must_use]
pub fn name(history: &History, who: Who) -> String {
    match who.life.and_then(|life| history.life(life)) {
        Some(life) => shorten(&life.name, TEXT).into_owned(),
        None if who.pid == 1 => "init".to_owned(),
        None => format!("process {}", who.pid),
    }
}

/// The command line of the program that it ran last, shortened; empty where it ran none.
#[must_use]
pub fn command(history: &History, life: &Life) -> String {
    let Some((path, args)) = history.command(life) else { return String::new() };
    let text = joined(args);
    if text.is_empty() { shorten(path, TEXT).into_owned() } else { text }
}

/// Words with spaces between, as many as are shown.
fn joined(words: &[String]) -> String {
    let mut text = String::new();
    for word in words {
        if text.chars().count() > TEXT {
            return text + " ...";
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&shorten(word, TEXT));
    }
    text
}

/// A length of time; nothing to speak of where times are steps.
#[must_use]
pub fn length(clock: Clock, nanoseconds: i64) -> Option<String> {
    (clock == Clock::Time).then(|| brief(nanoseconds))
}

/// What the event with this index says, without whom it happened to: `SIGTERM from main (kill)`.
#[must_use]
pub fn happened(history: &History, index: usize) -> String {
    let Some(event) = history.events().get(index) else { return String::new() };
    let from = from(history, index, event);
    let error = |error: &Option<String>| {
        error.as_deref().map_or(String::new(), |error| format!(", failed: {}", shorten(error, TEXT)))
    };
    match &event.what {
        What::Spawned { daemon, .. } => format!("spawned{from}{}", if *daemon { ", a daemon" } else { "" }),
        What::Forked { call, .. } => format!("{}{from}", shorten(call, TEXT)),
        What::Found { .. } => "was there already".to_owned(),
        What::Executed { path, args, error: failed } => {
            let rest = joined(args.get(1..).unwrap_or_default());
            let space = if rest.is_empty() { "" } else { " " };
            format!("exec {}{space}{rest}{}", shorten(path, TEXT), error(failed))
        }
        What::Exited { exitcode: code @ ..0, core } => {
            let signal = u8::try_from(code.unsigned_abs()).map(crate::value::Signal);
            let signal = signal.map_or_else(|_| format!("signal {}", code.unsigned_abs()), signal_name);
            format!("killed by {signal}{}", if *core { ", core dumped" } else { "" })
        }
        What::Exited { exitcode, .. } => format!("exit {exitcode}"),
        What::Signalled { signal, call, error: failed } => {
            format!("{}{from} ({}){}", signal_name(*signal), shorten(call, TEXT), error(failed))
        }
        What::Delivered { signal, effect } => {
            let effect = match effect {
                Effect::Handled => "handled",
                Effect::Ignored => "ignored",
                Effect::Default => "delivered",
            };
            format!("{} {effect}", signal_name(*signal))
        }
        What::Stopped { signal } => format!("stopped by {}", signal_name(*signal)),
        What::Continued => "goes on".to_owned(),
        What::Reaped { .. } => {
            let reaper = history.actor(index).map(|life| shorten(&life.name, TEXT).into_owned());
            format!("joined by {}", reaper.unwrap_or_else(|| stranger(event.actor)))
        }
        What::Adopted { by, .. } => format!("adopted by {}", shorten(by, TEXT)),
        What::Printed { stream, text, .. } => {
            format!("{}: {}", shorten(stream, TEXT), shorten(text.trim_end_matches('\n'), TEXT))
        }
        What::Expected { held, condition } => {
            format!("expect {}: {}", shorten(condition, TEXT), if *held { "held" } else { "broken" })
        }
        What::Blocked { call, on } => waiting(call, on),
        What::Woken { call, result } if result.is_empty() => format!("{} is over", shorten(call, TEXT)),
        What::Woken { call, result } => format!("{} is over: {}", shorten(call, TEXT), shorten(result, TEXT)),
        What::Regrouped { call, pgid } => format!("{}: group {pgid}", shorten(call, TEXT)),
        What::Opened { fd, pipe, end, call } | What::Closed { fd, pipe, end, call } => {
            let end = format!("{end:?}").to_lowercase();
            format!("{}: {end} end of pipe {pipe} as fd {fd}", shorten(call, TEXT))
        }
        What::Dropped { events } => format!("{events} events before this one are not in the record"),
    }
}

/// What one who sleeps waits for: `join p1`.
#[must_use]
pub fn waiting(call: &str, on: &str) -> String {
    let (call, on) = (shorten(call, TEXT), shorten(on, TEXT));
    if on.is_empty() { call.into_owned() } else { format!("{call} {on}") }
}

/// ` from main`, where another did it.
fn from(history: &History, index: usize, event: &Event) -> String {
    match history.actor(index) {
        Some(actor) if history.target(index).is_some_and(|target| target.index == actor.index) => {
            String::new()
        }
        Some(actor) => format!(" from {}", shorten(&actor.name, TEXT)),
        None if event.actor > 0 => format!(" from {}", stranger(event.actor)),
        None => String::new(),
    }
}

fn stranger(pid: i32) -> String {
    if pid == 1 { "init".to_owned() } else { format!("process {pid}") }
}
