//! `proctor test`: finds tests, runs each in processes of its own, and reports.

mod args;
mod once;
mod progress;
mod reports;
mod update;
mod watch;

pub use args::{TEST_EXAMPLES, TestArgs};

use super::output::Output;
use crate::process::{fds, signals};
use crate::suite;

/// Runs tests; gives the exit code.
#[must_use]
pub fn test(args: &TestArgs, output: Output) -> u8 {
    // Each trial has several descriptors here.
    let _ = fds::raise_file_limit();
    if !args.list {
        for signal in suite::ENDS {
            let _ = signals::catch(signal);
        }
        signals::hold(&suite::ENDS);
    }
    if args.watch { watch::watch(args, output) } else { once::once(args, output).code }
}
