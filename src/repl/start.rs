//! Starting the session's processes: a guard, a keeper and the interpreter, in a program of their own.

use super::wire::Line;
use crate::process::relay::{pass, relay};
use crate::process::{Listener, OURSELVES};
use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// A session that was started.
pub struct Started {
    /// Its guard.
    pub guard: Child,
    pub line: Line,
    pub listener: Listener,
}

/// Starts `proctor session ARGS`, in a process group of its own: keys that the terminal makes signals of are for us.
///
/// # Errors
/// Where the system refuses a process, or descriptors.
pub fn start(args: &[OsString]) -> io::Result<Started> {
    let (listener, voice, programs) = relay()?;
    let (line, theirs) = Line::pair()?;
    let second = voice.try_clone()?;
    let guard = Command::new(OURSELVES)
        .arg0("proctor")
        .arg("session")
        .args(args)
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::from(voice))
        .stderr(Stdio::from(second))
        .process_group(0)
        .spawn()?;
    pass(&line, programs.as_fd())?;
    Ok(Started { guard, line, listener })
}
