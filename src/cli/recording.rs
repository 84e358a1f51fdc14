//! `--trace`: what happened in a run, as a file of JSON lines.
//!
//! The guard writes it once the run is over, from the memory that the run's processes shared: so it does not matter how
//! the scenario ended.

use super::output::{Output, to_stdout};
use crate::event::{Header, History, write_lines};
use crate::execute::events;
use crate::keeper::Ended;
use crate::process::clock;
use crate::report::Notice;
use crate::source::{Severity, SourceMap};
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::Path;

/// Standard output instead of a file.
const STANDARD: &str = "-";

/// Whether the file can be written, asked before the run: it would be a pity to learn it behind it.
///
/// # Errors
/// Says why not.
pub fn check(path: &OsStr) -> Result<(), String> {
    if path == STANDARD {
        return Ok(());
    }
    let path = Path::new(path);
    writable(path).map_err(|error| refused(path, &error))
}

/// Whether a file can be written, or made; what stands in it remains.
///
/// # Errors
/// Those of open(2).
pub fn writable(path: &Path) -> io::Result<()> {
    // To open a pipe could block, or tell its reader that all is said.
    if fs::metadata(path).is_ok_and(|file| !file.is_file() && !file.is_dir()) {
        return Ok(());
    }
    OpenOptions::new().create(true).append(true).open(path).map(drop)
}

/// All that is recorded of a run that is over.
#[must_use]
pub fn history(ended: &Ended) -> History {
    History::of(events(ended.memory))
}

/// Writes the record of a run; false where it could not be written, which is said.
pub fn save(path: &OsStr, ended: &Ended, sources: &SourceMap, output: Output) -> bool {
    let history = history(ended);
    let started = history.started();
    let date = clock::wall_at(started);
    let names = sources.iter().map(|(_, source)| source.name().to_owned()).collect();
    let header = Header::new(ended.run.clone(), started, date, names);
    let written = if path == STANDARD {
        let mut text = Vec::new();
        write_lines(&mut text, &header, &history).map(|()| to_stdout(&String::from_utf8_lossy(&text)))
    } else {
        File::create(path).and_then(|file| write_lines(&mut BufWriter::new(file), &header, &history))
    };
    let Err(error) = written else { return true };
    output.say(&Notice {
        code: "trace_not_written",
        severity: Severity::Error,
        message: &refused(Path::new(path), &error),
        help: None,
        run: Some(&ended.run),
        processes: &[],
        unnamed: 0,
    });
    false
}

fn refused(path: &Path, error: &io::Error) -> String {
    format!("the trace cannot be written to {}: {error}", path.display())
}
