//! Memory that forks cheaply: mallopt(3), madvise(2) with MADV_HUGEPAGE and MADV_COLLAPSE.
//!
//! A fork copies a table entry for each small page that is in use, and each page that is written afterwards; with
//! huge pages there are 512 times fewer of them. So the C library keeps all in one area, and once that has grown much, its
//! pages are made huge just before the next fork.

use super::errno::{Errno, check};
use std::cell::Cell;

/// A huge page.
const HUGE: usize = 2 << 20;
/// Growth that is worth the work.
const WORTH: usize = 4 << 20;
/// Since Linux 6.1; see madvise(2).
const MADV_COLLAPSE: i32 = 25;

thread_local! {
    /// Where the area began, and up to where it was treated.
    static BEGIN: Cell<usize> = const { Cell::new(0) };
    static TREATED: Cell<usize> = const { Cell::new(0) };
}

fn end() -> usize {
    // SAFETY: sbrk(0) only asks; see sbrk(2).
    unsafe { libc::sbrk(0) as usize }
}

/// At the start of a process that will fork: all memory from one area, which is not given back before the end.
pub fn prepare() {
    const LARGEST: i32 = i32::MAX;
    // SAFETY: these only set numbers of the allocator; see mallopt(3).
    unsafe {
        libc::mallopt(libc::M_MMAP_MAX, 0);
        libc::mallopt(libc::M_TRIM_THRESHOLD, LARGEST);
        libc::mallopt(libc::M_TOP_PAD, 256 << 10);
    }
    let begin = end();
    BEGIN.set(begin);
    TREATED.set(begin);
}

/// Before each fork: makes the pages huge that came since the last time, where they are many.
///
/// # Errors
/// `EINVAL` on a kernel without huge pages; all goes on without them.
pub fn before_fork() -> Result<(), Errno> {
    let now = end();
    let treated = TREATED.get();
    if BEGIN.get() == 0 || now < treated.saturating_add(WORTH) {
        return Ok(());
    }
    TREATED.set(now);
    let first = treated / HUGE * HUGE;
    let first = first.max(BEGIN.get().next_multiple_of(HUGE));
    let last = now / HUGE * HUGE;
    if last <= first {
        return Ok(());
    }
    let advise = |advice| {
        // SAFETY: the range lies within the heap; neither advice changes what is in it.
        check(unsafe { libc::madvise(first as *mut libc::c_void, last - first, advice) })
    };
    advise(libc::MADV_HUGEPAGE)?;
    // A range that was huge before, and memory too scattered for it, are no reason to stop.
    match advise(MADV_COLLAPSE) {
        Ok(_) | Err(Errno::EAGAIN | Errno::EINVAL | Errno::ENOMEM | Errno::EBUSY) => Ok(()),
        Err(errno) => Err(errno),
    }
}
