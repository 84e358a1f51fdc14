//! One run of tests, from the paths to the exit code.

use super::super::batch;
use super::super::files::Files;
use super::super::output::{Output, to_stdout};
use super::super::refusal::{complain, refuse};
use super::super::{check, exit};
use super::args::TestArgs;
use super::progress::{self, Progress};
use super::reports::Reports;
use super::update;
use crate::event::Verdict;
use crate::report::suite::{Subject, draw_lacks, draw_list, draw_results, test_label};
use crate::report::wrap;
use crate::suite::{self, File, Footing, Found, Plan, Results};
use std::path::PathBuf;

/// How often what was rewritten is run again, at most.
const ROUNDS: usize = 50;
/// Bytes of output of a trial that are kept.
const OUTPUT: usize = 1 << 20;

/// What a run of tests came to.
pub(super) struct Once {
    pub code: u8,
    pub files: Vec<File>,
}

/// Finds the tests and runs them.
pub(super) fn once(args: &TestArgs, footing: &Footing, output: Output) -> Once {
    let reports = Reports::new(&args.reports, args.stable);
    let found = match suite::find(&args.paths) {
        Ok(found) => found,
        Err(why) => return Once { code: refuse(&why), files: Vec::new() },
    };
    let mut files = suite::open(&found, batch::read, &mut Files);
    for file in &files {
        check::show(&file.findings, &file.sources, output);
    }
    let is_wrong = files.iter().any(File::is_wrong);
    let tests = select(&files, args);
    if args.list {
        let listed = tests.iter().map(|(file, test)| (&files[*file], &files[*file].tests[*test]));
        to_stdout(&draw_list(listed, output.stdout));
        return Once { code: if is_wrong { exit::WRONG } else { exit::HELD }, files };
    }
    if tests.is_empty() && !is_wrong {
        let why = if files.is_empty() { "there is no *.proc file" } else { "the filter means no test" };
        return Once { code: refuse(why), files };
    }
    let plan = match batch::timelines(args.reports.timelines.as_deref()) {
        Ok(timelines) => plan(args, footing, timelines),
        Err(why) => return Once { code: refuse(&why), files },
    };
    to_stdout(&draw_lacks(&footing.standing, output.stdout));
    let ran = run(&files, &tests, &plan, args, output).and_then(|mut results| {
        if args.update {
            update_all(&found, &mut files, &mut results, &plan, args, output)?;
        }
        Ok(results)
    });
    let code = match ran {
        Ok(results) => finish(&files, &results, footing, &reports, args, output),
        Err(why) => {
            complain(&format!("the tests cannot be run: {why}"));
            exit::TOOL
        }
    };
    Once { code, files }
}

/// Rewrites what can be, and runs those tests again: behind the first expectation there may be another.
fn update_all(
    found: &[Found],
    files: &mut Vec<File>,
    results: &mut Results,
    plan: &Plan,
    args: &TestArgs,
    output: Output,
) -> Result<(), String> {
    for _ in 0..ROUNDS {
        let rewritten = update::update(files, results);
        if rewritten.is_empty() || results.interrupted.is_some() {
            break;
        }
        *files = suite::open(found, batch::read, &mut Files);
        let again = run(files, &rewritten, plan, args, output)?;
        results.elapsed += again.elapsed;
        results.interrupted = again.interrupted;
        for tested in again.tested {
            match results.tested.iter_mut().find(|old| (old.file, old.test) == (tested.file, tested.test)) {
                Some(old) => *old = tested,
                None => results.tested.push(tested),
            }
        }
    }
    Ok(())
}

/// The last lines, and the reports; gives the exit code.
fn finish(
    files: &[File],
    results: &Results,
    footing: &Footing,
    reports: &Reports<'_>,
    args: &TestArgs,
    output: Output,
) -> u8 {
    let home = std::env::current_dir().unwrap_or_default();
    let subject = Subject { files, results, standing: &footing.standing, home: &home };
    to_stdout(&draw_results(&subject, output.stdout));
    let by_chance = args.shuffle || args.stress.is_some();
    if !args.stable && (by_chance || results.tested.iter().any(|tested| tested.verdict.is_bad())) {
        let seed = results.seed;
        let told = format!("seed: {seed} (`--seed {seed}` takes the same random numbers again)\n");
        to_stdout(&wrap(&told, output.stdout.columns, 4));
    }
    let code = code(files, results);
    let code = if drawn(files, results) { code } else { code.max(exit::TOOL) };
    if reports.write(&subject) { code } else { code.max(exit::TOOL) }
}

/// Says which timelines are missing; gives whether none is.
fn drawn(files: &[File], results: &Results) -> bool {
    let mut good = true;
    for tested in &results.tested {
        for why in tested.outcomes.iter().filter_map(|outcome| outcome.timeline.as_ref()?.as_ref().err()) {
            let name = test_label(&files[tested.file], &files[tested.file].tests[tested.test]);
            complain(&format!("the timeline of `{name}` cannot be written: {why}"));
            good = false;
        }
    }
    good
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
    plan: &Plan,
    args: &TestArgs,
    output: Output,
) -> Result<Results, String> {
    let mut progress = Progress::new(files, tests.len(), output, args.stable);
    let mut results = suite::run(files, tests, plan, &mut progress)?;
    progress.finish();
    if args.stable {
        progress::make_stable(&mut results);
    }
    Ok(results)
}

fn plan(args: &TestArgs, footing: &Footing, timelines: Option<PathBuf>) -> Plan {
    Plan {
        jobs: batch::jobs(args.jobs),
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
        submission: args.submission.clone(),
        enclosure: footing.enclosure.clone(),
        timelines,
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
