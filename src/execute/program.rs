//! `run(program, …)`: a program from its start to its end, in one expression.

use super::Stop;
use super::machine::Machine;
use super::option::{Options, Stream};
use super::streams::Wiring;
use crate::process::clock;
use crate::program::Attribute;
use crate::value::{Key, Value};
use indexmap::IndexMap;
use std::rc::Rc;

impl Machine {
    pub(super) fn run_program(&mut self, args: &[Value]) -> Result<Value, Stop> {
        let options = Options { stdout: Stream::Capture, stderr: Stream::Capture, ..Options::default() };
        let words = super::spawn::arguments(args);
        let name: Rc<str> = words.first().map_or("", String::as_str).into();
        let began = clock::monotonic();
        let process = self.spawn_program(name, &words, &options, Wiring::default())?;
        let whole = Value::Process(process.clone());
        let code = self.join(&[whole])?;
        let mut entries = IndexMap::new();
        entries.insert(Key::str("exitcode"), code);
        entries.insert(Key::str("stdout"), self.attribute(&process, Attribute::Stdout)?);
        entries.insert(Key::str("stderr"), self.attribute(&process, Attribute::Stderr)?);
        entries.insert(Key::str("elapsed"), Value::Duration(clock::monotonic() - began));
        self.forget_streams_of(&process);
        Ok(Value::map(entries))
    }
}
