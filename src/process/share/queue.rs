//! `queue([max])`: messages from any number of processes to any number, first in, first out.
//!
//! The messages lie in a ring of their own shared mapping, large but touched lazily. One word says where the ring's
//! content begins and ends; a message is put or got by one store to it, under a robust lock. So whoever is killed leaves
//! either the state before or the one after; only the count of messages may be wrong then, and the next one who
//! takes the lock counts anew.

use super::super::blocked::{Blocked, BlockedKind};
use super::super::futex;
use super::super::robust::{Attempt, RobustLock};
use super::super::run::{Run, map_nameless};
use super::super::waiter::{Waited, Waiter};
use super::arena::{self, Record};
use super::lock;
use super::trouble::{ShareError, ShareResult, WaitResult};
use crate::value::{Object, ObjectKind};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};

/// The most bytes of one message: 64 MiB.
pub const LONGEST: usize = 64 << 20;
/// Places are counted in words of 8 bytes. The ring has 1 GiB.
const RING: u32 = 1 << 27;
/// Memory behind the reader is given back in portions of 1 MiB.
const PORTION: u32 = 1 << 17;
/// How often an empty queue is looked at before sleeping.
const LOOKS: u32 = 100;

#[repr(C)]
struct Memory {
    arena: AtomicU32,
    /// The most messages at once; 0: no limit but the ring.
    max: AtomicU32,
    lock: RobustLock,
    /// Where the content begins (high half) and ends (low half), in words. They run on over the ring's end.
    span: AtomicU64,
    count: AtomicU32,
    /// Up to where memory was given back, in words. It lags behind the beginning.
    given: AtomicU32,
    /// What getters and putters sleep on, and how many of each may sleep.
    items: AtomicU32,
    getters: AtomicU32,
    room: AtomicU32,
    putters: AtomicU32,
}

// SAFETY: `repr(C)`, atomics only, the arena's word first.
unsafe impl Record for Memory {
    const KIND: ObjectKind = ObjectKind::Queue;
}

/// The ring's words, in the mapping of this process.
#[derive(Clone, Copy)]
struct Ring(*mut u8);

/// Makes an empty queue of at most `max` messages; 0: no limit.
///
/// # Errors
/// `TooMany`; the kernel's, where address space or files are short.
pub fn create(waiter: &mut Waiter, max: u32) -> ShareResult<Object> {
    let base = map_nameless(RING as usize * 8)?;
    let object = arena::create::<Memory>(waiter.run(), |_, memory| {
        memory.max.store(max, SeqCst);
        Ok(())
    });
    match object {
        Ok(object) => waiter.reach.set_area(object.index, base as usize),
        // SAFETY: the mapping was just made, and nobody knows it.
        Err(_) => _ = unsafe { libc::munmap(base.cast(), RING as usize * 8) },
    }
    object
}

fn open<'run>(run: &'run Run, waiter: &Waiter, index: u32) -> ShareResult<(&'run Memory, Ring)> {
    let memory = arena::find::<Memory>(run, index)?;
    match waiter.reach.areas.get(index as usize) {
        Some(address) if *address != 0 => Ok((memory, Ring(*address as *mut u8))),
        _ => Err(ShareError::NotShared),
    }
}

/// Puts a message at the end, waiting for room.
///
/// # Errors
/// `TooLong`; `NotShared` in a process that was not forked after the queue was made.
pub fn put(waiter: &mut Waiter, object: Object, message: &[u8], deadline: Option<i64>) -> WaitResult<()> {
    if message.len() > LONGEST {
        return Err(ShareError::TooLong { max: LONGEST });
    }
    let run = waiter.run();
    let (memory, ring) = open(&run, waiter, object.index)?;
    let words = 1 + message.len().div_ceil(8) as u32;
    let on = Blocked { kind: BlockedKind::Put, index: object.index, argument: words };
    loop {
        match memory.enter(waiter, ring, deadline)? {
            Waited::Done(()) => {}
            other => return Ok(other),
        }
        if memory.has_room(words) {
            memory.append(ring, message, words);
            let wakes = memory.owes(&memory.items, &memory.getters);
            memory.lock.release();
            if wakes {
                futex::wake(&memory.items, 1);
            }
            return Ok(Waited::Done(()));
        }
        memory.putters.fetch_add(1, Relaxed);
        let seen = memory.room.load(SeqCst);
        memory.lock.release();
        match waiter.word_changes(&memory.room, seen, deadline, Some(on))? {
            Waited::Done(()) => {}
            other => return Ok(other),
        }
    }
}

