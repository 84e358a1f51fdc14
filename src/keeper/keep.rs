//! The keeper's process: parent of the scenario, adopts and reaps orphans, and ends all that is left.

use super::budget::{Spent, Watch};
use super::clear::Cleaner;
use super::disturb::Disturber;
use super::ended::End;
use super::record::Record;
use super::scenario;
use super::signals::{self, Signals};
use super::start::Start;
use super::strain::Meter;
use super::sweep;
use super::switch::Protection;
use super::wire::{Last, Line, Order, ScenarioEnd, Word};
use crate::event::{Actor, Event, What, pack};
use crate::process::custody::{come_in_turn, signal_child};
use crate::process::wait::ChildState;
use crate::process::{ExitStatus, Fork, Lane, Run, Scratch, clock, exit_now, fork, proc_file, wait};
use rustix::process::{Pid, Signal, set_child_subreaper, set_parent_process_death_signal};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

/// How long a scenario has, once it was asked to end, to do so by itself.
pub const GRACE: Duration = Duration::from_millis(300);

/// How long the keeper goes on trying when nothing changes any more.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the keeper's process is given by the guard.
#[derive(Debug)]
pub struct Kit {
    pub line: Line,
    /// Of the guard's process: readable once that has ended (pidfd_open(2)). None where there was no descriptor:
    /// then the signal at the parent's death alone has to tell it.
    pub guard: Option<OwnedFd>,
    pub guard_pid: i32,
    pub record: Option<Record>,
}

/// The keeper at work.
struct Keeper<'run> {
    kit: Kit,
    run: &'run Run,
    start: &'run Start,
    signals: Signals,
    cleaner: Cleaner,
    scenario: i32,
    /// When the run is ended whatever the scenario does.
    deadline: Option<Instant>,
    budget: Option<Watch>,
    /// Where the run is measured.
    meter: Option<Meter>,
    disturber: Option<Disturber>,
    /// The terminal has told the keeper's group to stop, and the scenario has not yet.
    to_stop: bool,
    /// Those that were adopted and have been reaped, and how many more.
    orphans: (Vec<Actor>, u32),
}

/// Why the keeper stopped waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    ScenarioEnded(ExitStatus),
    GuardGone,
    Ordered,
    Spent(Spent),
}

/// Becomes the keeper, forks the scenario, and never returns: every signal is blocked when it is called.
pub fn keep(kit: Kit, run: &Run, start: &Start, scenario: impl FnOnce(&Run) -> u8) -> ! {
    let contained = start.contain.is_some();
    if !contained {
        if Protection::Subreaper.is_on() {
            let _ = set_child_subreaper(Pid::from_raw(1));
        }
        // The second line: SIGTERM is blocked here, so the guard's death cannot do more than wake the keeper.
        let _ = set_parent_process_death_signal(Some(Signal::TERM));
    }
    run.control().keeper_pid.store(rustix::process::getpid().as_raw_nonzero().get(), SeqCst);
    let signals = Signals::open(signals::every());
    let cleaner = Cleaner::new(run);
    match fork() {
        Ok(Fork::Child) => {
            let Kit { line, guard, record, .. } = kit;
            drop((guard, record, signals, cleaner));
            let refuse = |why| {
                line.say(&Word::Refused(why));
                exit_now(NO_SCENARIO)
            };
            scenario::play(run, start, refuse, scenario)
        }
        Ok(Fork::Parent(pid)) => {
            // The scenario is in the guard's group; and waits until the keeper is not. A session of its own keeps
            // from the keeper what is sent to a session too; lets the kernel treat the groups of orphans as it does
            // where init adopts them; and gives it its own share of the processor (sched(7), autogroups), however many
            // processes of the scenario want it all.
            if !contained {
                let _ = rustix::process::setsid();
            }
            let _ = rustix::thread::set_name(c"keeper");
            let budget = start.contain.as_ref().map_or(start.bounds.budget, |contain| contain.budget);
            let budget = Watch::new(budget, contained);
            let meter = start.measured.then(|| Meter::new(contained));
            Keeper {
                kit,
                run,
                start,
                signals,
                cleaner,
                scenario: pid,
                deadline: None,
                budget,
                meter,
                disturber: Disturber::of(run),
                to_stop: false,
                orphans: Default::default(),
            }
            .work()
        }
        // The guard sees that the keeper said nothing of a scenario.
        Err(_) => exit_now(NO_SCENARIO),
    }
}

/// The keeper's exit code where it could not fork.
pub const NO_SCENARIO: u8 = 71;

