//! Signals to a whole process group, also where its leader is gone: setpgid(2).

use super::errno::{Errno, check};
use super::pidfd::{Pidfd, Reach};
use super::proc_file;
use crate::value::Signal;

/// The process group of a process; see getpgid(2).
///
/// # Errors
/// `ESRCH` where it is gone.
pub fn of(pid: i32) -> Result<i32, Errno> {
    // SAFETY: getpgid has no memory preconditions.
    check(unsafe { libc::getpgid(pid) })
}

/// Makes a new session for this process, without a terminal; see setsid(2).
///
/// # Errors
/// `EPERM` where it leads a process group already.
pub fn new_session() -> Result<(), Errno> {
    // SAFETY: setsid has no memory preconditions.
    check(unsafe { libc::setsid() }).map(drop)
}

/// Makes this process the leader of a new group of its session; see setpgid(2).
///
/// # Errors
/// `EPERM` where it leads a session.
pub fn lead() -> Result<(), Errno> {
    // SAFETY: setpgid has no memory preconditions.
    check(unsafe { libc::setpgid(0, 0) }).map(drop)
}

/// What became of a signal to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    Yes,
    /// No, for it is the group of this very process.
    Ours,
}

/// Signals every process in the group of this process, which the caller holds; but for our own group.
///
/// Where the group's leader was reaped, its number proves nothing any more; then each process that is in the group
/// now is held, checked again, and signalled by itself.
///
/// # Errors
/// `EPERM` for group 1, and where we may not.
pub fn signal(member: &Pidfd, signal: Signal) -> Result<Sent, Errno> {
    let Ok(pgid) = of(member.pid()) else { return Ok(Sent::Yes) };
    let leader = Pidfd::open(pgid);
    // The number meant the process that the caller holds, where that lives even now or is our own unreaped child. Else the
    // group may be a stranger's.
    if member.has_ended()? && !member.is_own_child() {
        return Ok(Sent::Yes);
    }
    if pgid == of(0)? {
        return Ok(Sent::Ours);
    }
    if pgid <= 1 {
        return Err(Errno::EPERM);
    }
    match leader {
        Ok(leader) => leader.send(signal, Reach::Group)?,
        Err(Errno::ESRCH) => signal_each(pgid, signal)?,
        Err(errno) => return Err(errno),
    }
    Ok(Sent::Yes)
}

fn signal_each(pgid: i32, signal: Signal) -> Result<(), Errno> {
    for pid in proc_file::all_pids()?.into_iter().filter(|pid| *pid > 1 && of(*pid) == Ok(pgid)) {
        let Ok(held) = Pidfd::open(pid) else { continue };
        if of(pid) == Ok(pgid) && !held.has_ended()? {
            held.send(signal, Reach::Process)?;
        }
    }
    Ok(())
}
