//! Where a program hangs: a line a process, why nothing goes on, and what can be done; for people and for machines.

use super::diagnostic::section;
use super::json;
use super::style::Style;
use super::visible::visible;
use crate::event::hang::{Doing, Hang, On, Standing, advice, deadlock, sentence};
use serde::Serialize;

/// Processes that are told of; the others are counted.
const TOLD: usize = 40;

/// `title`, then what each process does, its children indented below it, the deadlock, and advice.
#[must_use]
pub fn draw_hang(hang: &Hang, title: &str, style: Style) -> String {
    let mut text = format!("{}\n", style.bold(&visible(title)));
    let deadlocked = hang.deadlocked();
    let mut depths: Vec<(i32, usize)> = Vec::new();
    for standing in hang.processes.iter().take(TOLD) {
        // Parents stand before their children.
        let above = depths.iter().find(|(pid, _)| *pid == standing.parent).map_or(0, |(_, depth)| depth + 1);
        depths.push((standing.who.pid, above));
        let line = sentence(standing);
        let line = visible(&line);
        let line =
            if deadlocked.contains(&standing.who.pid) { style.yellow(&line) } else { line.into_owned() };
        text.push_str(&format!("  {}{line}\n", "  ".repeat(above.min(TOLD / 2))));
    }
    if hang.processes.len() > TOLD {
        text.push_str(&format!("  and {} more processes\n", hang.processes.len() - TOLD));
    }
    if let Some(why) = deadlock(hang) {
        text.push_str(&format!("{} {}\n", style.red("deadlock:"), visible(&why)));
    }
    for piece in advice(hang) {
        text.push_str(&section("help", &piece, style));
    }
    text
}

#[derive(Serialize)]
struct Record<'a> {
    kind: &'static str,
    /// Nanoseconds of the monotonic clock.
    time: i64,
    why: &'static str,
    processes: Vec<Process<'a>>,
    deadlocked: Vec<i32>,
    deadlock: Option<String>,
    advice: Vec<String>,
}

#[derive(Serialize)]
struct Process<'a> {
    pid: i32,
    ppid: i32,
    name: &'a str,
    state: &'static str,
    call: Option<&'static str>,
    /// The descriptors that it waits on, and who has their other end.
    on: Vec<Stream<'a>>,
    text: String,
}

#[derive(Serialize)]
struct Stream<'a> {
    fd: i32,
    held_by: Vec<Holder<'a>>,
}

#[derive(Serialize)]
struct Holder<'a> {
    pid: i32,
    name: &'a str,
    fd: i32,
}

/// The same as one line of JSON, ending in a newline. `why`: what made us look, in a word.
#[must_use]
pub fn hang_json(hang: &Hang, why: &'static str, time: i64) -> String {
    json::line(&Record {
        kind: "hang",
        time,
        why,
        processes: hang.processes.iter().map(process).collect(),
        deadlocked: hang.deadlocked(),
        deadlock: deadlock(hang),
        advice: advice(hang),
    })
}

fn process(standing: &Standing) -> Process<'_> {
    let (state, call, on) = match &standing.doing {
        Doing::Running => ("running", None, &[][..]),
        Doing::Waiting(wait) if wait.on == On::Time => ("sleeping", Some(wait.call), &[][..]),
        Doing::Waiting(wait) => ("waiting", Some(wait.call), wait.streams()),
        Doing::Stopped { call, .. } => ("stopped", *call, &[][..]),
        Doing::Zombie => ("zombie", None, &[][..]),
        Doing::Gone => ("gone", None, &[][..]),
        Doing::Unknown(_) => ("unknown", None, &[][..]),
    };
    Process {
        pid: standing.who.pid,
        ppid: standing.parent,
        name: &standing.who.name,
        state,
        call,
        on: on
            .iter()
            .map(|stream| Stream {
                fd: stream.fd,
                held_by: stream
                    .others()
                    .iter()
                    .map(|holder| Holder { pid: holder.who.pid, name: &holder.who.name, fd: holder.fd })
                    .collect(),
            })
            .collect(),
        text: sentence(standing),
    }
}
