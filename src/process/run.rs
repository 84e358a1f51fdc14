//! The memory that all processes of one run share: memfd_create(2), mmap(2). Its control page, and where its
//! tables lie.
//!
//! It is reserved large and touched lazily, so that a page costs memory only once it is used. Everything in
//! it is an atomic: any process may be killed at any instruction, and the others must go on.

use super::errno::{Errno, check};
use super::lane::{LOG_BYTES, LaneMemory};
use super::presence::Presence;
use super::row::{RowMemory, word_of};
use crate::value::Signal;
use std::ffi::CString;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};

/// How many shared objects a run can have.
pub const MAX_OBJECTS: u32 = 65536;
/// The bytes of one shared object's record.
pub(super) const OBJECT_BYTES: usize = 256;
/// The largest pid of Linux (PID_MAX_LIMIT), plus one; see proc(5), pid_max.
const PIDS: usize = 4_194_304;
/// How many leftovers are named.
const LEFTOVERS: usize = 64;
const PAGE: usize = 4096;

/// A process that still lived when the run was over, and was ended then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    pub pid: i32,
    /// At most 32 bytes.
    pub name: String,
}

#[repr(C)]
struct LeftoverMemory {
    pid: AtomicI32,
    length: AtomicU32,
    name: [AtomicU64; 4],
}

/// The control page. All counts and flags are written by any process with one store or addition.
#[repr(C)]
pub struct Control {
    cookie: [AtomicU64; 2],
    pub guard_pid: AtomicI32,
    pub keeper_pid: AtomicI32,
    pub main_pid: AtomicI32,
    /// How many expectations broke.
    pub broken: AtomicU32,
    /// Hundredths of points that the test at hand has awarded.
    pub awarded: AtomicU64,
    /// How many awards it has given.
    pub awards: AtomicU64,
    /// How many lines of feedback it has said.
    pub feedback: AtomicU64,
    /// How many children failed by an uncaught error.
    pub failed: AtomicU32,
    /// Not 0: the run's own deadline passed.
    pub timed_out: AtomicU32,
    /// The signal that interrupted the run; 0: none.
    pub interrupted: AtomicU32,
    /// Which signals the main process handles itself, a bit each: signal n is bit n-1.
    pub handled: AtomicU64,
    /// Not 0: the main process has come to its verdict. What others complain of from then on, while they are
    /// being ended, is no news.
    pub over: AtomicU32,
    /// Not 0: a program may have reaped processes of ours; see `identity`.
    pub(super) unseen_reaper: AtomicU32,
    /// Not 0: the run is being stopped as a shell's job; see `job`.
    pub(super) job_stop: AtomicU32,
    /// Not 0: the run is disturbed, from the seed behind it; see `pause`.
    pub(super) disturbed: AtomicU32,
    /// One more than the row of the process that stands still for the disturbance; 0: none.
    pub(super) paused: AtomicU32,
    /// How many processes are sending a signal just now; counted only where the run is disturbed.
    pub(super) signalling: AtomicU32,
    pub(super) disturbance: AtomicU64,
    /// How many temporary directories were made; see `Scratch`.
    pub scratch: AtomicU32,
    /// Where the search for a free row begins; grows without end.
    pub(super) cursor: AtomicU64,
    /// Where the search for a free ticket begins.
    pub(super) ticket_hint: AtomicU32,
    /// One more than the highest ticket ever used.
    pub(super) ticket_high: AtomicU32,
    /// How many shared objects were made.
    pub(super) objects: AtomicU32,
    leftover_count: AtomicU32,
    /// See `observers`.
    pub(super) observers: [AtomicI32; Run::OBSERVERS],
    /// Not 0: a time was over that the scenario's text gives, or that we give a read or a write where it gives none.
    pub(super) ran_out: AtomicU32,
    /// Not 0: a program that was to be observed could not be, for tracing is forbidden here.
    pub(super) unobserved: AtomicU32,
    /// Not 0: what happens is not recorded; see `log`.
    pub(super) unrecorded: AtomicU32,
    /// Not 0: there are processes whose end is not their own word: programs, and those that a signal was sent to; see `changes`.
    pub(super) unspoken: AtomicU32,
    pub(super) lanes: [LaneMemory; 2],
    leftovers: [LeftoverMemory; LEFTOVERS],
}

/// A handle on the run's memory: as cheap to copy as a pointer, and right in every process that was forked
/// after it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    base: *mut u8,
    /// How many processes may be alive at once, the main one not counted.
    max_processes: u32,
    rows: u32,
    at: Places,
}

/// Where the tables begin, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Places {
    tickets: usize,
    rows: usize,
    by_pid: usize,
    presences: usize,
    places: usize,
    objects: usize,
    births: usize,
    log: usize,
    end: usize,
}

// SAFETY: all that is behind the pointer are atomics, and the memory stays mapped as long as the process lives.
unsafe impl Send for Run {}
// SAFETY: as above.
unsafe impl Sync for Run {}

fn up(bytes: usize) -> usize {
    bytes.next_multiple_of(PAGE)
}

