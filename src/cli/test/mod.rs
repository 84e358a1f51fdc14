//! `proctor test`: finds tests, runs each in processes of its own, and reports.

mod args;
mod progress;

pub use args::{TEST_EXAMPLES, TestArgs};

use super::exit;
use super::files::{self, Files};
use super::output::{Output, to_stderr, to_stdout};
use crate::event::Verdict;
use crate::process::{fds, signals};
use crate::report::suite::{Subject, draw_list, draw_results};
use crate::source::{Diagnostic, SourceId, SourceMap};
use crate::suite::{self, Containment, File, Plan, Results};
use progress::Progress;
use std::path::Path;

/// Bytes of output of a trial that are kept.
const OUTPUT: usize = 1 << 20;

/// Runs tests; gives the exit code.
#[must_use]
pub fn test(args: &TestArgs, output: Output) -> u8 {
    let found = match suite::find(&args.paths) {
        Ok(found) => found,
        Err(why) => return refuse(&why),
    };
    let files = suite::open(&found, read, &mut Files);
    for file in &files {
        super::check::show(&file.findings, &file.sources, output);
    }
    let tests = select(&files, args);
    if args.list {
        let listed = tests.iter().map(|(file, test)| (&files[*file], &files[*file].tests[*test]));
        to_stdout(&draw_list(listed, output.stdout));
        return if files.iter().any(File::is_wrong) { exit::WRONG } else { exit::HELD };
    }
    if tests.is_empty() && !files.iter().any(File::is_wrong) {
        return refuse(if files.is_empty() { "there is no *.proc file" } else { "the filter means no test" });
    }
    match run(&files, &tests, args, output) {
        Ok(results) => code(&files, &results),
        Err(why) => {
            to_stderr(&format!("proctor: the tests cannot be run: {why}\n"));
            exit::TOOL
        }
    }
}

fn refuse(why: &str) -> u8 {
    to_stderr(&format!("proctor: {why}\n"));
    exit::WRONG
}

fn read(sources: &mut SourceMap, path: &Path) -> Result<SourceId, Box<Diagnostic>> {
    files::read(sources, path.as_os_str())
}

/// The tests that are meant, by the numbers of their file and of themselves.
fn select(files: &[File], args: &TestArgs) -> Vec<(usize, usize)> {
    let mut tests = Vec::new();
    for (number, file) in files.iter().enumerate() {
        for (at, test) in file.tests.iter().enumerate() {
            if args.filter.is_empty() || args.filter.iter().any(|filter| filter.means(file, test)) {
                tests.push((number, at));
            }
        }
    }
    tests
}

fn run(
    files: &[File],
    tests: &[(usize, usize)],
    args: &TestArgs,
    output: Output,
) -> Result<Results, String> {
    // Each trial has several descriptors here.
    let _ = fds::raise_file_limit();
    for signal in suite::ENDS {
        let _ = signals::catch(signal);
    }
    signals::hold(&suite::ENDS);
    let plan = plan(args);
    let mut progress = Progress::new(files, tests.len(), output, args.stable);
    let mut results = suite::run(files, tests, &plan, &mut progress)?;
    progress.finish();
    if args.stable {
        progress::make_stable(&mut results);
    }
    to_stdout(&draw_results(&Subject { files, results: &results }, output.stdout));
    let is_worth_it = args.shuffle || args.stress.is_some() || results.tested.iter().any(|tested| tested.verdict.is_bad());
    if is_worth_it && !args.stable {
        to_stdout(&format!("seed: {} (run it again with `--seed {}`)\n", results.seed, results.seed));
    }
    Ok(results)
}

fn plan(args: &TestArgs) -> Plan {
    let processors = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Plan {
        jobs: args.jobs.map_or_else(processors, usize::from),
        timeout: i64::try_from(args.timeout.as_nanos()).unwrap_or(i64::MAX),
        processes: args.max_procs,
        output: OUTPUT,
        retries: usize::from(args.retries),
        repeat: args.stress.or(args.repeat).unwrap_or(1) as usize,
        stress: args.stress.is_some(),
        shuffle: args.shuffle,
        seed: args.seed.unwrap_or_else(|| fastrand::u64(0..1 << 32)),
        fail_fast: args.fail_fast,
        leaks: args.leaks.into(),
        containment: Containment::Host,
        args: args.args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect(),
    }
}

/// What it all means for whoever started us.
fn code(files: &[File], results: &Results) -> u8 {
    let any = |is: fn(&Verdict) -> bool| results.tested.iter().any(|tested| is(&tested.verdict));
    if let Some(signal) = results.interrupted {
        return u8::try_from(128 + signal).unwrap_or(u8::MAX);
    }
    if any(|verdict| matches!(verdict, Verdict::ToolFailed(_))) {
        return exit::TOOL;
    }
    if files.iter().any(File::is_wrong) {
        return exit::WRONG;
    }
    if any(Verdict::is_bad) { exit::BROKE } else { exit::HELD }
}
