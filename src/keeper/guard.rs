//! The guard's process: the pid that the shell sees. It starts the keeper, passes signals on, and holds the deadline.

use super::budget::Spent;
use super::clear::{Cleaner, Cleared, has_children};
use super::contain::{self, Admitted, Contain, Gate, Level};
use super::ended::{End, code_of};
use super::fault::Fault;
use super::keep::{self, GRACE, Kit, NO_SCENARIO, remove_scratch};
use super::lender::{Lender, Resumed};
use super::options::GuardOptions;
use super::record::{self, Record};
use super::signals::{self, Came, Signals, listened};
use super::start::{self, Start};
use super::switch::Protection;
use super::wire::{Last, Line, Order, Word};
use super::{Ended, Outcome, proxy, sweep};
use crate::event::Actor;
use crate::process::custody::{
    block_every, come_first, come_in_turn, signal_child, start_clean, survive_failed_writes,
};
use crate::process::sandbox::Hits;
use crate::process::wait::{self, ChildState};
use crate::process::{Fork, Run, exit_now, group, job};
use rustix::process::{
    Pid, PidfdFlags, Signal, getpid, getppid, pidfd_open, set_child_subreaper,
    set_parent_process_death_signal,
};
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

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
    stand_ready(options)?;
    let cookie = random()?;
    let name = format!("{cookie:032x}");
    start::name(cookie);
    let run = new_run(options, cookie)?;
    let (record, unrecorded) = record::on_disk(options.nested, &name);
    let lends = options.contain.as_ref().is_some_and(|contain| contain.terminal);
    let listened = if lends { signals::with_resume(listened()) } else { listened() };
    if Protection::Signals.is_on() {
        block_every();
    }
    if Protection::Subreaper.is_on() {
        let _ = set_child_subreaper(Pid::from_raw(1));
    }
    let (line, keepers) =
        Line::pair().map_err(|error| Fault::new("there is no socket for the keeper", error))?;
    let pid = getpid();
    run.control().guard_pid.store(pid.as_raw_nonzero().get(), SeqCst);
    let pidfd = pidfd_open(pid, PidfdFlags::empty()).ok();
    let own_group = group::of(0).unwrap_or(0);
    let start = Start::of(options, name, own_group);
    let contain = start.contain.as_ref();
    let gate = contain.map(|contain| Gate::new(contain, &start.run)).transpose();
    let gate = gate.map_err(|error| Fault::new("there is no pipe for the keeper", error))?;
    let signals = Signals::open(listened);
    let cleaner = Cleaner::new(&run);
    match contain::fork_keeper(contain) {
        Ok(Fork::Child) => {
            drop((line, signals, cleaner));
            let guard_pid = pid.as_raw_nonzero().get();
            let mut kit = Kit { line: keepers, guard: pidfd, guard_pid, record };
            if let Some((contain, gate)) = contain.zip(gate) {
                kit.guard = None;
                enter(contain, gate, &kit);
            }
            keep::keep(kit, &run, &start, scenario)
        }
        Ok(Fork::Parent(keeper)) => {
            drop((keepers, pidfd));
            let (mut admitted, mut lender) = (None, None);
            if let Some((contain, gate)) = contain.zip(gate) {
                lender = lend(contain, own_group, keeper);
                match contain::admit(keeper, contain, gate) {
                    Ok(made) => admitted = Some(made),
                    Err(fault) => return Err(turn_away(keeper, record, lender, fault)),
                }
            }
            signals::set(&listened);
            let guard = Guard {
                run: &run,
                line,
                signals,
                cleaner,
                keeper,
                deadline: deadline(options),
                interactive: options.interactive,
                probe: options.probe,
                lender,
                admitted,
                refused: None,
                takeover: None,
                give_up: None,
                asked: None,
                last: None,
            };
            guard.work(start, record, unrecorded)
        }
        Err(error) => {
            gate.into_iter().for_each(Gate::close);
            let fault = match contain {
                Some(_) => contain::explain(error),
                None => Fault::new("no process can be started", error),
            };
            Err(not_begun(record, fault))
        }
    }
}

fn new_run(options: &GuardOptions, cookie: u128) -> Result<Run, Fault> {
    let create = if options.nested { Run::create_nameless } else { Run::create };
    let run = create(cookie, options.max_processes)
        .map_err(|error| Fault::new("there is no shared memory for the run", error))?;
    if let Some(seed) = options.disturbance {
        run.disturb(seed);
    }
    if !options.record {
        run.record_nothing();
    }
    Ok(run)
}

