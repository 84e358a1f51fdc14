//! A terminal with a program on it: keys go in, and what comes out is waited for.

use super::pty;
use rustix::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long is waited for anything.
pub const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(10);

pub struct Terminal {
    master: Arc<OwnedFd>,
    child: Child,
    shown: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
    name: String,
}

impl Terminal {
    /// The program leads a session there.
    pub fn start(program: &str, args: &[&str], folder: &Path) -> Self {
        let (master, name) = pty::open();
        let mut command = Command::new(program);
        command.args(args).current_dir(folder);
        command.env("PS1", "shell> ").env("TERM", "dumb").env_remove("PROMPT_COMMAND");
        pty::lead(&mut command, &name);
        let child = command.spawn().expect("it starts");
        // The other side is to be open in the program alone, so that its end is the end of what is read.
        drop(command);
        let master = Arc::new(master);
        let shown = Arc::new(Mutex::new(Vec::new()));
        let (from, into) = (master.clone(), shown.clone());
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(got @ 1..) = rustix::io::retry_on_intr(|| rustix::io::read(&*from, &mut bytes)) {
                into.lock().expect("no panic").extend(&bytes[..got]);
            }
        });
        Self { master, child, shown, reader: Some(reader), name }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).expect("a pid")
    }

    pub fn press(&self, keys: &str) {
        rustix::io::write(&*self.master, keys.as_bytes()).expect("the terminal takes keys");
    }

    /// All that was shown, with plain ends of lines.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().expect("no panic")).replace('\r', "")
    }

    /// Waits until a condition holds for what was shown.
    #[track_caller]
    pub fn until<T>(&self, what: &str, mut holds: impl FnMut(&str) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            let text = self.text();
            if let Some(found) = holds(&text) {
                return found;
            }
            assert!(start.elapsed() < PATIENCE, "{what} did not come:\n{text}");
            std::thread::sleep(PAUSE);
        }
    }

    #[track_caller]
    pub fn sees(&self, words: &str) {
        self.until(words, |text| text.contains(words).then_some(()));
    }

    /// Waits for its end; gives that and all that was shown.
    #[track_caller]
    pub fn end(mut self) -> (ExitStatus, String) {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "it does not end:\n{}", self.text());
            std::thread::sleep(PAUSE);
        };
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader has no trouble");
        }
        (status, self.text())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
