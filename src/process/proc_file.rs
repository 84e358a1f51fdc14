//! What the kernel tells of processes in files: proc(5). Read in one go each, for they may change or vanish at any
//! moment, and read with care, for a process chooses its own name.

use super::clock::SECOND;
use super::errno::Errno;
use rustix::fs::{Mode, OFlags};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// `/proc/PID/stat`; see proc_pid_stat(5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    pub pid: i32,
    /// The kernel's name for it: at most 15 bytes, any bytes.
    pub name: String,
    /// `R S D T t Z X I`. `Z` is no proof of an end: only the first thread may have ended. Ask a pidfd.
    pub state: char,
    pub ppid: i32,
    pub pgid: i32,
    pub sid: i32,
    /// The controlling terminal's device number; 0: none.
    pub terminal: i32,
    /// It has not executed a program since it was forked; a zombie still shows it.
    pub only_forked: bool,
    /// The foreground group of that terminal; -1: none.
    pub foreground_pgid: i32,
    /// Nanoseconds, counted in ticks of 10 ms.
    pub user_time: i64,
    pub system_time: i64,
    /// Nanoseconds of processors that its reaped children have used, and theirs.
    pub reaped_time: i64,
    pub threads: i64,
    /// Ticks after the machine's start: with the pid, who it is.
    pub start_ticks: u64,
    /// Bytes in memory.
    pub rss: u64,
    /// The status word of wait(2), of a zombie; 0 where we may not know.
    pub exit_word: i32,
}

/// The masks in `/proc/PID/status`: signal n is bit n-1. See proc_pid_status(5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignalMasks {
    /// Pending for the process or for its first thread.
    pub pending: u64,
    pub blocked: u64,
    pub ignored: u64,
    pub caught: u64,
}

/// Reads a file of /proc whole.
///
/// # Errors
/// `ENOENT` or `ESRCH` where the process is gone, `EACCES`. Where /proc itself is missing: `ENOSYS`.
fn read(path: &str) -> Result<Vec<u8>, Errno> {
    let fd = match rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()) {
        Ok(fd) => fd,
        Err(errno) => return Err(explain(errno.into())),
    };
    let mut bytes = Vec::with_capacity(1024);
    loop {
        if bytes.len() == bytes.capacity() {
            bytes.reserve(bytes.len());
        }
        match rustix::io::read(&fd, rustix::buffer::spare_capacity(&mut bytes)) {
            Ok(0) => return Ok(bytes),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
}

/// Tells "no such process" from "no /proc".
fn explain(errno: Errno) -> Errno {
    let missing =
        errno == Errno::ENOENT && rustix::fs::access("/proc/self/stat", rustix::fs::Access::EXISTS).is_err();
    if missing { Errno::ENOSYS } else { errno }
}

/// A process's state and numbers; of a zombie too.
///
/// # Errors
/// `ENOENT` where there is none, `ENOSYS` where /proc is not mounted.
pub fn stat(pid: i32) -> Result<Stat, Errno> {
    let bytes = read(&format!("/proc/{pid}/stat"))?;
    parse_stat(&bytes).ok_or(Errno::EIO)
}

/// The state of each of its threads, as [`stat`] has it of the first.
///
/// # Errors
/// As [`stat`].
pub fn states(pid: i32) -> Result<Vec<char>, Errno> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).map_err(|error| explain(error.into()))?;
    let path = |thread: std::fs::DirEntry| format!("/proc/{pid}/task/{}/stat", thread.file_name().display());
    // One that has ended meanwhile has no state any more.
    let states = threads.filter_map(|thread| Some(parse_stat(&read(&path(thread.ok()?)).ok()?)?.state));
    Ok(states.collect())
}

/// The name stands in brackets and may hold brackets, spaces and newlines itself: only its last bracket is its end.
fn parse_stat(bytes: &[u8]) -> Option<Stat> {
    let open = bytes.iter().position(|byte| *byte == b'(')?;
    let close = bytes.iter().rposition(|byte| *byte == b')')?;
    let pid = std::str::from_utf8(&bytes[..open]).ok()?.trim().parse().ok()?;
    let name = String::from_utf8_lossy(bytes.get(open + 1..close)?).into_owned();
    let fields: Vec<&str> = std::str::from_utf8(&bytes[close + 1..]).ok()?.split_ascii_whitespace().collect();
    // The first of these is the manual's field 3.
    let field = |number: usize| fields.get(number - 3).copied();
    let int = |number: usize| field(number)?.parse::<i64>().ok();
    let small = |number: usize| field(number)?.parse::<i32>().ok();
    /// `PF_FORKNOEXEC` of the kernel.
    const ONLY_FORKED: i64 = 0x40;
    let tick = SECOND / i64::try_from(rustix::param::clock_ticks_per_second()).ok()?.max(1);
    Some(Stat {
        pid,
        name,
        state: field(3)?.chars().next()?,
        ppid: small(4)?,
        pgid: small(5)?,
        sid: small(6)?,
        terminal: small(7)?,
        foreground_pgid: small(8)?,
        only_forked: int(9)? & ONLY_FORKED != 0,
        user_time: int(14)?.saturating_mul(tick),
        system_time: int(15)?.saturating_mul(tick),
        reaped_time: int(16)?.saturating_add(int(17)?).saturating_mul(tick),
        threads: int(20)?,
        start_ticks: field(22)?.parse().ok()?,
        rss: field(24)?.parse::<i64>().ok()?.max(0).cast_unsigned() * rustix::param::page_size() as u64,
        exit_word: small(52).unwrap_or(0),
    })
}