impl Run {
    /// Notes that a time was over which the scenario's text gives, whether that is an error or not, or one that we give.
    pub fn note_ran_out(&self) {
        self.control().ran_out.store(1, SeqCst);
    }

    /// Whether that was noted, by any process of the run.
    #[must_use]
    pub fn has_run_out(&self) -> bool {
        self.control().ran_out.load(SeqCst) != 0
    }

    /// Makes the memory of a new run, named `proctor-<cookie>` for those who look at `/proc/PID/maps`.
    ///
    /// # Errors
    /// `ENOMEM` where the address space is limited (`ulimit -v`), `EMFILE`, `EINVAL` for more than 4194303 processes.
    pub fn create(cookie: u128, max_processes: u32) -> Result<Self, Errno> {
        Self::lay_out(cookie, max_processes, |bytes| map_shared(&format!("proctor-{cookie:032x}"), bytes))
    }

    /// The same for a run within another one, in memory without a name: that is no file, and no limit for the size of files
    /// applies to it.
    ///
    /// # Errors
    /// What mmap(2) says.
    pub fn create_nameless(cookie: u128, max_processes: u32) -> Result<Self, Errno> {
        Self::lay_out(cookie, max_processes, map_nameless)
    }

    fn lay_out(
        cookie: u128,
        max_processes: u32,
        map: impl FnOnce(usize) -> Result<*mut u8, Errno>,
    ) -> Result<Self, Errno> {
        if max_processes as usize >= PIDS {
            return Err(Errno::EINVAL);
        }
        let rows = 65536 + 2 * max_processes;
        let tickets = up(size_of::<Control>());
        let row_place = tickets + up((max_processes as usize + 1) * 8);
        let by_pid = row_place + up(rows as usize * size_of::<RowMemory>());
        let presences = by_pid + PIDS * 4;
        let places = presences + up(rows as usize * size_of::<Presence>());
        let objects = places + up(rows as usize * size_of::<AtomicU64>());
        let births = objects + MAX_OBJECTS as usize * OBJECT_BYTES;
        let log = births + up(rows as usize * size_of::<AtomicU64>());
        let end = log + LOG_BYTES;
        let at = Places { tickets, rows: row_place, by_pid, presences, places, objects, births, log, end };
        let base = map(end)?;
        let run = Self { base, max_processes, rows, at };
        run.control().cookie[0].store(cookie as u64, Relaxed);
        run.control().cookie[1].store((cookie >> 64) as u64, Relaxed);
        Ok(run)
    }

    #[must_use]
    pub fn control(&self) -> &Control {
        // SAFETY: the mapping begins with the control page, zeroes are valid atomics, and it is never unmapped.
        unsafe { &*self.base.cast::<Control>() }
    }

    /// The run's random number, by which what it left behind can be found.
    #[must_use]
    pub fn cookie(&self) -> u128 {
        let [low, high] = &self.control().cookie;
        u128::from(high.load(Relaxed)) << 64 | u128::from(low.load(Relaxed))
    }

    /// How many processes may be alive at once, the main one not counted.
    #[must_use]
    pub fn max_processes(&self) -> u32 {
        self.max_processes
    }

    /// A table of the run's memory.
    ///
    /// # Safety
    /// So many `T` must lie at that place by [`Places`], and `T` be made of atomics only.
    #[inline]
    unsafe fn table<T>(&self, at: usize, count: usize) -> &[T] {
        // SAFETY: by the caller's word the table lies within the mapping, which is never unmapped and begins, as each table, at
        // a page; and zeroes are valid atomics.
        unsafe { std::slice::from_raw_parts(self.base.add(at).cast::<T>(), count) }
    }

    /// Who has which of the places for processes that are alive.
    pub(super) fn tickets(&self) -> &[AtomicU64] {
        // SAFETY: `create` has left this room.
        unsafe { self.table(self.at.tickets, self.max_processes as usize + 1) }
    }

    pub(super) fn rows(&self) -> &[RowMemory] {
        // SAFETY: as in `tickets`; a row is made of atomics only.
        unsafe { self.table(self.at.rows, self.rows as usize) }
    }

    /// The row of each pid, plus one; 0: none.
    pub(super) fn by_pid(&self) -> &[AtomicU32] {
        // SAFETY: as in `tickets`.
        unsafe { self.table(self.at.by_pid, PIDS) }
    }

    /// Each row's place for its process's waits at barriers.
    pub(super) fn presences(&self) -> &[Presence] {
        // SAFETY: as in `tickets`; a presence is made of atomics only.
        unsafe { self.table(self.at.presences, self.rows as usize) }
    }

    /// Each row's place among the children of its parent; see `children`.
    pub(super) fn places(&self) -> &[AtomicU64] {
        // SAFETY: as in `tickets`.
        unsafe { self.table(self.at.places, self.rows as usize) }
    }

