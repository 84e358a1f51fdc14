//! Folders watched for files that change in them: inotify(7). Editors replace a file by another one, so it is the folder that is
//! watched.

use super::errno::Errno;
use rustix::fs::inotify::{CreateFlags, Reader, WatchFlags, add_watch, init};
use std::ffi::OsString;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Folders that are watched; readable where something has happened.
#[derive(Debug)]
pub struct Folders(OwnedFd);

impl Folders {
    /// None yet.
    ///
    /// # Errors
    /// `EMFILE` where the user has too many watches.
    pub fn new() -> Result<Self, Errno> {
        Ok(Self(init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?))
    }

    /// Watches this folder too.
    ///
    /// # Errors
    /// `ENOENT`, `EACCES`, `ENOSPC` where the user has too many watches.
    pub fn add(&self, folder: &Path) -> Result<(), Errno> {
        let what =
            WatchFlags::CLOSE_WRITE | WatchFlags::MOVED_TO | WatchFlags::MOVED_FROM | WatchFlags::DELETE;
        add_watch(&self.0, folder, what | WatchFlags::ONLYDIR)?;
        Ok(())
    }

    /// The names of the files that have changed since this was asked last.
    #[must_use]
    pub fn changed(&self) -> Vec<OsString> {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&self.0, &mut buffer);
        let mut names = Vec::new();
        while let Ok(event) = reader.next() {
            if let Some(name) = event.file_name() {
                names.push(std::ffi::OsStr::from_bytes(name.to_bytes()).to_owned());
            }
        }
        names
    }
}

impl AsFd for Folders {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::Folders;

    #[test]
    fn a_file_that_is_written_or_replaced_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let folders = Folders::new().expect("a watch");
        folders.add(folder.path()).expect("it is there");
        assert!(folders.changed().is_empty());
        std::fs::write(folder.path().join("a.proc"), "x").expect("it is written");
        std::fs::rename(folder.path().join("a.proc"), folder.path().join("b.proc")).expect("it is moved");
        let names = folders.changed();
        assert!(names.contains(&"a.proc".into()) && names.contains(&"b.proc".into()), "{names:?}");
        assert!(folders.add(&folder.path().join("none")).is_err());
    }
}
