//! A command on a terminal of its own, whose screen is looked at while it runs.

use super::pty;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::termios::{Winsize, tcsetwinsize};
use std::num::NonZero;
use std::process::{Child, Command};
use std::time::Duration;

/// How long is waited for anything: no promise, but the end of a test that would hang.
const PATIENCE: Duration = Duration::from_secs(60);
const ROWS: NonZero<u16> = NonZero::new(24).expect("it is not 0");
const COLUMNS: NonZero<u16> = NonZero::new(120).expect("it is not 0");

/// A command that runs on a terminal.
pub struct Screen {
    child: Child,
    ours: OwnedFd,
    parser: vt100::Parser,
}

impl Screen {
    pub fn start(mut command: Command) -> Self {
        let (ours, name) = pty::open();
        let size = Winsize { ws_row: ROWS.get(), ws_col: COLUMNS.get(), ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&ours, size).expect("a size");
        pty::lead(&mut command, &name);
        let child = command.spawn().expect("it can be started");
        // It has the other side of the terminal for itself: when it has ended, there is nothing more to read.
        drop(command);
        Self { child, ours, parser: vt100::Parser::new(ROWS, COLUMNS, 0) }
    }

    /// What can be seen now.
    pub fn seen(&self) -> String {
        self.parser.screen().contents()
    }

    /// The last line that has anything in it: the bar, where there is one.
    pub fn last(seen: &str) -> &str {
        seen.lines().map(str::trim_end).rfind(|line| !line.is_empty()).unwrap_or_default()
    }

    /// Reads on until something can be seen.
    #[track_caller]
    pub fn until(&mut self, seen: impl Fn(&str) -> bool) {
        while !seen(&self.seen()) {
            assert!(self.read(), "it has ended, and that was never seen:\n{}", self.seen());
        }
    }

    /// Reads on to the end: the exit code, and what is left on the screen.
    pub fn end(mut self) -> (Option<i32>, String) {
        while self.read() {}
        let code = self.child.wait().expect("it is ours").code();
        (code, self.seen())
    }

    /// Takes what comes next; false at the end.
    #[track_caller]
    fn read(&mut self) -> bool {
        let time = Timespec { tv_sec: PATIENCE.as_secs() as i64, tv_nsec: 0 };
        let ready = poll(&mut [PollFd::new(&self.ours, PollFlags::IN)], Some(&time)).expect("poll");
        assert!(ready > 0, "nothing comes any more:\n{}", self.seen());
        let mut buffer = [0; 4096];
        match rustix::io::read(&self.ours, &mut buffer) {
            // Nobody has the other side any more: pty(7) says EIO.
            Ok(0) | Err(_) => false,
            Ok(length) => {
                self.parser.process(&buffer[..length]);
                true
            }
        }
    }
}
