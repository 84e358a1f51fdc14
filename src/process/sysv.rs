//! Semaphores of System V, as another process waits for them; see semctl(2).

use super::errno::{Errno, check};

/// The value of one semaphore of a set, and the pid of the process that changed it last (0: nobody yet).
///
/// # Errors
/// `EACCES` where we may not read it, `EINVAL` and `EIDRM` where there is no such set.
pub fn semaphore(set: i32, number: u16) -> Result<(i32, i32), Errno> {
    // SAFETY: neither command takes a fourth argument or touches memory of ours.
    let value = check(unsafe { libc::semctl(set, i32::from(number), libc::GETVAL) })?;
    // SAFETY: as above.
    let last = check(unsafe { libc::semctl(set, i32::from(number), libc::GETPID) })?;
    Ok((value, last))
}

#[cfg(test)]
mod tests {
    use super::semaphore;
    use crate::process::Errno;

    #[test]
    fn a_set_that_is_not_there_is_an_error() {
        assert_eq!(semaphore(-1, 0), Err(Errno::EINVAL));
    }
}
