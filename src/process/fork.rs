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
    // A signal that comes while there are two of us is for one of us: it waits until the child has forgotten what was
    // noted for its parent.
    let before = signals::set_mask(&signals::full_set());
    // SAFETY: the caller has a single thread, so that the child may do whatever the parent may.
    let pid = check(unsafe { _Fork() });
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

/// Copies this process into one that is no child of ours, but of whoever adopts orphans here, and gives its pid. It does `work`, and
/// ends. Of our descriptors it keeps those two; its standard streams are /dev/null; it is in a session of its own, and every
/// signal is blocked in it. No SIGCHLD comes of it.
///
/// # Errors
/// As [`fork`]; `EMFILE`.
pub fn fork_away(keep: [i32; 2], work: impl FnOnce()) -> Result<i32, Errno> {
    let (read, write) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    let before = signals::set_mask(&signals::full_set());
    let between = clone_silently();
    if between == Ok(0) {
        if let Ok(0) = clone_silently() {
            let pid = pid();
            let _ = rustix::io::write(&write, &pid.to_ne_bytes());
            robust::after_fork_child();
            // What goes wrong in it must not come out of it.
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                stand_apart(keep);
                work();
            }));
        }
        exit_now(0)
    }
    signals::set_mask(&before);
    let between = between?;
    drop(write);
    // SAFETY: a null siginfo is allowed. The child ends at once.
    unsafe {
        let options = libc::WEXITED | libc::__WALL;
        while libc::waitid(libc::P_PID, between.cast_unsigned(), std::ptr::null_mut(), options) == -1
            && Errno::last() == Errno::EINTR
        {}
    }
    let mut word = [0u8; 4];
    match rustix::io::retry_on_intr(|| rustix::io::read(&read, &mut word)) {
        Ok(4) => Ok(i32::from_ne_bytes(word)),
        _ => Err(Errno::EAGAIN),
    }
}

/// A fork of whose end no signal is sent; see clone(2).
fn clone_silently() -> Result<i32, Errno> {
    // SAFETY: the caller has a single thread; without flags the child gets a copy of everything, its stack too.
    check(unsafe { libc::syscall(libc::SYS_clone, 0, 0, 0, 0, 0) } as i32)
}

/// Nothing of its maker's is held, and nothing that is meant for its maker's session reaches it.
fn stand_apart(keep: [i32; 2]) {
    let _ = rustix::process::setsid();
    let (low, high) = (keep[0].min(keep[1]).cast_unsigned(), keep[0].max(keep[1]).cast_unsigned());
    for (first, last) in [(0, low.wrapping_sub(1)), (low + 1, high.wrapping_sub(1)), (high + 1, u32::MAX)] {
        if first <= last {
            // SAFETY: only numbers. What is closed is used by nobody here: the copies of those who own it are never dropped.
            unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
        }
    }
    let _ = super::fds::open_standard_streams();
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
