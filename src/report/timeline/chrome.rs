//! The timeline in the Trace Event Format, which Perfetto (<https://ui.perfetto.dev>) and `chrome://tracing` open.
//!
//! A process of the record is a process with one thread. Its life is a slice, the phases of it are slices inside, its
//! events are instants, and what one process did to another is a flow from slice to slice. See
//! <https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>.

use super::cells::phase_word;
use super::words::{command, doer, ending, happened, waiting};
use crate::event::{History, Life, What};
use crate::report::json;
use serde::Serialize;
use serde_json::{Value, json};

/// Linux gives no pid above this, see proc_sys_kernel(5): where a pid was used again, the later lives are numbered above.
const PIDS: i64 = 4_194_304;

/// One object of the list `traceEvents`.
#[derive(Serialize)]
struct Record<'a> {
    /// Phase: M metadata, X slice, i instant, s and f the ends of a flow.
    ph: &'a str,
    name: &'a str,
    cat: &'a str,
    pid: i64,
    tid: i64,
    /// Microseconds from the beginning of the record.
    ts: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    dur: Option<f64>,
    /// Of an instant: it is one of its thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    s: Option<&'a str>,
    /// Of a flow: its two ends have the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    /// Of a flow's end: it ends in the slice around it.
    #[serde(skip_serializing_if = "Option::is_none")]
    bp: Option<&'a str>,
    #[serde(skip_serializing_if = "Value::is_null")]
    args: Value,
}

/// The document, a line an object.
#[must_use]
pub fn chrome_trace(history: &History) -> String {
    let mut trace = Trace {
        history,
        ids: ids(history),
        out: String::from("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n"),
    };
    for (order, life) in history.tree().into_iter().enumerate() {
        trace.names(life, order);
        trace.slices(life);
    }
    for index in 0..history.events().len() {
        trace.instant(index);
        trace.flow(index);
    }
    for life in history.lives() {
        trace.birth(life);
    }
    // Every object wrote a comma behind itself; the list may not end with one.
    if trace.out.ends_with(",\n") {
        trace.out.truncate(trace.out.len() - 2);
    }
    trace.out + "\n]}\n"
}

/// For each life a number that no other has: its pid, where that was used once.
fn ids(history: &History) -> Vec<i64> {
    let mut ids: Vec<i64> = history.lives().iter().map(|life| i64::from(life.pid)).collect();
    for first in history.lives().iter().filter(|life| is_first(history, life)) {
        for (again, later) in (0_i64..).zip(history.of_pid(first.pid)).skip(1) {
            ids[later.index] = i64::from(first.pid).saturating_add(again.saturating_mul(PIDS));
        }
    }
    ids
}

fn is_first(history: &History, life: &Life) -> bool {
    history.of_pid(life.pid).next().is_some_and(|first| first.index == life.index)
}

struct Trace<'a> {
    history: &'a History,
    ids: Vec<i64>,
    out: String,
}

impl Trace<'_> {
    fn put(&mut self, record: &Record<'_>) {
        self.out.push_str(json::line(record).trim_end());
        self.out.push_str(",\n");
    }

    fn time(&self, time: i64) -> f64 {
        time.saturating_sub(self.history.started()) as f64 / 1_000.0
    }

    fn of<'r>(&self, life: &Life, ph: &'r str, name: &'r str, time: i64) -> Record<'r> {
        let id = self.ids[life.index];
        Record {
            ph,
            name,
            cat: "process",
            pid: id,
            tid: id,
            ts: self.time(time),
            dur: None,
            s: None,
            id: None,
            bp: None,
            args: Value::Null,
        }
    }

    fn names(&mut self, life: &Life, order: usize) {
        for (name, args) in [
            ("process_name", json!({ "name": &*life.name })),
            ("process_labels", json!({ "labels": ending(self.history, life) })),
            ("process_sort_index", json!({ "sort_index": order })),
            ("thread_name", json!({ "name": &*life.name })),
        ] {
            self.put(&Record { args, ..self.of(life, "M", name, life.started) });
        }
    }

    fn slices(&mut self, life: &Life) {
        let args = json!({
            "pid": life.pid,
            "ppid": life.ppid,
            "command": command(self.history, life),
            "ended": ending(self.history, life),
            "daemon": life.daemon,
        });
        let dur = Some(length(life.started, life.until));
        self.put(&Record { dur, args, ..self.of(life, "X", &life.name, life.started) });
        for span in &life.spans {
            let waits = self.history.waits_in(span).map(|(call, on)| waiting(call, on));
            let name = waits.as_deref().unwrap_or(phase_word(span.phase));
            let dur = Some(length(span.from, span.to));
            self.put(&Record { cat: "phase", dur, ..self.of(life, "X", name, span.from) });
        }
    }

    fn instant(&mut self, index: usize) {
        let (Some(life), Some(event)) = (self.history.target(index), self.history.events().get(index)) else {
            return;
        };
        let mut args = json!({ "says": happened(self.history, index) });
        if let Some(doer) = doer(self.history, index) {
            args["who"] = doer.into();
        }
        if let Some(place) = event.place {
            args["line"] = json!(place.line);
        }
        let record = self.of(life, "i", event.what.kind(), event.time);
        self.put(&Record { cat: "event", s: Some("t"), args, ..record });
    }

    /// From a parent to its child. Two events may tell of one birth.
    fn birth(&mut self, life: &Life) {
        if let Some(parent) = life.parent.and_then(|parent| self.history.life(parent)) {
            let id = self.history.events().len() + life.index;
            self.arrow("spawn", id, (parent, life.started), (life, life.started));
        }
    }

    /// From a sender to the receiver, from a child to the one who joined it.
    fn flow(&mut self, index: usize) {
        let Some(event) = self.history.events().get(index) else { return };
        let (Some(target), Some(actor)) = (self.history.target(index), self.history.actor(index)) else {
            return;
        };
        match &event.what {
            _ if target.index == actor.index => {}
            What::Signalled { error: None, .. } => {
                self.arrow("signal", index, (actor, event.time), (target, event.time));
            }
            What::Reaped { .. } => {
                self.arrow("join", index, (target, target.alive_until()), (actor, event.time))
            }
            _ => {}
        }
    }

    /// None that would go backwards: who acts after its own end is a mistake of the record.
    fn arrow(&mut self, name: &str, id: usize, from: (&Life, i64), to: (&Life, i64)) {
        let (start, end) = (inside(from.0, from.1), inside(to.0, to.1));
        for (ph, life, time, bp) in [("s", from.0, start, None), ("f", to.0, end, Some("e"))] {
            if start <= end {
                let record = self.of(life, ph, name, time);
                self.put(&Record { cat: "flow", id: Some(id), bp, ..record });
            }
        }
    }
}

/// Microseconds.
fn length(from: i64, to: i64) -> f64 {
    to.saturating_sub(from) as f64 / 1_000.0
}

/// The time, or the nearest one at which the life has a slice: a flow binds to the slice around its end.
fn inside(life: &Life, time: i64) -> i64 {
    time.min(life.until.saturating_sub(1)).max(life.started)
}
