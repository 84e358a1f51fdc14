//! `events()`, `p.processes`, `before`: what happened, as values.

use super::Stop;
use super::history::events;
use super::machine::Machine;
use super::observe::unseen;
use crate::event::{Effect, Event, History, Life, What};
use crate::process::{Row, clock};
use crate::source::Code;
use crate::value::{Key, ProcessRef, Trouble, Value, a_kind, ending::signal_of};
use indexmap::IndexMap;
use std::collections::HashSet;
use std::sync::atomic::Ordering::SeqCst;

type Entries = IndexMap<Key, Value>;

impl Machine {
    /// All that is recorded up to now.
    fn history(&self) -> Result<History, Stop> {
        let run = self.world.run;
        if !run.is_recorded() {
            return Err(Trouble::new(Code::NOT_RECORDED, "nothing is recorded in this run")
                .help("run it without --no-record")
                .into());
        }
        if run.has_unobserved() {
            return Err(unseen().into());
        }
        // A child that was killed may be known to none but the kernel yet.
        run.note_all(self.world.pid);
        Ok(History::of(events(run)))
    }

    /// `events(p, …)`: of all processes, or of these and all that descends from them.
    pub(super) fn events(&self, operands: &[Value]) -> Result<Value, Stop> {
        let wanted = self.process_operands(operands)?;
        let history = self.history()?;
        let mut lives = HashSet::new();
        for process in &wanted {
            let life = self.life_of(&history, process)?;
            lives.insert(life.index);
            lives.extend(history.descendants(life).iter().map(|life| life.index));
        }
        let keeper = self.world.run.control().keeper_pid.load(SeqCst);
        let is_wanted = |index: &usize| {
            let event = &history.events()[*index];
            let is_ours = matches!(event.what, What::Found { .. }) && event.pid == keeper;
            let of_them = |life: Option<&Life>| life.is_some_and(|life| lives.contains(&life.index));
            let is_theirs = of_them(history.target(*index)) || of_them(history.actor(*index));
            // Of whom those were that are not in the record, nobody knows.
            let is_wanted = operands.is_empty() || is_theirs || matches!(event.what, What::Dropped { .. });
            !is_ours && !history.is_second_account(*index) && is_wanted
        };
        let indices = (0..history.events().len()).filter(is_wanted);
        Ok(Value::list(indices.map(|index| event_map(&history, index, history.started())).collect()))
    }

    /// `p.processes`: itself and all that it started, each with what became of it.
    pub(super) fn processes_of(&self, process: &ProcessRef) -> Result<Value, Stop> {
        let history = self.history()?;
        let life = self.life_of(&history, process)?;
        let all = std::iter::once(life).chain(history.descendants(life));
        Ok(Value::list(all.map(|life| life_map(&history, life)).collect()))
    }

    fn life_of<'a>(&self, history: &'a History, process: &ProcessRef) -> Result<&'a Life, Stop> {
        let lives = || history.of_pid(process.pid);
        // The pid may have been another's before, or since.
        let started = match process.end.get() {
            Some(end) => Some(end.started),
            None => Row::of(process).and_then(|row| self.world.run.record(row)).map(|record| record.started),
        };
        let found = match started {
            Some(started) => lives().find(|life| life.started == started),
            None => lives().next_back(),
        };
        found.ok_or_else(|| {
            let message = format!("the record knows nothing of {} (pid {})", process.shown(), process.pid);
            Trouble::new(Code::NO_PROCESS, message)
                .help("what a program starts is recorded where it is spawned `with {observe: true}`")
                .into()
        })
    }

    /// `before(a, b)`: whether a was over when b began. An event begins and is over at its time.
    pub(super) fn before(&self, operands: &[Value]) -> Result<Value, Stop> {
        let (_, over) = self.extent(&operands[0])?;
        let (begins, _) = self.extent(&operands[1])?;
        Ok(Value::Bool(over.is_some_and(|over| over <= begins)))
    }

    /// When a process, or the record of one, started and ended; or twice the time of an event.
    pub(super) fn extent(&self, value: &Value) -> Result<(i64, Option<i64>), Stop> {
        let Value::Map(map) = value else {
            return self.process_operand(value).and_then(|process| self.span(&process));
        };
        let map = map.0.borrow();
        if let Some(Value::Instant(started)) = map.get(&Key::str("started")) {
            let ended = match map.get(&Key::str("ended")) {
                Some(Value::Instant(ended)) => Some(*ended),
                _ => None,
            };
            return Ok((*started, ended));
        }
        match map.get(&Key::str("time")) {
            Some(Value::Duration(time)) => {
                let began = self.span(&self.world.main)?.0;
                let time = began.saturating_add(*time);
                Ok((time, Some(time)))
            }
            other => {
                let found = other.map_or_else(
                    || "a map without a time".to_owned(),
                    |time| format!("a map whose time is {}", a_kind(time)),
                );
                Err(Trouble::kind(format!("a process or an event of events() is wanted here, not {found}"))
                    .into())
            }
        }
    }
}

fn text(text: &str) -> Value {
    Value::str(text)
}