/// Where in this process's memory its arguments are, as proc_pid_stat(5) has it: from here, to before there.
pub(super) fn argument_memory() -> Option<(usize, usize)> {
    own_range(48)
}

/// The same for the environment that it was started with.
pub(super) fn environment_memory() -> Option<(usize, usize)> {
    own_range(50)
}

fn own_range(field: usize) -> Option<(usize, usize)> {
    let bytes = read("/proc/self/stat").ok()?;
    let close = bytes.iter().rposition(|byte| *byte == b')')?;
    let mut fields = std::str::from_utf8(&bytes[close + 1..]).ok()?.split_ascii_whitespace().skip(field - 3);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// Bytes of memory that a process has and no file on a disk has: its own, and what it shares with others. Of a zombie: none.
///
/// # Errors
/// As [`stat`].
pub fn resident(pid: i32) -> Result<u64, Errno> {
    Ok(kibibytes(&read(&format!("/proc/{pid}/status"))?, &["RssAnon:", "RssShmem:"]))
}

/// The same with each page divided by how many have it, so that the sum of all processes counts each once. It takes long.
///
/// # Errors
/// As [`stat`], and `EACCES` where we may not look into it.
pub fn share_of_memory(pid: i32) -> Result<u64, Errno> {
    Ok(kibibytes(&read(&format!("/proc/{pid}/smaps_rollup"))?, &["Pss_Anon:", "Pss_Shmem:"]))
}

/// The sum of these lines, in bytes.
fn kibibytes(bytes: &[u8], names: &[&str]) -> u64 {
    let text = String::from_utf8_lossy(bytes);
    let value = |line: &str| {
        let name = names.iter().find(|name| line.starts_with(**name))?;
        line[name.len()..].split_whitespace().next()?.parse::<u64>().ok()
    };
    text.lines().filter_map(value).fold(0, u64::saturating_add).saturating_mul(1024)
}

/// What a process does with signals.
///
/// # Errors
/// As [`stat`].
pub fn signal_masks(pid: i32) -> Result<SignalMasks, Errno> {
    Ok(parse_masks(&read(&format!("/proc/{pid}/status"))?))
}

fn parse_masks(bytes: &[u8]) -> SignalMasks {
    let text = String::from_utf8_lossy(bytes);
    let mut masks = SignalMasks::default();
    for (key, value) in text.lines().filter_map(|line| line.split_once(':')) {
        let Ok(mask) = u64::from_str_radix(value.trim(), 16) else { continue };
        match key {
            "SigPnd" | "ShdPnd" => masks.pending |= mask,
            "SigBlk" => masks.blocked = mask,
            "SigIgn" => masks.ignored = mask,
            "SigCgt" => masks.caught = mask,
            _ => {}
        }
    }
    masks
}

/// The pid of the process that traces it; 0 where none does.
#[must_use]
pub fn tracer(pid: i32) -> Option<i32> {
    let bytes = read(&format!("/proc/{pid}/status")).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    text.lines().find_map(|line| line.strip_prefix("TracerPid:"))?.trim().parse().ok()
}

/// The command line as its arguments; empty for a zombie or a thread of the kernel.
///
/// # Errors
/// As [`stat`].
pub fn command_line(pid: i32) -> Result<Vec<String>, Errno> {
    let bytes = read(&format!("/proc/{pid}/cmdline"))?;
    let bytes = bytes.strip_suffix(b"\0").unwrap_or(&bytes);
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    Ok(bytes.split(|byte| *byte == 0).map(|arg| String::from_utf8_lossy(arg).into_owned()).collect())
}

/// Its current directory.
///
/// # Errors
/// As [`stat`]; `EACCES` for another user's; `ENOENT` for a zombie.
pub fn current_directory(pid: i32) -> Result<PathBuf, Errno> {
    std::fs::read_link(format!("/proc/{pid}/cwd")).map_err(|error| explain(error.into()))
}

/// Its open descriptors in their order, and what each one is.
///
/// # Errors
/// As [`current_directory`].
pub fn descriptors(pid: i32) -> Result<Vec<(i32, String)>, Errno> {
    let directory = format!("/proc/{pid}/fd");
    let entries = std::fs::read_dir(&directory).map_err(|error| explain(error.into()))?;
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    let mut found: Vec<_> = numbers
        .filter_map(|number| {
            let target = std::fs::read_link(format!("{directory}/{number}")).ok()?;
            Some((number, String::from_utf8_lossy(target.as_os_str().as_bytes()).into_owned()))
        })
        // Our own listing would show itself.
        .filter(|(_, target)| !(pid == super::fork::pid() && target.ends_with(&format!("/proc/{pid}/fd"))))
        .collect();
    found.sort_unstable();
    Ok(found)
}

/// The pids of all processes that can be seen, in their order.
///
/// # Errors
/// `ENOSYS` where /proc is not mounted.
pub fn all_pids() -> Result<Vec<i32>, Errno> {
    let entries = std::fs::read_dir("/proc").map_err(|error| explain(error.into()))?;
    let mut pids: Vec<i32> =
        entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect();
    if pids.is_empty() {
        return Err(Errno::ENOSYS);
    }
    pids.sort_unstable();
    Ok(pids)
}

/// The pids of its children, zombies among them.
///
/// # Errors
/// As [`stat`].
pub fn children(pid: i32) -> Result<Vec<i32>, Errno> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).map_err(|error| explain(error.into()))?;
    let mut children = Vec::new();
    for thread in threads.filter_map(Result::ok) {
        match read(&format!("/proc/{pid}/task/{}/children", thread.file_name().to_string_lossy())) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                children.extend(text.split_ascii_whitespace().filter_map(|child| child.parse::<i32>().ok()));
            }
            // A kernel built without this file.
            Err(Errno::ENOENT) if stat(pid).is_ok() => return children_by_search(pid),
            Err(_) => {}
        }
    }
    children.sort_unstable();
    Ok(children)
}

