//! Other machines than this one: where calls are refused, and where one is not root.

use super::stage::Stage;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter,
};
use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// A user whom nobody else is.
const STRANGER: u32 = 61_237;

/// It, and all that it starts, may not trace, as in many containers.
pub fn without_ptrace(command: &mut Command) {
    refuse(command, [(libc::SYS_ptrace, Vec::new())].into_iter().collect(), libc::EPERM);
}

/// Nor make namespaces.
pub fn without_namespaces(command: &mut Command) {
    let flag = libc::CLONE_NEWUSER as u64;
    let asked = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(flag), flag);
    let rule = SeccompRule::new(vec![asked.expect("a condition")]).expect("a rule");
    let rules = [(libc::SYS_clone, vec![rule]), (libc::SYS_unshare, Vec::new())];
    refuse(command, rules.into_iter().collect(), libc::EPERM);
    // Whose arguments no filter can look at: then the older call is taken.
    refuse(command, [(libc::SYS_clone3, Vec::new())].into_iter().collect(), libc::ENOSYS);
}

fn refuse(command: &mut Command, rules: BTreeMap<i64, Vec<SeccompRule>>, errno: i32) {
    let arch = std::env::consts::ARCH.try_into().expect("a processor that is known");
    let refused = SeccompAction::Errno(errno as u32);
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refused, arch).expect("a filter");
    let filter: BpfProgram = filter.try_into().expect("a filter");
    // SAFETY: only system calls that are async-signal-safe.
    unsafe { command.pre_exec(move || apply_filter(&filter).map_err(|_| std::io::ErrorKind::Other.into())) };
}

pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// proctor in that folder, by somebody who is not root and has it for his own.
pub fn as_nobody(stage: &Stage, args: &[&str]) -> Command {
    let mut command = stage.command(args);
    if !is_root() {
        return command;
    }
    // Where anybody may come, which is not sure of where it was built.
    let program = stage.file("proctor");
    let built = Path::new(command.get_program());
    if !program.exists() && std::fs::hard_link(built, &program).is_err() {
        // By another process: while one that another thread has just forked holds our descriptor, the copy could not be executed (ETXTBSY).
        let copied = Command::new("cp").args([built, &program]).status();
        assert!(copied.expect("cp").success(), "a copy");
    }
    give(stage.path());
    let mut other = Command::new(&program);
    other.args(command.get_args()).current_dir(stage.path()).stdin(std::process::Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => other.env(name, value),
            None => other.env_remove(name),
        };
    }
    other.env_remove("XDG_RUNTIME_DIR").env("HOME", stage.path()).uid(STRANGER).gid(STRANGER);
    command = other;
    command
}

/// All in a folder becomes the stranger's.
fn give(path: &Path) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).expect("a folder").flatten() {
            give(&entry.path());
        }
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("our own");
    }
    if !path.ends_with("proctor") {
        chown(path, Some(STRANGER), Some(STRANGER)).expect("we are root");
    }
}
