//! Talking with a child's standard streams: `p.write`, `p.read_line`, `p.read_until`, `p.stdout`.

use super::Stop;
use super::machine::Machine;
use super::streams::Streams;
use crate::process::{CaptureId, Errno, Row, clock};
use crate::program::{Attribute, Method};
use crate::source::Code;
use crate::value::{ProcessRef, Trouble, Value, a_kind, text};
use std::rc::Rc;

/// How long a read or write may take where no `within` says it.
const PATIENCE: i64 = 10 * clock::SECOND;

impl Machine {
    pub(super) fn talk(
        &mut self,
        process: &Rc<ProcessRef>,
        method: Method,
        args: &[Value],
    ) -> Result<Value, Stop> {
        match method {
            Method::Write => self.write_to(process, &args[0]),
            Method::CloseStdin => self.close_stdin(process),
            Method::ReadLine => self.read_line(process),
            _ => self.read_until(process, &args[0]),
        }
    }

    fn streams(&self, process: &ProcessRef) -> Option<&Streams> {
        self.world.streams.get(&Row::of(process)?)
    }

    /// The time until which a read or write may take: the `within` around it, or ten seconds.
    fn patience(&self) -> Option<i64> {
        self.deadline().is_none().then(|| clock::monotonic() + PATIENCE)
    }

    fn write_to(&mut self, process: &Rc<ProcessRef>, value: &Value) -> Result<Value, Stop> {
        let streams = self.streams(process);
        if streams.is_some_and(Streams::writer_is_closed) {
            return Err(closed(process).into());
        }
        let fd = streams.and_then(Streams::writer).ok_or_else(|| no_stdin(process))?;
        let bytes = match value {
            Value::Bytes(bytes) => bytes.to_vec(),
            other => text::display(other).into_bytes(),
        };
        let mut done = 0;
        let until = self.patience();
        let written = self.block_io(until, |waiter, deadline| waiter.write(fd, &bytes, &mut done, deadline));
        match self.waited_for(written, |_| format!("{} to read its standard input", process.shown()))? {
            Ok(Some(())) => Ok(Value::None),
            Ok(None) => {
                self.world.run.note_ran_out();
                let message = format!("{} does not read its standard input", process.shown());
                Err(Trouble::new(Code::TIMEOUT, message).into())
            }
            Err(Errno::EPIPE | Errno::EIO) => Err(closed(process).into()),
            Err(errno) => {
                let message = format!("cannot write to {}: {errno}", process.shown());
                Err(Trouble::new(Code::IO, message).into())
            }
        }
    }

    fn close_stdin(&mut self, process: &Rc<ProcessRef>) -> Result<Value, Stop> {
        if self.streams(process).is_some_and(|streams| streams.pty) {
            return self.write_to(process, &Value::str("\x04"));
        }
        let row = Row::of(process).ok_or_else(|| no_stdin(process))?;
        match self.world.streams.get_mut(&row) {
            Some(streams) => {
                streams.close_writer();
                Ok(Value::None)
            }
            None => Err(no_stdin(process).into()),
        }
    }

    fn read_line(&mut self, process: &Rc<ProcessRef>) -> Result<Value, Stop> {
        let id = self.output_of(process)?;
        let found = self.read_some(process, id, |unread, ended| {
            match unread.iter().position(|byte| *byte == b'\n') {
                Some(newline) => Some(newline + 1),
                None => (ended && !unread.is_empty()).then_some(unread.len()),
            }
        })?;
        Ok(match found {
            Some(line) => {
                let line = line.strip_suffix('\n').unwrap_or(&line);
                Value::str(line.strip_suffix('\r').unwrap_or(line))
            }
            None => Value::None,
        })
    }

    fn read_until(&mut self, process: &Rc<ProcessRef>, pattern: &Value) -> Result<Value, Stop> {
        let id = self.output_of(process)?;
        let found = match pattern {
            Value::Str(wanted) => self.read_some(process, id, |unread, _| {
                let text = String::from_utf8_lossy(unread);
                text.find(wanted.as_str()).map(|at| lossy_prefix(unread, at + wanted.len()))
            })?,
            Value::Regex(wanted) => self.read_some(process, id, |unread, _| {
                let text = String::from_utf8_lossy(unread);
                wanted.compiled.find(&text).map(|found| lossy_prefix(unread, found.end()))
            })?,
            other => {
                let message = format!("read_until takes a string or a regex, not {}", a_kind(other));
                return Err(Trouble::kind(message).into());
            }
        };
        match found {
            Some(text) => Ok(Value::str(text)),
            None => {
                let message =
                    format!("the output of {} ended before {} came", process.shown(), text::literal(pattern));
                Err(Trouble::new(Code::CLOSED, message).into())
            }
        }
    }

