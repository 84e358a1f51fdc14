//! How a process ended, exactly as waitid(2) says it: all 256 codes and all 64 signals.

use crate::value::Signal;

/// The end of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExitStatus {
    /// It called `_exit` with this code.
    Exited(u8),
    /// A signal killed it; `core`: it left a core dump, or would have where the limits allow it.
    Signaled { signal: Signal, core: bool },
}

impl ExitStatus {
    /// N after `exit N`, -N after death by signal N.
    #[must_use]
    pub fn code(self) -> i64 {
        match self {
            Self::Exited(code) => i64::from(code),
            Self::Signaled { signal, .. } => -i64::from(signal.0),
        }
    }

    /// The signal that killed it, where one did.
    #[must_use]
    pub fn signal(self) -> Option<Signal> {
        match self {
            Self::Exited(_) => None,
            Self::Signaled { signal, .. } => Some(signal),
        }
    }

    /// What siginfo says: `code` is CLD_EXITED, CLD_KILLED or CLD_DUMPED.
    pub(super) fn of_siginfo(code: i32, status: i32) -> Option<Self> {
        // The kernel gives an exit code in the low byte and a signal between 1 and 64: nothing is cut off.
        let low = (status & 0xff) as u8;
        match code {
            libc::CLD_EXITED => Some(Self::Exited(low)),
            libc::CLD_KILLED => Some(Self::Signaled { signal: Signal(low), core: false }),
            libc::CLD_DUMPED => Some(Self::Signaled { signal: Signal(low), core: true }),
            _ => None,
        }
    }

    /// The status word of wait(2), as `/proc/PID/stat` has it too.
    #[must_use]
    pub fn of_wait_status(word: i32) -> Option<Self> {
        let signal = (word & 0x7f) as u8;
        match signal {
            0 => Some(Self::Exited((word >> 8 & 0xff) as u8)),
            0x7f => None,
            _ => Some(Self::Signaled { signal: Signal(signal), core: word & 0x80 != 0 }),
        }
    }

    /// As one word for the shared table; never 0.
    pub(super) fn to_word(self) -> u32 {
        match self {
            Self::Exited(code) => 0x100 | u32::from(code),
            Self::Signaled { signal, core } => 0x200 | u32::from(signal.0) | u32::from(core) << 10,
        }
    }

    /// From the shared table's word; none where nothing was recorded.
    pub(super) fn from_word(word: u32) -> Option<Self> {
        let low = (word & 0xff) as u8;
        match word & 0x300 {
            0x100 => Some(Self::Exited(low)),
            0x200 => Some(Self::Signaled { signal: Signal(low), core: word & 0x400 != 0 }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ExitStatus;
    use crate::value::Signal;

    #[test]
    fn every_status_survives_the_shared_word() {
        let codes = (0..=255).map(ExitStatus::Exited);
        let signals = (1..=64).flat_map(|number| {
            [false, true].map(|core| ExitStatus::Signaled { signal: Signal(number), core })
        });
        for status in codes.chain(signals) {
            assert_eq!(ExitStatus::from_word(status.to_word()), Some(status));
        }
        assert_eq!(ExitStatus::from_word(0), None);
    }

    #[test]
    fn wait_words_are_read() {
        assert_eq!(ExitStatus::of_wait_status(0x0300), Some(ExitStatus::Exited(3)));
        assert_eq!(
            ExitStatus::of_wait_status(0x8b),
            Some(ExitStatus::Signaled { signal: Signal(11), core: true })
        );
        assert_eq!(ExitStatus::of_wait_status(0x137f), None);
    }
}
