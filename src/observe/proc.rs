//! What only /proc tells of a tracee: proc_pid_status(5), proc_pid_fd(5), proc_pid_fdinfo(5).

use crate::event::End;
use std::os::unix::fs::PermissionsExt;

/// The process that a thread belongs to.
pub(super) fn thread_group(tid: i32) -> Option<i32> {
    field(&format!("/proc/{tid}/status"), "Tgid:")
}

/// The process that a tracee's descriptor holds; see pidfd_open(2).
pub(super) fn held_by_pidfd(tid: i32, fd: u64) -> Option<i32> {
    field(&format!("/proc/{tid}/fdinfo/{fd}"), "Pid:")
}

/// The process or thread that a tracee's descriptor stands for: a pidfd, or an open directory of /proc.
pub(super) fn held_by_descriptor(tid: i32, fd: i32) -> Option<i32> {
    let by_directory = || {
        let target = std::fs::read_link(format!("/proc/{tid}/fd/{fd}")).ok()?;
        target.file_name().filter(|_| target.starts_with("/proc"))?.to_str()?.parse().ok()
    };
    held_by_pidfd(tid, u64::try_from(fd).ok()?).or_else(by_directory)
}

/// Whether it has the flag no_new_privs; see prctl(2).
pub(super) fn promised_no_privileges(pid: i32) -> bool {
    field(&format!("/proc/{pid}/status"), "NoNewPrivs:") == Some(1_u8)
}

/// How often a thread gave the processor away by itself: because it went to sleep, or stood still.
pub(super) fn voluntary_switches(pid: i32, tid: i32) -> Option<u64> {
    field(&format!("/proc/{pid}/task/{tid}/status"), "voluntary_ctxt_switches:")
}

fn field<T: std::str::FromStr>(path: &str, name: &str) -> Option<T> {
    let text = std::fs::read(path).ok()?;
    let text = String::from_utf8_lossy(&text);
    text.lines().find_map(|line| line.strip_prefix(name))?.trim().parse().ok()
}

/// What a process does with the standard signals: signal n is bit n-1 of what it ignores, and of what it handles. One read
/// of `stat`, which is shorter than `status`.
pub(super) fn dispositions(pid: i32) -> Option<(u64, u64)> {
    let text = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    let close = text.iter().rposition(|byte| *byte == b')')?;
    let mut fields = text.get(close + 2..)?.split(|byte| *byte == b' ');
    // The first of them is field 3; 33 and 34 are wanted.
    let ignored = fields.nth(30)?;
    let caught = fields.next()?;
    let number = |bytes: &[u8]| std::str::from_utf8(bytes).ok()?.parse::<u64>().ok();
    Some((number(ignored)?, number(caught)?))
}

/// The pipe that a descriptor is an end of.
pub(super) fn pipe_end(pid: i32, fd: i32) -> Option<(u64, End)> {
    let path = format!("/proc/{pid}/fd/{fd}");
    let target = std::fs::read_link(&path).ok()?;
    let inode = target.to_str()?.strip_prefix("pipe:[")?.strip_suffix(']')?.parse().ok()?;
    // The link's own mode says how it is open.
    let mode = std::fs::symlink_metadata(&path).ok()?.permissions().mode();
    Some((inode, if mode & 0o200 != 0 { End::Write } else { End::Read }))
}

/// The numbers of a process's open descriptors.
pub(super) fn descriptors(pid: i32) -> Option<Vec<i32>> {
    let entries = std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
    Some(entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect())
}
