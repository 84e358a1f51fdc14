//! The run's log: what happened, as records of bytes in the memory that all its processes share.
//!
//! Any process appends at any moment, and any process may be killed at any instruction. So there is no lock. A record gets
//! slots that are nobody else's by one addition, and counts from the one store on that writes its first word, last of all. What
//! a killed writer left half done has no such word, and a reader passes over it. Slots are never used again, so that
//! nothing that was read once can change.
//!
//! There are two lanes, so that what is said a thousand times a second leaves room for births and deaths. Each is reserved large
//! and touched lazily. One that is full keeps its beginning, and counts what it has no room for.

use super::clock;
use super::lane::{LaneMemory, SLOTS, WORDS};
use super::run::Run;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed, Ordering::SeqCst};

/// The bytes of a slot that are the record's; the first word says what it is.
const PAYLOAD: usize = (WORDS - 1) * 8;

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Tag {
    /// An event, encoded by who wrote it.
    Event = 1,
    /// A process that was reaped: its row, kept for ever; see `life`.
    Life = 2,
    /// A child stopped or went on; see `changes`.
    Change = 3,
}

/// Further slots of a record; and records that were taken back.
const MORE: u64 = 4;

/// Of what sort a record is, so that one sort leaves room for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Beginnings and ends of processes, signals, and all else that comes a few times in a life.
    Life = 0,
    /// What comes without end: what is printed, expected and waited for.
    Talk = 1,
}

/// A place in the log, to take back what was written there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "what turns out not to have happened can be taken back"]
pub struct Written(Option<(Lane, u64)>);

/// One record as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord {
    pub tag: Tag,
    pub bytes: Vec<u8>,
}

/// What a lane had no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped {
    pub records: u64,
    /// When the last of them came: nanoseconds of the monotonic clock.
    pub last: i64,
}

/// A handle on the run's log, as cheap to copy as that on the run.
#[derive(Clone, Copy, Debug)]
pub struct Log(Run);

impl Run {
    /// The log of this run.
    #[must_use]
    pub fn log(&self) -> Log {
        Log(*self)
    }

    /// Records nothing from now on: to be called before anything is started.
    pub fn record_nothing(&self) {
        self.control().unrecorded.store(1, SeqCst);
    }

    /// Whether what happens is recorded.
    #[inline]
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.control().unrecorded.load(Relaxed) == 0
    }
}

impl Log {
    /// The longest record, in bytes.
    pub const LONGEST: usize = 64 * PAYLOAD;

    /// Appends an event that was encoded. It needs no memory but the log's, makes no system call, and may be called in a signal
    /// handler. What is longer than [`Log::LONGEST`] counts as dropped.
    pub fn append(self, lane: Lane, bytes: &[u8]) -> Written {
        self.write(lane, Tag::Event, bytes)
    }

    pub(super) fn write(self, lane: Lane, tag: Tag, bytes: &[u8]) -> Written {
        let nothing = Written(None);
        if !self.0.is_recorded() {
            return nothing;
        }
        let memory = &self.0.control().lanes[lane as usize];
        let count = bytes.len().div_ceil(PAYLOAD).max(1) as u64;
        let taken = if bytes.len() > Self::LONGEST { None } else { memory.take(count) };
        let Some(first) = taken else {
            memory.drop_one(clock::monotonic());
            return nothing;
        };
        for (slot, chunk) in (first..).zip(bytes.chunks(PAYLOAD)) {
            let words = self.slot(lane, slot);
            for (word, eight) in words[1..].iter().zip(chunk.chunks(8)) {
                let mut whole = [0; 8];
                whole[..eight.len()].copy_from_slice(eight);
                word.store(u64::from_le_bytes(whole), Relaxed);
            }
            if slot > first {
                words[0].store(MORE, Relaxed);
            }
        }
        self.slot(lane, first)[0].store(header(tag, count, bytes.len()), SeqCst);
        Written(Some((lane, first)))
    }

    /// Takes back what was written before it happened, and then did not.
    pub fn take_back(self, written: Written) {
        if let Some((lane, slot)) = written.0 {
            self.slot(lane, slot)[0].store(MORE, SeqCst);
        }
    }

    /// All records of both lanes that are whole now, those of each lane in the order in which they got their place.
    #[must_use]
    pub fn read(self) -> Vec<LogRecord> {
        let mut all = Vec::new();
        for lane in [Lane::Life, Lane::Talk] {
            let end = self.0.control().lanes[lane as usize].end();
            let mut slot = 0;
            while slot < end {
                slot += match self.record(lane, slot, end) {
                    Some((record, count)) => {
                        all.push(record);
                        count
                    }
                    None => 1,
                };
            }
        }
        all
    }

