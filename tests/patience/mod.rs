//! For what nobody tells, such as the state of a process in /proc that is no child of ours: one can only look again and again.

use std::time::{Duration, Instant};

/// How long is waited for anything: no promise, but the end of a test that would hang.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// From one look to the next.
const PAUSE: Duration = Duration::from_millis(5);

/// Looks until something is seen; none where that takes longer than anybody has patience. What can be waited for (bytes, the end of
/// a process) is waited for, and not looked at with this.
pub fn look<T>(mut seen: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        let found = seen();
        if found.is_some() || start.elapsed() > PATIENCE {
            return found;
        }
        std::thread::sleep(PAUSE);
    }
}
