//! One grading, from the paths to the exit code.

use super::super::files::{self, Files};
use super::super::output::{Output, to_stderr, to_stdout};
use super::super::quantity::size_words;
use super::super::{check, exit};
use super::args::GradeArgs;
use super::progress::Progress;
use super::refusal::refuse;
use super::reports;
use super::words::{columns, draw_standing, draw_summary, draw_works};
use crate::keeper::{Allowance, Budget};
use crate::process::{fds, signals};
use crate::report::{brief, visible};
use crate::source::{Diagnostic, SourceId, SourceMap};
use crate::suite::grade::{
    Beginning, Caps, Ground, Results, Rubric, Setting, Store, Submission, Tally, grade, ground, rubric,
    submissions,
};
use crate::suite::{self, File, Found};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Files that a process may have open.
const FILES: u64 = 256;

/// Grades what the arguments name; gives the exit code.
pub fn once(args: &GradeArgs, output: Output) -> u8 {
    let (file, rubric) = match open(args, output) {
        Ok(opened) => opened,
        Err(code) => return code,
    };
    let works = match works(args) {
        Ok(works) => works,
        Err(why) => return refuse(&why),
    };
    if args.list {
        to_stdout(&draw_works(&works, &rubric, output.stdout));
        return exit::HELD;
    }
    // A slice may have none.
    if works.is_empty() && args.partition.is_none() {
        return refuse("there is no work to grade");
    }
    match run(args, &file, &rubric, works, output) {
        Ok(code) => code,
        Err(why) => {
            to_stderr(&format!("proctor: {}\n", visible(&why)));
            exit::TOOL
        }
    }
}

fn read(sources: &mut SourceMap, path: &Path) -> Result<SourceId, Box<Diagnostic>> {
    files::read(sources, path.as_os_str())
}

/// The rubric; or the exit code where it is none, and why is told.
fn open(args: &GradeArgs, output: Output) -> Result<(File, Rubric), u8> {
    let path = PathBuf::from(args.rubric.clone().unwrap_or_default());
    if path.is_dir() {
        return Err(refuse(&format!("the rubric comes first, and `{}` is a folder", path.display())));
    }
    let found = [Found { path, named: true }];
    let file = suite::open(&found, read, &mut Files).pop().unwrap_or_default();
    check::show(&file.findings, &file.sources, output);
    if file.is_wrong() {
        return Err(exit::WRONG);
    }
    let rubric = rubric(&file).map_err(|why| refuse(&why))?;
    Ok((file, rubric))
}

/// The works that are to be graded here.
fn works(args: &GradeArgs) -> Result<Vec<Submission>, String> {
    let beside = |ending: &str| {
        let mut path = args.results.clone().into_os_string();
        path.push(ending);
        PathBuf::from(path)
    };
    let mut besides = vec![PathBuf::from(args.rubric.clone().unwrap_or_default())];
    besides.extend(["", "-wal", "-shm", "-journal"].map(beside));
    let all = submissions(&args.submissions, args.folders.into(), &besides)?;
    Ok(match args.partition {
        Some(slice) => slice.take(all),
        None => all,
    })
}

/// The longest time that a test may have.
fn longest(file: &File, args: &GradeArgs) -> Duration {
    let within = file.tests.iter().filter_map(|test| test.limit).max().unwrap_or(0);
    args.limits.timeout + Duration::from_nanos(within.max(0).cast_unsigned())
}

fn allowance(file: &File, args: &GradeArgs) -> Allowance {
    let limits = &args.limits;
    let budget = Budget {
        alive: Some(limits.processes),
        started: Some(limits.started),
        cpu: Some(limits.cpu.unwrap_or_else(|| longest(file, args))),
    };
    Allowance { budget, memory: Some(limits.memory), file_size: Some(limits.file_size), files: Some(FILES) }
}

/// Each limit in words.
fn limits(args: &GradeArgs) -> Vec<String> {
    let limits = &args.limits;
    let time = brief(nanoseconds(limits.timeout));
    let mut all = vec![
        format!("{time} a test"),
        format!("{} processes at once", limits.processes),
        format!("{} processes in all", limits.started),
        format!("{} of memory", size_words(limits.memory)),
        format!("{} a file", size_words(limits.file_size)),
        format!("{} of output kept", size_words(limits.output)),
    ];
    if let Some(cpu) = limits.cpu {
        all.push(format!("{} of processor time", brief(nanoseconds(cpu))));
    }
    all
}

