//! The file of the history: one JSON string a line, written under a lock.
//!
//! Who writes holds the lock of the file. A file that has grown too long is replaced by a new one under the lock
//! of the old one; so whoever gets a lock looks whether the file still has its name, and else begins again.

use std::collections::HashSet;
use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// Of a longer file only the end is read, in bytes.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// A prompt must not stand still because another one was stopped while it held the lock.
const PATIENCE: Duration = Duration::from_millis(500);

/// A file of entries.
#[derive(Debug)]
pub(super) struct Store {
    path: PathBuf,
}

impl Store {
    /// Makes the file where it is not there. `None` where it cannot be used, or is no plain file.
    pub fn open(path: &Path) -> Option<Self> {
        let store = Self { path: path.to_owned() };
        if let Some(folder) = path.parent() {
            // Where it cannot be made, neither can the file be opened.
            let _ = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        }
        let file = store.file().ok()?;
        let metadata = file.metadata().ok()?;
        if metadata.mode() & 0o077 != 0 {
            // Others could read it; where it belongs to somebody else it stays as it is.
            let _ = file.set_permissions(Permissions::from_mode(0o600));
        }
        Some(store)
    }

    /// The entries, the oldest first, each once, and no more than `most`. A file with more than twice as many lines
    /// is written anew.
    pub fn read(&self, most: usize) -> Vec<String> {
        let mut locked = self.locked();
        // Without the lock it can be read as well: what is written at the same time is missed.
        let mut unlocked = if locked.is_none() { self.file().ok() } else { None };
        let Some(file) = locked.as_mut().or(unlocked.as_mut()) else { return Vec::new() };
        let Ok(bytes) = end_of(file) else { return Vec::new() };
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let count = lines.clone().count();
        let entries = latest(lines.rev(), most);
        if count > most.saturating_mul(2) && locked.is_some() {
            // It is tried again at the next start.
            let _ = self.replace(&entries);
        }
        entries
    }

    /// Adds entries at the end; false where that could not be done, and may be tried again.
    pub fn append(&self, entries: &[String]) -> bool {
        let Some(mut file) = self.locked() else { return false };
        let mut text = Vec::new();
        if file.seek(SeekFrom::End(-1)).is_ok() {
            let mut last = [0];
            // Who was killed in the middle of a line has left it without its end.
            if file.read_exact(&mut last).is_ok() && last != *b"\n" {
                text.push(b'\n');
            }
        }
        text.extend(lines(entries));
        file.write_all(&text).is_ok()
    }

    /// The file, which must be a plain one: opening a FIFO would wait for somebody.
    fn file(&self) -> io::Result<File> {
        let plain = match std::fs::metadata(&self.path) {
            Ok(metadata) => metadata.is_file(),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        if !plain {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(&self.path)
    }

    /// The file with its lock, which ends with the file; `None` where somebody else holds it for too long.
    fn locked(&self) -> Option<File> {
        let since = Instant::now();
        let mut pause = Duration::from_micros(100);
        loop {
            let file = self.file().ok()?;
            match file.try_lock() {
                Ok(()) if self.is_current(&file) => return Some(file),
                Ok(()) => {}
                // The lock has no time limit, and nothing tells when it is free but trying.
                Err(TryLockError::WouldBlock) => {
                    thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(10));
                }
                Err(TryLockError::Error(_)) => return None,
            }
            if since.elapsed() > PATIENCE {
                return None;
            }
        }
    }

    /// Is this open file the one that has the name now?
    fn is_current(&self, file: &File) -> bool {
        match (file.metadata(), std::fs::metadata(&self.path)) {
            (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
            _ => false,
        }
    }

    /// Puts a new file in the place of the old one, whose lock is held.
    fn replace(&self, entries: &[String]) -> io::Result<()> {
        // The name behind a symbolic link: the link stays.
        let path = std::fs::canonicalize(&self.path)?;
        let new = path.with_extension("new");
        match std::fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
        file.write_all(&lines(entries))?;
        file.sync_all()?;
        std::fs::rename(&new, &path)
    }
}

/// The bytes of a file; of a very long one, the last ones from the beginning of a line on.
fn end_of(file: &mut File) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len();
    let skipped = length.saturating_sub(MOST_BYTES);
    file.seek(SeekFrom::Start(skipped))?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut bytes)?;
    if skipped > 0 {
        let line = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
        bytes.drain(..line);
    }
    Ok(bytes)
}

/// Reads lines from the last to the first. Of equal entries the latest stays; what is no entry is skipped.
fn latest<'l>(lines: impl Iterator<Item = &'l [u8]>, most: usize) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut kept = Vec::new();
    for line in lines {
        if kept.len() == most {
            break;
        }
        let Ok(entry) = serde_json::from_slice::<String>(line) else { continue };
        if seen.insert(entry.clone()) {
            kept.push(entry);
        }
    }
    kept.reverse();
    kept
}

fn lines(entries: &[String]) -> Vec<u8> {
    let mut text = Vec::new();
    for entry in entries {
        // A string always has a JSON.
        if serde_json::to_writer(&mut text, entry).is_ok() {
            text.push(b'\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Store, lines};

    fn entries(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_file_that_has_grown_to_more_than_twice_the_most_is_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("history");
        let store = Store::open(&path).expect("it can be made");
        let all: Vec<String> = (0..7).map(|i| format!("print {}", i % 5)).collect();
        assert!(store.append(&all[..6]));
        assert_eq!(store.read(3), entries(&["print 3", "print 4", "print 0"]));
        assert_eq!(std::fs::read(&path).expect("it is there"), lines(&all[..6]));
        assert!(store.append(&all[6..]));
        let kept = entries(&["print 4", "print 0", "print 1"]);
        assert_eq!(store.read(3), kept);
        assert_eq!(std::fs::read(&path).expect("it is there"), lines(&kept));
        assert!(!folder.path().join("history.new").exists());
    }

    #[test]
    fn who_had_the_old_file_open_writes_to_the_new_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("history");
        let (one, other) = (Store::open(&path).expect("made"), Store::open(&path).expect("there"));
        let old = one.locked().expect("free");
        one.replace(&entries(&["a"])).expect("it can be replaced");
        // The lock of the old file is held, and does not matter any more.
        assert!(!one.is_current(&old));
        assert!(other.append(&entries(&["b"])));
        drop(old);
        assert!(one.append(&entries(&["c"])));
        assert_eq!(other.read(10), entries(&["a", "b", "c"]));
    }

    #[test]
    fn while_another_holds_the_lock_nothing_is_written_and_nothing_hangs() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("history");
        let (one, other) = (Store::open(&path).expect("made"), Store::open(&path).expect("there"));
        let held = one.locked().expect("free");
        assert!(!other.append(&entries(&["b"])));
        drop(held);
        assert!(other.append(&entries(&["b"])));
        assert_eq!(one.read(10), entries(&["b"]));
    }
}
