//! One grading, from the paths to the exit code.

use super::super::batch;
use super::super::files::Files;
use super::super::output::{Output, to_stdout};
use super::super::quantity::size_words;
use super::super::refusal::{complain, refuse};
use super::super::{check, exit};
use super::args::GradeArgs;
use super::progress::Progress;
use super::reports;
use super::words::{columns, draw_left_out, draw_standing, draw_summary, draw_works};
use crate::keeper::{Allowance, Budget, Level};
use crate::process::pause::processors;
use crate::report::{brief, visible_line};
use crate::suite::grade::{
    Beginning, Caps, Ground, Intake, Results, Rubric, Secret, Setting, Store, Submission, Tally, grade,
    ground, rubric, submissions,
};
use crate::suite::{self, File, Found};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Grades what the arguments name; gives the exit code.
pub fn once(args: &GradeArgs, output: Output) -> u8 {
    let (file, rubric) = match open(args, output) {
        Ok(opened) => opened,
        Err(code) => return code,
    };
    let Intake { works, left_out } = match works(args) {
        Ok(intake) => intake,
        Err(why) => return refuse(&why),
    };
    to_stdout(&draw_left_out(&left_out, output.stdout));
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
            complain(&why);
            exit::TOOL
        }
    }
}

/// The rubric; or the exit code where it is none, and why is told.
fn open(args: &GradeArgs, output: Output) -> Result<(File, Rubric), u8> {
    let path = PathBuf::from(args.rubric.clone().unwrap_or_default());
    if path.is_dir() {
        return Err(refuse(&format!("the rubric comes first, and `{}` is a folder", path.display())));
    }
    let found = [Found { path, named: true }];
    let file = suite::open(&found, batch::read, &mut Files).pop().unwrap_or_default();
    check::show(&file.findings, &file.sources, output);
    if file.is_wrong() {
        return Err(exit::WRONG);
    }
    let rubric = rubric(&file).map_err(|why| refuse(&why))?;
    Ok((file, rubric))
}

/// The works that are to be graded here.
fn works(args: &GradeArgs) -> Result<Intake, String> {
    let beside = |ending: &str| {
        let mut path = args.results.clone().into_os_string();
        path.push(ending);
        PathBuf::from(path)
    };
    let mut besides = vec![PathBuf::from(args.rubric.clone().unwrap_or_default())];
    besides.extend(["", "-wal", "-shm", "-journal"].map(beside));
    let mut intake = submissions(&args.submissions, args.folders.into(), &besides, &args.exclude)?;
    if let Some(slice) = args.partition {
        intake.works = slice.take(intake.works);
    }
    Ok(intake)
}

/// The longest time that a test may have.
fn longest(file: &File, args: &GradeArgs) -> Duration {
    let within = file.tests.iter().filter_map(|test| test.limit).max().unwrap_or(0);
    args.limits.timeout + Duration::from_nanos(within.max(0).cast_unsigned())
}

/// Processor time of a test. Whoever holds the time with all processors busy has done nothing wrong.
fn processor_time(file: &File, args: &GradeArgs) -> Duration {
    let processors = u32::try_from(processors().len()).unwrap_or(u32::MAX).max(1);
    args.limits.cpu.unwrap_or_else(|| longest(file, args).saturating_mul(processors))
}

fn allowance(file: &File, args: &GradeArgs) -> Allowance {
    let limits = &args.limits;
    let budget = Budget {
        alive: Some(limits.processes),
        started: Some(limits.started),
        cpu: Some(processor_time(file, args)),
        memory: None,
    };
    Allowance {
        budget,
        memory: Some(limits.memory),
        file_size: Some(limits.file_size),
        files: Some(limits.files),
        at_once: batch::jobs(args.jobs),
    }
}

