//! A folder with scenarios, and `proctor test` in it.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// How long anything may take before a test gives it up.
pub const GENEROUS: Duration = Duration::from_secs(300);

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

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.file(name), text).expect("it can be written");
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).expect("it is there, and text")
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
}

#[track_caller]
pub fn said(output: Output) -> Said {
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8 is written");
    let code = output.status.code().unwrap_or_else(|| panic!("it was killed: {}", output.status));
    Said { code, stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Lines that somebody writes, each taken when it is there.
pub struct Lines(Receiver<String>);

impl Lines {
    /// Read to the end by a thread of its own, so that whoever writes never waits for the test.
    pub fn of(stream: impl Read + Send + 'static) -> Self {
        let (give, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                let _ = give.send(line);
            }
        });
        Self(lines)
    }

    /// The next line; None at the end.
    #[track_caller]
    pub fn next(&self) -> Option<String> {
        match self.0.recv_timeout(GENEROUS) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("no line within {GENEROUS:?}"),
        }
    }
}

/// The processes whose command line holds this word, which is in no other's.
pub fn with_word(word: &str) -> Vec<i32> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("/proc").flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        if String::from_utf8_lossy(&command).contains(word) {
            found.push(pid);
        }
    }
    found
}

/// A word that no other process has in its command line.
pub fn word() -> String {
    format!("31{:09}", fastrand::u32(0..1_000_000_000))
}
