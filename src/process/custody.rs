//! What a guardian needs of the kernel beside fork and wait: to signal its own children when there may be no
//! descriptor to be had, and to start clean.

use super::errno::Errno;
use super::pidfd::{Pidfd, Reach};
use super::{fork, signals, wait};
use crate::value::Signal;

/// Sends a signal to a child of this process that lives. Gives whether there was such a child.
///
/// The one way of signalling that needs no descriptor, for the one who clears up when there is none left: as long as
/// we have not reaped it, nobody else can have our child's pid. That it is ours, and is not reaped, is asked of
/// the kernel before; only we ourselves could change it in between, and a guardian has one thread.
/// See kill(2), waitid(2).
pub fn signal_child(pid: i32, number: i32) -> bool {
    if pid <= 1 || pid == fork::pid() || !matches!(wait::peek(pid), Ok(None)) {
        return false;
    }
    // SAFETY: kill(2) touches no memory of ours.
    unsafe { libc::kill(pid, number) == 0 }
}

/// Ends the process that is held: SIGKILL.
///
/// # Errors
/// As [`Pidfd::send`].
pub fn end_held(held: &Pidfd) -> Result<(), Errno> {
    held.send(Signal(libc::SIGKILL as u8), Reach::Process)
}

/// A process's hard RLIMIT_RTTIME, in microseconds: prlimit(2), which opens nothing. None where the process is gone or
/// another user's; `u64::MAX` where it has no such limit.
#[must_use]
pub fn realtime_limit(pid: i32) -> Option<u64> {
    let mut limit = libc::rlimit64 { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: a null pointer changes no limit, and `limit` is valid for writing.
    let result = unsafe { libc::prlimit64(pid, libc::RLIMIT_RTTIME, std::ptr::null(), &raw mut limit) };
    (pid > 0 && result == 0).then_some(limit.rlim_max)
}

/// Signals that stay ignored where they were when the program was started: nohup(1) relies on it, and so do shells
/// without job control that start something with `&`.
const KEPT_IGNORED: [i32; 3] = [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT];

/// The state in which a run starts: nothing blocked, every signal's action the default, but for those of SIGHUP, SIGINT
/// and SIGQUIT that are ignored already.
pub fn start_clean() {
    let kept = KEPT_IGNORED.map(is_ignored);
    signals::initial_state();
    for (number, _) in KEPT_IGNORED.into_iter().zip(kept).filter(|(_, kept)| *kept) {
        let _ = signals::ignore(Signal(number as u8));
    }
}

/// Whether this process ignores the signal: sigaction(2).
#[must_use]
pub fn is_ignored(number: i32) -> bool {
    // SAFETY: all zero bytes are a valid sigaction, and the call only reads the disposition.
    unsafe {
        let mut now: libc::sigaction = std::mem::zeroed();
        libc::sigaction(number, std::ptr::null(), &raw mut now) == 0 && now.sa_sigaction == libc::SIG_IGN
    }
}

/// Has writes to a closed pipe fail instead of ending this process.
pub fn survive_closed_pipes() {
    let _ = signals::ignore(Signal(libc::SIGPIPE as u8));
}

#[cfg(test)]
mod tests {
    use super::signal_child;

    #[test]
    fn only_children_of_ours_are_signalled() {
        let own = super::fork::pid();
        let parent = super::fork::ppid();
        for pid in [i32::MIN, -own, -1, 0, 1, own, parent, i32::MAX] {
            assert!(!signal_child(pid, 0), "{pid}");
        }
    }
}