/// Takes the first message, waiting for one.
///
/// # Errors
/// `NotShared` in a process that was not forked after the queue was made.
pub fn get(waiter: &mut Waiter, object: Object, deadline: Option<i64>) -> WaitResult<Vec<u8>> {
    let run = waiter.run();
    let (memory, ring) = open(&run, waiter, object.index)?;
    let on = Blocked { kind: BlockedKind::Get, index: object.index, argument: 0 };
    loop {
        memory.look_for_items();
        match memory.enter(waiter, ring, deadline)? {
            Waited::Done(()) => {}
            other => return Ok(other.map(|()| Vec::new())),
        }
        if let Some(message) = memory.take_first(ring) {
            let wakes = memory.owes(&memory.room, &memory.putters);
            memory.lock.release();
            if wakes {
                futex::wake(&memory.room, 1);
            }
            return Ok(Waited::Done(message));
        }
        memory.getters.fetch_add(1, Relaxed);
        let seen = memory.items.load(SeqCst);
        memory.lock.release();
        match waiter.word_changes(&memory.items, seen, deadline, Some(on))? {
            Waited::Done(()) => {}
            other => return Ok(other.map(|()| Vec::new())),
        }
    }
}

/// How many messages it holds now.
///
/// # Errors
/// `NotShared`.
pub fn size(run: Run, object: Object) -> ShareResult<u32> {
    Ok(arena::find::<Memory>(&run, object.index)?.count.load(SeqCst))
}

/// Whether it holds as many messages as it may; never where it has no limit.
///
/// # Errors
/// `NotShared`.
pub fn is_full(run: Run, object: Object) -> ShareResult<bool> {
    let memory = arena::find::<Memory>(&run, object.index)?;
    let max = memory.max.load(Relaxed);
    Ok(max != 0 && memory.count.load(SeqCst) >= max)
}

fn begin(span: u64) -> u32 {
    (span >> 32) as u32
}

fn end(span: u64) -> u32 {
    span as u32
}

impl Memory {
    /// Takes the lock, and puts the count in order where its last holder was killed.
    fn enter(&self, waiter: &mut Waiter, ring: Ring, deadline: Option<i64>) -> WaitResult<()> {
        loop {
            if self.lock.attempt(false) == Attempt::Taken {
                return Ok(Waited::Done(()));
            }
            match lock::take(waiter, &self.lock, deadline, None)? {
                Waited::Done(Attempt::Taken) => return Ok(Waited::Done(())),
                Waited::Done(_) => {
                    if self.lock.take_over() {
                        self.repair(ring);
                        return Ok(Waited::Done(()));
                    }
                }
                other => return Ok(other.map(drop)),
            }
        }
    }

    /// Counts the messages, and wakes all: the dead one may have owed somebody a wake.
    fn repair(&self, ring: Ring) {
        let span = self.span.load(SeqCst);
        let (mut at, mut count) = (begin(span), 0);
        while at != end(span) {
            at = at.wrapping_add(words_of(ring.length(at)));
            count += 1;
        }
        self.count.store(count, SeqCst);
        // What was not given back by now stays until the ring comes there again.
        self.given.store(begin(span) / PORTION * PORTION, SeqCst);
        for (word, sleepers) in [(&self.items, &self.getters), (&self.room, &self.putters)] {
            word.fetch_add(1, SeqCst);
            sleepers.store(0, SeqCst);
            futex::wake_all(word);
        }
    }

    fn has_room(&self, words: u32) -> bool {
        let span = self.span.load(SeqCst);
        let used = end(span).wrapping_sub(begin(span));
        let max = self.max.load(Relaxed);
        RING - used >= words && (max == 0 || self.count.load(SeqCst) < max)
    }

    fn append(&self, ring: Ring, message: &[u8], words: u32) {
        let span = self.span.load(SeqCst);
        ring.write(end(span), &(message.len() as u64).to_le_bytes());
        ring.write(end(span).wrapping_add(1), message);
        let after = u64::from(begin(span)) << 32 | u64::from(end(span).wrapping_add(words));
        self.span.store(after, SeqCst);
        self.count.fetch_add(1, SeqCst);
    }

