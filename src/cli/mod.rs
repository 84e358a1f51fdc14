//! The command line's door: reads arguments, calls what does the work, and gives the exit code.

mod args;
mod bar;
mod batch;
mod board;
mod check;
mod console;
mod crash;
mod deferred;
mod doctor;
mod ending;
pub mod exit;
mod explain;
mod files;
mod grade;
mod nested;
mod output;
mod picture;
mod quantity;
mod recording;
mod refusal;
mod repl;
mod replace;
mod run;
mod session;
mod sweep;
mod test;
mod timeline;
mod trace;
mod trial;
mod watch;
mod witness;

pub use console::Console;
pub use output::Output;

use args::{Cli, Command, ReplArgs};
use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use deferred::Deferred;
use std::path::Path;
use std::process::ExitCode;

/// Runs the command that the process's arguments name.
#[must_use]
pub fn main() -> ExitCode {
    crash::report_panics();
    let cli = match Cli::try_parse_from(timeline::joined(std::env::args_os())) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let output = Output::new(cli.global);
    crash::speak(output.is_json());
    ExitCode::from(match cli.command {
        None => repl::repl(&ReplArgs::default(), output),
        Some(Command::Repl(Deferred(args))) => repl::repl(&args, output),
        Some(Command::Session(Deferred(args))) => session::session(&args, output),
        Some(Command::Explain(Deferred(args))) => explain::explain(&args, output),
        Some(Command::Trace(Deferred(args))) => trace::trace(&args, output),
        Some(Command::Run(Deferred(args))) => run::run(&args, output),
        Some(Command::Check(Deferred(args))) => check::check(&args, output),
        Some(Command::Test(Deferred(args))) => test::test(&args, output),
        Some(Command::Grade(Deferred(args))) => grade::grade(&args, output),
        Some(Command::Grades(Deferred(args))) => grade::grades(&args, output),
        Some(Command::Scenario) => nested::nested(output),
        Some(Command::Trial) => trial::trial(),
        Some(Command::Sweep) => sweep::sweep(),
        Some(Command::Doctor) => doctor::doctor(output),
    })
}

/// Prints clap's help, version or error; the latter ends with exit code 2.
fn usage(error: &clap::Error) -> ExitCode {
    // Whoever should read it may be gone: then there is nobody to tell.
    let _ = error.print();
    if error.kind() == ErrorKind::InvalidSubcommand
        && let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand)
        && Path::new(word).is_file()
    {
        output::to_stderr("  to run a scenario: proctor run FILE\n");
    }
    ExitCode::from(if error.use_stderr() { exit::WRONG } else { exit::HELD })
}
