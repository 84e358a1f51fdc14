//! The table of open files: what a run starts with, and how many there are.

use super::errno::{Errno, check};
use super::limits::{self, Resource};

/// Opens 0, 1 and 2 on /dev/null where they are closed, so that no file opened later becomes a standard stream.
///
/// # Errors
/// Where /dev/null cannot be opened.
pub fn open_standard_streams() -> Result<(), Errno> {
    for fd in 0..=2 {
        // SAFETY: F_GETFD has no memory preconditions.
        if unsafe { libc::fcntl(fd, libc::F_GETFD) } != -1 {
            continue;
        }
        // SAFETY: the path is NUL-terminated. open gives the lowest free number, which is this one.
        check(unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_RDWR) })?;
    }
    Ok(())
}

/// Puts /dev/null where a standard stream is a terminal: who has one open can read what is typed there, and write to it.
///
/// # Errors
/// Where /dev/null cannot be opened.
pub fn blind_terminals() -> Result<(), Errno> {
    for fd in 0..=2 {
        // SAFETY: these only look at, open and replace descriptors; the path is NUL-terminated.
        unsafe {
            if libc::isatty(fd) == 1 {
                let null = check(libc::open(c"/dev/null".as_ptr(), libc::O_RDWR | libc::O_CLOEXEC))?;
                check(libc::dup2(null, fd))?;
                libc::close(null);
            }
        }
    }
    Ok(())
}

/// Marks every descriptor from 3 on that we were started with, so that no program of the run inherits it; see
/// close_range(2). They stay open here: they may be our own runner's.
pub fn mark_inherited_close_on_exec() {
    // SAFETY: only marks; it has no memory preconditions. A kernel before 5.11 has no such flag: then strays stay.
    unsafe {
        libc::syscall(libc::SYS_close_range, 3u32, u32::MAX, libc::CLOSE_RANGE_CLOEXEC);
    }
}

/// Lets this process have as many files open as the hard limit allows, up to a million.
///
/// # Errors
/// What setrlimit(2) says.
pub fn raise_file_limit() -> Result<(), Errno> {
    limits::set_soft(Resource::Files, 1 << 20).map(drop)
}

/// How many descriptors this process has open.
///
/// # Errors
/// `ENOENT` where /proc is missing.
pub fn open_count() -> Result<usize, Errno> {
    // The listing itself has one open.
    Ok(std::fs::read_dir("/proc/self/fd").map_err(Errno::from)?.count().saturating_sub(1))
}
