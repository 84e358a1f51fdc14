//! What this machine offers, found by trying it in a child that is gone afterwards.

use super::fence::{Fence, Rules};
use crate::process::errno::{Errno, check};
use crate::process::fork::{self, Fork};
use crate::process::{custody, pty, wait};
use std::os::fd::{AsFd, AsRawFd};

/// A kind of namespace: namespaces(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    User,
    Pid,
    Mount,
    Ipc,
    Uts,
    Network,
}

/// Whether a process of ours can have such a namespace of its own. All but the first are tried in a new user namespace.
///
/// # Errors
/// The kernel's reason.
pub fn try_space(space: Space) -> Result<(), Errno> {
    let flag = match space {
        Space::User => 0,
        Space::Pid => libc::CLONE_NEWPID,
        Space::Mount => libc::CLONE_NEWNS,
        Space::Ipc => libc::CLONE_NEWIPC,
        Space::Uts => libc::CLONE_NEWUTS,
        Space::Network => libc::CLONE_NEWNET,
    };
    // SAFETY: unshare takes a number, and the child has one thread.
    in_child(|| check(unsafe { libc::unshare(libc::CLONE_NEWUSER | flag) }).map(drop))
}

/// Whether a part of the fence does what it is for.
///
/// # Errors
/// `ENOSYS` where the kernel does not know it, or it lets through what it should not.
pub fn try_fence_part(rules: &Rules) -> Result<(), Errno> {
    let fence = Fence::new(rules)?;
    let outside = fork::pid();
    in_child(|| {
        fence.apply()?;
        // SAFETY: signal 0 is none, to a process that waits for us; and TRACEME takes nothing.
        let (signal, trace) = unsafe {
            (
                libc::kill(outside, 0),
                if rules.filter { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) } else { -1 },
            )
        };
        let through = rules.apart && signal == 0 || trace == 0;
        if through { Err(Errno::ENOSYS) } else { Ok(()) }
    })
}

/// Whether a process may trace a child of its own: ptrace(2), PTRACE_SEIZE.
///
/// # Errors
/// `EPERM` where the system lets only root do that (Yama, a container).
pub fn try_trace() -> Result<(), Errno> {
    match fork::fork()? {
        Fork::Child => loop {
            // SAFETY: pause takes nothing.
            unsafe { libc::pause() };
        },
        Fork::Parent(child) => {
            // SAFETY: PTRACE_SEIZE touches no memory.
            let seized = check(unsafe { libc::ptrace(libc::PTRACE_SEIZE, child, 0, 0) } as i32).map(drop);
            custody::signal_child(child, libc::SIGKILL);
            let _ = wait::reap_blocking(child);
            seized
        }
    }
}

/// Whether a process can type into its own terminal: ioctl_tty(2), TIOCSTI.
///
/// # Errors
/// `EIO` where the system has that switched off, which is better.
pub fn try_terminal_typing() -> Result<(), Errno> {
    let pair = pty::open()?;
    let slave = pair.slave.as_fd().as_raw_fd();
    // SAFETY: the descriptor is open, the calls take numbers, and the last reads one byte. The child has one thread.
    in_child(|| unsafe {
        check(libc::setsid())?;
        check(libc::ioctl(slave, libc::TIOCSCTTY, 0))?;
        check(libc::ioctl(slave, libc::TIOCSTI, c"x".as_ptr())).map(drop)
    })
}

/// Runs it in a child, which ends with what it gives.
fn in_child(work: impl FnOnce() -> Result<(), Errno>) -> Result<(), Errno> {
    match fork::fork()? {
        Fork::Child => {
            let errno = work().err().map_or(0, |errno| errno.0.clamp(1, 255));
            fork::exit_now(errno as u8)
        }
        Fork::Parent(child) => match wait::reap_blocking(child)?.code() {
            0 => Ok(()),
            code @ 1..=255 => Err(Errno(code as i32)),
            _ => Err(Errno::EIO),
        },
    }
}
