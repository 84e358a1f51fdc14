//! Memory that forks cheaply: mallopt(3), madvise(2) with MADV_HUGEPAGE and MADV_COLLAPSE.
//!
//! A fork copies a table entry for each small page that is in use, and each page that is written afterwards; with
//! huge pages there are 512 times fewer of them. So the C library keeps all in one area, and once that has grown much, its
//! pages are made huge just before the next fork.

use super::errno::{Errno, check};
use super::small;
use std::cell::Cell;
use std::ops::Range;

/// A huge page.
const HUGE: usize = 2 << 20;
/// Growth that is worth the work.
const WORTH: usize = 4 << 20;
/// By how much a heap grows that has become large.
const STEP: i32 = 8 << 20;
/// Since Linux 6.1; see madvise(2).
const MADV_COLLAPSE: i32 = 25;

thread_local! {
    /// Where the area began, and up to where it was treated.
    static BEGIN: Cell<usize> = const { Cell::new(0) };
    static TREATED: Cell<usize> = const { Cell::new(0) };
    /// How much this process may use.
    static MAY: Cell<usize> = const { Cell::new(MOST) };
    /// How much beyond the most is granted now.
    static GRANTED: Cell<usize> = const { Cell::new(0) };
    /// Where it ended at the last fork before which it had grown much.
    static SEEN: Cell<usize> = const { Cell::new(0) };
}

fn end() -> usize {
    // SAFETY: sbrk(0) only asks; see sbrk(2).
    unsafe { libc::sbrk(0) as usize }
}

/// At the start of a process that will fork: all memory from one area, which is not given back before the end, and in which
/// what comes from now on begins at a huge page's border.
pub fn prepare() {
    const LARGEST: i32 = i32::MAX;
    // SAFETY: these only set numbers of the allocator; see mallopt(3).
    unsafe {
        libc::mallopt(libc::M_MMAP_MAX, 0);
        libc::mallopt(libc::M_TRIM_THRESHOLD, LARGEST);
    }
    give_back();
    small::reserve();
    // SAFETY: the allocator bears a foreign sbrk: it leaves that part alone.
    unsafe {
        let now = end();
        if let Ok(gap) = isize::try_from(now.next_multiple_of(HUGE) - now) {
            libc::sbrk(gap);
        }
    }
    BEGIN.set(end());
    TREATED.set(end());
}

/// What reading and checking a text has used and does not need any more: as long as its pages are there, each fork copies an entry for
/// each, and each end of a process goes through them; see malloc_trim(3).
fn give_back() {
    // SAFETY: it only looks through what is free.
    unsafe { libc::malloc_trim(0) };
}

/// How much of its heap a process may use, in bytes: 2 GiB. Beyond it a scenario gets an error, and the machine stays usable.
pub const MOST: usize = 2 << 30;

/// Lets this process and its children use only so many bytes; never more than before.
pub fn limit(bytes: u64) {
    let bytes = usize::try_from(bytes).unwrap_or(MOST);
    MAY.set(bytes.min(MAY.get()));
}

/// How many bytes this process may use.
#[must_use]
pub fn most() -> usize {
    MAY.get()
}

/// What the kernel may allow beyond [`limit`], so that the limit is an error of the scenario before it is one of ours.
pub const HEADROOM: u64 = 1 << 30;

/// Whether more than [`most`] is in use. Cheap as long as the area has never been that large; then mallinfo2(3) counts.
#[inline]
#[must_use]
pub fn is_full() -> bool {
    let begin = BEGIN.get();
    begin != 0 && end().saturating_sub(begin) > MAY.get() && is_too_much()
}

/// Each time that it is full, this much more may be used by whoever deals with that, up to eight times.
const GRACE: usize = 64 << 20;

/// Whether too much is in use, beyond the grace that was given before.
#[cold]
fn is_too_much() -> bool {
    // SAFETY: mallinfo2 only reads the allocator's counters.
    let taken = unsafe { libc::mallinfo2() }.uordblks;
    let used = taken.saturating_sub(small::unused());
    let most = MAY.get();
    let granted = if used <= most { 0 } else { GRANTED.get() };
    GRANTED.set(granted);
    if used <= most + granted {
        return false;
    }
    GRANTED.set((used - most + GRACE).min(8 * GRACE));
    true
}

/// The part of the heap that is to lie in huge pages where all of it is moved to fresh ones: each whole huge page of it.
#[must_use]
pub fn huge() -> Range<usize> {
    let begin = BEGIN.get();
    begin..TREATED.get().max(if begin == 0 { 0 } else { (end() / HUGE * HUGE).max(begin) })
}

/// The heap lies in huge pages up to there.
pub(super) fn is_huge_to(address: usize) {
    TREATED.set(TREATED.get().max(address));
}

/// Before each fork: makes the pages huge that came since the last time, where they are many.
///
/// # Errors
/// `EINVAL` on a kernel without huge pages; all goes on without them.
pub fn before_fork() -> Result<(), Errno> {
    let (begin, treated, used) = (BEGIN.get(), TREATED.get(), end());
    if begin == 0 || used < treated.saturating_add(WORTH) {
        return Ok(());
    }
    if SEEN.replace(used) < treated.saturating_add(WORTH) {
        // The first fork since then: where no other follows, the work would cost more than it saves.
        return Ok(());
    }
    // The last huge page is filled up, and from now on the area grows by large steps, so that each is treated before the next
    // fork, and most of what is touched in it after that comes in huge pages by itself.
    let last = used.next_multiple_of(HUGE);
    // SAFETY: these set a number of the allocator, and move the heap's end; it bears a foreign sbrk.
    unsafe {
        libc::mallopt(libc::M_TOP_PAD, STEP);
        libc::sbrk((last - used).cast_signed());
    }
    if end() < last {
        return Err(Errno::ENOMEM);
    }
    let first = treated / HUGE * HUGE;
    TREATED.set(last);
    let advise = |advice| {
        // SAFETY: the range lies within the heap; neither advice changes what is in it.
        check(unsafe { libc::madvise(first as *mut libc::c_void, last - first, advice) })
    };
    advise(libc::MADV_HUGEPAGE)?;
    // Pages that are in the kernel's hands just then make it say EAGAIN: then once more. Memory too scattered for huge pages is no
    // reason to stop.
    for _ in 0..3 {
        match advise(MADV_COLLAPSE) {
            Err(Errno::EAGAIN) => {}
            Ok(_) | Err(Errno::EINVAL | Errno::ENOMEM | Errno::EBUSY) => break,
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::before_fork;

    #[test]
    fn a_process_that_did_not_prepare_is_left_alone() {
        assert_eq!(before_fork(), Ok(()));
    }
}
