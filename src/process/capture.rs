//! What a process prints, caught: pipe(7). Bounded in memory, and drained also while its reader waits for something
//! else, so that the writer is never blocked for ever.

use super::errno::{Errno, check};
use super::signals;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

/// How many bytes of a stream are kept where nothing else is said: 16 MiB.
pub const DEFAULT_CAP: usize = 16 << 20;
/// The most that is read in one go, so that an endless writer does not hold us.
const PORTION: usize = 1 << 20;

/// The reading end of a captured stream, and what came so far.
#[derive(Debug)]
pub struct Captured {
    /// None once everything was read, or the stream was given up.
    fd: Option<OwnedFd>,
    bytes: Vec<u8>,
    /// How far `read_line` and `read_until` have come.
    taken: usize,
    cap: usize,
    /// The cap was reached: the mark stands at the end, and the rest is dropped.
    cut: bool,
}

/// A stream caught by the waiter: its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CaptureId(usize);

/// All streams that this process catches.
#[derive(Debug, Default)]
pub struct Captures {
    streams: Vec<Captured>,
    /// The numbers of those that are not at their end.
    open: Vec<usize>,
    /// Changes whenever a stream brought something or ended.
    growth: u64,
}

/// A pipe, close-on-exec at both ends: the reading and the writing one.
///
/// # Errors
/// `EMFILE`, `ENFILE`.
pub fn pipe() -> Result<(OwnedFd, OwnedFd), Errno> {
    Ok(rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?)
}

/// Makes our end of a pipe or pty never wait. The other end, being another open file, still does.
pub(super) fn set_nonblocking(fd: RawFd) -> Result<(), Errno> {
    // SAFETY: these fcntl commands have no memory preconditions.
    unsafe {
        let flags = check(libc::fcntl(fd, libc::F_GETFL))?;
        check(libc::fcntl(fd, libc::F_SETFL, flags | libc::O_NONBLOCK)).map(drop)
    }
}

/// A text as a file that is read from its beginning and cannot be changed: for a process's stdin. So nobody needs to feed a
/// pipe, and nobody waits for a reader. See memfd_create(2).
///
/// # Errors
/// `EMFILE`, `ENOMEM`.
pub fn input_file(text: &[u8]) -> Result<OwnedFd, Errno> {
    let flags = libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING;
    // SAFETY: the name is NUL-terminated; the descriptor is new and nobody else's.
    let fd = unsafe { OwnedFd::from_raw_fd(check(libc::memfd_create(c"input".as_ptr(), flags))?) };
    let mut rest = text;
    while !rest.is_empty() {
        let count = rustix::io::write(&fd, rest)?;
        rest = &rest[count..];
    }
    rustix::fs::seek(&fd, rustix::fs::SeekFrom::Start(0))?;
    let seals = libc::F_SEAL_WRITE | libc::F_SEAL_GROW | libc::F_SEAL_SHRINK | libc::F_SEAL_SEAL;
    // SAFETY: F_ADD_SEALS takes a number.
    check(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_ADD_SEALS, seals) })?;
    Ok(fd)
}

impl Captured {
    /// Catches what comes from this end of a pipe or this master of a pty, keeping at most `cap` bytes.
    ///
    /// # Errors
    /// What fcntl(2) says.
    pub fn new(fd: OwnedFd, cap: usize) -> Result<Self, Errno> {
        set_nonblocking(fd.as_raw_fd())?;
        Ok(Self { fd: Some(fd), bytes: Vec::new(), taken: 0, cap, cut: false })
    }

    /// All that came so far, the mark of a cut at its end.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What `read_line` and `read_until` have not given yet.
    #[must_use]
    pub fn unread(&self) -> &[u8] {
        &self.bytes[self.taken..]
    }

    /// Counts this many bytes of [`Captured::unread`] as given.
    pub fn advance(&mut self, count: usize) {
        self.taken = (self.taken + count).min(self.bytes.len());
    }

    /// Nobody can write any more, and all was read.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.fd.is_none()
    }

    /// More came than is kept.
    #[must_use]
    pub fn cut(&self) -> bool {
        self.cut
    }

    /// The master of a pty, for writing to it.
    #[must_use]
    pub fn raw_fd(&self) -> Option<RawFd> {
        self.fd.as_ref().map(AsRawFd::as_raw_fd)
    }

    /// Reads all that is there, and waits for nothing: a grandchild may hold the pipe open for hours, or write for ever. Gives
    /// how many bytes there were.
    pub fn drain_now(&mut self) -> usize {
        let Some(fd) = &self.fd else { return 0 };
        let waiting = rustix::io::ioctl_fionread(fd).unwrap_or(0);
        let limit = usize::try_from(waiting).unwrap_or(usize::MAX).saturating_add(1);
        self.read_up_to(limit)
    }

    /// Reads what is there, but not more than a portion.
    fn drain_portion(&mut self) -> usize {
        self.read_up_to(PORTION)
    }

    fn read_up_to(&mut self, limit: usize) -> usize {
        let mut total = 0;
        let mut chunk = [0u8; 65536];
        while total < limit {
            let Some(fd) = &self.fd else { break };
            match rustix::io::read(fd, &mut chunk) {
                Ok(0) => self.fd = None,
                Ok(count) => {
                    total += count;
                    self.keep(&chunk[..count]);
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => break,
                // EIO from a pty's master: the last slave was closed. Any other error ends the stream as well.
                Err(_) => self.fd = None,
            }
        }
        total
    }

    fn keep(&mut self, chunk: &[u8]) {
        if self.cut {
            return;
        }
        let room = self.cap - self.bytes.len();
        self.bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() > room {
            self.cut = true;
            let mark = format!("\n[proctor: output cut at {} bytes]\n", self.cap);
            self.bytes.extend_from_slice(mark.as_bytes());
        }
    }
}

