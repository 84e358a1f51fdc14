//! Files, the environment and the working directory.

use super::Stop;
use super::machine::Machine;
use crate::process::sandbox::WORK;
use crate::process::{Errno, Scratch, Standard, output};
use crate::source::Code;
use crate::value::{Blame, Trouble, Value, a_kind, limit, text};
use std::path::Path;
use std::sync::atomic::Ordering::SeqCst;

/// Where files of a work may be, or tell of it, beside its own folder.
const PLACES: [&str; 5] = [WORK, "/tmp", "/home", "/dev/shm", "/proc"];

impl Machine {
    pub(super) fn env(&self, args: &[Value]) -> Result<Value, Stop> {
        let name = string(&args[0], "env takes a name")?;
        let changed = self.world.environment.iter().rev().find(|(changed, _)| changed == name);
        let value = match changed {
            Some((_, value)) => value.clone(),
            None => std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()),
        };
        Ok(value.map(Value::str).or_else(|| args.get(1).cloned()).unwrap_or(Value::None))
    }

    pub(super) fn args(&self) -> Value {
        Value::list(self.world.args.iter().map(Value::str).collect())
    }

    pub(super) fn cwd(&self) -> Result<Value, Stop> {
        match std::env::current_dir() {
            Ok(path) => Ok(Value::str(path.to_string_lossy())),
            Err(error) => Err(io("cannot tell the working directory", &error).into()),
        }
    }

    pub(super) fn exists(&self, path: &Value) -> Result<Value, Stop> {
        let path = string(path, "exists takes a path")?;
        Ok(Value::Bool(Path::new(path).symlink_metadata().is_ok()))
    }

    pub(super) fn which(&self, program: &Value) -> Result<Value, Stop> {
        let program = string(program, "which takes the name of a program")?;
        let found = crate::process::which(program);
        Ok(found.map_or(Value::None, |path| Value::str(path.to_string_lossy())))
    }

    pub(super) fn read_file(&mut self, path: &Value) -> Result<Value, Stop> {
        let path = string(path, "read_file takes a path")?;
        let bytes = self
            .read_whole(path, limit::TEXT_BYTES + 1)?
            .map_err(|error| self.no_file(path, io(&format!("cannot read {path}"), &error)))?;
        limit::check_text(Some(bytes.len()))?;
        String::from_utf8(bytes).map(Value::str).map_err(|error| {
            let offset = error.utf8_error().valid_up_to();
            let message = format!("{path} is not UTF-8 text: invalid byte at offset {offset}");
            Trouble::new(Code::VALUE, message).into()
        })
    }

    pub(super) fn write_file(&mut self, args: &[Value]) -> Result<Value, Stop> {
        let path = string(&args[0], "write_file takes a path and a text")?;
        let append = match args.get(2) {
            None => false,
            Some(Value::Bool(append)) => *append,
            Some(other) => {
                let message = format!("write_file's append is true or false, not {}", a_kind(other));
                return Err(Trouble::kind(message).into());
            }
        };
        let content = match &args[1] {
            Value::Bytes(bytes) => bytes.to_vec(),
            other => text::display(other).into_bytes(),
        };
        match self.write_whole(path, append, &content)? {
            Ok(()) => Ok(Value::None),
            Err(error) => Err(self.no_file(path, io(&format!("cannot write {path}"), &error)).into()),
        }
    }

    /// Where somebody's work is tested: whether it can have to do with a file that cannot be had.
    fn no_file(&self, path: &str, trouble: Trouble) -> Trouble {
        let Some(submission) = &self.world.work.submission else { return trouble };
        let (path, submission) = (Path::new(path), Path::new(&**submission));
        let beside = submission.parent().filter(|_| submission.is_file());
        let theirs = path.starts_with(submission) || beside.is_some_and(|beside| path.starts_with(beside));
        let begun = self.world.tests.worth.is_some() && self.world.children_so_far() > 0;
        let elsewhere = path.is_absolute() && !PLACES.iter().any(|place| path.starts_with(place));
        if theirs || (begun && !elsewhere) {
            return trouble;
        }
        trouble.blame(Blame::Text).help(
            "where works are graded, nothing is to be seen of what stands beside the rubric: put the text into the rubric, or into a file that it `use`s",
        )
    }

    pub(super) fn temp_dir(&mut self) -> Result<Value, Stop> {
        let directory = Scratch::of(self.world.run.cookie())
            .create(self.world.run.control().scratch.fetch_add(1, SeqCst))
            .map_err(|error| io("cannot make a temporary directory", &error))?;
        Ok(Value::str(directory.to_string_lossy()))
    }
}

impl Machine {
    /// `input(prompt)`: a line of standard input. It is read a byte at a time, since what follows may be for another
    /// process that has the same standard input.
    pub(super) fn input(&mut self, prompt: Option<&Value>) -> Result<Value, Stop> {
        let question = prompt.map(text::display).unwrap_or_default();
        if let Some(answer) = self.ask(&question) {
            return Ok(answer);
        }
        if prompt.is_some() {
            self.write_out(Standard::Output, question.as_bytes())?;
        }
        let mut line = Vec::new();
        loop {
            let waited = self.block_for(|waiter, until| waiter.readable(0, until));
            self.waited_for(waited, |_| "a line of standard input".to_owned())?;
            match output::read_byte() {
                Ok(None) if line.is_empty() => return Ok(Value::None),
                Ok(None | Some(b'\n')) => break,
                Ok(Some(byte)) => line.push(byte),
                Err(Errno::EINTR | Errno::EAGAIN) => {}
                Err(errno) => {
                    return Err(Trouble::new(Code::IO, format!("cannot read standard input: {errno}")).into());
                }
            }
            limit::check_text(Some(line.len()))?;
        }
        Ok(Value::str(String::from_utf8_lossy(&line)))
    }
}

/// A string, or an error that says what was wanted.
pub(super) fn string<'a>(value: &'a Value, wanted: &str) -> Result<&'a str, Trouble> {
    match value {
        Value::Str(text) => Ok(text),
        other => Err(Trouble::kind(format!("{wanted}, not {}", a_kind(other)))),
    }
}

/// A trouble out of an error of the system.
pub(super) fn io(what: &str, error: &std::io::Error) -> Trouble {
    let code = match error.kind() {
        std::io::ErrorKind::PermissionDenied => Code::PERMISSION,
        _ => Code::IO,
    };
    let number = error.raw_os_error().map(crate::process::Errno);
    let reason = number.map_or_else(|| error.to_string(), |errno| errno.to_string());
    let trouble = Trouble::new(code, format!("{what}: {reason}"));
    match number {
        Some(errno) => super::block::explained(trouble, errno),
        None => trouble,
    }
}
