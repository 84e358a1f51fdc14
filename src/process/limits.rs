//! Limits of resources: setrlimit(2).

use super::errno::{Errno, check};
use serde::{Deserialize, Serialize};

/// The limits of a new process; none: as its parent has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Seconds of processor time: SIGXCPU at the limit, SIGKILL a second after.
    pub cpu: Option<u64>,
    /// Bytes. A program's whole address space (RLIMIT_AS); a task's private memory (RLIMIT_DATA), for it
    /// lives in a copy of ours, which maps the run's shared memory.
    pub memory: Option<u64>,
    /// One more than the highest descriptor.
    pub files: Option<u64>,
    /// Processes of the user; not enforced for root.
    pub processes: Option<u64>,
    /// Bytes of a file written: SIGXFSZ past it.
    pub file_size: Option<u64>,
    /// Signals that wait for processes of the user, and timers that may send one.
    pub queued_signals: Option<u64>,
    /// Bytes of all POSIX message queues of the user.
    pub queue_bytes: Option<u64>,
}

/// The limits as the kernel takes them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ready {
    fixed: [Option<(u32, libc::rlimit)>; 6],
    memory: Option<libc::rlimit>,
}

/// Both limits of a resource; none: unlimited. See getrlimit(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    pub soft: Option<u64>,
    pub hard: Option<u64>,
}

/// A resource that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    Processes,
    Files,
    Core,
    QueuedSignals,
    QueueBytes,
}

fn number(resource: Resource) -> u32 {
    match resource {
        Resource::Processes => libc::RLIMIT_NPROC,
        Resource::Files => libc::RLIMIT_NOFILE,
        Resource::Core => libc::RLIMIT_CORE,
        Resource::QueuedSignals => libc::RLIMIT_SIGPENDING,
        Resource::QueueBytes => libc::RLIMIT_MSGQUEUE,
    }
}

impl Limits {
    /// Sets them for this process and what it starts, as for a task.
    ///
    /// # Errors
    /// What setrlimit(2) says.
    pub fn set(self) -> Result<(), Errno> {
        self.ready()?.apply(false)
    }

    pub(super) fn ready(self) -> Result<Ready, Errno> {
        let fixed = [
            (libc::RLIMIT_CPU, self.cpu),
            (libc::RLIMIT_NOFILE, self.files),
            (libc::RLIMIT_NPROC, self.processes),
            (libc::RLIMIT_FSIZE, self.file_size),
            (libc::RLIMIT_SIGPENDING, self.queued_signals),
            (libc::RLIMIT_MSGQUEUE, self.queue_bytes),
        ];
        let memory = match self.memory {
            Some(bytes) => Some(lowered(libc::RLIMIT_AS, bytes, 0)?),
            None => None,
        };
        let mut ready = Ready { memory, ..Ready::default() };
        for (place, (resource, limit)) in ready.fixed.iter_mut().zip(fixed) {
            if let Some(limit) = limit {
                let grace = u64::from(resource == libc::RLIMIT_CPU);
                *place = Some((resource, lowered(resource, limit, grace)?));
            }
        }
        Ok(ready)
    }
}

/// Both limits at the value, but never above the hard limit that holds already.
fn lowered(resource: u32, limit: u64, grace: u64) -> Result<libc::rlimit, Errno> {
    let now = raw(resource)?;
    let soft = limit.min(now.rlim_max);
    Ok(libc::rlimit { rlim_cur: soft, rlim_max: limit.saturating_add(grace).min(now.rlim_max) })
}

fn raw(resource: u32) -> Result<libc::rlimit, Errno> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is valid for writing.
    check(unsafe { libc::getrlimit(resource, &raw mut limit) })?;
    Ok(limit)
}

impl Ready {
    /// Sets them for this process. Async-signal-safe.
    pub(super) fn apply(&self, program: bool) -> Result<(), Errno> {
        let memory = if program { libc::RLIMIT_AS } else { libc::RLIMIT_DATA };
        let memory = self.memory.map(|limit| (memory, limit));
        for (resource, limit) in self.fixed.into_iter().chain([memory]).flatten() {
            // SAFETY: `limit` is valid for reading.
            check(unsafe { libc::setrlimit(resource, &raw const limit) })?;
        }
        Ok(())
    }
}

/// A resource's limits for this process.
///
/// # Errors
/// None that can be caused; what getrlimit(2) says.
pub fn get(resource: Resource) -> Result<Pair, Errno> {
    let limit = raw(number(resource))?;
    let known = |value: u64| (value != libc::RLIM_INFINITY).then_some(value);
    Ok(Pair { soft: known(limit.rlim_cur), hard: known(limit.rlim_max) })
}

/// Sets both limits of this process.
///
/// # Errors
/// `EPERM` where that is more than the hard limit was, but for root.
pub fn set(resource: Resource, limits: Pair) -> Result<(), Errno> {
    let value = |limit: Option<u64>| limit.unwrap_or(libc::RLIM_INFINITY);
    let limit = libc::rlimit { rlim_cur: value(limits.soft), rlim_max: value(limits.hard) };
    // SAFETY: `limit` is valid for reading.
    check(unsafe { libc::setrlimit(number(resource), &raw const limit) }).map(drop)
}

/// Sets the soft limit of this process, up to the hard one; what is now in force.
///
/// # Errors
/// What setrlimit(2) says.
pub fn set_soft(resource: Resource, value: u64) -> Result<Pair, Errno> {
    let mut limit = raw(number(resource))?;
    limit.rlim_cur = value.min(limit.rlim_max);
    // SAFETY: `limit` is valid for reading.
    check(unsafe { libc::setrlimit(number(resource), &raw const limit) })?;
    get(resource)
}