fn children_by_search(pid: i32) -> Result<Vec<i32>, Errno> {
    let mut pids = all_pids()?;
    pids.retain(|candidate| stat(*candidate).is_ok_and(|stat| stat.ppid == pid));
    Ok(pids)
}

/// Whether the environment that it was executed with has this variable with this value.
///
/// # Errors
/// As [`current_directory`].
pub fn environment_has(pid: i32, name: &str, value: &str) -> Result<bool, Errno> {
    let wanted = format!("{name}={value}");
    let bytes = read(&format!("/proc/{pid}/environ"))?;
    Ok(bytes.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes()))
}

/// A small file as text without white space around it; for /proc/sys and for control groups.
pub(super) fn setting(path: &str) -> Option<String> {
    let bytes = read(path).ok()?;
    Some(String::from_utf8_lossy(&bytes).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{parse_masks, parse_stat};

    const TAIL: &str = "7 8 9 0 -1 4194560 1 2 3 4 150 20 0 0 20 0 3 0 123456 1000 25 18446744073709551615 \
        1 1 0 0 0 0 0 0 65536 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 9";

    #[test]
    fn hostile_names_do_not_shift_the_fields() {
        for name in ["sh", "a) R 1 1 (b", ")", "(", "x\n9 (y) Z 0", "", "é"] {
            let line = format!("42 ({name}) S {TAIL}\n");
            let Some(stat) = parse_stat(line.as_bytes()) else { panic!("{name:?}") };
            assert_eq!((stat.pid, stat.state, stat.ppid, stat.pgid, stat.sid), (42, 'S', 7, 8, 9));
            assert_eq!(
                (stat.name.as_str(), stat.threads, stat.start_ticks, stat.exit_word),
                (name, 3, 123_456, 9)
            );
            assert_eq!(stat.user_time, 1_500_000_000);
        }
        for broken in ["", "42", "42 (a", "42 (a)", ") (", "x (a) S 1", "42 (a) S 1 2 3"] {
            assert_eq!(parse_stat(broken.as_bytes()), None, "{broken:?}");
        }
    }

    #[test]
    fn masks_are_read() {
        let masks = parse_masks(
            b"Name:\tx\nSigPnd:\t01\nShdPnd:\t02\nSigBlk:\t0f\nSigIgn:\tg\nSigCgt:\t8000000000000000\n",
        );
        assert_eq!((masks.pending, masks.blocked, masks.ignored, masks.caught), (3, 15, 0, 1 << 63));
    }
}
