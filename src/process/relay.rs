//! The way of output from a session's processes to the editor, which has the terminal: who said what is never lost.
//!
//! Standard output and error of the session and its tasks are one end of a socket: the kernel tells the pid of whoever
//! wrote (unix(7), SCM_CREDENTIALS), and never joins the words of two. A program, whose own children may write too, gets a
//! pipe instead, and the reading end is sent to the editor with the program's name.

use super::capture::pipe;
use super::errno::{Errno, check};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair, sockopt,
};
use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The longest name that is told of a program, in bytes.
const LONGEST_NAME: usize = 256;

/// The session's side.
#[derive(Debug)]
pub struct Relay {
    /// Takes pipes with the names of the programs that write to them.
    programs: OwnedFd,
    /// What file standard output is here: a process whose output goes elsewhere is no business of ours.
    voice: (u64, u64),
}

/// The editor's side.
#[derive(Debug)]
pub struct Listener {
    voice: OwnedFd,
    programs: OwnedFd,
}

/// A process that was started.
#[derive(Debug)]
pub enum Started {
    /// What it says comes over the socket, with its pid.
    Task { pid: i32, name: String },
    /// What it says comes through the pipe, whose reading end never waits; None where this process had no descriptor left for it, and the words are lost.
    Program { name: String, pipe: Option<OwnedFd> },
}

/// Sends a descriptor over a socket of streams, with one byte; see unix(7).
///
/// # Errors
/// What sendmsg(2) says.
pub fn pass(socket: impl AsFd, fd: BorrowedFd<'_>) -> Result<(), Errno> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    let rights = [fd];
    ancillary.push(SendAncillaryMessage::ScmRights(&rights));
    sendmsg(socket, &[IoSlice::new(b"=")], &mut ancillary, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// Takes a descriptor that [`pass`] sends; waits for it.
///
/// # Errors
/// `EBADF` where something else came, or nothing.
pub fn take(socket: impl AsFd) -> Result<OwnedFd, Errno> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    recvmsg(socket, &mut [IoSliceMut::new(&mut byte)], &mut ancillary, RecvFlags::CMSG_CLOEXEC)?;
    let taken = ancillary.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut rights) => rights.next(),
        _ => None,
    });
    taken.ok_or(Errno::EBADF)
}

/// What came over the socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// So many bytes, by the process with this pid.
    Said { pid: i32, length: usize },
    /// Nothing more just now.
    Nothing,
    /// Nobody is left who could say anything.
    End,
}

/// A listener, and what to start a session with: its standard output and error, and the descriptor for [`Relay::new`].
///
/// # Errors
/// `EMFILE`, `ENFILE`.
pub fn relay() -> Result<(Listener, OwnedFd, OwnedFd), Errno> {
    let (voice, theirs) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    let (programs, announce) =
        socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    sockopt::set_socket_passcred(&voice, true)?;
    // A task in a pid namespace knows another pid of itself than we do: the kernel tells ours.
    sockopt::set_socket_passcred(&programs, true)?;
    Ok((Listener { voice, programs }, theirs, announce))
}

impl Relay {
    /// For a session whose standard output is the socket of [`relay`].
    ///
    /// # Errors
    /// `EBADF` where there is no standard output.
    pub fn new(programs: OwnedFd) -> Result<Self, Errno> {
        Ok(Self { programs, voice: identity(1)? })
    }

    /// Whether a descriptor is the socket to the editor.
    #[must_use]
    pub fn carries(&self, fd: i32) -> bool {
        identity(fd) == Ok(self.voice)
    }

    /// Tells that the process with this pid is a task of this name. Before its first word.
    pub fn task(&self, pid: i32, name: &str) {
        let pid = pid.to_le_bytes();
        let bytes = [IoSlice::new(b"+"), IoSlice::new(&pid), IoSlice::new(cut(name).as_bytes())];
        let mut ancillary = SendAncillaryBuffer::default();
        // An editor that is gone shows no names.
        let _ = sendmsg(&self.programs, &bytes, &mut ancillary, SendFlags::NOSIGNAL);
    }

    /// A pipe for a program of this name, for each of standard output and error that would go to the editor.
    ///
    /// # Errors
    /// `EMFILE`, `ENFILE`; `EPIPE` where the editor is gone.
    pub fn program(&self, name: &str, streams: [bool; 2]) -> Result<[Option<OwnedFd>; 2], Errno> {
        if streams == [false; 2] {
            return Ok([None, None]);
        }
        let (read, write) = pipe()?;
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        let rights = [read.as_fd()];
        ancillary.push(SendAncillaryMessage::ScmRights(&rights));
        // A message of nothing would be no message.
        let bytes = [IoSlice::new(b"="), IoSlice::new(cut(name).as_bytes())];
        sendmsg(&self.programs, &bytes, &mut ancillary, SendFlags::NOSIGNAL)?;
        let second = if streams == [true; 2] { Some(write.try_clone().map_err(Errno::from)?) } else { None };
        Ok(match streams {
            [true, _] => [Some(write), second],
            [false, _] => [None, Some(write)],
        })
    }
}

fn cut(name: &str) -> &str {
    &name[..name.floor_char_boundary(LONGEST_NAME)]
}

/// Standard output and error of this process, as they were before a program was to have them.
#[derive(Debug)]
pub struct Diverted {
    /// The descriptor, and what it was.
    before: Vec<(i32, OwnedFd)>,
}