/// Each limit in words. How many processes are started in all is known in a namespace of their own.
fn limits(file: &File, args: &GradeArgs, level: Level) -> Vec<String> {
    let limits = &args.limits;
    let time = brief(nanoseconds(limits.timeout));
    let cpu = processor_time(file, args);
    let mut all = vec![
        format!("{time} a test"),
        format!("{} processes at once", limits.processes),
        format!("{} of memory", size_words(limits.memory)),
        format!("{} open files of a process", limits.files),
        format!("{} a file", size_words(limits.file_size)),
        format!("{} of files in each folder", size_words(limits.disk)),
        format!("{} of output kept", size_words(limits.output)),
        format!("{} of processor time at most", brief(nanoseconds(cpu))),
    ];
    if level > Level::Host {
        all.insert(2, format!("{} processes in all", limits.started));
    }
    all
}

/// What no work may see, wherever it lies.
fn secrets(args: &GradeArgs, file: &File, works: &[Submission]) -> Vec<Secret> {
    let mut all = vec![Secret::new("the rubric", &file.path)];
    let used = file.texts.iter().filter_map(|text| text.path.as_deref());
    all.extend(used.map(|path| Secret::new("the file", path)));
    // What a student's link leads to is not the course's.
    let opened = works.iter().filter(|work| !work.kind.is_odd());
    all.extend(opened.map(|work| Secret::new("the work", &work.path)));
    all.push(Secret::new("the file of results", &args.results));
    all.extend(reports::paths(&args.reports).map(|path| Secret::new("the report", path)));
    all.extend(args.timelines.as_ref().map(|path| Secret::new("the folder of timelines", path)));
    all.push(Secret::new("the folder for temporary files (TMPDIR)", std::env::temp_dir()));
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
    let timelines = match batch::timelines(args.timelines.as_deref()) {
        Ok(timelines) => timelines,
        Err(why) => return Ok(refuse(&why)),
    };
    // Before there are threads, and before signals are ours.
    let allowance = allowance(file, args);
    let secrets = secrets(args, file, &works);
    let limits_in_words = |level| limits(file, args, level);
    let sandbox = args.limits.sandbox.into();
    let ground = match ground(sandbox, &allowance, args.limits.disk, limits_in_words, &secrets) {
        Ok(ground) => ground,
        Err(missing) => {
            let why = missing.join("\n  ");
            return Ok(refuse(&format!(
                "works cannot be kept inside here, and are not run:\n  {why}\n  `proctor doctor` says what to do; --sandbox=none is for your own work"
            )));
        }
    };
    batch::prepare();
    to_stdout(&draw_standing(&ground.standing, output.stdout));
    let beginning = Beginning { rubric, standing: &ground.standing, seed: args.seed, resume: args.resume };
    let (mut store, seed) = match Store::begin(&args.results, &beginning) {
        Ok(begun) => begun,
        Err(why) => return Ok(refuse(&why)),
    };
    if store.before > 0 && !args.resume {
        let (name, count) = (args.results.display().to_string(), store.before);
        let results = if count == 1 { "1 result".to_owned() } else { format!("{count} results") };
        to_stdout(&format!("{} has {results}; --resume goes on with them\n", visible_line(&name)));
    }
    let width = columns(works.iter().map(|work| &*work.name));
    let mut progress = Progress::new(works.len(), rubric.criteria.len(), width, output);
    let began = Instant::now();
    let setting = setting(args, ground, seed, timelines);
    let graded = grade(file, rubric, works, &setting, &mut store, &mut progress);
    progress.finish();
    drop(store);
    let tally = graded?;
    finish(args, rubric, &tally, began.elapsed(), output)
}

fn setting(args: &GradeArgs, ground: Ground, seed: u64, timelines: Option<PathBuf>) -> Setting {
    Setting {
        jobs: batch::jobs(args.jobs),
        timeout: nanoseconds(args.limits.timeout),
        processes: args.limits.processes,
        output: usize::try_from(args.limits.output).unwrap_or(usize::MAX),
        plan: ground.plan,
        // There must be room for it where it is tested.
        caps: Caps { total: Caps::default().total.min(args.limits.disk / 2), ..Caps::default() },
        seed,
        resume: args.resume,
        timelines,
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
        to_stdout(&format!("results in {}, after {}\n", visible_line(&name), brief(nanoseconds(took))));
    }
    let written = reports::write(&args.reports, &results) & tally.undrawn.is_none();
    if let Some(why) = &tally.undrawn {
        complain(&format!("not all timelines could be drawn: {}", visible_line(why)));
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
