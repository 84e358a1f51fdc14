//! Waiting for processes: for a child, for any child, for one that is no child, for something to happen.

use super::blocked::{Blocked, BlockedKind};
use super::clock::{self, MILLISECOND};
use super::errno::Errno;
use super::pidfd::Pidfd;
use super::status::ExitStatus;
use super::table::Row;
use super::waiter::{Sleep, Waited, Waiter};
use super::{signals, wait};
use std::os::fd::{AsFd, AsRawFd};

/// How often one looks where the kernel cannot wake: first, and at longest.
const SHORTEST_LOOK: i64 = MILLISECOND;
const LONGEST_LOOK: i64 = 20 * MILLISECOND;

/// Watches for changes of processes, from its making to its end. What changes between two waits is not missed.
#[derive(Debug)]
pub struct ProcessEvents {
    seen: u32,
    look: i64,
}

impl ProcessEvents {
    /// SIGCHLD is noted from now on.
    #[must_use]
    pub fn watch() -> Self {
        signals::watch_children();
        Self { seen: signals::child_changes(), look: SHORTEST_LOOK }
    }
}

impl Drop for ProcessEvents {
    fn drop(&mut self) {
        signals::unwatch_children();
    }
}

/// So often is one woken by the ends of others before a descriptor of the one child pays.
const FEW_WAKES: u32 = 8;

/// None where there is no answer yet.
fn flatten<T>(waited: Waited<Option<T>>) -> Option<Waited<T>> {
    match waited {
        Waited::Done(found) => found.map(Waited::Done),
        Waited::Interrupted => Some(Waited::Interrupted),
        Waited::TimedOut => Some(Waited::TimedOut),
        Waited::Deadlock(who) => Some(Waited::Deadlock(who)),
    }
}

impl Waiter {
    /// Waits until a child has ended, and does not reap it: its status. `row` is its row, for the detection of deadlocks.
    ///
    /// # Errors
    /// `ECHILD` where it is no child of this process, or was reaped.
    pub fn child_ended(
        &mut self,
        pid: i32,
        row: Option<Row>,
        deadline: Option<i64>,
    ) -> Result<Waited<ExitStatus>, Errno> {
        let on =
            row.map(|row| Blocked { kind: BlockedKind::Join, index: row.index, argument: row.generation });
        if self.may_just_block(deadline) {
            return self.wait(deadline, on, |waiter, _| {
                match waiter.look_or(wait::peek, wait::block_peek, pid) {
                    Ok(Some(status)) => Ok(Sleep::Done(status)),
                    Ok(None) | Err(Errno::EINTR) => Ok(Sleep::Again),
                    Err(errno) => Err(errno),
                }
            });
        }
        if let Some(status) = wait::peek(pid)? {
            return Ok(Waited::Done(status));
        }
        let seen = self.child_signalled(deadline, on, FEW_WAKES, || wait::peek(pid), |_| None)?;
        if let Some(waited) = flatten(seen) {
            return Ok(waited);
        }
        // It is our own unreaped child: the pid is its own. Where the table of files is full, looks must do.
        let pidfd = Pidfd::open(pid).ok();
        let mut look = SHORTEST_LOOK;
        self.wait(deadline, on, |waiter, until| {
            if let Some(pidfd) = &pidfd {
                waiter.poll(Some((pidfd.as_fd().as_raw_fd(), libc::POLLIN)), until, None)?;
            } else {
                waiter.poll(None, until.min(clock::monotonic() + look), None)?;
                look = (look * 2).min(LONGEST_LOOK);
            }
            Ok(wait::peek(pid)?.map_or(Sleep::Again, Sleep::Done))
        })
    }

    /// Looks whenever a SIGCHLD comes, which needs no descriptor: it is blocked, so that it waits to be taken, and its default is to do
    /// nothing. None where that does not serve: signals are caught, streams are to be drained; or after so many wakes by other
    /// children. `look` asks the kernel; `quick` asks only about the pid that a signal named, for to look at all of many takes time.
    fn child_signalled<T>(
        &mut self,
        deadline: Option<i64>,
        on: Option<Blocked>,
        mut wakes: u32,
        mut look: impl FnMut() -> Result<Option<T>, Errno>,
        mut quick: impl FnMut(i32) -> Option<T>,
    ) -> Result<Waited<Option<T>>, Errno> {
        if signals::caught() != 0 || signals::child_signal_is_noted() || self.captures.any_open() {
            return Ok(Waited::Done(None));
        }
        let before = signals::block(&signals::set_of(signals::mask_of(libc::SIGCHLD)));
        let waited = self.wait(deadline, on, |waiter, until| {
            if let Some(found) = look()? {
                return Ok(Sleep::Done(Some(found)));
            }
            if wakes == 0 {
                return Ok(Sleep::Done(None));
            }
            if waiter.must_ask() {
                return Ok(Sleep::Again);
            }
            wakes -= 1;
            let named = signals::await_child_signal(until);
            // Of several signals only the first is kept: where it does not tell, all are looked at.
            let found = match named.and_then(&mut quick) {
                None if named.is_some() => look()?,
                found => found,
            };
            Ok(found.map_or(Sleep::Again, |found| Sleep::Done(Some(found))))
        });
        signals::set_mask(&before);
        waited
    }

