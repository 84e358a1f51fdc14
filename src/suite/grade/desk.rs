//! Where works lie while they are tested: a folder of our own for temporary files, which goes with us. What a grader has left
//! that was killed, the next one takes away.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// How the folders of graders begin.
const PREFIX: &str = "proctor-grade-";
/// The folder of a grader, who holds it locked as long as it lives; see flock(2).
#[derive(Debug)]
pub struct Desk {
    folder: TempDir,
    _lock: File,
}

impl Desk {
    /// Takes away what killed graders have left, and makes a new one.
    ///
    /// # Errors
    /// In words: what the system says.
    pub fn new() -> Result<Self, String> {
        let base = std::env::temp_dir();
        sweep(&base);
        loop {
            let made = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&base).and_then(Self::hold);
            match made {
                Ok(Some(desk)) => return Ok(desk),
                Ok(None) => {}
                Err(error) => {
                    let base = base.display();
                    return Err(format!("there is no folder for temporary files below {base}: {error}"));
                }
            }
        }
    }

    /// None where another grader's sweep has taken the folder away before it was locked.
    fn hold(folder: TempDir) -> io::Result<Option<Self>> {
        let lock = match File::open(folder.path()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        // A file system that has no locks for us has none for who sweeps.
        let _ = lock.lock();
        Ok(folder.path().exists().then_some(Self { folder, _lock: lock }))
    }

    /// Where the folders of works are made.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// A new folder below one.
///
/// # Errors
/// In words: what the system says.
pub fn place(below: &Path) -> Result<TempDir, String> {
    let made = tempfile::Builder::new().prefix("").rand_bytes(12).tempdir_in(below);
    made.map_err(|error| format!("cannot make a folder below {}: {error}", below.display()))
}

/// Takes away the folders that nobody holds; also those that a killed grader had begun to remove, or had not locked yet.
fn sweep(base: &Path) {
    let Ok(entries) = fs::read_dir(base) else { return };
    let ours = |path: &PathBuf| {
        let name = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
        name && path.symlink_metadata().is_ok_and(|facts| facts.is_dir())
    };
    for folder in entries.flatten().map(|entry| entry.path()).filter(ours) {
        // Who is not allowed to open it has not made it.
        let Ok(lock) = File::open(&folder) else { continue };
        if lock.try_lock().is_ok() {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_grader_left_is_taken_away_and_nothing_else() {
        let base = tempfile::tempdir().expect("a folder");
        let make = |name: &str| {
            let folder = base.path().join(name);
            fs::create_dir(&folder).expect("a folder");
            fs::write(folder.join("work"), "").expect("a file");
            folder
        };
        let alive = File::open(make("proctor-grade-alive")).expect("ours");
        alive.lock().expect("it is nobody's");
        make("proctor-grade-dead");
        make("other");
        sweep(base.path());
        let mut left: Vec<_> = fs::read_dir(base.path())
            .expect("it is there")
            .map(|entry| entry.expect("one").file_name())
            .collect();
        left.sort();
        assert_eq!(left, ["other", "proctor-grade-alive"]);
    }

    #[test]
    fn a_folder_that_was_swept_before_it_was_locked_is_no_desk() {
        let base = tempfile::tempdir().expect("a folder");
        let folder = || tempfile::Builder::new().prefix(PREFIX).tempdir_in(base.path()).expect("a folder");
        let swept = folder();
        sweep(base.path());
        assert!(Desk::hold(swept).expect("no error").is_none());
        let held = Desk::hold(folder()).expect("no error").expect("a desk");
        sweep(base.path());
        assert!(held.path().exists());
    }
}
