//! Signals to a whole process group, also where its leader is gone: setpgid(2).

use super::errno::{Errno, check};
use super::pidfd::{Pidfd, Reach};
use super::proc_file;
use crate::value::Signal;

/// The process group of a process, of this one for 0; see getpgid(2). 0 where that is a group of another pid namespace.
///
/// # Errors
/// `ESRCH` where it is gone.
pub fn of(pid: i32) -> Result<i32, Errno> {
    // SAFETY: getpgid has no memory preconditions.
    check(unsafe { libc::getpgid(pid) })
}

/// Whether this process leads its session; see getsid(2).
#[must_use]
pub fn leads_session() -> bool {
    // SAFETY: getsid has no memory preconditions.
    unsafe { libc::getsid(0) == libc::getpid() }
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
    /// No, for a process leads it that the caller does not know.
    Strangers,
}

/// How often a process may change its group while it is aimed at.
const TRIES: u32 = 100;

/// Signals the processes in the group of this process, which the caller holds; but for our own group, and for one that somebody
/// leads who is not known to the caller: whoever else is in there is none of its business.
///
/// Where the group's leader was reaped, its number proves nothing any more; then each process that is in the group
/// now is held, checked again, and signalled by itself if it is known.
///
/// # Errors
/// `EPERM` for group 1, and where we may not; `EAGAIN` where the process changes its group all the time.
pub fn signal(member: &Pidfd, signal: Signal, is_known: impl Fn(i32) -> bool) -> Result<Sent, Errno> {
    for _ in 0..TRIES {
        // One that is gone is in no group.
        let Ok(aim) = Aim::at(member) else { return Ok(Sent::Yes) };
        match aim.holds(member)? {
            Holds::Yes => return aim.send(signal, is_known),
            Holds::Gone => return Ok(Sent::Yes),
            Holds::Moved => {}
        }
    }
    Err(Errno::EAGAIN)
}

/// A group by its number, and whoever leads it.
#[derive(Debug)]
struct Aim {
    pgid: i32,
    leader: Result<Pidfd, Errno>,
}

/// Whether a number still means the group that it was taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Yes,
    /// Its process may be reaped: then nothing proves what the number means.
    Gone,
    /// Its process is in another group by now, and the first one's number may have come to mean a stranger's.
    Moved,
}

impl Aim {
    fn at(member: &Pidfd) -> Result<Self, Errno> {
        let pgid = of(member.pid())?;
        Ok(Self { pgid, leader: Pidfd::open(pgid) })
    }

    /// The number meant the group of the process that the caller holds when the leader was looked up, where that process lives
    /// even now or is our own unreaped child, and is in it: as long as a group has a member, nobody else can get its number.
    fn holds(&self, member: &Pidfd) -> Result<Holds, Errno> {
        if member.has_ended()? && !member.is_own_child() {
            return Ok(Holds::Gone);
        }
        Ok(if of(member.pid()) == Ok(self.pgid) { Holds::Yes } else { Holds::Moved })
    }

    fn send(&self, signal: Signal, is_known: impl Fn(i32) -> bool) -> Result<Sent, Errno> {
        if self.pgid == of(0)? {
            return Ok(Sent::Ours);
        }
        if self.pgid <= 1 {
            return Err(Errno::EPERM);
        }
        match &self.leader {
            Ok(_) if !is_known(self.pgid) => return Ok(Sent::Strangers),
            Ok(leader) => leader.send(signal, Reach::Group)?,
            Err(Errno::ESRCH) => signal_each(self.pgid, signal, is_known)?,
            Err(errno) => return Err(*errno),
        }
        Ok(Sent::Yes)
    }
}

fn signal_each(pgid: i32, signal: Signal, is_known: impl Fn(i32) -> bool) -> Result<(), Errno> {
    for pid in proc_file::all_pids()?.into_iter().filter(|pid| *pid > 1 && of(*pid) == Ok(pgid)) {
        let Ok(held) = Pidfd::open(pid) else { continue };
        if of(pid) == Ok(pgid) && is_known(pid) && !held.has_ended()? {
            held.send(signal, Reach::Process)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Aim, Holds, Pidfd, Sent, of, signal};
    use crate::process::{Fork, fork, wait};
    use crate::value::Signal;

    /// A child in this group (0: one of its own) that does nothing.
    fn child(group: i32) -> i32 {
        match fork() {
            Ok(Fork::Parent(child)) => {
                // SAFETY: setpgid has no memory preconditions.
                assert_eq!(unsafe { libc::setpgid(child, group) }, 0);
                child
            }
            Ok(Fork::Child) => loop {
                // SAFETY: pause touches no memory; nothing else is done in the copy of a program with threads.
                unsafe { libc::pause() };
            },
            Err(errno) => panic!("{errno}"),
        }
    }

    fn end(children: &[i32]) {
        for child in children {
            // SAFETY: our own unreaped child is killed.
            unsafe { libc::kill(*child, libc::SIGKILL) };
            wait::reap_blocking(*child).unwrap();
        }
    }

    #[test]
    fn a_group_that_its_process_has_left_is_not_meant() {
        let leader = child(0);
        let moving = child(leader);
        let member = Pidfd::open(moving).unwrap();
        let aim = Aim::at(&member).unwrap();
        assert_eq!((aim.pgid, aim.holds(&member)), (leader, Ok(Holds::Yes)));
        // SAFETY: setpgid has no memory preconditions.
        assert_eq!(unsafe { libc::setpgid(moving, 0) }, 0);
        assert_eq!(aim.holds(&member), Ok(Holds::Moved));
        // What is sent goes to the one in which it is now.
        assert_eq!(signal(&member, Signal(libc::SIGKILL as u8), |pid| pid == moving), Ok(Sent::Yes));
        wait::reap_blocking(moving).unwrap();
        assert_eq!(aim.holds(&member), Ok(Holds::Gone));
        assert_eq!(wait::peek(leader), Ok(None), "it lives");
        end(&[leader]);
    }

    #[test]
    fn a_group_that_somebody_unknown_leads_is_spared() {
        let leader = child(0);
        let joined = child(leader);
        let member = Pidfd::open(joined).unwrap();
        let term = Signal(libc::SIGTERM as u8);
        assert_eq!(signal(&member, term, |pid| pid == joined), Ok(Sent::Strangers));
        assert_eq!([leader, joined].map(wait::peek), [Ok(None); 2]);
        // Without its leader: only who is known.
        end(&[leader]);
        let other = child(of(joined).unwrap());
        assert_eq!(signal(&member, Signal(libc::SIGKILL as u8), |pid| pid == joined), Ok(Sent::Yes));
        wait::reap_blocking(joined).unwrap();
        assert_eq!(wait::peek(other), Ok(None));
        end(&[other]);
    }
}
