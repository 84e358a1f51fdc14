//! Who has the other end of a pipe, a FIFO or a socket open: all descriptors of all processes that can be seen, by what
//! they lead to. See proc_pid_fd(5), proc_pid_fdinfo(5).

use super::glance::text;
use super::socket::{self, Socket};
use crate::event::End;
use crate::process::proc_file::all_pids;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

/// What a descriptor leads to, as far as two descriptors can be told to lead to the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    Pipe(u64),
    /// Device and inode.
    Fifo(u64, u64),
    Socket(u64),
}

/// A descriptor of a process, and what it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Led {
    /// The link: `pipe:[123]`, or a path.
    pub link: String,
    pub target: Option<Target>,
    /// A character device's major number.
    pub device: Option<u32>,
}

/// What a descriptor of a process leads to; none where it is closed.
pub fn led(pid: i32, fd: i32) -> Option<Led> {
    let path = format!("/proc/{pid}/fd/{fd}");
    let link = fs::read_link(&path).ok()?;
    let link = String::from_utf8_lossy(link.as_os_str().as_bytes()).into_owned();
    let mut led = Led { target: anonymous(&link), link, device: None };
    if led.target.is_none()
        && let Ok(meta) = fs::metadata(&path)
    {
        if meta.file_type().is_fifo() {
            led.target = Some(Target::Fifo(meta.dev(), meta.ino()));
        } else if meta.file_type().is_char_device() {
            led.device = Some(libc::major(meta.rdev()));
        }
    }
    Some(led)
}

/// `pipe:[123]` and `socket:[123]`.
fn anonymous(link: &str) -> Option<Target> {
    let (kind, rest) = link.split_once(":[")?;
    let inode = rest.strip_suffix(']')?.parse().ok()?;
    match kind {
        "pipe" => Some(Target::Pipe(inode)),
        "socket" => Some(Target::Socket(inode)),
        _ => None,
    }
}

/// Whoever has what open: looked up as soon as somebody asks.
#[derive(Debug, Default)]
pub struct Descriptors {
    open: OnceCell<BTreeMap<Target, Vec<(i32, i32)>>>,
    sockets: OnceCell<BTreeMap<u64, Socket>>,
}

impl Descriptors {
    /// The pids and descriptors with this end of it open, in their order; of a socket, which has no ends, all that have it.
    pub fn with_end(&self, target: Target, end: End) -> Vec<(i32, i32)> {
        let open = self.open.get_or_init(scan);
        let has_end = |(pid, fd): &&(i32, i32)| {
            matches!(target, Target::Socket(_))
                || access(*pid, *fd).is_some_and(|(reads, writes)| match end {
                    End::Read => reads,
                    End::Write => writes,
                })
        };
        open.get(&target).into_iter().flatten().filter(has_end).copied().collect()
    }

    /// What is known of a socket of this process.
    pub fn socket(&self, pid: i32, inode: u64) -> Option<&Socket> {
        self.sockets.get_or_init(|| socket::all(pid)).get(&inode)
    }
}

/// All descriptors of all processes that can be seen.
fn scan() -> BTreeMap<Target, Vec<(i32, i32)>> {
    let mut found: BTreeMap<Target, Vec<(i32, i32)>> = BTreeMap::new();
    for pid in all_pids().unwrap_or_default() {
        for (fd, target) in targets(pid) {
            found.entry(target).or_default().push((pid, fd));
        }
    }
    found
}

/// A process's descriptors that lead to pipes, FIFOs and sockets.
fn targets(pid: i32) -> Vec<(i32, Target)> {
    let directory = format!("/proc/{pid}/fd");
    let entries = fs::read_dir(&directory).into_iter().flatten();
    let mut all: Vec<(i32, Target)> = entries
        .filter_map(|entry| {
            let name = entry.ok()?.file_name();
            let fd: i32 = name.to_str()?.parse().ok()?;
            let path = format!("{directory}/{fd}");
            let link = fs::read_link(&path).ok()?;
            if let Some(target) = link.to_str().and_then(anonymous) {
                return Some((fd, target));
            }
            if !link.is_absolute() || link.starts_with("/dev") {
                return None;
            }
            let meta = fs::metadata(&path).ok().filter(|meta| meta.file_type().is_fifo())?;
            Some((fd, Target::Fifo(meta.dev(), meta.ino())))
        })
        .collect();
    all.sort_unstable();
    all
}

/// Whether a descriptor can be read from, and written to.
fn access(pid: i32, fd: i32) -> Option<(bool, bool)> {
    let info = text(&format!("/proc/{pid}/fdinfo/{fd}"))?;
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"))?;
    match i32::from_str_radix(flags.trim(), 8).ok()? & libc::O_ACCMODE {
        libc::O_RDONLY => Some((true, false)),
        libc::O_WRONLY => Some((false, true)),
        libc::O_RDWR => Some((true, true)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Descriptors, End, Target, anonymous, led};
    use std::os::fd::AsRawFd;

    #[test]
    fn links_say_what_they_lead_to() {
        assert_eq!(anonymous("pipe:[77]"), Some(Target::Pipe(77)));
        assert_eq!(anonymous("socket:[8]"), Some(Target::Socket(8)));
        for other in ["/tmp/pipe:[7]", "pipe:[x]", "anon_inode:[eventfd]", "pipe:[7] (deleted)", ""] {
            assert_eq!(anonymous(other), None, "{other}");
        }
    }

    #[test]
    fn both_ends_of_a_pipe_are_found() {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let own = i32::try_from(std::process::id()).expect("a pid");
        let target = led(own, reader.as_raw_fd()).and_then(|led| led.target).expect("a pipe");
        let all = Descriptors::default();
        let ours = |end| {
            let found = all.with_end(target, end).into_iter().filter(|(pid, _)| *pid == own);
            found.map(|(_, fd)| fd).collect::<Vec<_>>()
        };
        assert_eq!(ours(End::Read), [reader.as_raw_fd()]);
        assert_eq!(ours(End::Write), [writer.as_raw_fd()]);
    }
}
