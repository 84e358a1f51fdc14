//! Copying a directory that a stranger has made: what is in it is taken as it is, and followed nowhere.

use crate::process::errno::Errno;
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, mkdirat, openat, readlinkat, statat, symlinkat};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

/// How many files and directories are copied, and how deep.
const MOST: usize = 100_000;
const DEEPEST: usize = 64;

/// Opens a file that a stranger has made, for reading: a link in its place is not followed, and a FIFO not waited for.
///
/// # Errors
/// What open(2) says; `ELOOP` for a link.
pub fn open_stranger(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(File::from(openat(CWD, path, flags, Mode::empty())?))
}

/// Copies what is in the directory `from` into the directory at `to`: files with their modes, directories and links. Devices,
/// FIFOs and sockets are passed over.
///
/// # Errors
/// What the system says; `E2BIG` for more than 100000 files, `ELOOP` for more than 64 directories in each other.
pub fn copy(from: &OwnedFd, to: &Path) -> Result<(), Errno> {
    let directory = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let from = openat(from, c".", directory, Mode::empty())?;
    let to = openat(CWD, to, directory, Mode::empty())?;
    let mut waiting = vec![(from, to, 0)];
    let mut count = 0;
    while let Some((from, to, depth)) = waiting.pop() {
        for entry in Dir::read_from(&from)? {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            count += 1;
            if count > MOST {
                return Err(Errno::from(rustix::io::Errno::TOOBIG));
            }
            let facts = statat(&from, name, AtFlags::SYMLINK_NOFOLLOW)?;
            let mode = Mode::from_raw_mode(facts.st_mode & 0o777);
            match FileType::from_raw_mode(facts.st_mode) {
                FileType::Directory if depth == DEEPEST => return Err(rustix::io::Errno::LOOP.into()),
                FileType::Directory => {
                    mkdirat(&to, name, mode | Mode::RWXU)?;
                    let inside = openat(&from, name, directory, Mode::empty())?;
                    waiting.push((inside, openat(&to, name, directory, Mode::empty())?, depth + 1));
                }
                FileType::RegularFile => {
                    let read = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
                    let write = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
                    let mut read = File::from(openat(&from, name, read, Mode::empty())?);
                    let mut written = File::from(openat(&to, name, write, mode | Mode::RUSR | Mode::WUSR)?);
                    io::copy(&mut read, &mut written).map_err(Errno::from)?;
                }
                FileType::Symlink => symlinkat(readlinkat(&from, name, Vec::new())?, &to, name)?,
                _ => {}
            }
        }
    }
    Ok(())
}
