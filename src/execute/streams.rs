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

/// Our end of a child's standard input.
#[derive(Debug, Default)]
pub(super) enum Feed {
    /// We never had one.
    #[default]
    None,
    Open(OwnedFd),
    /// Closed by us, or the child has ended.
    Closed,
}

/// Our ends of a child's streams.
#[derive(Debug, Default)]
pub(super) struct Streams {
    /// Where `p.write` goes.
    pub stdin: Feed,
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
        match &self.stdin {
            Feed::Open(fd) => Some(fd.as_raw_fd()),
            Feed::None | Feed::Closed => None,
        }
    }

    /// Whether there was such a descriptor, and is none any more.
    pub(super) fn writer_is_closed(&self) -> bool {
        matches!(self.stdin, Feed::Closed)
    }

    /// Closes our end of standard input, where we have one.
    pub(super) fn close_writer(&mut self) {
        if matches!(self.stdin, Feed::Open(_)) {
            self.stdin = Feed::Closed;
        }
    }
}
