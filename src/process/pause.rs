//! A disturbed run: now and then one of its processes stands still for a moment, has a lower priority or one processor, as it may
//! happen on any busy machine. What the scenario itself stops and looks at is not disturbed: whoever asks for the state of a process,
//! or signals it, waits until its pause is over.

use super::errno::Errno;
use super::pidfd::{Pidfd, Reach};
use super::proc_file;
use super::run::Run;
use super::table::Row;
use crate::value::Signal;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

/// SIGSTOP, SIGTSTP, SIGTTIN and SIGTTOU, a bit each.
const STOPS: u64 = 0b1111 << 18;
/// How long one who asks waits for the end of a pause: much longer than one lasts.
const PATIENCE: u32 = 500;
const STEP: Duration = Duration::from_millis(1);

/// A process that stands still, until [`Run::end_pause`].
#[derive(Debug)]
pub struct Paused(Pidfd);

impl Run {
    /// From here on the run is disturbed. Before its first process starts.
    pub fn disturb(&self, seed: u64) {
        self.control().disturbed.store(1, SeqCst);
        self.control().disturbance.store(seed, SeqCst);
    }

    /// The seed of the disturbance, where there is one.
    #[must_use]
    pub fn disturbance(&self) -> Option<u64> {
        let control = self.control();
        (control.disturbed.load(SeqCst) != 0).then(|| control.disturbance.load(SeqCst))
    }

    /// Has a process stand still; None where it cannot be, because it has ended, stands still anyway, or is being signalled.
    #[must_use]
    pub fn pause(&self, row: Row) -> Option<Paused> {
        let control = self.control();
        control.paused.store(row.index + 1, SeqCst);
        let paused = self.try_pause(row);
        if paused.is_none() {
            control.paused.store(0, SeqCst);
        }
        paused
    }

    fn try_pause(&self, row: Row) -> Option<Paused> {
        // Whoever counts itself later sees the pause.
        if self.control().signalling.load(SeqCst) != 0 {
            return None;
        }
        let held = self.hold(row).ok()??;
        // A stop that was sent may not have come yet: it is pending until the process stands still.
        let pending = proc_file::signal_masks(held.pid()).ok()?.pending;
        let state = proc_file::stat(held.pid()).ok()?.state;
        if pending & STOPS != 0 || matches!(state, 'T' | 't' | 'Z' | 'X') {
            return None;
        }
        held.send(Signal::STOP, Reach::Process).ok()?;
        Some(Paused(held))
    }

    /// The process goes on.
    pub fn end_pause(&self, paused: &Paused) {
        let _ = paused.0.send(Signal::CONT, Reach::Process);
        self.control().paused.store(0, SeqCst);
    }

    /// Waits until this process does not stand still for us.
    pub fn await_pause(&self, row: Row) {
        self.await_while(|paused| paused == row.index + 1);
    }

    /// Waits until no process stands still for us.
    pub fn await_pauses(&self) {
        self.await_while(|paused| paused != 0);
    }

    fn await_while(&self, is: impl Fn(u32) -> bool) {
        for _ in 0..PATIENCE {
            if !is(self.control().paused.load(SeqCst)) {
                return;
            }
            std::thread::sleep(STEP);
        }
    }

    /// Does something to a process that must not be mixed with a pause.
    pub(super) fn without_pause<T>(&self, row: Row, act: impl FnOnce() -> T) -> T {
        if self.disturbance().is_none() {
            return act();
        }
        let control = self.control();
        // One that is killed in here leaves the count above zero: then there are no pauses any more.
        control.signalling.fetch_add(1, SeqCst);
        self.await_pause(row);
        let result = act();
        control.signalling.fetch_sub(1, SeqCst);
        result
    }
}

/// The processors that this process may run on; see sched_getaffinity(2).
#[must_use]
pub fn processors() -> Vec<usize> {
    let set = sched_getaffinity(None).unwrap_or_else(|_| CpuSet::new());
    (0..CpuSet::MAX_CPU).filter(|cpu| set.is_set(*cpu)).collect()
}

/// Binds this process and those that it will start to one processor; see sched_setaffinity(2).
///
/// # Errors
/// `EINVAL` where there is no such processor.
pub fn bind(cpu: usize) -> Result<(), Errno> {
    if cpu >= CpuSet::MAX_CPU {
        return Err(Errno::EINVAL);
    }
    let mut set = CpuSet::new();
    set.set(cpu);
    Ok(sched_setaffinity(None, &set)?)
}
