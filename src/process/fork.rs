//! Making a copy of this process: fork(2), and ending without any clean-up: _exit(2).

use super::errno::{Errno, check};
use super::{robust, signals};

/// On which side of a fork we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fork {
    Child,
    /// With the child's pid.
    Parent(i32),
}

unsafe extern "C" {
    /// fork(3) of the C library without the handlers and locks of a program with threads; see _Fork(3).
    fn _Fork() -> libc::pid_t;
}

/// Copies this process. Nothing is flushed: nothing here is buffered. In the child, what belongs to the
/// one process only (pending signals, the list of held locks) is forgotten.
///
/// # Errors
/// `EAGAIN` or `ENOMEM` where there is no room; `room::explain` says which limit it was.
pub fn fork() -> Result<Fork, Errno> {
    // SAFETY: the caller has a single thread, so that the child may do whatever the parent may.
    copy(|| unsafe { _Fork() })
}

/// The same with flags of clone(2), such as those of new namespaces. What the C library notes of the new process's number is
/// that of this one, until it forks by itself.
pub(super) fn fork_with(flags: libc::c_int) -> Result<Fork, Errno> {
    let flags = libc::c_long::from(flags | libc::SIGCHLD);
    // SAFETY: as in `fork`; without a stack the child goes on with its copy of ours.
    copy(|| unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) } as libc::pid_t)
}

fn copy(call: impl FnOnce() -> libc::pid_t) -> Result<Fork, Errno> {
    // A signal that comes while there are two of us is for one of us: it waits until the child has forgotten what was
    // noted for its parent.
    let before = signals::set_mask(&signals::full_set());
    let pid = check(call());
    if pid == Ok(0) {
        signals::after_fork_child();
        robust::after_fork_child();
    }
    signals::set_mask(&before);
    Ok(match pid? {
        0 => Fork::Child,
        pid => Fork::Parent(pid),
    })
}

/// Ends this process at once: nothing is dropped, flushed or called. Mark its row before with
/// `Run::row_ended_now`.
pub fn exit_now(code: u8) -> ! {
    // SAFETY: _exit has no preconditions.
    unsafe { libc::_exit(i32::from(code)) }
}

/// The pid of this process, asked of the kernel; see getpid(2).
#[must_use]
pub fn pid() -> i32 {
    // SAFETY: getpid always succeeds.
    unsafe { libc::getpid() }
}

/// The pid of the parent, asked of the kernel: 0 where it is outside of our pid namespace; see getppid(2).
#[must_use]
pub fn ppid() -> i32 {
    // SAFETY: getppid always succeeds.
    unsafe { libc::getppid() }
}
