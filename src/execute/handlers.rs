//! The blocks that run when signals arrive, as data.

use crate::value::{Signal, Value};
use std::collections::BTreeMap;

/// The blocks of `on`, by signal.
#[derive(Debug, Default)]
pub(super) struct Handlers {
    pub blocks: BTreeMap<u8, Value>,
    /// Signals that are ignored, a bit each.
    pub ignored: u64,
    /// Signals whose block runs now, a bit each: as in Unix a signal waits while its handler runs.
    pub running: u64,
    /// Signals that came meanwhile.
    pub waiting: u64,
}

impl Handlers {
    /// The signals that have a block or are ignored, a bit each.
    pub(super) fn handled(&self) -> u64 {
        self.blocks.keys().fold(self.ignored, |mask, number| mask | bit(Signal(*number)))
    }

    /// In a new process: what was sent to its parent is not sent to it.
    pub(super) fn forget_signals(&mut self) {
        (self.running, self.waiting) = (0, 0);
    }
}

/// A signal's bit in a mask.
pub(super) fn bit(signal: Signal) -> u64 {
    1 << (signal.0 - 1)
}
