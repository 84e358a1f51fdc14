//! Where the program's own words go: one write for each, and no panic when nobody reads them.

use super::args::{Global, MessageFormat};
use crate::report::Style;
use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// How to draw on each of the two streams.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    pub stdout: Style,
    pub stderr: Style,
    pub format: MessageFormat,
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
        }
    }

    #[must_use]
    pub fn is_json(&self) -> bool {
        self.format == MessageFormat::Json
    }
}

/// Writes to standard output, in one write(2) where the kernel takes it all. Whoever reads may be gone: that is no
/// error of ours, and there is nobody to tell.
pub fn to_stdout(text: &str) {
    // The stream of the standard library buffers what a write leaves over, and a fork would copy that buffer. So the
    // descriptor as it is now is written to directly, through a duplicate since only that can be owned safely.
    match io::stdout().as_fd().try_clone_to_owned() {
        Ok(stdout) => write_whole(&mut File::from(stdout), text.as_bytes()),
        Err(_) => {
            let _ = io::stdout().lock().write_all(text.as_bytes());
        }
    }
}

/// As [`to_stdout`], to standard error, which has no buffer.
pub fn to_stderr(text: &str) {
    write_whole(&mut io::stderr().lock(), text.as_bytes());
}

/// How long a full pipe that somebody has made non-blocking may take to accept anything.
const PATIENCE: Duration = Duration::from_secs(10);

fn write_whole(stream: &mut impl Write, mut rest: &[u8]) {
    let mut refused: Option<Instant> = None;
    let mut pause = Duration::from_millis(1);
    while !rest.is_empty() {
        match stream.write(rest) {
            Ok(0) => return,
            Ok(written) => {
                rest = &rest[written..];
                refused = None;
                pause = Duration::from_millis(1);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if refused.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
                    return;
                }
                std::thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(20));
            }
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::write_whole;
    use std::io::{self, ErrorKind, Write};

    /// Takes one byte at a time, and refuses before each.
    struct Reluctant {
        taken: Vec<u8>,
        refusals: Vec<ErrorKind>,
    }

    impl Write for Reluctant {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.refusals.pop() {
                Some(kind) => Err(kind.into()),
                None => {
                    self.taken.push(bytes[0]);
                    Ok(1)
                }
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn interrupted_and_refused_writes_go_on_and_a_broken_pipe_ends_them() {
        let mut stream =
            Reluctant { taken: Vec::new(), refusals: vec![ErrorKind::WouldBlock, ErrorKind::Interrupted] };
        write_whole(&mut stream, b"abc");
        assert_eq!(stream.taken, b"abc");
        let mut closed = Reluctant { taken: Vec::new(), refusals: vec![ErrorKind::BrokenPipe] };
        write_whole(&mut closed, b"abc");
        assert!(closed.taken.is_empty());
    }
}
