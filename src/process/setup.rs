//! What a new process gets before its code runs: streams, group, session, terminal, directory, limits.
//!
//! Everything is opened and made ready before the fork; what is left to do in the child is only system calls,
//! for it may share its parent's memory: no allocation, no lock, no panic; see signal-safety(7).

use super::errno::{Errno, check};
use super::fifo::{Fifo, is_fifo};
use super::limits::{Limits, Ready};
use super::terminal;
use std::ffi::CString;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// Where one of the three standard streams goes.
#[derive(Debug, Default)]
pub enum Stream {
    /// As this process has it.
    #[default]
    Inherit,
    Null,
    /// This descriptor, which the setup owns from now on and closes in the parent when it is dropped.
    Fd(OwnedFd),
    /// A file: read as stdin; else written, at its end or from its beginning.
    File {
        path: PathBuf,
        append: bool,
    },
    /// Where stdout goes: for stderr only.
    StdoutDup,
}

/// The process group of a new process; see setpgid(2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Group {
    /// Its parent's.
    #[default]
    Inherit,
    /// A new one, which it leads.
    New,
    /// An existing one, by its number.
    Join(i32),
}

/// The options of a spawn, as the caller knows them.
#[derive(Debug, Default)]
pub struct Setup {
    pub stdin: Stream,
    pub stdout: Stream,
    pub stderr: Stream,
    pub group: Group,
    /// A new session, which it leads; see setsid(2).
    pub session: bool,
    /// Added to the nice value; see nice(2).
    pub nice: Option<i32>,
    /// The processors it may run on; see sched_setaffinity(2).
    pub cpus: Option<Vec<usize>>,
    pub limits: Limits,
    pub cwd: Option<PathBuf>,
    /// Its group becomes the terminal's foreground group; see tcsetpgrp(3).
    pub foreground: bool,
    /// The slave of a pty becomes its controlling terminal and its three streams where they are inherited; a new session
    /// is made for it.
    pub pty: Option<OwnedFd>,
}

/// At which step a start failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Stage {
    Stdin,
    Stdout,
    Stderr,
    Group,
    Session,
    Terminal,
    Foreground,
    Nice,
    Cpus,
    Limits,
    Cwd,
    /// It is to be observed, and its tracer has hold of it.
    Observe,
    Exec,
}

impl Stage {
    /// What was being done, for a message: "cannot {what}".
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::Stdin => "set up stdin",
            Self::Stdout => "set up stdout",
            Self::Stderr => "set up stderr",
            Self::Group => "join the process group",
            Self::Session => "make a new session",
            Self::Terminal => "make the pty its controlling terminal",
            Self::Foreground => "give it the terminal",
            Self::Nice => "set its nice value",
            Self::Cpus => "bind it to these processors",
            Self::Limits => "set its limits",
            Self::Cwd => "change its directory",
            Self::Observe => "observe the program",
            Self::Exec => "execute the program",
        }
    }
}

/// A step that failed, and the kernel's reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetupError {
    pub stage: Stage,
    pub errno: Errno,
}

/// A setup made ready: only plain data that the child can use as it is.
#[derive(Debug)]
pub struct Prepared {
    /// What becomes 0, 1 and 2.
    streams: [Source; 3],
    group: Group,
    session: bool,
    nice: Option<i32>,
    cpus: Option<libc::cpu_set_t>,
    limits: Ready,
    cwd: Option<CString>,
    /// The pty's slave.
    pty: Option<RawFd>,
    /// The terminal to take for the new group.
    foreground: Option<RawFd>,
    /// What the child has to open before, for it may have to wait for it.
    fifos: Vec<Fifo>,
    /// Keeps the descriptors above open until the child has them.
    owned: Vec<OwnedFd>,
}

#[derive(Clone, Copy, Debug)]
enum Source {
    Keep,
    Dup(RawFd),
    /// What stream 1 is by then.
    Stdout,
    /// A FIFO that was not opened yet.
    Fifo,
}

