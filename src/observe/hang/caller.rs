//! A thread in a call: what is needed to learn what it waits for.

use super::case::Case;
use super::memory::Memory;

/// A thread in a call.
pub struct Caller<'a> {
    pub case: &'a Case<'a>,
    pub pid: i32,
    pub tid: i32,
    pub threads: &'a [i32],
    pub args: [u64; 6],
    /// Its tracer has stopped it in the middle of the call.
    pub interrupted: bool,
    pub memory: Memory,
}
