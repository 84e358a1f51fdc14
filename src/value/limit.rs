//! How large values may grow: one place for the limits, and the checks that name them.

use super::{Trouble, ValueResult};
use crate::source::Code;

/// The longest string, and the most bytes of a bytes value: 256 MiB.
pub const TEXT_BYTES: usize = 256 << 20;

/// The most elements of a list: 2^24.
pub const LIST_ELEMENTS: usize = 1 << 24;

/// The most entries of a map: 2^22.
pub const MAP_ENTRIES: usize = 1 << 22;

/// How deep lists and maps may nest where an operation walks through them: comparing, sending.
/// Printing leaves out what is deeper.
pub const NESTING: usize = 200;

/// The longest encoded message between processes: 64 MiB.
pub const MESSAGE_BYTES: usize = 64 << 20;

/// How many elements one comparison may visit. A few small lists that hold each other many times
/// over can stand for more elements than there is time to look at.
pub const COMPARED_ELEMENTS: usize = 1 << 26;

/// The most lists, maps and other values without a hash on one side of `in_any_order`: each is compared with each.
pub const UNHASHED_ELEMENTS: usize = 1 << 12;

/// The memory that one compiled regular expression may take, in bytes: 4 MiB.
pub const REGEX_BYTES: usize = 4 << 20;

/// Checks the length of a text or bytes value that is about to be made.
///
/// # Errors
/// `too_large` where `bytes` is above [`TEXT_BYTES`], or is none: too large to be counted.
pub fn check_text(bytes: Option<usize>) -> ValueResult<usize> {
    check(bytes, TEXT_BYTES, "a string of", "bytes")
}

/// Checks the length of a list that is about to be made.
///
/// # Errors
/// `too_large` where `elements` is above [`LIST_ELEMENTS`], or is none: too large to be counted.
pub fn check_list(elements: Option<usize>) -> ValueResult<usize> {
    check(elements, LIST_ELEMENTS, "a list of", "elements")
}

/// Checks the size of a map that is about to grow.
///
/// # Errors
/// `too_large` where `entries` is above [`MAP_ENTRIES`].
pub fn check_map(entries: usize) -> ValueResult<usize> {
    check(Some(entries), MAP_ENTRIES, "a map of", "entries")
}

#[inline]
fn check(size: Option<usize>, most: usize, what: &str, unit: &str) -> ValueResult<usize> {
    match size {
        Some(size) if size <= most => Ok(size),
        _ => Err(too_large(size, most, what, unit)),
    }
}

#[cold]
fn too_large(size: Option<usize>, most: usize, what: &str, unit: &str) -> Trouble {
    let size = size.map_or_else(|| "endlessly many".to_owned(), |size| size.to_string());
    Trouble::new(Code::TOO_LARGE, format!("{what} {size} {unit} is too large: the limit is {most}"))
}

/// The error for values that nest deeper than [`NESTING`].
#[cold]
#[must_use]
pub fn too_deep(doing: &str) -> Trouble {
    Trouble::new(Code::RECURSION, format!("cannot {doing} values nested more than {NESTING} levels deep"))
        .help("a list or map that contains itself has no end")
}
