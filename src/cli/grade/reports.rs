//! The reports of a class, each drawn from the file of results, a student at a time, and written whole or not at all.

use super::super::output::{to_stderr, to_stdout};
use super::args::ReportArgs;
use crate::report::grade::{ClassReport, gradescope, student_html, student_markdown};
use crate::report::visible;
use crate::suite::grade::{Class, Results, Student, safe_names};
use std::cell::RefCell;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Whether any is asked for.
#[must_use]
pub fn any(args: &ReportArgs) -> bool {
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
    files.iter().any(|file| file.is_some())
}

/// Writes those that are asked for; gives whether all could be written.
#[must_use]
pub fn write(args: &ReportArgs, results: &Results) -> bool {
    let class = match results.frame() {
        Ok(class) => class,
        Err(why) => {
            to_stderr(&format!("proctor: {}\n", visible(&why)));
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
            let why = format!("the report `{}` cannot be written: {why}", path.display());
            to_stderr(&format!("proctor: {}\n", visible(&why)));
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

/// Writes a report: to our own standard output where it is named, to what is no plain file as it is, else beside the file, which is
/// replaced when all of it is there.
fn put(path: &Path, draw: impl FnOnce(&mut dyn Write) -> Result<(), String>) -> Result<(), String> {
    let text = |error: io::Error| error.to_string();
    if path == Path::new("/dev/stdout") {
        let mut bytes = Vec::new();
        draw(&mut bytes)?;
        to_stdout(&String::from_utf8_lossy(&bytes));
        return Ok(());
    }
    // A link stays a link.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let before = fs::metadata(path).ok();
    if before.as_ref().is_some_and(|before| !before.is_file()) {
        let mut file = BufWriter::new(fs::OpenOptions::new().write(true).open(path).map_err(text)?);
        draw(&mut file)?;
        return file.flush().map_err(text);
    }
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().ok_or("it is no name of a file")?);
    name.push(format!(".{:016x}", fastrand::u64(..)));
    let other = path.with_file_name(name);
    let written = (|| {
        let file = fs::OpenOptions::new().write(true).create_new(true).open(&other).map_err(text)?;
        let mut file = BufWriter::new(file);
        draw(&mut file)?;
        let file = file.into_inner().map_err(|error| error.to_string())?;
        if let Some(before) = &before {
            file.set_permissions(before.permissions()).map_err(text)?;
        }
        file.sync_all().and_then(|()| fs::rename(&other, path)).map_err(text)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&other);
    }
    written
}

fn put_text(path: &Path, text: &str) -> Result<(), String> {
    put(path, |into| into.write_all(text.as_bytes()).map_err(|error| error.to_string()))
}

/// Names of their files, in the order of the students.
fn names(class: &Class, results: &Results) -> Result<Vec<String>, String> {
    let names =
        results.students(class)?.map(|student| Ok(student?.name)).collect::<Result<Vec<String>, String>>()?;
    Ok(safe_names(names.iter().map(String::as_str)))
}

/// One student's in a file that ends in `.json`; else a folder with one for each.
fn each_gradescope(path: &Path, class: &Class, results: &Results) -> Result<(), String> {
    let names = names(class, results)?;
    let single = path.extension().is_some_and(|ending| ending == "json") || path == Path::new("/dev/stdout");
    if single && names.len() != 1 {
        return Err(format!("it is for one student, and there are {}: name a folder", names.len()));
    }
    if !single {
        fs::create_dir_all(path).map_err(|error| error.to_string())?;
    }
    for (student, name) in results.students(class)?.zip(names) {
        let text = gradescope(class, &student?);
        put_text(&if single { path.to_path_buf() } else { path.join(format!("{name}.json")) }, &text)?;
    }
    Ok(())
}

/// A folder for each, with what the student may see.
fn each_student(folder: &Path, class: &Class, results: &Results) -> Result<(), String> {
    for (student, name) in results.students(class)?.zip(names(class, results)?) {
        let (student, own) = (student?, folder.join(name));
        fs::create_dir_all(&own).map_err(|error| format!("{}: {error}", own.display()))?;
        put_text(&own.join("report.md"), &student_markdown(class, &student))?;
        put_text(&own.join("report.html"), &student_html(class, &student)?)?;
    }
    Ok(())
}
