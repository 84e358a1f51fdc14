//! A student's work, made ready to be tested: a copy in a folder of ours, with nothing in it but that.

use super::desk;
use super::site::{Caps, Site, Trouble, is_executable, make};
use super::submission::{Kind, LINK, Submission, file_name};
use super::unpack::{refuse_sealed, unpack};
use crate::process::sandbox::open_stranger;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A work that can be tested. It goes when this does.
#[derive(Debug)]
pub struct Work {
    /// What is to be seen in the tests' folder.
    pub folder: PathBuf,
    /// The file in it that is the work; none where the folder is.
    pub file: Option<String>,
    /// Changes where anything of the work does.
    pub digest: u64,
    _held: TempDir,
}

/// The folder in a place that the work is put in; its place is for nobody but us to enter.
const INSIDE: &str = "work";

/// Makes a work ready, in a new folder below `desk`.
///
/// # Errors
/// Why it cannot be tested.
pub fn prepare(submission: &Submission, caps: Caps, desk: &Path) -> Result<Work, Trouble> {
    let held = desk::place(desk).map_err(Trouble::Failed)?;
    let inside = open_folder(held.path())?;
    let mut site = Site::new(inside, caps);
    let path = &submission.path;
    let mut file = None;
    match submission.kind {
        Kind::File => {
            let failed = |error: std::io::Error| Trouble::failed("read", path, &error);
            let mut from = open_stranger(path).map_err(failed)?;
            let executable = is_executable(&from.metadata().map_err(failed)?);
            let name = file_name(path);
            site.file(name.as_bytes(), executable, &mut from)?;
            file = Some(name.to_string_lossy().into_owned());
        }
        Kind::Folder => copy_folder(path, &mut site)?,
        Kind::Archive(packing) => unpack(path, packing, caps, &mut site)?,
        Kind::Sealed(ending) => return refuse_sealed(ending),
        Kind::Odd(LINK) => return Trouble::refused("it is a link, which is not followed"),
        Kind::Odd(what) => {
            return Trouble::refused(format!("it is a {what}, which is neither a file nor a folder"));
        }
    }
    let (folder, digest) = site.finish(submission.kind == Kind::Folder)?;
    Ok(Work { folder, file, digest, _held: held })
}

fn open_folder(held: &Path) -> Result<PathBuf, Trouble> {
    let inside = held.join(INSIDE);
    make(&inside)?;
    Ok(inside)
}

/// A folder as it is: links are made again and not followed; what is no file, folder or link is passed over.
fn copy_folder(folder: &Path, site: &mut Site) -> Result<(), Trouble> {
    let mut waiting = vec![PathBuf::new()];
    while let Some(below) = waiting.pop() {
        let full = folder.join(&below);
        let failed = |error: std::io::Error| Trouble::failed("read", &full, &error);
        let entries = fs::read_dir(&full).map_err(failed)?;
        let mut names = entries
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(failed)?;
        names.sort();
        for name in names {
            let (name, full) = (below.join(&name), full.join(&name));
            let failed = |error: std::io::Error| Trouble::failed("read", &full, &error);
            let facts = fs::symlink_metadata(&full).map_err(failed)?;
            let bytes = name.as_os_str().as_bytes();
            if facts.is_dir() {
                site.folder(bytes)?;
                waiting.push(name);
            } else if facts.is_file() {
                let mut file = open_stranger(&full).map_err(failed)?;
                site.file(bytes, is_executable(&facts), &mut file)?;
            } else if facts.is_symlink() {
                let target = fs::read_link(&full).map_err(failed)?;
                site.link(bytes, target.as_os_str().as_bytes())?;
            }
        }
    }
    Ok(())
}

/// A copy of a work for one trial, where it has no view of its own: what one test does to it, no other sees.
///
/// # Errors
/// In words: what the system says.
pub fn copy(work: &Path, desk: &Path) -> Result<(TempDir, PathBuf), String> {
    let words = |trouble| match trouble {
        Trouble::Refused(why) | Trouble::Failed(why) => why,
    };
    let held = desk::place(desk)?;
    let inside = open_folder(held.path()).map_err(words)?;
    let unlimited =
        Caps { total: u64::MAX, file: u64::MAX, entries: usize::MAX, depth: Caps::default().depth };
    let mut site = Site::new(inside.clone(), unlimited);
    copy_folder(work, &mut site).map_err(words)?;
    site.finish(true).map_err(words)?;
    Ok((held, inside))
}
