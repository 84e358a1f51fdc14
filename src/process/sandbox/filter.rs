//! System calls that work which is not trusted does not need, and that could harm others: seccomp(2).

use crate::process::errno::{Errno, check};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    sock_filter,
};
use std::collections::BTreeMap;

/// Refused with EPERM: tracing others, mounts, the kernel's modules and keys, its machinery and the machine's clock.
const REFUSED: &[i64] = &[
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_process_madvise,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_open_by_handle_at,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_syslog,
    libc::SYS_vhangup,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_bpf,
    libc::SYS_userfaultfd,
    libc::SYS_perf_event_open,
    libc::SYS_fanotify_init,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
];

/// Told as not there, so that libraries take the older call, whose arguments can be looked at, or do without. Of what io_setup(2)
/// gives, one work could take all that the machine has.
const UNKNOWN: &[i64] = &[
    libc::SYS_clone3,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_io_setup,
];

/// What types into a terminal: TIOCSTI, and the console's TIOCLINUX.
const TYPING: [u64; 2] = [0x5412, 0x541c];

/// New namespaces, asked of clone(2).
const SPACES: [libc::c_int; 7] = [
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWCGROUP,
];

/// Filters made ready.
#[derive(Debug)]
pub struct Filter(Vec<BpfProgram>);

impl Filter {
    /// # Errors
    /// `ENOSYS` on a processor that the compiler of filters does not know.
    pub fn new() -> Result<Self, Errno> {
        let plain = |calls: &[i64]| calls.iter().map(|call| (*call, Vec::new())).collect();
        let mut refused: Rules = plain(REFUSED);
        refused.insert(libc::SYS_ioctl, by_argument(1, TYPING.map(|request| (SeccompCmpOp::Eq, request)))?);
        let space = |flag: libc::c_int| {
            let flag = flag as u64;
            (SeccompCmpOp::MaskedEq(flag), flag)
        };
        refused.insert(libc::SYS_clone, by_argument(0, SPACES.map(space))?);
        let mut all = vec![compile(refused, libc::EPERM)?, compile(plain(UNKNOWN), libc::ENOSYS)?];
        if cfg!(target_arch = "x86_64") {
            all.push(OTHER_NUMBERS.to_vec());
        }
        Ok(Self(all))
    }

    /// Puts them in force for this process and all that it starts. It must have given up gaining privileges before.
    /// Async-signal-safe.
    ///
    /// # Errors
    /// `EINVAL` where the kernel has no filters.
    pub fn apply(&self) -> Result<(), Errno> {
        for program in &self.0 {
            let length = program.len() as libc::c_ushort;
            let program = libc::sock_fprog { len: length, filter: program.as_ptr().cast_mut().cast() };
            // SAFETY: the program is as long as told, has the kernel's layout, and is only read.
            check(unsafe {
                libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program)
            })?;
        }
        Ok(())
    }
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// The second numbers that calls have on this processor (x32), by which the rules could be passed by: all are unknown.
const OTHER_NUMBERS: &[sock_filter] = &[
    // The call's number; the lowest of the others, and one on where it is below; unknown; allowed.
    sock_filter { code: 0x20, jt: 0, jf: 0, k: 0 },
    sock_filter { code: 0x35, jt: 0, jf: 1, k: 0x4000_0000 },
    sock_filter { code: 0x06, jt: 0, jf: 0, k: 0x0005_0000 | libc::ENOSYS as u32 },
    sock_filter { code: 0x06, jt: 0, jf: 0, k: 0x7fff_0000 },
];

/// A rule for each value that an argument may have.
fn by_argument<const N: usize>(
    argument: u8,
    values: [(SeccompCmpOp, u64); N],
) -> Result<Vec<SeccompRule>, Errno> {
    let rule = |(how, value)| {
        let condition =
            SeccompCondition::new(argument, SeccompCmpArgLen::Dword, how, value).map_err(unknown)?;
        SeccompRule::new(vec![condition]).map_err(unknown)
    };
    values.into_iter().map(rule).collect()
}

fn compile(rules: Rules, errno: i32) -> Result<BpfProgram, Errno> {
    let arch = std::env::consts::ARCH.try_into().map_err(unknown)?;
    let refused = SeccompAction::Errno(errno as u32);
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refused, arch).map_err(unknown)?;
    filter.try_into().map_err(unknown)
}

fn unknown<T>(_: T) -> Errno {
    Errno::ENOSYS
}

#[cfg(test)]
mod tests {
    use super::Filter;

    #[test]
    fn the_filters_compile_and_are_short() {
        let filter = Filter::new().expect("this processor is known");
        assert!(filter.0.iter().all(|program| program.len() < 4096));
    }
}