impl Keeper<'_> {
    fn work(mut self) -> ! {
        let over = self.wait();
        if over == Over::GuardGone && !Protection::WatchGuard.is_on() {
            exit_now(0);
        }
        if !Protection::Clear.is_on() {
            exit_now(0);
        }
        self.finish(over)
    }

    /// Until the scenario has ended, the guard is gone, or the guard wants an end.
    fn wait(&mut self) -> Over {
        loop {
            self.hear_the_terminal();
            if self.guard_is_gone() {
                return Over::GuardGone;
            }
            if let Some(ended) = self.reap_orphans() {
                return Over::ScenarioEnded(ended);
            }
            self.follow_a_stop();
            while let Some(order) = self.kit.line.next_order() {
                if self.obey(order) {
                    return Over::Ordered;
                }
            }
            let now = Instant::now();
            if self.deadline.is_some_and(|deadline| deadline <= now) {
                return Over::Ordered;
            }
            if let Some(spent) = self.budget.as_mut().and_then(|budget| budget.look(now)) {
                return Over::Spent(spent);
            }
            if let Some(meter) = &mut self.meter {
                meter.look(now, self.run);
            }
            let disturbed = self.disturber.as_mut().map(|disturber| disturber.act(self.run));
            let looks = [self.budget.as_ref().map(Watch::next), self.meter.as_ref().map(Meter::next)];
            let next = looks.into_iter().chain([self.deadline, disturbed]).flatten().min();
            let left = next.map(|next| next.saturating_duration_since(now));
            let line = self.kit.line.fd();
            match &self.kit.guard {
                Some(guard) => self.signals.wait(&[line, guard.as_fd()], left),
                None => self.signals.wait(&[line], left),
            }
        }
    }

    /// Takes the signals that have come. They have done their work by waking us; but in a namespace, where the terminal sends to
    /// the keeper's group instead of the guard's, the guard is told of its keys.
    fn hear_the_terminal(&mut self) {
        while let Some(came) = self.signals.next() {
            match came.signal {
                _ if self.start.contain.is_none() || !came.from_terminal => {}
                libc::SIGINT | libc::SIGQUIT | libc::SIGHUP => self.kit.line.say(&Word::Key(came.signal)),
                libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU => self.to_stop = true,
                _ => {}
            }
        }
    }

    /// The guard is our parent for as long as it lives. From inside a namespace it cannot be seen, and takes us along.
    fn guard_is_gone(&self) -> bool {
        if self.start.contain.is_some() {
            return false;
        }
        rustix::process::getppid().map_or(0, |pid| pid.as_raw_nonzero().get()) != self.kit.guard_pid
    }

    /// Reaps what was adopted, as init does, but never the scenario, whose end it gives.
    fn reap_orphans(&mut self) -> Option<ExitStatus> {
        // The scenario is asked first: it may stand behind ten thousand orphans.
        if let Ok(Some(status)) = wait::peek(self.scenario) {
            return Some(status);
        }
        let mut any = false;
        while let Ok(Some((pid, status))) = wait::peek_any() {
            if pid == self.scenario {
                return Some(status);
            }
            // A tracer of our own is nobody in the story: it is an orphan by birth, and the keeper's to wait for.
            let ours = self.run.is_observer(pid);
            if !ours {
                self.note_orphan(pid);
            }
            // Nobody may signal its pid once it is reaped, and its exit code is to be known for ever.
            // A row that is given up, or an earlier process's with the same pid, is not its own.
            let row = self.run.row_of_pid(pid).filter(|row| self.run.is_held(*row));
            row.inspect(|row| self.run.reaping(*row));
            let tells = row.is_none() && self.run.is_recorded() && !ours;
            let stranger = tells.then(|| actor(self.run, pid));
            let _ = wait::reap(pid);
            row.inspect(|row| self.run.reaped(*row, status));
            stranger.inspect(|stranger| self.note_stranger(stranger, status));
            any = true;
        }
        if any {
            self.run.repair(|pid| wait::peek(pid).is_ok());
        }
        None
    }

    /// One that nobody of the scenario has waited for, before it is reaped.
    fn note_orphan(&mut self, pid: i32) {
        if self.orphans.0.len() < super::Ended::NAMED {
            self.orphans.0.push(actor(self.run, pid));
        } else {
            self.orphans.1 = self.orphans.1.saturating_add(1);
        }
    }

    /// One that a program has started comes to us as its parent ends, and nobody knows of it before it ends itself.
    fn note_stranger(&self, stranger: &Actor, status: ExitStatus) {
        let (pid, time) = (stranger.pid, clock::monotonic());
        let keeper = self.run.control().keeper_pid.load(SeqCst);
        let exitcode = i32::try_from(status.code()).unwrap_or(i32::MAX);
        let core = matches!(status, ExitStatus::Signaled { core: true, .. });
        let found = What::Found { parent: keeper, name: stranger.name.to_string() };
        for (actor, what) in
            [(0, found), (0, What::Exited { exitcode, core }), (keeper, What::Reaped { exitcode })]
        {
            let event = Event { time, pid, actor, place: None, what };
            let _ = self.run.log().append(Lane::Life, &pack(&event));
        }
    }

    /// Where a key has stopped the scenario's foreground child, and so the scenario, the guard is to follow: the shell
    /// looks at nobody else.
    fn follow_a_stop(&mut self) {
        let stops = (self.to_stop || self.run.job_stops()) && Protection::Job.is_on();
        if !stops {
            return;
        }
        let Ok(Some(ChildState::Stopped(signal))) = wait::peek_state(self.scenario) else { return };
        let of_terminal = [libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU].contains(&i32::from(signal.0));
        if self.run.take_job_stop() || (std::mem::take(&mut self.to_stop) && of_terminal) {
            self.to_stop = false;
            self.kit.line.say(&Word::Stopped);
        }
    }

    /// Gives whether to end the run at once.
    fn obey(&mut self, order: Order) -> bool {
        match order {
            Order::Clear => return true,
            Order::Forward(signal) => {
                signal_child(self.scenario, signal);
            }
            Order::Grace => self.start_grace(),
            Order::Pressed(signal) => {
                if !self.scenario_minds(signal) {
                    self.start_grace();
                }
            }
        }
        false
    }

    fn start_grace(&mut self) {
        if Protection::Grace.is_on() {
            self.deadline.get_or_insert(Instant::now() + GRACE);
        }
    }

    /// Whether the scenario catches or ignores the signal. One that does neither and is still there is stopped, or
    /// was in another group when the key was pressed.
    fn scenario_minds(&self, signal: i32) -> bool {
        if matches!(wait::peek(self.scenario), Ok(Some(_))) {
            // It has ended already, in its own way: perhaps by its handler. A zombie shows no handlers any more.
            return true;
        }
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.scenario)).unwrap_or_default();
        ["SigIgn:", "SigCgt:"].iter().any(|field| {
            let mask = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or("");
            u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask >> (signal - 1) & 1 == 1)
        })
    }

    /// Ends everything, tells the guard, and ends.
    fn finish(mut self, over: Over) -> ! {
        self.kit.line.say(&Word::Clearing);
        let strain = self.meter.take().and_then(|meter| meter.finish(self.run));
        if self.start.contain.is_some() {
            self.cleaner.all_at_once();
        }
        let (orphans, unnamed_orphans) = std::mem::take(&mut self.orphans);
        let mut last = Last { orphans, unnamed_orphans, strain, ..Last::default() };
        let (scenario, run) = (self.scenario, self.run);
        let hurry = || sweep::strike(self.start);
        // What is stuck goes to the guard, who tries on and names it.
        let _ = self.cleaner.clear(&self.signals, PATIENCE, hurry, |found, beyond| {
            if over == Over::GuardGone {
                return;
            }
            last.end = scenario_end(scenario, over);
            last.spent = if let Over::Spent(spent) = over { Some(spent) } else { None };
            last.leftovers = found.iter().map(|pid| actor(run, *pid)).collect();
            last.unnamed = beyond;
        });
        // Who was killed right after it had reaped could not say so: that it did is in the record all the same.
        run.repair(|pid| wait::peek(pid).is_ok());
        come_in_turn();
        remove_scratch(run);
        if over == Over::GuardGone {
            if let Some(record) = self.kit.record.take() {
                record.remove();
            }
        } else {
            self.kit.line.say(&Word::Last(last));
        }
        exit_now(0)
    }
}

/// Removes the run's temporary directories.
pub fn remove_scratch(run: &Run) {
    Scratch::of(run.cookie()).remove(run.control().scratch.load(SeqCst));
}

/// Asked while the scenario's process is not reaped.
fn scenario_end(scenario: i32, over: Over) -> Option<ScenarioEnd> {
    let (end, by_itself) = match over {
        Over::ScenarioEnded(status) => (status.into(), true),
        _ => (End::Killed(libc::SIGKILL), false),
    };
    Some(ScenarioEnd {
        end,
        by_itself,
        our_code: proc_file::stat(scenario).is_ok_and(|stat| stat.only_forked),
    })
}

/// What a process that was killed and is not reaped yet is called: the scenario's name for it, else its command.
pub fn actor(run: &Run, pid: i32) -> Actor {
    let named = run.row_of_pid(pid).and_then(|row| run.record(row)).map(|record| record.name);
    let name = named.unwrap_or_else(|| {
        let comm = std::fs::read(format!("/proc/{pid}/comm")).unwrap_or_default();
        let comm = String::from_utf8_lossy(&comm);
        if comm.trim_end().is_empty() { "a process".to_owned() } else { comm.trim_end().to_owned() }
    });
    Actor { name: name.into(), pid }
}
