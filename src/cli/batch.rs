//! What `proctor test` and `proctor grade` do alike before many trials run.

use super::files;
use crate::process::{fds, signals};
use crate::source::{Diagnostic, SourceId, SourceMap};
use crate::suite;
use std::num::NonZero;
use std::path::{Path, PathBuf};

/// Reads a scenario or a rubric.
///
/// # Errors
/// The diagnostic that says why it is no source text.
pub fn read(sources: &mut SourceMap, path: &Path) -> Result<SourceId, Box<Diagnostic>> {
    files::read(sources, path.as_os_str())
}

/// How many run at once: as many as are asked for, or as there are processors.
pub fn jobs(asked: Option<u16>) -> usize {
    asked.map_or_else(|| std::thread::available_parallelism().map_or(1, NonZero::get), usize::from)
}

/// Makes the folder for timelines, where one is wanted; gives it as an absolute path, for a trial may be anywhere.
///
/// # Errors
/// In words: it cannot be made.
pub fn timelines(folder: Option<&Path>) -> Result<Option<PathBuf>, String> {
    let Some(folder) = folder else { return Ok(None) };
    match std::fs::create_dir_all(folder) {
        Ok(()) => Ok(Some(std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf()))),
        Err(error) => Err(format!("the folder `{}` for timelines cannot be made: {error}", folder.display())),
    }
}

/// Takes the signals that end a run, for whoever asks for them. And each trial has several descriptors here.
pub fn prepare() {
    let _ = fds::raise_file_limit();
    for signal in suite::ENDS {
        let _ = signals::catch(signal);
    }
    signals::hold(&suite::ENDS);
}
