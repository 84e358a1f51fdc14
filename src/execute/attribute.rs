//! The attributes of a process: asked of the kernel, of the run's table, or of what this process remembers.

use super::Stop;
use super::block::fault;
use super::facts::Facts;
use super::machine::Machine;
use crate::process::{Errno, clock, proc_file};
use crate::program::Attribute;
use crate::source::Code;
use crate::value::{Key, ProcessRef, Signal, Trouble, Value, ending::ending, signal::signal_name};
use indexmap::IndexMap;
use std::rc::Rc;

impl Machine {
    pub(super) fn attribute(
        &mut self,
        process: &Rc<ProcessRef>,
        attribute: Attribute,
    ) -> Result<Value, Stop> {
        Ok(match attribute {
            Attribute::Pid => int(process.pid),
            Attribute::Name => Value::str(&*process.name),
            Attribute::Daemon => Value::Bool(self.is_daemon(process)),
            Attribute::Alive => Value::Bool(self.facts(process)?.is_alive()),
            Attribute::State => Value::str(self.state(process)?),
            Attribute::Exitcode => match self.facts(process)? {
                Facts::Ended { code: Some(code), .. } => Value::Int(code),
                _ => Value::None,
            },
            Attribute::Signaled => match self.facts(process)? {
                Facts::Ended { code: Some(code), .. } if code < 0 => {
                    Value::Signal(Signal(code.unsigned_abs() as u8))
                }
                _ => Value::None,
            },
            Attribute::Elapsed => {
                let (started, ended) = self.span(process)?;
                Value::Duration(ended.unwrap_or_else(clock::monotonic) - started)
            }
            Attribute::Started => Value::Instant(self.span(process)?.0),
            Attribute::Ended => self.span(process)?.1.map_or(Value::None, Value::Instant),
            Attribute::Ending => Value::str(self.ending(process)?),
            Attribute::Stdout | Attribute::Stderr => self.captured(process, attribute)?,
            Attribute::Children => self.kin(process, false)?,
            Attribute::Descendants => self.kin(process, true)?,
            Attribute::Processes => self.processes_of(process)?,
            Attribute::Parent => match self.stat(process)? {
                Some(stat) if stat.ppid > 0 => Value::Process(self.process_of(stat.ppid)),
                _ => Value::None,
            },
            other => self.of_kernel(process, other)?,
        })
    }

    /// The attributes that only the kernel knows; none where it has forgotten the process.
    fn of_kernel(&self, process: &ProcessRef, attribute: Attribute) -> Result<Value, Stop> {
        if self.is_reaped(process) {
            return Ok(Value::None);
        }
        let pid = process.pid;
        let value = match attribute {
            Attribute::Ppid => proc_file::stat(pid).map(|stat| int(stat.ppid)),
            Attribute::Pgid => proc_file::stat(pid).map(|stat| int(stat.pgid)),
            Attribute::Sid => proc_file::stat(pid).map(|stat| int(stat.sid)),
            Attribute::CpuTime => {
                proc_file::stat(pid).map(|stat| Value::Duration(stat.user_time + stat.system_time))
            }
            Attribute::Rss => proc_file::stat(pid).map(|stat| Value::Int(stat.rss as i64)),
            Attribute::Threads => proc_file::stat(pid).map(|stat| Value::Int(stat.threads)),
            Attribute::Foreground => proc_file::stat(pid)
                .map(|stat| Value::Bool(stat.foreground_pgid > 0 && stat.foreground_pgid == stat.pgid)),
            Attribute::Cmdline => proc_file::command_line(pid).map(|words| strings(&words)),
            Attribute::Cwd => {
                proc_file::current_directory(pid).map(|path| Value::str(path.to_string_lossy()))
            }
            Attribute::Fds => proc_file::descriptors(pid).map(descriptors),
            Attribute::Pending => proc_file::signal_masks(pid).map(|masks| signals(masks.pending)),
            Attribute::Blocked => proc_file::signal_masks(pid).map(|masks| signals(masks.blocked)),
            Attribute::Ignored => proc_file::signal_masks(pid).map(|masks| signals(masks.ignored)),
            Attribute::Caught => {
                proc_file::signal_masks(pid).map(|masks| signals(self.own_handlers(process, masks.caught)))
            }
            _ => return Err(Trouble::new(Code::INTERNAL, "an attribute without a source").into()),
        };
        match value {
            Ok(value) => Ok(value),
            Err(Errno::ESRCH | Errno::ENOENT) => Ok(Value::None),
            Err(errno) => Err(fault(&errno).into()),
        }
    }

    /// Of the signals that a task catches, those that the program has handlers for: every process of ours notes its children's ends.
    fn own_handlers(&self, process: &ProcessRef, caught: u64) -> u64 {
        const CHILD: u64 = 1 << (Signal::CHLD.0 - 1);
        let task = self.record(process).filter(|record| !record.external);
        match task {
            Some(record) if !self.world.run.catches_child(record.row) => caught & !CHILD,
            _ => caught,
        }
    }

    /// How it ended, in words.
    fn ending(&mut self, process: &Rc<ProcessRef>) -> Result<String, Stop> {
        Ok(match self.facts(process)? {
            Facts::Ended { code: Some(code), .. } => ending(code, false),
            Facts::Ended { code: None, .. } => "ended".to_owned(),
            Facts::Alive => match self.stop_signal(process)? {
                Some(signal) => format!("stopped by {}", signal_name(signal)),
                None => "running".to_owned(),
            },
        })
    }

    fn kin(&mut self, process: &Rc<ProcessRef>, all: bool) -> Result<Value, Stop> {
        let mut found = Vec::new();
        if !self.is_reaped(process) {
            let mut waiting = proc_file::children(process.pid).unwrap_or_default();
            waiting.reverse();
            while let Some(pid) = waiting.pop() {
                found.push(Value::Process(self.process_of(pid)));
                if all {
                    let mut below = proc_file::children(pid).unwrap_or_default();
                    below.reverse();
                    waiting.extend(below);
                }
            }
        }
        Ok(Value::list(found))
    }
}

fn int(number: i32) -> Value {
    Value::Int(i64::from(number))
}

fn strings(words: &[String]) -> Value {
    Value::list(words.iter().map(Value::str).collect())
}

fn descriptors(fds: Vec<(i32, String)>) -> Value {
    let mut entries = IndexMap::new();
    for (fd, target) in fds {
        entries.insert(Key::Int(i64::from(fd)), Value::str(target));
    }
    Value::map(entries)
}

fn signals(mask: u64) -> Value {
    let set = (1..=64u8).filter(|number| mask & (1 << (number - 1)) != 0);
    Value::list(set.map(|number| Value::Signal(Signal(number))).collect())
}
