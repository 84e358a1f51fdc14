//! What happened, in words: how a process ended, and what an event says.

use super::axis::Clock;
use crate::event::{Event, History, Life, What, Who};
use crate::report::sentence::{self, sentence};
use crate::report::{brief, shorten};
use crate::value::signal::signal_name;

/// Characters of a name or of a command line, and of a sentence, that are shown.
const TEXT: usize = 120;
const SENTENCE: usize = 300;

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
        Some(life) => called(life),
        None if who.pid == 1 => "init".to_owned(),
        None => format!("process {}", who.pid),
    }
}

/// Who did something to this process: an adopter that is no process of the record has a name all the same.
#[must_use]
pub fn name_to(history: &History, target: &Life, who: Who) -> String {
    let adoption = target.adoptions.iter().rev().find(|adoption| adoption.by.pid == who.pid);
    match adoption.filter(|adoption| who.life.is_none() && !adoption.name.is_empty()) {
        Some(adoption) => shorten(&adoption.name, TEXT).into_owned(),
        None => name(history, who),
    }
}

/// The name, at a length that its program did not choose.
#[must_use]
pub fn called(life: &Life) -> String {
    shorten(&life.name, TEXT).into_owned()
}

/// The command line of the program that it ran last, shortened; empty where it ran none.
#[must_use]
pub fn command(history: &History, life: &Life) -> String {
    let run = history.command(life);
    run.map_or_else(String::new, |(path, args)| sentence::command(path, args, TEXT))
}

/// A length of time; nothing to speak of where times are steps.
#[must_use]
pub fn length(clock: Clock, nanoseconds: i64) -> String {
    if clock == Clock::Time { brief(nanoseconds) } else { String::new() }
}

/// What the event with this index says, as the rest of a sentence: `was sent SIGTERM by kill`.
#[must_use]
pub fn happened(history: &History, index: usize) -> String {
    let event = history.events().get(index);
    let is_unawaited = |event: &Event| {
        let child =
            history.target(index).filter(|child| child.parent.is_some() && child.adoptions.is_empty());
        event.actor == 0 && matches!(event.what, What::Reaped { .. }) && child.is_some()
    };
    match event {
        None => String::new(),
        Some(event) if is_unawaited(event) => {
            "is gone: its parent ignores SIGCHLD, so nobody waited for it".to_owned()
        }
        Some(event) => shorten(&sentence(&event.what), SENTENCE).into_owned(),
    }
}

/// `from main`, `by main`: who did it, where that was another.
#[must_use]
pub fn doer(history: &History, index: usize) -> Option<String> {
    let event = history.events().get(index)?;
    let life = history.actor(index).map(|actor| actor.index);
    let own = life.is_some() && life == history.target(index).map(|target| target.index);
    if own || event.actor <= 0 && life.is_none() {
        return None;
    }
    let word =
        if matches!(event.what, What::Signalled { .. } | What::Delivered { .. }) { "from" } else { "by" };
    let who = Who { pid: event.actor, life };
    let name =
        history.target(index).map_or_else(|| name(history, who), |target| name_to(history, target, who));
    Some(format!("{word} {name}"))
}

/// What one who sleeps waits for: `join p1`.
#[must_use]
pub fn waiting(call: &str, on: &str) -> String {
    sentence::wait(&shorten(call, TEXT), &shorten(on, TEXT))
}
