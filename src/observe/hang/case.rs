//! What is known while a hang is looked into: the processes that are looked at, and what they are called.

use super::glance::text;
use super::holder::Descriptors;
use crate::event::hang::{Holder, Kin, Who};
use crate::process::proc_file;
use crate::value::Signal;
use std::collections::BTreeSet;

/// What an observer has seen that /proc does not show. Each answer may be "nothing".
pub trait Witness {
    /// What a process is called; else it is the kernel's name for it.
    fn name(&self, pid: i32) -> Option<String> {
        let _ = pid;
        None
    }

    /// The signal that has stopped it, where it is stopped now: a tracer's own stops are not meant.
    fn stopped(&self, pid: i32) -> Option<Signal> {
        let _ = pid;
        None
    }

    /// The signals whose handlers have run in it.
    fn handled(&self, pid: i32) -> Vec<Signal> {
        let _ = pid;
        Vec::new()
    }
}

/// Somebody who has seen nothing.
impl Witness for () {}

/// What is looked at.
pub struct Case<'a> {
    pub tree: &'a BTreeSet<i32>,
    pub witness: &'a dyn Witness,
    pub descriptors: Descriptors,
}

impl Case<'_> {
    pub fn who(&self, pid: i32) -> Who {
        let name = self.witness.name(pid).or_else(|| {
            let comm = text(&format!("/proc/{pid}/comm"))?;
            Some(whole(pid, comm.trim_end_matches('\n')))
        });
        Who { pid, name: name.unwrap_or_else(|| "a process".to_owned()) }
    }

    /// Somebody who has what `waiting` waits for.
    pub fn holder(&self, waiting: i32, pid: i32, fd: i32) -> Holder {
        let kind = if pid == waiting {
            Kin::Itself
        } else if self.tree.contains(&pid) {
            Kin::Tree
        } else {
            Kin::Outside
        };
        Holder { who: self.who(pid), fd, kind, both: false }
    }
}

/// The kernel keeps 15 bytes of a name: the rest is in the command line, where that begins with the same.
fn whole(pid: i32, comm: &str) -> String {
    const KEPT: usize = 15;
    let command =
        (comm.len() == KEPT).then(|| proc_file::command_line(pid).ok()).flatten().unwrap_or_default();
    let name = command.first().map_or("", |first| first.rsplit('/').next().unwrap_or_default());
    if name.starts_with(comm) { name.to_owned() } else { comm.to_owned() }
}
