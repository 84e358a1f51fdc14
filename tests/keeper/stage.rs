//! Starts a guarded program and sees it to its end.

use super::herd::Herd;
use super::{level, role};
use rustix::fd::{AsRawFd, OwnedFd};
use std::fs::Permissions;
use std::io::{BufRead, Read};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub const SECOND: Duration = Duration::from_secs(1);
/// When waiting for what is promised within a second is given up: a test machine may be busy with other things. How the
/// promise is kept is seen by [`Times`].
pub const SOON: Duration = Duration::from_secs(6);
/// For what has no promise of its own: long enough for a busy machine.
pub const LONG: Duration = Duration::from_secs(60);

/// How often longer than a plain loop an end may take: a second is what a plain loop of 50 ms allows, 200 ms what one of 10 ms does.
const FACTOR: u32 = 20;

/// How long something took, again and again; and, in turns with it, what the plainest program takes to kill and reap as
/// many children of its own.
#[derive(Debug)]
pub struct Times {
    /// Of the plain program: how many, and what they do.
    role: String,
    promise: Duration,
    ours: Vec<Duration>,
    plain: Vec<Duration>,
}

impl Times {
    /// Of so many processes that sleep.
    pub fn of(processes: usize) -> Self {
        let role = format!("plain {processes}");
        Self { role, promise: SECOND, ours: Vec::new(), plain: Vec::new() }
    }

    /// Of so many that all want the processor.
    pub fn of_busy(processes: usize) -> Self {
        Self { role: format!("plain-busy {processes}"), ..Self::of(processes) }
    }

    /// What is promised is this, and not a second.
    pub fn within(self, promise: Duration) -> Self {
        Self { promise, ..self }
    }

    pub fn add(&mut self, time: Duration) {
        if self.ours.len().is_multiple_of(5) {
            self.plain.push(plain(&self.role));
        }
        self.ours.push(time);
    }

    /// One second is promised, where nothing else is said. A machine that is busy with other things has seconds of its own: where
    /// even a plain loop takes more than a twentieth of what is promised, twenty times the loop's worst. All must keep it but one in a hundred, or but one.
    pub fn assert_promise(mut self, what: &str) {
        self.ours.sort_unstable();
        self.plain.sort_unstable();
        let count = self.ours.len();
        let kept = self.ours[count.saturating_sub(1 + count.div_ceil(100))];
        let bound = (self.plain[self.plain.len() - 1] * FACTOR).max(self.promise);
        let shown = |times: &[Duration]| {
            let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
            format!("median {:.1?}, 99th {:.1?}, worst {:.1?}", at(50), at(99), at(100))
        };
        println!("  {what}: {count} times, {}; plain: {}", shown(&self.ours), shown(&self.plain));
        assert!(kept <= bound, "{what}: {kept:?} is more than {bound:?}");
    }
}

/// How long a program of one thread takes to kill and reap its children.
fn plain(role: &str) -> Duration {
    let output = Stage::new(role).start().finish();
    Duration::from_nanos(output.out.trim().parse().expect("a time"))
}

/// A copy of a program in a folder of its own, where any user may execute it: what it was built in may be a folder of ours alone.
pub fn program_for_all(program: &Path) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("program");
    // By another process: while one that another thread has just forked holds our descriptor, the copy could not be executed (ETXTBSY).
    let copied = Command::new("cp").args([program, &copy]).status();
    assert!(copied.expect("cp").success(), "a copy");
    for path in [folder.path(), &copy] {
        std::fs::set_permissions(path, Permissions::from_mode(0o755)).expect("our own file");
    }
    (folder, copy)
}

/// The same of this program.
pub fn own_program_for_all() -> (TempDir, PathBuf) {
    program_for_all(&std::env::current_exe().expect("our own path"))
}

/// A program that is about to be started.
#[derive(Debug)]
pub struct Stage {
    pub command: Command,
    herd: Herd,
    /// The program's end of the pipe: closed here once it has started.
    theirs: OwnedFd,
    place: Option<TempDir>,
}

/// One that was started, in a process group of its own.
#[derive(Debug)]
pub struct Staged {
    pub child: Child,
    pub herd: Herd,
    _place: Option<TempDir>,
}

/// How it ended, and what it wrote.
#[derive(Debug)]
pub struct Output {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Stage {
    pub fn new(role: &str) -> Self {
        Self::with_command(Command::new(std::env::current_exe().expect("our own path")), role)
    }

