//! What a guardian needs of the kernel beside fork and wait: to signal its own children when there may be no
//! descriptor to be had, and to start clean.

use super::errno::Errno;
use super::pidfd::{Pidfd, Reach};
use super::{fork, signals, wait};
use crate::value::Signal;
use std::sync::atomic::{AtomicU8, Ordering::SeqCst};

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

/// Sends a signal to the process group that a child of this process leads. Gives whether there was such a group.
///
/// As long as we have not reaped its leader, nobody else can have the group's number.
pub fn signal_group_of_child(leader: i32, number: i32) -> bool {
    let leads = leader > 1 && super::group::of(leader) == Ok(leader) && Ok(leader) != super::group::of(0);
    if !leads || wait::peek(leader).is_err() {
        return false;
    }
    // SAFETY: kill(2) touches no memory of ours.
    unsafe { libc::kill(-leader, number) == 0 }
}

/// Ends every process of the pid namespace that this process is pid 1 of, but for itself: kill(2) of -1, which reaches nobody who is
/// not below us, and comes before a fork that is on its way. It does nothing in any other process.
pub fn end_namespace() {
    if fork::pid() == 1 {
        // SAFETY: kill(2) touches no memory of ours.
        unsafe { libc::kill(-1, libc::SIGKILL) };
    }
}

/// As [`come_first`] has it.
const FIRST: i32 = libc::SCHED_RR | libc::SCHED_RESET_ON_FORK;

/// Microseconds that whoever comes first can be sure to run without a sleep: where RLIMIT_RTTIME kills earlier, nobody does.
const LONGEST_TURN: u64 = 60_000_000;

/// Lets this process (0) or an unreaped child of it come before all that are not as urgent, as long as the system allows it: SCHED_RR at
/// its lowest, which those that it forks do not inherit; see sched(7). A guardian sleeps nearly always; but where hundreds of others want
/// the processor, it would wait for its turn behind them, also in order to end. Who may not (it takes root, or RLIMIT_RTPRIO), or
/// is scheduled in some way of the user's own, stays as it is. Gives whether it was done.
pub fn come_first(pid: i32) -> bool {
    let own = if pid == 0 { fork::pid() } else { pid };
    // SAFETY: it reads a number.
    let is_usual = unsafe { libc::sched_getscheduler(pid) } == libc::SCHED_OTHER;
    is_usual && realtime_limit(own).is_some_and(|limit| limit > LONGEST_TURN) && schedule(pid, FIRST, 1)
}

/// This process is scheduled as everybody is, where it came first.
pub fn come_in_turn() {
    // SAFETY: it reads a number.
    let is_first = unsafe { libc::sched_getscheduler(0) } == FIRST;
    // Only root may take back that what it forks is scheduled as usual, which it is anyway from now on.
    let _ = is_first
        && (schedule(0, libc::SCHED_OTHER, 0)
            || schedule(0, libc::SCHED_OTHER | libc::SCHED_RESET_ON_FORK, 0));
}

fn schedule(pid: i32, policy: i32, priority: i32) -> bool {
    let how = libc::sched_param { sched_priority: priority };
    // SAFETY: it reads a struct.
    unsafe { libc::sched_setscheduler(pid, policy, &raw const how) == 0 }
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

/// The two signals that the C library keeps for itself, and neither blocks nor resets for us.
const LIBRARYS: [i32; 2] = [32, 33];

/// The state in which a run starts: nothing blocked, every signal's action the default, but for those of SIGHUP, SIGINT
/// and SIGQUIT that are ignored already.
pub fn start_clean() {
    let kept = KEPT_IGNORED.map(is_ignored);
    signals::initial_state();
    for (number, _) in KEPT_IGNORED.into_iter().zip(kept).filter(|(_, kept)| *kept) {
        let _ = signals::ignore(Signal(number as u8));
    }
    // Whoever is started by posix_spawn(3) has these ignored: glibc does that. Zeroes are the default action in the
    // kernel's own structure, whose four words are the action, the flags, the restorer and the mask.
    let default = [0u64; 4];
    for number in LIBRARYS {
        // SAFETY: rt_sigaction(2) reads the structure and writes nothing; no thread is there that needs the two.
        let _ = unsafe {
            libc::syscall(
                libc::SYS_rt_sigaction,
                number,
                default.as_ptr(),
                std::ptr::null_mut::<u64>(),
                8usize,
            )
        };
    }
}

/// Blocks every signal that can be blocked, with those that the C library keeps from pthread_sigmask(3).
pub fn block_every() {
    let every = u64::MAX;
    // SAFETY: rt_sigprocmask(2) reads a set of eight bytes and writes nothing.
    let _ = unsafe {
        let old = std::ptr::null_mut::<u64>();
        libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_SETMASK, &raw const every, old, 8usize)
    };
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

/// What [`exit_upon`] gives.
static STATUS: AtomicU8 = AtomicU8::new(0);

/// A signal handler; _exit(2) is in signal-safety(7).
extern "C" fn leave(_number: libc::c_int) {
    fork::exit_now(STATUS.load(SeqCst))
}

/// From now on this signal ends the process by _exit(2) with the status, the same for all such signals, and does not kill it; see
/// sigaction(2).
pub fn exit_upon(number: i32, status: u8) {
    STATUS.store(status, SeqCst);
    // SAFETY: all zero bytes are a valid sigaction: an empty mask and no flags; the handler is async-signal-safe.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = leave as *const () as libc::sighandler_t;
        libc::sigaction(number, &raw const action, std::ptr::null_mut());
    }
}

/// A blocked signal of the set that has come, taken: its number and its `si_code`. It needs no descriptor and does not
/// wait; see sigtimedwait(2).
#[must_use]
pub fn take_signal(set: &nix::sys::signal::SigSet) -> Option<(i32, i32)> {
    // SAFETY: all zero bytes are a valid siginfo_t.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let at_once = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the set, the time and the structure are valid for the whole call.
    let number = unsafe { libc::sigtimedwait(set.as_ref(), &raw mut info, &raw const at_once) };
    (number > 0).then_some((number, info.si_code))
}

/// Whether a blocked signal has come and is not taken yet; see sigpending(2).
#[must_use]
pub fn has_come(number: i32) -> bool {
    // SAFETY: all zero bytes are a valid set, which sigpending fills; sigismember reads it.
    unsafe {
        let mut pending: libc::sigset_t = std::mem::zeroed();
        libc::sigpending(&raw mut pending) == 0 && libc::sigismember(&raw const pending, number) == 1
    }
}

/// Has writes to a closed pipe, or past a limit on the size of files, fail instead of ending this process.
pub fn survive_failed_writes() {
    for number in [libc::SIGPIPE, libc::SIGXFSZ] {
        let _ = signals::ignore(Signal(number as u8));
    }
}

#[cfg(test)]
mod tests {
    use super::{signal_child, signal_group_of_child};

    #[test]
    fn only_children_of_ours_are_signalled() {
        let own = super::fork::pid();
        let parent = super::fork::ppid();
        for pid in [i32::MIN, -own, -1, 0, 1, own, parent, i32::MAX] {
            assert!(!signal_child(pid, 0), "{pid}");
            assert!(!signal_group_of_child(pid, 0), "{pid}");
        }
    }
}
