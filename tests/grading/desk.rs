//! A desk at which classes are graded: folders of its own for whatever grading needs, and what came of it, read from the JSON report.

use super::traces::Traces;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One place at which `proctor grade` is run, with nothing of ours in it.
pub struct Desk {
    place: tempfile::TempDir,
}

/// What came of a class.
#[derive(Debug)]
pub struct Graded {
    /// Of `proctor grade`.
    pub code: i32,
    /// What it said on both streams.
    pub said: String,
    pub students: BTreeMap<String, Student>,
    pub level: String,
}

/// What came of one work.
#[derive(Debug, PartialEq)]
pub struct Student {
    pub points: f64,
    pub worth: f64,
    /// Tests that say nothing of the work, or have no result.
    pub open: u64,
    /// Each test with its verdict, in the rubric's order.
    pub tests: Vec<(String, String)>,
}

impl Student {
    /// The verdicts alone.
    pub fn verdicts(&self) -> Vec<&str> {
        self.tests.iter().map(|(_, verdict)| verdict.as_str()).collect()
    }

    /// The tests that the work did not hold. Those that were skipped are none of them.
    pub fn failed(&self) -> Vec<&str> {
        self.tests
            .iter()
            .filter(|(_, verdict)| verdict != "passed" && verdict != "skipped")
            .map(|(name, _)| name.as_str())
            .collect()
    }
}

impl Desk {
    pub fn new() -> Self {
        let desk = Self { place: tempfile::tempdir().expect("a folder") };
        // The last one is where proctor has a file for each run, while it lasts.
        for folder in ["works", "home", "tmp", "runtime", "runtime/proctor"] {
            DirBuilder::new().mode(0o700).create(desk.path(folder)).expect("a folder");
        }
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// Hands in a work.
    pub fn hand_in(&self, name: &str, text: &str) {
        fs::write(self.path("works").join(name), text).expect("it can be written");
    }

    /// Grades what was handed in.
    pub fn grade(&self, rubric: &Path, options: &[&str]) -> Graded {
        self.grade_folder(rubric, &self.path("works"), options)
    }

    /// Grades a class, and looks at what that has left behind: nothing may be.
    pub fn grade_folder(&self, rubric: &Path, works: &Path, options: &[&str]) -> Graded {
        let report = self.path("report.json");
        let _ = fs::remove_file(&report);
        let _ = fs::remove_file(self.path("grades.db"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_proctor"));
        command.args(["--color", "never", "grade"]).args([rubric.as_os_str(), works.as_os_str()]);
        command.args([OsStr::new("--report-json"), report.as_os_str()]).args(options);
        command.current_dir(self.place.path()).stdin(Stdio::null());
        command.env("HOME", self.path("home")).env("TMPDIR", self.path("tmp"));
        command.env("XDG_RUNTIME_DIR", self.path("runtime"));
        // A time that is hit is hit: other tests run beside it.
        command.env("PROCTOR_DEBUG_OFF", "doubt");
        for name in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "PROCTOR_DEBUG_CRASH"] {
            command.env_remove(name);
        }
        let traces = Traces::before(self.place.path(), works);
        let output = Traces::run(&mut command);
        traces.compare();
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        let code = output.status.code().unwrap_or(-1);
        let Ok(text) = fs::read_to_string(&report) else { panic!("no report was written ({code}):\n{said}") };
        let report: Value = serde_json::from_str(&text).expect("it is JSON");
        Graded { code, said, students: students(&report), level: text_of(&report["sandbox"]["level"]) }
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn students(report: &Value) -> BTreeMap<String, Student> {
    let mut all = BTreeMap::new();
    for student in report["students"].as_array().expect("students") {
        let test = |test: &Value| (text_of(&test["name"]), text_of(&test["verdict"]));
        let tests = student["tests"].as_array().expect("tests").iter().map(test).collect();
        let number = |name: &str| student[name].as_f64().expect("a number");
        let one = Student {
            points: number("points"),
            worth: number("worth"),
            open: student["open"].as_u64().expect("a number"),
            tests,
        };
        assert!(all.insert(text_of(&student["name"]), one).is_none(), "no student stands there twice");
    }
    all
}
