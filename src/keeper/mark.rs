//! The mark by which a process of a run is known when guard and keeper are both gone.
//!
//! Three things are inherited and can be read from outside: an entry of the environment, the mapping of the run's
//! shared memory, and a resource limit. The environment and the mapping do not outlive `env -i prog`. A limit does,
//! and setsid, double forks and closed descriptors too: only a process that changes it itself is without it.
//! `RLIMIT_RTTIME` (setrlimit(2)) bounds the time that a real-time process runs without blocking, in microseconds,
//! and means nothing to others. Here its value is 61 random bits with a bit above them, which as a bound is 73000
//! years.

use crate::process::custody::realtime_limit;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::fs;

/// The variable with the run's name, which `process` gives to every program.
const VARIABLE: &str = "PROCTOR_RUN";

/// Marks this process, and so all that it starts.
///
/// In a run within a run the limit is the outer one's already, whose guard and keeper are above us all, and is
/// left as it is.
pub fn put(run: &str) {
    let limit = Some(limit_of(run));
    if getrlimit(Resource::Rttime).maximum.is_none() {
        let _ = setrlimit(Resource::Rttime, Rlimit { current: limit, maximum: limit });
    }
}

/// Whether the process shows the run's mark. None of what is read here is relied on alone: see `sweep`.
pub fn is_on(pid: i32, run: &str) -> bool {
    has_limit(pid, run) || has_variable(pid, run) || has_memory(pid, run)
}

/// The run's name is 32 hexadecimal digits.
fn limit_of(run: &str) -> u64 {
    let bits = u64::from_str_radix(run.get(..16).unwrap_or(""), 16).unwrap_or(0);
    1 << 61 | bits >> 3
}

/// The mark that is quick to see: less than a microsecond, and nothing is opened.
pub fn has_limit(pid: i32, run: &str) -> bool {
    realtime_limit(pid) == Some(limit_of(run))
}

fn has_variable(pid: i32, run: &str) -> bool {
    let entry = format!("{VARIABLE}={run}");
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    environment.split(|byte| *byte == 0).any(|one| one == entry.as_bytes())
}

fn has_memory(pid: i32, run: &str) -> bool {
    // As `Run::create` names it.
    let name = format!("/memfd:proctor-{run}");
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
    maps.lines().any(|line| line.contains(&name))
}
