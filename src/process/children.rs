//! The children of this process that it has not reaped yet, and the next one of them to end, found without asking each:
//! epoll(7) over pidfds.
//!
//! `waitid(P_ALL)` goes through the children until it finds one that has ended, which is dear for thousands.
//! An epoll set is dear to build. So it is built once many waits have come without a fork between them; and it is dropped before
//! a fork, because a copied table of files costs each child more than the set saves.

use super::errno::Errno;
use super::pidfd::Pidfd;
use crate::value::ProcessRef;
use indexmap::IndexMap;
use rustix::event::epoll;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::rc::Rc;

/// Up to so many children asking the kernel for any is cheap.
const FEW: usize = 64;
/// So many waits in a row pay for the set.
const WAITS: u32 = 32;

/// One child.
#[derive(Debug, Clone)]
pub struct Child {
    pub process: Rc<ProcessRef>,
    pub daemon: bool,
    /// How many children this process had started before.
    pub number: u64,
}

/// A child, with its pidfd where it is in the set.
#[derive(Debug)]
struct Known {
    child: Child,
    pidfd: Option<Pidfd>,
}

/// By pid: a pid stays taken until its child is reaped, so it names one child here.
#[derive(Debug)]
pub struct Children {
    known: IndexMap<i32, Known>,
    started: u64,
    waits: u32,
    set: Option<OwnedFd>,
}

impl Default for Children {
    fn default() -> Self {
        // Taken at the start, it lies beside what is written with every spawn anyway: see `small`.
        Self { known: IndexMap::with_capacity(6), started: 0, waits: 0, set: None }
    }
}

impl Children {
    pub(super) fn add(&mut self, process: Rc<ProcessRef>, daemon: bool) {
        let pid = process.pid;
        let pidfd = self.set.as_ref().and_then(|set| enroll(set, pid).ok());
        let in_set = pidfd.is_some();
        self.known.insert(pid, Known { child: Child { process, daemon, number: self.started }, pidfd });
        self.started += 1;
        if !in_set {
            // A set that does not hold every child would miss it.
            self.drop_set();
        }
    }

    pub(super) fn remove(&mut self, pid: i32) -> Option<Child> {
        let known = self.known.swap_remove(&pid)?;
        if let (Some(pidfd), Some(set)) = (&known.pidfd, &self.set) {
            let _ = epoll::delete(set, pidfd);
        }
        Some(known.child)
    }

    #[must_use]
    pub fn get(&self, pid: i32) -> Option<&Child> {
        self.known.get(&pid).map(|known| &known.child)
    }

    /// The child that is this very process.
    #[must_use]
    pub fn find(&self, process: &ProcessRef) -> Option<&Child> {
        self.get(process.pid).filter(|child| *child.process == *process)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// How many were started so far, reaped or not.
    #[must_use]
    pub fn started(&self) -> u64 {
        self.started
    }

    /// All, in the order in which they were started.
    #[must_use]
    pub fn in_order(&self) -> Vec<Child> {
        let mut all: Vec<Child> = self.known.values().map(|known| known.child.clone()).collect();
        all.sort_unstable_by_key(|child| child.number);
        all
    }

    /// In the child after a fork: it has none. What is held in memory is let lie, for freeing it would copy pages; only
    /// descriptors are closed, where there was no [`Children::drop_set`] before.
    pub(super) fn forget_in_child(&mut self) {
        self.drop_set();
        self.started = 0;
        if !self.known.is_empty() {
            std::mem::forget(std::mem::take(&mut self.known));
        }
    }

    /// No set, and no count of waits.
    pub(super) fn drop_set(&mut self) {
        self.waits = 0;
        if self.set.take().is_some() {
            self.known.values_mut().for_each(|known| known.pidfd = None);
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
        for (pid, known) in &mut self.known {
            known.pidfd = Some(enroll(&set, *pid)?);
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
