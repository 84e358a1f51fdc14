//! The record of a run on disk, for the case that guard and keeper are killed at the same moment.
//!
//! It is a file named by the run, and locked (flock(2)) by guard and keeper with one open file that both have: so
//! the lock is free when, and only when, both are gone, and no pid has to be trusted for that.

use rustix::fs::{
    AtFlags, CWD, FileType, FlockOperation, Mode, OFlags, flock, fstat, mkdirat, openat, unlinkat,
};
use rustix::io::Errno;
use rustix::time::{ClockId, clock_gettime};
use std::ffi::CString;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::PathBuf;

/// A run's record, held by its guard and its keeper.
#[derive(Debug)]
pub struct Record {
    directory: OwnedFd,
    name: CString,
    /// Its lock lasts as long as somebody has it.
    _file: File,
}

/// What stands in a record of a run that nobody guards any more.
#[derive(Debug)]
pub struct Abandoned {
    /// Holds the lock, so that two do not sweep the same run.
    record: Record,
    /// Nanoseconds of the boot clock (CLOCK_BOOTTIME): everything of the run was started later.
    pub since: u64,
}

/// The first line of every record.
const FIRST: &str = "proctor run record 1";

impl Record {
    /// Writes the record of a run that is about to start.
    ///
    /// # Errors
    /// Where there is no directory that is ours alone, or no room in it.
    pub fn create(run: &str, since: u64) -> std::io::Result<Self> {
        let mut result = Err(Errno::NOENT.into());
        for place in places() {
            result = open_directory(&place, true)
                .map_err(Into::into)
                .and_then(|dir| Self::create_in(dir, run, since));
            if result.is_ok() {
                break;
            }
        }
        result
    }

    fn create_in(directory: OwnedFd, run: &str, since: u64) -> std::io::Result<Self> {
        let name = CString::new(run)?;
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        loop {
            let mut file = File::from(openat(&directory, &name, flags, Mode::RUSR | Mode::WUSR)?);
            // A sweep that comes in between finds an empty record that nobody holds, and removes it.
            flock(&file, FlockOperation::LockExclusive)?;
            if fstat(&file)?.st_nlink == 0 {
                continue;
            }
            let text = format!("{FIRST}\nboot {}\nsince {since}\nguard {}\n", boot_id(), std::process::id());
            let written = file.write_all(text.as_bytes());
            let record = Self { directory, name, _file: file };
            if let Err(error) = written {
                record.remove();
                return Err(error);
            }
            return Ok(record);
        }
    }

    /// The run is over, and nothing of it is left.
    pub fn remove(self) {
        let _ = unlinkat(&self.directory, &self.name, AtFlags::empty());
    }
}

impl Abandoned {
    /// The run's name.
    pub fn run(&self) -> &str {
        self.record.name.to_str().unwrap_or("")
    }

    /// Nothing of it is left.
    pub fn remove(self) {
        self.record.remove();
    }
}

/// The records whose guard and keeper are both gone.
pub fn abandoned() -> Vec<Abandoned> {
    let mut all = Vec::new();
    for place in places() {
        let Ok(directory) = open_directory(&place, false) else { continue };
        for name in names(&directory) {
            if let Some(record) = take(&directory, &name) {
                all.push(record);
            }
        }
    }
    all
}

/// The files in the directory that can be records: one getdents(2) where there are few.
fn names(directory: &OwnedFd) -> Vec<CString> {
    let Ok(entries) = rustix::fs::Dir::read_from(directory) else { return Vec::new() };
    entries
        .flatten()
        .map(|entry| entry.file_name().to_owned())
        .filter(|name| name.count_bytes() == 32 && name.to_bytes().iter().all(u8::is_ascii_hexdigit))
        .collect()
}

/// The record, if nobody guards its run. One of another boot, or one that is empty, is removed at once: nothing of it
/// can be left, or had been started.
fn take(directory: &OwnedFd, name: &CString) -> Option<Abandoned> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = File::from(openat(directory, name, flags, Mode::empty()).ok()?);
    if FileType::from_raw_mode(fstat(&file).ok()?.st_mode) != FileType::RegularFile {
        return None;
    }
    flock(&file, FlockOperation::NonBlockingLockExclusive).ok()?;
    let mut text = String::new();
    let _ = (&file).take(4096).read_to_string(&mut text);
    let directory = directory.try_clone().ok()?;
    let record = Record { directory, name: name.clone(), _file: file };
    match since(&text) {
        Some(since) => Some(Abandoned { record, since }),
        None => {
            record.remove();
            None
        }
    }
}

/// When the run began, where the record is whole and of this boot.
fn since(text: &str) -> Option<u64> {
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let whole = text.starts_with(FIRST) && text.ends_with('\n') && field("guard").is_some();
    (whole && field("boot")? == boot_id()).then(|| field("since")?.parse().ok())?
}

/// Where records are kept: the first that can be used has the new ones, and all are looked at.
fn places() -> Vec<PathBuf> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
    let own = format!("/tmp/proctor-{}", rustix::process::geteuid().as_raw());
    runtime.map(|path| path.join("proctor")).into_iter().chain([PathBuf::from(own)]).collect()
}

/// Opens a directory that nobody but us can have made or written: others could make us signal what they like,
/// or have us write where they like.
fn open_directory(path: &PathBuf, create: bool) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = match openat(CWD, path, flags, Mode::empty()) {
        Err(Errno::NOENT) if create => {
            match mkdirat(CWD, path, Mode::RWXU) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(errno) => return Err(errno),
            }
            openat(CWD, path, flags, Mode::empty())?
        }
        result => result?,
    };
    let facts = fstat(&directory)?;
    let ours = facts.st_uid == rustix::process::geteuid().as_raw() && facts.st_mode & 0o077 == 0;
    if ours { Ok(directory) } else { Err(Errno::PERM) }
}

/// The kernel's name for the time since it was started: random(4).
fn boot_id() -> String {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.trim().to_owned()
}

/// A run's record, or why there is none; a part of another run needs none.
pub fn on_disk(nested: bool, name: &str) -> (Option<Record>, Option<String>) {
    if nested {
        return (None, None);
    }
    match Record::create(name, now()) {
        Ok(record) => (Some(record), None),
        Err(error) => (None, Some(error.to_string())),
    }
}

/// The clock that starts of processes are told in: proc_pid_stat(5), field 22.
pub fn now() -> u64 {
    let now = clock_gettime(ClockId::Boottime);
    u64::try_from(now.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap_or(0)
}
