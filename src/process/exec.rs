//! Running a program in place of this process: execve(2), with the rules of execvp(3) but for one: a text
//! without `#!` is an error, and not silently given to a shell.

use super::errno::{Errno, check};
use super::gate::Gate;
use super::sandbox::Fence;
use super::setup::Stage;
use super::{path, signals};
use std::ffi::{CString, OsStr, c_char};
use std::os::unix::ffi::OsStrExt;

/// A program with its arguments and its environment, ready to be executed without any allocation.
#[derive(Debug)]
pub struct Command {
    candidates: Pointers,
    argv: Pointers,
    envp: Pointers,
}

/// Strings, and the null-ended array of pointers to them that the kernel wants.
#[derive(Debug)]
struct Pointers {
    strings: Vec<CString>,
    pointers: Vec<*const c_char>,
}

impl Pointers {
    fn new(strings: Vec<CString>) -> Self {
        let ends = std::iter::once(std::ptr::null());
        let pointers = strings.iter().map(|string| string.as_ptr()).chain(ends).collect();
        Self { strings, pointers }
    }
}

/// Changes to the environment: a none value removes.
pub type EnvironmentChanges = [(String, Option<String>)];

/// An exec that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExecError {
    /// `Exec`, or the step of the setup before it.
    pub stage: Stage,
    pub errno: Errno,
}

impl ExecError {
    /// The exit code of a process that dies of it, as shells have it: 127 where there is no such program, else 126.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        if self.stage == Stage::Exec && self.errno == Errno::ENOENT { 127 } else { 126 }
    }
}

impl Command {
    /// Finds where the program may be, in the PATH of its own environment, and makes its environment: this process's, with
    /// the changes, and with `PROCTOR_RUN`, by which the run's processes can be told from others.
    ///
    /// # Errors
    /// `ENOENT` for an empty name, `EINVAL` for a NUL in an argument or a variable, or a `=` in a variable's name.
    pub fn new<S: AsRef<[u8]>>(
        argv: &[S],
        changes: &EnvironmentChanges,
        cookie: u128,
    ) -> Result<Self, Errno> {
        let mut variables: Vec<(Vec<u8>, Vec<u8>)> = std::env::vars_os()
            .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
            .collect();
        let mut set = |name: &[u8], value: Option<&[u8]>| {
            variables.retain(|(known, _)| known != name);
            variables.extend(value.map(|value| (name.to_vec(), value.to_vec())));
        };
        for (name, value) in changes {
            if name.is_empty() || name.contains('=') {
                return Err(Errno::EINVAL);
            }
            set(name.as_bytes(), value.as_ref().map(|value| value.as_bytes()));
        }
        set(b"PROCTOR_RUN", Some(format!("{cookie:032x}").as_bytes()));
        let search = variables.iter().find(|(name, _)| name == b"PATH").map(|(_, value)| value.as_slice());
        let name = argv.first().ok_or(Errno::ENOENT)?.as_ref();
        let candidates = path::candidates(name, search)?;
        let whole = |bytes: Vec<u8>| CString::new(bytes).map_err(|_| Errno::EINVAL);
        let argv = argv.iter().map(|arg| whole(arg.as_ref().to_vec())).collect::<Result<_, _>>()?;
        let join = |(name, value): (Vec<u8>, Vec<u8>)| whole([name, value].join(&b'='));
        let envp = variables.into_iter().map(join).collect::<Result<_, _>>()?;
        let [candidates, argv, envp] = [candidates, argv, envp].map(Pointers::new);
        Ok(Self { candidates, argv, envp })
    }

    /// The program's name as it was given.
    #[must_use]
    pub fn name(&self) -> String {
        let name = self.argv.strings.first().map(|name| OsStr::from_bytes(name.as_bytes()));
        name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }

    /// Why none of the places has a program that may be executed, as far as access(2) tells.
    fn obstacle(&self) -> Option<Errno> {
        let mut obstacle = Errno::ENOENT;
        for candidate in &self.candidates.strings {
            // SAFETY: the path is NUL-terminated.
            match check(unsafe { libc::access(candidate.as_ptr(), libc::X_OK) }) {
                Ok(_) => return None,
                Err(Errno::EACCES) => obstacle = Errno::EACCES,
                Err(_) => {}
            }
        }
        Some(obstacle)
    }

    /// Tries each place; comes back only where none could be executed. As execvp(3): what may not be executed
    /// is passed over but remembered, what is not there is passed over. Async-signal-safe.
    pub(super) fn execute(&self) -> Errno {
        let mut denied = false;
        for candidate in &self.candidates.strings {
            // SAFETY: the path is NUL-terminated, and both arrays end with null and point to NUL-terminated strings.
            unsafe {
                libc::execve(candidate.as_ptr(), self.argv.pointers.as_ptr(), self.envp.pointers.as_ptr());
            }
            match Errno::last() {
                Errno::EACCES => denied = true,
                Errno::ENOENT | Errno::ENOTDIR | Errno::ESTALE | Errno::ENODEV | Errno::ETIMEDOUT
                    if self.candidates.strings.len() > 1 => {}
                errno => return errno,
            }
        }
        if denied { Errno::EACCES } else { Errno::ENOENT }
    }
}

/// This program, whatever it is called and wherever it was moved to; see proc(5).
pub const OURSELVES: &str = "/proc/self/exe";

/// Becomes the program; comes back only upon failure, and then everything is as before. The program starts
/// with default dispositions and nothing blocked; see signal(7).
///
/// Where there is a gate, it goes through that first, and puts up the fence before. After a failure it stays under observation and
/// behind the fence; but a program that is not there, or may not be executed, is found out before.
pub fn exec_in_place(command: &Command, gate: Option<&Gate>, fence: Option<&Fence>) -> ExecError {
    if let Some(fence) = fence {
        if let Some(errno) = command.obstacle() {
            return ExecError { stage: Stage::Exec, errno };
        }
        if let Err(errno) = fence.apply() {
            return ExecError { stage: Stage::Fence, errno };
        }
    }
    if let Some(Err(errno)) = gate.map(Gate::pass) {
        return ExecError { stage: Stage::Observe, errno };
    }
    let before = signals::set_mask(&signals::full_set());
    signals::reset_for_program();
    signals::set_mask(&signals::empty_set());
    let errno = command.execute();
    signals::set_mask(&signals::full_set());
    signals::restore_after_failed_exec();
    signals::set_mask(&before);
    ExecError { stage: Stage::Exec, errno }
}