impl Setup {
    /// Opens and checks everything.
    ///
    /// # Errors
    /// The step that cannot work, with the kernel's reason.
    pub fn prepare(self) -> Result<Prepared, SetupError> {
        let (mut owned, mut fifos) = (Vec::new(), Vec::new());
        let pty = self.pty.map(|fd| keep(&mut owned, above_streams(fd), Stage::Terminal)).transpose()?;
        let streams = [
            source(self.stdin, 0, pty, &mut owned, &mut fifos)?,
            source(self.stdout, 1, pty, &mut owned, &mut fifos)?,
            source(self.stderr, 2, pty, &mut owned, &mut fifos)?,
        ];
        let cwd = self.cwd.map(|path| CString::new(path.as_os_str().as_bytes())).transpose();
        let cwd = cwd.map_err(|_| SetupError { stage: Stage::Cwd, errno: Errno::EINVAL })?;
        let foreground = if self.foreground && pty.is_none() {
            Some(keep(&mut owned, terminal::open().and_then(above_streams), Stage::Foreground)?)
        } else {
            None
        };
        let limits = self.limits.ready().map_err(|errno| SetupError { stage: Stage::Limits, errno })?;
        Ok(Prepared {
            streams,
            group: self.group,
            session: self.session,
            nice: self.nice,
            cpus: self.cpus.map(|cpus| cpu_set(&cpus)).transpose()?,
            limits,
            cwd,
            pty,
            foreground,
            fifos,
            owned,
        })
    }
}

const STAGES: [Stage; 3] = [Stage::Stdin, Stage::Stdout, Stage::Stderr];

fn keep(owned: &mut Vec<OwnedFd>, fd: Result<OwnedFd, Errno>, stage: Stage) -> Result<RawFd, SetupError> {
    let fd = fd.map_err(|errno| SetupError { stage, errno })?;
    let raw = fd.as_raw_fd();
    owned.push(fd);
    Ok(raw)
}

/// A descriptor that is not 0, 1 or 2, so that no dup2 in the child overwrites it.
fn above_streams(fd: OwnedFd) -> Result<OwnedFd, Errno> {
    if fd.as_raw_fd() > 2 {
        return Ok(fd);
    }
    // SAFETY: the descriptor is open; the new one is nobody else's.
    unsafe { Ok(OwnedFd::from_raw_fd(check(libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD_CLOEXEC, 3))?)) }
}

fn source(
    stream: Stream,
    number: usize,
    pty: Option<RawFd>,
    owned: &mut Vec<OwnedFd>,
    fifos: &mut Vec<Fifo>,
) -> Result<Source, SetupError> {
    let stage = STAGES[number];
    let read = number == 0;
    if let Stream::File { path, .. } = &stream
        && let Ok(path) = CString::new(path.as_os_str().as_bytes())
        && is_fifo(&path)
    {
        fifos.push(Fifo { stream: number, path });
        return Ok(Source::Fifo);
    }
    let fd = match stream {
        Stream::Inherit => return Ok(pty.map_or(Source::Keep, Source::Dup)),
        Stream::StdoutDup => return Ok(Source::Stdout),
        Stream::Fd(fd) => Ok(fd),
        Stream::Null => open_file(b"/dev/null", if read { libc::O_RDONLY } else { libc::O_WRONLY }),
        Stream::File { path, .. } if read => open_file(path.as_os_str().as_bytes(), libc::O_RDONLY),
        Stream::File { path, append } => {
            let how = if append { libc::O_APPEND } else { libc::O_TRUNC };
            open_file(path.as_os_str().as_bytes(), libc::O_WRONLY | libc::O_CREAT | how)
        }
    };
    Ok(Source::Dup(keep(owned, fd.and_then(above_streams), stage)?))
}

/// open(2) that never waits.
fn open_file(path: &[u8], flags: i32) -> Result<OwnedFd, Errno> {
    let path = CString::new(path).map_err(|_| Errno::EINVAL)?;
    let flags = flags | libc::O_CLOEXEC | libc::O_NOCTTY | libc::O_NONBLOCK;
    // SAFETY: the path is NUL-terminated; the descriptor is new and nobody else's.
    unsafe { blocking(OwnedFd::from_raw_fd(check(libc::open(path.as_ptr(), flags, 0o666))?)) }
}

/// The descriptor, made to block as programs expect it.
fn blocking(fd: OwnedFd) -> Result<OwnedFd, Errno> {
    // SAFETY: these fcntl commands have no memory preconditions.
    unsafe {
        let now = check(libc::fcntl(fd.as_raw_fd(), libc::F_GETFL))?;
        check(libc::fcntl(fd.as_raw_fd(), libc::F_SETFL, now & !libc::O_NONBLOCK))?;
    }
    Ok(fd)
}

