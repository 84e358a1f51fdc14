//! The run's temporary directories: named by its cookie, so that whoever clears up after it finds them.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

/// The place of a run's temporary directories.
#[derive(Clone, Copy, Debug)]
pub struct Scratch {
    cookie: u128,
}

impl Scratch {
    #[must_use]
    pub fn of(cookie: u128) -> Self {
        Self { cookie }
    }

    fn path(self, number: u32) -> PathBuf {
        std::env::temp_dir().join(format!("proctor-{:032x}-{number}", self.cookie))
    }

    /// Makes directory number `number`, for this user only.
    ///
    /// # Errors
    /// What mkdir(2) says.
    pub fn create(self, number: u32) -> io::Result<PathBuf> {
        let path = self.path(number);
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(path)
    }

    /// Removes all that are there of a run whose memory is gone.
    pub fn remove_all(self) {
        let prefix = format!("proctor-{:032x}-", self.cookie);
        let entries = std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix)) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }

    /// Removes the first `count` directories with all that is in them. What cannot be removed stays.
    pub fn remove(self, count: u32) {
        for number in 0..count {
            let _ = std::fs::remove_dir_all(self.path(number));
        }
    }
}
