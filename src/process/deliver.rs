//! Signals to processes of the run, by anyone of them, never to a stranger.
//!
//! The parent's unreaped child is its pid. For anyone else the pid may be reaped at any moment: so hold it
//! by a pidfd first, then ask the table whether it was being reaped by then; only when it was not, the pidfd is
//! the process meant. Where a program may have reaped it, whom the table does not know of, its start has to prove it.

use super::clock;
use super::errno::Errno;
use super::pidfd::{Pidfd, Reach};
use super::row::RowState;
use super::run::Run;
use super::table::Row;
use crate::value::Signal;
use std::sync::atomic::Ordering::SeqCst;

impl Run {
    /// Holds a process of the run; none where it was reaped, or is just being reaped.
    ///
    /// # Errors
    /// `EMFILE` and the like.
    pub fn hold(&self, row: Row) -> Result<Option<Pidfd>, Errno> {
        let Some(record) = self.record(row).filter(|record| record.state == RowState::Live) else {
            return Ok(None);
        };
        let pidfd = match Pidfd::open(record.pid) {
            Ok(pidfd) => Some(pidfd),
            Err(Errno::ESRCH) => None,
            Err(errno) => return Err(errno),
        };
        let still = self.record(row).is_some_and(|now| now.state == RowState::Live && now.pid == record.pid);
        if !still {
            return Ok(None);
        }
        if self.has_unseen_reaper() && (pidfd.is_none() || !self.is_itself(row, record.pid)) {
            self.lost(row);
            return Ok(None);
        }
        Ok(pidfd)
    }

    /// Sends a signal to a process of the run, or to the group that it leads. True where it was there to be sent
    /// to; an ended one gets nothing, and that is no error.
    ///
    /// # Errors
    /// As [`Pidfd::open`] and [`Pidfd::send`].
    pub fn signal(&self, row: Row, signal: Signal, reach: Reach) -> Result<bool, Errno> {
        let Some(pidfd) = self.hold(row)? else { return Ok(false) };
        if let Some(memory) = self.memory(row) {
            self.expect_unspoken();
            // Before the sending, so that whoever sees the end finds the time of its cause.
            // First of all that there is a signal: what the process does from now on is later than what it did unaware.
            let _ = memory.signal_time.compare_exchange(0, 1, SeqCst, SeqCst);
            memory.signal_time.fetch_max(clock::monotonic(), SeqCst);
            memory.last_signal.store(u32::from(signal.0), SeqCst);
        }
        self.without_pause(row, || pidfd.send(signal, reach))?;
        Ok(true)
    }

    /// Whether a process of the run has ended, reaped or not.
    ///
    /// # Errors
    /// As [`Run::hold`].
    pub fn has_ended(&self, row: Row) -> Result<bool, Errno> {
        match self.hold(row)? {
            Some(pidfd) => pidfd.has_ended(),
            None => Ok(self.record(row).is_none_or(|record| record.state > RowState::Live)),
        }
    }
}
