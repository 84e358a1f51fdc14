//! The one place where a process waits. Whatever it waits for, it goes on draining what it captures, it wakes
//! for caught signals, it keeps its deadline, and the main process notices deadlocks.
//!
//! No wake-up is lost between the look and the sleep: caught signals are blocked before the look, and let
//! through only while ppoll(2) sleeps; a sleep on a futex also sleeps on the word that every signal changes (futex_waitv, see
//! futex(2)).

use super::blocked::{Blocked, Waiting};
use super::capture::{self, CaptureId, Captures};
use super::children::{Child, Children};
use super::clock::{self, MILLISECOND};
use super::errno::Errno;
use super::reach::Reached;
use super::run::Run;
use super::table::Row;
use super::{futex, heap, renew, signals, text};
use crate::value::ProcessRef;
use std::os::fd::RawFd;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// How a wait came to its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Waited<T> {
    Done(T),
    /// A caught signal is pending: run its handler, then wait again.
    Interrupted,
    /// The deadline passed.
    TimedOut,
    /// All processes of the run wait for one another, for ever.
    Deadlock(Vec<Waiting>),
}

impl<T> Waited<T> {
    /// The same end with another result.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Waited<U> {
        match self {
            Self::Done(value) => Waited::Done(change(value)),
            Self::Interrupted => Waited::Interrupted,
            Self::TimedOut => Waited::TimedOut,
            Self::Deadlock(who) => Waited::Deadlock(who),
        }
    }
}

/// Looks whether the whole run is stuck; `deadlock::stuck`.
pub type DeadlockCheck = fn(&Waiter) -> Option<Vec<Waiting>>;

/// A time that never comes.
const NEVER: i64 = i64::MAX;
/// The first and the longest time between two looks for a deadlock.
const FIRST_CHECK: i64 = 50 * MILLISECOND;
const LONGEST_CHECK: i64 = 500 * MILLISECOND;

/// A process's waiting, with the streams that it captures.
#[derive(Debug)]
pub struct Waiter {
    run: Run,
    row: Row,
    pub captures: Captures,
    /// Those that are not reaped yet.
    pub children: Children,
    /// The objects that this process can reach by descriptors or mappings of its own.
    pub(super) reach: Reached,
    check: Option<DeadlockCheck>,
    /// Whoever waits wants to say so before this process sleeps for the first time; see [`Waiter::ask_before_sleep`].
    asks: bool,
    asked: bool,
}

/// What one sleep brought.
pub(super) enum Sleep<T> {
    Done(T),
    /// Nothing, or the time given was over.
    Again,
}

impl Waiter {
    /// For the process of this row. The main process gives the check for deadlocks.
    #[must_use]
    pub fn new(run: Run, row: Row, check: Option<DeadlockCheck>) -> Self {
        Self {
            run,
            row,
            captures: Captures::default(),
            children: Children::new(run),
            reach: Reached::default(),
            check,
            asks: false,
            asked: false,
        }
    }

    #[must_use]
    pub fn run(&self) -> Run {
        self.run
    }

    #[must_use]
    pub fn row(&self) -> Row {
        self.row
    }

    /// Whether the next wait comes back as interrupted before it sleeps, so that its caller can say that it is about to, and calls it
    /// again. A wait that need not sleep does not.
    #[inline]
    pub fn ask_before_sleep(&mut self, asks: bool) {
        (self.asks, self.asked) = (asks, false);
    }

    /// Whether the wait came back because it was about to sleep.
    #[inline]
    #[must_use]
    pub fn has_asked(&self) -> bool {
        self.asked
    }

    pub(super) fn asks(&self) -> bool {
        self.asks
    }

    /// Asked by each sleep: true where it is not to be slept now.
    #[inline]
    pub(super) fn must_ask(&mut self) -> bool {
        self.asked = self.asks;
        self.asked
    }

    /// Before each fork and start of a program: lets go what a child should not have to copy, and has a large heap copied
    /// quickly; see `heap`.
    pub fn before_fork(&mut self) {
        self.children.drop_set();
        // Without huge pages a fork is slower, no more.
        let _ = heap::before_fork();
        text::before_fork();
        renew::before_fork(self.children.len());
    }

    /// In the child after a fork: it is another process, without children, and captures nothing.
    pub fn after_fork_child(&mut self, row: Row) {
        self.row = row;
        self.check = None;
        self.captures.forget_in_child();
        self.children.forget_in_child();
        renew::after_fork_child();
    }

    /// A new child of this process.
    pub fn child_started(&mut self, process: Rc<ProcessRef>, daemon: bool) {
        self.children.add(process, daemon);
    }

