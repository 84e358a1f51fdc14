//! The descriptors that a call waits on, one or many, and what they lead to.

use super::blocked::Caller;
use super::glance::text;
use super::holder::{Target, led};
use crate::event::End;
use crate::event::hang::{Channel, Holder, Kin, Stream, Who};
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

/// Of many descriptors, so many are told.
const MOST: usize = 64;

/// A descriptor of signalfd(2): a read of it waits for signals.
#[derive(Debug)]
pub struct Signalled;

/// What a descriptor leads to; none where it is closed.
pub fn stream(caller: &Caller<'_>, fd: i32, end: End) -> Option<Result<Stream, Signalled>> {
    let led = led(caller.pid, fd)?;
    let (case, pid) = (caller.case, caller.pid);
    let other = match end {
        End::Read => End::Write,
        End::Write => End::Read,
    };
    let holders = |target| -> Vec<Holder> {
        let held = case.descriptors.with_end(target, other);
        let same = case.descriptors.with_end(target, end);
        let both = |holder| same.iter().any(|(pid, _)| *pid == holder);
        held.into_iter()
            .map(|(holder, fd)| Holder { both: both(holder), ..case.holder(pid, holder, fd) })
            .collect()
    };
    let channel = match led.target {
        Some(target @ Target::Pipe(inode)) => Channel::Pipe { inode, others: holders(target) },
        Some(target @ Target::Fifo(..)) => {
            // Opened for reading and writing, it is not its own other end in anybody's mind.
            let others =
                holders(target).into_iter().filter(|holder| (holder.who.pid, holder.fd) != (pid, fd));
            Channel::Fifo { path: led.link, others: others.collect() }
        }
        Some(Target::Socket(inode)) => {
            let known = case.descriptors.socket(pid, inode).cloned().unwrap_or_default();
            let others = known.peer.map(|peer| holders(Target::Socket(peer))).unwrap_or_default();
            let words = if known.words.is_empty() { "a socket".to_owned() } else { known.words };
            Channel::Socket { words, others, listens: known.listens }
        }
        None => match led.link.as_str() {
            "anon_inode:[signalfd]" => return Some(Err(Signalled)),
            "anon_inode:[timerfd]" => Channel::Timer,
            _ if led.device.is_some_and(is_terminal_device) => Channel::Terminal { path: led.link },
            _ => Channel::Other(led.link),
        },
    };
    Some(Ok(Stream { fd, end, channel }))
}

/// Unix98 terminals (136 to 143), consoles (4), /dev/tty (5), and serial lines of a few kinds; see the kernel's devices.txt.
fn is_terminal_device(major: u32) -> bool {
    matches!(major, 4 | 5 | 136..=143 | 166 | 188 | 204 | 229)
}

pub fn is_terminal(pid: i32, fd: i32) -> bool {
    led(pid, fd).is_some_and(|led| led.device.is_some_and(is_terminal_device))
}

/// Whether a path, as the process means it, is a FIFO. `at`: below the directory that the descriptor is.
pub fn is_fifo(pid: i32, directory: i32, at: bool, path: &str) -> bool {
    let root = format!("/proc/{pid}/root");
    let base = match path.strip_prefix('/') {
        Some(rest) => Path::new(&root).join(rest),
        None if at && directory != libc::AT_FDCWD => {
            Path::new(&format!("/proc/{pid}/fd/{directory}")).join(path)
        }
        None => Path::new(&format!("/proc/{pid}/cwd")).join(path),
    };
    fs::metadata(base).is_ok_and(|meta| meta.file_type().is_fifo())
}

/// The array of struct pollfd of poll(2).
pub fn polled(caller: &Caller<'_>) -> Vec<Stream> {
    const SIZE: u64 = 8;
    let count = caller.args[1].min(MOST as u64);
    let read = |index: u64| -> Option<(i32, End)> {
        let bytes: [u8; SIZE as usize] = caller.memory.bytes(caller.args[0].checked_add(index * SIZE)?)?;
        let [a, b, c, d, low, high, ..] = bytes;
        let fd = i32::from_ne_bytes([a, b, c, d]);
        let wanted = i16::from_ne_bytes([low, high]);
        (fd >= 0).then_some((fd, side(wanted & libc::POLLIN != 0, wanted & libc::POLLOUT != 0)))
    };
    streams(caller, (0..count).filter_map(read))
}

/// The three sets of select(2).
pub fn selected(caller: &Caller<'_>) -> Vec<Stream> {
    let count = (caller.args[0] as i32).clamp(0, 1024);
    let has = |set: usize, fd: i32| {
        let Ok(fd) = u64::try_from(fd) else { return false };
        let word = caller.args[set].checked_add(fd / 64 * 8).filter(|_| caller.args[set] != 0);
        word.and_then(|word| caller.memory.u64(word)).is_some_and(|word| word >> (fd % 64) & 1 == 1)
    };
    let wanted = (0..count).filter_map(|fd| {
        let (reads, writes) = (has(1, fd), has(2, fd));
        (reads || writes || has(3, fd)).then(|| (fd, side(reads, writes)))
    });
    streams(caller, wanted)
}