    /// What there was no room for, by lanes.
    #[must_use]
    pub fn dropped(self) -> Vec<Dropped> {
        let lanes = self.0.control().lanes.iter().map(LaneMemory::dropped);
        lanes.filter(|(records, _)| *records > 0).map(|(records, last)| Dropped { records, last }).collect()
    }

    /// The record that begins in this slot, and how many slots it has; none where none does, or it is not whole.
    fn record(self, lane: Lane, slot: u64, end: u64) -> Option<(LogRecord, u64)> {
        let (tag, count, length) = read_header(self.slot(lane, slot)[0].load(SeqCst))?;
        if slot + count > end || length > count as usize * PAYLOAD {
            return None;
        }
        let mut bytes = Vec::with_capacity(count as usize * PAYLOAD);
        for further in slot..slot + count {
            let words = self.slot(lane, further);
            words[1..].iter().for_each(|word| bytes.extend_from_slice(&word.load(Relaxed).to_le_bytes()));
        }
        bytes.truncate(length);
        Some((LogRecord { tag, bytes }, count))
    }

    fn slot(self, lane: Lane, slot: u64) -> &'static [AtomicU64; WORDS] {
        debug_assert!(slot < SLOTS, "every caller looks");
        let offset = (lane as u64 * SLOTS + slot) as usize * WORDS * 8;
        // SAFETY: the slot is within the mapping, which is never unmapped while the handle is used; words of a slot are atomics,
        // for which zeroes are valid.
        unsafe { &*self.0.log_base().add(offset).cast::<[AtomicU64; WORDS]>() }
    }
}

fn header(tag: Tag, count: u64, length: usize) -> u64 {
    (length as u64) << 32 | count << 8 | tag as u64
}

fn read_header(word: u64) -> Option<(Tag, u64, usize)> {
    let tag = match word & 0xff {
        1 => Tag::Event,
        2 => Tag::Life,
        3 => Tag::Change,
        _ => return None,
    };
    Some((tag, (word >> 8 & 0xff_ffff).max(1), (word >> 32) as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> Run {
        Run::create(u128::MAX - 9, 4).unwrap()
    }

    fn events(log: Log) -> Vec<Vec<u8>> {
        log.read().into_iter().map(|record| record.bytes).collect()
    }

    #[test]
    fn records_of_every_length_come_back() {
        let log = run().log();
        let all: Vec<Vec<u8>> =
            (0..=Log::LONGEST).step_by(7).map(|length| vec![length as u8; length]).collect();
        for bytes in &all {
            let _ = log.append(Lane::Life, bytes);
        }
        assert_eq!(events(log), all);
        let _ = log.append(Lane::Life, &[0; Log::LONGEST + 1]);
        assert_eq!(log.dropped().iter().map(|dropped| dropped.records).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn what_is_taken_back_or_half_done_is_passed_over() {
        let log = run().log();
        let _ = log.append(Lane::Life, b"one");
        let gone = log.append(Lane::Life, &[7; 200]);
        // A writer that was killed before its first word was written, and one that was killed before it wrote anything.
        let half = log.append(Lane::Life, &[8; 300]);
        log.slot(Lane::Life, half.0.unwrap().1)[0].store(0, SeqCst);
        assert!(log.0.control().lanes[0].take(5).is_some());
        let _ = log.append(Lane::Life, b"two");
        log.take_back(gone);
        assert_eq!(events(log), [b"one", b"two"]);
    }

    #[test]
    fn a_full_lane_keeps_its_beginning_and_leaves_the_other_one_alone() {
        let log = run().log();
        assert_eq!(log.0.control().lanes[Lane::Talk as usize].take(SLOTS - 1), Some(0));
        let _ = log.append(Lane::Talk, b"the last");
        for _ in 0..10 {
            assert_eq!(log.append(Lane::Talk, b"too much"), Written(None));
        }
        let _ = log.append(Lane::Life, b"a birth");
        assert_eq!(events(log), [&b"a birth"[..], b"the last"]);
        let dropped = log.dropped();
        assert_eq!(dropped.len(), 1);
        assert_eq!(dropped[0].records, 10);
        assert!(dropped[0].last > 0);
    }

    #[test]
    fn nothing_is_written_where_nothing_is_to_be_recorded() {
        let run = run();
        run.record_nothing();
        let _ = run.log().append(Lane::Life, b"nothing");
        assert!(events(run.log()).is_empty() && run.log().dropped().is_empty());
    }
}
