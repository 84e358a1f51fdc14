//! The children of this process that it has not reaped yet, and the next one of them to end, found without asking each:
//! epoll(7) over pidfds.
//!
//! `waitid(P_ALL)` goes through the children until it finds one that has ended, which is dear for thousands.
//! An epoll set is dear to build. So it is built once many waits have come without a fork between them; and it is dropped before
//! a fork, because a copied table of files costs each child more than the set saves.

use super::errno::Errno;
use super::pidfd::Pidfd;
use super::run::Run;
use crate::value::ProcessRef;
use rustix::event::epoll;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::rc::Rc;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};

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

/// A child, until it is reaped, with its pidfd where it is in the set.
#[derive(Debug)]
struct Known {
    /// None once it is reaped.
    process: Option<Rc<ProcessRef>>,
    number: u64,
    daemon: bool,
    pidfd: Option<Pidfd>,
}

impl Known {
    fn child(&self) -> Option<Child> {
        Some(Child { process: self.process.clone()?, daemon: self.daemon, number: self.number })
    }
}

/// In the order in which they were started. Where a child stands is noted in the memory that the run shares, by its row: an index of
/// our own would be written here and there with each spawn, and each page of it copied for every child.
#[derive(Debug)]
pub struct Children {
    run: Run,
    known: Vec<Known>,
    /// How many of those are reaped.
    reaped: usize,
    started: u64,
    waits: u32,
    set: Option<OwnedFd>,
}

impl Children {
    pub(super) fn new(run: Run) -> Self {
        // Taken at the start, it lies beside what is written with every spawn anyway: see `small`.
        let known = Vec::with_capacity(8);
        Self { run, known, reaped: 0, started: 0, waits: 0, set: None }
    }

    pub(super) fn add(&mut self, process: Rc<ProcessRef>, daemon: bool) {
        let pidfd = self.set.as_ref().and_then(|set| enroll(set, process.pid).ok());
        let in_set = pidfd.is_some();
        let number = self.started;
        if let Some(place) = self.run.places().get(process.slot as usize) {
            place.store(number, Relaxed);
        }
        self.known.push(Known { process: Some(process), number, daemon, pidfd });
        self.started += 1;
        if !in_set {
            // A set that does not hold every child would miss it.
            self.drop_set();
        }
    }

    pub(super) fn remove(&mut self, pid: i32) -> Option<Child> {
        let at = self.place_of(pid)?;
        let known = &mut self.known[at];
        if let (Some(pidfd), Some(set)) = (known.pidfd.take(), &self.set) {
            let _ = epoll::delete(set, &pidfd);
        }
        let child = known.child();
        known.process = None;
        self.reaped += 1;
        self.tidy();
        child
    }

    /// Lets go the places of the reaped at the end, and all of them where they are the most.
    fn tidy(&mut self) {
        while self.known.last().is_some_and(|known| known.process.is_none()) {
            self.known.pop();
            self.reaped -= 1;
        }
        if self.reaped > FEW && self.reaped > self.known.len() / 2 {
            self.known.retain(|known| known.process.is_some());
            self.reaped = 0;
        }
    }

    /// Where the child with this pid stands: a pid stays taken until its child is reaped, so it names one child here.
    fn place_of(&self, pid: i32) -> Option<usize> {
        let is_it = |known: &Known| known.process.as_ref().is_some_and(|process| process.pid == pid);
        let row = self.run.by_pid().get(usize::try_from(pid).ok()?)?.load(SeqCst).checked_sub(1);
        let by_row = row.and_then(|row| self.place_of_row(row)).filter(|at| is_it(&self.known[*at]));
        by_row.or_else(|| {
            let lives = |row| self.run.is_held(row);
            // A program may have reaped it without our knowledge, and its row may be another's now: then all are looked at.
            if self.run.row_of_pid(pid).is_some_and(lives) { None } else { self.known.iter().position(is_it) }
        })
    }

    fn place_of_row(&self, row: u32) -> Option<usize> {
        let number = self.run.places().get(row as usize)?.load(Relaxed);
        self.known.binary_search_by_key(&number, |known| known.number).ok()
    }

    #[must_use]
    pub fn get(&self, pid: i32) -> Option<Child> {
        self.known[self.place_of(pid)?].child()
    }

    /// The child that is this very process.
    #[must_use]
    pub fn find(&self, process: &ProcessRef) -> Option<Child> {
        let known = &self.known[self.place_of_row(process.slot)?];
        known.child().filter(|child| *child.process == *process)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len() - self.reaped
    }

    /// How many were started so far, reaped or not.
    #[must_use]
    pub fn started(&self) -> u64 {
        self.started
    }

    /// All, in the order in which they were started.
    #[must_use]
    pub fn in_order(&self) -> Vec<Child> {
        self.known.iter().filter_map(Known::child).collect()
    }

    /// In the child after a fork: it has none. What is held in memory is let lie, for freeing it would copy pages; only
    /// descriptors are closed, where there was no [`Children::drop_set`] before.
    pub(super) fn forget_in_child(&mut self) {
        self.drop_set();
        self.started = 0;
        self.reaped = 0;
        if !self.known.is_empty() {
            std::mem::forget(std::mem::take(&mut self.known));
        }
    }

    /// No set, and no count of waits.
    pub(super) fn drop_set(&mut self) {
        self.waits = 0;
        if self.set.take().is_some() {
            self.known.iter_mut().for_each(|known| known.pidfd = None);
        }
    }

    /// A wait begins: the set to poll, where it is worth it.
    pub(super) fn wait_set(&mut self) -> Option<RawFd> {
        self.waits = self.waits.saturating_add(1);
        if self.len() <= FEW {
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
        for known in &mut self.known {
            known.pidfd = known.process.as_ref().map(|process| enroll(&set, process.pid)).transpose()?;
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
