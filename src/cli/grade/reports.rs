//! The reports of a class, each drawn from the file of results, a student at a time, and written whole or not at all.

use super::super::refusal::complain;
use super::super::replace::{put, text};
use super::args::ReportArgs;
use crate::report::grade::{ClassReport, gradescope, student_html, student_markdown};
use crate::suite::grade::{Class, Results, Student, folder_name};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

/// Whether any is asked for.
#[must_use]
pub fn any(args: &ReportArgs) -> bool {
    paths(args).next().is_some()
}

/// Where those that are asked for go.
pub fn paths(args: &ReportArgs) -> impl Iterator<Item = &Path> {
    let files = [
        &args.report_json,
        &args.report_junit,
        &args.report_tap,
        &args.report_csv,
        &args.report_canvas,
        &args.report_moodle,
        &args.report_gradescope,
        &args.report_html,
        &args.students,
    ];
    files.into_iter().filter_map(|file| file.as_deref())
}

/// Writes those that are asked for; gives whether all could be written.
#[must_use]
pub fn write(args: &ReportArgs, results: &Results) -> bool {
    let class = match results.frame() {
        Ok(class) => class,
        Err(why) => {
            complain(&why);
            return false;
        }
    };
    let mut chance = fastrand::Rng::new();
    let nonce = format!("{:016x}{:016x}", chance.u64(..), chance.u64(..));
    let reports = [
        (&args.report_json, ClassReport::Json),
        (&args.report_junit, ClassReport::Junit),
        (&args.report_tap, ClassReport::Tap),
        (&args.report_csv, ClassReport::Csv),
        (&args.report_canvas, ClassReport::Canvas),
        (&args.report_moodle, ClassReport::Moodle),
        (&args.report_html, ClassReport::Html { nonce: &nonce }),
    ];
    let mut good = true;
    let mut one = |path: &Path, written: Result<(), String>| {
        if let Err(why) = written {
            complain(&format!("the report `{}` cannot be written: {why}", path.display()));
            good = false;
        }
    };
    for (path, report) in reports {
        if let Some(path) = path {
            one(path, put(path, |into| draw(report, &class, results, path, into)));
        }
    }
    if let Some(path) = &args.report_gradescope {
        one(path, each_gradescope(path, &class, results));
    }
    if let Some(folder) = &args.students {
        one(folder, each_student(folder, &class, results));
    }
    good
}

/// One report of all students, each read as it is drawn.
fn draw(
    report: ClassReport<'_>,
    class: &Class,
    results: &Results,
    path: &Path,
    into: &mut dyn Write,
) -> Result<(), String> {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let wrong = RefCell::new(None);
    let read = |student: Result<Student, String>| student.map_err(|why| *wrong.borrow_mut() = Some(why)).ok();
    let students = results.students(class)?.map_while(read);
    let written =
        report.write(class, students, whole.parent(), &mut { into }).map_err(|error| error.to_string());
    match wrong.into_inner() {
        Some(why) => Err(why),
        None => written,
    }
}

/// Names of their files, in the order of the students. Nobody's is written over.
fn names(results: &Results) -> Result<Vec<String>, String> {
    let students = results.names()?;
    let names: Vec<String> = students.iter().map(|student| folder_name(student)).collect();
    let mut owners = BTreeMap::new();
    for (name, student) in names.iter().zip(&students) {
        if let Some(other) = owners.insert(name, student) {
            let (one, other) = (student.escape_debug(), other.escape_debug());
            return Err(format!(
                "`{other}` and `{one}` would have the same file, {name}: name one of them otherwise"
            ));
        }
    }
    Ok(names)
}

/// One student's in a file that ends in `.json`; else a folder with one for each.
fn each_gradescope(path: &Path, class: &Class, results: &Results) -> Result<(), String> {
    let names = names(results)?;
    let single = path.extension().is_some_and(|ending| ending == "json") || path == Path::new("/dev/stdout");
    if single && names.len() != 1 {
        return Err(format!("it is for one student, and there are {}: name a folder", names.len()));
    }
    if !single {
        fs::create_dir_all(path).map_err(|error| error.to_string())?;
    }
    for (student, name) in results.students(class)?.zip(names) {
        let path = if single { path.to_path_buf() } else { path.join(format!("{name}.json")) };
        put(&path, text(&gradescope(class, &student?)))?;
    }
    Ok(())
}

/// A folder for each, with what the student may see.
fn each_student(folder: &Path, class: &Class, results: &Results) -> Result<(), String> {
    for (student, name) in results.students(class)?.zip(names(results)?) {
        let (student, own) = (student?, folder.join(name));
        fs::create_dir_all(&own).map_err(|error| format!("{}: {error}", own.display()))?;
        put(&own.join("report.md"), text(&student_markdown(class, &student)))?;
        put(&own.join("report.html"), text(&student_html(class, &student)?))?;
    }
    Ok(())
}
