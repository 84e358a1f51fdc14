//! Our ends of the streams of children, as data.

use crate::process::CaptureId;
use std::os::fd::{AsRawFd, OwnedFd};

/// Ends of the pipes of a pipeline, for the process between them.
#[derive(Debug, Default)]
pub(super) struct Wiring {
    pub stdin: Option<OwnedFd>,
    pub stdout: Option<OwnedFd>,
}

impl Wiring {
    pub(super) fn is_empty(&self) -> bool {
        self.stdin.is_none() && self.stdout.is_none()
    }
}

/// Our ends of a child's streams.
#[derive(Debug, Default)]
pub(super) struct Streams {
    /// Where `p.write` goes.
    pub stdin: Option<OwnedFd>,
    pub stdout: Option<CaptureId>,
    pub stderr: Option<CaptureId>,
    /// Both of them are a pty's.
    pub pty: bool,
    /// Standard error goes where standard output goes.
    pub merged: bool,
}

impl Streams {
    /// The descriptor that `p.write` writes to.
    pub(super) fn writer(&self) -> Option<i32> {
        self.stdin.as_ref().map(AsRawFd::as_raw_fd)
    }
}
