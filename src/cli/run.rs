//! `proctor run`: read, check, and hand the program to the machine.

use super::args::RunArgs;
use super::check::{program, read_and_check, show};
use super::console::Console;
use super::ending::tell;
use super::exit;
use super::output::Output;
use super::picture::{self, Pictures};
use super::recording;
use crate::event::History;
use crate::execute::{self, Setting, Work};
use crate::keeper::{Contain, GuardOptions, guard};
use crate::process::Standard;
use crate::program::Program;
use crate::source::{Diagnostic, Source, SourceMap, Sources};
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
    let writable = args.trace.as_deref().map_or(Ok(()), recording::check);
    if let Err(message) = writable.and_then(|()| picture::check(&args.timeline)) {
        return not_started(output, &message);
    }
    // Whatever descriptors we were started with are not the scenario's business.
    if let Err(errno) = crate::process::fds::open_standard_streams() {
        return not_started(output, &format!("the standard streams cannot be opened: {errno}"));
    }
    crate::process::fds::mark_inherited_close_on_exec();
    // From here on all memory is of one kind, which forks cheaply.
    crate::process::heap::prepare();
    let sources = Rc::new(sources);
    let quoted = Sources::new(sources.clone());
    let options = GuardOptions {
        timeout: args.timeout.map(|time| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)),
        max_processes: args.max_procs,
        interactive: false,
        contain: args.contained.then(Contain::own),
        record: !args.no_record,
        ..GuardOptions::default()
    };
    let setting = Setting {
        sources,
        args: args.args().map(|arg| arg.to_string_lossy().into_owned()).collect(),
        seed: args.seed,
        reporter: Box::new(Console::new(quoted.clone(), output, args.stable)),
        prompt: None,
        relay: None,
        alone: None,
        work: Work {
            submission: args.submission.as_deref().map(Rc::from),
            observe: args.submission.is_some(),
            ..Work::default()
        },
    };
    match guard(&options, |run| execute::run(program, *run, setting)) {
        Ok(ended) => {
            let sources = quoted.now();
            let save = |path| recording::save(path, &ended, &sources, output);
            let saved = args.trace.as_deref().is_none_or(save);
            let history = args.draws().then(|| recording::history(&ended));
            let code = tell(ended, Console::new(quoted, output, args.stable));
            let drawn = history.is_none_or(|history| draw(args, &sources, output, history));
            if code == exit::HELD && !(saved && drawn) { exit::UNCAUGHT } else { code }
        }
        Err(fault) => not_started(output, &fault.to_string()),
    }
}

/// Draws the pictures that are asked for; false where one could not be written.
fn draw(args: &RunArgs, sources: &SourceMap, output: Output, history: History) -> bool {
    let title = args.file().map_or_else(|| "-e".into(), |file| file.to_string_lossy());
    let pictures = Pictures {
        timelines: &args.timeline,
        tree: args.tree,
        title: &title,
        sources,
        output,
        to: Standard::Output,
        stable: args.stable,
    };
    pictures.draw(history)
}

/// The system would not let us; gives the exit code.
pub fn not_started(output: Output, message: &str) -> u8 {
    output.say_error("not_started", message, None);
    exit::UNCAUGHT
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
