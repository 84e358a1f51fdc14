//! What a new process does before it executes its program so that another one, the tracer, can observe it: it
//! says who it is, waits until the tracer has hold of it, and installs the filter of calls that stop for the tracer.
//! See ptrace(2), seccomp(2), prctl(2).

use super::errno::{Errno, check, check_long};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// PR_SET_PTRACER of the Yama module; see prctl(2).
const PR_SET_PTRACER: i32 = 0x5961_6d61;
/// The filter does not slow down what it does not stop: no mitigation of speculation is switched on for it.
const SPEC_ALLOW: libc::c_ulong = 1 << 2;
const SET_MODE_FILTER: libc::c_uint = 1;

/// The two pipes between a process to be observed and its tracer, and the filter.
#[derive(Debug)]
pub struct Gate {
    tracer: i32,
    to_tracer: OwnedFd,
    from_tracer: OwnedFd,
    filter: Vec<libc::sock_filter>,
}

/// The tracer's ends.
#[derive(Debug)]
pub struct GateKeeper {
    from_child: OwnedFd,
    to_child: OwnedFd,
}

/// A pipe whose ends are above the standard streams, so that no dup2 in a new process overwrites them.
fn pipe() -> Result<(OwnedFd, OwnedFd), Errno> {
    let (read, write) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    Ok((above_streams(read)?, above_streams(write)?))
}

fn above_streams(fd: OwnedFd) -> Result<OwnedFd, Errno> {
    if fd.as_raw_fd() > 2 {
        return Ok(fd);
    }
    // SAFETY: the descriptor is open; the new one is nobody else's.
    unsafe { Ok(OwnedFd::from_raw_fd(check(libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD_CLOEXEC, 3))?)) }
}

impl Gate {
    /// A gate and who opens it. `tracer` is the pid of the process that will hold the other half, 0 where it is not known
    /// yet: see [`Gate::set_tracer`].
    ///
    /// # Errors
    /// `EMFILE`, `ENFILE`.
    pub fn new(tracer: i32, filter: Vec<libc::sock_filter>) -> Result<(Self, GateKeeper), Errno> {
        let (from_child, to_tracer) = pipe()?;
        let (from_tracer, to_child) = pipe()?;
        Ok((Self { tracer, to_tracer, from_tracer, filter }, GateKeeper { from_child, to_child }))
    }

    /// Who will be the tracer.
    pub fn set_tracer(&mut self, tracer: i32) {
        self.tracer = tracer;
    }

    /// Goes through, in the new process, as the last thing before it executes its program. Async-signal-safe.
    ///
    /// # Errors
    /// The tracer's reason why it cannot observe it; `EPIPE` where there is no tracer any more; what seccomp(2) says.
    pub(super) fn pass(&self) -> Result<(), Errno> {
        // SAFETY: the prctl takes numbers; a kernel without Yama says EINVAL, which is as good.
        unsafe { libc::prctl(PR_SET_PTRACER, self.tracer as libc::c_ulong, 0, 0, 0) };
        // SAFETY: getpid has no preconditions.
        let pid = unsafe { libc::getpid() };
        self.tell(pid)?;
        let mut answer = [0i32];
        loop {
            // SAFETY: the buffer is as long as told.
            let got = unsafe { libc::read(self.from_tracer.as_raw_fd(), answer.as_mut_ptr().cast(), 4) };
            match got {
                4 => break,
                -1 if Errno::last() == Errno::EINTR => {}
                -1 => return Err(Errno::last()),
                _ => return Err(Errno::EPIPE),
            }
        }
        match answer[0] {
            0 => self.install(),
            errno => Err(Errno(errno)),
        }
    }

    /// Four bytes to the tracer. Async-signal-safe.
    fn tell(&self, word: i32) -> Result<(), Errno> {
        // SAFETY: the buffer is as long as told. Four bytes are written whole; see pipe(7).
        let wrote = unsafe { libc::write(self.to_tracer.as_raw_fd(), (&raw const word).cast(), 4) };
        if wrote == 4 { Ok(()) } else { Err(Errno::EPIPE) }
    }

    /// Root needs no promise to gain no privilege, and does not make it, for the program would keep it.
    fn install(&self) -> Result<(), Errno> {
        let program =
            libc::sock_fprog { len: self.filter.len() as u16, filter: self.filter.as_ptr().cast_mut() };
        let install = || {
            // SAFETY: the program points to as many instructions as it says, which the kernel copies.
            check_long(unsafe {
                libc::syscall(libc::SYS_seccomp, SET_MODE_FILTER, SPEC_ALLOW, &raw const program)
            })
        };
        match install() {
            Err(Errno::EACCES) => {
                // SAFETY: the prctl takes numbers.
                check(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) })?;
                install().map(drop)
            }
            done => done.map(drop),
        }
    }
}

impl GateKeeper {
    /// Waits for the process to come to the gate, and gives its pid; none where it ended before.
    #[must_use]
    pub fn await_child(&self) -> Option<i32> {
        let mut word = [0u8; 4];
        loop {
            match rustix::io::read(&self.from_child, &mut word) {
                Ok(4) => return Some(i32::from_ne_bytes(word)),
                Err(rustix::io::Errno::INTR) => {}
                _ => return None,
            }
        }
    }

    /// Lets it through, or tells it why not.
    pub fn answer(&self, result: Result<(), Errno>) {
        let word = result.err().map_or(0, |errno| errno.0);
        let _ = rustix::io::write(&self.to_child, &word.to_ne_bytes());
    }

    /// What can be closed elsewhere must not close these.
    #[must_use]
    pub fn descriptors(&self) -> [i32; 2] {
        [self.from_child.as_raw_fd(), self.to_child.as_raw_fd()]
    }
}
