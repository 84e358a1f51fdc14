//! The exit codes of proctor. `exit N` in a scenario gives N.

/// Everything held.
pub const HELD: u8 = 0;
/// An expectation broke.
pub const BROKE: u8 = 1;
/// The text or the usage is wrong.
pub const WRONG: u8 = 2;
/// An error that nobody caught.
pub const UNCAUGHT: u8 = 3;
/// We, or the machine, failed: nothing is known of what was tested.
pub const TOOL: u8 = 4;
/// The time of `--timeout` is over; as timeout(1).
pub const TIMED_OUT: u8 = 124;
/// Ended by SIGINT: 128 + 2.
pub const INTERRUPTED: u8 = 130;
