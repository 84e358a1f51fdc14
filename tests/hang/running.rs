//! Homework that runs: in a folder of its own, on a terminal of its own, and ended with all that it started.

use super::homework::ready;
use super::pty;
use rustix::fd::OwnedFd;
use rustix::process::{Pid, Signal, kill_process, set_child_subreaper};
use std::path::Path;
use std::process::{Child, Command};

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
