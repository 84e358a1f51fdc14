//! A call that the filter stopped: what it is about to do, read before it does it.

use super::call::{self, Call, OURS, UNTRACED};
use super::engine::Engine;
use super::ptrace::{self, Entry, Resume};
use super::task::{Detail, Ongoing, Process};
use super::{memory, privilege, proc, register};
use crate::event::What;
use crate::process::Errno;
use std::os::unix::ffi::OsStrExt;

/// Of pidfd_send_signal(2): PIDFD_SIGNAL_PROCESS_GROUP of linux/pidfd.h.
const TO_GROUP: u64 = 4;

impl Engine<'_> {
    /// The thread stands before the call.
    pub fn call_began(&mut self, tid: i32) {
        let Ok(entry) = ptrace::entry(tid) else { return self.go(tid) };
        if entry.data != u64::from(OURS) {
            // By a filter of the program's own, for a tracer of its own. It has none, so the call is not there; see seccomp(2).
            let _ = register::refuse(tid, Errno::ENOSYS);
            return self.go(tid);
        }
        let Some((call, mut name)) = call::of_number(entry.number) else { return self.go(tid) };
        let Some(process) = self.tasks.get(&tid).map(|task| task.process) else { return self.go(tid) };
        let detail = match call {
            Call::Exec | Call::ExecAt => self.before_exec(tid, process, call, &entry),
            Call::Wait4 | Call::WaitId => {
                self.before_wait(tid, process, call, name, &entry);
                Detail::None
            }
            Call::Kill | Call::Tkill | Call::Tgkill | Call::Queue | Call::TgQueue | Call::PidfdSend => {
                if call == Call::Kill && (entry.arguments[0] as i32) <= 0 {
                    name = "killpg";
                }
                if call == Call::PidfdSend && entry.arguments[3] & TO_GROUP != 0 {
                    name = "killpg";
                }
                match self.before_send(tid, process, call, &entry) {
                    Some(detail) => detail,
                    // A signal of 0 only asks.
                    None => return self.go(tid),
                }
            }
            Call::Clone => {
                let _ = register::set_first_argument(tid, entry.arguments[0] & !UNTRACED);
                return self.go(tid);
            }
            Call::Clone3 => Detail::Flags(before_clone3(tid, entry.arguments[0])),
            Call::SetGroup | Call::SetSession | Call::Pipe => Detail::None,
        };
        if let Some(task) = self.tasks.get_mut(&tid) {
            task.call = Some(Ongoing { call, name, arguments: entry.arguments, detail });
        }
        let how = if call == Call::Clone3 { Resume::Go } else { Resume::ToTheEndOfTheCall };
        ptrace::resume(tid, how, 0);
    }

    fn before_exec(&mut self, tid: i32, process: i32, call: Call, entry: &Entry) -> Detail {
        let [first, second, third, ..] = entry.arguments;
        let (at, path, args) =
            if call == Call::Exec { (None, first, second) } else { (Some(first as i32), second, third) };
        let path = memory::path(tid, path).unwrap_or_default();
        let args = memory::arguments(tid, args);
        if self.root == process && self.processes.get(&process).is_some_and(|process| !process.executed) {
            // Who may not filter calls otherwise has promised to gain none: see `Gate`.
            self.refuses_privilege =
                proc::promised_no_privileges(tid) && !proc::promised_no_privileges(self.own_pid);
        }
        if self.refuses_privilege && privilege::is_gained(tid, at, &path) {
            let _ = register::refuse(tid, Errno::EPERM);
        }
        self.look_at_ends(tid, "close");
        let shown = match at {
            Some(fd) if path.is_empty() => std::fs::read_link(format!("/proc/{tid}/fd/{fd}"))
                .map_or_else(|_| Vec::new(), |path| path.as_os_str().as_bytes().to_vec()),
            _ => path,
        };
        Detail::Exec { path: String::from_utf8_lossy(&shown).into_owned(), args }
    }

    fn before_wait(&mut self, tid: i32, process: i32, call: Call, name: &str, entry: &Entry) {
        self.look_at_ends(tid, "close");
        if let Some(process) = self.processes.get_mut(&process) {
            process.waits += 1;
        }
        let on = awaited(tid, call, entry);
        self.tell(process, process, What::Blocked { call: name.to_owned(), on });
    }

    /// To whom the signal goes, as far as they are observed.
    fn before_send(&mut self, tid: i32, process: i32, call: Call, entry: &Entry) -> Option<Detail> {
        let [first, second, third, ..] = entry.arguments.map(|argument| argument as i32);
        let (signal, targets) = match call {
            Call::Kill => (second, self.meant_by(process, first)),
            Call::Tkill => (second, vec![self.process_of(first)]),
            Call::Tgkill => (third, vec![first]),
            Call::Queue => (second, vec![first]),
            Call::TgQueue => (third, vec![first]),
            _ => (second, self.meant_by_pidfd(tid, process, first, entry.arguments[3])),
        };
        let signal = u8::try_from(signal).ok().filter(|signal| (1..=64).contains(signal))?;
        self.senders.push(tid);
        Some(Detail::Send { signal, targets, told: false })
    }

    /// Whom pidfd_send_signal(2) means; 0 for one of whom nothing is known.
    fn meant_by_pidfd(&self, tid: i32, process: i32, fd: i32, flags: u64) -> Vec<i32> {
        /// Of linux/pidfd.h.
        const SELF_THREAD: i32 = -10_000;
        const SELF_PROCESS: i32 = -10_001;
        let held = match fd {
            SELF_THREAD | SELF_PROCESS => process,
            fd => self.process_of(proc::held_by_descriptor(tid, fd).unwrap_or(0)),
        };
        if flags & TO_GROUP != 0 && held > 0 { self.in_group(held) } else { vec![held] }
    }

    fn process_of(&self, tid: i32) -> i32 {
        self.tasks.get(&tid).map_or(tid, |task| task.process)
    }

    /// Whom kill(2) means by a number. Where it is a group of which nobody is observed, its number stands for it.
    fn meant_by(&self, sender: i32, number: i32) -> Vec<i32> {
        if number > 0 {
            return vec![number];
        }
        let group = match number {
            0 => self.processes.get(&sender).map_or(0, |process| process.pgid),
            number => number.wrapping_neg(),
        };
        if number == -1 { self.all_that(|pid, _| pid != sender, group) } else { self.in_group(group) }
    }

    fn in_group(&self, group: i32) -> Vec<i32> {
        self.all_that(|_, process| process.pgid == group, group)
    }

    /// The living ones, in the order of their pids; `or` where there are none.
    fn all_that(&self, such: impl Fn(i32, &Process) -> bool, or: i32) -> Vec<i32> {
        let living = self.processes.iter().filter(|(pid, process)| !process.zombie && such(**pid, process));
        let mut all: Vec<i32> = living.map(|(pid, _)| *pid).collect();
        all.sort_unstable();
        if all.is_empty() { vec![or] } else { all }
    }
}

