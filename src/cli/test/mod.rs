//! `proctor test`: finds tests, runs each in processes of its own, and reports.

mod args;
mod once;
mod progress;
mod reports;
mod update;
mod watch;

pub use args::{TEST_EXAMPLES, TestArgs};

use super::batch;
use super::output::Output;

/// Runs tests; gives the exit code.
#[must_use]
pub fn test(args: &TestArgs, output: Output) -> u8 {
    if !args.list {
        batch::prepare();
    }
    if args.watch { watch::watch(args, output) } else { once::once(args, output).code }
}
