//! Landlock, by which a process gives up rights for itself and all that it starts, without root: landlock(7).

use crate::process::errno::{Errno, check_long};
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, Scope,
};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;

/// What the rules are written for; an older kernel is given those that it knows.
const NEWEST: ABI = ABI::V6;

/// What is allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Files below these may be read and executed. With none here and none in `write`, files are left alone.
    pub read: Vec<PathBuf>,
    /// Files below these may be changed too.
    pub write: Vec<PathBuf>,
    /// No signal and no abstract socket goes to a process that is not below this one.
    pub apart: bool,
    /// No TCP.
    pub no_network: bool,
}

/// The version that the kernel has, by asking it; 0: none.
#[must_use]
pub fn abi() -> i32 {
    /// `LANDLOCK_CREATE_RULESET_VERSION`
    const VERSION: u32 = 1;
    // SAFETY: with this flag no structure is looked at; see landlock_create_ruleset(2).
    let version = unsafe {
        let none = std::ptr::null::<libc::c_void>();
        libc::syscall(libc::SYS_landlock_create_ruleset, none, 0usize, VERSION)
    };
    i32::try_from(version).unwrap_or(0).max(0)
}

/// The rules, as a descriptor that [`restrict`] takes. None where the kernel knows nothing of what they ask for.
///
/// # Errors
/// `EMFILE`, and what the kernel has against the rules.
pub fn rules(reach: &Reach) -> Result<Option<OwnedFd>, Errno> {
    let failed = |_| Errno::last();
    let files = !(reach.read.is_empty() && reach.write.is_empty());
    let mut rules = Ruleset::default();
    if files {
        rules = rules.handle_access(AccessFs::from_all(NEWEST)).map_err(failed)?;
    }
    if reach.no_network {
        rules = rules.handle_access(AccessNet::BindTcp | AccessNet::ConnectTcp).map_err(failed)?;
    }
    if reach.apart {
        rules = rules.scope(Scope::Signal | Scope::AbstractUnixSocket).map_err(failed)?;
    }
    let mut made = rules.create().map_err(failed)?;
    if files {
        let all: BitFlags<AccessFs> = AccessFs::from_all(NEWEST);
        let below = reach.read.iter().map(|path| (path, AccessFs::from_read(NEWEST)));
        for (path, access) in below.chain(reach.write.iter().map(|path| (path, all))) {
            // What is not there needs no rule.
            if let Ok(fd) = PathFd::new(path) {
                made = made.add_rule(PathBeneath::new(fd, access)).map_err(failed)?;
            }
        }
    }
    Ok(made.into())
}

/// Puts the rules in force for this process. It must have given up gaining privileges before. Async-signal-safe.
///
/// # Errors
/// `E2BIG` where sixteen sets of rules are in force already.
pub fn restrict(rules: &OwnedFd) -> Result<(), Errno> {
    // SAFETY: it takes numbers; see landlock_restrict_self(2).
    check_long(unsafe { libc::syscall(libc::SYS_landlock_restrict_self, rules.as_raw_fd(), 0u32) }).map(drop)
}
