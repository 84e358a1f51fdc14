//! What a process does and suffers goes into the run's log, as it happens: a few bytes, which even SIGKILL in the next instant
//! leaves there.
//!
//! Births, ends and reapings are not written here: the table of the run has them anyway; see `history`.

use super::machine::Machine;
use super::world::World;
use crate::event::{Event, Place, What, cut, pack};
use crate::process::{Birth, Errno, Lane, Reach, Row, Run, Written, clock};
use crate::source::Location;
use crate::value::Signal;

impl World {
    /// Where a place of the texts is, in the record's words.
    fn place(&self, location: Location) -> Option<Place> {
        let source = self.sources.find(location.source)?;
        Some(Place { source: location.source.0, line: source.line(location.span.start) })
    }

    /// Records what this process does to `pid`.
    pub(super) fn note(&self, pid: i32, what: What, location: Option<Location>) -> Written {
        self.note_by(pid, self.pid, what, location)
    }

    /// Records what `actor` does to `pid`.
    fn note_by(&self, pid: i32, actor: i32, what: What, location: Option<Location>) -> Written {
        let place = location.and_then(|location| self.place(location));
        // After its end a process does nothing, though its parent may come to tell only then of what it did.
        let ended = if actor == self.pid { None } else { self.run.end_of(pid) };
        let now = clock::monotonic();
        let event = Event { time: ended.map_or(now, |ended| ended.min(now)), pid, actor, place, what };
        if actor == self.pid {
            // Before it is told: who is killed in the next instant has ended after it.
            self.run.was_alive(self.row, now);
        }
        append(self.run, &event)
    }

    /// Sends a signal to a process of the run, and records it. True where it was there to be sent to.
    pub(super) fn send(
        &self,
        row: Row,
        pid: i32,
        signal: Signal,
        location: Option<Location>,
    ) -> Result<bool, Errno> {
        let send = || self.run.signal(row, signal, Reach::Process);
        self.noting(pid, signal, Reach::Process, location, send, |sent| matches!(sent, Ok(true)))
    }

    /// Records a signal, and sends it; where it was not sent, the record is taken back.
    pub(super) fn noting<T>(
        &self,
        pid: i32,
        signal: Signal,
        reach: Reach,
        location: Option<Location>,
        send: impl FnOnce() -> T,
        is_sent: impl FnOnce(&T) -> bool,
    ) -> T {
        let call = if reach == Reach::Group { "killpg" } else { "kill" };
        // Before the sending: who sees the effect finds its cause.
        let noted = self.note(pid, What::Signalled { signal, call: call.to_owned(), error: None }, location);
        let sent = send();
        if !is_sent(&sent) {
            self.run.log().take_back(noted);
        }
        sent
    }
}

/// Writes an event into the run's log, among those of its sort.
pub(super) fn append(run: Run, event: &Event) -> Written {
    let lane = if event.what.is_talk() { Lane::Talk } else { Lane::Life };
    run.log().append(lane, &pack(event))
}

impl Machine {
    pub(super) fn is_recorded(&self) -> bool {
        self.world.run.is_recorded()
    }

    /// Records what this process does to `pid`, at the instruction that runs.
    pub(super) fn note(&self, pid: i32, what: What) -> Written {
        self.world.note(pid, what, Some(self.here()))
    }

    /// Records what this process does.
    pub(super) fn note_own(&self, what: What) -> Written {
        self.note(self.world.pid, what)
    }

    /// Where a process is started by the instruction that runs.
    pub(super) fn birth(&self, forked: bool) -> Birth {
        let place = self.world.place(self.here()).unwrap_or(Place { source: u32::MAX, line: 0 });
        Birth { source: place.source, line: place.line, forked }
    }

    /// That a process executes a program, or could not.
    pub(super) fn note_exec(&self, pid: i32, argv: &[String], error: Option<Errno>) -> Written {
        let what = What::Executed {
            path: argv.first().cloned().unwrap_or_default(),
            args: argv.to_vec(),
            error: error.map(|errno| errno.name()),
        };
        self.world.note_by(pid, pid, what, Some(self.here()))
    }

    /// What is about to be printed.
    pub(super) fn note_print(&self, stream: &str, line: &str) -> Option<Written> {
        self.is_recorded().then(|| {
            let text = line[..line.floor_char_boundary(What::LONGEST_TEXT)].to_owned();
            self.note_own(What::Printed { stream: stream.to_owned(), text, bytes: line.len() as u64 })
        })
    }

    /// An expectation that was decided.
    pub(super) fn note_expectation(&self, location: Location, held: bool) {
        if self.is_recorded() {
            let condition = cut(&self.world.text(location), What::LONGEST_TEXT).into_owned();
            let what = What::Expected { held, condition };
            let _ = self.world.note(self.world.pid, what, Some(location));
        }
    }
}
