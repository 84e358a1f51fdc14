//! The heap moved to fresh pages, at the same addresses, once thousands of children share the old ones: mmap(2), mremap(2).
//!
//! The kernel keeps, for each area of private memory, a list of all processes that have a copy of it, and a lock for the list.
//! Whoever looks for the users of one page (reclaim, compaction, migration, DAMON) goes through the whole list with the
//! lock in hand, also for a page that the parent alone still has; and each fork needs the lock to add to it. With tens
//! of thousands of children such a walk takes a tenth of a second, and forks wait for it more than they work.
//!
//! So after some thousand forks by a process with thousands of children, its heap is copied to new memory, which takes the
//! place of the old: the next children are on a new list. Those before keep the old pages, a copy of the heap for each
//! `EVERY` of them, which is little beside what they take themselves.

use super::errno::{Errno, check};
use super::{heap, signals};
use std::cell::Cell;
use std::ops::Range;

/// A huge page.
const HUGE: usize = 2 << 20;
const PAGE: usize = 4096;
/// So many forks, by a process with at least so many children, are worth the work.
const EVERY: usize = 2048;
/// A larger heap is left where it is: its copies would weigh more than its lists.
const LARGEST: usize = 256 << 20;

thread_local! {
    /// Forks since the last time.
    static FORKS: Cell<usize> = const { Cell::new(0) };
}

/// Before each fork of a process with so many children that are not reaped.
#[inline]
pub(super) fn before_fork(children: usize) {
    FORKS.set(FORKS.get() + 1);
    if children >= EVERY && FORKS.get() >= EVERY {
        FORKS.set(0);
        // Where it cannot be, all stays as it was, and forks are slower.
        let _ = renew();
    }
}

/// In the child after a fork: it has forked nothing yet.
#[inline]
pub(super) fn after_fork_child() {
    FORKS.set(0);
}

/// Moves the whole heap to fresh pages; gives how many bytes it spans.
///
/// # Errors
/// `ENOENT` where the heap is not one piece of plain memory, `E2BIG` where it is larger than 256 MiB, and what the calls say.
pub fn renew() -> Result<usize, Errno> {
    let (heap, huge) = (own_heap().ok_or(Errno::ENOENT)?, heap::huge());
    if heap.len() > LARGEST {
        return Err(Errno::E2BIG);
    }
    let room = Room::reserve(heap.len() + 3 * HUGE)?;
    // With huge pages a move needs both places equally far from a border; and a page before keeps it from what may lie there.
    let at = (room.begin + PAGE).next_multiple_of(HUGE) + heap.start % HUGE;
    let to = |address: usize| address - heap.start + at;
    room.open(at, heap.len())?;
    let border = |address: usize| address.clamp(heap.start, heap.end);
    let parts =
        [heap.start..border(huge.start), border(huge.start)..border(huge.end), border(huge.end)..heap.end];
    if !parts[1].is_empty() {
        // SAFETY: the range is of the new mapping.
        check(unsafe {
            libc::madvise(to(parts[1].start) as *mut libc::c_void, parts[1].len(), libc::MADV_HUGEPAGE)
        })?;
    }
    // From the copy to the move nothing may write to the heap, no handler of a signal either.
    let before = signals::set_mask(&signals::full_set());
    copy(&heap, at);
    let moved = parts.iter().filter(|part| !part.is_empty()).try_for_each(|part| put(to(part.start), part));
    signals::set_mask(&before);
    moved?;
    heap::is_huge_to(border(huge.end));
    Ok(heap.len())
}

/// Copies each page that holds something: what was never touched stays untouched.
fn copy(heap: &Range<usize>, at: usize) {
    for page in heap.clone().step_by(PAGE) {
        let to = page - heap.start + at;
        // SAFETY: both pages are mapped, the first can be read and the second is ours alone; they do not overlap. The stack, on
        // which the loop lives, is not part of the heap.
        unsafe {
            let words = std::slice::from_raw_parts(page as *const u64, PAGE / 8);
            if words.iter().any(|word| *word != 0) {
                std::ptr::copy_nonoverlapping(page as *const u8, to as *mut u8, PAGE);
            }
        }
    }
}

