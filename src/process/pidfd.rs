//! A process held by a descriptor, and the one function that sends signals: pidfd_open(2),
//! pidfd_send_signal(2). A pid may come to mean a stranger; a pidfd never does.

use super::errno::{Errno, check, check_long};
use super::{clock, fork, wait};
use crate::value::Signal;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// Signals the process group whose leader the pidfd holds; since Linux 6.9.
const PIDFD_SIGNAL_PROCESS_GROUP: u32 = 1 << 2;

/// A process that cannot become another one.
#[derive(Debug)]
pub struct Pidfd {
    fd: OwnedFd,
    pid: i32,
}

/// To whom a signal goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The process.
    Process,
    /// The process group whose leader it is.
    Group,
}

impl Pidfd {
    /// Holds the process that has this pid now. Only the caller can know that it is the one meant: because
    /// it is an unreaped child, or by checking afterwards that it was not reaped before.
    ///
    /// # Errors
    /// `ESRCH` where there is none, `EMFILE` where the table of files is full, `EPERM` for pids up to 1,
    /// which are never ours.
    pub fn open(pid: i32) -> Result<Self, Errno> {
        if pid <= 1 {
            return Err(Errno::EPERM);
        }
        let id = Pid::from_raw(pid).ok_or(Errno::EPERM)?;
        match pidfd_open(id, PidfdFlags::empty()) {
            Ok(fd) => Ok(Self { fd, pid }),
            // A thread's id that is no process's: there is no such process.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOENT) => Err(Errno::ESRCH),
            Err(errno) => Err(errno.into()),
        }
    }

    /// The pid that it was opened by.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// Whether the process has ended, reaped or not: all its threads, not only its first.
    ///
    /// # Errors
    /// What poll(2) says, such as `ENOMEM`.
    pub fn has_ended(&self) -> Result<bool, Errno> {
        loop {
            let mut fds = [PollFd::new(&self.fd, PollFlags::IN)];
            match poll(&mut fds, Some(&clock::timespec(0))) {
                Ok(ready) => return Ok(ready > 0),
                Err(rustix::io::Errno::INTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
    }

    /// A copy of one of its descriptors: pidfd_getfd(2).
    ///
    /// # Errors
    /// `EBADF` where it has none with this number; `EPERM` where we may not look into it, as for one that is no descendant of ours
    /// where the system restricts ptrace(2); `ENOSYS` before Linux 5.6.
    pub(in crate::process) fn descriptor(&self, number: i32) -> Result<OwnedFd, Errno> {
        // SAFETY: only numbers are passed; the descriptor is new and nobody else's.
        unsafe {
            let fd = check_long(libc::syscall(libc::SYS_pidfd_getfd, self.fd.as_raw_fd(), number, 0))?;
            Ok(OwnedFd::from_raw_fd(fd as i32))
        }
    }

    /// Whether it is a child of this process, alive or not, that was not reaped: then its pid is its own.
    #[must_use]
    pub fn is_own_child(&self) -> bool {
        wait::peek_held(self.fd.as_fd()).is_ok()
    }

    /// THE function that sends a signal. To a process or group that is gone it does nothing.
    ///
    /// # Errors
    /// `EPERM` where we may not, `EINVAL` where it is no signal, `ENOSYS`/`EINVAL` for a group on a kernel that
    /// can neither signal one by pidfd nor prove that its leader is ours.
    pub fn send(&self, signal: Signal, reach: Reach) -> Result<(), Errno> {
        if signal.0 == 0 || signal.0 > 64 {
            return Err(Errno::EINVAL);
        }
        let flags = match reach {
            Reach::Process => 0,
            Reach::Group => PIDFD_SIGNAL_PROCESS_GROUP,
        };
        match self.send_raw(signal, flags) {
            Err(Errno::ESRCH) => Ok(()),
            Err(Errno::EINVAL) if reach == Reach::Group => self.send_group_by_pid(signal),
            result => result,
        }
    }

    fn send_raw(&self, signal: Signal, flags: u32) -> Result<(), Errno> {
        let no_info = std::ptr::null::<libc::siginfo_t>();
        // SAFETY: the descriptor is open, and a null siginfo stands for that of kill(2).
        let result = unsafe {
            let (fd, number) = (self.fd.as_raw_fd(), i32::from(signal.0));
            libc::syscall(libc::SYS_pidfd_send_signal, fd, number, no_info, flags)
        };
        check_long(result).map(drop)
    }

    /// kill(2) of a group on kernels before 6.9: only where the leader is ourselves or our own unreaped child, so
    /// that the number cannot have come to mean another group.
    fn send_group_by_pid(&self, signal: Signal) -> Result<(), Errno> {
        let ours = self.pid == fork::pid() || self.is_own_child();
        if !ours || self.pid <= 1 {
            return Err(Errno::EINVAL);
        }
        // SAFETY: kill has no memory preconditions; the group is above 1 and held by its unreaped leader.
        match check(unsafe { libc::kill(-self.pid, i32::from(signal.0)) }) {
            Err(Errno::ESRCH) => Ok(()),
            result => result.map(drop),
        }
    }
}

impl AsFd for Pidfd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}