    /// Where in the scenario's texts each row's process was started, and what was recorded of it; see `life`.
    pub(super) fn births(&self) -> &[AtomicU64] {
        // SAFETY: as in `tickets`.
        unsafe { self.table(self.at.births, self.rows as usize) }
    }

    /// The memory of the log: `LOG_BYTES` bytes, all zero at first.
    pub(super) fn log_base(&self) -> *mut u8 {
        // SAFETY: the log lies within the mapping.
        unsafe { self.base.add(self.at.log) }
    }

    /// The memory of a shared object: `OBJECT_BYTES` bytes, all zero at first.
    pub(super) fn object(&self, index: u32) -> Option<*mut u8> {
        // SAFETY: the index is within the table, so the place is within the mapping.
        (index < MAX_OBJECTS)
            .then(|| unsafe { self.base.add(self.at.objects + index as usize * OBJECT_BYTES) })
    }

    /// Notes a process that had to be ended after the run. Past 64 only their number is kept.
    pub fn add_leftover(&self, pid: i32, name: &str) {
        let control = self.control();
        let index = control.leftover_count.fetch_add(1, SeqCst) as usize;
        let Some(place) = control.leftovers.get(index) else { return };
        let mut end = name.len().min(32);
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        for (word, chunk) in place.name.iter().zip(name.as_bytes()[..end].chunks(8)) {
            word.store(word_of(chunk), Relaxed);
        }
        place.length.store(end as u32, Relaxed);
        place.pid.store(pid, SeqCst);
    }

    /// The leftovers that have a name here, and how many there were in all.
    #[must_use]
    pub fn leftovers(&self) -> (Vec<Leftover>, u32) {
        let control = self.control();
        let total = control.leftover_count.load(SeqCst);
        let named = control.leftovers.iter().take(total as usize).filter_map(|place| {
            let pid = place.pid.load(SeqCst);
            let bytes: Vec<u8> =
                place.name.iter().flat_map(|word| word.load(Relaxed).to_le_bytes()).collect();
            let length = (place.length.load(Relaxed) as usize).min(bytes.len());
            let name = String::from_utf8_lossy(&bytes[..length]).into_owned();
            (pid != 0).then_some(Leftover { pid, name })
        });
        (named.collect(), total)
    }

    /// Notes the signal that interrupts the run; the first one stays.
    pub fn interrupt(&self, signal: Signal) {
        let _ = self.control().interrupted.compare_exchange(0, u32::from(signal.0), SeqCst, SeqCst);
    }

    /// Gives the memory back: for those who make many runs in one process.
    ///
    /// # Safety
    /// No copy of this handle, and nothing got through one, may be used any more in this process.
    pub unsafe fn unmap(self) {
        // SAFETY: the mapping is ours, whole, and by the caller's word unused.
        unsafe { libc::munmap(self.base.cast(), self.at.end) };
    }
}

/// Maps new shared memory, all zero, that takes room only where it is touched. The descriptor is closed again: the
/// mapping holds it.
///
/// # Errors
/// What memfd_create(2), ftruncate(2) and mmap(2) say.
fn map_shared(name: &str, bytes: usize) -> Result<*mut u8, Errno> {
    let name = CString::new(name).map_err(|_| Errno::EINVAL)?;
    // SAFETY: the name is NUL-terminated.
    let fd = check(unsafe { libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC) })?;
    // SAFETY: the descriptor was just made and is nobody else's.
    let fd = unsafe { OwnedFd::from_raw_fd(fd) };
    let length = i64::try_from(bytes).map_err(|_| Errno::EINVAL)?;
    // SAFETY: the descriptor is open.
    check(unsafe { libc::ftruncate(fd.as_raw_fd(), length) })?;
    map(bytes, 0, fd.as_raw_fd())
}

/// The same without a file behind it.
///
/// # Errors
/// What mmap(2) says.
pub(super) fn map_nameless(bytes: usize) -> Result<*mut u8, Errno> {
    map(bytes, libc::MAP_ANONYMOUS, -1)
}

fn map(bytes: usize, flags: libc::c_int, fd: libc::c_int) -> Result<*mut u8, Errno> {
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_SHARED | libc::MAP_NORESERVE | flags;
    // SAFETY: a new mapping at a place of the kernel's choice touches no memory in use.
    let base = unsafe { libc::mmap(std::ptr::null_mut(), bytes, protection, flags, fd, 0) };
    if base == libc::MAP_FAILED { Err(Errno::last()) } else { Ok(base.cast()) }
}

#[cfg(test)]
mod tests {
    use super::Run;

    #[test]
    fn leftovers_are_named_up_to_a_limit_and_counted() -> Result<(), super::Errno> {
        let run = Run::create(u128::MAX - 5, 10)?;
        assert_eq!(run.cookie(), u128::MAX - 5);
        for pid in 2..102 {
            run.add_leftover(pid, "名名名名名名名名名名名名");
        }
        let (named, total) = run.leftovers();
        assert_eq!((named.len(), total), (64, 100));
        assert_eq!((named[0].pid, named[0].name.as_str()), (2, "名名名名名名名名名名"));
        Ok(())
    }
}