impl Relay {
    /// Gives this process the output that a program of this name would have.
    ///
    /// # Errors
    /// As [`Relay::program`].
    pub fn divert(&self, name: &str) -> Result<Diverted, Errno> {
        let pipes = self.program(name, [self.carries(1), self.carries(2)])?;
        let mut diverted = Diverted { before: Vec::new() };
        for (fd, pipe) in (1..).zip(pipes) {
            let Some(pipe) = pipe else { continue };
            // SAFETY: 1 and 2 are open all the time.
            let own = unsafe { BorrowedFd::borrow_raw(fd) };
            diverted.before.push((fd, rustix::io::fcntl_dupfd_cloexec(own, 3)?));
            replace(fd, pipe.as_fd())?;
        }
        Ok(diverted)
    }
}

impl Drop for Diverted {
    fn drop(&mut self) {
        for (fd, before) in &self.before {
            // It was open a moment ago; where it cannot be put back, the pipe's reader shows the same words.
            let _ = replace(*fd, before.as_fd());
        }
    }
}

fn replace(fd: i32, with: BorrowedFd<'_>) -> Result<(), Errno> {
    // SAFETY: dup2 has no memory preconditions, and nobody owns the standard streams.
    check(unsafe { libc::dup2(std::os::fd::AsRawFd::as_raw_fd(&with), fd) }).map(drop)
}

/// Makes this descriptor standard input.
///
/// # Errors
/// What dup2(2) says.
pub fn become_stdin(fd: BorrowedFd<'_>) -> Result<(), Errno> {
    replace(0, fd)
}

/// Which file a descriptor is open on; see stat(2).
fn identity(fd: i32) -> Result<(u64, u64), Errno> {
    // SAFETY: a stat is plain data, which fstat fills.
    let stat = unsafe {
        let mut stat: libc::stat = std::mem::zeroed();
        check(libc::fstat(fd, &raw mut stat))?;
        stat
    };
    Ok((stat.st_dev, stat.st_ino))
}

impl Listener {
    /// For a [`super::Watch`]: readable where somebody said something.
    #[must_use]
    pub fn voice(&self) -> BorrowedFd<'_> {
        self.voice.as_fd()
    }

    /// For a [`super::Watch`]: readable where a program was started.
    #[must_use]
    pub fn programs(&self) -> BorrowedFd<'_> {
        self.programs.as_fd()
    }

    /// Takes what one process said, without waiting.
    ///
    /// # Errors
    /// What recvmsg(2) says.
    pub fn hear(&self, buffer: &mut [u8]) -> Result<Heard, Errno> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmCredentials(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let got = recvmsg(
            &self.voice,
            &mut [IoSliceMut::new(buffer)],
            &mut ancillary,
            RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC,
        );
        let length = match got {
            Ok(got) if got.bytes == 0 => return Ok(Heard::End),
            Ok(got) => got.bytes,
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => return Ok(Heard::Nothing),
            Err(errno) => return Err(errno.into()),
        };
        let mut pid = 0;
        for message in ancillary.drain() {
            if let RecvAncillaryMessage::ScmCredentials(credentials) = message {
                pid = credentials.pid.as_raw_nonzero().get();
            }
        }
        Ok(Heard::Said { pid, length })
    }

    /// The next process that was started; None where there is none just now.
    #[must_use]
    pub fn started(&self) -> Option<Started> {
        let mut bytes = [0; LONGEST_NAME + 5];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1), ScmCredentials(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let got = recvmsg(
            &self.programs,
            &mut [IoSliceMut::new(&mut bytes)],
            &mut ancillary,
            RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC,
        );
        let length = got.ok().filter(|got| got.bytes > 0)?.bytes;
        let (mut pipe, mut sender) = (None, None);
        for message in ancillary.drain() {
            match message {
                RecvAncillaryMessage::ScmRights(mut rights) => pipe = rights.next(),
                RecvAncillaryMessage::ScmCredentials(by) => sender = Some(by.pid.as_raw_nonzero().get()),
                _ => {}
            }
        }
        let name = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if let [b'+', a, b, c, d, rest @ ..] = &bytes[..length] {
            let pid = sender.unwrap_or(i32::from_le_bytes([*a, *b, *c, *d]));
            return Some(Started::Task { pid, name: name(rest) });
        }
        let pipe = pipe.filter(|pipe| rustix::io::ioctl_fionbio(pipe, true).is_ok());
        Some(Started::Program { name: name(&bytes[1..length]), pipe })
    }
}

/// How many bytes wait to be read in a pipe; see ioctl_tty(2), FIONREAD.
///
/// # Errors
/// `ENOTTY` where the descriptor has no such count.
pub fn unread(fd: i32) -> Result<u64, Errno> {
    let mut count: libc::c_int = 0;
    // SAFETY: FIONREAD writes one int.
    check(unsafe { libc::ioctl(fd, libc::FIONREAD, &raw mut count) })?;
    Ok(u64::from(count.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::{Heard, relay};

    #[test]
    fn a_word_comes_with_its_speaker() {
        let (listener, voice, _programs) = relay().expect("sockets");
        rustix::io::write(&voice, b"hello").expect("a write");
        let mut buffer = [0; 16];
        let pid = i32::try_from(std::process::id()).expect("a pid");
        assert_eq!(listener.hear(&mut buffer), Ok(Heard::Said { pid, length: 5 }));
        assert_eq!(&buffer[..5], b"hello");
        assert_eq!(listener.hear(&mut buffer), Ok(Heard::Nothing));
        drop(voice);
        assert_eq!(listener.hear(&mut buffer), Ok(Heard::End));
    }
}
