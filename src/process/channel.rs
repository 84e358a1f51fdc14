//! Whole messages between two processes, also from many at one end: a socket of messages, unix(7), SOCK_SEQPACKET. What is
//! too long for one goes as a file in memory, memfd_create(2), whose descriptor is passed.

use super::errno::{Errno, check};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};
use std::fs::File;
use std::io::{IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};

/// So many bytes go directly; a socket takes more than that at once.
const DIRECT: usize = 32 << 10;
/// More is no message of ours.
const LONGEST: u64 = 256 << 20;

/// One end.
#[derive(Debug)]
pub struct Channel(OwnedFd);

/// What a look at a channel gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    Message(Vec<u8>),
    /// Nothing just now.
    Nothing,
    /// Nobody is left who could send.
    End,
}

impl Channel {
    /// Both ends, close-on-exec.
    ///
    /// # Errors
    /// `EMFILE`, `ENFILE`.
    pub fn pair() -> Result<(Self, Self), Errno> {
        let (a, b) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        Ok((Self(a), Self(b)))
    }

    /// Sends a message, whole or not at all. Waits for room.
    ///
    /// # Errors
    /// `EPIPE` where the other end is gone; where the message is long also what memfd_create(2) and write(2) say.
    pub fn send(&self, message: &[u8]) -> Result<(), Errno> {
        if message.len() <= DIRECT {
            return self.send_parts(b"=", message, &mut SendAncillaryBuffer::default());
        }
        // SAFETY: the name is NUL-terminated; the descriptor is new and nobody else's.
        let file = unsafe {
            let fd = check(libc::memfd_create(c"message".as_ptr(), libc::MFD_CLOEXEC))?;
            OwnedFd::from_raw_fd(fd)
        };
        let mut file = File::from(file);
        file.write_all(message).map_err(Errno::from)?;
        let rights = [file.as_fd()];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        ancillary.push(SendAncillaryMessage::ScmRights(&rights));
        self.send_parts(b"+", &[], &mut ancillary)
    }

    fn send_parts(
        &self,
        mark: &[u8],
        bytes: &[u8],
        ancillary: &mut SendAncillaryBuffer<'_, '_, '_>,
    ) -> Result<(), Errno> {
        loop {
            match sendmsg(&self.0, &[IoSlice::new(mark), IoSlice::new(bytes)], ancillary, SendFlags::NOSIGNAL)
            {
                Ok(_) => return Ok(()),
                Err(rustix::io::Errno::INTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
    }

    /// Takes the next message; waits for it where `wait` says so.
    ///
    /// # Errors
    /// What recvmsg(2) and read(2) say; `EBADMSG` for what is no message of ours.
    pub fn receive(&self, wait: bool) -> Result<Received, Errno> {
        let mut bytes = vec![0; DIRECT + 1];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let flags = if wait { RecvFlags::empty() } else { RecvFlags::DONTWAIT };
        let got = loop {
            let mut slices = [IoSliceMut::new(&mut bytes)];
            match recvmsg(&self.0, &mut slices, &mut ancillary, flags | RecvFlags::CMSG_CLOEXEC) {
                Ok(got) => break got,
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => return Ok(Received::Nothing),
                // Whoever is gone had not read all that was sent to it.
                Err(rustix::io::Errno::CONNRESET) => return Ok(Received::End),
                Err(errno) => return Err(errno.into()),
            }
        };
        if got.bytes == 0 {
            return Ok(Received::End);
        }
        if got.flags.contains(ReturnFlags::TRUNC) {
            return Err(Errno::EBADMSG);
        }
        let file = ancillary.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut rights) => rights.next(),
            _ => None,
        });
        match (bytes[0], file) {
            (b'=', None) => {
                bytes.truncate(got.bytes);
                bytes.remove(0);
                Ok(Received::Message(bytes))
            }
            (b'+', Some(file)) => long(file.into()).map(Received::Message),
            _ => Err(Errno::EBADMSG),
        }
    }
}

/// All that is in the file, whose place is behind it.
fn long(file: File) -> Result<Vec<u8>, Errno> {
    rustix::fs::seek(&file, rustix::fs::SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(Errno::from)?;
    if bytes.len() as u64 > LONGEST { Err(Errno::EBADMSG) } else { Ok(bytes) }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl From<OwnedFd> for Channel {
    fn from(fd: OwnedFd) -> Self {
        Self(fd)
    }
}

impl From<Channel> for OwnedFd {
    fn from(channel: Channel) -> Self {
        channel.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Channel, DIRECT, Received};

    #[test]
    fn messages_of_every_length_arrive_whole_and_in_order() {
        let (ours, theirs) = Channel::pair().expect("a pair");
        assert_eq!(theirs.receive(false), Ok(Received::Nothing));
        for length in [0, 1, DIRECT, DIRECT + 1, 3 << 20] {
            let sent: Vec<u8> = (0..length).map(|at| at as u8).collect();
            ours.send(&sent).expect("it is sent");
            assert_eq!(theirs.receive(true), Ok(Received::Message(sent)), "{length} bytes");
        }
        ours.send(b"the last").expect("it is sent");
        drop(ours);
        assert_eq!(theirs.receive(false), Ok(Received::Message(b"the last".to_vec())));
        assert_eq!(theirs.receive(true), Ok(Received::End));
        assert!(theirs.send(b"x").is_err());
    }
}
