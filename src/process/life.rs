//! What is recorded of each process of a run: its row while it is not reaped, and a copy of it in the log from then on.
//!
//! So a birth costs nothing beyond the row, which is there anyway, and a new process writes nothing but its row: whoever reaps
//! it writes one record. A process that is killed between two steps leaves a row in which they stand; whoever
//! clears up behind it, writes the record.

use super::changes::{Change, STOPPED};
use super::log::{Dropped, Lane, Tag};
use super::row::{RowMemory, RowState};
use super::run::Run;
use super::status::ExitStatus;
use super::table::{DAEMON, EXTERNAL, Row};
use super::{clock, row};
use std::collections::HashSet;
use std::sync::atomic::{Ordering::Relaxed, Ordering::SeqCst};

/// Where in the scenario's texts a process was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Birth {
    /// The number of the text; what is beyond 65534 is not kept.
    pub source: u32,
    /// Counted from 1.
    pub line: u32,
    /// By `fork()`.
    pub forked: bool,
}

/// A process's life as far as the run's table knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    pub row: Row,
    /// Which spawn of the run it was.
    pub order: u64,
    pub pid: i32,
    /// The pid of the process that started it.
    pub spawner: i32,
    pub name: String,
    pub daemon: bool,
    /// It executed a program.
    pub external: bool,
    /// By `fork()`, and not by a spawn.
    pub forked: bool,
    /// The text's number, and the line, counted from 1.
    pub place: Option<(u32, u32)>,
    /// Nanoseconds of the monotonic clock.
    pub started: i64,
    pub ended: Option<i64>,
    pub status: Option<ExitStatus>,
    pub reaped: Option<Reaping>,
}

/// By whom a process was reaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reaping {
    /// Nanoseconds of the monotonic clock.
    pub time: i64,
    /// 0 where nobody knows: a program did it.
    pub by: i32,
}

/// All that is recorded of a run.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// In the order of the spawns.
    pub lives: Vec<Life>,
    pub changes: Vec<Change>,
    /// Events as they were encoded, those of each lane in the order in which they were written.
    pub events: Vec<Vec<u8>>,
    pub dropped: Vec<Dropped>,
}

// In the word of a row's birth: the line above, the text's number plus one, and notes below.
const SOURCE: u32 = 16;
const LINE: u32 = 32;
const WAS_DAEMON: u64 = 2;
const WAS_EXTERNAL: u64 = 4;
const FORKED: u64 = 8;

/// The words of a life before the name, and those of a name at most.
const HEAD: usize = 8;
const NAME: usize = 6;

impl Run {
    /// Notes where in the scenario's texts this process is started. Before the fork.
    #[inline]
    pub fn born_at(&self, row: Row, birth: Birth) {
        let source = if birth.source < 0xffff { u64::from(birth.source) + 1 } else { 0 };
        if let Some(word) = self.births().get(row.index as usize) {
            let forked = if birth.forked { FORKED } else { 0 };
            word.store(u64::from(birth.line) << LINE | source << SOURCE | forked, Relaxed);
        }
    }

    /// Keeps what stands in a row that is about to be free again.
    pub(super) fn keep_life(&self, row: Row, memory: &RowMemory, by: i32) {
        if self.is_recorded() && memory.pid.load(SeqCst) != 0 {
            let reaping = Reaping { time: clock::monotonic(), by };
            let (words, count) = self.pack(row, memory, Some(reaping));
            let mut bytes = [0; (HEAD + NAME) * 8];
            for (eight, word) in bytes.chunks_mut(8).zip(words) {
                eight.copy_from_slice(&word.to_le_bytes());
            }
            let _ = self.log().write(Lane::Life, Tag::Life, &bytes[..count * 8]);
        }
    }

    /// The words of a life, and how many they are.
    fn pack(&self, row: Row, memory: &RowMemory, reaped: Option<Reaping>) -> ([u64; HEAD + NAME], usize) {
        let pair = |low: i32, high: u32| u64::from(low.cast_unsigned()) | u64::from(high) << 32;
        let flags = memory.flags.load(SeqCst);
        let mut birth =
            self.births()[row.index as usize].load(Relaxed) & !(STOPPED | WAS_DAEMON | WAS_EXTERNAL);
        birth |= if flags & DAEMON != 0 { WAS_DAEMON } else { 0 };
        birth |= if flags & EXTERNAL != 0 { WAS_EXTERNAL } else { 0 };
        let Reaping { time, by } = reaped.unwrap_or(Reaping { time: 0, by: 0 });
        let mut words = [0; HEAD + NAME];
        words[..HEAD].copy_from_slice(&[
            memory.order.load(Relaxed),
            memory.started.load(Relaxed).cast_unsigned(),
            memory.ended.load(SeqCst).cast_unsigned(),
            time.cast_unsigned(),
            pair(memory.pid.load(SeqCst), memory.spawner.load(Relaxed).cast_unsigned()),
            pair(by, memory.status.load(SeqCst)),
            u64::from(row.index) | u64::from(row.generation) << 32,
            birth,
        ]);
        let name = memory.name_words();
        words[HEAD..].copy_from_slice(&name);
        let used = (name[0] as u8 as usize + 1).div_ceil(8).min(NAME);
        (words, HEAD + used)
    }

