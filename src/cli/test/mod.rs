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
use super::refusal::refuse;
use crate::report::brief;
use crate::suite::{Footing, footing};

/// Runs tests; gives the exit code.
#[must_use]
pub fn test(args: &TestArgs, output: Output) -> u8 {
    if args.list {
        return once::once(args, &Footing::default(), output).code;
    }
    // Before there are threads, and before signals are ours.
    let footing = match footing(args.demand(), limits(args)) {
        Ok(footing) => footing,
        Err(why) => {
            let without = "without --contained the tests run among the machine's processes";
            return refuse(&format!("the tests are not run: {why}; {without}"));
        }
    };
    batch::prepare();
    if args.watch { watch::watch(args, &footing, output) } else { once::once(args, &footing, output).code }
}

/// What a test may use, each limit in words.
fn limits(args: &TestArgs) -> Vec<String> {
    let time = brief(i64::try_from(args.timeout.as_nanos()).unwrap_or(i64::MAX));
    vec![format!("{time} a test"), format!("{} processes at once", args.max_procs)]
}
