//! What a program writes, read as it comes, and waited for.

use super::patience::PATIENCE;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::io::Read;
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;

/// All that was read so far, and who waits for more.
#[derive(Default)]
struct Shared {
    bytes: Mutex<Vec<u8>>,
    more: Condvar,
}

/// A stream that a thread reads to its end.
pub struct Heard {
    shared: Arc<Shared>,
    reader: JoinHandle<()>,
}

impl Heard {
    /// An error is the end too: it is that of a terminal which nobody has open any more.
    pub fn from(mut stream: impl Read + Send + 'static) -> Self {
        let shared = Arc::new(Shared::default());
        let into = shared.clone();
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            loop {
                match stream.read(&mut bytes) {
                    Ok(got @ 1..) => into.bytes.lock().expect("no panic").extend(&bytes[..got]),
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                    Ok(0) | Err(_) => return,
                }
                into.more.notify_all();
            }
        });
        Self { shared, reader }
    }

    /// All that was written, with plain ends of lines.
    pub fn text(&self) -> String {
        text(&self.shared.bytes.lock().expect("no panic"))
    }

    /// Waits until a condition holds for what was written.
    #[track_caller]
    pub fn until<T>(&self, what: &str, mut holds: impl FnMut(&str) -> Option<T>) -> T {
        let mut found = None;
        let bytes = self.shared.bytes.lock().expect("no panic");
        let waiting = |bytes: &mut Vec<u8>| {
            found = holds(&text(bytes));
            found.is_none()
        };
        let (bytes, _) = self.shared.more.wait_timeout_while(bytes, PATIENCE, waiting).expect("no panic");
        let shown = text(&bytes);
        // A panic with the lock would be the reader's as well.
        drop(bytes);
        found.unwrap_or_else(|| panic!("{what} did not come:\n{shown}"))
    }

    /// Reads to the end, once the program is over; gives all.
    pub fn whole(self) -> String {
        self.reader.join().expect("the reader has no trouble");
        text(&self.shared.bytes.lock().expect("no panic"))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\r', "")
}

/// Waits for a child's end; none where it does not end.
pub fn ended(child: &mut Child) -> Option<ExitStatus> {
    let pid = Pid::from_child(child);
    let held = pidfd_open(pid, PidfdFlags::empty()).expect("our child");
    let limit = Timespec::try_from(PATIENCE).expect("a time");
    let mut fds = [PollFd::new(&held, PollFlags::IN)];
    let ready = rustix::io::retry_on_intr(|| poll(&mut fds, Some(&limit))).expect("poll");
    (ready > 0).then(|| child.wait().expect("it can be waited for"))
}
