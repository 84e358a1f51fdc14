//! Where works lie while they are tested: a folder of our own for temporary files, which goes with us. What a grader has left
//! that was killed, the next one takes away.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// How the folders of graders begin.
const PREFIX: &str = "proctor-grade-";
/// A file in each that its grader holds locked as long as it lives; see flock(2).
const LOCK: &str = "lock";

/// The folder of a grader.
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
        let wrong = |error: std::io::Error| {
            format!("there is no folder for temporary files below {}: {error}", base.display())
        };
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&base).map_err(wrong)?;
        let lock = File::create_new(folder.path().join(LOCK)).map_err(wrong)?;
        lock.lock().map_err(wrong)?;
        Ok(Self { folder, _lock: lock })
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

/// Whoever has just made its folder and holds no lock yet is left alone: its lock is not there.
fn sweep(base: &Path) {
    let Ok(entries) = fs::read_dir(base) else { return };
    let ours = |path: &PathBuf| {
        let name = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
        name && path.symlink_metadata().is_ok_and(|facts| facts.is_dir())
    };
    for folder in entries.flatten().map(|entry| entry.path()).filter(ours) {
        // Who is not allowed to open it has not made it.
        let Ok(lock) = File::options().read(true).write(true).open(folder.join(LOCK)) else { continue };
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
        let make = |name: &str, lock: bool| {
            let folder = base.path().join(name);
            fs::create_dir(&folder).expect("a folder");
            lock.then(|| File::create_new(folder.join(LOCK)).expect("a file"))
        };
        let alive = make("proctor-grade-alive", true).expect("a lock");
        alive.lock().expect("it is nobody's");
        drop(make("proctor-grade-dead", true));
        make("proctor-grade-new", false);
        drop(make("other", true));
        sweep(base.path());
        let mut left: Vec<_> = fs::read_dir(base.path())
            .expect("it is there")
            .map(|entry| entry.expect("one").file_name())
            .collect();
        left.sort();
        assert_eq!(left, ["other", "proctor-grade-alive", "proctor-grade-new"]);
    }
}
