//! Writing to our own standard streams: write(2), without a buffer, so that a fork copies nothing twice.

use super::errno::Errno;
use std::os::fd::BorrowedFd;

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
