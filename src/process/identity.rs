//! Who a process is beyond its pid, in a run in which a program may reap one of ours and tell nobody.
//!
//! As long as our own code reaps, the table knows before a pid can come to mean another process. But a task that becomes a
//! program by execve(2) keeps its children, and the program may reap them. From then on processes of the run are known by
//! the time of their start too: field 22 of proc_pid_stat(5). Nothing of this costs a run in which it does not happen.

use super::row::RowState;
use super::run::Run;
use super::table::Row;
use super::{clock, proc_file};
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

/// In a row's flags: the start is known. It stands in the bits above.
const KNOWN: u32 = 1 << 3;
const SHIFT: u32 = 4;

/// The ticks as far as they fit into the flags: they come round after 31 days.
fn short(ticks: u64) -> u32 {
    (ticks as u32) << SHIFT
}

impl Run {
    /// This process has children, and is about to become a program, which may reap them unseen. Until now nobody could
    /// have: so whoever has their pids is them, and those of all others of the run.
    ///
    /// It sleeps up to 10 ms, the grain of the starts: a pid that is given again is given in a later tick.
    pub fn before_exec(&self) {
        // First of all: whoever starts a process from here on notes its start, or it is among those alive below.
        self.control().unseen_reaper.store(1, SeqCst);
        let starts = self.live().into_iter().filter_map(|record| self.note_start(record.row, record.pid));
        let Some(latest) = starts.max() else { return };
        while clock::boot_ticks() <= latest {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Whether a program may have reaped one of ours.
    pub(super) fn has_unseen_reaper(&self) -> bool {
        self.control().unseen_reaper.load(SeqCst) != 0
    }

    /// Notes when a process of the run was started, where it is not being reaped.
    pub(super) fn note_start(&self, row: Row, pid: i32) -> Option<u64> {
        let ticks = proc_file::stat(pid).ok()?.start_ticks;
        let memory = self.memory(row)?;
        // It was the process meant if nobody had begun to reap it by the time it was looked at.
        let still = memory.word().state == RowState::Live && memory.pid.load(SeqCst) == pid;
        if still && memory.flags.load(SeqCst) & KNOWN == 0 {
            memory.flags.fetch_or(KNOWN | short(ticks), SeqCst);
        }
        still.then_some(ticks)
    }

    /// Whether the pid, which is held, still means the process of this row, as far as its start tells.
    pub(super) fn is_itself(&self, row: Row, pid: i32) -> bool {
        let flags = self.memory(row).map_or(0, |memory| memory.flags.load(SeqCst));
        flags & KNOWN == 0
            || proc_file::stat(pid).is_ok_and(|stat| short(stat.start_ticks) == flags >> SHIFT << SHIFT)
    }
}
