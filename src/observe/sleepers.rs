//! Who sleeps in which call: read, sleep, a lock, poll.
//!
//! Such calls do not stop for the tracer, for most of them come back at once, and programs make millions of them. Instead it looks at
//! its tracees from time to time: proc_pid_syscall(5) tells in which call a thread is, schedstat how often it had the processor. Who
//! is in the same call twice, and had no processor in between, sleeps. So a sleep is seen one look or two after it began, its end at
//! the next look or stop, and one that is shorter may not be seen. How often it looks, `pace.rs` says.

use super::engine::Engine;
use super::task::Seen;
use super::{hang, proc};
use crate::event::What;
use crate::process::clock;
use rustix::time::ClockId;
use std::collections::{BTreeMap, HashMap};

/// A process with more threads is not looked at: it would cost too much, and one of them hardly ever does not run.
const THREADS: usize = 64;

impl Engine<'_> {
    /// Looks at everybody, where it is time for it.
    pub fn look_at_sleepers(&mut self) {
        if self.pace.left(clock::monotonic()) > 0 {
            return;
        }
        let began = clock::now(ClockId::ThreadCPUTime);
        let mut threads: HashMap<i32, Vec<i32>> = HashMap::new();
        for (tid, task) in &self.tasks {
            threads.entry(task.process).or_default().push(*tid);
        }
        for (pid, threads) in threads {
            self.look_at_sleeper(pid, &threads);
        }
        self.pace.looked(clock::now(ClockId::ThreadCPUTime) - began);
    }

    fn look_at_sleeper(&mut self, pid: i32, threads: &[i32]) {
        let Some(process) = self.processes.get_mut(&pid) else { return };
        // A wait for children is told by itself.
        let is_of_interest =
            process.executed && !process.stopped && process.waits == 0 && threads.len() <= THREADS;
        let now = if is_of_interest { seen(pid, threads) } else { None };
        let before = process.seen.take();
        let is_same = now.is_some() && before.map(|(seen, _)| seen) == now;
        process.seen = if is_same { before } else { now.map(|seen| (seen, clock::monotonic())) };
        match process.seen {
            Some(_) if is_same && process.asleep.is_some() => {}
            Some((seen, since)) if is_same => {
                process.slept = Some((switches(pid, threads), since));
                self.fell_asleep(pid, seen);
            }
            _ => {
                process.slept = None;
                self.no_more_asleep(pid);
                if is_of_interest {
                    self.look_at_ends(pid, "close");
                }
            }
        }
    }

    fn fell_asleep(&mut self, pid: i32, seen: Seen) {
        let (call, on) = hang::in_words(pid, seen.number, seen.first);
        if let Some(process) = self.processes.get_mut(&pid) {
            process.asleep = Some(call.clone());
        }
        // As long as it sleeps it closes nothing.
        self.look_at_ends(pid, "close");
        self.tell(pid, pid, What::Blocked { call, on });
    }

    /// Since when a thread, which has just been waked and stands now, was seen asleep with all others of its process. None where it has
    /// done more since, or nobody has looked.
    pub fn asleep_since(&self, pid: i32, tid: i32) -> Option<i64> {
        let (before, since) = self.processes.get(&pid)?.slept.as_ref()?;
        let now = proc::voluntary_switches(pid, tid)?;
        (now == before.get(&tid)?.wrapping_add(1)).then_some(*since)
    }

    /// It does something, so that it has waked, if it slept.
    pub fn no_more_asleep(&mut self, pid: i32) {
        let Some(process) = self.processes.get_mut(&pid) else { return };
        if let Some(call) = process.asleep.take() {
            self.tell(pid, pid, What::Woken { call, result: String::new() });
        }
    }
}

/// None where one of them does not sleep in a call, or is gone.
fn seen(pid: i32, threads: &[i32]) -> Option<Seen> {
    let mut all = Seen { number: -1, first: 0, turns: 0 };
    for tid in threads {
        let (number, first) = hang::call_of(pid, *tid)?;
        // The third number; see Documentation/scheduler/sched-stats of the kernel.
        let turns = std::fs::read_to_string(format!("/proc/{pid}/task/{tid}/schedstat")).unwrap_or_default();
        let turns = turns.split_ascii_whitespace().nth(2).and_then(|turns| turns.parse::<u64>().ok());
        all.turns = all.turns.wrapping_add(turns.unwrap_or(0));
        if *tid == pid || all.number < 0 {
            (all.number, all.first) = (number, first);
        }
    }
    (all.number >= 0).then_some(all)
}

/// How often each of the threads has begun to sleep or to stand still; who is kept from the processor does neither.
fn switches(pid: i32, threads: &[i32]) -> BTreeMap<i32, u64> {
    threads.iter().filter_map(|tid| Some((*tid, proc::voluntary_switches(pid, *tid)?))).collect()
}
