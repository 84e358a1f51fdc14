//! The fence around one program that is not trusted: what it gives up just before it is executed, for itself and for all that
//! it starts. It needs no root and no namespace, and stands inside one too, between the program and the scenario.

use super::filter::Filter;
use super::landlock::{self, Reach};
use super::space::drop_privileges;
use crate::process::errno::{Errno, check};
use serde::{Deserialize, Serialize};
use std::os::fd::OwnedFd;
use std::path::PathBuf;

/// What a fence is to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// No signal goes out, no process outside is traced, and no abstract socket is reached.
    pub apart: bool,
    /// No TCP.
    pub no_network: bool,
    /// Files below these are for reading. With none here and none in `write`, files are left alone.
    pub read: Vec<PathBuf>,
    /// Files below these can be changed too.
    pub write: Vec<PathBuf>,
    /// System calls that nobody needs and that could harm others are refused.
    pub filter: bool,
}

/// A fence made ready.
#[derive(Debug, Default)]
pub struct Fence {
    landlock: Option<OwnedFd>,
    filter: Option<Filter>,
}

impl Fence {
    /// Makes it ready, as far as this kernel can: `try_fence_part` tells what it can.
    ///
    /// # Errors
    /// `EMFILE`, and what the kernel has against the rules.
    pub fn new(rules: &Rules) -> Result<Self, Errno> {
        let Rules { apart, no_network, read, write, filter } = rules.clone();
        let reach = Reach { read, write, apart, no_network };
        let landlock = if reach == Reach::default() { None } else { landlock::rules(&reach)? };
        Ok(Self { landlock, filter: if filter { Filter::new().ok() } else { None } })
    }

    /// Puts it up around this process. Async-signal-safe.
    ///
    /// # Errors
    /// What the kernel says; what is up by then stays.
    pub fn apply(&self) -> Result<(), Errno> {
        // SAFETY: it takes numbers; see prctl(2). From here on no program gains privileges by being executed.
        check(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) })?;
        drop_privileges()?;
        if let Some(rules) = &self.landlock {
            landlock::restrict(rules)?;
        }
        if let Some(filter) = &self.filter {
            filter.apply()?;
        }
        Ok(())
    }
}
