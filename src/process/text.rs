//! The program's own code in huge pages: memfd_create(2), madvise(2) with MADV_COLLAPSE, mmap(2).
//!
//! A new process begins without the pages of its program, and meets them one by one, a window of 64 KiB at a time: a dozen page
//! faults for a task that does nothing, half of all that it has, and a dozen windows to take down at its end. A huge
//! page is met in one go. So a process that forks often copies its code to huge pages and has them mapped in the place of
//! the file's. That takes two milliseconds, which is why the first forks go without.
//!
//! `build.rs` has the linker lay the code out so that nothing else shares its huge pages. Where it did not, or the kernel has
//! no huge pages to give, all stays as it was. Tools that look for the program's file behind an address
//! (perf(1), but not gdb(1)) find none in such a process.

use super::errno::{Errno, check};
use std::cell::Cell;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// A huge page.
const HUGE: usize = 2 << 20;
/// So many forks in one process pay for the move.
const FORKS: u32 = 32;
/// More code than this would be a mistake in what we read about ourselves.
const MOST: usize = 64 << 20;
/// Since Linux 6.1; see madvise(2).
const MADV_COLLAPSE: i32 = 25;
/// Since Linux 6.3, and needed there where memory files are not executable of themselves; see memfd_create(2).
const MFD_EXEC: u32 = 0x10;

thread_local! {
    /// How many forks there were, up to the one that moves; a child goes on with its parent's count.
    static COUNT: Cell<u32> = const { Cell::new(0) };
}

/// Before each fork: moves the code at the first one that is worth it.
#[inline]
pub(super) fn before_fork() {
    let count = COUNT.get();
    if count <= FORKS {
        COUNT.set(count + 1);
        if count == FORKS {
            // The code that stays where it is runs just as well.
            let _ = move_to_huge_pages();
        }
    }
}

/// Where the code lies, and the whole huge pages that belong to it alone, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    code: usize,
    code_end: usize,
    first: usize,
    last: usize,
}

/// Moves the code of this program, as far as it fills whole huge pages; gives how many bytes of memory they take.
///
/// # Errors
/// `ENOEXEC` where no huge page belongs to the code alone, `ENOSYS` on other machines than x86-64 (there instructions that were
/// copied need more care), and what the calls say, such as `ENOMEM` where there is no huge page, or `EACCES` where memory that was
/// written may not be executed.
pub fn move_to_huge_pages() -> Result<usize, Errno> {
    if !cfg!(target_arch = "x86_64") {
        return Err(Errno::ENOSYS);
    }
    let place = own_place().ok_or(Errno::ENOEXEC)?;
    let gap = place.last.saturating_sub(place.code_end.next_multiple_of(4096));
    let copy = Copy::of(&place)?;
    if gap > 0 {
        claim(place.last - gap, gap)?;
    }
    copy.put_at(place.first)?;
    Ok(place.last - place.first)
}

/// Takes the free addresses behind the code, so that what is put there replaces nothing.
fn claim(at: usize, bytes: usize) -> Result<(), Errno> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_FIXED_NOREPLACE;
    map(at, bytes, libc::PROT_NONE, flags, None).map(drop)
}

/// mmap(2). Only [`Copy::put_at`] replaces a mapping by it.
fn map(at: usize, bytes: usize, protection: i32, flags: i32, fd: Option<&OwnedFd>) -> Result<usize, Errno> {
    let fd = fd.map_or(-1, AsRawFd::as_raw_fd);
    // SAFETY: without MAP_FIXED a new mapping touches no memory in use; who gives MAP_FIXED answers for what it replaces.
    let got = unsafe { libc::mmap(at as *mut libc::c_void, bytes, protection, flags, fd, 0) };
    if got == libc::MAP_FAILED { Err(Errno::last()) } else { Ok(got as usize) }
}

fn unmap(at: usize, bytes: usize) {
    if bytes > 0 {
        // SAFETY: the range is of a mapping that was made here, and is not used any more.
        unsafe { libc::munmap(at as *mut libc::c_void, bytes) };
    }
}

/// The code once more, in a file of huge pages that has no name and can never be written again.
struct Copy {
    file: OwnedFd,
    bytes: usize,
}

impl Copy {
    fn of(place: &Place) -> Result<Self, Errno> {
        let bytes = place.last - place.first;
        let flags = libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING | MFD_EXEC;
        // SAFETY: the name is NUL-terminated; the descriptor is new and nobody else's.
        let file =
            unsafe { OwnedFd::from_raw_fd(check(libc::memfd_create(c"proctor-code".as_ptr(), flags))?) };
        // SAFETY: the descriptor is open.
        check(unsafe {
            libc::ftruncate(file.as_raw_fd(), i64::try_from(bytes).map_err(|_| Errno::EINVAL)?)
        })?;
        let copy = Self { file, bytes };
        // Huge pages need an address that is a multiple of theirs: so first any addresses, with room to spare.
        let reserved = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        let room = bytes + HUGE;
        let begin = map(0, room, libc::PROT_NONE, reserved, None)?;
        let filled = copy.fill(place, begin.next_multiple_of(HUGE));
        unmap(begin, room);
        filled?;
        let seals = libc::F_SEAL_WRITE | libc::F_SEAL_GROW | libc::F_SEAL_SHRINK | libc::F_SEAL_SEAL;
        // SAFETY: F_ADD_SEALS takes a number.
        check(unsafe { libc::fcntl(copy.file.as_raw_fd(), libc::F_ADD_SEALS, seals) })?;
        Ok(copy)
    }