    /// A child of this process was reaped: what was known of it.
    pub fn child_reaped(&mut self, pid: i32) -> Option<Child> {
        self.children.remove(pid)
    }

    /// Whether a plain system call may sleep without end: no signal to note, nothing to drain, nothing to check.
    pub(super) fn may_just_block(&self, deadline: Option<i64>) -> bool {
        deadline.is_none() && self.check.is_none() && signals::caught() == 0 && !self.captures.any_open()
    }

    /// Sleeps and looks until it is done. `sleep` gets the time until which it may sleep, and must not change anything that
    /// other processes see.
    pub(super) fn wait<T>(
        &mut self,
        deadline: Option<i64>,
        on: Option<Blocked>,
        mut sleep: impl FnMut(&mut Self, i64) -> Result<Sleep<T>, Errno>,
    ) -> Result<Waited<T>, Errno> {
        let end = deadline.unwrap_or(NEVER);
        let on = on.filter(|_| deadline.is_none());
        let checked = self.check.filter(|_| on.is_some());
        let mut step = FIRST_CHECK;
        let mut next_check = if checked.is_some() { clock::monotonic() + step } else { NEVER };
        loop {
            if signals::any_pending() {
                return Ok(Waited::Interrupted);
            }
            if let Some(on) = on {
                self.run.set_blocked(self.row, on);
            }
            let slept = sleep(self, end.min(next_check));
            let now = if end == NEVER && next_check == NEVER { 0 } else { clock::monotonic() };
            let stuck = if now >= next_check && matches!(slept, Ok(Sleep::Again)) {
                step = (step * 2).min(LONGEST_CHECK);
                next_check = now + step;
                checked.and_then(|check| check(self))
            } else {
                None
            };
            if on.is_some() {
                self.run.clear_blocked(self.row);
            }
            match slept? {
                Sleep::Done(value) => return Ok(Waited::Done(value)),
                Sleep::Again if stuck.is_some() => return Ok(Waited::Deadlock(stuck.unwrap_or_default())),
                Sleep::Again if now >= end => return Ok(Waited::TimedOut),
                Sleep::Again if self.asked => return Ok(Waited::Interrupted),
                Sleep::Again => {}
            }
        }
    }

