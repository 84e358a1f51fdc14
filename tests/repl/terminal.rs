//! The program on a terminal of its own: keys go in, and what an emulator draws of its bytes is looked at.

use super::pty;
use super::sight::{PROMPT, Shown};
pub use super::sight::{Sight, width};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::OwnedFd;
use rustix::termios::{Winsize, tcsetwinsize};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub const PROCTOR: &str = env!("CARGO_BIN_EXE_proctor");
/// How long is waited for anything.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// The variable that all the processes of a terminal have.
const MARK: &str = "REPL_TEST_MARK";
/// Lines that the emulator remembers above the screen.
const REMEMBERED: usize = 20_000;

pub type Size = (u16, u16);
/// Columns and rows.
pub const USUAL: Size = (80, 24);
pub const LARGE: Size = (200, 50);

type Window = Arc<(Mutex<Shown>, Condvar)>;

/// A program on a terminal.
pub struct Terminal {
    master: Arc<OwnedFd>,
    window: Window,
    reader: Option<JoinHandle<()>>,
    /// Closed so that the reader ends.
    stop: Option<OwnedFd>,
    child: Child,
    mark: String,
    place: Arc<TempDir>,
}

/// How a program is to be started.
pub struct Start {
    pub size: Size,
    pub command: Command,
    place: Arc<TempDir>,
}

impl Start {
    /// Any program.
    pub fn program(program: &str, args: &[&str]) -> Self {
        let place = Arc::new(tempfile::tempdir().expect("a folder"));
        let mut command = Command::new(program);
        command.args(args);
        Self { size: USUAL, command, place }
    }

    pub fn proctor(args: &[&str]) -> Self {
        Self::program(PROCTOR, args)
    }

    /// A bash that says `ready$ ` and knows `$PROCTOR`.
    pub fn bash() -> Self {
        let mut start = Self::program("bash", &["--norc", "--noprofile", "-i"]);
        start.command.env("PS1", "ready$ ").env("PROCTOR", PROCTOR);
        start
    }

    pub fn size(mut self, size: Size) -> Self {
        self.size = size;
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// With the home of another one.
    pub fn at_home_of(mut self, other: &Terminal) -> Self {
        self.place = other.place.clone();
        self
    }

    pub fn home(&self) -> &Path {
        self.place.path()
    }

    /// Starts it as the leader of a session on a new terminal; see pty(7).
    pub fn go(mut self) -> Terminal {
        let (master, name) = pty::open();
        set_size(&master, self.size);
        let mark = self.place.path().file_name().expect("a name").to_string_lossy().into_owned();
        let mark = format!("{mark}-{}", name.replace('/', "-"));
        for name in ["NO_COLOR", "VISUAL", "EDITOR", "XDG_STATE_HOME"] {
            if !self.command.get_envs().any(|(known, _)| known == name) {
                self.command.env_remove(name);
            }
        }
        if !self.command.get_envs().any(|(known, _)| known == "TERM") {
            self.command.env("TERM", "xterm-256color");
        }
        self.command
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", self.place.path())
            .env("XDG_STATE_HOME", self.place.path().join("state"))
            .env(MARK, &mark)
            .current_dir(self.place.path());
        pty::lead(&mut self.command, &name);
        let child = self.command.spawn().expect("the program starts");
        // It holds the other side of the terminal.
        drop(self.command);
        let master = Arc::new(master);
        let [columns, rows] = [self.size.0, self.size.1].map(|side| NonZeroU16::new(side).expect("a side"));
        let parser = vt100::Parser::new(rows, columns, REMEMBERED);
        let window = Arc::new((
            Mutex::new(Shown { parser, bytes: Vec::new(), drawing: false, closed: false }),
            Condvar::new(),
        ));
        let (stopped, stop) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).expect("a pipe");
        let reader = {
            let (master, window) = (master.clone(), window.clone());
            std::thread::spawn(move || read(&master, &stopped, &window))
        };
        Terminal { master, window, reader: Some(reader), stop: Some(stop), child, mark, place: self.place }
    }
}

fn set_size(master: &OwnedFd, (columns, rows): Size) {
    let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(master, size).expect("a size");
}

