//! The terminal and who has it: tcsetpgrp(3), tcgetattr(3), termios(3).

use super::errno::{Errno, check};
use super::signals;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

/// The modes of a terminal, to be put back later.
#[derive(Clone)]
pub struct Modes(libc::termios);

impl Modes {
    /// Whether the terminal edits and shows lines, makes signals of keys and ends rows in the same way.
    #[must_use]
    pub fn edits_like(&self, other: &Self) -> bool {
        let of = |modes: &libc::termios| {
            (modes.c_lflag & (libc::ICANON | libc::ECHO | libc::ISIG), modes.c_oflag & libc::OPOST)
        };
        of(&self.0) == of(&other.0)
    }
}

/// Opens this process's controlling terminal.
///
/// # Errors
/// `ENXIO` where there is none.
pub fn open() -> Result<OwnedFd, Errno> {
    let flags = libc::O_RDWR | libc::O_CLOEXEC | libc::O_NOCTTY;
    // SAFETY: the path is NUL-terminated; the descriptor is new and nobody else's.
    unsafe { Ok(OwnedFd::from_raw_fd(check(libc::open(c"/dev/tty".as_ptr(), flags))?)) }
}

/// The process group that has the terminal.
///
/// # Errors
/// `ENOTTY` where it is not our controlling terminal.
pub fn foreground(tty: BorrowedFd<'_>) -> Result<i32, Errno> {
    // SAFETY: tcgetpgrp has no memory preconditions.
    check(unsafe { libc::tcgetpgrp(tty.as_raw_fd()) })
}

/// Gives the terminal to a process group of our session. SIGTTOU is blocked meanwhile, which would else stop whoever
/// does that from the background.
///
/// # Errors
/// `ENOTTY`, `EPERM` where the group is of another session, `ESRCH` where it is gone.
pub fn give(tty: BorrowedFd<'_>, pgid: i32) -> Result<(), Errno> {
    give_raw(tty.as_raw_fd(), pgid)
}

fn give_raw(tty: RawFd, pgid: i32) -> Result<(), Errno> {
    // Group 1 is ours inside a pid namespace, and there alone.
    // SAFETY: getpgrp always succeeds.
    if pgid < 1 || pgid == 1 && unsafe { libc::getpgrp() } != 1 {
        return Err(Errno::EPERM);
    }
    let before = signals::block(&signals::set_of(signals::mask_of(libc::SIGTTOU)));
    // SAFETY: tcsetpgrp has no memory preconditions.
    let result = check(unsafe { libc::tcsetpgrp(tty, pgid) });
    signals::set_mask(&before);
    result.map(drop)
}

/// The terminal for this process's own group; in a new child. Async-signal-safe.
pub(super) fn take_for_own_group(tty: RawFd) -> Result<(), Errno> {
    // SAFETY: getpgrp always succeeds.
    give_raw(tty, unsafe { libc::getpgrp() })
}

/// The terminal's modes now.
///
/// # Errors
/// `ENOTTY` where it is none.
pub fn modes(tty: BorrowedFd<'_>) -> Result<Modes, Errno> {
    // SAFETY: a termios is plain data, which tcgetattr fills.
    unsafe {
        let mut modes: libc::termios = std::mem::zeroed();
        check(libc::tcgetattr(tty.as_raw_fd(), &raw mut modes))?;
        Ok(Modes(modes))
    }
}

/// Puts modes back, once what was written is out.
///
/// # Errors
/// `ENOTTY`, `EIO`.
pub fn restore(tty: BorrowedFd<'_>, modes: &Modes) -> Result<(), Errno> {
    let before = signals::block(&signals::set_of(signals::mask_of(libc::SIGTTOU)));
    // SAFETY: the modes were got from tcgetattr.
    let result = check(unsafe { libc::tcsetattr(tty.as_raw_fd(), libc::TCSADRAIN, &raw const modes.0) });
    signals::set_mask(&before);
    result.map(drop)
}

/// Whether a descriptor is a terminal; see isatty(3).
#[must_use]
pub fn is_terminal(fd: impl AsFd) -> bool {
    rustix::termios::isatty(fd)
}

/// How many columns and rows it has; see ioctl_tty(2), TIOCGWINSZ. None where it is no terminal or does not know.
#[must_use]
pub fn size(tty: impl AsFd) -> Option<(u16, u16)> {
    let size = rustix::termios::tcgetwinsize(tty).ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then_some((size.ws_col, size.ws_row))
}

/// The same for whoever has to draw on it in any case: 80 and 24 where it does not tell.
#[must_use]
pub fn room(tty: impl AsFd) -> (usize, usize) {
    let (columns, rows) = size(tty).unwrap_or((80, 24));
    (columns.into(), rows.into())
}

/// Lets each key be read at once and unseen, and sends no signal for any, until [`restore`].
///
/// # Errors
/// `ENOTTY`, `EIO`.
pub fn keys(tty: BorrowedFd<'_>) -> Result<Modes, Errno> {
    let before = modes(tty)?;
    let mut raw = before.clone();
    raw.0.c_lflag &= !(libc::ICANON | libc::ECHO | libc::ISIG);
    restore(tty, &raw)?;
    Ok(before)
}
