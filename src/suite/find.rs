//! Finding scenarios: files that are named, and `*.proc` below folders that are.

use ignore::WalkBuilder;
use indexmap::IndexMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// How a scenario's name ends.
const ENDING: &str = "proc";

/// A file that may hold tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    /// It was named itself, and not only a folder that it is in.
    pub named: bool,
}

/// All scenarios that the paths mean, each once: a file as it is, a folder's by name. Files that a `.gitignore` or `.ignore` leaves
/// out, and hidden ones, are left out of folders.
///
/// # Errors
/// The path that is not there, or the folder that cannot be read, and why.
pub fn find(paths: &[OsString]) -> Result<Vec<Found>, String> {
    let mut all: IndexMap<PathBuf, bool> = IndexMap::new();
    for path in or_here(paths) {
        let path = Path::new(path);
        if path.is_dir() {
            for file in below(path)? {
                all.entry(file).or_insert(false);
            }
        } else if path == Path::new("-") {
            return Err("tests cannot be read from standard input: name a file or a folder".to_owned());
        } else {
            // One that is not there is told by whoever reads it, who knows which was meant.
            all.insert(path.to_path_buf(), true);
        }
    }
    Ok(all.into_iter().map(|(path, named)| Found { path, named }).collect())
}

/// This folder where none is named.
fn or_here(paths: &[OsString]) -> impl Iterator<Item = &OsStr> {
    let here = paths.is_empty().then_some(OsStr::new("."));
    here.into_iter().chain(paths.iter().map(OsString::as_os_str))
}

/// Whether a file is one by its name.
#[must_use]
pub fn is_scenario(path: &Path) -> bool {
    path.extension() == Some(OsStr::new(ENDING))
}

/// By name, so that two runs see the same order.
fn below(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    let walk = WalkBuilder::new(folder).require_git(false).sort_by_file_name(OsStr::cmp).build();
    for entry in walk {
        let entry = entry.map_err(|error| error.to_string())?;
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file())
            || entry.path_is_symlink() && entry.path().is_file();
        if is_file && is_scenario(entry.path()) {
            let path = entry.into_path();
            files.push(path.strip_prefix("./").map(Path::to_path_buf).unwrap_or(path));
        }
    }
    Ok(files)
}

/// The folders that were named, and all below them.
#[must_use]
pub fn folders(paths: &[OsString]) -> Vec<PathBuf> {
    let below = |path: &OsStr| {
        let walk = WalkBuilder::new(path).require_git(false).build().flatten();
        walk.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_dir()))
            .map(ignore::DirEntry::into_path)
    };
    or_here(paths).filter(|path| Path::new(path).is_dir()).flat_map(below).collect()
}

#[cfg(test)]
mod tests {
    use super::find;
    use std::ffi::OsString;

    #[test]
    fn files_are_taken_as_they_are_and_folders_are_looked_through() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(path("deep/er")).expect("a folder");
        std::fs::create_dir_all(path(".hidden")).expect("a folder");
        for name in ["b.proc", "a.proc", "deep/er/c.proc", "deep/left-out.proc", "no.txt", ".hidden/x.proc"] {
            std::fs::write(path(name), "").expect("a file");
        }
        std::fs::write(path(".gitignore"), "left-out.proc\n").expect("a file");
        let names = |paths: &[&str]| -> Vec<String> {
            let paths: Vec<OsString> = paths.iter().map(|name| path(name).into_os_string()).collect();
            let found = find(&paths).expect("all are there");
            let below = |found: super::Found| {
                let name = found.path.strip_prefix(folder.path()).expect("it is below").display().to_string();
                format!("{name}{}", if found.named { "!" } else { "" })
            };
            found.into_iter().map(below).collect()
        };
        assert_eq!(names(&[""]), ["a.proc", "b.proc", "deep/er/c.proc"]);
        assert_eq!(names(&["deep/left-out.proc", "no.txt"]), ["deep/left-out.proc!", "no.txt!"]);
        assert_eq!(names(&["", "a.proc"]), ["a.proc!", "b.proc", "deep/er/c.proc"]);
        assert_eq!(names(&["a.proc", ""]), ["a.proc!", "b.proc", "deep/er/c.proc"]);
    }
}