/// Feeds the emulator until the terminal is closed.
fn read(master: &OwnedFd, stopped: &OwnedFd, window: &Window) {
    let mut bytes = vec![0; 64 << 10];
    loop {
        let mut fds = [PollFd::new(master, PollFlags::IN), PollFd::new(stopped, PollFlags::IN)];
        if poll(&mut fds, None).is_err() {
            continue;
        }
        if !fds[1].revents().is_empty() {
            return;
        }
        let got = rustix::io::read(master, &mut bytes);
        let mut shown = window.0.lock().unwrap_or_else(PoisonError::into_inner);
        match got {
            Ok(length) if length > 0 => {
                shown.take(&bytes[..length]);
            }
            Err(rustix::io::Errno::INTR) => {}
            _ => shown.closed = true,
        }
        window.1.notify_all();
        if shown.closed {
            return;
        }
    }
}

impl Terminal {
    /// proctor, at its first prompt.
    pub fn repl() -> Self {
        Self::repl_of(USUAL)
    }

    pub fn repl_of(size: Size) -> Self {
        Self::prompted(Start::proctor(&[]).size(size))
    }

    /// The program, at its first prompt.
    pub fn prompted(start: Start) -> Self {
        let terminal = start.go();
        terminal.prompt();
        terminal
    }

    pub fn home(&self) -> PathBuf {
        self.place.path().to_owned()
    }

