//! `with {observe: true}`: the tracer of a program that is about to be started, whose events go into the run's log.

use super::Stop;
use super::history::INIT;
use super::machine::Machine;
use super::record::append;
use super::refusal::no_room;
use crate::event::Event;
use crate::observe::{Around, start_tracer};
use crate::process::sandbox::Fence;
use crate::process::{self, Command, Errno, ExecError, Gate, Prepared, Run, Stage, Started, proc_file};
use crate::source::Code;
use crate::value::Trouble;
use std::sync::atomic::Ordering::SeqCst;

impl Machine {
    /// The gate through which the program will go, with a tracer behind it.
    pub(super) fn start_observer(&self) -> Result<Gate, Stop> {
        let run = self.world.run;
        let gate = start_tracer(|tracer| run.add_observer(tracer), || (around(run), Box::new(sink(run))));
        gate.map_err(|errno| no_room(&errno).into())
    }

    /// The same for what this process itself is about to become, where that is to be observed.
    pub(super) fn own_observer(&self) -> Result<Option<Gate>, Stop> {
        self.observes(self.world.observed).then(|| self.start_observer()).transpose()
    }

    /// Whether a program is observed whose options say this of it. Where nobody asks for it by name, and this machine has refused it
    /// once, programs run without.
    fn observes(&self, asked: Option<bool>) -> bool {
        asked.unwrap_or(self.world.work.observe && !self.world.run.has_unobserved())
    }

    /// Starts a program, observed where that is asked for, or is usual here and possible; gives whether it is. What happened is an
    /// error from then on where it is not ([`Machine::events`]), so that nobody takes what was not seen for what was not done.
    pub(super) fn start_observed(
        &self,
        command: &Command,
        setup: &Prepared,
        asked: Option<bool>,
    ) -> Result<(Started, bool), Stop> {
        if self.observes(asked) {
            let started = process::start_observed_program(command, setup, &self.start_observer()?);
            let started = started.map_err(|errno| no_room(&errno))?;
            match started.failure {
                Some(failure) if asked.is_none() && is_forbidden(failure) => {
                    self.world.run.note_unobserved();
                    // It has ended, and nobody knows of it.
                    let _ = process::wait::reap_blocking(started.pid);
                }
                _ => return Ok((started, true)),
            }
        }
        let started = process::start_program(command, setup).map_err(|errno| no_room(&errno))?;
        Ok((started, false))
    }

    /// The same for this process itself, which has gone on to the gate. Comes back only where it failed.
    pub(super) fn become_observed(
        &self,
        command: &Command,
        gate: Option<&Gate>,
        fence: Option<&Fence>,
    ) -> ExecError {
        let error = process::exec_in_place(command, gate, fence);
        if self.world.observed.is_some() || !is_forbidden(error) {
            return error;
        }
        self.world.run.note_unobserved();
        // The fence is up.
        process::exec_in_place(command, None, None)
    }

    /// A program that is to be observed, and cannot be. Whoever asks later what happened is told so.
    pub(super) fn not_observed(&self, errno: Errno) -> Trouble {
        self.world.run.note_unobserved();
        refused(errno)
    }

    /// Whether a process that stands still at this moment (`t`) was stopped by a signal: what our own tracer does to it is over in an
    /// instant, and its parent does not see it. None where another tracer has hold of it.
    pub(super) fn stands_still(&self, pid: i32) -> Option<bool> {
        self.stand_still(&[pid])[0]
    }

    /// The same for many, in the time of one.
    pub(super) fn stand_still(&self, pids: &[i32]) -> Vec<Option<bool>> {
        let mut open = Vec::new();
        let look = |(place, &pid): (usize, &i32)| {
            if !self.world.run.is_observer(proc_file::tracer(pid)?) {
                return None;
            }
            if self.world.waiter.children.get(pid).is_none() {
                open.push(place);
                return Some(true);
            }
            let state = crate::process::wait::peek_state(pid).ok().flatten();
            Some(matches!(state, Some(crate::process::wait::ChildState::Stopped(_))))
        };
        let mut found: Vec<Option<bool>> = pids.iter().enumerate().map(look).collect();
        // Of grandchildren only time tells.
        for _ in 0..LOOKS {
            if open.is_empty() {
                break;
            }
            std::thread::sleep(LOOK);
            open.retain(|&place| {
                let stands = proc_file::stat(pids[place]).map_or('Z', |stat| stat.state) == 't';
                if !stands {
                    found[place] = Some(false);
                }
                stands
            });
        }
        found
    }
}

/// So often a grandchild that stands still is looked at again,
const LOOKS: u32 = 20;
/// after so long each time.
const LOOK: std::time::Duration = std::time::Duration::from_millis(1);

/// Processes of the scenario tell by themselves whom they signal and reap. Whoever adopts is shown as init, as everywhere.
fn around<'s>(run: Run) -> Around<'s> {
    let keeper = run.control().keeper_pid.load(SeqCst);
    Around {
        tells_itself: Box::new(move |pid| run.row_of_pid(pid).is_some()),
        name: Box::new(move |pid| (pid == keeper).then(|| INIT.to_owned())),
    }
}

fn sink(run: Run) -> impl FnMut(Event) {
    move |event| _ = append(run, &event)
}

/// Whether a start failed because nothing can be traced here, which does not change: ptrace(2), seccomp(2).
fn is_forbidden(error: ExecError) -> bool {
    const FORBIDDEN: [Errno; 4] = [Errno::EPERM, Errno::EACCES, Errno::ENOSYS, Errno::EINVAL];
    error.stage == Stage::Observe && FORBIDDEN.contains(&error.errno)
}

/// What happened is asked, and of some program nobody knows it.
pub(super) fn unseen() -> Trouble {
    let trouble = refused(Errno::EPERM);
    let message = format!("what happened is not known, for proctor {}", trouble.message);
    Trouble { message, ..trouble }
}

fn refused(errno: Errno) -> Trouble {
    let trouble = Trouble::new(Code::NOT_OBSERVED, format!("cannot {}: {errno}", Stage::Observe.what()));
    let is_traced = proc_file::tracer(crate::process::pid()).is_some_and(|tracer| tracer != 0);
    match errno {
        Errno::EPERM | Errno::EACCES if is_traced => trouble.help(
            "proctor itself is traced already (by `proctor trace`, `strace` or `gdb`), and nobody can be traced twice: run it without that",
        ),
        Errno::EPERM | Errno::EACCES => trouble.help(
            "tracing is forbidden here: inside a container allow ptrace, and look at /proc/sys/kernel/yama/ptrace_scope",
        ),
        Errno::ENOSYS | Errno::EINVAL => trouble.help("observing needs Linux 5.3 or later, with seccomp filters"),
        _ => trouble,
    }
}

/// What a refusal to execute may come from, where the program is observed.
pub(super) fn explained(trouble: Trouble, refused: bool) -> Trouble {
    if !refused {
        return trouble;
    }
    trouble.help(
        "is it set-user-id, set-group-id, or has it capabilities? Such a program would lose its privilege under observation, so it is \
         refused: run it without {observe: true}, or all of proctor as root",
    )
}