    /// One sleep in ppoll(2) until a descriptor is ready, a stream brings something, a signal comes, or it is time. True where the
    /// descriptor is ready. `children`: SIGCHLD ends the sleep too, unless `seen` is not the count of it any more.
    pub(super) fn poll(
        &mut self,
        fd: Option<(RawFd, i16)>,
        until: i64,
        seen: Option<u32>,
    ) -> Result<bool, Errno> {
        let mut fds: Vec<libc::pollfd> = Vec::new();
        let (first, events) = fd.unwrap_or((-1, 0));
        fds.push(libc::pollfd { fd: first, events, revents: 0 });
        fds.extend(self.captures.open_fds().map(|fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 }));
        let child = if seen.is_some() { signals::mask_of(libc::SIGCHLD) } else { 0 };
        let held = signals::caught() | child;
        let before = (held != 0).then(|| signals::block(&signals::set_of(held)));
        let nothing_new = !signals::any_pending() && seen.is_none_or(|seen| seen == signals::child_changes());
        let left = if !nothing_new || self.asks {
            Some(0)
        } else if until == NEVER {
            None
        } else {
            Some(until - clock::monotonic())
        };
        let left = left.map(clock::timespec);
        let left = left.map(|left| libc::timespec { tv_sec: left.tv_sec, tv_nsec: left.tv_nsec });
        let left_pointer = left.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        let mask_pointer = before.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: the array, the time and the mask are valid for the call, or null.
        let count =
            unsafe { libc::ppoll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, left_pointer, mask_pointer) };
        let errno = Errno::last();
        if let Some(before) = &before {
            signals::set_mask(before);
        }
        match count {
            -1 if errno == Errno::EINTR => return Ok(false),
            -1 => return Err(errno),
            0 => {
                if nothing_new {
                    self.must_ask();
                }
                return Ok(false);
            }
            _ => {}
        }
        if fds[1..].iter().any(|polled| polled.revents != 0) {
            self.captures.drain_all();
        }
        Ok(fds[0].revents != 0)
    }

    /// Sleeps until this time of the monotonic clock.
    ///
    /// # Errors
    /// What ppoll(2) says, such as `ENOMEM`.
    pub fn sleep_until(&mut self, time: i64) -> Result<Waited<()>, Errno> {
        let waited = self.wait(Some(time), None, |waiter, until| {
            waiter.poll(None, until, None).map(|_| Sleep::<()>::Again)
        })?;
        Ok(if waited == Waited::TimedOut { Waited::Done(()) } else { waited })
    }

    /// Waits until a descriptor can be read.
    ///
    /// # Errors
    /// What ppoll(2) says.
    pub fn readable(&mut self, fd: RawFd, deadline: Option<i64>) -> Result<Waited<()>, Errno> {
        self.ready(fd, libc::POLLIN, deadline, None)
    }

    /// Waits until a descriptor can be written.
    ///
    /// # Errors
    /// What ppoll(2) says.
    pub fn writable(&mut self, fd: RawFd, deadline: Option<i64>) -> Result<Waited<()>, Errno> {
        self.ready(fd, libc::POLLOUT, deadline, None)
    }

    pub(in crate::process) fn ready(
        &mut self,
        fd: RawFd,
        events: i16,
        deadline: Option<i64>,
        on: Option<Blocked>,
    ) -> Result<Waited<()>, Errno> {
        self.wait(deadline, on, |waiter, until| {
            Ok(if waiter.poll(Some((fd, events)), until, None)? { Sleep::Done(()) } else { Sleep::Again })
        })
    }

    /// Waits until a captured stream has more than `had` bytes, or is at its end.
    ///
    /// # Errors
    /// What ppoll(2) says; `EBADF` for a stream that is not this process's.
    pub fn capture_grows(
        &mut self,
        id: CaptureId,
        had: usize,
        deadline: Option<i64>,
    ) -> Result<Waited<()>, Errno> {
        self.wait(deadline, None, |waiter, until| {
            let grown = |waiter: &Self| {
                let stream = waiter.captures.get(id).ok_or(Errno::EBADF)?;
                Ok::<bool, Errno>(stream.bytes().len() > had || stream.ended())
            };
            if !grown(waiter)? {
                waiter.poll(None, until, None)?;
            }
            Ok(if grown(waiter)? { Sleep::Done(()) } else { Sleep::Again })
        })
    }

    /// Writes bytes from `done` on to a pipe or pty, counting in `done` what was written: call it again after a handler ran.
    ///
    /// # Errors
    /// `EPIPE` where nobody can read it any more, `EIO` for a pty without a process.
    pub fn write(
        &mut self,
        fd: RawFd,
        bytes: &[u8],
        done: &mut usize,
        deadline: Option<i64>,
    ) -> Result<Waited<()>, Errno> {
        capture::set_nonblocking(fd)?;
        self.wait(deadline, None, |waiter, until| {
            while *done < bytes.len() {
                match capture::write_some(fd, &bytes[*done..]) {
                    Ok(count) => *done += count,
                    Err(Errno::EINTR) => {}
                    Err(Errno::EAGAIN) => {
                        waiter.poll(Some((fd, libc::POLLOUT)), until, None)?;
                        return Ok(Sleep::Again);
                    }
                    Err(errno) => return Err(errno),
                }
            }
            Ok(Sleep::Done(()))
        })
    }

    /// One sleep until the word is not `expected` any more, or somebody wakes it; then the caller looks and, where
    /// it is not satisfied, calls again. Done also without cause.
    pub(in crate::process) fn word_changes(
        &mut self,
        word: &AtomicU32,
        expected: u32,
        deadline: Option<i64>,
        on: Option<Blocked>,
    ) -> Result<Waited<()>, Errno> {
        let mut drained = MILLISECOND;
        let safety = clock::monotonic().saturating_add(self.safety_interval());
        self.wait(deadline, on, |waiter, until| {
            if word.load(Relaxed) != expected {
                return Ok(Sleep::Done(()));
            }
            if waiter.must_ask() {
                return Ok(Sleep::Again);
            }
            let mut until = until.min(safety);
            if waiter.captures.any_open() {
                drained = if waiter.captures.drain_all() {
                    MILLISECOND
                } else {
                    (drained * 2).min(10 * MILLISECOND)
                };
                until = until.min(clock::monotonic() + drained);
            }
            let woken = futex::sleep(word, expected, until)?;
            Ok(if woken || clock::monotonic() >= safety { Sleep::Done(()) } else { Sleep::Again })
        })
    }

    /// Whoever should wake us may be killed just before it does. So sleepers look for themselves now and then, all those of
    /// a run together at most a thousand times a second.
    fn safety_interval(&self) -> i64 {
        let processes = i64::from(self.run.control().ticket_high.load(Relaxed));
        (processes * MILLISECOND).max(100 * MILLISECOND)
    }
}