fn nanoseconds(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

fn run(
    args: &GradeArgs,
    file: &File,
    rubric: &Rubric,
    works: Vec<Submission>,
    output: Output,
) -> Result<u8, String> {
    if let Some(folder) = &args.timelines
        && let Err(error) = std::fs::create_dir_all(folder)
    {
        return Ok(refuse(&format!(
            "the folder `{}` for timelines cannot be made: {error}",
            folder.display()
        )));
    }
    // Before there are threads, and before signals are ours.
    let allowance = allowance(file, args);
    let ground = match ground(args.limits.sandbox.into(), &allowance, args.limits.disk, limits(args)) {
        Ok(ground) => ground,
        Err(missing) => {
            let why = missing.join("\n  ");
            return Ok(refuse(&format!(
                "works cannot be kept inside here, and are not run:\n  {why}\n  `proctor doctor` says what to do; --sandbox=none is for your own work"
            )));
        }
    };
    let _ = fds::raise_file_limit();
    for signal in suite::ENDS {
        let _ = signals::catch(signal);
    }
    signals::hold(&suite::ENDS);
    to_stdout(&draw_standing(&ground.standing, output.stdout));
    let beginning = Beginning { rubric, standing: &ground.standing, seed: args.seed, resume: args.resume };
    let (mut store, seed) = match Store::begin(&args.results, &beginning) {
        Ok(begun) => begun,
        Err(why) => return Ok(refuse(&why)),
    };
    let width = columns(works.iter().map(|work| &*work.name));
    let mut progress = Progress::new(works.len(), rubric.criteria.len(), width, output);
    let began = Instant::now();
    let setting = setting(args, ground, seed);
    let graded = grade(file, rubric, works, &setting, &mut store, &mut progress);
    progress.finish();
    drop(store);
    let tally = graded?;
    finish(args, rubric, &tally, began.elapsed(), output)
}

fn setting(args: &GradeArgs, ground: Ground, seed: u64) -> Setting {
    let processors = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Setting {
        jobs: args.jobs.map_or_else(processors, usize::from),
        timeout: nanoseconds(args.limits.timeout),
        processes: args.limits.processes,
        output: usize::try_from(args.limits.output).unwrap_or(usize::MAX),
        plan: ground.plan,
        // There must be room for it where it is tested.
        caps: Caps { total: Caps::default().total.min(args.limits.disk / 2), ..Caps::default() },
        seed,
        resume: args.resume,
        timelines: args
            .timelines
            .as_ref()
            .map(|folder| std::path::absolute(folder).unwrap_or_else(|_| folder.clone())),
        args: args.args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect(),
    }
}

/// The class at a glance, and the reports; gives the exit code.
fn finish(
    args: &GradeArgs,
    rubric: &Rubric,
    tally: &Tally,
    took: Duration,
    output: Output,
) -> Result<u8, String> {
    let results = Results::open(&args.results)?;
    to_stdout(&draw_summary(&results.summary(rubric.criteria.len())?, rubric, output.stdout));
    if !args.stable {
        let name = args.results.display().to_string();
        to_stdout(&format!(
            "results in {}, after {}\n",
            crate::report::visible_line(&name),
            brief(nanoseconds(took))
        ));
    }
    let written = reports::write(&args.reports, &results) & tally.undrawn.is_none();
    if let Some(why) = &tally.undrawn {
        to_stderr(&format!(
            "proctor: not all timelines could be drawn: {}\n",
            crate::report::visible_line(why)
        ));
    }
    let code = match tally {
        Tally { interrupted: Some(signal), .. } => u8::try_from(128 + signal).unwrap_or(u8::MAX),
        Tally { tool, .. } if *tool > 0 => exit::TOOL,
        Tally { wrong, .. } if *wrong > 0 => exit::WRONG,
        Tally { open, .. } if *open > 0 => exit::TOOL,
        _ => exit::HELD,
    };
    Ok(if written { code } else { code.max(exit::TOOL) })
}
