//! The command line: what can be written on it, its help and its limits. The only user of clap.

use super::quantity::{MAX_PROCS, MOST_PIDS, duration};
use super::test::{TEST_EXAMPLES, TestArgs};
use crate::report::ColorChoice;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  proctor run scenario.proc                    run a scenario
  proctor run -e 'spawn p { print 1 }; join p' run a text
  proctor                                      a prompt to play at
  proctor check scenarios/*.proc               find mistakes without running anything
  proctor test                                 run all tests below this folder
  proctor explain unjoined_child               what a code means and what to do

Exit codes:
  0 everything held    1 an expectation broke    2 the text or the usage is wrong
  3 an uncaught error  124 timed out             130 interrupted  N after `exit N`";

const RUN_EXAMPLES: &str = "\
Examples:
  proctor run scenario.proc
  proctor run scenario.proc -- alex 3          the scenario reads them with args()
  proctor run --timeout 10s --seed 42 scenario.proc
  proctor run -e 'print pid(), ppid()'
  echo 'print 1 + 1' | proctor run -
A scenario whose first line is `#!/usr/bin/env -S proctor run` can be executed by its name.";

const REPL_EXAMPLES: &str = "\
Examples:
  proctor repl
  proctor repl scenario.proc                   with the names and processes of a scenario
  echo 'print 1 + 1' | proctor repl            no terminal: run as a scenario, without a prompt
At the prompt `:help` tells what can be done there.";

const CHECK_EXAMPLES: &str = "\
Examples:
  proctor check scenario.proc
  proctor check --message-format json scenarios/*.proc
A comment `# allow(CODE)` above a line silences a warning there. Exit code: 2 where there is an error, else 0.";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  proctor explain undefined_name
  proctor explain --list";

const SWEEP_EXAMPLES: &str = "\
Examples:
  proctor sweep
Every run ends what it started by itself. Only where all of proctor's own processes were killed at the same moment
can something be left; the next run, or this command, finds and ends it.";

/// Describe processes, run them on Linux, and check what they do.
#[derive(Debug, Parser)]
#[command(name = "proctor", version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Clone, Copy, Args)]
pub struct Global {
    /// Colours: where the output is a terminal (and NO_COLOR is not set), always, or never.
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: Color,
    /// Errors and warnings as text, or as one JSON object a line; both on standard error.
    #[arg(long, global = true, value_enum, default_value = "human", value_name = "FORMAT")]
    pub message_format: MessageFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    Human,
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a scenario against real processes
    #[command(after_help = RUN_EXAMPLES)]
    Run(RunArgs),
    /// Play with processes at a prompt (also: proctor alone)
    #[command(after_help = REPL_EXAMPLES)]
    Repl(ReplArgs),
    /// Find mistakes in scenarios without running anything
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArgs),
    /// Explain the code of an error or a warning
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),
    /// End what a killed run has left behind
    #[command(after_help = SWEEP_EXAMPLES)]
    Sweep,
    /// Run the tests of scenarios, each in processes of its own
    #[command(after_help = TEST_EXAMPLES)]
    Test(TestArgs),
    /// One run of one test; `proctor test` starts it
    #[command(hide = true)]
    Trial,
    /// The processes of a session; `proctor repl` starts it
    #[command(hide = true)]
    Session(SessionArgs),
}

#[derive(Debug, Args)]
pub struct RunArgs {
    /// The scenario; `-` is standard input
    #[arg(value_name = "FILE", required_unless_present = "text")]
    file: Option<OsString>,
    /// What the scenario's args() gives; behind `--` where it begins with a dash
    #[arg(value_name = "ARGS")]
    args: Vec<OsString>,
    /// Run this text instead of a file
    #[arg(short = 'e', value_name = "TEXT")]
    pub text: Option<String>,
    /// Start random numbers from N: the same N, the same numbers
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How many processes may be alive at once, or have ended and wait to be joined
    #[arg(long, value_name = "N", default_value_t = MAX_PROCS, value_parser = clap::value_parser!(u32).range(1..=MOST_PIDS))]
    pub max_procs: u32,
    /// Show no pid and no time in what proctor itself says, so that two runs can be compared
    #[arg(long, hide = true)]
    pub stable: bool,
    /// End the run after this time: `1.5s`, `250ms`, `2m`; a plain number counts seconds
    #[arg(long, value_name = "DUR", value_parser = duration)]
    pub timeout: Option<Duration>,
}

impl RunArgs {
    /// What runs standard input as the prompt would, but without one.
    #[must_use]
    pub fn of_standard_input(args: &ReplArgs) -> Self {
        Self {
            file: Some("-".into()),
            args: Vec::new(),
            text: None,
            seed: args.seed,
            max_procs: args.max_procs,
            stable: false,
            timeout: None,
        }
    }

    /// What is run: a file's path, or None for the text of `-e`.
    #[must_use]
    pub fn file(&self) -> Option<&OsString> {
        self.file.as_ref().filter(|_| self.text.is_none())
    }

    /// What `args()` gives. With `-e` no argument is a file.
    pub fn args(&self) -> impl Iterator<Item = &OsString> {
        self.file.as_ref().filter(|_| self.text.is_some()).into_iter().chain(&self.args)
    }
}

#[derive(Debug, Args)]
pub struct ReplArgs {
    /// A scenario to begin with
    #[arg(value_name = "FILE")]
    pub file: Option<OsString>,
    /// Start random numbers from N: the same N, the same numbers
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How many processes may be alive at once
    #[arg(long, value_name = "N", default_value_t = MAX_PROCS, value_parser = clap::value_parser!(u32).range(1..=MOST_PIDS))]
    pub max_procs: u32,
}

impl Default for ReplArgs {
    fn default() -> Self {
        Self { file: None, seed: None, max_procs: MAX_PROCS }
    }
}

#[derive(Debug, Args)]
pub struct SessionArgs {
    pub file: Option<OsString>,
    #[arg(long)]
    pub seed: Option<u64>,
    #[arg(long, default_value_t = MAX_PROCS)]
    pub max_procs: u32,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The scenarios; `-` is standard input
    #[arg(value_name = "FILES", required = true)]
    pub files: Vec<OsString>,
}

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A code as it stands in brackets behind `error` or `warning`
    #[arg(value_name = "CODE", required_unless_present = "list")]
    pub code: Option<String>,
    /// List every code with one line about it
    #[arg(long)]
    pub list: bool,
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cli, Command};
    use clap::{CommandFactory, Parser};

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn with_a_text_every_argument_is_the_scenarios() {
        let Some(Command::Run(run)) =
            Cli::try_parse_from(["proctor", "run", "-e", "print 1", "a", "b"]).unwrap().command
        else {
            panic!("not run")
        };
        assert_eq!(run.file(), None);
        assert!(run.args().eq(["a", "b"]));
        let Some(Command::Run(run)) =
            Cli::try_parse_from(["proctor", "run", "f.proc", "--seed", "3", "--", "-x", "b"])
                .unwrap()
                .command
        else {
            panic!("not run")
        };
        assert_eq!(run.file().unwrap(), "f.proc");
        assert_eq!(run.seed, Some(3));
        assert!(run.args().eq(["-x", "b"]));
    }
}
