//! The reports of a run, each in its file: written whole or not at all.

use super::super::output::{to_stderr, to_stdout};
use super::args::ReportArgs;
use crate::report::suite::{
    Subject, github_resume, github_stop, suite_ctrf, suite_github, suite_html, suite_json, suite_junit,
    suite_tap,
};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The reports that were asked for.
pub struct Reports<'a> {
    args: &'a ReportArgs,
    /// What nobody who prints something can guess.
    token: String,
}

impl<'a> Reports<'a> {
    /// Before anything is printed.
    pub fn new(args: &'a ReportArgs, stable: bool) -> Self {
        let mut chance = fastrand::Rng::new();
        let token =
            if stable { "0".repeat(32) } else { format!("{:016x}{:016x}", chance.u64(..), chance.u64(..)) };
        if args.report_github {
            to_stdout(&github_stop(&token));
        }
        Self { args, token }
    }

    /// Writes all of them; gives whether all could be written.
    pub fn write(&self, subject: &Subject<'_>) -> bool {
        let args = self.args;
        let mut good = true;
        let mut one = |path: &Option<PathBuf>, text: &dyn Fn(&Subject<'_>) -> Result<String, String>| {
            let Some(path) = path else { return };
            let whole = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            let subject = &Subject { home: whole.parent().unwrap_or(&whole), ..*subject };
            let written = text(subject).and_then(|text| put(path, &text).map_err(|error| error.to_string()));
            if let Err(why) = written {
                to_stderr(&format!("proctor: the report `{}` cannot be written: {why}\n", path.display()));
                good = false;
            }
        };
        one(&args.report_json, &|subject| Ok(suite_json(subject)));
        one(&args.report_junit, &suite_junit);
        one(&args.report_tap, &|subject| Ok(suite_tap(subject)));
        one(&args.report_html, &|subject| suite_html(subject, &self.token));
        one(&args.report_ctrf, &|subject| Ok(suite_ctrf(subject)));
        if args.report_github {
            to_stdout(&github_resume(&self.token));
            to_stdout(&suite_github(subject));
        }
        good
    }
}

/// Writes a report: to our own standard output where it is named, whatever that is; else to the file.
fn put(path: &Path, text: &str) -> io::Result<()> {
    if path == Path::new("/dev/stdout") {
        to_stdout(text);
        return Ok(());
    }
    replace(path, text.as_bytes())
}

/// Replaces a file: whoever reads it sees the old text or the new one, whole. What is no plain file, such as a pipe, is
/// written as it is.
///
/// # Errors
/// What the system says.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link stays a link.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let before = fs::metadata(path).ok();
    if before.as_ref().is_some_and(|before| !before.is_file()) {
        return fs::OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut other = std::ffi::OsString::from(".");
    other.push(name);
    other.push(format!(".{:016x}", fastrand::u64(..)));
    let other = path.with_file_name(other);
    let written = (|| {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&other)?;
        file.write_all(bytes)?;
        if let Some(before) = &before {
            file.set_permissions(before.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&other, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&other);
    }
    written
}