    /// Sleeps, or only looks where whoever waits wants to be asked before.
    fn look_or<A, T>(
        &mut self,
        look: impl FnOnce(A) -> Result<Option<T>, Errno>,
        sleep: impl FnOnce(A) -> Result<Option<T>, Errno>,
        whom: A,
    ) -> Result<Option<T>, Errno> {
        if !self.asks() {
            return sleep(whom);
        }
        let found = look(whom)?;
        if found.is_none() {
            self.must_ask();
        }
        Ok(found)
    }

    /// Waits until any child has ended, and does not reap it.
    ///
    /// # Errors
    /// `ECHILD` where this process has no child.
    pub fn any_child_ended(&mut self, deadline: Option<i64>) -> Result<Waited<(i32, ExitStatus)>, Errno> {
        let on = Some(Blocked { kind: BlockedKind::AnyChild, index: 0, argument: 0 });
        if let Some(set) = self.children.wait_set() {
            return self.wait(deadline, on, |waiter, until| {
                if waiter.poll(Some((set, libc::POLLIN)), until, None)?
                    && let Some(pid) = waiter.children.next_ended()
                    && let Some(status) = wait::peek(pid)?
                {
                    return Ok(Sleep::Done((pid, status)));
                }
                Ok(Sleep::Again)
            });
        }
        if self.may_just_block(deadline) {
            let (look, sleep) = (|()| wait::peek_any(), |()| wait::block_peek_any());
            return self.wait(deadline, on, |waiter, _| match waiter.look_or(look, sleep, ()) {
                Ok(Some(found)) => Ok(Sleep::Done(found)),
                Ok(None) | Err(Errno::EINTR) => Ok(Sleep::Again),
                Err(errno) => Err(errno),
            });
        }
        if let Some(found) = wait::peek_any()? {
            return Ok(Waited::Done(found));
        }
        let one = |pid| Some((pid, wait::peek(pid).ok()??));
        let seen = self.child_signalled(deadline, on, u32::MAX, wait::peek_any, one)?;
        if let Some(waited) = flatten(seen) {
            return Ok(waited);
        }
        let mut events = ProcessEvents::watch();
        self.wait(deadline, on, |waiter, until| {
            events.seen = signals::child_changes();
            if let Some(found) = wait::peek_any()? {
                return Ok(Sleep::Done(found));
            }
            waiter.poll(None, until, Some(events.seen))?;
            Ok(wait::peek_any()?.map_or(Sleep::Again, Sleep::Done))
        })
    }

    /// Waits until a process has ended that need not be a child.
    ///
    /// # Errors
    /// What ppoll(2) says.
    pub fn process_ended(&mut self, process: &Pidfd, deadline: Option<i64>) -> Result<Waited<()>, Errno> {
        self.ready(process.as_fd().as_raw_fd(), libc::POLLIN, deadline, None)
    }

    /// Waits until something may have happened to a process: a child ended, stopped or went on, a stream brought something; or a
    /// short time went by, growing from 1 to 20 ms, for what the kernel tells nobody: a grandchild's changes.
    ///
    /// # Errors
    /// What ppoll(2) says.
    pub fn process_event(
        &mut self,
        events: &mut ProcessEvents,
        deadline: Option<i64>,
    ) -> Result<Waited<()>, Errno> {
        let soon = clock::monotonic() + events.look;
        events.look = (events.look * 2).min(LONGEST_LOOK);
        let end = deadline.map_or(soon, |deadline| deadline.min(soon));
        let grown = self.captures.growth();
        let waited = self.wait(Some(end), None, |waiter, until| {
            waiter.poll(None, until, Some(events.seen))?;
            let now = signals::child_changes();
            if now == events.seen && waiter.captures.growth() == grown {
                return Ok(Sleep::Again);
            }
            events.seen = now;
            events.look = SHORTEST_LOOK;
            Ok(Sleep::Done(()))
        })?;
        let over = deadline.is_some_and(|deadline| clock::monotonic() >= deadline);
        Ok(if waited == Waited::TimedOut && !over { Waited::Done(()) } else { waited })
    }

    /// Waits until a descriptor can be read (true), or a child ended, stopped or went on (false).
    ///
    /// # Errors
    /// What ppoll(2) says.
    pub fn readable_or_event(
        &mut self,
        fd: std::os::fd::RawFd,
        events: &mut ProcessEvents,
        deadline: Option<i64>,
    ) -> Result<Waited<bool>, Errno> {
        self.wait(deadline, None, |waiter, until| {
            let readable = waiter.poll(Some((fd, libc::POLLIN)), until, Some(events.seen))?;
            let now = signals::child_changes();
            if !readable && now == events.seen {
                return Ok(Sleep::Again);
            }
            events.seen = now;
            Ok(Sleep::Done(readable))
        })
    }
}