fn int(number: i32) -> Value {
    Value::Int(i64::from(number))
}

fn entries<const N: usize>(all: [(&str, Value); N]) -> Entries {
    all.into_iter().map(|(key, value)| (Key::str(key), value)).collect()
}

/// Who is meant: by name where the record has one, else by pid; none for nobody.
fn who(life: Option<&Life>, pid: i32) -> Value {
    match life {
        Some(life) => text(&life.name),
        None if pid == 0 => Value::None,
        None => int(pid),
    }
}

/// An event as a map; its time counts from when the run began.
pub(super) fn event_map(history: &History, index: usize, began: i64) -> Value {
    let event = &history.events()[index];
    let target = history.target(index);
    let mut map = entries([
        ("time", Value::Duration(event.time.saturating_sub(began))),
        ("kind", text(event.what.kind())),
        ("pid", int(event.pid)),
        ("name", target.map_or(Value::None, |life| text(&life.name))),
        ("actor", who(history.actor(index), event.actor)),
        ("line", event.place.map_or(Value::None, |place| Value::Int(i64::from(place.line)))),
    ]);
    map.extend(details(event));
    Value::map(map)
}

fn details(event: &Event) -> Entries {
    let failure = |error: &Option<String>| error.as_deref().map_or(Value::None, text);
    match &event.what {
        What::Spawned { daemon, .. } => entries([("daemon", Value::Bool(*daemon))]),
        What::Forked { parent, call } => entries([("parent", int(*parent)), ("call", text(call))]),
        What::Found { parent, .. } => entries([("parent", int(*parent))]),
        What::Executed { path, args, error } => {
            let args = Value::list(args.iter().map(Value::str).collect());
            entries([("path", text(path)), ("args", args), ("error", failure(error))])
        }
        What::Exited { exitcode, core } => {
            let signal = signal_of(*exitcode).map_or(Value::None, Value::Signal);
            entries([("exitcode", int(*exitcode)), ("signal", signal), ("core", Value::Bool(*core))])
        }
        What::Signalled { signal, call, error } => {
            entries([("signal", Value::Signal(*signal)), ("call", text(call)), ("error", failure(error))])
        }
        What::Delivered { signal, effect } => {
            let effect = match effect {
                Effect::Handled => "handled",
                Effect::Ignored => "ignored",
                Effect::Default => "default",
            };
            entries([("signal", Value::Signal(*signal)), ("effect", text(effect))])
        }
        What::Stopped { signal } => entries([("signal", Value::Signal(*signal))]),
        What::Continued => Entries::new(),
        What::Reaped { exitcode } => entries([("exitcode", int(*exitcode))]),
        What::Adopted { from, by } => entries([("from", int(*from)), ("by", text(by))]),
        What::Printed { stream, text: printed, bytes } => entries([
            ("stream", text(stream)),
            ("text", text(printed)),
            ("bytes", Value::Int(bytes.cast_signed())),
        ]),
        What::Expected { held, condition } => {
            entries([("held", Value::Bool(*held)), ("condition", text(condition))])
        }
        What::Blocked { call, on } => entries([("call", text(call)), ("on", text(on))]),
        What::Woken { call, result } => entries([("call", text(call)), ("result", text(result))]),
        What::Regrouped { call, pgid } => entries([("call", text(call)), ("pgid", int(*pgid))]),
        What::Opened { fd, pipe, end, call } | What::Closed { fd, pipe, end, call } => entries([
            ("fd", int(*fd)),
            ("pipe", Value::Int(pipe.cast_signed())),
            ("end", text(end.word())),
            ("call", text(call)),
        ]),
        What::Dropped { events } => entries([("events", Value::Int(events.cast_signed()))]),
    }
}

pub(super) fn life_map(history: &History, life: &Life) -> Value {
    let instant = |time: Option<i64>| time.map_or(Value::None, Value::Instant);
    let words = history.command(life).map_or(&[][..], |(_, words)| words);
    let adoption = life.adoptions.last();
    let zombie = life.ended.map(|ended| life.reaped.map_or_else(clock::monotonic, |reap| reap.time) - ended);
    Value::map(entries([
        ("pid", int(life.pid)),
        ("ppid", int(life.ppid)),
        ("name", text(&life.name)),
        ("cmdline", Value::list(words.iter().map(Value::str).collect())),
        ("started", Value::Instant(life.started)),
        ("ended", instant(life.ended)),
        ("exitcode", life.exitcode.map_or(Value::None, int)),
        ("signal", life.signal().map_or(Value::None, Value::Signal)),
        (
            "reaped_by",
            life.reaped.map_or(Value::None, |reap| {
                who(reap.by.life.and_then(|life| history.life(life)), reap.by.pid)
            }),
        ),
        ("zombie_for", zombie.map_or(Value::None, Value::Duration)),
        ("orphaned", Value::Bool(life.orphaned.is_some())),
        ("adopted_by", adoption.map_or(Value::None, |adoption| text(&adoption.name))),
        ("adopted", instant(adoption.map(|adoption| adoption.time))),
        ("children", Value::list(history.children(life).map(|child| int(child.pid)).collect())),
    ]))
}