/// Moves a part of the copy to the place of what it is a copy of; see mremap(2).
fn put(from: usize, part: &Range<usize>) -> Result<(), Errno> {
    let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
    // SAFETY: what is replaced holds the same bytes at the same addresses, so that every reference stays right.
    let got = unsafe {
        libc::mremap(
            from as *mut libc::c_void,
            part.len(),
            part.len(),
            flags,
            part.start as *mut libc::c_void,
        )
    };
    if got == libc::MAP_FAILED { Err(Errno::last()) } else { Ok(()) }
}

/// Addresses that are ours; what is left of them is given back at the end.
struct Room {
    begin: usize,
    bytes: usize,
}

impl Room {
    fn reserve(bytes: usize) -> Result<Self, Errno> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new mapping at a place of the kernel's choice touches no memory in use.
        let got = unsafe { libc::mmap(std::ptr::null_mut(), bytes, libc::PROT_NONE, flags, -1, 0) };
        if got == libc::MAP_FAILED { Err(Errno::last()) } else { Ok(Self { begin: got as usize, bytes }) }
    }

    /// Lets a part be written to. It is mapped anew, for memory that was reserved without being counted would stay uncounted.
    fn open(&self, at: usize, bytes: usize) -> Result<(), Errno> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
        // SAFETY: the range lies within the room, which is ours and holds nothing.
        let got = unsafe { libc::mmap(at as *mut libc::c_void, bytes, protection, flags, -1, 0) };
        if got == libc::MAP_FAILED { Err(Errno::last()) } else { Ok(()) }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // SAFETY: what was moved away is not here any more, and the rest is unused.
        unsafe { libc::munmap(self.begin as *mut libc::c_void, self.bytes) };
    }
}

/// Where the heap lies, from its begin to its end (see brk(2)): as proc(5) shows it in `maps`. None where that is not one piece of
/// plain memory.
fn own_heap() -> Option<Range<usize>> {
    heap_in(&std::fs::read_to_string("/proc/self/maps").ok()?)
}

fn heap_in(maps: &str) -> Option<Range<usize>> {
    let mut heap: Option<Range<usize>> = None;
    for line in maps.lines().filter(|line| line.ends_with(" [heap]")) {
        let (range, rest) = line.split_once(' ')?;
        let (start, end) = range.split_once('-')?;
        let (start, end) = (usize::from_str_radix(start, 16).ok()?, usize::from_str_radix(end, 16).ok()?);
        if !rest.starts_with("rw-p ") || start % PAGE != 0 || end % PAGE != 0 || end <= start {
            return None;
        }
        match &mut heap {
            Some(heap) if heap.end == start => heap.end = end,
            Some(_) => return None,
            None => heap = Some(start..end),
        }
    }
    heap
}

#[cfg(test)]
mod tests {
    use super::heap_in;

    #[test]
    fn the_heap_is_one_piece_of_plain_memory_or_none() {
        let line = |range: &str, kind: &str| format!("{range} {kind} 00000000 00:00 0       [heap]\n");
        let other = "00400000-00500000 r-xp 00000000 fe:00 5  /bin/proctor\n";
        assert_eq!(heap_in(other), None);
        let two = line("01000000-01002000", "rw-p") + &line("01002000-01200000", "rw-p");
        assert_eq!(heap_in(&(other.to_owned() + &two)), Some(0x0100_0000..0x0120_0000));
        let gap = line("01000000-01002000", "rw-p") + &line("01003000-01200000", "rw-p");
        assert_eq!(heap_in(&gap), None);
        assert_eq!(heap_in(&line("01000000-01002000", "r--p")), None);
        assert_eq!(heap_in(&line("01000000-01000000", "rw-p")), None);
        assert_eq!(heap_in(&line("01000000-zz", "rw-p")), None);
    }
}
