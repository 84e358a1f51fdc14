//! `terminate`, `kill`, `stop`, `resume`, `signal`: signals to processes, never to a stranger.

use super::Stop;
use super::machine::Machine;
use super::on::signal_of;
use super::world::World;
use crate::process::group::{self, Sent};
use crate::process::{Errno, Pidfd, Reach, Row, proc_file};
use crate::source::Code;
use crate::value::{ProcessRef, Signal, Trouble, Value, a_kind, signal::signal_name};
use std::rc::Rc;
use std::sync::atomic::Ordering::SeqCst;

/// How far up the tree of processes the keeper is looked for.
const HIGHEST: usize = 4096;
/// How often, where the tree changes meanwhile.
const LOOKS: u32 = 3;
/// Those that stop a process.
const STOPS: [Signal; 4] = [Signal::STOP, Signal::TSTP, Signal::TTIN, Signal::TTOU];

impl Machine {
    pub(super) fn send_to_all(&mut self, operands: &[Value], signal: Signal) -> Result<Value, Stop> {
        for process in self.process_operands(operands)? {
            self.send(&process, signal, Reach::Process)?;
        }
        Ok(Value::None)
    }

    /// `signal p, q SIG`: the last operand is the signal.
    pub(super) fn send_any(&mut self, operands: &[Value], group: bool) -> Result<Value, Stop> {
        let Some((signal, targets)) = operands.split_last() else { return Ok(Value::None) };
        let signal = signal_of(signal)?;
        let reach = if group { Reach::Group } else { Reach::Process };
        for process in self.process_operands(targets)? {
            self.send(&process, signal, reach)?;
        }
        Ok(Value::None)
    }

    fn send(&mut self, process: &Rc<ProcessRef>, signal: Signal, reach: Reach) -> Result<(), Stop> {
        self.check_may_stop(process, signal)?;
        if signal == Signal::CONT {
            self.world.lend_again(process.pid);
        }
        let here = Some(self.here());
        let sent = match Row::of(process) {
            Some(row) if reach == Reach::Process => {
                self.world.send(row, process.pid, signal, here).map(|_| Sent::Yes)
            }
            row => {
                let send = || match row {
                    Some(row) => Ok(self.send_to_group(row, signal)),
                    None => self.send_to_outsider(process, signal, reach),
                };
                let is_sent = |sent: &Result<_, Stop>| matches!(sent, Ok(Ok(Sent::Yes)));
                self.world.noting(process.pid, signal, reach, here, send, is_sent)?
            }
        };
        match sent {
            Ok(Sent::Yes) | Err(Errno::ESRCH) => Ok(()),
            Ok(Sent::Ours) => Err(in_our_group(process, signal).into()),
            Ok(Sent::Strangers) => Err(in_group_of_strangers(process, signal).into()),
            Err(Errno::EPERM) => {
                let message = format!(
                    "the kernel does not permit {} to {} (pid {})",
                    signal_name(signal),
                    process.shown(),
                    process.pid
                );
                Err(Trouble::new(Code::PERMISSION, message).into())
            }
            Err(errno) => {
                let message =
                    format!("{} could not be sent to {}: {errno}", signal_name(signal), process.shown());
                Err(super::block::explained(Trouble::new(Code::IO, message), errno).into())
            }
        }
    }

    /// A session that is stopped could not be asked to go on.
    fn check_may_stop(&self, process: &ProcessRef, signal: Signal) -> Result<(), Stop> {
        let is_session = self.world.behind.as_ref().is_some_and(|behind| behind.is_session);
        if is_session && STOPS.contains(&signal) && process.pid == self.world.pid {
            let message = "at the prompt, stopping the session itself would leave nobody who could resume it";
            return Err(Trouble::new(Code::PERMISSION, message)
                .help("Ctrl-Z suspends the prompt; `stop p` stops a process")
                .into());
        }
        Ok(())
    }

    /// The group that a process of the run is in, whoever leads it.
    fn send_to_group(&self, row: Row, signal: Signal) -> Result<Sent, Errno> {
        self.world.run.await_pauses();
        match self.world.run.hold(row)? {
            Some(member) => group::signal(&member, signal, |pid| self.world.has_started(pid)),
            None => Ok(Sent::Yes),
        }
    }

