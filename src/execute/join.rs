//! `join`, `wait any`: waiting for children and reaping them.

use super::Stop;
use super::block::{Wait, fault};

use super::machine::Machine;
use crate::process::{Child, Errno, ExitStatus, Row, Waited, clock, wait};
use crate::source::Code;
use crate::value::{End, ProcessRef, Trouble, Value, a_kind};
use std::rc::Rc;

impl Machine {
    /// Joins the processes that the operands name: an exit code, or the list of them.
    pub(super) fn join(&mut self, operands: &[Value]) -> Result<Value, Stop> {
        if let [single] = operands
            && !matches!(single, Value::List(_))
        {
            let process = self.process_operand(single)?;
            return Ok(Value::Int(self.join_one(&process)?));
        }
        let processes = self.process_operands(operands)?;
        for process in &processes {
            self.check_child(process)?;
        }
        let codes = processes
            .iter()
            .map(|process| self.join_one(process).map(Value::Int))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Value::list(codes))
    }

    pub(super) fn join_all(&mut self) -> Result<Value, Stop> {
        let children = self.world.waiter.children.in_order();
        let codes = children
            .iter()
            .map(|child| self.join_one(&child.process).map(Value::Int))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Value::list(codes))
    }

    fn join_one(&mut self, process: &Rc<ProcessRef>) -> Result<i64, Stop> {
        if let Some(end) = process.end.get() {
            return Ok(end.code);
        }
        self.check_child(process)?;
        let pid = process.pid;
        let row = Row::of(process);
        let on = |_: &Self| process.shown().into_owned();
        let whom = &Wait { call: "join", on: &on, result: |pid: &i32| pid.to_string() };
        let waited = self.block_noted(whom, None, |waiter, deadline| {
            waiter.child_ended(pid, row, deadline).map(|waited| waited.map(|_| pid))
        });
        self.waited_for(waited, |machine| machine.end_of(process))?.map_err(|errno| fault(&errno))?;
        self.reap(pid)
    }

    fn check_child(&self, process: &ProcessRef) -> Result<(), Stop> {
        if process.end.get().is_some() || self.world.waiter.children.find(process).is_some() {
            return Ok(());
        }
        let message = if process.pid == self.world.pid && *process == **self.world.me() {
            "a process cannot join itself".to_owned()
        } else {
            format!("{} is not a child of this process: only its parent can join it", process.shown())
        };
        let help = format!(
            "`expect not p.alive within 5s` waits for the end of any process; its parent is {}",
            self.record(process).map_or_else(|| "another".to_owned(), |record| record.spawner.to_string())
        );
        Err(Trouble::new(Code::NOT_A_CHILD, message).help(help).into())
    }

    pub(super) fn wait_any(&mut self) -> Result<Value, Stop> {
        if self.world.waiter.children.is_empty() {
            return Ok(Value::None);
        }
        let on = |_: &Self| "any child".to_owned();
        let whom = &Wait { call: "wait any", on: &on, result: |pid: &i32| pid.to_string() };
        let waited = self.block_noted(whom, None, |waiter, deadline| {
            loop {
                match waiter.any_child_ended(deadline)? {
                    // A program that this process has started can make it its child without a word (CLONE_PARENT of clone(2)). To
                    // take it away is all that there is to do.
                    Waited::Done((pid, _)) if waiter.children.get(pid).is_none() => _ = wait::reap(pid)?,
                    waited => return Ok::<_, Errno>(waited.map(|(pid, _)| pid)),
                }
            }
        });
        let ended =
            self.waited_for(waited, |machine| match machine.world.waiter.children.in_order().as_slice() {
                [only] => machine.end_of(&only.process),
                children => format!("one of {} children to end", children.len()),
            })?;
        let Some(pid) = ended.map_err(|errno| fault(&errno))? else {
            return Err(Trouble::new(Code::INTERNAL, "a wait without an end ended").into());
        };
        let Some(process) = self.world.waiter.children.get(pid).map(|child| child.process) else {
            return Err(Trouble::new(Code::INTERNAL, format!("the child {pid} is not known")).into());
        };
        self.reap(pid)?;
        Ok(Value::Process(process))
    }

    /// Reaps a child that has ended, and remembers how.
    pub(super) fn reap(&mut self, pid: i32) -> Result<i64, Stop> {
        let Some(child) = self.world.waiter.children.get(pid) else {
            return Err(Trouble::new(Code::INTERNAL, format!("the child {pid} is not known")).into());
        };
        self.finish_streams(&child.process);
        let run = self.world.run;
        let row = Row::of(&child.process);
        if let (Some(row), Ok(Some(status))) = (row, wait::peek(pid)) {
            run.noticed(row, status);
            run.reaping(row);
        }
        self.world.take_terminal_back(Some(pid));
        let status = wait::reap(pid).map_err(|errno| fault(&errno))?;
        let Some(status) = status else {
            return Err(Trouble::new(Code::INTERNAL, format!("the child {pid} has not ended")).into());
        };
        if let Some(row) = row {
            run.reaped(row, status);
        }
        Ok(self.remember(&child, status))
    }

    fn remember(&mut self, child: &Child, status: ExitStatus) -> i64 {
        let code = status.code();
        let now = clock::monotonic();
        let (started, ended) = self
            .record(&child.process)
            .map_or((now, now), |record| (record.started, record.ended.unwrap_or(now)));
        let _ = child.process.end.set(Box::new(End { code, started, ended }));
        self.world.waiter.child_reaped(child.process.pid);
        code
    }

    /// A process value: itself, or the one with a pid of this scenario.
    pub(super) fn process_operand(&self, value: &Value) -> Result<Rc<ProcessRef>, Stop> {
        match value {
            Value::Process(process) => Ok(process.clone()),
            Value::Int(pid) => self.process_with_pid(*pid),
            other => {
                let message = format!("a process is wanted here, not {}", a_kind(other));
                Err(Trouble::kind(message).into())
            }
        }
    }

    fn process_with_pid(&self, pid: i64) -> Result<Rc<ProcessRef>, Stop> {
        let pid_of_linux = i32::try_from(pid).unwrap_or(0);
        if self.world.waiter.children.get(pid_of_linux).is_none()
            && let Some(forked) = self.world.forked.get(&pid_of_linux)
        {
            return Ok(forked.clone());
        }
        let known = (pid_of_linux > 1).then(|| self.process_of(pid_of_linux));
        match known {
            Some(process) if process.slot != ProcessRef::OUTSIDE => Ok(process),
            _ => {
                Err(Trouble::new(Code::NO_PROCESS, format!("no process of this scenario has the pid {pid}"))
                    .into())
            }
        }
    }

    /// The processes that operands name, lists taken apart.
    pub(super) fn process_operands(&self, operands: &[Value]) -> Result<Vec<Rc<ProcessRef>>, Stop> {
        let mut found = Vec::with_capacity(operands.len());
        for operand in operands {
            match operand {
                Value::List(list) => {
                    for element in list.0.borrow().iter() {
                        found.push(self.process_operand(element)?);
                    }
                }
                single => found.push(self.process_operand(single)?),
            }
        }
        Ok(found)
    }
}
