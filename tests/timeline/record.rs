//! Records for the pictures, written by hand: a line an event.

use proctor::event::{Effect, Event, What};
use proctor::value::signal::signal_named;

/// Each line is `MILLISECONDS PID ACTOR KIND REST`; what REST holds is up to the kind, see [`what`].
pub fn events(text: &str) -> Vec<Event> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(event).collect()
}

fn event(line: &str) -> Event {
    let mut words = line.split_whitespace();
    let mut number = || words.next().and_then(|word| word.parse::<f64>().ok()).expect(line);
    let (milliseconds, pid, actor) = (number(), number() as i32, number() as i32);
    let kind = words.next().expect(line);
    let rest = line.split_once(kind).expect(line).1.trim();
    let time = 1_000_000_000_000 + (milliseconds * 1e6) as i64;
    Event { time, pid, actor, place: None, what: what(kind, rest, actor) }
}

fn what(kind: &str, rest: &str, actor: i32) -> What {
    let (first, second) = rest.split_once(' ').unwrap_or((rest, ""));
    let (first_text, second_text) = (first.to_owned(), second.to_owned());
    let signal = || signal_named(first).expect(rest);
    let error = (!second.is_empty()).then(|| second.to_owned());
    match kind {
        "found" => What::Found { parent: 1, name: rest.into() },
        "spawn" => What::Spawned { name: rest.into(), daemon: false },
        "daemon" => What::Spawned { name: rest.into(), daemon: true },
        "fork" => What::Forked { parent: actor, call: "fork".into() },
        "exec" => What::Executed {
            path: first_text,
            args: second.split(' ').map(str::to_owned).collect(),
            error: None,
        },
        "noexec" => What::Executed { path: first_text, args: vec![first.into()], error },
        "exit" => What::Exited { exitcode: first.parse().expect(rest), core: second == "core" },
        "signal" => What::Signalled { signal: signal(), call: "kill".into(), error },
        "deliver" => {
            let effect = match second {
                "handled" => Effect::Handled,
                "ignored" => Effect::Ignored,
                _ => Effect::Default,
            };
            What::Delivered { signal: signal(), effect }
        }
        "stop" => What::Stopped { signal: signal() },
        "continue" => What::Continued,
        "reap" => What::Reaped { exitcode: first.parse().expect(rest) },
        "adopt" => What::Adopted { from: first.parse().expect(rest), by: second_text },
        "print" => What::Printed { stream: "stdout".into(), text: rest.into(), bytes: rest.len() as u64 },
        "held" => What::Expected { held: true, condition: rest.into() },
        "broken" => What::Expected { held: false, condition: rest.into() },
        "wait" => What::Blocked { call: first_text, on: second_text },
        "wake" => What::Woken { call: first_text, result: second_text },
        "dropped" => What::Dropped { events: first.parse().expect(rest) },
        other => panic!("no kind {other}"),
    }
}
