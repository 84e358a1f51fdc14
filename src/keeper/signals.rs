//! The signals that guard and keeper take one by one instead of being hit by them.

use super::ended::code_of;
use crate::process::custody::{exit_upon, is_ignored, take_signal};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

/// A signal that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Came {
    pub signal: i32,
    /// The kernel sent it to the whole foreground group, because of a key or a closed terminal.
    pub from_terminal: bool,
}

/// A set of blocked signals, and a descriptor that wakes whoever waits for one of them: signalfd(2). Where the system
/// has no descriptor left, waits are short.
#[derive(Debug)]
pub struct Signals {
    set: SigSet,
    wake: Option<SignalFd>,
}

/// `SI_KERNEL` of sigaction(2): tty drivers send with it.
const FROM_KERNEL: i32 = 0x80;

/// How long a wait lasts at most where there is no descriptor to wake it.
const BLIND: Duration = Duration::from_millis(5);

impl Signals {
    /// Of these signals, which must be blocked already.
    pub fn open(set: SigSet) -> Self {
        let wake = SignalFd::with_flags(&set, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK).ok();
        Self { set, wake }
    }

    /// The next that has come.
    pub fn next(&self) -> Option<Came> {
        let (signal, code) = take_signal(&self.set)?;
        Some(Came { signal, from_terminal: code == FROM_KERNEL })
    }

    /// Forgets those that have come, for one who will look at everything anyway.
    pub fn drain(&self) {
        while self.next().is_some() {}
    }

    /// Waits until a signal comes, one of the descriptors can be read, or the time is over.
    ///
    /// It may return early. See poll(2).
    pub fn wait(&self, others: &[BorrowedFd<'_>], longest: Option<Duration>) {
        let longest =
            if self.wake.is_some() { longest } else { Some(longest.map_or(BLIND, |time| time.min(BLIND))) };
        let time = longest.map(|time| Timespec {
            tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(time.subsec_nanos()),
        });
        // No allocation: this is called while clearing up, when there may be no memory.
        let mut all = self.wake.iter().map(AsFd::as_fd).chain(others.iter().copied());
        let mut slot = || all.next().map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN));
        let _ = match (slot(), slot(), slot()) {
            (Some(a), Some(b), Some(c)) => poll(&mut [a, b, c], time.as_ref()),
            (Some(a), Some(b), None) => poll(&mut [a, b], time.as_ref()),
            (Some(a), ..) => poll(&mut [a], time.as_ref()),
            (None, ..) => poll(&mut [], time.as_ref()),
        };
    }
}

/// Every signal that can be blocked.
pub fn every() -> SigSet {
    SigSet::all()
}

/// Blocks these signals and no others.
pub fn set(set: &SigSet) {
    let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(set), None);
}

/// Lets every signal through.
pub fn unblock_all() {
    let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None);
}

/// The run was ended by a signal. One that comes when it is over ends this process with the exit code of the first, whatever it
/// does then: who insists sends more than one.
pub fn exit_upon_more(first: i32) {
    for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM] {
        if !is_ignored(signal) {
            exit_upon(signal, code_of(first));
        }
    }
}

/// And SIGCONT: for a guard that has to resume others.
pub fn with_resume(mut set: SigSet) -> SigSet {
    set.add(Signal::SIGCONT);
    set
}

/// The signals that the guard reads. What was ignored when it was started stays ignored: a blocked signal
/// would be read all the same.
pub fn listened() -> SigSet {
    use Signal::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
    [SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2]
        .into_iter()
        .filter(|signal| !is_ignored(*signal as i32))
        .collect()
}
