//! `proctor grades`: what is done with results that are there.

use super::super::exit;
use super::super::output::{Output, to_stdout};
use super::super::refusal::refuse;
use super::args::{Grades, RESULTS, ReportArgs};
use super::reports;
use super::words::{draw_changes, draw_students, draw_summary};
use crate::report::grade::changes_json;
use crate::report::{visible_line, wrap};
use crate::suite::grade::{Forgotten, Results, Which, diff, forget, merge};
use std::path::{Path, PathBuf};

/// Does what is asked for; gives the exit code.
pub fn grades(what: &Grades, output: Output) -> u8 {
    let done = match what {
        Grades::List { results } => list(results, output),
        Grades::Export { results, attempt, reports } => export(results, *attempt, reports),
        Grades::Diff { results, from, to } => compare(results, *from, *to, output),
        Grades::Forget { student, results } => take_out(student, results, output),
        Grades::Merge { results, output: into } => join(results, into),
    };
    done.unwrap_or_else(|why| refuse(&why))
}

fn list(path: &Path, output: Output) -> Result<u8, String> {
    let results = Results::open(path)?;
    let rubric = results.frame()?.rubric;
    let summary = results.summary(rubric.criteria.len())?;
    to_stdout(&draw_students(&summary, rubric.worth(), output.stdout));
    to_stdout(&draw_summary(&summary, &rubric, output.stdout));
    Ok(exit::HELD)
}

fn export(path: &Path, attempt: Option<u32>, args: &ReportArgs) -> Result<u8, String> {
    if !reports::any(args) {
        return Err("no report is asked for: `proctor grades export --help` names them".to_owned());
    }
    let results = Results::open(path)?.of(attempt.map_or(Which::Last, Which::Number));
    Ok(if reports::write(args, &results) { exit::HELD } else { exit::TOOL })
}

fn compare(paths: &[PathBuf], from: Option<u32>, to: Option<u32>, output: Output) -> Result<u8, String> {
    let number = |number: Option<u32>, other| number.map_or(other, Which::Number);
    let changes = match paths {
        [before, after] => {
            let (before, after) = (Results::open(before)?, Results::open(after)?);
            diff((&before, number(from, Which::Last)), (&after, number(to, Which::Last)))?
        }
        _ => {
            let results = Results::open(paths.first().map_or(Path::new(RESULTS), PathBuf::as_path))?;
            let before = number(from, Which::Before);
            if !output.is_json() && results.graded(before)?.is_empty() {
                to_stdout("everybody was graded once: there is nothing to compare yet\n");
                return Ok(exit::HELD);
            }
            let mut changes = diff((&results, before), (&results, number(to, Which::Last)))?;
            // Who was graded but once has not changed.
            changes.retain(|change| change.before.is_some() && change.after.is_some());
            changes
        }
    };
    to_stdout(&if output.is_json() { changes_json(&changes) } else { draw_changes(&changes, output.stdout) });
    Ok(exit::HELD)
}

fn join(paths: &[PathBuf], into: &Path) -> Result<u8, String> {
    let files: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let students = merge(&files, into)?;
    let name = into.display().to_string();
    to_stdout(&format!("{students} students of {} files in {}\n", files.len(), visible_line(&name)));
    Ok(exit::HELD)
}

fn take_out(student: &str, path: &Path, output: Output) -> Result<u8, String> {
    let Forgotten { attempts, results } = forget(path, student)?;
    let path = path.display().to_string();
    let (who, name) = (visible_line(student), visible_line(&path));
    let many = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let what = if attempts == 0 {
        "what an earlier try had left".to_owned()
    } else {
        format!("{} with {}", many(attempts, "attempt"), many(results, "result"))
    };
    let told =
        format!("{who} is taken out of {name}: {what}; reports that were written before are as they were\n");
    to_stdout(&wrap(&told, output.stdout.columns, 4));
    Ok(exit::HELD)
}
