//! `proctor session`, which `proctor repl` starts: the processes of a session, without a terminal of their own.

use super::args::SessionArgs;
use super::console::Console;
use super::exit;
use super::files::Files;
use super::output::{Output, to_stderr, to_stdout};
use crate::keeper::{Contain, GuardOptions, guard};
use crate::process::{Relay, fds, heap, relay, terminal};
use crate::repl::{Kit, Line, serve};
use crate::source::Sources;
use std::os::fd::{AsFd, OwnedFd};

/// Runs a session for the editor at the other end of standard input; gives the exit code.
#[must_use]
pub fn session(args: &SessionArgs, output: Output) -> u8 {
    match connect() {
        Ok((line, programs)) => run(args, output, line, programs),
        Err(error) => {
            to_stderr(&format!("proctor: this command is for `proctor repl` alone: {error}\n"));
            exit::WRONG
        }
    }
}

/// The line to the editor and the way of programs' output; standard input becomes the terminal.
fn connect() -> std::io::Result<(Line, OwnedFd)> {
    let line = std::io::stdin().as_fd().try_clone_to_owned()?;
    let programs = relay::take(&line)?;
    relay::become_stdin(terminal::open()?.as_fd())?;
    Ok((line.into(), programs))
}

fn run(args: &SessionArgs, output: Output, line: Line, programs: OwnedFd) -> u8 {
    let output = output.of_session();
    fds::mark_inherited_close_on_exec();
    heap::prepare();
    let options = GuardOptions {
        max_processes: args.max_procs,
        interactive: true,
        contain: args.contained.then(Contain::own),
        ..GuardOptions::default()
    };
    let sources = Sources::default();
    let kit = Kit {
        loader: Box::new(Files),
        reporter: Box::new(Console::new(sources.clone(), output, false)),
        sources,
        style: output.stdout,
        say: to_stdout,
        seed: args.seed,
        load: args.file.as_ref().map(|file| file.to_string_lossy().into_owned()),
    };
    let ended = guard(&options, |run| match Relay::new(programs) {
        Ok(relay) => serve(run, line, relay, kit),
        Err(errno) => {
            to_stderr(&format!("proctor: there is no way to the editor: {errno}\n"));
            exit::UNCAUGHT
        }
    });
    match ended {
        Ok(ended) => {
            if let Some(message) = ended.message() {
                to_stderr(&format!("proctor: {message}\n"));
            }
            ended.exit_code()
        }
        Err(fault) => {
            to_stderr(&format!("proctor: {fault}\n"));
            exit::UNCAUGHT
        }
    }
}