    /// The life that stands in a row; none where the row was used again meanwhile.
    fn life(&self, row: Row) -> Option<Life> {
        let memory = self.memory(row)?;
        let (words, _) = self.pack(row, memory, None);
        let state = memory.word().state;
        let is_there = matches!(state, RowState::Live | RowState::Reaping) || memory.pid.load(SeqCst) != 0;
        unpack(&words).filter(|life| is_there && life.pid != 0 && self.memory(row).is_some())
    }

    /// All that is recorded of the run up to now.
    #[must_use]
    pub fn recorded(&self) -> Recorded {
        let mut all = Recorded { dropped: self.log().dropped(), ..Recorded::default() };
        // Once before and once behind the log: whoever was born or reaped meanwhile is in one of them.
        let before = self.living();
        for record in self.log().read() {
            match record.tag {
                Tag::Event => all.events.push(record.bytes),
                Tag::Change => all.changes.extend(Change::read(&record.bytes)),
                Tag::Life => {
                    let words: Vec<u64> = record.bytes.chunks_exact(8).map(row::word_of).collect();
                    all.lives.extend(unpack(&words));
                }
            }
        }
        let behind = self.living();
        let mut known = HashSet::new();
        // Who is killed between the two steps of reaping leaves a life that is written twice: the first one counts.
        all.lives.retain(|life| known.insert(life.row));
        all.lives.extend(behind.into_iter().chain(before).filter(|life| known.insert(life.row)));
        all.lives.sort_by_key(|life| life.order);
        all
    }

    fn living(&self) -> Vec<Life> {
        self.held_rows().into_iter().filter_map(|row| self.life(row)).collect()
    }
}

fn unpack(words: &[u64]) -> Option<Life> {
    let (head, name) = words.split_at_checked(HEAD)?;
    let low = |word: u64| (word as u32).cast_signed();
    let high = |word: u64| (word >> 32) as u32;
    let bytes: Vec<u8> = name.iter().flat_map(|word| word.to_le_bytes()).collect();
    let (length, text) = bytes.split_first()?;
    let name = &text[..usize::from(*length).min(text.len())];
    let (ended, reaped, birth) = (head[2].cast_signed(), head[3].cast_signed(), head[7]);
    let source = (birth >> SOURCE & 0xffff) as u32;
    Some(Life {
        row: Row { index: head[6] as u32, generation: high(head[6]) },
        order: head[0],
        pid: low(head[4]),
        spawner: high(head[4]).cast_signed(),
        name: String::from_utf8_lossy(name).into_owned(),
        daemon: birth & WAS_DAEMON != 0,
        external: birth & WAS_EXTERNAL != 0,
        forked: birth & FORKED != 0,
        place: source.checked_sub(1).map(|source| (source, (birth >> LINE) as u32)),
        started: head[1].cast_signed(),
        ended: (ended != 0).then_some(ended),
        status: ExitStatus::from_word(high(head[5])),
        reaped: (reaped != 0).then(|| Reaping { time: reaped, by: low(head[5]) }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Signal;

    fn one(run: &Run, name: &str) -> Life {
        let all = run.recorded().lives;
        let found: Vec<_> = all.iter().filter(|life| life.name == name).collect();
        assert_eq!(found.len(), 1, "{all:?}");
        found[0].clone()
    }

    #[test]
    fn a_life_is_read_from_the_row_and_then_from_the_log() {
        let run = Run::create(u128::MAX - 10, 4).unwrap();
        for (number, name) in ["a", "alexander", &"x".repeat(47), "任务", ""].into_iter().enumerate() {
            let pid = 1000 + number as i32;
            let row = run.reserve(name, true).unwrap();
            run.born_at(row, Birth { source: 2, line: 70_000, forked: true });
            assert!(run.recorded().lives.iter().all(|life| life.name != name), "not forked yet");
            run.runs(row, pid);
            let alive = one(&run, name);
            assert_eq!((alive.pid, alive.ended, alive.reaped), (pid, None, None));
            assert_eq!(alive.place, Some((2, 70_000)));
            assert!(alive.daemon && alive.forked && !alive.external && alive.started > 0);
            run.set_external(row, true);
            run.reaping(row);
            run.reaped(row, ExitStatus::Signaled { signal: Signal(9), core: false });
            let dead = one(&run, name);
            let reaped = dead.reaped.unwrap();
            assert_eq!(reaped.by, super::super::pid());
            assert!(reaped.time >= dead.ended.unwrap() && dead.ended.unwrap() >= dead.started);
            assert_eq!(dead.status, Some(ExitStatus::Signaled { signal: Signal(9), core: false }));
            assert_eq!(Life { ended: None, status: None, reaped: None, external: false, ..dead }, alive);
            // Whoever is killed before the last step has it done again by another.
            run.reaped(row, ExitStatus::Exited(1));
            assert_eq!(one(&run, name).reaped, Some(reaped));
        }
    }
}
