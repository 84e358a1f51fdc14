//! `ps`, `tree`, `processes()`, `children()`: looking at the scenario and the machine.

use super::Stop;
use super::block::fault;
use super::file::string;
use super::machine::Machine;
use super::world::value;
use crate::event::{Message, ProcessRow, TreeRow};
use crate::process::{RowState, clock, proc_file};
use crate::value::{ProcessRef, Value, text};
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::atomic::Ordering::SeqCst;

/// The unit in which /proc tells when a process started, counted from the boot: USER_HZ, which is 100 on Linux.
const TICK: i64 = 10 * clock::MILLISECOND;

impl Machine {
    /// `children()`: those that were not joined; `active_children()`: those of them that are alive.
    pub(super) fn children(&self, active: bool) -> Result<Value, Stop> {
        let mut found = Vec::new();
        for child in self.world.waiter.children.in_order() {
            if !active || self.facts(&child.process)?.is_alive() {
                found.push(value(&child.process));
            }
        }
        Ok(Value::list(found))
    }

    pub(super) fn processes(&mut self, wanted: Option<&Value>) -> Result<Value, Stop> {
        let processes = self.matching(wanted)?;
        Ok(Value::list(processes.iter().map(value).collect()))
    }

    /// The processes of the scenario that are alive or zombies, in the order of their spawns.
    fn known(&self) -> Vec<Rc<ProcessRef>> {
        let live = self.world.run.live();
        live.iter()
            .filter(|record| record.state == RowState::Live && record.pid > 0)
            .map(|record| self.process_of(record.pid))
            .collect()
    }

    fn matching(&mut self, wanted: Option<&Value>) -> Result<Vec<Rc<ProcessRef>>, Stop> {
        let mut processes = self.known();
        if let Some(wanted) = wanted {
            let wanted = string(wanted, "the name or command is looked for by a text")?;
            processes
                .retain(|process| process.name.contains(wanted) || self.command_of(process).contains(wanted));
        }
        Ok(processes)
    }

    pub(super) fn ps(&mut self, wanted: Option<&Value>) -> Result<Value, Stop> {
        let processes = self.matching(wanted)?;
        let rows = processes.iter().map(|process| self.row(process)).collect::<Result<Vec<_>, _>>()?;
        self.world.report(Message::Listed(rows));
        Ok(Value::None)
    }

    pub(super) fn row(&self, process: &Rc<ProcessRef>) -> Result<ProcessRow, Stop> {
        let code = match self.facts(process)? {
            super::facts::Facts::Ended { code } => code,
            super::facts::Facts::Alive => None,
        };
        let (started, ended) = self.span(process).unwrap_or((clock::monotonic(), None));
        Ok(ProcessRow {
            name: process.name.to_string(),
            pid: process.pid,
            ppid: self.stat(process)?.map(|stat| stat.ppid),
            state: self.state(process)?.to_owned(),
            elapsed: ended.unwrap_or_else(clock::monotonic) - started,
            exitcode: code,
            command: self.command_of(process),
        })
    }

    /// The command line of a program. A task runs in a copy of proctor, whose own command line says nothing of it.
    fn command_of(&self, process: &ProcessRef) -> String {
        let is_task = self.record(process).is_some_and(|record| !record.external);
        if is_task { String::new() } else { command(process.pid) }
    }

    /// Every process of the machine, as /proc lists it.
    pub(super) fn ps_all(&mut self) -> Result<Value, Stop> {
        let pids = proc_file::all_pids().map_err(|errno| fault(&errno))?;
        let mut rows = Vec::with_capacity(pids.len());
        for pid in pids {
            if let Some(row) = self.stranger_row(pid)? {
                rows.push(row);
            }
        }
        self.world.report(Message::Listed(rows));
        Ok(Value::None)
    }

    fn stranger_row(&self, pid: i32) -> Result<Option<ProcessRow>, Stop> {
        let process = self.process_of(pid);
        if process.slot != ProcessRef::OUTSIDE {
            return self.row(&process).map(Some);
        }
        let Ok(stat) = proc_file::stat(pid) else { return Ok(None) };
        Ok(Some(ProcessRow {
            name: process.name.to_string(),
            pid,
            ppid: Some(stat.ppid),
            state: self.state(&process)?.to_owned(),
            elapsed: clock::monotonic() - (stat.start_ticks as i64).saturating_mul(TICK),
            exitcode: None,
            command: command(pid),
        }))
    }

    /// The tree below the keeper, or below a process; the keeper is shown as init.
    pub(super) fn tree(&mut self, root: Option<&Value>) -> Result<Value, Stop> {
        let root = match root {
            Some(process) => self.process_operand(process)?.pid,
            None => self.world.run.control().keeper_pid.load(SeqCst),
        };
        let rows = self.below(root)?;
        self.world.report(Message::Drawn(rows));
        Ok(Value::None)
    }

    /// The process with this pid and all below it, in the order of drawing.
    pub(super) fn below(&self, root: i32) -> Result<Vec<TreeRow>, Stop> {
        let mut rows = Vec::new();
        let mut waiting = vec![(0, root)];
        let mut seen = HashSet::new();
        while let Some((depth, pid)) = waiting.pop() {
            if !seen.insert(pid) {
                continue;
            }
            if let Some(process) = self.stranger_row(pid)? {
                rows.push(TreeRow { depth, process });
            }
            let below = proc_file::children(pid).unwrap_or_default();
            waiting.extend(below.into_iter().rev().map(|pid| (depth + 1, pid)));
        }
        Ok(rows)
    }
}

fn command(pid: i32) -> String {
    let words = proc_file::command_line(pid).unwrap_or_default();
    text::brief(&Value::str(words.join(" ")), 4096)
}
