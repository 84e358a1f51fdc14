//! Opening a FIFO as open(2) does, which waits for the other side, but so that signals and deadlines are not kept waiting:
//! fifo(7).

use super::clock::{self, MILLISECOND};
use super::errno::{Errno, check};
use super::waiter::{Sleep, Waited, Waiter};
use std::ffi::{CStr, CString};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// A FIFO to be opened for one of a new process's streams, once that process can wait for it itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fifo {
    /// 0 is read; 1 and 2 are written.
    pub stream: usize,
    pub path: CString,
}

/// The longest time between two looks for a reader: the kernel wakes nobody for that.
const LONGEST_STEP: i64 = 50 * MILLISECOND;

/// Whether there is a FIFO at this path.
#[must_use]
pub fn is_fifo(path: &CStr) -> bool {
    rustix::fs::stat(path)
        .is_ok_and(|found| rustix::fs::FileType::from_raw_mode(found.st_mode) == rustix::fs::FileType::Fifo)
}

impl Waiter {
    /// Opens a FIFO to be read, and waits until somebody has written to it, or has come and gone. The descriptor does not block.
    ///
    /// # Errors
    /// What open(2) says.
    pub fn open_fifo_to_read(
        &mut self,
        open: &mut Option<OwnedFd>,
        path: &CStr,
        deadline: Option<i64>,
    ) -> Result<Waited<OwnedFd>, Errno> {
        // Kept over interruptions: a writer that came meanwhile would be missed by another open.
        let fd = match open.take() {
            Some(fd) => fd,
            None => open_at_once(path, libc::O_RDONLY)?,
        };
        // With no writer since it was opened it is neither readable nor hung up: poll(2) waits for the first one.
        match self.readable(fd.as_raw_fd(), deadline)? {
            Waited::Done(()) => Ok(Waited::Done(fd)),
            Waited::TimedOut => Ok(Waited::TimedOut),
            Waited::Interrupted | Waited::Deadlock(_) => {
                *open = Some(fd);
                Ok(Waited::Interrupted)
            }
        }
    }

    /// Opens a FIFO to be written, and waits until somebody reads it. The descriptor does not block.
    ///
    /// # Errors
    /// What open(2) says.
    pub fn open_fifo_to_write(
        &mut self,
        path: &CStr,
        deadline: Option<i64>,
    ) -> Result<Waited<OwnedFd>, Errno> {
        let mut step = MILLISECOND;
        self.wait(deadline, None, |waiter, until| match open_at_once(path, libc::O_WRONLY) {
            Ok(fd) => Ok(Sleep::Done(fd)),
            Err(Errno::ENXIO) => {
                waiter.poll(None, until.min(clock::monotonic() + step), None)?;
                step = (step * 2).min(LONGEST_STEP);
                Ok(Sleep::Again)
            }
            Err(errno) => Err(errno),
        })
    }
}

fn open_at_once(path: &CStr, flags: i32) -> Result<OwnedFd, Errno> {
    let flags = flags | libc::O_CLOEXEC | libc::O_NOCTTY | libc::O_NONBLOCK;
    // SAFETY: the path is NUL-terminated; the descriptor is new and nobody else's.
    unsafe { Ok(OwnedFd::from_raw_fd(check(libc::open(path.as_ptr(), flags))?)) }
}
