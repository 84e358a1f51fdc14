//! Where a program is found: the search of execvp(3) through PATH, done before a fork.

use super::errno::Errno;
use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// Where the search goes without a PATH; what glibc has.
const DEFAULT_PATH: &[u8] = b"/bin:/usr/bin";

/// The paths to try for a program's name, in their order: itself where it has a slash.
///
/// # Errors
/// `ENOENT` for an empty name, `EINVAL` for one with a NUL.
pub(super) fn candidates(name: &[u8], path: Option<&[u8]>) -> Result<Vec<CString>, Errno> {
    if name.is_empty() {
        return Err(Errno::ENOENT);
    }
    let whole = |bytes: Vec<u8>| CString::new(bytes).map_err(|_| Errno::EINVAL);
    if name.contains(&b'/') {
        return Ok(vec![whole(name.to_vec())?]);
    }
    let directories = path.unwrap_or(DEFAULT_PATH).split(|byte| *byte == b':');
    // An empty part of PATH is the current directory.
    directories
        .map(|part| if part.is_empty() { name.to_vec() } else { [part, b"/", name].concat() })
        .map(whole)
        .collect()
}

/// The path of the executable that a name stands for now; none where there is none.
#[must_use]
pub fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH");
    let paths = candidates(name.as_bytes(), path.as_deref().map(OsStr::as_bytes)).ok()?;
    paths.into_iter().map(|path| PathBuf::from(OsStr::from_bytes(path.as_bytes()))).find(|path| {
        let executable = rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok();
        executable && path.is_file()
    })
}

#[cfg(test)]
mod tests {
    use super::{candidates, which};

    #[test]
    fn a_slash_ends_the_search() {
        let found = candidates(b"./x", Some(b"/a")).unwrap_or_default();
        assert_eq!(found, [c"./x".to_owned()]);
        let found = candidates(b"x", Some(b"/a::/b")).unwrap_or_default();
        assert_eq!(found, [c"/a/x".to_owned(), c"x".to_owned(), c"/b/x".to_owned()]);
        assert!(candidates(b"", None).is_err());
    }

    #[test]
    fn sh_is_found_and_nothing_is_not() {
        assert!(which("sh").is_some_and(|path| path.ends_with("sh")));
        assert_eq!(which("no-such-program-here"), None);
        assert_eq!(which("/etc"), None);
    }
}
