//! Looking at children and reaping them: waitid(2). Looking never reaps (WNOWAIT).

use super::errno::{Errno, check};
use super::status::ExitStatus;
use crate::value::Signal;
use libc::{WCONTINUED, WEXITED, WNOHANG, WNOWAIT, WSTOPPED};
use std::os::fd::{AsRawFd, BorrowedFd};

/// A child's change of state, as a look at it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildState {
    Ended(ExitStatus),
    Stopped(Signal),
    Continued,
}

/// What waitid tells of a child: its pid, si_code and si_status. None where no child had such a change.
fn waitid(kind: libc::idtype_t, id: i32, options: i32) -> Result<Option<(i32, i32, i32)>, Errno> {
    // SAFETY: an all-zero siginfo_t is valid, and waitid writes only into it.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    // SAFETY: `info` is valid for writing for the call's whole time.
    check(unsafe { libc::waitid(kind, id.cast_unsigned(), &raw mut info, options) })?;
    // SAFETY: after a successful waitid the fields of SIGCHLD are set, or all zero where nothing was found.
    let (pid, status) = unsafe { (info.si_pid(), info.si_status()) };
    Ok(if pid == 0 { None } else { Some((pid, info.si_code, status)) })
}

fn ended(found: Option<(i32, i32, i32)>) -> Option<ExitStatus> {
    found.and_then(|(_, code, status)| ExitStatus::of_siginfo(code, status))
}

/// Looks whether a child has ended, without reaping it.
///
/// # Errors
/// `ECHILD` where the pid is no child of this process, or was reaped.
pub fn peek(pid: i32) -> Result<Option<ExitStatus>, Errno> {
    waitid(libc::P_PID, positive(pid)?, WEXITED | WNOHANG | WNOWAIT).map(ended)
}

/// Looks whether the process that is held by a pidfd is a child of ours, and has ended. A later child with the same pid is
/// another one.
///
/// # Errors
/// `ECHILD` where it is no child of this process, or was reaped.
pub(super) fn peek_held(pidfd: BorrowedFd<'_>) -> Result<Option<ExitStatus>, Errno> {
    waitid(libc::P_PIDFD, pidfd.as_raw_fd(), WEXITED | WNOHANG | WNOWAIT).map(ended)
}

/// Looks at a child's last change of state that was not taken yet, and takes nothing.
///
/// # Errors
/// `ECHILD` where the pid is no child of this process.
pub fn peek_state(pid: i32) -> Result<Option<ChildState>, Errno> {
    let found = waitid(libc::P_PID, positive(pid)?, WEXITED | WSTOPPED | WCONTINUED | WNOHANG | WNOWAIT)?;
    Ok(found.and_then(|(_, code, status)| state_of(code, status)))
}

/// What siginfo tells of a child, by its si_code and si_status.
pub(super) fn state_of(code: i32, status: i32) -> Option<ChildState> {
    match code {
        libc::CLD_STOPPED | libc::CLD_TRAPPED => Some(ChildState::Stopped(Signal(status as u8))),
        libc::CLD_CONTINUED => Some(ChildState::Continued),
        _ => ExitStatus::of_siginfo(code, status).map(ChildState::Ended),
    }
}

/// Reaps a child that has ended; none where it has not. Mark its row with `Run::reaping` before.
///
/// # Errors
/// `ECHILD` where the pid is no child of this process.
pub fn reap(pid: i32) -> Result<Option<ExitStatus>, Errno> {
    waitid(libc::P_PID, positive(pid)?, WEXITED | WNOHANG).map(ended)
}

/// Some child that has ended, not reaped; none where none has.
///
/// # Errors
/// `ECHILD` where this process has no child.
pub fn peek_any() -> Result<Option<(i32, ExitStatus)>, Errno> {
    let found = waitid(libc::P_ALL, 0, WEXITED | WNOHANG | WNOWAIT)?;
    Ok(found.and_then(|(pid, code, status)| Some((pid, ExitStatus::of_siginfo(code, status)?))))
}

/// Blocks until a child has ended, and does not reap it.
///
/// # Errors
/// `EINTR` where a caught signal came first, `ECHILD` where it is no child.
pub(super) fn block_peek(pid: i32) -> Result<Option<ExitStatus>, Errno> {
    waitid(libc::P_PID, positive(pid)?, WEXITED | WNOWAIT).map(ended)
}

/// Blocks until any child has ended, and does not reap it.
///
/// # Errors
/// `EINTR` where a caught signal came first, `ECHILD` where there is no child.
pub(super) fn block_peek_any() -> Result<Option<(i32, ExitStatus)>, Errno> {
    let found = waitid(libc::P_ALL, 0, WEXITED | WNOWAIT)?;
    Ok(found.and_then(|(pid, code, status)| Some((pid, ExitStatus::of_siginfo(code, status)?))))
}

/// Reaps a child that is known to end at once, blocking over interruptions: for a failed start.
///
/// # Errors
/// `ECHILD` where it is no child.
pub fn reap_blocking(pid: i32) -> Result<ExitStatus, Errno> {
    loop {
        match waitid(libc::P_PID, positive(pid)?, WEXITED).map(ended) {
            Ok(Some(status)) => return Ok(status),
            Ok(None) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

/// Nanoseconds of processors that children of this process have used which it has reaped, and theirs; see getrusage(2).
#[must_use]
pub fn reaped_time() -> i64 {
    // SAFETY: all zero bytes are a valid rusage, which the call fills.
    let used = unsafe {
        let mut used: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut used);
        used
    };
    let nanoseconds = |time: libc::timeval| time.tv_sec.saturating_mul(1_000_000_000) + time.tv_usec * 1000;
    nanoseconds(used.ru_utime).saturating_add(nanoseconds(used.ru_stime))
}

/// Pids 0 and below mean other things to the kernel than one process.
fn positive(pid: i32) -> Result<i32, Errno> {
    if pid > 0 { Ok(pid) } else { Err(Errno::ECHILD) }
}