    /// `proctor run` with a text.
    pub fn proctor(options: &[&str], text: &str) -> Self {
        Self::by(&[], options, text)
    }

    /// The same, started by other programs: these words stand before it.
    pub fn by(before: &[&str], options: &[&str], text: &str) -> Self {
        let words: Vec<&str> = before
            .iter()
            .copied()
            .chain([env!("CARGO_BIN_EXE_proctor")])
            .chain(level::run_words().iter().copied())
            .chain(options.iter().copied())
            .chain(["-e", text])
            .collect();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]);
        Self::with_command(command, "")
    }

    /// The program is started by another one.
    pub fn with_command(command: Command, role: &str) -> Self {
        let mut stage = Self::bare(command, role);
        stage.command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        stage
    }

    /// With nothing settled but the way to the herd.
    pub fn bare(mut command: Command, role: &str) -> Self {
        let (ours, theirs) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).expect("a pipe");
        command.env(role::VARIABLE, role).env(role::PIPE, theirs.as_raw_fd().to_string());
        let fd = theirs.as_raw_fd();
        // SAFETY: only a system call that is async-signal-safe.
        unsafe { command.pre_exec(move || keep(fd)) };
        Self { command, herd: Herd::new(ours), theirs, place: None }
    }

    /// Turns protections off. Its record has a place of its own, or the start of another test's run would sweep
    /// what this one leaves on purpose.
    pub fn without(mut self, protections: &str) -> Self {
        self.command.env("PROCTOR_DEBUG_OFF", protections);
        if self.place.is_none() {
            let place = tempfile::tempdir().expect("a directory");
            self.command.env("XDG_RUNTIME_DIR", place.path());
            self.place = Some(place);
        }
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn start(mut self) -> Staged {
        let child = self.command.spawn().expect("the test binary starts");
        drop(self.theirs);
        Staged { child, herd: self.herd, _place: self.place }
    }

    /// Starts it and waits until it has started all that it is going to.
    pub fn start_up(self) -> Staged {
        let mut staged = self.start();
        let up = staged.herd.until(LONG, |herd| herd.said("up"));
        assert!(up, "it never came up: {:?}", staged.herd.words);
        staged
    }
}

/// Where a test fails, nothing stays behind.
impl Drop for Staged {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.child.kill();
            // A second panic would end the whole harness.
            if !self.herd.try_to_clean_up() {
                eprintln!("cannot clean up after the failure: {:?}", self.herd.left());
            }
            let _ = self.child.wait();
        }
    }
}

fn keep(fd: i32) -> std::io::Result<()> {
    // SAFETY: it changes a flag of a descriptor that is open.
    if unsafe { libc::fcntl(fd, libc::F_SETFD, 0) } == 0 {
        Ok(())
    } else {
        Err(std::io::Error::last_os_error())
    }
}

impl Staged {
    pub fn pid(&self) -> i32 {
        self.child.id() as i32
    }

    /// Reads its standard output until a line of it is this.
    pub fn await_output(&mut self, line: &str) {
        let stream = self.child.stdout.take().expect("a pipe");
        let mut lines = std::io::BufReader::new(stream).lines();
        assert!(lines.any(|read| read.is_ok_and(|read| read == line)), "it never said {line:?}");
    }

    /// Waits for the visible process's end. What it wrote is not waited for any longer than that.
    pub fn finish(&mut self) -> Output {
        let deadline = Instant::now() + LONG;
        let status = loop {
            match self.child.try_wait().expect("our child") {
                Some(status) => break status,
                None if Instant::now() > deadline => panic!("it does not end: {:?}", self.herd.words),
                // The pipe wakes us when somebody tells something, or when all have ended.
                None => _ = self.herd.until(Duration::from_millis(2), |_| false),
            }
        };
        self.herd.drain();
        Output {
            code: status.code(),
            out: read_what_is_there(self.child.stdout.take().map(OwnedFd::from)),
            err: read_what_is_there(self.child.stderr.take().map(OwnedFd::from)),
        }
    }
}

/// Not to the end of the stream: in a negative control there are still processes that hold it.
fn read_what_is_there(stream: Option<OwnedFd>) -> String {
    let Some(stream) = stream else { return String::new() };
    rustix::io::ioctl_fionbio(&stream, true).expect("a pipe");
    let mut text = Vec::new();
    let _ = std::fs::File::from(stream).read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}
