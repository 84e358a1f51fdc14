//! Beginning to observe: the program, its tracer, and the gate between them.

use super::call::filter;
use super::engine::{Around, Engine, Pause};
use crate::event::{Event, What};
use crate::process::{self, Command, Errno, Gate, Prepared, custody};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use std::os::fd::OwnedFd;

/// A program under observation by this process, which is its parent and its tracer.
///
/// This process must have one thread and no other children for as long as this lives. When it ends, however it does, all that are
/// observed are killed.
#[derive(Debug)]
pub struct Observed<'s> {
    engine: Engine<'s>,
    pid: i32,
}

impl<'s> Observed<'s> {
    /// Starts a program and observes it and all that it starts. `sink` is given each event at once, in their order. `signals` are
    /// those that end a [`Observed::work`]; they and SIGCHLD are blocked in this process from now on.
    ///
    /// The program runs in this process's group and session, unless the setup says otherwise. The first event is its
    /// `Spawned`, with this process as the actor. A program that cannot be executed is no error here: its event says why,
    /// and it ends with 127 or 126.
    ///
    /// # Errors
    /// `EAGAIN`, `ENOMEM`, `EMFILE` where there is no room; `EPERM` where tracing is forbidden here; `ENOSYS` or `EINVAL`
    /// where the kernel is too old (before 5.3) or has no filters.
    pub fn start(
        command: &Command,
        setup: &Prepared,
        signals: &[i32],
        around: Around<'s>,
        sink: impl FnMut(Event) + 's,
    ) -> Result<Self, Errno> {
        let signals = signal_fd(signals)?;
        let (gate, keeper) = Gate::new(process::pid(), filter())?;
        let mut engine = Engine::new(Box::new(sink), around, signals);
        let child = process::fork_observed_program(command, setup, &gate, &keeper)?;
        setup.apply_in_parent(child);
        drop(gate);
        engine.tell(child, engine.own_pid, What::Spawned { name: command.name(), daemon: false });
        if let Some(pid) = keeper.await_child() {
            let held = engine.begin(pid);
            keeper.answer(held);
            if let Err(errno) = held {
                let _ = process::wait::reap_blocking(child);
                return Err(errno);
            }
        } else {
            engine.lost(child);
        }
        Ok(Self { engine, pid: child })
    }

    /// The program's pid.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// Those of the tree that live, in the order of their pids.
    #[must_use]
    pub fn living(&self) -> Vec<i32> {
        let all = self.engine.processes.iter();
        let mut living: Vec<i32> = all.filter(|(_, process)| !process.zombie).map(|(pid, _)| *pid).collect();
        living.sort_unstable();
        living
    }

    /// Observes until the program has ended, nobody of the tree is left, a signal comes, or, where a time of the monotonic clock
    /// is given, until then. To be called again as long as there is interest.
    ///
    /// # Errors
    /// Those of poll(2), such as `ENOMEM`.
    pub fn work(&mut self, until: Option<i64>) -> Result<Pause, Errno> {
        self.engine.work(until)
    }

    /// Kills all that live. Their ends are told by [`Observed::work`], which is to be called until it is over: a bomb needs
    /// more than one round.
    pub fn kill_all(&mut self) {
        for pid in self.living() {
            // It is held: nobody can reap it before we have seen its end, so the pid means no other.
            custody::signal_child(pid, libc::SIGKILL);
        }
    }
}

/// A tracer as a process of its own, for a program that another process will start: `around` and the sink are made
/// in it. Gives the gate for that program.
///
/// The tracer is no child of this process but of whoever adopts orphans here. It ends when nobody is left to observe, and
/// when it is killed, all that it observes are killed.
///
/// # Errors
/// As [`Observed::start`], but for what only shows at the gate.
pub fn start_tracer<'s>(
    noted: impl FnOnce(i32),
    make: impl FnOnce() -> (Around<'s>, Box<dyn FnMut(Event) + 's>),
) -> Result<Gate, Errno> {
    let (mut gate, keeper) = Gate::new(0, filter())?;
    let tracer = process::fork_away(keeper.descriptors(), || {
        let (around, sink) = make();
        trace(&keeper, around, sink);
    })?;
    noted(tracer);
    gate.set_tracer(tracer);
    Ok(gate)
}

/// The whole life of such a tracer.
fn trace<'s>(keeper: &process::GateKeeper, around: Around<'s>, sink: Box<dyn FnMut(Event) + 's>) {
    let _ = rustix::thread::set_name(c"observer");
    let signals = match signal_fd(&[]) {
        Ok(signals) => signals,
        Err(errno) => return keeper.answer(Err(errno)),
    };
    let Some(pid) = keeper.await_child() else { return };
    // By now its parent is who will remain it.
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    let mut engine = Engine::new(sink, around, signals);
    engine.root_is_told = true;
    let held = engine.begin(pid);
    keeper.answer(held);
    if held.is_ok() {
        while engine.work(None) != Ok(Pause::Over) {}
    }
}

fn signal_fd(signals: &[i32]) -> Result<OwnedFd, Errno> {
    // Whoever started us may have ignored it: then none would come.
    // SAFETY: the default action is no handler of ours.
    let _ = unsafe { nix::sys::signal::signal(Signal::SIGCHLD, nix::sys::signal::SigHandler::SigDfl) };
    let mut set = SigSet::empty();
    set.add(Signal::SIGCHLD);
    for signal in signals {
        set.add(Signal::try_from(*signal).map_err(|_| Errno::EINVAL)?);
    }
    set.thread_block().map_err(|errno| Errno(errno as i32))?;
    let fd = SignalFd::with_flags(&set, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK);
    fd.map(OwnedFd::from).map_err(|errno| Errno(errno as i32))
}
