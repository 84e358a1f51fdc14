//! Programs that hang, started in a folder of their own on a terminal of their own, and ended with all that they started.

use super::pty;
use rustix::fd::OwnedFd;
use rustix::process::{Pid, Signal, kill_process, set_child_subreaper};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

/// The programs, in the order of their names.
pub fn all() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hang/homework");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the homework is there")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension != "txt"))
        .collect();
    found.sort();
    found
}

/// A program that runs.
pub struct Homework {
    child: Child,
    folder: tempfile::TempDir,
    terminal: String,
    _master: OwnedFd,
}

impl Homework {
    /// Compiles what is in C, and starts it.
    pub fn start(source: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (program, args) = ready(source, folder.path());
        Self::begin(folder, &program, &args)
    }

    pub fn run(program: &Path, args: &[&str]) -> Self {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        Self::begin(tempfile::tempdir().expect("a folder"), program, &args)
    }

    fn begin(folder: tempfile::TempDir, program: &Path, args: &[String]) -> Self {
        // Whoever loses its parent becomes ours, so that it can be ended.
        set_child_subreaper(Pid::from_raw(1)).expect("prctl");
        let (master, terminal) = pty::open();
        let mut command = Command::new(program);
        command.args(args).current_dir(folder.path());
        pty::lead(&mut command, &terminal);
        let child = command.spawn().expect("it starts");
        Self { child, folder, terminal, _master: master }
    }

    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).expect("a pid")
    }

    /// What differs from run to run is named.
    pub fn stable(&self, text: &str) -> String {
        let folder = self.folder.path().canonicalize().expect("its path");
        text.replace(&*folder.to_string_lossy(), "FOLDER").replace(&self.terminal, "TERMINAL")
    }
}

impl Drop for Homework {
    fn drop(&mut self) {
        for pid in proctor::observe::hang::family(self.pid(), 1000) {
            // They are children of a child of ours that is not reaped, or its descendants.
            if let Some(pid) = Pid::from_raw(pid) {
                let _ = kill_process(pid, Signal::KILL);
            }
        }
        let _ = self.child.wait();
    }
}

/// How a program is started, made ready in the folder.
pub fn ready(source: &Path, folder: &Path) -> (PathBuf, Vec<String>) {
    let text = source.to_string_lossy().into_owned();
    match source.extension().and_then(|extension| extension.to_str()) {
        Some("c") => {
            let program = folder.join(source.file_stem().expect("a name"));
            let done =
                Command::new("cc").args(["-O0", "-w", "-pthread", "-o"]).arg(&program).arg(source).status();
            assert!(
                done.expect("cc is needed: apt-get install gcc libc6-dev").success(),
                "{text} does not compile"
            );
            (program, Vec::new())
        }
        Some("py") => ("python3".into(), vec![text]),
        _ => ("/bin/sh".into(), vec![text]),
    }
}

/// `pid 1234` becomes `pid 1`, by the place in the list; of numbers of threads only that there is one is told, and of
/// descriptors nothing changes from run to run.
pub fn numbered(text: &str, pids: &[i32]) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        let end = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
        let (digits, after) = from.split_at(end);
        shown.push_str(before);
        let number: i32 = digits.parse().unwrap_or(0);
        match pids.iter().position(|pid| *pid == number) {
            Some(index) if number > 100 => shown.push_str(&format!("P{}", index + 1)),
            _ if before.ends_with("thread ") => shown.push_str("TID"),
            _ if before.ends_with("set ") || before.ends_with("queue ") => shown.push_str("ID"),
            _ if number > 100 && before.ends_with("pid ") => shown.push_str("GONE"),

            _ => shown.push_str(digits),
        }
        rest = after;
    }
    shown + rest
}
