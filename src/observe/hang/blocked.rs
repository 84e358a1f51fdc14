//! What a thread waits for, from the call that it is in and that call's arguments.

use super::call::{self, Kind};
use super::caller::Caller;
use super::case::Case;
use super::futex;
use super::glance::{Glance, has_other_numbers, kernel_function, text};
use super::memory::Memory;
use super::place::Place;
use super::stream;
use crate::event::End;
use crate::event::hang::{Child, Doing, On, Stream, Time, Wait, Who};
use crate::observe::proc::held_by_pidfd;
use crate::process::clock::{MILLISECOND, now};
use crate::process::proc_file::{self, signal_masks};
use crate::process::sysv;
use crate::value::Signal;
use rustix::time::ClockId;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// What a thread of a process is doing.
pub fn doing(case: &Case<'_>, pid: i32, thread: &Glance, threads: &[i32]) -> Doing {
    let stopped = case.witness.stopped(pid);
    match thread.state {
        'Z' | 'X' | 'x' => return Doing::Zombie,
        'T' => return stop(pid, thread, stopped),
        't' if stopped.is_some() => return stop(pid, thread, stopped),
        'R' => return Doing::Running,
        _ => {}
    }
    let (number, args) = match &thread.place {
        Place::Outside => return Doing::Running,
        Place::Hidden => return Doing::Unknown("we may not look into it"),
        Place::Call { .. } if has_other_numbers(pid) => return Doing::Unknown("it is a 32-bit program"),
        Place::Call { number, args } => (*number, *args),
    };
    let Some(mut found) = call::call(number) else {
        return Doing::Waiting(Wait { call: "a system call", on: On::Unknown, until: None });
    };
    if found.kind == Kind::Restart {
        match call::by_place(&kernel_function(pid, thread.tid)) {
            Some(place) => found = place,
            // Only calls with a time are continued so.
            None => return Doing::Waiting(Wait { call: found.name, on: On::Time, until: None }),
        }
    }
    let memory = Memory::of(pid);
    let caller =
        Caller { case, pid, tid: thread.tid, threads, args, interrupted: thread.state == 't', memory };
    let (on, until) = caller.waits(found.kind);
    let (on, until) = if on == On::Time && until.is_none() { (On::Unknown, None) } else { (on, until) };
    // Calls that are made of others on some machines.
    let call = match (&on, found.kind) {
        (On::Release(_), _) => "vfork",
        (On::Signals { .. }, Kind::Ppoll) => "pause",
        _ => found.name,
    };
    Doing::Waiting(Wait { call, on, until })
}

/// Without a witness, one stop can be told: that of a process in the background that reads its terminal.
fn stop(pid: i32, thread: &Glance, signal: Option<Signal>) -> Doing {
    const SIGTTIN: Signal = Signal(libc::SIGTTIN as u8);
    let call = match &thread.place {
        Place::Call { number, .. } => call::call(*number),
        _ => None,
    };
    let reads_terminal = || {
        let Place::Call { args, .. } = &thread.place else { return false };
        let stat = proc_file::stat(pid);
        matches!(call.map(|call| call.kind), Some(Kind::Stream(End::Read)))
            && stream::is_terminal(pid, args[0] as i32)
            && stat.is_ok_and(|stat| stat.foreground_pgid > 0 && stat.foreground_pgid != stat.pgid)
    };
    let signal = signal.or_else(|| reads_terminal().then_some(SIGTTIN));
    Doing::Stopped { signal, call: call.map(|call| call.name) }
}

