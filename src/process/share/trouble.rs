//! What can go wrong with a shared object.

use super::super::errno::Errno;
use super::super::waiter::Waited;
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareError {
    /// A process died while it held the lock: what the lock guards may be half done.
    OwnerDied,
    /// This process does not hold the lock that it gives back.
    NotOwner,
    /// A party gave up waiting at the barrier, or died there.
    Broken,
    /// The other end of the connection is closed in every process, or this end in this one.
    Closed,
    /// A message of more bytes than can be sent.
    TooLong { max: usize },
    /// The result does not fit into an int, or a semaphore's count into 31 bits.
    Overflow,
    /// A cell keeps the type that it was made with.
    WrongType,
    /// It was made by another process after this one was forked off: only those forked later share it.
    NotShared,
    /// The run made as many objects as there can be.
    TooMany { max: u32 },
    /// The kernel refused.
    Os(Errno),
}

/// The result of what cannot block.
pub type ShareResult<T> = Result<T, ShareError>;
/// The result of what can.
pub(super) type WaitResult<T> = Result<Waited<T>, ShareError>;

impl From<Errno> for ShareError {
    fn from(errno: Errno) -> Self {
        Self::Os(errno)
    }
}

impl fmt::Display for ShareError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OwnerDied => out.write_str("a process died while it held the lock"),
            Self::NotOwner => out.write_str("this process does not hold the lock"),
            Self::Broken => out.write_str("the barrier is broken: a process gave up waiting there, or died"),
            Self::Closed => out.write_str("the connection is closed"),
            Self::TooLong { max } => write!(out, "a message can have at most {max} bytes"),
            Self::Overflow => out.write_str("the sum is out of range"),
            Self::WrongType => out.write_str("a shared cell keeps the type that it was made with"),
            Self::NotShared => {
                out.write_str("it was made by another process, and only those that it spawned later share it")
            }
            Self::TooMany { max } => write!(out, "a run can make at most {max} shared objects"),
            Self::Os(errno) => errno.fmt(out),
        }
    }
}

impl std::error::Error for ShareError {}