/// Reads the flags, and takes out what would let the child get away.
fn before_clone3(tid: i32, address: u64) -> u64 {
    let [flags] = memory::words::<1>(tid, address).unwrap_or([0]);
    if flags & UNTRACED != 0 {
        let _ = ptrace::poke(tid, address, flags & !UNTRACED);
    }
    flags & !UNTRACED
}

/// Whom a call waits for, in words.
fn awaited(tid: i32, call: Call, entry: &Entry) -> String {
    let [first, second, third, fourth, ..] = entry.arguments;
    let (options, number, kind) = match call {
        Call::Wait4 => {
            let number = first as i32;
            let kind = match number {
                -1 => libc::P_ALL,
                0 | ..-1 => libc::P_PGID,
                _ => libc::P_PID,
            };
            (third, number.saturating_abs(), kind)
        }
        _ => (fourth, second as i32, first as libc::idtype_t),
    };
    let whom = match kind {
        libc::P_ALL => "any child".to_owned(),
        libc::P_PGID if number == 0 => "any child of its own group".to_owned(),
        libc::P_PGID => format!("any child of group {number}"),
        libc::P_PID => format!("process {number}"),
        // By a descriptor.
        _ => match proc::held_by_pidfd(tid, second) {
            Some(pid) => format!("process {pid}"),
            None => format!("descriptor {number}"),
        },
    };
    if options & libc::WNOHANG as u64 != 0 { format!("{whom}, without waiting") } else { whom }
}
