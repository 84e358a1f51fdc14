//! A folder with a rubric and works, and `proctor` in it.

use proctor::suite::grade::{Results, Student};
use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

/// A folder of its own.
pub struct Stage {
    folder: tempfile::TempDir,
}

/// How proctor ended, and what it said.
#[derive(Debug, Clone)]
pub struct Said {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Stage {
    /// With these files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let stage = Self { folder: tempfile::tempdir().expect("a folder") };
        for (name, text) in files {
            stage.write(name, text);
        }
        stage
    }

    /// With a rubric and a class.
    pub fn class(rubric: &str, works: &[(&str, &str)]) -> Self {
        let stage = Self::new(&[("r.proc", rubric)]);
        fs::create_dir(stage.file("class")).expect("a folder");
        for (name, text) in works {
            stage.write(&format!("class/{name}"), text);
        }
        stage
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.file(name), text).expect("it can be written");
    }

    /// A time that is hit is hit: other tests run beside it.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_proctor"));
        command.args(["--color", "never"]).args(args).current_dir(self.path());
        for name in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "LC_CTYPE", "LANG", "PROCTOR_DEBUG_CRASH"] {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C.UTF-8").env("PROCTOR_DEBUG_OFF", "doubt").stdin(Stdio::null());
        command
    }

    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Said {
        said(self.command(args).output().expect("proctor can be started"))
    }

    /// `proctor grade r.proc class`, with more.
    #[track_caller]
    pub fn grade(&self, more: &[&str]) -> Said {
        self.run(&[&["grade", "r.proc", "class", "--stable"], more].concat())
    }

    /// The same, while it runs.
    pub fn start(&self, more: &[&str]) -> Running {
        let args = [&["grade", "r.proc", "class", "--stable"], more].concat();
        let mut child = self.command(&args).stdout(Stdio::piped()).spawn().expect("proctor can be started");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        Running { child, lines }
    }

    pub fn students(&self, file: &str) -> Vec<Student> {
        Results::open(&self.file(file)).and_then(|results| results.class()).expect("results").students
    }

    /// `ada 5 #1`, with a `?` for each test without a result, and the attempt.
    pub fn points(&self, file: &str) -> Vec<String> {
        let results = Results::open(&self.file(file)).expect("results");
        let class = results.class().expect("a class");
        let line = |student: &Student| {
            let total = student.total(&class.rubric);
            format!("{} {}{} #{}", student.name, total.points, "?".repeat(total.open), student.attempt)
        };
        class.students.iter().map(line).collect()
    }
}

#[track_caller]
pub fn said(output: Output) -> Said {
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8 is written");
    let code = output.status.code().unwrap_or_else(|| panic!("it was killed: {}", output.status));
    Said { code, stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A grading that goes on.
pub struct Running {
    pub child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    /// The next line that it says; none at its end.
    pub fn line(&mut self) -> Option<String> {
        self.lines.next().and_then(Result::ok)
    }

    /// Lets it go on until it says a line that begins so.
    #[track_caller]
    pub fn until(&mut self, beginning: &str) {
        while let Some(line) = self.line() {
            if line.starts_with(beginning) {
                return;
            }
        }
        panic!("it has ended without a line that begins with {beginning:?}");
    }
}
