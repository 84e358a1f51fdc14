//! How a process ends: its verdict, its last words, its daemons and its children.

use super::Stop;
use super::machine::Machine;
use crate::event::{Failure, Message};
use crate::process::{Row, clock, exit_now};
use crate::source::Code;
use crate::value::{Signal, Trouble, Value};
use std::sync::atomic::Ordering::SeqCst;

/// Exit codes of a run; see `proctor run --help`.
const EXPECTATION_BROKE: u8 = 1;
const UNCAUGHT: u8 = 3;
/// As shells have it for what SIGINT ended.
const INTERRUPTED: u8 = 130;
/// A process that fails by an uncaught error, as in Python.
const CHILD_FAILED: u8 = 1;

/// How long daemons have to end after their SIGTERM before they are counted as left behind.
const DAEMON_GRACE: i64 = 500 * clock::MILLISECOND;

impl Machine {
    /// The end of a spawned process's body.
    pub(super) fn end_process(&mut self) -> Result<(), Stop> {
        if self.world.is_main() {
            return Err(Stop::Exit(0));
        }
        self.leave_process(0)
    }

    /// Ends this process, which is not the main one, at once: nothing is unwound or dropped, since that would
    /// only copy memory that is still shared with the parent.
    fn leave_process(&mut self, code: u8) -> ! {
        self.world.run.row_ended_now(self.world.row, code);
        exit_now(code)
    }

    /// What the end of the program means: reports it, and gives the exit code. Does not return in a process
    /// that is not the main one.
    pub(super) fn finish(&mut self, result: Result<Value, Stop>) -> u8 {
        let failed = !matches!(result, Ok(_) | Err(Stop::Exit(_)));
        let code = self.verdict(result);
        if !self.world.is_main() {
            self.leave_process(code);
        }
        self.world.take_terminal_back(None);
        if failed {
            self.world.run.control().over.store(1, SeqCst);
            self.world.close_report();
            return code;
        }
        let code = match self.close() {
            Ok(()) => code,
            Err(stop) => self.verdict(Err(stop)),
        };
        self.world.run.control().over.store(1, SeqCst);
        self.world.close_report();
        self.run_verdict(code)
    }

    /// Records what stopped an entry of a session; the process goes on.
    pub(super) fn tell(&mut self, stop: Stop) {
        self.verdict(Err(stop));
    }

    fn verdict(&mut self, result: Result<Value, Stop>) -> u8 {
        let failed = if self.world.is_main() { UNCAUGHT } else { CHILD_FAILED };
        match result {
            Ok(_) => 0,
            Err(Stop::Exit(code)) => code,
            Err(Stop::Broken(failure)) => {
                self.world.run.control().broken.fetch_add(1, SeqCst);
                self.world.report(Message::Broken(*failure));
                EXPECTATION_BROKE
            }
            Err(Stop::Failed(failure)) => {
                if self.world.alone.is_some() && std::mem::take(&mut self.world.tests.late) {
                    self.test_late();
                }
                let code = exec_code(&failure).filter(|_| !self.world.is_main()).unwrap_or(failed);
                self.world.report(Message::Failed(*failure));
                code
            }
            Err(Stop::Trouble(trouble)) => self.unplaced(*trouble, failed),
            Err(Stop::Interrupted) => INTERRUPTED,
            Err(Stop::Deadline(_)) => {
                self.unplaced(Trouble::new(Code::INTERNAL, "a deadline was lost"), failed)
            }
        }
    }

    fn unplaced(&mut self, trouble: Trouble, code: u8) -> u8 {
        let failure = super::failure::place(self, trouble);
        self.world.report(Message::Failed(failure));
        code
    }

    /// The exit code of the run, where the main process itself had nothing to complain of.
    fn run_verdict(&self, code: u8) -> u8 {
        let broken = self.world.tests.bad > 0 || self.world.run.control().broken.load(SeqCst) > 0;
        if code == 0 && broken { EXPECTATION_BROKE } else { code }
    }

    /// The main process's code has ended: its daemons get SIGTERM, its other children are joined.
    fn close(&mut self) -> Result<(), Stop> {
        let children = self.world.waiter.children.in_order();
        let (daemons, others): (Vec<_>, Vec<_>) = children.into_iter().partition(|child| child.daemon);
        for daemon in &daemons {
            if let Some(row) = Row::of(&daemon.process) {
                // Whoever cannot be told now is ended with what is left behind.
                let _ = self.world.send(row, daemon.process.pid, Signal::TERM, None);
            }
        }
        let operands: Vec<Value> = others.iter().map(|child| Value::Process(child.process.clone())).collect();
        self.join(&[Value::list(operands)])?;
        self.wait_for_daemons()
    }

    fn wait_for_daemons(&mut self) -> Result<(), Stop> {
        let until = clock::monotonic() + DAEMON_GRACE;
        while !self.world.waiter.children.is_empty() {
            let ended = self.block(Some(until), |waiter, deadline| waiter.any_child_ended(deadline))?;
            let Some((pid, _)) = ended else { break };
            self.reap(pid)?;
        }
        Ok(())
    }
}

/// A process that could not execute its program ends as a shell's child does: 127 where there is none, else 126.
fn exec_code(failure: &Failure) -> Option<u8> {
    (failure.code == Code::EXEC).then(|| if failure.message.contains("ENOENT") { 127 } else { 126 })
}

impl super::World {
    /// SIGTERM to the children started since there were `since` of them: their block was abandoned.
    pub(super) fn abandon_children(&mut self, since: u64) {
        for child in self.waiter.children.in_order() {
            if child.number >= since
                && let Some(row) = Row::of(&child.process)
            {
                let _ = self.send(row, child.process.pid, Signal::TERM, None);
            }
        }
    }

    /// Whether an expectation broke in a child since this was asked last.
    pub(super) fn take_broken_in_children(&mut self) -> bool {
        let all = self.run.control().broken.load(SeqCst);
        let new = all > self.broken_seen;
        self.broken_seen = all;
        new
    }
}
