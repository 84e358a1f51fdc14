//! `pipe()`: two connected ends that both send and receive messages, over a socket pair: unix(7), SOCK_SEQPACKET.
//!
//! The kernel keeps each message whole, whoever writes or reads at the same time and whoever is killed, and says
//! honestly when the other end is closed in every process. A message too long for a packet travels as a file
//! in memory, whose descriptor is sent.

use super::super::blocked::{Blocked, BlockedKind};
use super::super::capture::input_file;
use super::super::errno::{Errno, check};
use super::super::table::Row;
use super::super::waiter::{Waited, Waiter};
use super::arena::{self, Record};
use super::trouble::{ShareError, ShareResult, WaitResult};
use crate::value::{Object, ObjectKind};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering::SeqCst};

/// The most bytes of one message: 64 MiB.
pub const LONGEST: usize = 64 << 20;
/// The most bytes that go in the packet itself.
const INLINE: usize = 32 << 10;
/// A packet's first byte: the message follows, or comes as a file.
const HERE: u8 = 0;
const FILE: u8 = 1;

#[repr(C)]
struct Memory {
    arena: AtomicU32,
    /// The numbers of both ends' descriptors, which are the same in every process that has them: they go from one to the next by
    /// forks only.
    fds: [AtomicI32; 2],
}

// SAFETY: `repr(C)`, atomics only, the arena's word first.
unsafe impl Record for Memory {
    const KIND: ObjectKind = ObjectKind::ConnectionA;
}

/// Room for the control message that carries one descriptor; see cmsg(3). Aligned as a header must be.
#[repr(C, align(8))]
struct Control([u8; 32]);

/// Makes both ends.
///
/// # Errors
/// `TooMany`; the kernel's, where files are short.
pub fn create(waiter: &mut Waiter) -> ShareResult<(Object, Object)> {
    let mut fds = [0; 2];
    let kind = libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
    // SAFETY: `fds` has room for two descriptors, which are new and nobody else's.
    let ends = unsafe {
        check(libc::socketpair(libc::AF_UNIX, kind, 0, fds.as_mut_ptr()))?;
        fds.map(|fd| Some(OwnedFd::from_raw_fd(fd)))
    };
    let fill = |_, memory: &Memory| {
        memory.fds.iter().zip(fds).for_each(|(place, fd)| place.store(fd, SeqCst));
        Ok(())
    };
    let index = arena::create::<Memory>(waiter.run(), fill)?.index;
    waiter.reach.ends.insert(index, ends);
    let [one, other] = [ObjectKind::ConnectionA, ObjectKind::ConnectionB].map(|kind| Object { kind, index });
    Ok((one, other))
}

fn end_of(object: Object) -> usize {
    usize::from(object.kind == ObjectKind::ConnectionB)
}

fn fd_of(waiter: &Waiter, object: Object) -> ShareResult<RawFd> {
    let ends = waiter.reach.ends.get(&object.index).ok_or(ShareError::NotShared)?;
    ends[end_of(object)].as_ref().map(AsRawFd::as_raw_fd).ok_or(ShareError::Closed)
}

/// Closes this end in this process. Closing again does nothing.
///
/// # Errors
/// `NotShared`.
pub fn close(waiter: &mut Waiter, object: Object) -> ShareResult<()> {
    let ends = waiter.reach.ends.get_mut(&object.index).ok_or(ShareError::NotShared)?;
    ends[end_of(object)] = None;
    Ok(())
}

/// Sends a message to the other end, waiting for room.
///
/// # Errors
/// `Closed` where nobody has the other end any more, or this process closed its own; `TooLong`.
pub fn send(waiter: &mut Waiter, object: Object, message: &[u8], deadline: Option<i64>) -> WaitResult<()> {
    if message.len() > LONGEST {
        return Err(ShareError::TooLong { max: LONGEST });
    }
    let fd = fd_of(waiter, object)?;
    let mut file = if message.len() > INLINE { Some(input_file(message)?) } else { None };
    let on = blocked(BlockedKind::Send, object);
    loop {
        let sent = match &file {
            None => send_packet(fd, HERE, message, None),
            Some(file) => send_packet(fd, FILE, &[], Some(file.as_raw_fd())),
        };
        match sent {
            Ok(()) => return Ok(Waited::Done(())),
            Err(Errno::EINTR) => {}
            // The socket's buffer is smaller than a packet may be.
            Err(Errno::EMSGSIZE) if file.is_none() => file = Some(input_file(message)?),
            Err(Errno::EPIPE | Errno::ECONNRESET) => return Err(ShareError::Closed),
            Err(Errno::EAGAIN | Errno::ENOBUFS) => {
                match waiter.ready(fd, libc::POLLOUT, deadline, Some(on))? {
                    Waited::Done(()) => {}
                    other => return Ok(other),
                }
            }
            Err(errno) => return Err(errno.into()),
        }
    }
}

/// Takes the next message from the other end, waiting for one.
///
/// # Errors
/// `Closed` once all was taken and nobody has the other end any more.
pub fn receive(waiter: &mut Waiter, object: Object, deadline: Option<i64>) -> WaitResult<Vec<u8>> {
    let fd = fd_of(waiter, object)?;
    let on = blocked(BlockedKind::Receive, object);
    loop {
        match receive_packet(fd) {
            Ok(Some(message)) => return Ok(Waited::Done(message)),
            Ok(None) | Err(Errno::ECONNRESET) => return Err(ShareError::Closed),
            Err(Errno::EINTR) => {}
            Err(Errno::EAGAIN) => match waiter.ready(fd, libc::POLLIN, deadline, Some(on))? {
                Waited::Done(()) => {}
                other => return Ok(other.map(|()| Vec::new())),
            },
            Err(errno) => return Err(errno.into()),
        }
    }
}

