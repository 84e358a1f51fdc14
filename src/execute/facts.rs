//! What is known of a process: alive or ended, and how; from the kernel while it knows, from the run's table
//! and this process's memory after that.

use super::Stop;
use super::block::fault;
use super::history::INIT;
use super::machine::Machine;
use crate::process::{Errno, ExitStatus, Pidfd, Record, Row, RowState, clock, proc_file, wait};
use crate::value::{ProcessRef, Signal, Value};
use std::rc::Rc;
use std::sync::atomic::Ordering::SeqCst;

/// Whether a process lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Facts {
    Alive,
    /// The exit code, or minus the signal, where anybody knows it.
    Ended {
        code: Option<i64>,
    },
}

impl Facts {
    pub(super) fn is_alive(self) -> bool {
        self == Self::Alive
    }

    fn ended(status: ExitStatus) -> Self {
        Self::Ended { code: Some(status.code()) }
    }
}

impl Machine {
    /// Whether a process lives, and if not how it ended. Reaps nothing.
    pub(super) fn facts(&self, process: &ProcessRef) -> Result<Facts, Stop> {
        if let Some(end) = process.end.get() {
            return Ok(Facts::Ended { code: Some(end.code) });
        }
        if process.pid == self.world.pid {
            return Ok(Facts::Alive);
        }
        if self.world.waiter.children.find(process).is_some() {
            return match wait::peek(process.pid) {
                Ok(Some(status)) => {
                    // From now on it is known when it had ended at the latest.
                    let row = Row::of(process);
                    row.inspect(|row| self.world.run.noticed(*row, status));
                    Ok(Facts::ended(status))
                }
                Ok(None) => Ok(Facts::Alive),
                Err(errno) => Err(fault(&errno).into()),
            };
        }
        let code = self.known_code(process);
        if code.is_some() || self.is_reaped(process) {
            return Ok(Facts::Ended { code });
        }
        self.facts_of_stranger(process)
    }

    /// A process that is not ours to wait for: a pidfd tells whether it has ended, /proc how.
    fn facts_of_stranger(&self, process: &ProcessRef) -> Result<Facts, Stop> {
        let ended = match Row::of(process) {
            Some(row) => self.world.run.has_ended(row),
            None => Pidfd::open(process.pid).and_then(|pidfd| pidfd.has_ended()),
        };
        let alive = match ended {
            Ok(ended) => !ended,
            Err(Errno::ESRCH) => false,
            Err(_) => proc_file::stat(process.pid).is_ok_and(|stat| stat.state != 'Z'),
        };
        if alive && !self.is_reaped(process) {
            return Ok(Facts::Alive);
        }
        if let Some(code) = self.known_code(process) {
            return Ok(Facts::Ended { code: Some(code) });
        }
        let word = proc_file::stat(process.pid).ok().filter(|stat| stat.state == 'Z');
        let status = word.and_then(|stat| ExitStatus::of_wait_status(stat.exit_word));
        Ok(Facts::Ended { code: status.map(ExitStatus::code) })
    }

    /// Whether the kernel has forgotten it, so that its pid may mean another one.
    pub(super) fn is_reaped(&self, process: &ProcessRef) -> bool {
        process.end.get().is_some()
            || self.record(process).is_some_and(|record| record.state == RowState::Reaped)
            || (Row::of(process).is_some() && self.record(process).is_none())
    }