/// What an epoll descriptor watches: lines `tfd: 5 events: 19 …` of proc_pid_fdinfo(5).
pub fn of_epoll(caller: &Caller<'_>) -> Vec<Stream> {
    let info = text(&format!("/proc/{}/fdinfo/{}", caller.pid, caller.args[0] as i32)).unwrap_or_default();
    let wanted = info.lines().filter_map(|line| {
        let mut fields = line.strip_prefix("tfd:")?.split_ascii_whitespace();
        let fd = fields.next()?.parse().ok()?;
        let events = u32::from_str_radix(fields.nth(1)?, 16).ok()?;
        Some((fd, side(events & libc::EPOLLIN as u32 != 0, events & libc::EPOLLOUT as u32 != 0)))
    });
    streams(caller, wanted)
}

/// Who wants both waits for the harder one: what can be written to, would not be waited for.
fn side(reads: bool, writes: bool) -> End {
    if writes && !reads { End::Write } else { End::Read }
}

fn streams(caller: &Caller<'_>, wanted: impl Iterator<Item = (i32, End)>) -> Vec<Stream> {
    let found = wanted.take(MOST).filter_map(|(fd, end)| match stream(caller, fd, end)? {
        Ok(stream) => Some(stream),
        Err(Signalled) => Some(Stream { fd, end, channel: Channel::Other("signals (signalfd)".to_owned()) }),
    });
    found.collect()
}

/// The file whose lock a thread waits for, and who has the lock: of proc(5), /proc/locks.
pub fn file_lock(caller: &Caller<'_>, fd: i32) -> Option<(String, Vec<Holder>)> {
    let path = led(caller.pid, fd)?.link;
    let meta = fs::metadata(format!("/proc/{}/fd/{fd}", caller.pid)).ok()?;
    let file = format!("{:02x}:{:02x}:{}", libc::major(meta.dev()), libc::minor(meta.dev()), meta.ino());
    let table = text("/proc/locks").unwrap_or_default();
    let rows: Vec<Row<'_>> = table.lines().filter_map(Row::read).filter(|row| row.file == file).collect();
    let waiting = rows.iter().find(|row| row.waits && row.pid == caller.pid);
    // The lines of those who wait stand below that of whom they wait for, with its number.
    let blocks = |row: &&Row<'_>| !row.waits && waiting.is_none_or(|waiting| waiting.number == row.number);
    let holders = rows.iter().filter(blocks).flat_map(|row| holders(caller, row, &file));
    Some((path, holders.collect()))
}

/// A line of /proc/locks: `1: -> FLOCK ADVISORY WRITE 359 00:13:11691 0 EOF`.
struct Row<'a> {
    number: &'a str,
    waits: bool,
    kind: &'a str,
    pid: i32,
    file: &'a str,
}

impl<'a> Row<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let mut fields = line.split_ascii_whitespace().peekable();
        let number = fields.next()?;
        let waits = fields.next_if_eq(&"->").is_some();
        let kind = fields.next()?;
        let pid = fields.nth(2)?.parse().ok()?;
        Some(Self { number, waits, kind, pid, file: fields.next()? })
    }
}

/// A lock of fcntl(2) is its process's; one of flock(2) is that of everybody who has a copy of the descriptor.
fn holders(caller: &Caller<'_>, row: &Row<'_>, file: &str) -> Vec<Holder> {
    let case = caller.case;
    if row.kind == "POSIX" && row.pid > 0 {
        return vec![case.holder(caller.pid, row.pid, -1)];
    }
    let mut pids: Vec<i32> = case.tree.iter().copied().collect();
    if row.pid > 0 && !pids.contains(&row.pid) {
        pids.push(row.pid);
    }
    let found: Vec<Holder> = pids
        .into_iter()
        .flat_map(|pid| locked_by(pid, row.kind, file).into_iter().map(move |fd| (pid, fd)))
        .map(|(pid, fd)| case.holder(caller.pid, pid, fd))
        .collect();
    if found.is_empty() && row.pid > 0 {
        let gone = Who { pid: row.pid, name: "a process that has ended".to_owned() };
        return vec![Holder { who: gone, fd: -1, kind: Kin::Outside, both: false }];
    }
    found
}

/// The descriptors of a process that such a lock on the file belongs to: `lock:` lines of proc_pid_fdinfo(5).
fn locked_by(pid: i32, kind: &str, file: &str) -> Vec<i32> {
    let entries = fs::read_dir(format!("/proc/{pid}/fdinfo")).into_iter().flatten();
    let mut all: Vec<i32> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let info = fs::read_to_string(entry.path()).ok()?;
            let locked = info.lines().filter_map(|line| line.strip_prefix("lock:")).filter_map(Row::read);
            let ours = locked.into_iter().any(|row| row.kind == kind && row.file == file);
            ours.then(|| entry.file_name().to_str()?.parse().ok()).flatten()
        })
        .collect();
    all.sort_unstable();
    all
}
