//! The tracer at work: it takes what the kernel tells of its tracees, makes events of it, and lets them go on.

use super::pace::Pace;
use super::ptrace::{self, Death, News, Resume, Stop};
use super::task::{Early, EarlyNews, Process, Task};
use crate::event::{Event, What};
use crate::process::{Errno, Pidfd, clock, proc_file};
use rustix::event::{PollFd, PollFlags, poll};
use std::collections::{HashMap, HashSet};
use std::os::fd::OwnedFd;

/// What the tracer must know of those that it does not trace.
pub struct Around<'s> {
    /// Whether this process tells itself whom it reaps and signals, so that we need not.
    pub tells_itself: Box<dyn Fn(i32) -> bool + 's>,
    /// What a process that adopts is called; its command, where this says nothing.
    pub name: Box<dyn Fn(i32) -> Option<String> + 's>,
}

impl Default for Around<'_> {
    fn default() -> Self {
        Self { tells_itself: Box::new(|_| false), name: Box::new(|_| None) }
    }
}

impl std::fmt::Debug for Around<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Around")
    }
}

/// Why the tracer stopped working.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// The program itself has ended, N after exit N, -N by signal N. Others of its tree may live. Said once.
    Ended(i32),
    /// There is nobody left.
    Over,
    /// The time is up.
    TimedOut,
    /// A signal came to the tracer: one of those that it was told to look out for. And whether the terminal sent it, because
    /// of a key or its end: then the whole foreground group has it.
    Signal(i32, bool),
}

/// A zombie that somebody has to reap whom we do not trace.
#[derive(Debug)]
pub(super) struct Watched {
    pub pid: i32,
    pub by: i32,
    pub held: Pidfd,
}

/// So soon after a child's first stop the event of its birth comes; or its maker was killed in the middle, or is kept from the
/// processor.
pub(super) const BIRTH: i64 = 20 * clock::MILLISECOND;
/// So often it is looked for what came without a signal.
const SILENT: i64 = clock::SECOND;
/// So long somebody whom we do not trace has to reap a zombie, once nobody else is left.
const LAST_REAP: i64 = 200 * clock::MILLISECOND;

impl std::fmt::Debug for Engine<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Engine")
            .field("tasks", &self.tasks)
            .field("processes", &self.processes)
            .finish_non_exhaustive()
    }
}

/// The state of a tracer, which has one thread, no other children, and blocks SIGCHLD.
pub(super) struct Engine<'s> {
    pub tasks: HashMap<i32, Task>,
    pub processes: HashMap<i32, Process>,
    pub early: HashMap<i32, Early>,
    /// Threads in a call that sends a signal, whose event is not out.
    pub senders: Vec<i32>,
    pub watched: Vec<Watched>,
    /// Threads in calls that began anew, and that do not last for ever.
    pub limited: Vec<i32>,
    /// The pipes that were made under observation.
    pub pipes: HashSet<u64>,
    pub around: Around<'s>,
    pub own_pid: i32,
    pub root: i32,
    pub root_ended: Option<i32>,
    /// Its parent tells of its life: how it stops, goes on and ends.
    pub root_is_told: bool,
    /// Programs that would gain a privilege are refused, for they would not gain it.
    pub refuses_privilege: bool,
    pub pace: Pace,
    sink: Box<dyn FnMut(Event) + 's>,
    signals: OwnedFd,
}

impl<'s> Engine<'s> {
    /// `signals` is a signalfd(2) with SIGCHLD and whatever else ends a [`Engine::work`].
    pub fn new(sink: Box<dyn FnMut(Event) + 's>, around: Around<'s>, signals: OwnedFd) -> Self {
        Self {
            tasks: HashMap::new(),
            processes: HashMap::new(),
            early: HashMap::new(),
            senders: Vec::new(),
            watched: Vec::new(),
            limited: Vec::new(),
            pipes: HashSet::new(),
            around,
            own_pid: crate::process::pid(),
            root: 0,
            root_ended: None,
            root_is_told: false,
            refuses_privilege: false,
            pace: Pace::new(),
            sink,
            signals,
        }
    }

    /// Writes an event that happens now.
    pub fn tell(&mut self, pid: i32, actor: i32, what: What) {
        if self.root_is_told && pid == self.root && is_life(&what) {
            return;
        }
        (self.sink)(Event { time: clock::monotonic(), pid, actor, place: None, what });
    }

    /// Takes hold of the first tracee.
    ///
    /// # Errors
    /// `EPERM` where it may not be traced.
    pub fn begin(&mut self, pid: i32) -> Result<(), Errno> {
        ptrace::seize(pid)?;
        self.root = pid;
        self.tasks.insert(pid, Task::of(pid));
        let (parent, pgid) = proc_file::stat(pid).map_or((0, 0), |stat| (stat.ppid, stat.pgid));
        self.processes.insert(pid, Process { parent, pgid, threads: 1, ..Process::default() });
        Ok(())
    }

    /// The first tracee ended before anybody had hold of it.
    pub fn lost(&mut self, pid: i32) {
        self.root = pid;
        self.processes.insert(pid, Process { parent: self.own_pid, ..Process::default() });
        self.tasks.insert(pid, Task::of(pid));
    }

