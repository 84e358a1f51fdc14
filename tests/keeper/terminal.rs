//! The keys of a terminal, and a shell's job control (row 4 and the terminal's promises).

use super::herd::{children, fields};
use super::level;
use super::pty;
use super::runner::Test;
use super::stage::{LONG, SECOND, SOON, Stage, Staged, Times};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use std::process::Command;
use std::time::Instant;

pub const TESTS: [Test; 8] = [
    ("keys_end_the_run", keys_end_the_run),
    ("control_without_clearing_keys_leave_something", control_keys),
    ("a_closed_terminal_ends_the_run", a_closed_terminal_ends_the_run),
    ("control_without_clearing_a_closed_terminal_leaves_something", control_closed_terminal),
    ("control_without_the_grace_a_closed_terminal_ends_nobody", control_grace),
    ("a_scenario_that_ignores_ctrl_c_goes_on", a_scenario_that_ignores_ctrl_c_goes_on),
    ("ctrl_c_ends_a_scenario_that_has_stopped_itself", ctrl_c_ends_a_stopped_scenario),
    ("a_shell_can_stop_and_resume_the_run", a_shell_can_stop_and_resume_the_run),
];

/// How long is waited for the next thing to be shown.
const PATIENCE: Timespec = Timespec { tv_sec: 20, tv_nsec: 0 };

/// A pseudo-terminal: pty(7).
pub struct Terminal {
    master: OwnedFd,
    /// What it has shown.
    shown: String,
}

impl Terminal {
    /// Starts the program as the leader of a session on a new terminal.
    fn start(command: Command, role: &str) -> (Self, Staged) {
        Self::start_without("", command, role)
    }

    /// With these protections off.
    pub fn start_without(protections: &str, command: Command, role: &str) -> (Self, Staged) {
        let (master, name) = pty::open();
        let mut stage = Stage::bare(command, role);
        if !protections.is_empty() {
            stage = stage.without(protections);
        }
        pty::lead(&mut stage.command, &name);
        let staged = stage.start();
        rustix::io::ioctl_fionbio(&master, true).expect("a terminal");
        (Self { master, shown: String::new() }, staged)
    }

    pub fn press(&self, keys: &str) {
        assert_eq!(rustix::io::write(&self.master, keys.as_bytes()), Ok(keys.len()));
    }

    /// The process group that has it.
    pub fn foreground(&self) -> i32 {
        rustix::termios::tcgetpgrp(&self.master).map_or(0, |group| group.as_raw_nonzero().get())
    }

    /// What was shown until now is not what is waited for next.
    pub fn forget(&mut self) {
        self.shown.clear();
    }

    /// Reads until the text has been shown; gives all that has been.
    pub fn see(&mut self, text: &str) -> &str {
        wait_for(&format!("{text:?} on the terminal"), || {
            let mut bytes = [0; 4096];
            // Until it shows something, or the other side is closed.
            let _ = poll(&mut [PollFd::new(&self.master, PollFlags::IN)], Some(&PATIENCE));
            if let Ok(length) = rustix::io::read(&self.master, &mut bytes) {
                self.shown += &String::from_utf8_lossy(&bytes[..length]);
            }
            self.shown.contains(text)
        });
        &self.shown
    }

    /// All that has been shown, once whoever had the terminal is gone.
    pub fn rest(&mut self) -> &str {
        let mut bytes = [0; 4096];
        while let Ok(length @ 1..) = rustix::io::read(&self.master, &mut bytes) {
            self.shown += &String::from_utf8_lossy(&bytes[..length]);
        }
        &self.shown
    }
}

pub fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + LONG;
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::yield_now();
    }
}

fn own() -> Command {
    Command::new(std::env::current_exe().expect("our own path"))
}

fn come_up(run: &mut Staged) {
    assert!(run.herd.until(LONG, |herd| herd.said("up")), "it never came up: {:?}", run.herd.words);
}

const KEYS: [(&str, i32); 2] = [("\x03", 130), ("\x1c", 131)];

/// Fifty times each.
fn keys_end_the_run() {
    let mut times = Times::of(super::awkward::ALL);
    for (key, code) in KEYS.repeat(50) {
        let (terminal, mut run) = Terminal::start(own(), "herd wait");
        come_up(&mut run);
        let pressed = Instant::now();
        terminal.press(key);
        assert!(run.herd.is_gone(SOON), "{key:?}: {:?}", run.herd.left());
        times.add(pressed.elapsed());
        assert_eq!(run.finish().code, Some(code), "{key:?}");
    }
    times.assert_promise("a key of the terminal");
}

