//! Why a run could not be started.

use crate::process::{Errno, room};
use std::fmt;

/// Why a run could not be started: the system would not let us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(String);

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

impl Fault {
    /// What was not possible, and the kernel's reason.
    pub(super) fn new(what: &str, why: impl Into<Errno>) -> Self {
        let why: Errno = why.into();
        Self(match room::explain_files(why) {
            Some(obstacle) => format!("{what}: {why}: {obstacle}"),
            None => format!("{what}: {why}"),
        })
    }

    /// In words for people.
    pub(super) fn said(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}
