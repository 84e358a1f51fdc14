//! Signals that the program ignores, and calls that they interrupt.
//!
//! The kernel throws a signal that is ignored away as it is sent: nobody wakes. One of a tracee it keeps for the tracer, and wakes the
//! tracee; and calls that do not begin again by themselves (signal(7), "Interruption of system calls") fail with `EINTR`, which they
//! would not unobserved. Such a call is begun anew here.
//!
//! The result that is in the register before a signal is delivered is looked at by the kernel once more, behind the delivery: where it
//! says ERESTARTNOHAND, the call begins anew if no handler runs, and else is EINTR. So that is written into it.
//!
//! To the kernel, the time that the call takes at most begins anew as well. So it is ended from here when that is over: woken once more
//! (`PTRACE_INTERRUPT`), it stops behind the call with EINTR, and is given what it had been given without a signal. When the call
//! began nobody has seen; but since when it sleeps, the looks of `sleepers.rs` say.
//!
//! A call that writes, and has written part of it, comes back with that part where a signal wakes it. It is done once more for the
//! rest, and what it gives behind that is the sum.

use super::engine::Engine;
use super::memory;
use super::ptrace::{self, Resume};
use super::register::{self, Over};
use super::task::{Anew, Task};
use crate::event::Effect;
use crate::process::clock;
use rustix::net::sockopt::{Timeout, socket_timeout};
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};

/// Of linux/errno.h of the kernel.
const ERESTARTNOHAND: i64 = -514;
const EINTR: i64 = -(libc::EINTR as i64);
const EAGAIN: i64 = -(libc::EAGAIN as i64);

/// Where a call has the longest time that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    Never,
    /// Milliseconds in this argument; negative: never.
    Milliseconds(usize),
    /// A timespec where this argument points to; null: never.
    Pointed(usize),
    /// A setting of the socket in the first argument.
    Socket(Timeout),
}

/// Calls that any signal ends with EINTR, what they come to when their time is over, and when that is.
fn known(number: i64) -> Option<(i64, Limit)> {
    let receives = (EAGAIN, Limit::Socket(Timeout::Recv));
    let sends = (EAGAIN, Limit::Socket(Timeout::Send));
    Some(match number {
        #[cfg(target_arch = "x86_64")]
        libc::SYS_epoll_wait => (0, Limit::Milliseconds(3)),
        libc::SYS_epoll_pwait => (0, Limit::Milliseconds(3)),
        libc::SYS_epoll_pwait2 => (0, Limit::Pointed(3)),
        libc::SYS_semop => (EAGAIN, Limit::Never),
        libc::SYS_semtimedop => (EAGAIN, Limit::Pointed(3)),
        libc::SYS_rt_sigtimedwait => (EAGAIN, Limit::Pointed(2)),
        libc::SYS_io_getevents => (0, Limit::Pointed(4)),
        libc::SYS_read | libc::SYS_readv => receives,
        libc::SYS_recvfrom | libc::SYS_recvmsg | libc::SYS_recvmmsg => receives,
        libc::SYS_accept | libc::SYS_accept4 => receives,
        libc::SYS_write | libc::SYS_writev => sends,
        libc::SYS_sendto | libc::SYS_sendmsg | libc::SYS_sendmmsg => sends,
        libc::SYS_connect => (-i64::from(libc::EINPROGRESS), Limit::Socket(Timeout::Send)),
        libc::SYS_io_uring_enter | libc::SYS_futex_waitv => (EINTR, Limit::Never),
        _ => return None,
    })
}

