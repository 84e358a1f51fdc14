//! The file that `:edit` gives to the user's editor: in a folder that nobody else can look into, and gone when the editor is.

use crate::process::custody;
use crate::value::Signal;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the editor works on, for the two threads: the one that waits for it, and the one that ends it where the prompt must end.
#[derive(Debug, Clone, Default)]
pub struct Draft(Arc<Mutex<Option<Open>>>);

/// A draft while it is edited.
#[derive(Debug)]
struct Open {
    folder: PathBuf,
    /// The editor's pid, our child.
    pid: i32,
}

/// So many names are tried.
const TRIES: usize = 100;

impl Draft {
    fn state(&self) -> MutexGuard<'_, Option<Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an editor is at work.
    pub fn is_open(&self) -> bool {
        self.state().is_some()
    }

    /// Lets an editor work on a text, waits for its end, and gives the new text.
    ///
    /// # Errors
    /// In words, where that cannot be or the editor fails.
    pub fn edited(&self, text: &str, editor: &str) -> Result<String, String> {
        let wrong = |error: io::Error| format!("the entry cannot be edited: {error}");
        let folder = folder().map_err(wrong)?;
        let result = self.edited_in(&folder, text, editor).map_err(wrong);
        let _ = std::fs::remove_dir_all(&folder);
        result?
    }

    fn edited_in(&self, folder: &Path, text: &str, editor: &str) -> io::Result<Result<String, String>> {
        let path = folder.join("entry.proc");
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        writeln!(file, "{text}")?;
        drop(file);
        // It may have arguments, as in `code --wait`: a shell takes it apart, as other programs do it.
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(format!("{editor} \"$1\"")).arg("sh").arg(&path);
        let mut child = {
            let mut state = self.state();
            let child = command.spawn()?;
            *state = Some(Open { folder: folder.to_owned(), pid: child.id().cast_signed() });
            child
        };
        let status = child.wait();
        *self.state() = None;
        let status = status?;
        if !status.success() {
            return Ok(Err(format!("`{editor}` ended with {status}: nothing is run")));
        }
        std::fs::read_to_string(path).map(Ok)
    }

    /// Ends the editor that is at work, and takes its folder away: the prompt has to end.
    pub fn close(&self) {
        if let Some(open) = self.state().take() {
            // As a closed window would end it; see signal(7).
            custody::signal_child(open.pid, Signal::HUP.0.into());
            let _ = std::fs::remove_dir_all(open.folder);
        }
    }
}

/// A new folder, for us alone.
fn folder() -> io::Result<PathBuf> {
    for _ in 0..TRIES {
        let folder = std::env::temp_dir().join(format!("proctor-edit-{:016x}", fastrand::u64(..)));
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}
