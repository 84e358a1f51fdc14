//! Events as JSON lines, for files: a header, then an event a line. `docs/events.md` describes the format.

use super::history::History;
use super::what::{Event, Place, What};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io;

/// What stands in the first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// What kind of file it is: `events`.
    pub proctor: String,
    /// Grows where a reader has to know of a change. What is only added needs no new version.
    pub version: u32,
    /// The name of the run.
    pub run: String,
    /// The clock of the times, in nanoseconds: `monotonic`, see clock_gettime(2).
    pub clock: String,
    /// When the run began, in that clock.
    pub started: i64,
    /// The same by the wall clock, in UTC.
    pub date: String,
    /// The names of the texts that `source` counts, from 0 on.
    pub sources: Vec<String>,
}

/// An event's line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Line {
    time: i64,
    pid: i32,
    /// What the process is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    process: Option<String>,
    actor: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(flatten)]
    what: What,
}

/// Why a text is no record of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoRecord {
    /// Counted from 1.
    pub line: usize,
    pub message: String,
}

impl fmt::Display for NoRecord {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for NoRecord {}

impl Header {
    /// The version that is written, and the newest that is read.
    pub const VERSION: u32 = 1;
    const KIND: &str = "events";
    const CLOCK: &str = "monotonic";

    /// For a run that began at this time of the monotonic clock, which was this date.
    #[must_use]
    pub fn new(run: String, started: i64, date: String, sources: Vec<String>) -> Self {
        let (proctor, clock) = (Self::KIND.to_owned(), Self::CLOCK.to_owned());
        Self { proctor, version: Self::VERSION, run, clock, started, date, sources }
    }
}

/// The first line of a record that is written as it happens.
///
/// # Errors
/// What the writer says.
pub fn write_header(to: &mut dyn io::Write, header: &Header) -> io::Result<()> {
    write_line(to, header)
}

/// The line of one event, with the name of its process where there is one.
///
/// # Errors
/// What the writer says.
pub fn write_event(to: &mut dyn io::Write, event: &Event, name: Option<&str>) -> io::Result<()> {
    let place = event.place;
    write_line(
        to,
        &Line {
            time: event.time,
            pid: event.pid,
            process: name.map(str::to_owned),
            actor: event.actor,
            source: place.map(|place| place.source),
            line: place.map(|place| place.line),
            what: event.what.clone(),
        },
    )
}

/// Writes a record: its header, and its events with the names of their processes.
///
/// # Errors
/// What the writer says.
pub fn write_lines(to: &mut dyn io::Write, header: &Header, history: &History) -> io::Result<()> {
    write_line(to, header)?;
    for (index, event) in history.events().iter().enumerate() {
        if history.is_second_account(index) {
            continue;
        }
        let name = history.target(index).map(|life| life.name.clone());
        write_event(to, event, name.as_deref())?;
    }
    to.flush()
}

fn write_line(to: &mut dyn io::Write, line: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_string(line)?;
    text.push('\n');
    to.write_all(text.as_bytes())
}

/// Reads a record. A last line that is cut off, as where the disk was full, is passed over.
///
/// # Errors
/// Says in which line it is no record of events, or one of a later version.
pub fn read_lines(text: &str) -> Result<(Header, Vec<Event>), NoRecord> {
    let wrong = |line: usize, message: &dyn fmt::Display| NoRecord { line, message: message.to_string() };
    let mut lines = text.split_inclusive('\n').enumerate().map(|(index, line)| (index + 1, line));
    let (_, first) = lines.next().ok_or_else(|| wrong(1, &"it is empty"))?;
    let header: Header = serde_json::from_str(first).map_err(|error| wrong(1, &error))?;
    if header.proctor != Header::KIND || header.clock != Header::CLOCK {
        return Err(wrong(1, &"it is no record of events of proctor"));
    }
    if header.version > Header::VERSION {
        let message =
            format!("it has version {}, and this proctor reads up to {}", header.version, Header::VERSION);
        return Err(wrong(1, &message));
    }
    let mut events = Vec::new();
    for (number, line) in lines {
        match serde_json::from_str::<Line>(line) {
            Ok(read) => events.push(read.event()),
            Err(_) if !line.ends_with('\n') => break,
            Err(error) => return Err(wrong(number, &error)),
        }
    }
    Ok((header, events))
}

impl Line {
    fn event(self) -> Event {
        let Self { time, pid, actor, source, line, what, .. } = self;
        let place = source.map(|source| Place { source, line: line.unwrap_or(1) });
        Event { time, pid, actor, place, what }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Signal;

    fn header() -> Header {
        Header::new("0".repeat(32), 5, "2026-01-01T00:00:00.000Z".to_owned(), vec!["a.proc".to_owned()])
    }

    fn event(time: i64, pid: i32, actor: i32, what: What) -> Event {
        Event { time, pid, actor, place: Some(Place { source: 0, line: 3 }), what }
    }

    #[test]
    fn a_record_comes_back() {
        let events = vec![
            event(5, 10, 1, What::Spawned { name: "alex \u{1b}[31m\n任务".to_owned(), daemon: false }),
            event(6, 11, 10, What::Forked { parent: 10, call: "fork".to_owned() }),
            event(6, 11, 10, What::Spawned { name: "alex-fork-1".to_owned(), daemon: false }),
            event(7, 11, 10, What::Signalled { signal: Signal(37), call: "kill".to_owned(), error: None }),
            event(8, 11, 0, What::Exited { exitcode: -37, core: false }),
            Event { time: 9, pid: 0, actor: 0, place: None, what: What::Dropped { events: 7 } },
        ];
        let history = History::of(events.clone());
        let mut bytes = Vec::new();
        write_lines(&mut bytes, &header(), &history).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.is_ascii() || !text.contains('\u{1b}'), "{text}");
        let named = text.lines().filter(|line| line.contains(r#""process":"alex-fork-1""#)).count();
        assert_eq!(named, 3, "{text}");
        let (read, back) = read_lines(&text).unwrap();
        assert_eq!(read, header());
        // The second account of one birth is not told twice.
        let kept: Vec<Event> =
            events.iter().enumerate().filter(|(at, _)| *at != 2).map(|(_, event)| event.clone()).collect();
        assert_eq!(back, kept);
        let cut = &text[..text.len() - 3];
        assert_eq!(read_lines(cut).unwrap().1.len(), kept.len() - 1);
    }

    #[test]
    fn what_is_no_record_is_said_with_its_line() {
        let first = serde_json::to_string(&header()).unwrap();
        let later = first.replace("\"version\":1", "\"version\":2");
        for (text, line) in [
            (String::new(), 1),
            ("{}".to_owned(), 1),
            (later, 1),
            (format!("{first}\nnothing\n"), 2),
            (format!("{first}\n{{\"time\":1,\"pid\":2,\"actor\":3,\"kind\":\"unknown\"}}\n"), 2),
        ] {
            assert_eq!(read_lines(&text).unwrap_err().line, line, "{text}");
        }
    }
}