/// When a run that begins now is over at the latest.
fn deadline(options: &GuardOptions) -> Option<Instant> {
    let timeout = options.timeout.map(|time| Duration::from_nanos(time.max(0).cast_unsigned()));
    timeout.and_then(|timeout| Instant::now().checked_add(timeout))
}

/// What comes before there is a run: the process becomes one that can guard.
fn stand_ready(options: &GuardOptions) -> Result<(), Fault> {
    proxy::stand_between().map_err(|error| Fault::new("no process can be started", error))?;
    start_clean();
    if options.interactive || options.follows.is_some() {
        let _ = set_parent_process_death_signal(Some(Signal::TERM));
    }
    // Where it ended before the line above, no signal comes.
    if options.follows.is_some() && options.follows != getppid().map(|parent| parent.as_raw_nonzero().get()) {
        return Err(Fault::said("whoever started this run is gone"));
    }
    survive_failed_writes();
    // Among processes that another run has apart, those of other runs seem to be gone.
    if Protection::Sweep.is_on() && !options.nested {
        sweep::sweep();
    }
    Ok(())
}

/// All is as before.
fn not_begun(record: Option<Record>, fault: Fault) -> Fault {
    if let Some(record) = record {
        record.remove();
    }
    signals::unblock_all();
    fault
}

/// In the keeper of a contained run: makes itself at home, or tells why it cannot.
fn enter(contain: &Contain, gate: Gate, kit: &Kit) {
    if let Err(why) = contain::enter(contain, gate) {
        kit.line.say(&Word::Refused(why));
        exit_now(NO_SCENARIO);
    }
}

/// The keeper's group exists from here on, and has the terminal where that is ours.
fn lend(contain: &Contain, own_group: i32, keeper: i32) -> Option<Lender> {
    if !contain.terminal {
        return None;
    }
    let _ = rustix::process::setpgid(Pid::from_raw(keeper), Pid::from_raw(keeper));
    let mut lender = Lender::new(own_group, keeper)?;
    lender.lend();
    Some(lender)
}

/// The keeper could not be let in: it ends.
fn turn_away(keeper: i32, record: Option<Record>, lender: Option<Lender>, fault: Fault) -> Fault {
    let _ = wait::reap_blocking(keeper);
    if let Some(mut lender) = lender {
        lender.take_back();
    }
    not_begun(record, fault)
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
    /// It ends by whatever signal came meanwhile.
    probe: bool,
    /// Of a contained run that may have the terminal.
    lender: Option<Lender>,
    /// Of a contained run.
    admitted: Option<Admitted>,
    /// Why the run could not begin.
    refused: Option<String>,
    /// When the keeper is given up.
    takeover: Option<Instant>,
    /// When a namespace is given up that the kernel does not let go.
    give_up: Option<Instant>,
    asked: Option<Asked>,
    last: Option<Last>,
}

