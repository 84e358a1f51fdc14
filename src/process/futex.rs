//! Sleeping on a word in shared memory, and waking those who do: futex(2), futex_waitv.

use super::clock::{self, MILLISECOND};
use super::errno::Errno;
use super::signals;
use rustix::thread::futex::{self, ClockId, Flags, Wait, WaitFlags, WaitPtr, WaitvFlags};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

/// A kernel without futex_waitv (before 5.16) can miss a signal between look and sleep: so it sleeps no longer than this.
const BLIND: i64 = 20 * MILLISECOND;

/// Sleeps until the word is not `expected`, somebody wakes it, a signal is caught, or the time has come (of the monotonic
/// clock; `i64::MAX`: never). True where it was woken, or the word differed.
///
/// # Errors
/// What the kernel says beyond these; none is expected.
pub(in crate::process) fn sleep(word: &AtomicU32, expected: u32, until: i64) -> Result<bool, Errno> {
    let signal = signals::sequence().load(SeqCst);
    if signals::any_pending() {
        return Ok(false);
    }
    let entry = |word: &AtomicU32, expected: u32, flags: WaitFlags| {
        let mut wait = Wait::new();
        wait.val = u64::from(expected);
        wait.uaddr = WaitPtr::new(std::ptr::from_ref(word).cast_mut().cast());
        wait.flags = flags;
        wait
    };
    let words = [
        entry(word, expected, WaitFlags::SIZE_U32),
        entry(signals::sequence(), signal, WaitFlags::SIZE_U32 | WaitFlags::PRIVATE),
    ];
    let end = (until != i64::MAX).then(|| clock::timespec(until));
    match futex::waitv(&words, WaitvFlags::empty(), end.as_ref(), ClockId::Monotonic) {
        Ok(_) | Err(rustix::io::Errno::AGAIN) => Ok(true),
        Err(rustix::io::Errno::INTR | rustix::io::Errno::TIMEDOUT) => Ok(false),
        Err(rustix::io::Errno::NOSYS) => sleep_blindly(word, expected, until),
        Err(errno) => Err(errno.into()),
    }
}

fn sleep_blindly(word: &AtomicU32, expected: u32, until: i64) -> Result<bool, Errno> {
    let left = until.saturating_sub(clock::monotonic()).min(BLIND);
    match futex::wait(word, Flags::empty(), expected, Some(&clock::timespec(left))) {
        Ok(()) | Err(rustix::io::Errno::AGAIN) => Ok(true),
        Err(rustix::io::Errno::INTR | rustix::io::Errno::TIMEDOUT) => Ok(false),
        Err(errno) => Err(errno.into()),
    }
}

/// Wakes up to `count` sleepers, in any process.
pub(in crate::process) fn wake(word: &AtomicU32, count: u32) {
    let _ = futex::wake(word, Flags::empty(), count);
}

/// Wakes all sleepers.
pub(in crate::process) fn wake_all(word: &AtomicU32) {
    wake(word, i32::MAX as u32);
}
