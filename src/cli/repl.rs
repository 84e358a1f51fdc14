//! `proctor repl`, and `proctor` alone on a terminal: a prompt.

use super::args::{ReplArgs, RunArgs};
use super::output::{Output, to_stderr};
use super::{exit, run};
use crate::repl::{Options, edit};
use std::ffi::OsString;
use std::io::IsTerminal;

/// Reads entries from the terminal; where standard input is none, it is run as a scenario.
#[must_use]
pub fn repl(args: &ReplArgs, output: Output) -> u8 {
    if !std::io::stdin().is_terminal() {
        if args.file.is_some() {
            to_stderr(
                "proctor: `repl FILE` wants a terminal: `proctor run FILE` runs a scenario without one\n",
            );
            return exit::WRONG;
        }
        return run::run(&RunArgs::of_standard_input(args), output);
    }
    let options = Options { args: session_args(args, output), file: args.file.clone(), style: output.stdout };
    match edit(&options) {
        Ok(code) => code,
        Err(message) => {
            to_stderr(&format!("proctor: {message}\n"));
            exit::UNCAUGHT
        }
    }
}

/// The session draws for our terminal, which it does not see.
fn session_args(args: &ReplArgs, output: Output) -> Vec<OsString> {
    let mut all: Vec<OsString> = vec!["--color".into(), color(output).into()];
    all.extend(["--max-procs".into(), args.max_procs.to_string().into()]);
    if args.contained {
        all.push("--contained".into());
    }
    if let Some(seed) = args.seed {
        all.extend(["--seed".into(), seed.to_string().into()]);
    }
    all
}

fn color(output: Output) -> &'static str {
    if output.stdout.color { "always" } else { "never" }
}