    /// Whether the program itself has the terminal.
    pub fn has_the_keys(&self) -> bool {
        let group = rustix::termios::tcgetpgrp(&*self.master);
        group.is_ok_and(|group| group.as_raw_nonzero().get() == self.pid())
    }

    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).expect("a pid")
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.window.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn sight(&self) -> Sight {
        self.shown().sight()
    }

    /// What the emulator knows beyond letters: colours and modes.
    pub fn screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.shown().parser.screen())
    }

    /// Presses keys.
    pub fn keys(&self, keys: &str) {
        let mut rest = keys.as_bytes();
        while !rest.is_empty() {
            match rustix::io::write(&*self.master, rest) {
                Ok(written) => rest = &rest[written..],
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => panic!("the keys cannot be pressed: {error}"),
            }
        }
    }

    /// Waits until the screen is so.
    #[track_caller]
    pub fn wait_for(&self, what: &str, holds: impl Fn(&Sight) -> bool) -> Sight {
        let deadline = Instant::now() + PATIENCE;
        let mut shown = self.shown();
        loop {
            let sight = shown.sight();
            if !shown.drawing && holds(&sight) {
                return sight;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let end = shown.bytes.len().saturating_sub(400);
            assert!(
                !left.is_zero() && !sight.closed,
                "never: {what}\n--- cursor {:?}, closed: {}\n{}\n--- bytes: {:?}",
                sight.cursor,
                sight.closed,
                sight.rows.join("\n"),
                String::from_utf8_lossy(&shown.bytes[end..])
            );
            (shown, _) = self.window.1.wait_timeout(shown, left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits until a text is on the screen, or has left it at its top.
    #[track_caller]
    pub fn see_anywhere(&self, text: &str) {
        self.wait_unseen(text, || self.everything().contains(text));
    }

    /// Waits for what the screen tells no events of.
    #[track_caller]
    pub fn wait_unseen(&self, what: &str, holds: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds() {
            assert!(Instant::now() < deadline, "never: {what}\n{}", self.sight().text);
            std::thread::yield_now();
        }
    }

    /// Waits until the screen shows a text.
    #[track_caller]
    pub fn see(&self, text: &str) -> Sight {
        self.wait_for(text, |sight| sight.has(text))
    }

    /// Waits for a row above the cursor's that is exactly this.
    #[track_caller]
    pub fn see_row(&self, text: &str) -> Sight {
        self.wait_for(&format!("the row {text:?}"), |sight| {
            sight.rows[..sight.cursor.0].iter().any(|row| row == text)
        })
    }

    /// Waits until this is the line up to the cursor.
    #[track_caller]
    pub fn see_line(&self, text: &str) -> Sight {
        self.wait_for(&format!("the line {text:?}"), |sight| sight.line == text)
    }

    /// Waits for an empty prompt.
    #[track_caller]
    pub fn prompt(&self) -> Sight {
        self.wait_for("a prompt", Sight::is_prompt)
    }

    /// Types at an empty prompt, and waits until that is seen.
    #[track_caller]
    pub fn type_keys(&self, text: &str) {
        self.keys(text);
        self.wait_for(&format!("{text:?} at the prompt"), |sight| sight.is_typed(text));
    }

    /// Types an entry of one row, and waits for the next prompt; gives what is shown in between.
    #[track_caller]
    pub fn entry(&self, text: &str) -> String {
        self.type_keys(text);
        self.keys("\r");
        self.prompt();
        self.after(&format!("{PROMPT}{text}\n"))
    }

    /// All that was shown behind the last place of a text, up to the prompt.
    #[track_caller]
    pub fn after(&self, text: &str) -> String {
        let all = self.everything();
        let Some(at) = all.rfind(text) else { panic!("{text:?} is not in {all}") };
        let rest = &all[at + text.len()..];
        rest[..rest.rfind(PROMPT.trim_end()).unwrap_or(rest.len())].to_owned()
    }

    /// The screen and what has left it at its top, as lines.
    pub fn everything(&self) -> String {
        let mut shown = self.shown();
        let screen = shown.parser.screen_mut();
        let (rows, columns) = screen.size();
        let mut text = String::new();
        let mut above = screen.scrollback_len();
        let mut skipped = 0;
        loop {
            screen.set_scrollback(above);
            for (number, row) in (0..rows.get()).zip(screen.rows(0, columns.get())).skip(skipped) {
                text.push_str(&row);
                if !screen.row_wrapped(number) {
                    text.push('\n');
                }
            }
            if above == 0 {
                return text;
            }
            let step = above.min(rows.get().into());
            skipped = usize::from(rows.get()) - step;
            above -= step;
        }
    }

    /// All bytes that the program has written.
    pub fn bytes(&self) -> Vec<u8> {
        self.shown().bytes.clone()
    }

    /// As on a terminal that cuts its rows off: xterm is one, and this emulator.
    pub fn resize(&self, size: Size) {
        {
            let mut shown = self.shown();
            let [columns, rows] = [size.0, size.1].map(|side| NonZeroU16::new(side).expect("a side"));
            shown.parser.screen_mut().set_size(rows, columns);
        }
        set_size(&self.master, size);
    }

    /// As on a terminal that folds its lines anew, as most do.
    pub fn resize_folding(&self, size: Size) {
        self.shown().fold(size);
        set_size(&self.master, size);
    }

    /// Waits until the program has ended.
    #[track_caller]
    pub fn ended(&mut self) -> ExitStatus {
        let pid = rustix::process::Pid::from_raw(self.pid()).expect("a pid");
        let end = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).expect("a child");
        let patience = rustix::event::Timespec { tv_sec: PATIENCE.as_secs().cast_signed(), tv_nsec: 0 };
        let ended = poll(&mut [PollFd::new(&end, PollFlags::IN)], Some(&patience)).expect("a wait");
        assert!(ended == 1, "it does not end\n{}", self.sight().rows.join("\n"));
        self.child.wait().expect("a child")
    }

    /// Whether keys are shown and lines are edited by the terminal itself, as a shell wants it.
    pub fn is_cooked(&self) -> bool {
        use rustix::termios::{LocalModes, tcgetattr};
        let modes = tcgetattr(&*self.master).expect("a terminal");
        modes.local_modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG)
    }

    /// Waits until another process than the terminal's own program has the keys.
    #[track_caller]
    pub fn lent(&self) {
        self.wait_unseen("the shell keeps the keys", || !self.has_the_keys());
    }

    /// The processes of this terminal's program that are alive, with their names.
    pub fn alive(&self) -> Vec<(i32, String)> {
        alive(&format!("{MARK}={}", self.mark))
    }

    /// Waits until nothing is alive.
    #[track_caller]
    pub fn nothing_left(&self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = self.alive();
            if left.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "still alive: {left:?}");
            // No event tells it.
            std::thread::yield_now();
        }
    }

    /// Closes the terminal, as a window is closed.
    pub fn close(&mut self) {
        self.stop = None;
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        // Ours is closed as another takes its place.
        self.master = Arc::new(pty::open().0);
    }
}

/// Processes that are no zombies and have this in their environment: see proc_pid_environ(5).
fn alive(variable: &str) -> Vec<(i32, String)> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    pids.filter_map(|pid| {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
        environment.split(|byte| *byte == 0).any(|found| found == variable.as_bytes()).then_some(())?;
        let command = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        Some((pid, String::from_utf8_lossy(&command).replace('\0', " ")))
    })
    .collect()
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.close();
        // Whoever survived the end of its terminal has failed a test already, or is a bash.
        for (pid, _) in self.alive() {
            if let Some(pid) = rustix::process::Pid::from_raw(pid) {
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
