//! Pseudoterminals: pty(7), posix_openpt(3), ioctl_tty(2).

use super::errno::{Errno, check};
use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};
use std::os::fd::{AsRawFd, OwnedFd};

/// Both sides of a pseudoterminal, close-on-exec: ours, and that of the process.
#[derive(Debug)]
pub struct Pty {
    pub master: OwnedFd,
    pub slave: OwnedFd,
}

/// Opens a new pseudoterminal of 80 columns and 24 lines, in the kernel's default modes: lines, echo, Ctrl-C.
///
/// # Errors
/// `ENOSPC` where there are too many, `ENOENT` where /dev/ptmx is missing.
pub fn open() -> Result<Pty, Errno> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let master = openpt(flags)?;
    unlockpt(&master)?;
    let slave = ioctl_tiocgptpeer(&master, flags)?;
    resize(&master, 80, 24)?;
    Ok(Pty { master, slave })
}

/// Tells a terminal its size; its foreground group gets SIGWINCH.
///
/// # Errors
/// `ENOTTY` where it is none.
pub fn resize(terminal: &OwnedFd, columns: u16, lines: u16) -> Result<(), Errno> {
    let size = libc::winsize { ws_row: lines, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: TIOCSWINSZ reads a winsize.
    check(unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCSWINSZ, &raw const size) }).map(drop)
}
