//! What all processes of a run together may use, watched by the keeper: the kernel's own limits are for each process, or need
//! root.

use crate::process::{self, Errno, Limits, proc_file, room, wait};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// What they may use. None: as much as they like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Processes alive at once, beside the scenario's own.
    pub alive: Option<u32>,
    /// Processes and threads started in all.
    pub started: Option<u32>,
    /// Time of processors, of all together.
    pub cpu: Option<Duration>,
    /// Bytes of memory that all together have, shared memory too, each page once. Files that nobody has mapped count for nothing.
    pub memory: Option<u64>,
}

/// What a run of untrusted work may use that is among the machine's processes; a contained one has the same in [`super::Contain`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Of the scenario's process and all that it starts, each for itself. That of processes is for those beside the ones that this
    /// user has already.
    pub limits: Limits,
    /// Of all together, watched by the keeper. How many are started in all cannot be seen from outside a namespace.
    pub budget: Budget,
}

/// The kernel counts the user's processes all over the machine: so many more are let be, for what else the user does meanwhile, and
/// the other tests of the class.
const BESIDE: u64 = 1024;

impl Bounds {
    /// Sets the limits, in the scenario's process.
    ///
    /// # Errors
    /// What setrlimit(2) says.
    pub fn set(self) -> Result<(), Errno> {
        let beside = |most: u64| Some(room::tasks_of_user()?.saturating_add(most).saturating_add(BESIDE));
        Limits { processes: self.limits.processes.and_then(beside), ..self.limits }.set()
    }
}

/// What was used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Spent {
    /// Too many processes were alive at once.
    Alive,
    /// Too many were started in all.
    Started,
    /// Too much time of processors was used.
    Cpu,
    /// There was no memory left below the ceiling, and a process was killed; or they had more than they may have.
    Memory,
}

impl Spent {
    /// Every one, in the order of its number on the wire.
    pub const ALL: [Self; 4] = [Self::Alive, Self::Started, Self::Cpu, Self::Memory];

    /// In words, as in "the run was ended: {words}".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Alive => "too many processes were alive at once",
            Self::Started => "too many processes were started",
            Self::Cpu => "its processes used up the processor time that they had together",
            Self::Memory => "its processes used up the memory that they had together",
        }
    }
}

/// Keeper and scenario.
const OURS: usize = 2;
/// The scenario's pid: those that it starts have higher ones.
const FIRST: u32 = 2;

/// A budget being watched, by the keeper.
#[derive(Debug)]
pub struct Watch {
    budget: Budget,
    /// By pid 1 of a namespace, in which there is nobody else.
    inside: bool,
    next: Instant,
    last_pid: u32,
    started: u32,
}

impl Watch {
    /// How often it is looked at.
    const PERIOD: Duration = Duration::from_millis(50);

    /// None where nothing is limited.
    pub fn new(budget: Budget, inside: bool) -> Option<Self> {
        (budget != Budget::default()).then(|| Self {
            budget,
            inside,
            next: Instant::now(),
            last_pid: FIRST,
            started: 0,
        })
    }

    /// When to look next.
    pub fn next(&self) -> Instant {
        self.next
    }

    /// Looks, where it is time to. Gives what is used up.
    pub fn look(&mut self, now: Instant) -> Option<Spent> {
        if now < self.next {
            return None;
        }
        self.next = now + Self::PERIOD;
        let over = |limit: Option<u32>, value: u32| limit.is_some_and(|limit| value > limit);
        if self.inside {
            self.count_started();
            if over(self.budget.started, self.started) {
                return Some(Spent::Started);
            }
        }
        let pids = if self.inside { proc_file::all_pids().unwrap_or_default() } else { descendants() };
        let ours = if self.inside { OURS } else { OURS - 1 };
        let alive = u32::try_from(pids.len().saturating_sub(ours)).unwrap_or(u32::MAX);
        if over(self.budget.alive, alive) {
            return Some(Spent::Alive);
        }
        if self.budget.cpu.is_some_and(|limit| used(&pids) > limit) {
            return Some(Spent::Cpu);
        }
        self.budget.memory.filter(|limit| have_more(&pids, *limit)).map(|_| Spent::Memory)
    }

    /// The last pid that was given in this namespace is the fifth word of /proc/loadavg, proc_loadavg(5).
    fn count_started(&mut self) {
        let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let Some(last) = text.split_whitespace().nth(4).and_then(|pid| pid.parse::<u32>().ok()) else {
            return;
        };
        // Pids begin anew after the last one: what was started then is a little less than counted here.
        let more = if last >= self.last_pid { last - self.last_pid } else { last };
        self.started = self.started.saturating_add(more);
        self.last_pid = last;
    }
}

/// All that descend from this process, which adopts orphans. Whose parent ends meanwhile may be missed, until the next look.
pub(super) fn descendants() -> Vec<i32> {
    let mut known = HashSet::new();
    let mut waiting = vec![process::pid()];
    while let Some(pid) = waiting.pop() {
        for child in proc_file::children(pid).unwrap_or_default() {
            if known.insert(child) {
                waiting.push(child);
            }
        }
    }
    known.into_iter().collect()
}

/// Whether they have more memory than this. What each has is summed up first, which is cheap and counts what they share for each of
/// them; only where that is too much, each page is counted for what it is.
fn have_more(pids: &[i32], limit: u64) -> bool {
    let sum = |memory: fn(i32) -> Result<u64, Errno>| {
        let inside = pids.iter().filter(|pid| **pid > 1);
        inside.filter_map(|pid| memory(*pid).ok()).fold(0, u64::saturating_add)
    };
    sum(proc_file::resident) > limit && sum(share) > limit
}

/// Who does not let us look has all that it has.
fn share(pid: i32) -> Result<u64, Errno> {
    proc_file::share_of_memory(pid).or_else(|_| proc_file::resident(pid))
}

/// Of those that are alive, with the children that they have reaped, and of those that this process has reaped.
fn used(pids: &[i32]) -> Duration {
    let time = |pid: &i32| {
        let stat = proc_file::stat(*pid).ok()?;
        Some(stat.user_time.saturating_add(stat.system_time).saturating_add(stat.reaped_time))
    };
    let living: i64 = pids.iter().filter(|pid| **pid > 1).filter_map(time).sum();
    Duration::from_nanos(living.saturating_add(wait::reaped_time()).max(0).cast_unsigned())
}