    /// Copies the code through a mapping at `at`, which lies in addresses that are ours and hold nothing.
    fn fill(&self, place: &Place, at: usize) -> Result<(), Errno> {
        let flags = libc::MAP_SHARED | libc::MAP_FIXED;
        map(at, self.bytes, libc::PROT_READ | libc::PROT_WRITE, flags, Some(&self.file))?;
        // A page of each huge one must be there before they can be made huge, and only then are they filled: so nothing is copied twice.
        for page in (at..at + self.bytes).step_by(HUGE) {
            // SAFETY: the address is in the new mapping.
            unsafe { (page as *mut u8).write_volatile(0) };
        }
        // SAFETY: the range is the new mapping; the advice does not change what is in it.
        check(unsafe { libc::madvise(at as *mut libc::c_void, self.bytes, MADV_COLLAPSE) })?;
        let code = place.first.max(place.code)..place.last.min(place.code_end);
        // SAFETY: the code is mapped and can be read, and the copy has room for all from `first` to `last`.
        unsafe {
            let to = (at + code.start - place.first) as *mut u8;
            std::ptr::copy_nonoverlapping(code.start as *const u8, to, code.len());
        }
        Ok(())
    }

    /// Replaces the code by this copy of it, for reading and executing. The copy holds the same instructions at the same
    /// distances, so that this very code goes on in it; for the one thread that there is, and for a handler of a signal, it is one step.
    fn put_at(&self, first: usize) -> Result<(), Errno> {
        let protection = libc::PROT_READ | libc::PROT_EXEC;
        map(first, self.bytes, protection, libc::MAP_PRIVATE | libc::MAP_FIXED, Some(&self.file)).map(drop)
    }
}

/// What the program headers say of the code; see elf(5), getauxval(3).
fn own_place() -> Option<Place> {
    // SAFETY: getauxval only reads; the kernel gives the address and the number of our program headers.
    let headers = unsafe {
        let first = libc::getauxval(libc::AT_PHDR) as *const libc::Elf64_Phdr;
        let count = libc::getauxval(libc::AT_PHNUM) as usize;
        if first.is_null() {
            return None;
        }
        std::slice::from_raw_parts(first, count)
    };
    let own = headers.iter().find(|header| header.p_type == libc::PT_PHDR)?;
    let moved = (headers.as_ptr() as usize).wrapping_sub(own.p_vaddr as usize);
    let loaded = headers.iter().filter(|header| header.p_type == libc::PT_LOAD);
    let ranges = loaded.map(|header| {
        let begin = (header.p_vaddr as usize).wrapping_add(moved);
        (begin, begin + header.p_memsz as usize, header.p_flags & libc::PF_X != 0)
    });
    place_in(ranges)
}

/// The huge pages of the one segment that holds code; each segment is its begin, its end, and whether it is code.
fn place_in(segments: impl Iterator<Item = (usize, usize, bool)> + Clone) -> Option<Place> {
    let (code, code_end, _) = segments.clone().find(|segment| segment.2)?;
    let others = segments.filter(|segment| segment.0 != code);
    let before = others.clone().map(|other| other.1).filter(|end| *end <= code).max().unwrap_or(0);
    let behind = others.map(|other| other.0).filter(|begin| *begin >= code_end).min().unwrap_or(usize::MAX);
    // The first page is shared with nothing if the segment before ends below it; only a begin that is the code's own is taken,
    // so that there is nothing to claim in front of it.
    let first = if code % HUGE < 4096 && before <= code / HUGE * HUGE {
        code / HUGE * HUGE
    } else {
        code.next_multiple_of(HUGE)
    };
    let last = code_end.next_multiple_of(HUGE);
    let last = if last <= behind / 4096 * 4096 { last } else { code_end / HUGE * HUGE };
    (first < last && last - first <= MOST).then_some(Place { code, code_end, first, last })
}

#[cfg(test)]
mod tests {
    use super::{HUGE, Place, place_in};

    #[test]
    fn only_huge_pages_of_the_code_alone_are_taken() {
        let page = 4096;
        let place = |segments: &[(usize, usize, bool)]| place_in(segments.iter().copied());
        let all = Place { code: HUGE, code_end: 3 * HUGE + 5, first: HUGE, last: 4 * HUGE };
        assert_eq!(place(&[(HUGE, 3 * HUGE + 5, true), (4 * HUGE, 5 * HUGE, false)]), Some(all));
        let shared_end = Place { last: 3 * HUGE, ..all };
        assert_eq!(
            place(&[(HUGE, 3 * HUGE + 5, true), (3 * HUGE + page, 5 * HUGE, false)]),
            Some(shared_end)
        );
        let (code, code_end) = (HUGE + page, 2 * HUGE + 5);
        let late = Place { code, code_end, first: 2 * HUGE, last: 3 * HUGE };
        assert_eq!(place(&[(HUGE, HUGE + 9, false), (code, code_end, true)]), Some(late));
        assert_eq!(
            place(&[(HUGE, HUGE + 9, false), (code, 2 * HUGE - 1, true), (2 * HUGE - 1, 3 * HUGE, false)]),
            None
        );
        assert_eq!(place(&[]), None);
    }
}