impl Engine<'_> {
    /// A signal with this effect is about to be delivered to the thread: how it is to go on. Where the signal is none for the
    /// program, the call in which it came goes on.
    pub fn past_signal(&mut self, tid: i32, signal: i32, effect: Effect) -> Resume {
        let Some(task) = self.tasks.get_mut(&tid) else { return Resume::Go };
        let before = task.anew.take();
        let is_none = effect == Effect::Ignored || effect == Effect::Default && signal == libc::SIGCONT;
        // A stop ends such calls also where nobody looks on: until the next call there is nothing to mend.
        if is_none && !task.stood {
            let process = task.process;
            let call = register::over(tid);
            let anew = match &call {
                Some(call) if call.result == EINTR => self.begin_anew(tid, process, call, before),
                // The second of two signals: the call is about to begin anew.
                _ => before,
            };
            if let Some(task) = self.tasks.get_mut(&tid) {
                task.anew = anew;
                task.rest = task.rest.or(call.filter(|call| is_partial(tid, call) && do_rest(tid, call)));
            }
        } else if let Some(call) = task.rest.take() {
            // About to do the rest; but a signal that is one ends it with what it has.
            let _ = register::set_over(tid, &call);
        }
        self.tasks.get(&tid).map_or(Resume::Go, Task::onward)
    }

    /// The thread stands before or behind a call. Where that has to do with one that began anew, on it goes.
    pub fn went_anew(&mut self, tid: i32) -> bool {
        let Some(task) = self.tasks.get_mut(&tid) else { return false };
        task.stood = false;
        if let Some(call) = task.rest {
            if !ptrace::is_before(tid) {
                let more = ptrace::result(tid).unwrap_or(0).max(0);
                let _ = register::set_over(tid, &Over { result: call.result + more, ..call });
                task.rest = None;
            }
            ptrace::resume(tid, task.onward(), 0);
            return true;
        }
        let Some(anew) = &mut task.anew else { return false };
        let is_over = if ptrace::is_before(tid) {
            if !anew.interrupted && anew.until.is_some() {
                self.limited.push(tid);
            }
            // Where it was interrupted once more, and no signal has come since, this is another call.
            anew.interrupted
        } else {
            anew.interrupted = ptrace::result(tid) == Ok(EINTR);
            if anew.interrupted && anew.is_late {
                let _ = register::set_result(tid, anew.over);
            }
            !anew.interrupted || anew.is_late
        };
        if is_over {
            task.anew = None;
        }
        ptrace::resume(tid, task.onward(), 0);
        true
    }

    /// Ends the calls that began anew and whose time is over. Gives when that is to be done next.
    pub fn end_late_calls(&mut self) -> Option<i64> {
        let now = clock::monotonic();
        let (tasks, mut next) = (&mut self.tasks, None::<i64>);
        self.limited.retain(|tid| {
            let anew = tasks.get_mut(tid).and_then(|task| task.anew.as_mut());
            let Some(anew) = anew.filter(|anew| !anew.interrupted && !anew.is_late) else { return false };
            let Some(until) = anew.until else { return false };
            anew.is_late = until <= now;
            if anew.is_late {
                ptrace::interrupt(*tid);
            } else {
                next = Some(next.map_or(until, |next| next.min(until)));
            }
            !anew.is_late
        });
        next
    }

    /// Has the call begin anew behind the delivery of the signal; none where its time is over, or it is none of these. `before`: what
    /// began anew before, if something did.
    fn begin_anew(&self, tid: i32, process: i32, call: &Over, before: Option<Anew>) -> Option<Anew> {
        let (over, limit) = known(call.number)?;
        let same = before.filter(|before| (before.number, before.place) == (call.number, call.place));
        let until = match same {
            Some(before) => before.until,
            None => longest(tid, process, limit, &call.arguments).and_then(|longest| {
                let since = self.asleep_since(process, tid).unwrap_or_else(clock::monotonic);
                since.checked_add(longest)
            }),
        };
        if until.is_some_and(|until| until <= clock::monotonic()) {
            let _ = register::set_result(tid, over);
            return None;
        }
        register::set_result(tid, ERESTARTNOHAND).ok()?;
        let (number, place) = (call.number, call.place);
        Some(Anew { number, place, over, until, is_late: false, interrupted: false })
    }
}

/// Whether the call has written to a pipe or a socket, and less than it was to.
fn is_partial(tid: i32, call: &Over) -> bool {
    use std::os::unix::fs::FileTypeExt;
    let writes = matches!(call.number, libc::SYS_write | libc::SYS_sendto);
    let part = call.result > 0 && call.result.cast_unsigned() < call.arguments[2];
    let file = || std::fs::metadata(format!("/proc/{tid}/fd/{}", call.arguments[0])).ok();
    let blocks = |file: std::fs::Metadata| file.file_type().is_fifo() || file.file_type().is_socket();
    writes && part && file().is_some_and(blocks)
}

/// Has it write the rest behind the delivery of the signal.
fn do_rest(tid: i32, call: &Over) -> bool {
    let done = call.result.cast_unsigned();
    let [_, from, length, ..] = call.arguments;
    register::do_again(tid, call, from.wrapping_add(done), length - done).is_ok()
}

/// Nanoseconds that the call takes at most; none where there is no limit, or nobody knows it.
fn longest(tid: i32, process: i32, limit: Limit, arguments: &[u64; 6]) -> Option<i64> {
    match limit {
        Limit::Never => None,
        Limit::Milliseconds(at) => {
            let milliseconds = arguments[at] as i32;
            (milliseconds >= 0).then(|| i64::from(milliseconds) * clock::MILLISECOND)
        }
        Limit::Pointed(at) => {
            let [seconds, nanoseconds] = memory::words::<2>(tid, arguments[at])?.map(u64::cast_signed);
            seconds.checked_mul(clock::SECOND)?.checked_add(nanoseconds)
        }
        Limit::Socket(which) => {
            let held = pidfd_open(Pid::from_raw(process)?, PidfdFlags::empty()).ok()?;
            let socket = pidfd_getfd(held, arguments[0] as i32, PidfdGetfdFlags::empty()).ok()?;
            i64::try_from(socket_timeout(socket, which).ok()??.as_nanos()).ok()
        }
    }
}
