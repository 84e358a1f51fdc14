//! What went wrong, in words that may hold names of anybody's files.

use super::exit;
use super::output::to_stderr;
use crate::report::visible;

/// Says it.
pub fn complain(why: &str) {
    to_stderr(&format!("proctor: {}\n", visible(why)));
}

/// Says why nothing is done; gives the exit code.
pub fn refuse(why: &str) -> u8 {
    complain(why);
    exit::WRONG
}