    /// A process that a program of the scenario started: held by a pidfd, then shown to be the one that was meant
    /// (it started at the same time) and one of ours (it descends from the keeper).
    fn send_to_outsider(
        &self,
        process: &ProcessRef,
        signal: Signal,
        reach: Reach,
    ) -> Result<Result<Sent, Errno>, Stop> {
        let pidfd = match Pidfd::open(process.pid) {
            Ok(pidfd) => pidfd,
            Err(errno) => return Ok(Err(errno)),
        };
        let same =
            proc_file::stat(process.pid).is_ok_and(|stat| stat.start_ticks as u32 == process.generation);
        if !same {
            return Ok(Err(Errno::ESRCH));
        }
        if !self.world.has_started(process.pid) {
            let message =
                format!("{} (pid {}) was not started by this scenario", process.shown(), process.pid);
            return Err(Trouble::new(Code::PERMISSION, message)
                .help("a scenario signals its own processes only")
                .into());
        }
        Ok(match reach {
            Reach::Group => group::signal(&pidfd, signal, |pid| self.world.has_started(pid)),
            Reach::Process => pidfd.send(signal, reach).map(|()| Sent::Yes),
        })
    }
}

impl World {
    /// Whether the process that has this pid now was started by this scenario, directly or not, or is its main process.
    pub(super) fn has_started(&self, pid: i32) -> bool {
        let is_known = |row| matches!(self.run.hold(row), Ok(Some(_)));
        self.run.row_of_pid(pid).is_some_and(is_known)
            || (0..LOOKS).find_map(|_| self.is_below_keeper(pid)).unwrap_or(false)
    }

    /// None where somebody on the way up has ended meanwhile: its children have another parent by now.
    fn is_below_keeper(&self, mut pid: i32) -> Option<bool> {
        let keeper = self.run.control().keeper_pid.load(SeqCst);
        for _ in 0..HIGHEST {
            match proc_file::stat(pid) {
                Ok(stat) if stat.ppid == keeper => return Some(pid != self.main.pid),
                Ok(stat) if stat.ppid == self.main.pid => return Some(true),
                Ok(stat) if stat.ppid > 1 => pid = stat.ppid,
                Ok(_) => return Some(false),
                Err(_) => return None,
            }
        }
        Some(false)
    }
}

fn in_our_group(process: &ProcessRef, signal: Signal) -> Trouble {
    let (name, signal) = (process.shown(), signal_name(signal));
    let message = format!(
        "{name} (pid {}) is in the scenario's own process group: {signal} to the group would reach whoever sends it",
        process.pid
    );
    Trouble::new(Code::PERMISSION, message).help(
        "spawn it `with {group: true}`, which gives it a group of its own, or signal it alone: `signal p …`",
    )
}

fn in_group_of_strangers(process: &ProcessRef, signal: Signal) -> Trouble {
    let (name, signal) = (process.shown(), signal_name(signal));
    let message = format!(
        "{name} (pid {}) is in a process group that no process of this scenario leads: {signal} to the group would reach others",
        process.pid
    );
    Trouble::new(Code::PERMISSION, message).help("signal it alone: `signal p …`")
}

/// `overlaps` and `serial`.
impl Machine {
    pub(super) fn overlaps(&mut self, operands: &[Value]) -> Result<Value, Stop> {
        let spans = self.spans(operands)?;
        let last_start = spans.iter().map(|span| span.0).max().unwrap_or(0);
        let first_end = spans.iter().filter_map(|span| span.1).min().unwrap_or(i64::MAX);
        Ok(Value::Bool(last_start < first_end))
    }

    pub(super) fn serial(&mut self, operands: &[Value]) -> Result<Value, Stop> {
        let spans = self.spans(operands)?;
        let in_turn = spans.windows(2).all(|pair| pair[0].1.is_some_and(|ended| ended <= pair[1].0));
        Ok(Value::Bool(in_turn))
    }

    fn spans(&mut self, operands: &[Value]) -> Result<Vec<(i64, Option<i64>)>, Stop> {
        let mut compared = Vec::with_capacity(operands.len());
        for operand in operands {
            match operand {
                Value::List(list) => compared.extend(list.0.borrow().iter().cloned()),
                single => compared.push(single.clone()),
            }
        }
        if compared.len() < 2 {
            let given = operands.first().map_or("none", a_kind);
            let message = format!("two or more processes are compared, not {given}");
            return Err(Trouble::new(Code::ARGUMENT_COUNT, message).into());
        }
        compared.iter().map(|one| self.extent(one)).collect()
    }
}
