//! `proctor trial`, which `proctor test` starts: one run of one test.

use super::exit;
use super::output::to_stderr;
use crate::suite;

/// Runs what it is told over standard input; gives the exit code.
#[must_use]
pub fn trial() -> u8 {
    match suite::play() {
        Ok(code) => code,
        Err(why) => {
            to_stderr(&format!("proctor: this command is for `proctor test` alone: {why}\n"));
            exit::WRONG
        }
    }
}
