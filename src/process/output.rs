//! Our own standard streams and files: read(2), write(2) and open(2), without a buffer, so that a fork copies nothing
//! twice, and without waiting for who may never come.

use super::errno::Errno;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::OpenOptionsExt;

/// Which standard stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standard {
    Output,
    Error,
}

impl Standard {
    /// Its descriptor.
    #[must_use]
    pub fn fd(self) -> i32 {
        match self {
            Self::Output => 1,
            Self::Error => 2,
        }
    }

    /// Writes what the stream takes; a reader that is gone means SIGPIPE, as for any program.
    ///
    /// # Errors
    /// `EAGAIN` where somebody made the stream non-blocking and it is full; `ENOSPC`, `EIO` …
    pub fn write(self, bytes: &[u8]) -> Result<usize, Errno> {
        // SAFETY: 1 and 2 are open all the time: they are opened at the start where they were not.
        let fd = unsafe { BorrowedFd::borrow_raw(self.fd()) };
        Ok(rustix::io::write(fd, bytes)?)
    }
}

/// The next byte of standard input; none at its end.
///
/// # Errors
/// `EINTR`, `EAGAIN`, `EIO` for a terminal whose foreground group is another …
pub fn read_byte() -> Result<Option<u8>, Errno> {
    // SAFETY: 0 is open all the time: it is opened at the start where it was not.
    let fd = unsafe { BorrowedFd::borrow_raw(0) };
    let mut byte = [0];
    let count = rustix::io::read(fd, &mut byte)?;
    Ok((count == 1).then_some(byte[0]))
}

/// Opens a file to be read, without blocking in what comes then. A FIFO is to be opened by [`super::Waiter`].
///
/// # Errors
/// What open(2) says.
pub fn open_to_read(path: &str) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)
}

/// Opens a file to be written anew, or at its end, in the same way.
///
/// # Errors
/// What open(2) says.
pub fn open_to_write(path: &str, append: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).append(append).truncate(!append).custom_flags(libc::O_NONBLOCK);
    options.open(path)
}
