//! The third line, for a process that has many guards as its children: where a guard was killed and its keeper is stopped, so that neither
//! ends what is theirs, it all becomes this process's own.

use crate::process::custody::signal_child;
use crate::process::{pid, proc_file, wait};
use rustix::process::{Pid, set_child_subreaper};
use std::time::{Duration, Instant};

/// How long one goes on trying.
const PATIENCE: Duration = Duration::from_secs(5);
const STEP: Duration = Duration::from_millis(2);

/// From here on whoever loses its parent, and has no nearer one to adopt it, becomes a child of this process; prctl(2),
/// PR_SET_CHILD_SUBREAPER.
pub fn adopt_orphans() {
    let _ = set_child_subreaper(Pid::from_raw(1));
}

/// Ends all children of this process that are not its own, and theirs, which become its children by that. Nobody may start a child
/// meanwhile that `is_own` does not know. Gives whether none is left.
pub fn end_orphans(is_own: impl Fn(i32) -> bool) -> bool {
    let since = Instant::now();
    loop {
        let mut all = proc_file::children(pid()).unwrap_or_default();
        all.retain(|pid| !is_own(*pid));
        if all.is_empty() {
            return true;
        }
        for pid in &all {
            signal_child(*pid, libc::SIGKILL);
        }
        for pid in all {
            if matches!(wait::peek(pid), Ok(Some(_))) {
                let _ = wait::reap(pid);
            }
        }
        if since.elapsed() > PATIENCE {
            return false;
        }
        std::thread::sleep(STEP);
    }
}