fn cpu_set(cpus: &[usize]) -> Result<libc::cpu_set_t, SetupError> {
    // SAFETY: a cpu_set_t is a plain array of bits.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    for cpu in cpus {
        if *cpu >= libc::CPU_SETSIZE as usize {
            return Err(SetupError { stage: Stage::Cpus, errno: Errno::EINVAL });
        }
        // SAFETY: the number is within the set.
        unsafe { libc::CPU_SET(*cpu, &mut set) };
    }
    Ok(set)
}

/// Whether the child will run a program, or goes on as a copy of us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Task,
    Program,
}

impl Prepared {
    /// The FIFOs that the new process has to open and give to [`Prepared::supply`] before all else. With any, `start_program` cannot
    /// be used: it would make this process wait too.
    #[must_use]
    pub fn fifos(&self) -> &[Fifo] {
        &self.fifos
    }

    /// A FIFO that was opened.
    ///
    /// # Errors
    /// `EMFILE`.
    pub fn supply(&mut self, stream: usize, fd: OwnedFd) -> Result<(), SetupError> {
        let stage = STAGES[stream.min(2)];
        let raw = keep(&mut self.owned, above_streams(fd).and_then(blocking), stage)?;
        self.streams[stream.min(2)] = Source::Dup(raw);
        Ok(())
    }

    /// Does it all, in the child. Async-signal-safe.
    ///
    /// # Errors
    /// The first step that failed. Steps before it stay done.
    pub fn apply(&self, kind: Kind) -> Result<(), SetupError> {
        let at = |stage| move |errno| SetupError { stage, errno };
        self.apply_job()?;
        for (number, (source, stage)) in self.streams.iter().zip(STAGES).enumerate() {
            let from = match source {
                Source::Keep => continue,
                Source::Dup(fd) => *fd,
                Source::Stdout => 1,
                Source::Fifo => return Err(SetupError { stage, errno: Errno::ENXIO }),
            };
            // SAFETY: dup2 has no memory preconditions; sources are above 2, or 1 for stream 2.
            check(unsafe { libc::dup2(from, number as i32) }).map_err(at(stage))?;
        }
        if let Some(path) = &self.cwd {
            // SAFETY: the path is NUL-terminated.
            check(unsafe { libc::chdir(path.as_ptr()) }).map_err(at(Stage::Cwd))?;
        }
        if let Some(nice) = self.nice {
            // SAFETY: these calls have no memory preconditions. A nice value can be -1, so ask for it apart.
            let now = unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) };
            // SAFETY: as above.
            check(unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, now.saturating_add(nice)) })
                .map_err(at(Stage::Nice))?;
        }
        if let Some(cpus) = &self.cpus {
            // SAFETY: the set is valid and as long as told.
            check(unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), cpus) })
                .map_err(at(Stage::Cpus))?;
        }
        self.limits.apply(kind == Kind::Program).map_err(at(Stage::Limits))
    }

    /// Session, group and terminal. A session's leader leads its group already.
    fn apply_job(&self) -> Result<(), SetupError> {
        let at = |stage| move |errno| SetupError { stage, errno };
        if self.session || self.pty.is_some() {
            // SAFETY: setsid has no memory preconditions.
            check(unsafe { libc::setsid() }).map_err(at(Stage::Session))?;
        } else {
            set_group(0, self.group).map_err(at(Stage::Group))?;
        }
        if let Some(pty) = self.pty {
            // SAFETY: TIOCSCTTY takes a number; see ioctl_tty(2).
            check(unsafe { libc::ioctl(pty, libc::TIOCSCTTY, 0) }).map_err(at(Stage::Terminal))?;
        }
        if let Some(tty) = self.foreground {
            terminal::take_for_own_group(tty).map_err(at(Stage::Foreground))?;
        }
        Ok(())
    }

    /// Puts the child in its group from the parent's side too, so that the group exists as soon as the spawn is over; see
    /// setpgid(2). That the child was faster, executes already or is gone is no error.
    pub fn apply_in_parent(&self, pid: i32) {
        if !self.session && self.pty.is_none() {
            let _ = set_group(pid, self.group);
        }
    }
}

fn set_group(pid: i32, group: Group) -> Result<(), Errno> {
    let pgid = match group {
        Group::Inherit => return Ok(()),
        Group::New => 0,
        Group::Join(pgid) => pgid,
    };
    // SAFETY: setpgid has no memory preconditions.
    check(unsafe { libc::setpgid(pid, pgid) }).map(drop)
}
