//! Where the program's own words go: one write for each, and no panic when nobody reads them.

use super::args::{Global, MessageFormat};
use crate::process::{Errno, Standard, terminal};
use crate::report::{Notice, Style, draw_notice, notice_json, visible_line, width};
use crate::source::Severity;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// How to draw on each of the two streams.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    pub stdout: Style,
    pub stderr: Style,
    pub format: MessageFormat,
    /// Columns of the terminals that the two streams lead to, as they are now.
    columns: fn() -> [usize; 2],
    /// Lines of a process are shown behind its name.
    is_marked: bool,
}

/// Columns of a terminal; 0 where it is none.
fn columns(tty: impl AsFd) -> usize {
    terminal::size(tty).map_or(0, |(columns, _)| columns.into())
}

impl Output {
    /// Looks at the streams and the environment once.
    #[must_use]
    pub fn new(global: Global) -> Self {
        let style =
            |is_terminal| Style::choose(global.color.into(), is_terminal, |name| std::env::var_os(name));
        Self {
            stdout: style(io::stdout().is_terminal()),
            stderr: style(io::stderr().is_terminal()),
            format: global.message_format,
            columns: || [columns(io::stdout()), columns(io::stderr())],
            is_marked: false,
        }
        .now()
    }

    /// Of a session, whose words go over the editor to the terminal that is its standard input.
    #[must_use]
    pub fn of_session(self) -> Self {
        Self { columns: || [columns(io::stdin()); 2], is_marked: true, ..self }.now()
    }

    /// The same, for terminals as wide as they are now.
    #[must_use]
    pub fn now(self) -> Self {
        let [stdout, stderr] = (self.columns)();
        Self { stdout: self.stdout.within(stdout), stderr: self.stderr.within(stderr), ..self }
    }

    /// How to draw on standard error what a process says; `[name] ` stands before it in a session, but for the session's own.
    #[must_use]
    pub fn stderr_of(self, process: &str) -> Style {
        let style = self.now().stderr;
        let mark = width(&visible_line(process)) + "[] ".len();
        if self.is_marked && process != "main" {
            style.within(style.columns.saturating_sub(mark))
        } else {
            style
        }
    }

    #[must_use]
    pub fn is_json(&self) -> bool {
        self.format == MessageFormat::Json
    }

    /// Says it on standard error, for people or for machines.
    pub fn say(&self, notice: &Notice<'_>) {
        to_stderr(&if self.is_json() { notice_json(notice) } else { draw_notice(notice, self.now().stderr) });
    }

    /// Says what went wrong, where it is about no run and no process.
    pub fn say_error(&self, code: &'static str, message: &str, help: Option<&'static str>) {
        let severity = Severity::Error;
        self.say(&Notice { code, severity, message, help, run: None, processes: &[], unnamed: 0 });
    }
}

/// Writes to standard output, in one write(2) where the kernel takes it all and without a buffer, which a fork would
/// copy. Whoever reads may be gone: that is no error of ours, and there is nobody to tell.
pub fn to_stdout(text: &str) {
    write_whole(|bytes| Standard::Output.write(bytes), text.as_bytes());
}

/// As [`to_stdout`], to standard error.
pub fn to_stderr(text: &str) {
    write_whole(|bytes| Standard::Error.write(bytes), text.as_bytes());
}

/// How long a full pipe that somebody has made non-blocking may take to accept anything.
const PATIENCE: Duration = Duration::from_secs(10);

fn write_whole(mut write: impl FnMut(&[u8]) -> Result<usize, Errno>, mut rest: &[u8]) {
    const SHORTEST: Duration = Duration::from_millis(1);
    const LONGEST: Duration = Duration::from_millis(20);
    let mut refused: Option<Instant> = None;
    let mut pause = SHORTEST;
    while !rest.is_empty() {
        match write(rest) {
            Ok(0) => return,
            Ok(written) => {
                rest = &rest[written..];
                refused = None;
                pause = SHORTEST;
            }
            Err(Errno::EINTR) => {}
            Err(Errno::EAGAIN) => {
                if refused.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
                    return;
                }
                std::thread::sleep(pause);
                pause = (pause * 2).min(LONGEST);
            }
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::write_whole;
    use crate::process::Errno;

    /// Refuses with each of the errors, the last first, and then takes one byte at a time.
    fn taken(mut refusals: Vec<Errno>) -> Vec<u8> {
        let mut taken = Vec::new();
        let write = |bytes: &[u8]| match refusals.pop() {
            Some(errno) => Err(errno),
            None => {
                taken.push(bytes[0]);
                Ok(1)
            }
        };
        write_whole(write, b"abc");
        taken
    }

    #[test]
    fn interrupted_and_refused_writes_go_on_and_a_broken_pipe_ends_them() {
        assert_eq!(taken(vec![Errno::EAGAIN, Errno::EINTR]), b"abc");
        assert_eq!(taken(vec![Errno::EPIPE]), b"");
    }
}
