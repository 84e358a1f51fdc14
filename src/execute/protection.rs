//! Frames of protection as data: what a block is guarded by.

use crate::program::Reg;
use crate::value::Object;

/// Something that must be put in order before the run leaves a block.
#[derive(Debug)]
pub(super) struct Protection {
    pub guard: Guard,
    /// The number of the frame that it belongs to.
    pub frame: usize,
}

#[derive(Debug)]
pub(super) enum Guard {
    Try {
        error: Reg,
        to: u32,
    },
    /// Nanoseconds of the monotonic clock; children spawned since `children` are ended with the block.
    Deadline {
        at: i64,
        limit: i64,
        to: u32,
        children: u64,
    },
    Lock(Object),
    Test {
        site: u16,
        to: u32,
        started: i64,
    },
}

impl Protection {
    /// When its time is over, in nanoseconds of the monotonic clock.
    pub(super) fn deadline(&self) -> Option<i64> {
        match self.guard {
            Guard::Deadline { at, .. } => Some(at),
            _ => None,
        }
    }
}
