//! `proctor run`: read, check, and hand the program to the machine.

use super::args::RunArgs;
use super::check::{program, read_and_check, show};
use super::console::Console;
use super::exit;
use super::output::{Output, to_stderr};
use crate::event::{Event, Recorder};
use crate::execute::{self, Setting};
use crate::keeper::{Ended, GuardOptions, Outcome, guard};
use crate::program::Program;
use crate::report::visible;
use crate::source::{Diagnostic, Source, SourceMap};
use std::rc::Rc;

/// A program that may be run, and the texts that its messages quote.
#[derive(Debug)]
pub struct Ready {
    pub program: Program,
    pub sources: SourceMap,
}

/// Runs a scenario; gives the exit code.
#[must_use]
pub fn run(args: &RunArgs, output: Output) -> u8 {
    let Some(Ready { program, sources }) = prepare(args, output) else { return exit::WRONG };
    // Whatever descriptors we were started with are not the scenario's business.
    if let Err(errno) = crate::process::fds::open_standard_streams() {
        to_stderr(&format!("proctor: the standard streams cannot be opened: {errno}\n"));
        return exit::UNCAUGHT;
    }
    crate::process::fds::mark_inherited_close_on_exec();
    // From here on all memory is of one kind, which forks cheaply.
    crate::process::heap::prepare();
    let sources = Rc::new(sources);
    let options = GuardOptions {
        timeout: args.timeout.map(|time| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)),
        max_processes: args.max_procs,
    };
    let setting = Setting {
        sources: sources.clone(),
        args: args.args().map(|arg| arg.to_string_lossy().into_owned()).collect(),
        seed: args.seed,
        recorder: Box::new(Console::new(sources.clone(), output, args.stable)),
    };
    match guard(&options, |run| execute::run(program, *run, setting)) {
        Ok(ended) => tell(ended, Console::new(sources, output, args.stable), args.stable),
        Err(fault) => {
            to_stderr(&format!("proctor: {fault}\n"));
            exit::UNCAUGHT
        }
    }
}

/// Says of the run's end what the scenario itself could not.
fn tell(ended: Ended, mut console: Console, stable: bool) -> u8 {
    let code = ended.exit_code();
    if let Some(message) = ended.message() {
        let message = if stable { "the run was ended" } else { &message };
        to_stderr(&format!("proctor: {}\n", visible(message)));
    }
    // After an error, what was still alive is no news: nobody had the time to join it.
    if ended.outcome == Outcome::Exited(exit::HELD) && !ended.leftovers.is_empty() {
        console.record(Event::LeftBehind(ended.leftovers));
    }
    code
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