    pub(super) fn stat(&self, process: &ProcessRef) -> Result<Option<proc_file::Stat>, Stop> {
        if self.is_reaped(process) {
            return Ok(None);
        }
        if let Some(row) = Row::of(process) {
            self.world.run.await_pause(row);
        }
        match proc_file::stat(process.pid) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::ESRCH | Errno::ENOENT) => Ok(None),
            Err(errno) => Err(fault(&errno).into()),
        }
    }

    /// A name of `program::STATES`.
    pub(super) fn state(&self, process: &ProcessRef) -> Result<&'static str, Stop> {
        Ok(match self.stat(process)? {
            None => "dead",
            Some(stat) => {
                let letter = match stat.state {
                    't' => {
                        self.stands_still(process.pid).map_or('t', |stopped| if stopped { 'T' } else { 'R' })
                    }
                    letter => letter,
                };
                state_word(letter, self.facts(process)?.is_alive())
            }
        })
    }

    /// The signal that stopped it, where it stands still.
    pub(super) fn stop_signal(&self, process: &ProcessRef) -> Result<Option<Signal>, Stop> {
        if self.state(process)? != "stopped" {
            return Ok(None);
        }
        let state = self
            .world
            .waiter
            .children
            .find(process)
            .and_then(|child| wait::peek_state(child.process.pid).ok());
        Ok(Some(match state.flatten() {
            Some(wait::ChildState::Stopped(signal)) => signal,
            _ => Signal::STOP,
        }))
    }

    /// When it started and ended, in nanoseconds of the monotonic clock.
    pub(super) fn span(&self, process: &ProcessRef) -> Result<(i64, Option<i64>), Stop> {
        if let Some(end) = process.end.get() {
            return Ok((end.started, Some(end.ended)));
        }
        let alive = self.facts(process)?.is_alive();
        let span =
            self.record(process).map(|record| (record.started, if alive { None } else { record.ended }));
        span.map(|(started, ended)| {
            (started, if alive { None } else { ended.or_else(|| Some(clock::monotonic())) })
        })
        .ok_or_else(|| {
            crate::value::Trouble::new(
                crate::source::Code::NO_PROCESS,
                format!("when {} started is not known: the scenario did not start it", process.shown()),
            )
            .into()
        })
    }

    /// The process value for a pid that the kernel names: of the scenario where the table has it.
    pub(super) fn process_of(&self, pid: i32) -> Rc<ProcessRef> {
        if pid == self.world.pid {
            return self.world.me().clone();
        }
        if let Some(child) = self.world.waiter.children.get(pid) {
            return child.process;
        }
        let record = self.row_of(pid).and_then(|row| self.world.run.record(row));
        Rc::new(match record.filter(|record| record.state != RowState::Reaped) {
            Some(record) => {
                ProcessRef::new(pid, record.row.index, record.row.generation, Rc::from(&*record.name))
            }
            None => self.outsider(pid),
        })
    }

    /// The row of a pid. A task that was forked this moment may be seen before it has told who it is: then that is awaited.
    fn row_of(&self, pid: i32) -> Option<Row> {
        let run = &self.world.run;
        let until = clock::monotonic() + clock::SECOND;
        loop {
            let row = run.row_of_pid(pid);
            let starting = || proc_file::stat(pid).is_ok_and(|stat| run.is_starting(stat.ppid));
            if row.is_some() || !starting() || clock::monotonic() > until {
                return row.or_else(|| run.row_of_pid(pid));
            }
            std::thread::yield_now();
        }
    }

    /// A process that the scenario has no row for: told from a later one with its pid by when it started.
    fn outsider(&self, pid: i32) -> ProcessRef {
        let started = proc_file::stat(pid).map_or(0, |stat| stat.start_ticks as u32);
        ProcessRef::new(pid, ProcessRef::OUTSIDE, started, Rc::from(self.name_of_stranger(pid)))
    }

    /// The keeper stands in for init and is shown as it; others have the name of their command.
    fn name_of_stranger(&self, pid: i32) -> String {
        if self.world.run.control().keeper_pid.load(SeqCst) == pid {
            return INIT.to_owned();
        }
        proc_file::stat(pid).map_or_else(|_| pid.to_string(), |stat| stat.name)
    }

    /// The process's row in the run's table, while it is its.
    pub(super) fn record(&self, process: &ProcessRef) -> Option<Record> {
        self.world.run.record(Row::of(process)?)
    }

    /// The exit code, where the table knows it.
    fn known_code(&self, process: &ProcessRef) -> Option<i64> {
        self.record(process)?.status.map(ExitStatus::code)
    }

    pub(super) fn is_daemon(&self, process: &ProcessRef) -> bool {
        match self.world.waiter.children.find(process) {
            Some(child) => child.daemon,
            None => self.record(process).is_some_and(|record| record.daemon),
        }
    }

    pub(super) fn parent_process(&self) -> Value {
        Value::Process(self.process_of(crate::process::ppid()))
    }
}

/// The state that a letter of proc_pid_stat(5) means. A `Z` whose threads go on is alive.
fn state_word(letter: char, alive: bool) -> &'static str {
    match letter {
        'Z' | 'X' | 'x' if !alive => "zombie",
        'Z' | 'R' => "running",
        'D' => "blocked",
        'T' => "stopped",
        't' => "traced",
        _ => "sleeping",
    }
}
