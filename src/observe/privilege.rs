//! Programs that gain a privilege when they are executed: set-user-id, set-group-id, capabilities of the file. Under a tracer
//! without privileges the kernel does not give it to them (execve(2), ptrace(2)), so they would run and behave otherwise.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

const SET_USER: u32 = 0o4000;
/// With the group's right to execute; without it the bit means locking.
const SET_GROUP: u32 = 0o2010;

/// Whether a tracee would gain one by executing this.
pub(super) fn is_gained(tid: i32, at: Option<i32>, path: &[u8]) -> bool {
    let path = Path::new(OsStr::from_bytes(path));
    let own = PathBuf::from(format!("/proc/{tid}"));
    let whole = match at {
        _ if path.is_absolute() => own.join("root").join(path.strip_prefix("/").unwrap_or(path)),
        Some(fd) if fd >= 0 => own.join("fd").join(fd.to_string()).join(path),
        _ => own.join("cwd").join(path),
    };
    let Ok(file) = std::fs::metadata(&whole) else { return false };
    let mode = file.permissions().mode();
    let (user, group) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    let by_user = mode & SET_USER != 0 && file.uid() != user;
    let by_group = mode & SET_GROUP == SET_GROUP && file.gid() != group;
    let by_file = rustix::fs::getxattr(&whole, "security.capability", &mut [0u8; 64][..]).is_ok();
    // The kernel looks at none of it in a script.
    (by_user || by_group || by_file) && file.is_file() && !is_script(&whole)
}

fn is_script(path: &Path) -> bool {
    let mut start = [0u8; 2];
    std::fs::File::open(path)
        .and_then(|mut file| std::io::Read::read_exact(&mut file, &mut start))
        .is_ok_and(|()| &start == b"#!")
}