/// Keeper and guard would each clear up.
const NOBODY_CLEARS: &str = "clear,takeover";

fn control_keys() {
    for (key, _) in KEYS {
        let (terminal, mut run) = Terminal::start_without(NOBODY_CLEARS, own(), "herd wait");
        come_up(&mut run);
        terminal.press(key);
        assert!(!run.herd.is_gone(SECOND), "{key:?}: the test does not see what is left");
        run.herd.clean_up();
        run.finish();
    }
}

fn control_closed_terminal() {
    let (terminal, mut run) = Terminal::start_without(NOBODY_CLEARS, own(), "herd wait");
    come_up(&mut run);
    drop(terminal);
    assert!(!run.herd.is_gone(SECOND), "the test does not see what is left");
    run.herd.clean_up();
    run.finish();
}

/// A scenario that ignores SIGHUP, and nobody who insists.
fn control_grace() {
    let (terminal, mut run) = Terminal::start_without("grace", own(), "herd stubborn");
    come_up(&mut run);
    drop(terminal);
    assert!(!run.herd.is_gone(SECOND), "the test does not see that it stays");
    run.herd.clean_up();
    run.finish();
}

fn a_closed_terminal_ends_the_run() {
    let mut times = Times::of(super::awkward::ALL);
    for round in 0..50 {
        let (terminal, mut run) =
            Terminal::start(own(), ["herd wait", "herd stubborn"][usize::from(round % 10 == 0)]);
        come_up(&mut run);
        let closed = Instant::now();
        drop(terminal);
        assert!(run.herd.is_gone(SOON), "{:?}", run.herd.left());
        times.add(closed.elapsed());
        assert_eq!(run.finish().code, Some(129));
    }
    times.assert_promise("a closed terminal");
}

fn a_scenario_that_ignores_ctrl_c_goes_on() {
    let (terminal, mut run) = Terminal::start(own(), "herd stubborn");
    come_up(&mut run);
    for _ in 0..3 {
        terminal.press("\x03");
    }
    assert!(!run.herd.is_gone(SECOND), "Ctrl-C has ended it");
    drop(terminal);
    assert!(run.herd.is_gone(SOON), "{:?}", run.herd.left());
    run.finish();
}

fn ctrl_c_ends_a_stopped_scenario() {
    let (terminal, mut run) = Terminal::start(own(), "herd stop");
    come_up(&mut run);
    let scenario = run.herd.members[0].here().expect("it lives").pid;
    wait_for("it stops", || state(scenario) == "T");
    terminal.press("\x03");
    assert!(run.herd.is_gone(SOON), "{:?}", run.herd.left());
    assert_eq!(run.finish().code, Some(130));
}

/// The letter of a process's state, of its first thread.
pub fn state(pid: i32) -> String {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    fields(&stat).next().unwrap_or("").to_owned()
}

fn a_shell_can_stop_and_resume_the_run() {
    let mut bash = Command::new("bash");
    bash.args(["--norc", "--noprofile", "-i"])
        .env("PS1", "ready\\n")
        .env("ROLE_PROGRAM", own().get_program());
    let (mut terminal, mut run) = Terminal::start(bash, "herd wait");
    terminal.see("ready");
    terminal.press("\"$ROLE_PROGRAM\"\n");
    come_up(&mut run);
    let scenario = run.herd.members[0].here().expect("it lives").pid;
    let guard = children(run.pid())[0];
    let keeper = children(guard)[0];
    assert_eq!(children(keeper)[0], scenario);
    // Of a run that is contained, the keeper's group has it.
    let holder = if level::is_contained() { keeper } else { guard };
    assert_eq!(terminal.foreground(), holder, "the run has the terminal");
    terminal.press("\x1a");
    wait_for("the shell has its terminal back", || terminal.foreground() == run.pid());
    wait_for("guard and scenario are stopped", || state(guard) == "T" && state(scenario) == "T");
    wait_for("the keeper waits, and is not stopped", || state(keeper) == "S");
    terminal.press("fg\n");
    wait_for("guard and scenario go on", || state(guard) == "S" && state(scenario) == "S");
    assert_eq!(terminal.foreground(), holder);
    terminal.press("\x03");
    wait_for("the guard has ended", || state(guard).is_empty());
    assert!(run.herd.left().is_empty(), "{:?}", run.herd.left());
    terminal.press("echo \"code=$?\"; exit\n");
    terminal.see("code=130");
    run.finish();
}
