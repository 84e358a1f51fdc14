//! A terminal with a program on it: keys go in, and what comes out is waited for.

use super::heard::{Heard, ended};
use super::pty;
use rustix::fd::OwnedFd;
use rustix::termios::{Winsize, tcsetwinsize};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};

pub struct Terminal {
    master: OwnedFd,
    child: Child,
    shown: Option<Heard>,
    name: String,
}

impl Terminal {
    /// The program leads a session there. The terminal does not say how wide it is.
    pub fn start(program: &str, args: &[&str], folder: &Path) -> Self {
        Self::start_on(0, program, args, folder)
    }

    /// On a terminal of so many columns.
    pub fn start_on(columns: u16, program: &str, args: &[&str], folder: &Path) -> Self {
        let (master, name) = pty::open();
        let size = Winsize { ws_row: 30.min(columns), ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&master, size).expect("a terminal has a size");
        let mut command = Command::new(program);
        command.args(args).current_dir(folder);
        command.env("PS1", "shell> ").env("TERM", "dumb").env_remove("PROMPT_COMMAND");
        pty::lead(&mut command, &name);
        let child = command.spawn().expect("it starts");
        // The other side is to be open in the program alone, so that its end is the end of what is read.
        drop(command);
        let shown = Heard::from(std::fs::File::from(master.try_clone().expect("a descriptor")));
        Self { master, child, shown: Some(shown), name }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn press(&self, keys: &str) {
        rustix::io::write(&self.master, keys.as_bytes()).expect("the terminal takes keys");
    }

    /// All that was shown, with plain ends of lines.
    pub fn text(&self) -> String {
        self.shown().text()
    }

    /// Waits until a condition holds for what was shown.
    #[track_caller]
    pub fn until<T>(&self, what: &str, holds: impl FnMut(&str) -> Option<T>) -> T {
        self.shown().until(what, holds)
    }

    #[track_caller]
    pub fn sees(&self, words: &str) {
        self.until(words, |text| text.contains(words).then_some(()));
    }

    /// Waits for its end; gives that and all that was shown.
    #[track_caller]
    pub fn end(mut self) -> (ExitStatus, String) {
        let Some(status) = ended(&mut self.child) else { panic!("it does not end:\n{}", self.text()) };
        let shown = self.shown.take().map(Heard::whole);
        (status, shown.unwrap_or_default())
    }

    fn shown(&self) -> &Heard {
        self.shown.as_ref().expect("it has not ended")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
