//! What was waited for when a time was over, in words: asked only then, so that waiting costs nothing more.

use super::Stop;
use super::block::doing;
use super::machine::Machine;
use crate::event::hang::{Doing, does};
use crate::observe::hang::{Witness, examine_one};
use crate::process::share::lock;
use crate::process::{Blocked, BlockedKind, Row, Run};
use crate::program::Method;
use crate::value::{Object, ObjectKind, ProcessRef, text::visible};

/// Processes are called what the scenario calls them.
struct Named(Run);

impl Witness for Named {
    fn name(&self, pid: i32) -> Option<String> {
        let record = self.0.record(self.0.row_of_pid(pid)?)?;
        Some(record.name)
    }
}

impl Machine {
    /// The result of a wait. Where a deadline ended it, what it was for is kept for the error.
    pub(super) fn waited_for<T>(
        &mut self,
        result: Result<T, Stop>,
        what: impl FnOnce(&Self) -> String,
    ) -> Result<T, Stop> {
        if matches!(result, Err(Stop::Deadline(_))) {
            self.world.unmet = Some(what(self));
        }
        result
    }

    /// `p (pid 12) to end: it is sleeping`.
    pub(super) fn end_of(&self, process: &ProcessRef) -> String {
        let blocked = Row::of(process).and_then(|row| self.world.run.sleeps_for(row));
        let does = match blocked {
            Some((on, _)) => {
                format!("it {}", doing(on, &self.title_of_wait(on), self.whom(on).as_deref()))
            }
            None => match self.hangs(process.pid) {
                Some(does) => format!("it {does}"),
                None => self
                    .state(process)
                    .map_or_else(|_| "it lives".to_owned(), |state| format!("it is {state}")),
            },
        };
        format!("{} (pid {}) to end: {does}", process.shown(), process.pid)
    }

    /// What an external program is doing: in which call it waits, and who could help. None for one that runs code of ours,
    /// whose calls say nothing to those who read the scenario.
    fn hangs(&self, pid: i32) -> Option<String> {
        let program = |pid: i32| std::fs::read_link(format!("/proc/{pid}/exe")).ok();
        if program(pid)? == program(self.world.pid)? {
            return None;
        }
        let run = self.world.run;
        let others: Vec<i32> =
            run.live().into_iter().map(|record| record.pid).chain([self.world.pid]).collect();
        let standing = examine_one(pid, &others, &Named(run))?;
        // Its state says that already.
        (!matches!(standing.doing, Doing::Stopped { .. })).then(|| does(&standing))
    }

    /// What a method of a shared object waits for.
    pub(super) fn turn_of(&self, object: Object, method: Method) -> String {
        let name = self.name_of(object);
        match (object.kind, method) {
            (ObjectKind::Queue, Method::Put) => format!("room in {name}, which is full"),
            (ObjectKind::Queue, _) => format!("a message in {name}, which is empty"),
            (ObjectKind::ConnectionA | ObjectKind::ConnectionB, Method::Send) => {
                format!("room in {name}: the other end does not receive")
            }
            (ObjectKind::ConnectionA | ObjectKind::ConnectionB, _) => format!("a message from {name}"),
            (ObjectKind::Lock, _) => match self.holder_of(object.index) {
                Some(holder) => format!("{name}, held by {holder}"),
                None => name,
            },
            (ObjectKind::Semaphore, _) => format!("a unit of {name}"),
            (ObjectKind::Event, _) => format!("{name} to be set"),
            (ObjectKind::Barrier, _) => format!("the others at {name}"),
            (ObjectKind::Shared, _) => name,
        }
    }

    fn whom(&self, on: Blocked) -> Option<String> {
        match on.kind {
            BlockedKind::Lock => self.holder_of(on.index),
            _ => self.world.run.joined_by(on),
        }
    }

    fn holder_of(&self, lock: u32) -> Option<String> {
        let pid = lock::holder(self.world.run, lock);
        let record = self.world.run.record(self.world.run.row_of_pid(pid)?)?;
        Some(if pid == self.world.pid {
            "this very process".to_owned()
        } else {
            format!("{} (pid {pid})", visible(&record.name))
        })
    }

    /// The object with the name that the text gives it here, or that it was made with.
    pub(super) fn name_of(&self, object: Object) -> String {
        let text = self.world.text(self.here());
        let text = text.strip_prefix("with ").unwrap_or(&text);
        let name = text.split(['.', ' ', '\n']).next().unwrap_or_default();
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if is_name { format!("{} {name}", object.kind.word()) } else { self.title(object) }
    }
}
