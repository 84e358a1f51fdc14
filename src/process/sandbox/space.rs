//! A process in namespaces of its own, which needs no root: namespaces(7), user_namespaces(7), pid_namespaces(7).

use super::shares::made_without_limits;
use crate::process::errno::{Errno, check, check_long};
use crate::process::fork::{Fork, fork_with};
use serde::{Deserialize, Serialize};
use std::fs;

/// What the new process has for itself, beside its pids, mounts, users, System V objects and names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// A network with nothing in it but a loopback that is down.
    pub network: bool,
}

/// Who the processes inside are, seen from outside. Inside they have the same numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum User {
    /// Who we are; for root, all users that there are.
    #[default]
    Same,
    /// Another user, whom nobody else is. Only root can ask for that.
    Other { uid: u32, gid: u32 },
}

/// Whether we are root.
#[must_use]
pub fn is_root() -> bool {
    // SAFETY: it always succeeds.
    unsafe { libc::geteuid() == 0 }
}

/// Forks a child that is pid 1 of namespaces of its own, with every privilege inside them, and none that we did not have outside.
/// It has no user until [`map_ids`] is called in the parent.
///
/// # Errors
/// `EPERM` where the system lets only root do that, `ENOSPC` where there are too many namespaces, those of fork(2).
pub fn fork_into(own: Own) -> Result<Fork, Errno> {
    let flags = libc::CLONE_NEWUSER
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWUTS;
    made_without_limits(|| fork_with(flags | if own.network { libc::CLONE_NEWNET } else { 0 }))
}

/// In the parent: says who the child is. See user_namespaces(7).
///
/// # Errors
/// `EPERM` where we may not become that user, `ENOENT` where there is no /proc or no child.
pub fn map_ids(child: i32, user: User) -> Result<(), Errno> {
    let write =
        |file: &str, text: &str| fs::write(format!("/proc/{child}/{file}"), text).map_err(Errno::from);
    // SAFETY: these always succeed.
    let (uid, gid) = unsafe { (libc::geteuid(), libc::getegid()) };
    match user {
        User::Other { uid, gid } => {
            write("uid_map", &format!("{uid} {uid} 1\n"))?;
            write("gid_map", &format!("{gid} {gid} 1\n"))
        }
        User::Same => {
            let all = |file| identity(&fs::read_to_string(file).unwrap_or_default());
            if uid == 0
                && write("uid_map", &all("/proc/self/uid_map")).is_ok()
                && write("gid_map", &all("/proc/self/gid_map")).is_ok()
            {
                return Ok(());
            }
            let mapped = |file: &str| {
                fs::read_to_string(format!("/proc/{child}/{file}")).is_ok_and(|map| !map.is_empty())
            };
            if !mapped("uid_map") {
                write("uid_map", &format!("{uid} {uid} 1\n"))?;
            }
            // Who is no root may give up no groups: a group can be what keeps somebody out of a file.
            write("setgroups", "deny")?;
            write("gid_map", &format!("{gid} {gid} 1\n"))
        }
    }
}

/// A map in which everyone whom the map names is himself.
fn identity(map: &str) -> String {
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        let (inside, _, count) = (words.next()?, words.next()?, words.next()?);
        Some(format!("{inside} {inside} {count}\n"))
    };
    map.lines().filter_map(line).collect()
}

/// In the child, once [`map_ids`] was called: becomes that user, in no group but his own. Its privileges inside stay.
///
/// # Errors
/// `EINVAL` where the user was not mapped.
pub fn settle(user: User) -> Result<(), Errno> {
    let User::Other { uid, gid } = user else { return Ok(()) };
    // SAFETY: an empty list of groups is not looked at; the others take numbers.
    unsafe {
        check(libc::setgroups(0, std::ptr::null()))?;
        check(libc::setresgid(gid, gid, gid))?;
        check(libc::setresuid(uid, uid, uid))?;
    }
    Ok(())
}

/// This process gets SIGKILL when the thread that forked it ends: prctl(2), PR_SET_PDEATHSIG. It is to be called after the last
/// change of the user, which forgets it. Who was too late learns it elsewhere.
pub fn die_with_parent() {
    // SAFETY: it takes numbers.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
}

/// Lets no process of the same user look into the memory of this one, nor change it: prctl(2), PR_SET_DUMPABLE.
pub fn hide_memory(hide: bool) {
    // SAFETY: it takes numbers.
    unsafe { libc::prctl(libc::PR_SET_DUMPABLE, libc::c_ulong::from(!hide), 0, 0, 0) };
}

/// The highest number of a privilege that the kernel may know; more than there are is no error.
const LAST_PRIVILEGE: libc::c_ulong = 63;

/// Gives up every privilege inside, for this process and for what it starts: capabilities(7). Async-signal-safe.
///
/// # Errors
/// None that can be caused; what capset(2) says.
pub fn drop_privileges() -> Result<(), Errno> {
    #[repr(C)]
    struct Header {
        version: u32,
        pid: i32,
    }
    /// `_LINUX_CAPABILITY_VERSION_3`: three sets of 64 bits, as two halves.
    const VERSION: u32 = 0x2008_0522;
    let header = Header { version: VERSION, pid: 0 };
    let none = [0u32; 6];
    // SAFETY: the structures are what this version wants, and are only read; prctl takes numbers. Who has no right to drop a
    // privilege from the bounds cannot gain it either.
    unsafe {
        for privilege in 0..=LAST_PRIVILEGE {
            libc::prctl(libc::PR_CAPBSET_DROP, privilege, 0, 0, 0);
        }
        libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        check_long(libc::syscall(libc::SYS_capset, &raw const header, none.as_ptr())).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::identity;

    #[test]
    fn everyone_is_himself() {
        assert_eq!(identity("         0          0 4294967295\n"), "0 0 4294967295\n");
        assert_eq!(identity(" 0 1000 1\n 1 100000 65536\n"), "0 0 1\n1 1 65536\n");
        assert_eq!(identity("odd\n\n"), "");
    }
}
