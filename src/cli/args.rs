//! The command line: what can be written on it, its help and its limits. The only user of clap.

use super::deferred::Deferred;
use super::grade::{GRADE_EXAMPLES, GRADES_EXAMPLES, GradeArgs, GradesArgs};
use super::quantity::{MAX_PROCS, MOST_PIDS, duration, submission};
use super::test::{TEST_EXAMPLES, TestArgs};
use super::timeline::Timeline;
use crate::event::What;
use crate::report::ColorChoice;
use crate::source::did_you_mean;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  proctor run scenario.proc                    run a scenario
  proctor run -e 'spawn p { print 1 }; join p' run a text
  proctor trace -- ./homework 3                watch a program: who forks whom, and where it hangs
  proctor                                      a prompt to play at
  proctor check scenarios/*.proc               find mistakes without running anything
  proctor test                                 run all tests below this folder
  proctor grade rubric.proc class/             grade each student's work in class/
  proctor explain unjoined_child               what a code means and what to do

Exit codes:
  0 everything held    1 an expectation broke    2 the text or the usage is wrong
  3 an uncaught error  124 timed out             130 interrupted  N after `exit N`
  4 of `test` and `grade`: proctor itself, or the machine, failed";

const RUN_EXAMPLES: &str = "\
Examples:
  proctor run scenario.proc
  proctor run scenario.proc -- alex 3          the scenario reads them with args()
  proctor run --timeout 10s --seed 42 scenario.proc
  proctor run --contained scenario.proc        among its own processes only, as pid 2
  proctor run --timeline scenario.proc         then draw who was alive, asleep, a zombie, and when
  proctor run --timeline run.html scenario.proc  a page to explore it; .svg: a picture; .json: for Perfetto
  proctor run --tree scenario.proc             then draw who started whom, and how each ended
  proctor run --trace events.jsonl scenario.proc
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
  proctor check --report-sarif out.sarif scenarios/*.proc
A comment `# allow(CODE)` above a line silences a warning there. Exit code: 2 where there is an error, else 0.";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  proctor explain undefined_name
  proctor explain --list";

const TRACE_EXAMPLES: &str = "\
Examples:
  proctor trace ./homework                     who forks, executes, waits for and signals whom, as it happens
  proctor trace --timeout 5s -- ./homework 3   after 5 s: who is blocked in which call on what, and who could help
  proctor trace --events fork,exec,exit -- make -j2
  proctor trace --quiet --timeline -- sh -c 'ls | sort'
  proctor trace --output events.jsonl -- python3 work.py
  proctor trace -- bash                        it keeps the terminal; Ctrl-C is the program's, as always
The log goes to standard error, and the program's standard output is its own. Ctrl-C tells first where everybody is blocked.
Kinds of events: spawn, fork, exec, exit, signal, deliver, stop, continue, reap, adopt, wait, wake, group, open, close.
Exit codes: the program's; 128+N by signal N; 124 timed out; 126 and 127 where it cannot be executed.";

const SWEEP_EXAMPLES: &str = "\
Examples:
  proctor sweep
Every run ends what it started by itself. Only where all of proctor's own processes were killed at the same moment
can something be left; the next run, or this command, finds and ends it.";

const DOCTOR_EXAMPLES: &str = "\
Examples:
  proctor doctor
  proctor doctor --message-format json
Everything is found by trying it, as the user that you are. Exit code: 0 where runs can be contained, else 1.";

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
    Run(Deferred<RunArgs>),
    /// Watch what a program and all that it starts do, and where they hang
    #[command(after_help = TRACE_EXAMPLES)]
    Trace(Deferred<TraceArgs>),
    /// Play with processes at a prompt (also: proctor alone)
    #[command(after_help = REPL_EXAMPLES)]
    Repl(Deferred<ReplArgs>),
    /// Find mistakes in scenarios without running anything
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Deferred<CheckArgs>),
    /// Explain the code of an error or a warning
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Deferred<ExplainArgs>),
    /// End what a killed run has left behind
    #[command(after_help = SWEEP_EXAMPLES)]
    Sweep,
    /// Show what this machine offers for keeping processes inside, and what to do for the rest
    #[command(after_help = DOCTOR_EXAMPLES)]
    Doctor,
    /// Run the tests of scenarios, each in processes of its own
    #[command(after_help = TEST_EXAMPLES)]
    Test(Deferred<TestArgs>),
    /// Grade works by the tests of a rubric, each kept inside
    #[command(after_help = GRADE_EXAMPLES)]
    Grade(Deferred<GradeArgs>),
    /// List, export, compare and merge the results of gradings
    #[command(after_help = GRADES_EXAMPLES)]
    Grades(Deferred<GradesArgs>),
    /// One run of one test; `proctor test` starts it
    #[command(hide = true)]
    Trial,
    /// One run of a scenario inside another one; `run_scenario` starts it
    #[command(hide = true)]
    Scenario,
    /// The processes of a session; `proctor repl` starts it
    #[command(hide = true)]
    Session(Deferred<SessionArgs>),
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
    /// After the run, draw who was alive, asleep, stopped, a zombie, and when: here, or into FILE.svg, FILE.html
    /// or FILE.json (trace events, for Perfetto)
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "", value_parser = Timeline::parse, conflicts_with = "no_record")]
    pub timeline: Vec<Timeline>,
    /// After the run, draw the tree of its processes: when each was born, and how it ended
    #[arg(long, conflicts_with = "no_record")]
    pub tree: bool,
    /// End the run after this time: `1.5s`, `250ms`, `2m`; a plain number counts seconds
    #[arg(long, value_name = "DUR", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Run it in namespaces of its own: it sees and signals its own processes only, and pids begin at 1
    #[arg(long)]
    pub contained: bool,
    /// The work under test: what `submission` gives. External programs are observed then
    #[arg(long, value_name = "PATH", value_parser = submission)]
    pub submission: Option<String>,
    /// Write what happened to this file, an event a line as JSON; `-` is standard output
    #[arg(long, value_name = "FILE.jsonl", conflicts_with = "no_record")]
    pub trace: Option<OsString>,
    /// Keep no record of what happens: events() and the like are an error
    #[arg(long)]
    pub no_record: bool,
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
            contained: args.contained,
            submission: None,
            timeline: Vec::new(),
            tree: false,
            trace: None,
            no_record: false,
        }
    }

    /// Whether a picture is asked for.
    #[must_use]
    pub fn draws(&self) -> bool {
        self.tree || !self.timeline.is_empty()
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
pub struct TraceArgs {
    /// The program and its arguments
    #[arg(value_name = "PROGRAM", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub program: Vec<OsString>,
    /// End it after this time, and say where it hangs: `1.5s`, `250ms`, `2m`; a plain number counts seconds
    #[arg(long, value_name = "DUR", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Log only these kinds of events, with commas between
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = event_kind)]
    pub events: Vec<String>,
    /// No log
    #[arg(long, short)]
    pub quiet: bool,
    /// Write every event to this file as it happens, a line each as JSON
    #[arg(long, short, value_name = "FILE.jsonl")]
    pub output: Option<OsString>,
    /// Behind it, draw who was alive, asleep, stopped, a zombie, and when: here, or into FILE.svg, FILE.html
    /// or FILE.json (trace events, for Perfetto)
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "", value_parser = Timeline::parse)]
    pub timeline: Vec<Timeline>,
    /// Behind it, draw the tree of its processes: when each was born, and how it ended
    #[arg(long)]
    pub tree: bool,
    /// Draw nothing behind it, where neither --timeline nor --tree is given
    #[arg(long, conflicts_with_all = ["timeline", "tree"])]
    pub no_picture: bool,
    /// End with the program itself: what it leaves running is named and ended, not watched to its own end
    #[arg(long)]
    pub until_exit: bool,
}

impl TraceArgs {
    /// Whether there are pictures to draw.
    #[must_use]
    pub fn draws(&self) -> bool {
        !self.timeline.is_empty() || self.tree || !(self.quiet || self.no_picture)
    }
}

/// One of the words that events have.
fn event_kind(word: &str) -> Result<String, String> {
    if What::KINDS.contains(&word) {
        return Ok(word.to_owned());
    }
    let near = did_you_mean(word, What::KINDS.iter().copied());
    let near = near.map_or_else(String::new, |near| format!(", did you mean `{near}`?"));
    Err(format!("there is no such kind{near} The kinds are {}", What::KINDS.join(", ")))
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
    /// Run it in namespaces of its own: it sees and signals its own processes only, and pids begin at 1
    #[arg(long)]
    pub contained: bool,
}

impl Default for ReplArgs {
    fn default() -> Self {
        Self { file: None, seed: None, max_procs: MAX_PROCS, contained: false }
    }
}

#[derive(Debug, Args)]
pub struct SessionArgs {
    pub file: Option<OsString>,
    #[arg(long)]
    pub seed: Option<u64>,
    #[arg(long, default_value_t = MAX_PROCS)]
    pub max_procs: u32,
    #[arg(long)]
    pub contained: bool,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The scenarios; `-` is standard input
    #[arg(value_name = "FILES", required = true)]
    pub files: Vec<OsString>,
    /// Write the findings into a file as SARIF 2.1.0, for code scanning
    #[arg(long, value_name = "FILE")]
    pub report_sarif: Option<PathBuf>,
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
    use super::{Cli, Command, Deferred};
    use clap::{CommandFactory, Parser};

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn with_a_text_every_argument_is_the_scenarios() {
        let Some(Command::Run(Deferred(run))) =
            Cli::try_parse_from(["proctor", "run", "-e", "print 1", "a", "b"]).unwrap().command
        else {
            panic!("not run")
        };
        assert_eq!(run.file(), None);
        assert!(run.args().eq(["a", "b"]));
        let Some(Command::Run(Deferred(run))) =
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
