//! This process's children, so that the next one to end is found without asking each: epoll(7) over pidfds.
//!
//! `waitid(P_ALL)` goes through the children until it finds one that has ended, which is dear for thousands.
//! An epoll set is dear to build. So it is built once many waits have come without a fork between them; and it is dropped before
//! a fork, because a copied table of files costs each child more than the set saves.

use super::errno::Errno;
use super::pidfd::Pidfd;
use rustix::event::epoll;
use std::collections::HashMap;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

/// Up to so many children asking the kernel for any is cheap.
const FEW: usize = 64;
/// So many waits in a row pay for the set.
const WAITS: u32 = 32;

#[derive(Debug, Default)]
pub(super) struct Children {
    /// Each child that was not reaped, with its pidfd where it is in the set.
    known: HashMap<i32, Option<Pidfd>>,
    waits: u32,
    set: Option<OwnedFd>,
}

impl Children {
    pub(super) fn started(&mut self, pid: i32) {
        self.known.insert(pid, None);
        if let Some(set) = &self.set
            && let Ok(pidfd) = enroll(set, pid)
        {
            self.known.insert(pid, Some(pidfd));
        } else {
            // A set that does not hold every child would miss it.
            self.drop_set();
        }
    }

    pub(super) fn reaped(&mut self, pid: i32) {
        if let Some(Some(pidfd)) = self.known.remove(&pid)
            && let Some(set) = &self.set
        {
            let _ = epoll::delete(set, &pidfd);
        }
    }

    /// In the child after a fork: it has none. What is held in memory is let lie, for freeing it would copy pages; only
    /// descriptors are closed, where there was no [`Children::drop_set`] before.
    pub(super) fn forget_in_child(&mut self) {
        self.drop_set();
        std::mem::forget(std::mem::take(self));
    }

    /// No set, and no count of waits.
    pub(super) fn drop_set(&mut self) {
        self.waits = 0;
        if self.set.take().is_some() {
            self.known.values_mut().for_each(|pidfd| *pidfd = None);
        }
    }

    /// A wait begins: the set to poll, where it is worth it.
    pub(super) fn wait_set(&mut self) -> Option<RawFd> {
        self.waits = self.waits.saturating_add(1);
        if self.known.len() <= FEW {
            self.drop_set();
            return None;
        }
        if self.set.is_none() && self.waits >= WAITS && self.build().is_err() {
            self.drop_set();
        }
        self.set.as_ref().map(AsRawFd::as_raw_fd)
    }

    fn build(&mut self) -> Result<(), Errno> {
        let set = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        for (pid, place) in &mut self.known {
            *place = Some(enroll(&set, *pid)?);
        }
        self.set = Some(set);
        Ok(())
    }

    /// A child that the set says has ended.
    pub(super) fn next_ended(&self) -> Option<i32> {
        let set = self.set.as_ref()?;
        let mut events: Vec<epoll::Event> = Vec::with_capacity(1);
        let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
        let spare = rustix::buffer::spare_capacity(&mut events);
        epoll::wait(set, spare, Some(&now)).ok()?;
        let event = events.first()?;
        i32::try_from(event.data.u64()).ok()
    }
}

fn enroll(set: &OwnedFd, pid: i32) -> Result<Pidfd, Errno> {
    let pidfd = Pidfd::open(pid)?;
    let data = epoll::EventData::new_u64(u64::from(pid.cast_unsigned()));
    epoll::add(set, &pidfd, data, epoll::EventFlags::IN)?;
    Ok(pidfd)
}