impl Captures {
    pub fn add(&mut self, stream: Captured) -> CaptureId {
        let id = self.streams.len();
        self.streams.push(stream);
        self.open.push(id);
        CaptureId(id)
    }

    /// A stream by its number. Numbers are only made by [`Captures::add`]; one of another process is none here.
    #[must_use]
    pub fn get(&self, id: CaptureId) -> Option<&Captured> {
        self.streams.get(id.0)
    }

    pub fn get_mut(&mut self, id: CaptureId) -> Option<&mut Captured> {
        self.streams.get_mut(id.0)
    }

    /// Reads all that is there of one stream; see [`Captured::drain_now`].
    pub fn drain_now(&mut self, id: CaptureId) {
        if let Some(stream) = self.streams.get_mut(id.0) {
            stream.drain_now();
            if stream.ended() {
                self.open.retain(|open| *open != id.0);
            }
        }
    }

    /// Reads what is there, a portion at most, and closes our end: for a terminal whose process has ended. What a terminal
    /// holds comes in pieces, and FIONREAD counts the first of them only.
    pub fn finish(&mut self, id: CaptureId) {
        if let Some(stream) = self.streams.get_mut(id.0) {
            stream.drain_portion();
        }
        self.close(id);
    }

    /// How many streams were caught so far: for [`Captures::give_up_from`].
    #[must_use]
    pub fn count(&self) -> usize {
        self.streams.len()
    }

    /// Forgets the streams caught since there were this many: those of a process that did not come to be.
    pub fn give_up_from(&mut self, count: usize) {
        self.open.retain(|open| *open < count);
        self.streams.truncate(count);
    }

    /// Gives a stream up: closes its end and keeps what came. A writer will get SIGPIPE.
    pub fn close(&mut self, id: CaptureId) {
        if let Some(stream) = self.streams.get_mut(id.0) {
            stream.fd = None;
            self.open.retain(|open| *open != id.0);
        }
    }

    /// Gives a stream up and frees what it brought.
    pub fn remove(&mut self, id: CaptureId) {
        self.close(id);
        if let Some(stream) = self.streams.get_mut(id.0) {
            stream.bytes = Vec::new();
        }
    }

    /// Whether any stream may still bring something.
    #[inline]
    #[must_use]
    pub fn any_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// The descriptors to poll.
    pub(super) fn open_fds(&self) -> impl Iterator<Item = RawFd> {
        self.open.iter().filter_map(|id| self.streams[*id].raw_fd())
    }

    /// A number that changes whenever a stream brought something or ended.
    pub(super) fn growth(&self) -> u64 {
        self.growth
    }

    /// Reads a portion of each open stream. True where anything came or ended.
    pub(super) fn drain_all(&mut self) -> bool {
        let before = self.open.len();
        let mut total = 0;
        for id in &self.open {
            total += self.streams[*id].drain_portion();
        }
        self.open.retain(|id| !self.streams[*id].ended());
        let grown = total > 0 || self.open.len() != before;
        self.growth += u64::from(grown);
        grown
    }

    /// Reads what came meanwhile, so that no writer waits for long.
    #[inline]
    pub fn drain(&mut self) {
        if self.any_open() {
            self.drain_all();
        }
    }

    /// In the child after a fork: the streams are its parent's. Closes them, and keeps nothing.
    pub fn forget_in_child(&mut self) {
        if !self.streams.is_empty() {
            *self = Self::default();
        }
    }
}

/// Writes what fits without waiting. SIGPIPE is held off: a program that closed its stdin must not kill us.
///
/// # Errors
/// `EAGAIN` where nothing fits, `EPIPE` where nobody can read it.
pub(super) fn write_some(fd: RawFd, bytes: &[u8]) -> Result<usize, Errno> {
    let pipe = signals::set_of(signals::mask_of(libc::SIGPIPE));
    let before = signals::block(&pipe);
    // SAFETY: the bytes are valid for reading.
    let written = unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
    let result = usize::try_from(written).map_err(|_| Errno::last());
    if result == Err(Errno::EPIPE) {
        let now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the set and the time are valid; no siginfo is asked for. Takes the SIGPIPE that write just caused.
        unsafe { libc::sigtimedwait(&raw const pipe, std::ptr::null_mut(), &raw const now) };
    }
    signals::set_mask(&before);
    result
}