/// Waits until a `receive` would bring something at once: a message, or that the other end is closed.
///
/// # Errors
/// `Closed` where this process closed its own end.
pub fn poll(waiter: &mut Waiter, object: Object, deadline: Option<i64>) -> WaitResult<()> {
    let fd = fd_of(waiter, object)?;
    Ok(waiter.ready(fd, libc::POLLIN, deadline, Some(blocked(BlockedKind::Receive, object)))?)
}

fn blocked(kind: BlockedKind, object: Object) -> Blocked {
    Blocked { kind, index: object.index, argument: end_of(object) as u32 }
}

fn send_packet(fd: RawFd, kind: u8, message: &[u8], file: Option<RawFd>) -> Result<(), Errno> {
    let mut head = [kind];
    let mut parts = [
        libc::iovec { iov_base: head.as_mut_ptr().cast(), iov_len: 1 },
        libc::iovec { iov_base: message.as_ptr().cast_mut().cast(), iov_len: message.len() },
    ];
    let mut control = Control([0; 32]);
    // SAFETY: zeroes are a valid msghdr; what it points to outlives the call and is only read; the control buffer is aligned, and
    // has room for one header with one descriptor.
    unsafe {
        let mut header: libc::msghdr = std::mem::zeroed();
        header.msg_iov = parts.as_mut_ptr();
        header.msg_iovlen = parts.len() as _;
        if let Some(file) = file {
            header.msg_control = control.0.as_mut_ptr().cast();
            header.msg_controllen = libc::CMSG_SPACE(size_of::<RawFd>() as u32) as _;
            let first = libc::CMSG_FIRSTHDR(&raw const header);
            (*first).cmsg_level = libc::SOL_SOCKET;
            (*first).cmsg_type = libc::SCM_RIGHTS;
            (*first).cmsg_len = libc::CMSG_LEN(size_of::<RawFd>() as u32) as _;
            libc::CMSG_DATA(first).cast::<RawFd>().write_unaligned(file);
        }
        let sent = libc::sendmsg(fd, &raw const header, libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT);
        if sent < 0 { Err(Errno::last()) } else { Ok(()) }
    }
}

/// A message; none where the other end is closed.
fn receive_packet(fd: RawFd) -> Result<Option<Vec<u8>>, Errno> {
    let mut packet = [0u8; INLINE + 1];
    let mut part = libc::iovec { iov_base: packet.as_mut_ptr().cast(), iov_len: packet.len() };
    let mut control = Control([0; 32]);
    // SAFETY: zeroes are a valid msghdr; what it points to outlives the call and is as long as told; a control message that is
    // there was written by the kernel, and a descriptor in it is new and nobody else's.
    let (count, file) = unsafe {
        let mut header: libc::msghdr = std::mem::zeroed();
        header.msg_iov = &raw mut part;
        header.msg_iovlen = 1;
        header.msg_control = control.0.as_mut_ptr().cast();
        header.msg_controllen = control.0.len() as _;
        let count = libc::recvmsg(fd, &raw mut header, libc::MSG_DONTWAIT | libc::MSG_CMSG_CLOEXEC);
        let count = usize::try_from(count).map_err(|_| Errno::last())?;
        let first = libc::CMSG_FIRSTHDR(&raw const header);
        let file = (!first.is_null() && (*first).cmsg_type == libc::SCM_RIGHTS)
            .then(|| OwnedFd::from_raw_fd(libc::CMSG_DATA(first).cast::<RawFd>().read_unaligned()));
        (count, file)
    };
    match (packet[..count].split_first(), file) {
        (None, _) => Ok(None),
        (Some((&FILE, _)), Some(file)) => read_file(file).map(Some),
        (Some((&FILE, _)), None) => Err(Errno::EMFILE),
        (Some((_, message)), _) => Ok(Some(message.to_vec())),
    }
}

fn read_file(file: OwnedFd) -> Result<Vec<u8>, Errno> {
    let file = std::fs::File::from(file);
    let length = usize::try_from(file.metadata()?.len()).map_or(LONGEST, |length| length.min(LONGEST));
    let mut message = vec![0; length];
    file.read_exact_at(&mut message, 0)?;
    Ok(message)
}

/// Whether the process of this row, which waits on this end, would have to wait on; none where that cannot be seen.
pub(in crate::process) fn would_wait(
    waiter: &Waiter,
    row: Row,
    index: u32,
    end: u32,
    sends: bool,
) -> Option<bool> {
    let run = waiter.run();
    let memory = arena::find::<Memory>(&run, index).ok()?;
    let own = waiter.reach.ends.get(&index).and_then(|ends| ends.get(end as usize)?.as_ref());
    // Where this process has closed the end, or never had it, it borrows that of the sleeper for a moment.
    let borrowed = if own.is_some() {
        None
    } else {
        let number = memory.fds.get(end as usize)?.load(SeqCst);
        Some(run.hold(row).ok()??.descriptor(number).ok()?)
    };
    let fd = own.or(borrowed.as_ref())?.as_raw_fd();
    let mut polled =
        libc::pollfd { fd, events: if sends { libc::POLLOUT } else { libc::POLLIN }, revents: 0 };
    // SAFETY: one pollfd is given, valid for reading and writing.
    let ready = check(unsafe { libc::poll(&raw mut polled, 1, 0) }).ok()?;
    Some(ready == 0)
}