    /// Works until there is a reason to pause; `until` is a time of the monotonic clock.
    ///
    /// # Errors
    /// Those of poll(2), such as `ENOMEM`.
    pub fn work(&mut self, until: Option<i64>) -> Result<Pause, Errno> {
        loop {
            self.take_all();
            self.settle_early();
            if let Some(code) = self.root_ended.take() {
                return Ok(Pause::Ended(code));
            }
            if self.is_over() {
                return Ok(Pause::Over);
            }
            self.look_at_sleepers();
            let late = self.end_late_calls();
            if let Some(pause) = self.sleep(until, late)? {
                return Ok(pause);
            }
        }
    }

    /// Everything that the kernel has for us now.
    fn take_all(&mut self) {
        while let Ok(Some(news)) = ptrace::next() {
            self.pace.hurry();
            match news {
                News::Stop(stop) => self.stopped(stop),
                News::Death(death) => self.died(death),
            }
        }
    }

    fn is_over(&self) -> bool {
        self.tasks.is_empty() && self.early.is_empty() && self.watched.is_empty()
    }

    /// Until the kernel has something, or there is a reason to pause; `late`: for so long at most.
    fn sleep(&mut self, until: Option<i64>, late: Option<i64>) -> Result<Option<Pause>, Errno> {
        let now = clock::monotonic();
        let mut wake = until.into_iter().chain(late).min();
        let mut sooner = |limit: i64| wake = Some(wake.map_or(now + limit, |wake| wake.min(now + limit)));
        if !self.early.is_empty() {
            sooner(BIRTH);
        }
        // The end of a thread group whose leader was made without a signal (clone(2)) wakes only who sleeps in a wait.
        sooner(SILENT);
        let only_zombies = self.tasks.is_empty() && self.early.is_empty();
        if only_zombies {
            sooner(LAST_REAP);
        } else {
            sooner(self.pace.left(now));
        }
        let limit = wake.map(|wake| clock::timespec((wake - now).max(0)));
        let mut fds = vec![PollFd::new(&self.signals, PollFlags::IN)];
        // Only its reaping is of interest: POLLHUP, which comes unasked. See pidfd_open(2).
        fds.extend(self.watched.iter().map(|zombie| PollFd::new(&zombie.held, PollFlags::empty())));
        let ready = match poll(&mut fds, limit.as_ref()) {
            Ok(ready) => ready,
            Err(rustix::io::Errno::INTR) => return Ok(None),
            Err(errno) => return Err(errno.into()),
        };
        let signalled = !fds[0].revents().is_empty();
        if fds.iter().skip(1).any(|fd| !fd.revents().is_empty()) {
            drop(fds);
            self.look_at_zombies();
        }
        if signalled && let Some((signal, by_terminal)) = self.take_signal() {
            return Ok(Some(Pause::Signal(signal, by_terminal)));
        }
        if ready == 0 {
            if until.is_some_and(|until| until <= clock::monotonic()) {
                return Ok(Some(Pause::TimedOut));
            }
            if only_zombies {
                // Whoever should reap them has better things to do.
                self.look_at_zombies();
                self.watched.clear();
            }
        }
        Ok(None)
    }

    /// A signal other than SIGCHLD, which says no more than that there is something to take; and whether it has the code of
    /// terminals. See struct signalfd_siginfo in signalfd(2).
    fn take_signal(&self) -> Option<(i32, bool)> {
        const SI_KERNEL: i32 = 0x80;
        let mut info = [0u8; 128];
        let got = rustix::io::read(&self.signals, &mut info).ok()?;
        let word = |at: usize| Some(i32::from_ne_bytes(info.get(..got)?.get(at..at + 4)?.try_into().ok()?));
        let (number, code) = (word(0)?, word(8)?);
        (number != libc::SIGCHLD).then_some((number, code == SI_KERNEL))
    }

    /// One stop of one tracee: what it means, and on it goes.
    fn stopped(&mut self, stop: Stop) {
        let Stop { tid, signal, event } = stop;
        let Some(process) = self.tasks.get(&tid).map(|task| task.process) else {
            self.keep_early(tid, EarlyNews::Stopped { signal });
            return ptrace::take_note(tid);
        };
        self.no_more_asleep(process);
        match event {
            0 if signal == libc::SIGTRAP | 0x80 => self.call_ended(tid),
            0 => self.signal_came(tid, signal),
            libc::PTRACE_EVENT_STOP => self.stands(tid, signal),
            libc::PTRACE_EVENT_SECCOMP => self.call_began(tid),
            libc::PTRACE_EVENT_EXEC => self.executed(tid),
            libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK | libc::PTRACE_EVENT_CLONE => {
                self.gave_birth(tid, event);
            }
            libc::PTRACE_EVENT_EXIT => {
                self.look_at_ends(tid, "close");
                self.go(tid);
            }
            _ => self.go(tid),
        }
    }

    /// Lets a tracee go on.
    pub fn go(&mut self, tid: i32) {
        ptrace::resume(tid, Resume::Go, 0);
    }

    fn died(&mut self, death: Death) {
        let Death { tid, exitcode, core } = death;
        let Some(task) = self.tasks.remove(&tid) else {
            self.keep_early(tid, EarlyNews::Dead { exitcode, core });
            ptrace::let_go(tid);
            return;
        };
        self.abandon_call(tid, &task);
        if tid == task.process {
            self.ended(tid, exitcode, core);
        } else {
            if let Some(process) = self.processes.get_mut(&task.process) {
                process.threads = process.threads.saturating_sub(1);
            }
            ptrace::let_go(tid);
        }
    }
}

fn is_life(what: &What) -> bool {
    matches!(what, What::Exited { .. } | What::Stopped { .. } | What::Continued | What::Reaped { .. })
}
