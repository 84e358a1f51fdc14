//! Many descriptors watched at once by one who only reads: epoll(7).

use super::errno::{Errno, check};
use super::signals;
use crate::value::Signal;
use rustix::event::epoll;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

/// A set of descriptors, each with a number of the caller's choice.
pub struct Watch {
    set: OwnedFd,
    ready: Vec<libc::epoll_event>,
}

/// How many are told of at once; the others wait for the next call.
const AT_ONCE: usize = 256;

impl Watch {
    /// An empty set.
    ///
    /// # Errors
    /// `EMFILE`, `ENFILE`.
    pub fn new() -> Result<Self, Errno> {
        Ok(Self {
            set: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            ready: vec![libc::epoll_event { events: 0, u64: 0 }; AT_ONCE],
        })
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
        self.wait_with(milliseconds, &[])
    }

    /// The same, and lets signals through that [`super::signals::hold`] holds back: so none comes between a look at what has
    /// come and the wait.
    ///
    /// # Errors
    /// As [`Watch::wait`].
    pub fn wait_with(&mut self, milliseconds: Option<u64>, signals: &[Signal]) -> Result<Vec<u64>, Errno> {
        let time = milliseconds.map_or(-1, |time| i32::try_from(time).unwrap_or(i32::MAX));
        let mask = signals::mask_without(signals);
        // SAFETY: an epoll_event is plain data, which the call fills; the mask is valid for the call.
        let count = unsafe {
            let most = self.ready.len() as libc::c_int;
            libc::epoll_pwait(self.set.as_raw_fd(), self.ready.as_mut_ptr(), most, time, &raw const mask)
        };
        match check(count) {
            Ok(count) => Ok(self.ready[..count as usize].iter().map(|event| event.u64).collect()),
            Err(Errno::EINTR) => Ok(Vec::new()),
            Err(errno) => Err(errno),
        }
    }
}
