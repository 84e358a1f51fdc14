//! The guard's process: the pid that the shell sees. It starts the keeper, passes signals on, and holds the deadline.

use super::clear::{Cleaner, Cleared, has_children};
use super::disturb::Disturber;
use super::ended::End;
use super::keep::{self, GRACE, Kit, NO_SCENARIO, remove_scratch};
use super::record::{self, Record};
use super::signals::{self, Came, Signals, listened};
use super::start::{self, Start};
use super::switch::Protection;
use super::wire::{Last, Line, Order, Word};
use super::{Ended, Outcome, proxy, sweep};
use crate::event::Actor;
use crate::process::custody::{block_every, signal_child, start_clean, survive_failed_writes};
use crate::process::wait::{self, ChildState};
use crate::process::{Errno, Fork, Run, fork, job, room};
use rustix::process::{
    Pid, PidfdFlags, Signal, getpid, getppid, pidfd_open, set_child_subreaper,
    set_parent_process_death_signal,
};
use std::fmt;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

/// How a run is guarded.
#[derive(Debug, Clone)]
pub struct GuardOptions {
    /// Nanoseconds after which the run is ended.
    pub timeout: Option<i64>,
    /// How many processes of the scenario may be alive at once.
    pub max_processes: u32,
    /// A prompt is behind it: SIGINT interrupts what runs there and does not end the run; and the run ends with the process
    /// that started this one, which has the terminal.
    pub interactive: bool,
    /// The timing of the run's processes is disturbed, from this seed.
    pub disturbance: Option<u64>,
    /// The run ends with the process that has this pid and started this one, also where it is killed.
    pub follows: Option<i32>,
    /// What happens is recorded in the run's memory.
    pub record: bool,
}

impl Default for GuardOptions {
    fn default() -> Self {
        Self {
            timeout: None,
            max_processes: 4096,
            interactive: false,
            disturbance: None,
            follows: None,
            record: true,
        }
    }
}

/// Why a run could not be started: the system would not let us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(String);

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

impl Fault {
    fn new(what: &str, why: impl Into<Errno>) -> Self {
        let why: Errno = why.into();
        Self(match room::explain_files(why) {
            Some(obstacle) => format!("{what}: {why}: {obstacle}"),
            None => format!("{what}: {why}"),
        })
    }
}

/// How long the keeper has to answer an order before the guard takes over.
const ANSWER: Duration = Duration::from_millis(400);

/// How long the keeper has once it has answered.
const WORK: Duration = Duration::from_secs(10);

/// How long the guard goes on trying when nothing changes any more.
const PATIENCE: Duration = Duration::from_secs(2);

/// Runs the scenario in a process of its own under a keeper, and returns when it and all that it started has ended.
///
/// The calling process becomes the guard. It must have one thread, and nothing may be buffered in it: it is copied.
/// Where it has children already, which can be after `exec proctor` in a shell, it becomes a go-between for good,
/// and the call returns in a child of it.
///
/// The scenario's process ends with what the function returns; it is the scenario's first, in the guard's process
/// group, with default signal actions and nothing blocked.
///
/// # Errors
/// Where the system refuses a process, or the run's shared memory. Nothing has been started then.
pub fn guard(options: &GuardOptions, scenario: impl FnOnce(&Run) -> u8) -> Result<Ended, Fault> {
    proxy::stand_between().map_err(|error| Fault::new("no process can be started", error))?;
    start_clean();
    if options.interactive || options.follows.is_some() {
        let _ = set_parent_process_death_signal(Some(Signal::TERM));
    }
    // Where it ended before the line above, no signal comes.
    if options.follows.is_some() && options.follows != getppid().map(|parent| parent.as_raw_nonzero().get()) {
        return Err(Fault("whoever started this run is gone".to_owned()));
    }
    survive_failed_writes();
    if Protection::Sweep.is_on() {
        sweep::sweep();
    }
    let cookie = random()?;
    let name = format!("{cookie:032x}");
    start::name(cookie);
    let run = Run::create(cookie, options.max_processes)
        .map_err(|error| Fault::new("there is no shared memory for the run", error))?;
    if let Some(seed) = options.disturbance {
        run.disturb(seed);
    }
    if !options.record {
        run.record_nothing();
    }
    let (record, unrecorded) = match Record::create(&name, record::now()) {
        Ok(record) => (Some(record), None),
        Err(error) => (None, Some(error.to_string())),
    };
    let listened = listened();
    block_every();
    if Protection::Subreaper.is_on() {
        let _ = set_child_subreaper(Pid::from_raw(1));
    }
    let (line, keepers) =
        Line::pair().map_err(|error| Fault::new("there is no socket for the keeper", error))?;
    let pid = getpid();
    run.control().guard_pid.store(pid.as_raw_nonzero().get(), SeqCst);
    let pidfd = pidfd_open(pid, PidfdFlags::empty()).ok();
    let start = Start { run: name, group: rustix::process::getpgrp().as_raw_nonzero().get() };
    let signals = Signals::open(listened);
    let cleaner = Cleaner::new(&run);
    match fork() {
        Ok(Fork::Child) => {
            drop((line, signals, cleaner));
            let guard_pid = pid.as_raw_nonzero().get();
            keep::keep(Kit { line: keepers, guard: pidfd, guard_pid, record }, &run, &start, scenario)
        }
        Ok(Fork::Parent(keeper)) => {
            drop((keepers, pidfd));
            signals::set(&listened);
            let timeout = options.timeout.map(|time| Duration::from_nanos(time.max(0).cast_unsigned()));
            let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
            let guard = Guard {
                run: &run,
                line,
                signals,
                cleaner,
                keeper,
                deadline,
                interactive: options.interactive,
                takeover: None,
                asked: None,
                last: None,
                disturber: Disturber::of(&run),
            };
            guard.work(start, record, unrecorded)
        }
        Err(error) => {
            if let Some(record) = record {
                record.remove();
            }
            signals::unblock_all();
            Err(Fault::new("no process can be started", error))
        }
    }
}

