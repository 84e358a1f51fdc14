//! Files that are written whole or not at all.

use super::output::to_stdout;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes a report: to our own standard output where it is named, whatever that is; else to the file.
///
/// # Errors
/// In words: what the system says, or whoever draws it.
pub fn put(path: &Path, draw: impl FnOnce(&mut dyn Write) -> Result<(), String>) -> Result<(), String> {
    if path == Path::new("/dev/stdout") {
        let mut bytes = Vec::new();
        draw(&mut bytes)?;
        to_stdout(&String::from_utf8_lossy(&bytes));
        return Ok(());
    }
    replace(path, draw)
}

/// Replaces a file: whoever reads it sees the old text or the new one, whole. What is no plain file, such as a pipe, is
/// written as it is.
///
/// # Errors
/// In words: what the system says, or whoever draws it.
pub fn replace(path: &Path, draw: impl FnOnce(&mut dyn Write) -> Result<(), String>) -> Result<(), String> {
    // A link stays a link.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let before = fs::metadata(path).ok();
    if before.as_ref().is_some_and(|before| !before.is_file()) {
        let mut file = BufWriter::new(fs::OpenOptions::new().write(true).open(path).map_err(words)?);
        draw(&mut file)?;
        return file.flush().map_err(words);
    }
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().ok_or("it is no name of a file")?);
    name.push(format!(".{:016x}", fastrand::u64(..)));
    let other = path.with_file_name(name);
    let written = (|| {
        let file = fs::OpenOptions::new().write(true).create_new(true).open(&other).map_err(words)?;
        let mut file = BufWriter::new(file);
        draw(&mut file)?;
        let file = file.into_inner().map_err(|error| error.to_string())?;
        if let Some(before) = &before {
            file.set_permissions(before.permissions()).map_err(words)?;
        }
        file.sync_all().and_then(|()| fs::rename(&other, path)).map_err(words)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&other);
    }
    written
}

/// Draws a text that is there.
pub fn text(text: &str) -> impl FnOnce(&mut dyn Write) -> Result<(), String> {
    |into| into.write_all(text.as_bytes()).map_err(words)
}

fn words(error: io::Error) -> String {
    error.to_string()
}
