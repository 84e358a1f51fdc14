//! What the kernel counts for whoever has made a user namespace, over all that he has made: one work must not have it all, for its
//! neighbour and the user outside would have none. See user_namespaces(7) and the files of /proc/sys/user in namespaces(7).

use crate::process::limits::{self, Pair, Resource};
use rustix::process::geteuid;
use std::fs;

/// Counted in each namespace against the limit that its maker had.
const COUNTED: [Resource; 2] = [Resource::QueuedSignals, Resource::QueueBytes];

/// What a namespace has of its maker's: of 128 instances and some ten thousand watches where nobody has changed it.
const SHARES: [(&str, u32); 2] = [("max_inotify_instances", 16), ("max_inotify_watches", 2048)];

/// Makes a namespace. Where we may raise our own limits, what all in it may have together is not limited by what we may have
/// ourselves: each process has limits of its own.
pub fn made_without_limits<T>(make: impl FnOnce() -> T) -> T {
    if !geteuid().is_root() {
        return make();
    }
    let before = COUNTED.map(raised);
    let made = make();
    // On both sides, where it forks.
    for (resource, before) in COUNTED.into_iter().zip(before) {
        if let Some(before) = before {
            let _ = limits::set(resource, before);
        }
    }
    made
}

/// Raises it as far as can be; gives what it was. None where that is not for us to do.
fn raised(resource: Resource) -> Option<Pair> {
    let before = limits::get(resource).ok()?;
    limits::set(resource, Pair { soft: None, hard: None }).ok().map(|()| before)
}

/// What one of so many works may have of a resource that is counted for their maker, who keeps a share too; none where it need not be
/// shared.
#[must_use]
pub fn share(resource: Resource, works: u64) -> Option<u64> {
    match raised(resource) {
        Some(before) => {
            let _ = limits::set(resource, before);
            None
        }
        None => Some(limits::get(resource).ok()?.hard? / works.saturating_add(1)),
    }
}

/// In pid 1 of a namespace, while it has its privileges and a /proc: all in it together have no more than their share.
pub fn keep_to_shares() {
    for (name, most) in SHARES {
        // A kernel that does not know it does not count it.
        let _ = fs::write(format!("/proc/sys/user/{name}"), most.to_string());
    }
}
