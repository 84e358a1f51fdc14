//! `--watch`: the tests are run again whenever one of their files changes, until a signal ends it.

use super::super::exit;
use super::super::output::{Output, to_stdout};
use super::super::refusal::complain;
use super::args::TestArgs;
use super::once::once;
use crate::process::{Folders, Watch, signals};
use crate::suite::{ENDS, File, Footing, folders as named, is_scenario};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Milliseconds of quiet after a change: an editor may write several files, or one in several steps.
const QUIET: u64 = 100;

/// Runs the tests until a signal comes; gives the exit code of the last run.
pub fn watch(args: &TestArgs, footing: &Footing, output: Output) -> u8 {
    loop {
        // Before the run: what changes while it goes on is a change.
        let folders = match Folders::new() {
            Ok(folders) => folders,
            Err(errno) => {
                complain(&format!("files cannot be watched: {errno}"));
                return exit::TOOL;
            }
        };
        let mut watched = BTreeSet::new();
        follow(&folders, named(&args.paths).into_iter(), &mut watched);
        let ran = once(args, footing, output);
        if ran.code > 128 {
            return ran.code;
        }
        follow(&folders, ran.files.iter().flat_map(folders_of), &mut watched);
        to_stdout("watching: a change runs the tests again, Ctrl-C ends it\n");
        match wait(&folders, &ran.files) {
            Ok(true) => to_stdout("\n"),
            Ok(false) => return ran.code,
            Err(why) => {
                complain(&format!("files cannot be watched: {why}"));
                return exit::TOOL;
            }
        }
    }
}

fn follow(folders: &Folders, all: impl Iterator<Item = PathBuf>, watched: &mut BTreeSet<PathBuf>) {
    for folder in all {
        if !watched.contains(&folder) && folders.add(&folder).is_ok() {
            watched.insert(folder);
        }
    }
}

/// Where a file and those that it uses are.
fn folders_of(file: &File) -> impl Iterator<Item = PathBuf> {
    let paths = file.texts.iter().filter_map(|text| text.path.as_deref()).chain([file.path.as_path()]);
    paths.map(|path| match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    })
}

/// Waits for a change of a scenario, or a file that one uses; false where a signal came.
fn wait(folders: &Folders, files: &[File]) -> Result<bool, String> {
    let used: BTreeSet<OsString> = files
        .iter()
        .flat_map(|file| file.texts.iter().filter_map(|text| text.path.as_ref()).chain([&file.path]))
        .filter_map(|path| path.file_name().map(OsString::from))
        .collect();
    let matters = |name: &OsString| used.contains(name) || is_scenario(Path::new(name));
    let mut watch = Watch::new().map_err(|errno| errno.to_string())?;
    watch.add(folders, 0).map_err(|errno| errno.to_string())?;
    let mut changed = false;
    loop {
        let ready = watch.wait_with(changed.then_some(QUIET), &ENDS).map_err(|errno| errno.to_string())?;
        if signals::take_pending().is_some() {
            return Ok(false);
        }
        if ready.is_empty() && changed {
            return Ok(true);
        }
        changed |= folders.changed().iter().any(matters);
    }
}
