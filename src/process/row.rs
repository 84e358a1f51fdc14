//! One process's row in the shared table: its memory, and the steps of its state.

use std::sync::atomic::{AtomicI32, AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};

/// The bytes of a name in a row, its length not counted.
const NAME_BYTES: usize = 47;

/// How far a process's life has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum RowState {
    Free = 0,
    /// Taken by a process that is about to fork.
    Reserved = 1,
    /// Started, and not known to be about to be reaped.
    Live = 2,
    /// It has ended, and somebody is just reaping it: its pid may mean another process at any moment.
    Reaping = 3,
    /// Ended and reaped.
    Reaped = 4,
}

/// The row as it lies in shared memory: 128 bytes, only atomics, all zero is free.
#[repr(C)]
#[derive(Debug)]
pub struct RowMemory {
    /// The generation (32 bits), the pid of who reserved it or reaps it (24), the state (8).
    word: AtomicU64,
    /// Which spawn of the run it was.
    pub(super) order: AtomicU64,
    pub(super) started: AtomicI64,
    pub(super) ended: AtomicI64,
    pub(super) signal_time: AtomicI64,
    /// The length in the first byte.
    name: [AtomicU64; 6],
    pub(super) pid: AtomicI32,
    pub(super) spawner: AtomicI32,
    pub(super) ticket: AtomicU32,
    pub(super) status: AtomicU32,
    pub(super) flags: AtomicU32,
    pub(super) last_signal: AtomicU32,
    /// What it is blocked on; see `blocked`.
    pub(super) blocked: AtomicU64,
    /// Grows as `blocked` is set and cleared.
    pub(super) blocked_sequence: AtomicU32,
    /// Milliseconds of the monotonic clock, cut to 32 bits.
    pub(super) blocked_since: AtomicU32,
}

/// The parts of a row's state word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) generation: u32,
    /// The pid of who took the step to this state, for states that are passed quickly.
    pub(super) actor: i32,
    pub(super) state: RowState,
}

impl Word {
    fn pack(self) -> u64 {
        u64::from(self.generation) << 32
            | u64::from(self.actor.cast_unsigned() & 0xff_ffff) << 8
            | self.state as u64
    }

    fn unpack(word: u64) -> Self {
        let state = match word & 0xff {
            0 => RowState::Free,
            1 => RowState::Reserved,
            2 => RowState::Live,
            3 => RowState::Reaping,
            _ => RowState::Reaped,
        };
        Self { generation: (word >> 32) as u32, actor: (word >> 8 & 0xff_ffff) as i32, state }
    }
}

impl RowMemory {
    pub(super) fn word(&self) -> Word {
        Word::unpack(self.word.load(SeqCst))
    }

    /// Goes from exactly one state word to the next; false where somebody else was faster.
    pub(super) fn step(&self, from: Word, to: Word) -> bool {
        self.word.compare_exchange(from.pack(), to.pack(), SeqCst, SeqCst).is_ok()
    }

    /// Goes to a later state of the same use of the row. False where it is there already, or another use.
    pub(super) fn advance(&self, generation: u32, state: RowState, actor: i32) -> bool {
        loop {
            let seen = self.word();
            if seen.generation != generation || seen.state >= state {
                return false;
            }
            if self.step(seen, Word { generation, actor, state }) {
                return true;
            }
        }
    }

    /// Sets all but the state, for a new use. Only its reserver calls this.
    pub(super) fn fill(&self, order: u64, name: &str, spawner: i32, flags: u32) {
        self.order.store(order, Relaxed);
        self.started.store(0, Relaxed);
        self.ended.store(0, Relaxed);
        self.signal_time.store(0, Relaxed);
        self.set_name(name);
        self.pid.store(0, Relaxed);
        self.spawner.store(spawner, Relaxed);
        self.status.store(0, Relaxed);
        self.flags.store(flags, Relaxed);
        self.last_signal.store(0, Relaxed);
        self.blocked.store(0, Relaxed);
        self.blocked_sequence.fetch_add(1, SeqCst);
    }

    /// What does not fit is cut at a character, and an ellipsis says so.
    fn set_name(&self, name: &str) {
        let mut bytes = [0u8; NAME_BYTES + 1];
        let mut end = name.len();
        let mut mark = "";
        if end > NAME_BYTES {
            mark = "…";
            end = NAME_BYTES - mark.len();
            while !name.is_char_boundary(end) {
                end -= 1;
            }
        }
        bytes[1..=end].copy_from_slice(&name.as_bytes()[..end]);
        bytes[end + 1..=end + mark.len()].copy_from_slice(mark.as_bytes());
        bytes[0] = (end + mark.len()) as u8;
        for (word, chunk) in self.name.iter().zip(bytes.chunks(8)) {
            word.store(word_of(chunk), Relaxed);
        }
    }

    /// The words of the name, its length in the first byte.
    pub(super) fn name_words(&self) -> [u64; 6] {
        std::array::from_fn(|word| self.name[word].load(Relaxed))
    }

    pub(super) fn name(&self) -> String {
        let bytes: Vec<u8> = self.name.iter().flat_map(|word| word.load(Relaxed).to_le_bytes()).collect();
        let length = usize::from(bytes[0]).min(NAME_BYTES);
        String::from_utf8_lossy(&bytes[1..=length]).into_owned()
    }
}

/// Up to eight bytes as a word, the first one lowest.
pub(super) fn word_of(chunk: &[u8]) -> u64 {
    chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::{RowMemory, RowState, Word};

    fn empty() -> RowMemory {
        // SAFETY: a row is made of atomics only, for which zeroes are valid.
        unsafe { std::mem::zeroed() }
    }

    #[test]
    fn a_row_is_two_cache_lines() {
        assert_eq!(size_of::<RowMemory>(), 128);
    }

    #[test]
    fn long_names_are_cut_at_a_character() {
        let row = empty();
        for (name, kept) in [
            ("alex".to_owned(), "alex".to_owned()),
            (String::new(), String::new()),
            ("x".repeat(47), "x".repeat(47)),
            ("x".repeat(48), format!("{}…", "x".repeat(44))),
            ("任".repeat(20), format!("{}…", "任".repeat(14))),
        ] {
            row.fill(1, &name, 2, 0);
            assert_eq!(row.name(), kept);
        }
    }

    #[test]
    fn states_only_go_forward() {
        let row = empty();
        let first = Word { generation: 7, actor: 4_194_303, state: RowState::Reserved };
        assert!(row.step(row.word(), first));
        assert_eq!(row.word(), first);
        assert!(row.advance(7, RowState::Reaped, 3));
        assert!(!row.advance(7, RowState::Live, 3));
        assert!(!row.advance(8, RowState::Reaped, 3));
    }
}
