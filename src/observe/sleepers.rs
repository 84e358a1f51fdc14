//! Who sleeps in which call: read, sleep, a lock, poll.
//!
//! Such calls do not stop for the tracer, for most of them come back at once, and programs make millions of them. Instead it looks at
//! its tracees from time to time: proc_pid_syscall(5) tells in which call a thread is, schedstat how often it had the processor. Who
//! is in the same call twice, and had no processor in between, sleeps. So a sleep is seen a few milliseconds late, and one that is
//! shorter than that is not.
//!
//! It looks soon after something has happened, and less and less often where nothing does; and never for more than a hundredth of one
//! processor's time.

use super::engine::Engine;
use super::hang;
use crate::event::What;
use crate::process::clock;
use rustix::time::{ClockId, clock_gettime};
use std::collections::HashMap;

/// So soon after something has happened it looks,
const SOON: i64 = 5 * clock::MILLISECOND;
/// and so seldom at last.
const SELDOM: i64 = 50 * clock::MILLISECOND;
/// One part of so many of the time is for looking.
const SHARE: i64 = 100;
/// A process with more threads is not looked at: one of them runs.
const THREADS: usize = 64;

/// When it looks.
#[derive(Debug)]
pub(super) struct Pace {
    next: i64,
    pause: i64,
    cost: i64,
}

impl Pace {
    pub fn new() -> Self {
        Self { next: 0, pause: SOON, cost: 0 }
    }

    /// Something has happened.
    pub fn hurry(&mut self) {
        self.pause = SOON.max(self.cost);
        self.next = self.next.min(clock::monotonic() + self.pause);
    }

    /// Nanoseconds until the next look.
    pub fn left(&self, now: i64) -> i64 {
        (self.next - now).max(0)
    }

    fn looked(&mut self, cost: i64) {
        self.cost = cost.saturating_mul(SHARE);
        self.next = clock::monotonic() + self.pause.max(self.cost);
        self.pause = (self.pause * 2).min(SELDOM);
    }
}

/// What was seen of a process: the call that its first thread is in, with the first argument, and how often its threads had the
/// processor. Only where all of them sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    number: i64,
    first: u64,
    turns: u64,
}

impl Engine<'_> {
    /// Looks at everybody, where it is time for it.
    pub fn look_at_sleepers(&mut self) {
        if self.pace.left(clock::monotonic()) > 0 {
            return;
        }
        let began = own_time();
        let mut threads: HashMap<i32, Vec<i32>> = HashMap::new();
        for (tid, task) in &self.tasks {
            threads.entry(task.process).or_default().push(*tid);
        }
        for (pid, threads) in threads {
            self.look_at_sleeper(pid, &threads);
        }
        self.pace.looked(own_time() - began);
    }

    fn look_at_sleeper(&mut self, pid: i32, threads: &[i32]) {
        let Some(process) = self.processes.get_mut(&pid) else { return };
        // A wait for children is told by itself.
        let is_of_interest =
            process.executed && !process.stopped && process.waits == 0 && threads.len() <= THREADS;
        let now = if is_of_interest { seen(pid, threads) } else { None };
        let before = std::mem::replace(&mut process.seen, now);
        let (asleep, has_ends) = (process.asleep.is_some(), process.ends.is_some());
        match now {
            Some(seen) if before == now && !asleep => {
                let (call, on) = hang::in_words(pid, seen.number, seen.first);
                process.asleep = Some(call.clone());
                // As long as it sleeps it closes nothing.
                self.look_at_ends(pid, "close");
                self.tell(pid, pid, What::Blocked { call, on });
            }
            _ if before != now || now.is_none() => {
                self.no_more_asleep(pid);
                if has_ends && is_of_interest {
                    self.look_at_ends(pid, "close");
                }
            }
            _ => {}
        }
    }

    /// It does something, so that it has waked, if it slept.
    pub fn no_more_asleep(&mut self, pid: i32) {
        let Some(process) = self.processes.get_mut(&pid) else { return };
        process.seen = None;
        if let Some(call) = process.asleep.take() {
            self.tell(pid, pid, What::Woken { call, result: String::new() });
        }
    }
}

/// None where one of them does not sleep in a call, or is gone.
fn seen(pid: i32, threads: &[i32]) -> Option<Seen> {
    let mut all = Seen { number: -1, first: 0, turns: 0 };
    for tid in threads {
        let (number, first) = call_of(*tid)?;
        // The third number; see Documentation/scheduler/sched-stats of the kernel.
        let turns = std::fs::read_to_string(format!("/proc/{tid}/schedstat")).unwrap_or_default();
        let turns = turns.split_ascii_whitespace().nth(2).and_then(|turns| turns.parse::<u64>().ok());
        all.turns = all.turns.wrapping_add(turns.unwrap_or(0));
        if *tid == pid || all.number < 0 {
            (all.number, all.first) = (number, first);
        }
    }
    (all.number >= 0).then_some(all)
}

/// The call that a thread sleeps in, and its first argument.
fn call_of(tid: i32) -> Option<(i64, u64)> {
    let line = std::fs::read_to_string(format!("/proc/{tid}/syscall")).ok()?;
    let mut fields = line.split_ascii_whitespace();
    let number = fields.next()?.parse().ok().filter(|number| *number >= 0)?;
    let first = u64::from_str_radix(fields.next()?.strip_prefix("0x")?, 16).ok()?;
    Some((number, first))
}

/// Nanoseconds of the processor that this thread has used.
fn own_time() -> i64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec * clock::SECOND + time.tv_nsec
}

#[cfg(test)]
mod tests {
    use super::{Pace, SELDOM, SHARE, SOON};
    use crate::process::clock;

    #[test]
    fn it_looks_less_and_less_often_and_never_for_long() {
        let mut pace = Pace::new();
        assert_eq!(pace.left(clock::monotonic()), 0);
        for _ in 0..10 {
            pace.looked(0);
        }
        assert_eq!(pace.pause, SELDOM);
        pace.hurry();
        assert!(pace.left(clock::monotonic()) <= SOON);
        pace.looked(SELDOM);
        assert!(pace.left(clock::monotonic()) > SELDOM * (SHARE - 1));
    }
}