impl Guard<'_> {
    fn work(
        mut self,
        start: Start,
        record: Option<Record>,
        unrecorded: Option<String>,
    ) -> Result<Ended, Fault> {
        come_first(self.keeper);
        let first = come_first(0);
        let keeper_end = self.wait();
        self.hear();
        let (found, unnamed, stuck) = self.clear_up(&start);
        // Nobody is left to come before, and files may be many.
        first.then(come_in_turn);
        if let Some(record) = record {
            record.remove();
        }
        remove_scratch(self.run);
        let late = self.late();
        if let Some(lender) = &mut self.lender {
            lender.take_back();
        }
        let first = if let Some(Asked::Signal(first)) = self.asked { Some(first) } else { None };
        if let Some(first) = first {
            signals::exit_upon_more(first);
        }
        if let Some(signal) = first.or(late).filter(|_| self.probe) {
            self.leave_group();
            exit_now(code_of(signal));
        }
        signals::unblock_all();
        let (level, hits) = self.leave_group();
        if let Some(why) = self.refused {
            return Err(Fault::said(format!(
                "the run cannot be contained: {why}; `proctor doctor` shows what is missing"
            )));
        }
        if self.last.is_none() && keeper_end == Some(End::Exited(NO_SCENARIO)) {
            return Err(Fault::said(
                "no process can be started for the scenario: a limit on processes or memory is reached \
                (`ulimit -u` shows the first)",
            ));
        }
        let mut outcome = self.outcome(keeper_end);
        // A run that went on without the one that was killed for it has dealt with it.
        let killed = matches!(outcome, Outcome::Killed(libc::SIGKILL) | Outcome::KeeperLost(libc::SIGKILL));
        if hits.memory && killed {
            outcome = Outcome::Spent(Spent::Memory);
        }
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
            level,
            strain: last.strain,
            at_its_ceiling: hits.processes || hits.full,
        })
    }

    /// Takes the signals that came when all was over; gives one of those that ask for an end, if there is any.
    fn late(&self) -> Option<i32> {
        let all = std::iter::from_fn(|| self.signals.next()).map(|came| came.signal);
        all.filter(|signal| [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM].contains(signal))
            .last()
    }

    /// How well the run was contained, and which limits of its control group it has hit. That is empty by now.
    fn leave_group(&mut self) -> (Level, Hits) {
        match self.admitted.take().map(Admitted::into_group) {
            Some(Some(group)) => {
                let hits = group.hits();
                group.remove();
                (Level::Limited, hits)
            }
            Some(None) => (Level::Contained, Hits::default()),
            None => (Level::Host, Hits::default()),
        }
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
                self.give_up = self.admitted.is_some().then(|| now + PATIENCE);
                signal_child(self.keeper, libc::SIGKILL);
            }
            if self.give_up.is_some_and(|give_up| give_up <= now) {
                return None;
            }
            let next = [self.deadline, self.takeover, self.give_up].into_iter().flatten().min();
            self.signals.wait(&[self.line.fd()], next.map(|next| next.saturating_duration_since(now)));
        }
    }

    fn hear(&mut self) {
        while let Some(word) = self.line.hear() {
            match word {
                Word::Clearing => self.takeover = Some(Instant::now() + WORK),
                Word::Stopped => self.stop(),
                Word::Key(signal) => self.react(Came { signal, from_terminal: true }),
                Word::Refused(why) => self.refused = Some(why),
                Word::Last(last) => self.last = Some(last),
            }
        }
    }

    /// Stops this process as a shell's job is stopped, and comes back once it goes on.
    fn stop(&mut self) {
        match self.lender.as_mut().map(Lender::follow_a_stop) {
            None => job::stop_oneself(),
            Some(Resumed::Yes) => {}
            // As the kernel does with a group that nobody could resume.
            Some(Resumed::Orphan) => self.line.order(Order::Forward(libc::SIGHUP)),
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
        if signal == libc::SIGCONT {
            if let Some(lender) = &mut self.lender {
                lender.come_forward();
            }
            return;
        }
        // The whole foreground group has what the terminal sends. What is sent to us alone is passed on; and a closed
        // terminal tells the leader of its session alone.
        if !came.from_terminal || (signal == libc::SIGHUP && group::leads_session()) {
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
        if self.admitted.is_some() {
            // With the keeper everybody has ended, or it would not have.
            let stuck = wait::peek(self.keeper).is_ok().then(|| keep::actor(run, self.keeper));
            return (Vec::new(), 0, stuck.into_iter().collect());
        }
        let (mut found, mut stuck) = ((Vec::new(), 0), Vec::new());
        let takes_over = has_children() && Protection::Takeover.is_on();
        if takes_over {
            let hurry = || sweep::strike(start);
            let cleared = self.cleaner.clear(&self.signals, PATIENCE, hurry, |pids, beyond| {
                found = (pids.iter().map(|pid| keep::actor(run, *pid)).collect(), beyond);
            });
            if cleared == Cleared::Stuck {
                stuck = self.cleaner.living().into_iter().map(|pid| keep::actor(run, pid)).collect();
            }
        }
        if takes_over || self.last.is_none() {
            // A keeper that was killed may have reaped all, and not have said it.
            run.repair(|pid| wait::peek(pid).is_ok());
        }
        (found.0, found.1, stuck)
    }

    fn outcome(&self, keeper_end: Option<End>) -> Outcome {
        let end = self.last.as_ref().and_then(|last| last.end);
        if let Some(spent) = self.last.as_ref().and_then(|last| last.spent) {
            return Outcome::Spent(spent);
        }
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
