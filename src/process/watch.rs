//! Many descriptors watched at once by one who only reads: epoll(7).

use super::errno::Errno;
use rustix::event::epoll;
use std::os::fd::{AsFd, OwnedFd};

/// A set of descriptors, each with a number of the caller's choice.
pub struct Watch {
    set: OwnedFd,
    ready: Vec<epoll::Event>,
}

/// How many are told of at once; the others wait for the next call.
const AT_ONCE: usize = 256;

impl Watch {
    /// An empty set.
    ///
    /// # Errors
    /// `EMFILE`, `ENFILE`.
    pub fn new() -> Result<Self, Errno> {
        Ok(Self { set: epoll::create(epoll::CreateFlags::CLOEXEC)?, ready: Vec::with_capacity(AT_ONCE) })
    }

    /// Adds a descriptor, which must be removed before it is closed.
    ///
    /// # Errors
    /// What epoll_ctl(2) says, such as `EPERM` for a file.
    pub fn add(&self, fd: impl AsFd, number: u64) -> Result<(), Errno> {
        Ok(epoll::add(&self.set, fd, epoll::EventData::new_u64(number), epoll::EventFlags::IN)?)
    }

    /// Takes a descriptor out.
    pub fn remove(&self, fd: impl AsFd) {
        let _ = epoll::delete(&self.set, fd);
    }

    /// Waits until some can be read or are at their end, or so many milliseconds have passed; gives their numbers.
    ///
    /// # Errors
    /// What epoll_wait(2) says; a signal is none: then no number is given.
    pub fn wait(&mut self, milliseconds: Option<u64>) -> Result<Vec<u64>, Errno> {
        let time = milliseconds.map(|time| rustix::event::Timespec {
            tv_sec: i64::try_from(time / 1000).unwrap_or(i64::MAX),
            tv_nsec: (time % 1000 * 1_000_000).cast_signed(),
        });
        self.ready.clear();
        let spare = rustix::buffer::spare_capacity(&mut self.ready);
        match epoll::wait(&self.set, spare, time.as_ref()) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => self.ready.clear(),
            Err(errno) => return Err(errno.into()),
        }
        Ok(self.ready.iter().map(|event| event.data.u64()).collect())
    }
}