/// 128 bits that nobody can guess.
fn random() -> Result<u128, Fault> {
    let mut bytes = [0; 16];
    let got = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())
        .map_err(|error| Fault::new("there are no random numbers", error))?;
    debug_assert_eq!(got, bytes.len(), "getrandom(2) gives up to 256 bytes at once");
    Ok(u128::from_ne_bytes(bytes))
}

/// Who wanted the run to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Timeout,
    Signal(i32),
}

/// The guard at work.
struct Guard<'run> {
    run: &'run Run,
    line: Line,
    signals: Signals,
    cleaner: Cleaner,
    keeper: i32,
    deadline: Option<Instant>,
    interactive: bool,
    /// When the keeper is given up.
    takeover: Option<Instant>,
    asked: Option<Asked>,
    last: Option<Last>,
    disturber: Option<Disturber>,
}

impl Guard<'_> {
    fn work(
        mut self,
        start: Start,
        record: Option<Record>,
        unrecorded: Option<String>,
    ) -> Result<Ended, Fault> {
        let keeper_end = self.wait();
        self.hear();
        let (found, unnamed, stuck) = self.clear_up(&start);
        if let Some(record) = record {
            record.remove();
        }
        remove_scratch(self.run);
        self.signals.drain();
        signals::unblock_all();
        if self.last.is_none() && keeper_end == Some(End::Exited(NO_SCENARIO)) {
            return Err(Fault(
                "no process can be started for the scenario: a limit on processes or memory is reached \
                (`ulimit -u` shows the first)"
                    .to_owned(),
            ));
        }
        let outcome = self.outcome(keeper_end);
        let last = self.last.unwrap_or(Last { leftovers: found, unnamed, ..Last::default() });
        Ok(Ended {
            run: start.run,
            memory: *self.run,
            outcome,
            leftovers: last.leftovers,
            unnamed: last.unnamed,
            orphans: last.orphans,
            unnamed_orphans: last.unnamed_orphans,
            stuck,
            unrecorded,
        })
    }

    /// Until the keeper has ended. Gives its end, where it is known.
    fn wait(&mut self) -> Option<End> {
        loop {
            while let Some(came) = self.signals.next() {
                self.react(came);
            }
            // Nobody has a reason to stop the keeper.
            match wait::peek_state(self.keeper) {
                Ok(Some(ChildState::Ended(status))) => return Some(status.into()),
                Ok(Some(ChildState::Stopped(_))) => {
                    signal_child(self.keeper, libc::SIGCONT);
                }
                Ok(_) => {}
                Err(_) => return None,
            }
            self.hear();
            let now = Instant::now();
            if self.deadline.is_some_and(|deadline| deadline <= now) {
                self.deadline = None;
                self.asked = Some(Asked::Timeout);
                self.run.control().timed_out.store(1, SeqCst);
                self.order(Order::Clear, ANSWER);
            }
            if self.takeover.is_some_and(|takeover| takeover <= now) {
                self.takeover = None;
                signal_child(self.keeper, libc::SIGKILL);
            }
            let disturbed = self.disturber.as_mut().map(|disturber| disturber.act(self.run));
            let next = [self.deadline, self.takeover, disturbed].into_iter().flatten().min();
            self.signals.wait(&[self.line.fd()], next.map(|next| next.saturating_duration_since(now)));
        }
    }

    fn hear(&mut self) {
        while let Some(word) = self.line.hear() {
            match word {
                Word::Clearing => self.takeover = Some(Instant::now() + WORK),
                Word::Stopped => job::stop_oneself(),
                Word::Last(last) => self.last = Some(last),
            }
        }
    }

    /// Gives an order, and the keeper this long to begin with it.
    fn order(&mut self, order: Order, answer: Duration) {
        self.line.order(order);
        self.takeover.get_or_insert(Instant::now() + answer);
    }

    fn react(&mut self, came: Came) {
        let signal = came.signal;
        if signal == libc::SIGCHLD {
            return;
        }
        // The whole foreground group has what the terminal sends. What is sent to us alone is passed on; and a closed
        // terminal tells the leader of its session alone.
        let leads = || rustix::process::getsid(None) == Ok(getpid());
        if !came.from_terminal || (signal == libc::SIGHUP && leads()) {
            self.line.order(Order::Forward(signal));
        }
        let again = self.asked == Some(Asked::Signal(signal)) && !came.from_terminal;
        match signal {
            libc::SIGUSR1 | libc::SIGUSR2 => return,
            libc::SIGINT if self.interactive => {
                // It may have been stopped by one of its own, and nobody else could let it go on.
                self.line.order(Order::Forward(libc::SIGCONT));
                return;
            }
            // A scenario may have plans for Ctrl-C, and is taken at its word until somebody insists.
            libc::SIGINT if !again => self.line.order(Order::Pressed(signal)),
            libc::SIGQUIT if came.from_terminal => self.line.order(Order::Pressed(signal)),
            _ => {
                if Protection::Grace.is_on() {
                    self.order(Order::Grace, GRACE + ANSWER);
                }
            }
        }
        self.asked = Some(Asked::Signal(signal));
        self.run.control().interrupted.store(signal.cast_unsigned(), SeqCst);
    }

    /// Ends what is left where the keeper could not. Gives what was found alive, how many more, and what is stuck.
    fn clear_up(&mut self, start: &Start) -> (Vec<Actor>, u32, Vec<Actor>) {
        let _ = wait::reap(self.keeper);
        let run = self.run;
        let mut found = (Vec::new(), 0);
        if !has_children() || !Protection::Takeover.is_on() {
            return (found.0, found.1, Vec::new());
        }
        let hurry = || sweep::strike(start);
        let cleared = self.cleaner.clear(&self.signals, PATIENCE, hurry, |pids, beyond| {
            found = (pids.iter().map(|pid| keep::actor(run, *pid)).collect(), beyond);
        });
        let stuck = match cleared {
            Cleared::All => Vec::new(),
            Cleared::Stuck => self.cleaner.living().into_iter().map(|pid| keep::actor(run, pid)).collect(),
        };
        (found.0, found.1, stuck)
    }

    fn outcome(&self, keeper_end: Option<End>) -> Outcome {
        let end = self.last.as_ref().and_then(|last| last.end);
        match (end, self.asked) {
            (Some(end), asked) if end.by_itself => match end.end {
                End::Exited(code) => Outcome::Exited(code),
                End::Killed(signal) if asked == Some(Asked::Signal(signal)) => Outcome::Interrupted(signal),
                End::Killed(signal) if end.our_code && CRASHES.contains(&signal) => Outcome::Crashed(signal),
                End::Killed(signal) => Outcome::Killed(signal),
            },
            (_, Some(Asked::Timeout)) => Outcome::TimedOut,
            (_, Some(Asked::Signal(signal))) => Outcome::Interrupted(signal),
            (_, None) => match keeper_end {
                Some(End::Killed(signal)) => Outcome::KeeperLost(signal),
                _ => Outcome::KeeperLost(libc::SIGKILL),
            },
        }
    }
}

/// What a process of ours dies of when the fault is its own.
const CRASHES: [i32; 5] = [libc::SIGABRT, libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE];
