//! What the editor and the session say to each other: a length, then JSON, over a socket that nobody else holds.

use super::known::Known;
use crate::execute::Left;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

/// The editor's end, or the session's.
#[derive(Debug)]
pub struct Line(UnixStream);

/// What the editor wants of the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    Entry(String),
    Load(String),
    Save(String),
    Vars,
    /// Run this, and say how long it took.
    Time(String),
    /// The answer to [`Reply::Ask`].
    Answer(Option<String>),
    /// The answer to [`Reply::Lend`]: nothing is written to the terminal any more.
    Held,
    /// Frames for `:watch`, one now; after each one asks for the next.
    Look,
    /// A process has been started meanwhile, which no signal tells of. Answered by [`Reply::Counts`].
    Glance,
    /// Leave; `sure` where processes that are alive are to be ended.
    Quit {
        sure: bool,
    },
}

/// What the session tells the editor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// It waits for a request.
    Ready(Ready),
    /// While it waits, the numbers of processes have changed.
    Counts(Counts),
    /// A program asks for a line.
    Ask(String),
    /// The terminal is about to be another's.
    Lend,
    /// It is no more.
    Back(Left),
    /// What `:watch` shows.
    Frame(Frame),
    /// It wants to leave: these are alive. None: it leaves.
    Leaving(Vec<String>),
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    pub counts: Counts,
    /// Whether the last entry held.
    pub held: bool,
    /// What can be completed, where that has changed.
    pub known: Option<Known>,
}

/// The processes of the session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub alive: usize,
    /// Those of the alive that are stopped.
    pub stopped: usize,
    pub zombies: usize,
}

/// The table and the tree, as texts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    pub table: String,
    pub tree: String,
}

/// More is no message of ours.
const LONGEST: usize = 512 << 20;

impl Line {
    /// Both ends.
    ///
    /// # Errors
    /// Where there is no descriptor to be had.
    pub fn pair() -> io::Result<(Self, Self)> {
        let (ours, theirs) = UnixStream::pair()?;
        Ok((Self(ours), Self(theirs)))
    }

    /// Sends a message, whole.
    ///
    /// # Errors
    /// `BrokenPipe` where the other side is gone.
    pub fn send(&self, message: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_vec(message)?;
        let length = u32::try_from(text.len()).map_err(|_| ErrorKind::InvalidInput)?;
        let mut stream = &self.0;
        stream.write_all(&length.to_le_bytes())?;
        stream.write_all(&text)
    }

    /// Waits for a message; None where the other side is gone.
    ///
    /// # Errors
    /// What read(2) says, and `InvalidData` for what is no message.
    pub fn receive<T: DeserializeOwned>(&self) -> io::Result<Option<T>> {
        let mut stream = &self.0;
        let mut length = [0; 4];
        match stream.read_exact(&mut length) {
            Ok(()) => {}
            Err(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        let length = u32::from_le_bytes(length) as usize;
        if length > LONGEST {
            return Err(ErrorKind::InvalidData.into());
        }
        let mut text = Vec::new();
        // Only what really comes takes memory.
        stream.take(length as u64).read_to_end(&mut text)?;
        Ok(Some(serde_json::from_slice(&text)?))
    }

    /// Another handle on the same end.
    ///
    /// # Errors
    /// Where there is no descriptor to be had.
    pub fn try_clone(&self) -> io::Result<Self> {
        Ok(Self(self.0.try_clone()?))
    }
}

impl AsFd for Line {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl From<OwnedFd> for Line {
    fn from(fd: OwnedFd) -> Self {
        Self(fd.into())
    }
}

impl From<Line> for OwnedFd {
    fn from(line: Line) -> Self {
        line.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Reply, Request};

    #[test]
    fn messages_arrive_whole_and_the_end_is_no_error() {
        let (ours, theirs) = Line::pair().expect("sockets");
        let sent = Request::Entry("print 1\nprint \"任务\"".to_owned());
        ours.send(&sent).expect("sent");
        assert_eq!(theirs.receive().expect("received"), Some(sent));
        drop(ours);
        assert_eq!(theirs.receive::<Reply>().expect("an end"), None);
    }
}