    fn take_first(&self, ring: Ring) -> Option<Vec<u8>> {
        let span = self.span.load(SeqCst);
        let first = begin(span);
        if first == end(span) {
            return None;
        }
        let length = ring.length(first);
        let message = ring.read(first.wrapping_add(1), length);
        let next = first.wrapping_add(words_of(length));
        // An empty ring begins anew, so that the same pages are used again.
        let empty = next == end(span);
        let after = if empty { 0 } else { u64::from(next) << 32 | u64::from(end(span)) };
        self.span.store(after, SeqCst);
        self.count.fetch_sub(1, SeqCst);
        self.give_back(ring, next, empty);
        Some(message)
    }

    /// Gives memory behind the reader back to the kernel, once nothing there counts any more. The first portion
    /// of a ring that never held more is kept for use again.
    fn give_back(&self, ring: Ring, next: u32, empty: bool) {
        let given = self.given.load(Relaxed);
        let behind = next.wrapping_sub(given);
        let behind = if empty { behind.next_multiple_of(PORTION) } else { behind / PORTION * PORTION };
        if behind > 0 && !(empty && next <= PORTION) {
            ring.punch(given, behind);
            self.given.store(given.wrapping_add(behind), Relaxed);
        }
        if empty {
            self.given.store(0, Relaxed);
        }
    }

    /// Under the lock: whether somebody sleeps on the word and is to be woken; he is counted off.
    fn owes(&self, word: &AtomicU32, sleepers: &AtomicU32) -> bool {
        let count = sleepers.load(Relaxed);
        if count == 0 {
            return false;
        }
        sleepers.store(count - 1, Relaxed);
        word.fetch_add(1, SeqCst);
        true
    }

    /// Looks a while for a message before the lock is taken to sleep: a busy putter brings one soon.
    fn look_for_items(&self) {
        for _ in 0..LOOKS {
            if self.count.load(Relaxed) > 0 {
                break;
            }
            std::hint::spin_loop();
        }
    }
}

fn words_of(length: usize) -> u32 {
    1 + length.div_ceil(8) as u32
}

impl Ring {
    /// Copies to the ring from a word on, around its end where needed.
    fn write(self, at: u32, bytes: &[u8]) {
        let start = (at % RING) as usize * 8;
        let first = bytes.len().min(RING as usize * 8 - start);
        // SAFETY: both parts lie within the ring, which is mapped as long as the process lives; only the holder of the queue's
        // lock touches it.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.0.add(start), first);
            std::ptr::copy_nonoverlapping(bytes.as_ptr().add(first), self.0, bytes.len() - first);
        }
    }

    fn read(self, at: u32, length: usize) -> Vec<u8> {
        let start = (at % RING) as usize * 8;
        let first = length.min(RING as usize * 8 - start);
        let mut bytes = Vec::with_capacity(length);
        // SAFETY: as in `write`; the vector has room for the length, which is set once all is written.
        unsafe {
            std::ptr::copy_nonoverlapping(self.0.add(start), bytes.as_mut_ptr(), first);
            std::ptr::copy_nonoverlapping(self.0, bytes.as_mut_ptr().add(first), length - first);
            bytes.set_len(length);
        }
        bytes
    }

    /// The length of the message at this place.
    fn length(self, at: u32) -> usize {
        // SAFETY: the place is within the ring and aligned to a word.
        let word = unsafe { self.0.add((at % RING) as usize * 8).cast::<u64>().read() };
        usize::try_from(u64::from_le(word)).map_or(LONGEST, |length| length.min(LONGEST))
    }

    /// Frees the pages of these words, whole portions from a portion's border on; see madvise(2), MADV_REMOVE.
    fn punch(self, from: u32, words: u32) {
        let mut at = from;
        while at != from.wrapping_add(words) {
            // SAFETY: the portion lies within the ring and holds nothing any more. That it fails only costs memory.
            unsafe {
                let start = self.0.add((at % RING) as usize * 8);
                libc::madvise(start.cast(), PORTION as usize * 8, libc::MADV_REMOVE);
            }
            at = at.wrapping_add(PORTION);
        }
    }
}

/// Whether one who asks for a message now would have to wait.
pub(in crate::process) fn get_would_wait(run: Run, index: u32) -> bool {
    arena::find::<Memory>(&run, index).is_ok_and(|memory| {
        let span = memory.span.load(SeqCst);
        begin(span) == end(span)
    })
}

/// Whether one who brings a message of so many words now would have to wait.
pub(in crate::process) fn put_would_wait(run: Run, index: u32, words: u32) -> bool {
    arena::find::<Memory>(&run, index).is_ok_and(|memory| !memory.has_room(words))
}
