//! `proctor run`: read, check, and hand the program to the machine.

use super::args::RunArgs;
use super::check::{program, read_and_check, show};
use super::exit;
use super::output::Output;
use crate::program::Program;
use crate::source::{Diagnostic, Source, SourceMap};

/// A program that may be run, and the texts that its messages quote.
#[derive(Debug)]
pub struct Ready {
    pub program: Program,
    pub sources: SourceMap,
}

/// Runs a scenario; gives the exit code.
#[must_use]
pub fn run(args: &RunArgs, output: Output) -> u8 {
    match prepare(args, output) {
        Some(_) => exit::HELD,
        None => exit::WRONG,
    }
}

/// Reads and checks what is to be run, and shows what was found; None where it cannot be run.
fn prepare(args: &RunArgs, output: Output) -> Option<Ready> {
    let mut sources = SourceMap::default();
    let mut findings: Vec<Diagnostic> = Vec::new();
    let program = match (args.file(), &args.text) {
        (Some(file), _) => read_and_check(&mut sources, file, &mut findings),
        (None, text) => {
            let root = sources.add(Source::new("<text>", text.as_deref().unwrap_or_default()));
            program(&mut sources, root, &mut findings)
        }
    };
    show(&findings, &sources, output);
    Some(Ready { program: program?, sources })
}