    /// Waits until `look` finds how many of the unread bytes are wanted, and takes them; none at the end.
    fn read_some(
        &mut self,
        process: &Rc<ProcessRef>,
        id: CaptureId,
        look: impl Fn(&[u8], bool) -> Option<usize>,
    ) -> Result<Option<String>, Stop> {
        let until = self.patience();
        loop {
            // Asked before the reading: what an ended process wrote is all there then.
            let over = !self.facts(process)?.is_alive();
            self.world.waiter.captures.drain_now(id);
            let Some(stream) = self.world.waiter.captures.get_mut(id) else { return Ok(None) };
            let ended = over || stream.ended();
            if let Some(count) = look(stream.unread(), ended) {
                let text = String::from_utf8_lossy(&stream.unread()[..count]).into_owned();
                stream.advance(count);
                return Ok(Some(text));
            }
            if ended {
                return Ok(None);
            }
            let event = self.wait_for_event(until);
            if !self.waited_for(event, |_| format!("{} to write what is wanted", process.shown()))? {
                self.world.run.note_ran_out();
                let message = format!("{} wrote nothing that was waited for", process.shown());
                return Err(Trouble::new(Code::TIMEOUT, message).into());
            }
        }
    }

    fn output_of(&self, process: &Rc<ProcessRef>) -> Result<CaptureId, Stop> {
        let id = self.streams(process).and_then(|streams| streams.stdout);
        id.ok_or_else(|| not_captured(process, "standard output").into())
    }

    /// `p.stdout`, `p.stderr`.
    pub(super) fn captured(&mut self, process: &Rc<ProcessRef>, attribute: Attribute) -> Result<Value, Stop> {
        let (id, words) = match attribute {
            Attribute::Stdout => {
                (self.streams(process).and_then(|streams| streams.stdout), "standard output")
            }
            _ => (self.streams(process).and_then(|streams| streams.stderr), "standard error"),
        };
        let merged =
            attribute != Attribute::Stdout && self.streams(process).is_some_and(|streams| streams.merged);
        let id =
            id.ok_or_else(|| if merged { goes_with_stdout(process) } else { not_captured(process, words) })?;
        self.world.waiter.captures.drain_now(id);
        let stream = self.world.waiter.captures.get(id);
        let bytes = stream.map(|stream| stream.bytes().to_vec()).unwrap_or_default();
        Ok(Value::str(String::from_utf8_lossy(&bytes)))
    }
}

/// How many bytes a prefix of the lossy text has in the bytes it was made from.
fn lossy_prefix(bytes: &[u8], text_bytes: usize) -> usize {
    let mut left = text_bytes;
    let mut count = 0;
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid().len();
        if left <= valid {
            return count + left;
        }
        left -= valid;
        count += valid;
        if !chunk.invalid().is_empty() {
            count += chunk.invalid().len();
            left = left.saturating_sub('\u{fffd}'.len_utf8());
        }
        if left == 0 {
            return count;
        }
    }
    count
}

fn closed(process: &ProcessRef) -> Trouble {
    let message = format!("the standard input of {} is closed, or it has ended", process.shown());
    Trouble::new(Code::CLOSED, message)
}

fn no_stdin(process: &ProcessRef) -> Trouble {
    Trouble::new(
        Code::NOT_CAPTURED,
        format!("the standard input of {} is not ours to write to", process.shown()),
    )
    .help("spawn it with {stdin: \"pipe\"} or {pty: true}")
}

fn goes_with_stdout(process: &ProcessRef) -> Trouble {
    let name = process.shown();
    let message =
        format!("the standard error of {name} goes where its standard output goes (`stderr: \"stdout\"`)");
    Trouble::new(Code::NOT_CAPTURED, message)
        .help("with `capture: true` both are in `stdout`; without the option `stderr` each is captured apart")
}

fn not_captured(process: &ProcessRef, what: &str) -> Trouble {
    Trouble::new(
        Code::NOT_CAPTURED,
        format!("the {what} of {} was not captured by this process", process.shown()),
    )
    .help("spawn it with {capture: true}")
}
