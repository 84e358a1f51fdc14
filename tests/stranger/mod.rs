//! A user without privileges, and a program that has some: where the tests run as root, a user whom nobody else is.

use std::fs::{Permissions, metadata, set_permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const STRANGER: u32 = 61_235;

/// Set-user-id programs that systems have, which only say what version they are.
const PRIVILEGED: [&str; 4] = ["/usr/bin/su", "/bin/su", "/usr/bin/mount", "/usr/bin/passwd"];

const SET_USER: u32 = 0o4000;

/// A folder that is anybody's.
pub struct Place(TempDir);

impl Place {
    pub fn new() -> Self {
        let place = tempfile::Builder::new().prefix("proctor-stranger-").tempdir().expect("a folder");
        set_permissions(place.path(), Permissions::from_mode(0o777)).expect("our own folder");
        Self(place)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// A copy of a program, which anybody may execute.
    pub fn copy(&self, from: &Path, name: &str) -> PathBuf {
        self.copy_with(from, name, 0o755)
    }

    fn copy_with(&self, from: &Path, name: &str, mode: u32) -> PathBuf {
        let to = self.path().join(name);
        // By another process: while one that another thread has just forked holds our descriptor, the copy could not be executed (ETXTBSY).
        assert!(Command::new("cp").args([from, &to]).status().expect("cp").success(), "a copy");
        set_permissions(&to, Permissions::from_mode(mode)).expect("our own file");
        to
    }

    /// A program that gives the stranger a privilege, does nothing with `--version`, and then ends with 0. None where we are not
    /// root and the system has no such program.
    pub fn privileged(&self) -> Option<PathBuf> {
        if is_root() {
            return Some(self.copy_with(Path::new("/bin/true"), "privileged", SET_USER | 0o755));
        }
        let own = rustix::process::geteuid().as_raw();
        let gives = |path: &&&str| {
            metadata(path)
                .is_ok_and(|file| file.mode() & SET_USER != 0 && file.mode() & 1 != 0 && file.uid() != own)
        };
        PRIVILEGED.iter().find(gives).map(PathBuf::from)
    }
}

/// Has a command run as the stranger, in this place.
pub fn estrange<'c>(command: &'c mut Command, place: &Place) -> &'c mut Command {
    if is_root() {
        command.uid(STRANGER).gid(STRANGER);
    }
    command.env_remove("XDG_RUNTIME_DIR").current_dir(place.path())
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