impl Caller<'_> {
    fn int(&self, arg: usize) -> i32 {
        self.args[arg] as i32
    }

    /// What it waits for, and for how long.
    fn waits(&self, kind: Kind) -> (On, Option<Time>) {
        match kind {
            Kind::Stream(end) => (self.stream(self.int(0), end), None),
            Kind::Splice => (self.either(self.int(0), self.int(2)), None),
            Kind::Sendfile => (self.either(self.int(1), self.int(0)), None),
            Kind::Open(arg) => (self.open(arg), None),
            Kind::Wait4 => (
                self.children(match self.int(0) {
                    -1 => Wanted::Any,
                    0 => Wanted::Group(None),
                    pid if pid > 0 => Wanted::Pid(pid),
                    group => Wanted::Group(group.checked_neg()),
                }),
                None,
            ),
            Kind::Waitid => (self.waitid(), None),
            Kind::Vfork => (self.release(), None),
            Kind::Clone if self.args[0] & libc::CLONE_VFORK as u64 != 0 => (self.release(), None),
            Kind::Clone3
                if self
                    .memory
                    .u64(self.args[0])
                    .is_some_and(|flags| flags & libc::CLONE_VFORK as u64 != 0) =>
            {
                (self.release(), None)
            }
            Kind::Clone | Kind::Clone3 | Kind::Kernel => (On::Kernel, None),
            Kind::Futex => self.futex(),
            Kind::Pause => (self.signals(None), None),
            Kind::Sigsuspend => (self.signals(None), None),
            Kind::Sigtimedwait => (self.signals(self.memory.u64(self.args[0])), self.relative(2)),
            Kind::Nanosleep => (On::Time, self.rest_of_sleep(1).or_else(|| self.relative(0))),
            Kind::ClockNanosleep => (On::Time, self.clock_nanosleep()),
            Kind::Poll => (On::Streams(stream::polled(self)), self.milliseconds(2)),
            // What pause(3) is where there is no call of that name.
            Kind::Ppoll if self.args[1] == 0 && self.args[2] == 0 => (self.signals(None), None),
            Kind::Ppoll => (On::Streams(stream::polled(self)), self.relative(2)),
            Kind::Select => (On::Streams(stream::selected(self)), self.time(4, 1000)),
            Kind::Pselect => (On::Streams(stream::selected(self)), self.relative(4)),
            Kind::Epoll => (On::Streams(stream::of_epoll(self)), self.milliseconds(3)),
            Kind::Epoll2 => (On::Streams(stream::of_epoll(self)), self.relative(3)),
            Kind::Flock => (self.file_lock(), None),
            Kind::Fcntl if [libc::F_SETLKW, libc::F_OFD_SETLKW].contains(&self.int(1)) => {
                (self.file_lock(), None)
            }
            Kind::Semop => self.semaphore(),
            Kind::Msgrcv => (self.messages(End::Read), None),
            Kind::Msgsnd => (self.messages(End::Write), None),
            Kind::Fcntl | Kind::Restart | Kind::Other => (On::Unknown, None),
        }
    }

    /// The time behind a pointer to a struct timespec; none where the pointer is null.
    fn relative(&self, arg: usize) -> Option<Time> {
        self.time(arg, 1)
    }

    fn time(&self, arg: usize, unit: i64) -> Option<Time> {
        self.memory.time(self.args[arg], unit).map(Time::Whole)
    }

    /// A negative number waits for ever.
    fn milliseconds(&self, arg: usize) -> Option<Time> {
        let time = i64::from(self.int(arg));
        (time >= 0).then(|| Time::Whole(time * MILLISECOND))
    }

    /// What the kernel has written of a sleep that was interrupted, where it was told where to; see nanosleep(2).
    fn rest_of_sleep(&self, arg: usize) -> Option<Time> {
        self.memory.time(self.args[arg], 1).filter(|_| self.interrupted).map(Time::Left)
    }

    fn clock_nanosleep(&self) -> Option<Time> {
        let request = self.memory.time(self.args[2], 1)?;
        if self.args[1] & libc::TIMER_ABSTIME as u64 == 0 {
            return self.rest_of_sleep(3).or(Some(Time::Whole(request)));
        }
        let clock = match self.int(0) {
            libc::CLOCK_REALTIME => ClockId::Realtime,
            libc::CLOCK_BOOTTIME => ClockId::Boottime,
            _ => ClockId::Monotonic,
        };
        Some(Time::Left(request.saturating_sub(now(clock)).max(0)))
    }

    fn stream(&self, fd: i32, end: End) -> On {
        match stream::stream(self, fd, end) {
            Some(Ok(stream)) => On::Stream(stream),
            // A read of it waits for signals, and does not say which.
            Some(Err(stream::Signalled)) => self.signals(None),
            None => On::Unknown,
        }
    }

    /// Of two descriptors, the one that is a channel.
    fn either(&self, from: i32, to: i32) -> On {
        let waits = |fd, end| match stream::stream(self, fd, end) {
            Some(Ok(stream)) if !matches!(stream.channel, crate::event::hang::Channel::Other(_)) => {
                Some(stream)
            }
            _ => None,
        };
        let both: Vec<Stream> =
            [waits(from, End::Read), waits(to, End::Write)].into_iter().flatten().collect();
        match <[Stream; 1]>::try_from(both) {
            Ok([one]) => On::Stream(one),
            Err(both) if both.is_empty() => On::Unknown,
            Err(both) => On::Streams(both),
        }
    }

    /// Only a FIFO keeps open(2) waiting for somebody else; see fifo(7).
    fn open(&self, arg: usize) -> On {
        let Some(path) = self.memory.string(self.args[arg]) else { return On::Unknown };
        let path = String::from_utf8_lossy(OsStr::from_bytes(&path).as_bytes()).into_owned();
        let writes = self.args[arg + 1] & libc::O_ACCMODE as u64 == libc::O_WRONLY as u64;
        let place = kernel_function(self.pid, self.tid);
        let waits = ["fifo_open", "wait_for_partner", "ptrace_stop", "0", ""].contains(&place.as_str());
        if !waits || !stream::is_fifo(self.pid, self.int(0), arg == 1, &path) {
            return On::Kernel;
        }
        On::Open { path, end: if writes { End::Write } else { End::Read } }
    }

    fn children(&self, wanted: Wanted) -> On {
        let own_group = proc_file::stat(self.pid).map_or(-1, |stat| stat.pgid);
        let children = proc_file::children(self.pid).unwrap_or_default();
        let children = children.into_iter().filter_map(|pid| {
            let stat = proc_file::stat(pid).ok()?;
            let fits = match wanted {
                Wanted::Any => true,
                Wanted::Pid(wanted) => wanted == pid,
                Wanted::Group(group) => stat.pgid == group.unwrap_or(own_group),
            };
            let stopped = stat.state == 'T' || self.case.witness.stopped(pid).is_some();
            // A zombie's group may live on in its other threads.
            let zombie = matches!(stat.state, 'Z' | 'X') && stat.threads <= 1;
            fits.then(|| Child { who: self.case.who(pid), stopped, zombie })
        });
        On::Children(children.collect())
    }

    /// The child of a vfork(2): the one that was born last.
    fn release(&self) -> On {
        let children = proc_file::children(self.pid).unwrap_or_default().into_iter();
        let born = |pid: &i32| proc_file::stat(*pid).map_or(0, |stat| stat.start_ticks);
        let last = children.max_by_key(|pid| (born(pid), *pid));
        let child = |pid| Child { who: self.case.who(pid), stopped: false, zombie: false };
        On::Release(last.map(child).into_iter().collect())
    }

    fn waitid(&self) -> On {
        match (self.args[0] as u32, self.int(1)) {
            (libc::P_ALL, _) => self.children(Wanted::Any),
            (libc::P_PID, pid) => self.children(Wanted::Pid(pid)),
            (libc::P_PGID, group) => self.children(Wanted::Group((group > 0).then_some(group))),
            (libc::P_PIDFD, fd) => {
                let pid = held_by_pidfd(self.pid, fd as u64);
                self.children(Wanted::Pid(pid.unwrap_or(-1)))
            }
            _ => On::Unknown,
        }
    }

    fn futex(&self) -> (On, Option<Time>) {
        /// FUTEX_WAIT counts from its beginning; the others have an instant, FUTEX_CLOCK_REALTIME says of which clock.
        const WAIT: u64 = 0;
        const REALTIME: u64 = 0x100;
        let call = futex::Call {
            pid: self.pid,
            tid: self.tid,
            threads: self.threads,
            args: self.args,
            memory: &self.memory,
        };
        let until = self.memory.time(self.args[3], 1).map(|time| {
            if self.args[1] & 0x7f == WAIT {
                return Time::Whole(time);
            }
            let clock = if self.args[1] & REALTIME != 0 { ClockId::Realtime } else { ClockId::Monotonic };
            Time::Left(time.saturating_sub(now(clock)).max(0))
        });
        (futex::on(self.case, &call), until)
    }

    /// `wanted`: the set of sigtimedwait(2); else any signal that is not blocked.
    fn signals(&self, wanted: Option<u64>) -> On {
        let masks = signal_masks(self.pid).unwrap_or_default();
        let wakes = masks.caught & !masks.blocked & !LIBRARYS;
        let pending = masks.pending & masks.blocked & !wanted.unwrap_or(0);
        let before = if wanted.is_some() { Vec::new() } else { self.case.witness.handled(self.pid) };
        On::Signals { wanted: signals(wanted.unwrap_or(wakes)), pending: signals(pending), before }
    }

    fn file_lock(&self) -> On {
        let fd = self.int(0);
        match stream::file_lock(self, fd) {
            Some((path, holders)) => On::FileLock { path, fd, holders },
            None => On::Unknown,
        }
    }

    /// The first operation of the array: struct sembuf of semop(2).
    fn semaphore(&self) -> (On, Option<Time>) {
        let set = self.int(0);
        let Some([low, high]) = self.memory.bytes(self.args[1]) else { return (On::Unknown, None) };
        let number = u16::from_ne_bytes([low, high]);
        let known = sysv::semaphore(set, number).ok();
        let last = known.and_then(|(_, pid)| (pid > 0).then(|| self.who_was(pid)));
        (On::Semaphore { set, number, value: known.map(|(value, _)| value), last }, self.relative(3))
    }

    /// The table of queues; see proc(5), /proc/sysvipc/msg.
    fn messages(&self, end: End) -> On {
        let queue = self.int(0);
        let table = text("/proc/sysvipc/msg").unwrap_or_default();
        let last = table.lines().find_map(|line| {
            let fields: Vec<&str> = line.split_ascii_whitespace().collect();
            let is_it = fields.get(1)?.parse() == Ok(queue);
            let (sender, receiver) = (fields.get(5)?, fields.get(6)?);
            is_it.then(|| if end == End::Read { sender } else { receiver }.parse::<i32>().ok()).flatten()
        });
        On::Messages { queue, end, last: last.filter(|pid| *pid > 0).map(|pid| self.who_was(pid)) }
    }

    /// Of a pid that the kernel has noted: its process may be gone.
    fn who_was(&self, pid: i32) -> Who {
        match proc_file::stat(pid) {
            Ok(_) => self.case.who(pid),
            Err(_) => Who { pid, name: "a process that has ended".to_owned() },
        }
    }
}

/// The two signals that the C library keeps for itself.
const LIBRARYS: u64 = 3 << 31;

/// Which children are waited for.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    Any,
    Pid(i32),
    /// None: of its own group.
    Group(Option<i32>),
}

/// The signals of a mask.
fn signals(mask: u64) -> Vec<Signal> {
    (1..=64_u8).filter(|number| mask >> (number - 1) & 1 == 1).map(Signal).collect()
}
