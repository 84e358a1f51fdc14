//! Nothing is done, and why.

use super::super::exit;
use super::super::output::to_stderr;
use crate::report::visible;

/// Says why; gives the exit code.
pub fn refuse(why: &str) -> u8 {
    to_stderr(&format!("proctor: {}\n", visible(why)));
    exit::WRONG
}
