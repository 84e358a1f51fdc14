//! `proctor trace`: a program and all that it starts, watched from outside, and nothing of it left behind.

use super::args::TraceArgs;
use super::board::Order;
use super::console::Console;
use super::ending::tell;
use super::output::Output;
use super::run::not_started;
use super::watch;
use super::{exit, picture, recording};
use crate::keeper::{GuardOptions, guard};
use crate::process::fds;
use crate::report::Notice;
use crate::source::{Severity, Sources};

/// Watches a program; gives the exit code: its own, or 124 where its time was up.
#[must_use]
pub fn trace(args: &TraceArgs, output: Output) -> u8 {
    if let Err(message) = check(args) {
        return not_started(output, &message);
    }
    if let Err(errno) = fds::open_standard_streams() {
        return not_started(output, &format!("the standard streams cannot be opened: {errno}"));
    }
    // What the program is given beside the three is what it would have without us.
    let options = GuardOptions { record: false, ..GuardOptions::default() };
    let order = Order { args, output };
    match guard(&options, |run| watch::watch(run, &order)) {
        Ok(ended) => tell(ended, Console::new(Sources::default(), output, false)),
        Err(fault) => not_started(output, &fault.to_string()),
    }
}

/// Whether the files can be written.
fn check(args: &TraceArgs) -> Result<(), String> {
    match args.output.as_deref() {
        Some(path) if path == "-" => {
            return Err("standard output is the program's: name a file for --output".to_owned());
        }
        Some(path) => recording::check(path)?,
        None => {}
    }
    picture::check(&args.timeline)
}

/// Says why the program could not be watched; gives the exit code.
pub fn failed(output: Output, message: &str, help: Option<&'static str>) -> u8 {
    output.say(&Notice {
        code: "not_traced",
        severity: Severity::Error,
        message,
        help,
        run: None,
        processes: &[],
        unnamed: 0,
    });
    exit::UNCAUGHT
}
