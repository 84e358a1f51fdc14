//! What keeper and scenario are told of the run that begins.

use super::budget::Bounds;
use super::contain::Contain;
use super::options::GuardOptions;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A run, as all of its own processes know it.
#[derive(Debug)]
pub struct Start {
    /// The run's name.
    pub run: String,
    /// The guard's process group, as the keeper sees it: 0 where that group is outside of the keeper's pid namespace.
    pub group: i32,
    /// What the run may see and use, where it is contained.
    pub contain: Option<Contain>,
    /// What it may use where it is not.
    pub bounds: Bounds,
    /// Whether others kept processors from it is looked at.
    pub measured: bool,
    /// It does nothing, and nobody wants it to crash.
    pub probe: bool,
    /// How late its sleeps may end, in nanoseconds, as whoever started us has it: the kernel takes it from the keeper, who comes first.
    pub timer_slack: Option<NonZeroU64>,
}

impl Start {
    /// As it is asked for; to be called by the guard, which is in this group.
    pub fn of(options: &GuardOptions, run: String, group: i32) -> Self {
        let GuardOptions { bounds, measured, probe, .. } = *options;
        let contain = options.contain.clone();
        let group = if contain.is_some() { 0 } else { group };
        let timer_slack = rustix::thread::current_timer_slack().ok().and_then(NonZeroU64::new);
        Self { run, group, contain, bounds, measured, probe, timer_slack }
    }
}

/// The two halves of the last run's number.
static CURRENT: [AtomicU64; 2] = [const { AtomicU64::new(0) }; 2];

/// Notes the run for all that this process forks.
pub fn name(cookie: u128) {
    CURRENT[0].store(cookie as u64, Relaxed);
    CURRENT[1].store((cookie >> 64) as u64, Relaxed);
}

/// The name of the run that this process belongs to: 32 hexadecimal digits. None before there is one.
///
/// A process that only has it in its environment is a program in a run, perhaps the guard of a run within a run.
#[must_use]
pub fn run_name() -> Option<String> {
    let cookie = u128::from(CURRENT[1].load(Relaxed)) << 64 | u128::from(CURRENT[0].load(Relaxed));
    (cookie != 0).then(|| format!("{cookie:032x}"))
}
