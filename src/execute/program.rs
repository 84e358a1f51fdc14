//! `run(program, …)`: a program from its start to its end, in one expression.

use super::Stop;
use super::machine::Machine;
use super::option::{Options, Stream};
use super::prompt::Behind;
use super::streams::Wiring;
use crate::process::{Row, Waited, clock};
use crate::program::Attribute;
use crate::value::{Key, Signal, Value};
use indexmap::IndexMap;
use std::rc::Rc;

impl Machine {
    pub(super) fn run_program(&mut self, args: &[Value]) -> Result<Value, Stop> {
        let options = Options { stdout: Stream::Capture, stderr: Stream::Capture, ..Options::default() };
        let words = super::spawn::arguments(args);
        let name: Rc<str> = words.first().map_or("", String::as_str).into();
        let began = clock::monotonic();
        // Behind a prompt a program that reads the keyboard must have it.
        let may_lend = self.world.behind.as_ref().is_some_and(Behind::may_lend);
        let terminal = if may_lend { self.world.about_to_lend().ok() } else { None };
        let options = Options { foreground: terminal.is_some(), ..options };
        let process = match self.spawn_program(name, &words, &options, Wiring::default()) {
            Ok(process) => process,
            Err(stop) => {
                terminal.inspect(|_| self.world.not_lent());
                return Err(stop);
            }
        };
        if let Some(before) = terminal {
            self.world.lend(before, process.pid);
            self.set_nameless(Some(process.pid));
        }
        let whole = Value::Process(process.clone());
        let joined = self.join(std::slice::from_ref(&whole));
        self.set_nameless(None);
        let code = match joined {
            // As in a shell: Ctrl-C was for whoever had the terminal, and means all that was to come as well.
            Ok(Value::Int(code)) if may_lend && code == -i64::from(Signal::INT.0) => {
                self.forget_streams_of(&process);
                return Err(Stop::Interrupted);
            }
            Ok(code) => code,
            Err(stop) => {
                self.end_at_once(&whole);
                return Err(stop);
            }
        };
        let mut entries = IndexMap::new();
        entries.insert(Key::str("exitcode"), code);
        entries.insert(Key::str("stdout"), self.attribute(&process, Attribute::Stdout)?);
        entries.insert(Key::str("stderr"), self.attribute(&process, Attribute::Stderr)?);
        entries.insert(Key::str("elapsed"), Value::Duration(clock::monotonic() - began));
        self.forget_streams_of(&process);
        Ok(Value::map(entries))
    }

    fn set_nameless(&mut self, pid: Option<i32>) {
        if let Some(behind) = &mut self.world.behind {
            behind.nameless = pid;
        }
    }

    /// A program whose end nobody waits for any more: nobody has a name for it either.
    pub(super) fn end_at_once(&mut self, process: &Value) {
        let Value::Process(child) = process else { return };
        if self.send_to_all(std::slice::from_ref(process), Signal::KILL).is_err() {
            return;
        }
        // Whatever interrupts us, the stop that brought us here goes first.
        while let Ok(Waited::Interrupted) = self.world.waiter.child_ended(child.pid, Row::of(child), None) {}
        let _ = self.reap(child.pid);
        self.forget_streams_of(child);
    }
}
