//! Ending what a run left whose guard and keeper were killed at the same moment.
//!
//! A process is ended only when all of this is true of it: it is ours (real, effective and saved user), it was
//! started after the run began, and it shows the run's mark, which holds 61 or more random bits. It is held by a
//! descriptor before it is looked at, so that what was looked at is what is signalled: a pid that came to mean
//! another process in between leads to nobody.

use super::mark;
use super::record::{Abandoned, abandoned};
use super::start::Start;
use super::switch::Protection;
use crate::process::custody::end_held;
use crate::process::{self, Pidfd, Scratch};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::time::{Duration, Instant};

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Runs of which nothing is left now.
    pub runs: u32,
    /// Processes that were ended.
    pub processes: u32,
}

/// How long one run's processes are looked for, when they multiply as fast as they are ended.
const LONGEST: Duration = Duration::from_secs(2);

/// Ends what is left of runs that nobody guards any more. With none, it costs a look into one or two directories.
pub fn sweep() -> Swept {
    let mut swept = Swept::default();
    for run in abandoned() {
        let (ended, clean) = end_processes(&run);
        swept.processes += ended;
        if clean {
            swept.runs += 1;
            if let Ok(cookie) = u128::from_str_radix(run.run(), 16) {
                Scratch::of(cookie).remove_all();
            }
            run.remove();
        }
    }
    swept
}

/// Kills every process with the run's mark that one look finds, in whatever order: for a keeper to whom the order that
/// is sure, parents before children, takes long. It does where hundreds that are not killed yet take the processor's
/// time from those that are to die.
///
/// Only a process that a scenario of this very run started can have inherited the mark.
pub fn strike(start: &Start) {
    for pid in pids() {
        // Held before it is looked at: see above.
        if let Ok(held) = Pidfd::open(pid)
            && mark::has_limit(pid, &start.run)
        {
            let _ = end_held(&held);
        }
    }
}

/// Until a look at all processes finds none. Gives how many were ended, and whether none is left.
fn end_processes(run: &Abandoned) -> (u32, bool) {
    let mut ended = 0;
    let began = Instant::now();
    while began.elapsed() < LONGEST {
        // Each is killed as soon as it is found; only then they are waited for.
        let found: Vec<Pidfd> = pids()
            .filter_map(|pid| hold(pid, run.run(), run.since))
            .inspect(|held| _ = end_held(held))
            .collect();
        if found.is_empty() {
            return (ended, true);
        }
        ended += found.iter().map(|held| u32::from(ends(held))).sum::<u32>();
    }
    (ended, false)
}

/// Waits for the end of one that was killed, so that the next look does not count it again.
fn ends(held: &Pidfd) -> bool {
    let patience = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };
    poll(&mut [PollFd::new(held, PollFlags::IN)], Some(&patience)).is_ok_and(|ready| ready > 0)
}

fn pids() -> impl Iterator<Item = i32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten();
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The process with this pid, held, if it belongs to the run beyond doubt and lives. It is held first, and everything
/// is asked of it after that; what is cheap to ask, first.
fn hold(pid: i32, run: &str, since: u64) -> Option<Pidfd> {
    let held = Pidfd::open(pid).ok()?;
    let alive = !held.has_ended().unwrap_or(true) && pid != process::pid();
    let proven = || !Protection::SecondProof.is_on() || (is_younger(pid, since) && is_ours(pid));
    (alive && proven() && mark::is_on(pid, run)).then_some(held)
}

/// Real, effective, saved and file system user are ours: proc_pid_status(5).
fn is_ours(pid: i32) -> bool {
    let own = rustix::process::geteuid().as_raw();
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let Some(ids) = status.lines().find_map(|line| line.strip_prefix("Uid:")) else { return false };
    ids.split_whitespace().count() == 4 && ids.split_whitespace().all(|id| id.parse() == Ok(own))
}

/// Whether it was started after the run began, in the kernel's ticks: field 22 of proc_pid_stat(5).
fn is_younger(pid: i32, since: u64) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks: Option<u64> = fields.split_whitespace().nth(19).and_then(|start| start.parse().ok());
    let tick = 1_000_000_000 / rustix::param::clock_ticks_per_second().max(1);
    ticks.is_some_and(|ticks| ticks >= since / tick)
}
