//! The end of a call: what it came to.

use super::call::Call;
use super::end::is_gone;
use super::engine::Engine;
use super::ptrace;
use super::task::{Detail, Ongoing, Task};
use super::{memory, proc};
use crate::event::What;
use crate::process::Errno;
use crate::value::Signal;

/// The kernel's own numbers for a call that a signal interrupted, and that may begin again; see errno.h of the kernel.
const RESTARTS: std::ops::RangeInclusive<i64> = -516..=-512;

impl Engine<'_> {
    /// The thread stands behind the call, or before its first one after a stop.
    pub fn call_ended(&mut self, tid: i32) {
        if self.went_anew(tid) {
            return;
        }
        let result = ptrace::result(tid);
        let ended = self.tasks.get_mut(&tid).and_then(|task| Some((task.process, task.call.take()?)));
        if let (Ok(result), Some((process, ongoing))) = (result, ended) {
            self.came_to(tid, process, ongoing, result);
        }
        self.go(tid);
    }

    fn came_to(&mut self, tid: i32, process: i32, ongoing: Ongoing, result: i64) {
        let error = (result < 0).then(|| error_name(result));
        match ongoing.call {
            Call::Exec | Call::ExecAt => self.exec_failed(process, ongoing, error),
            Call::Wait4 | Call::WaitId => self.after_wait(tid, process, &ongoing, result, error),
            Call::Kill | Call::Tkill | Call::Tgkill | Call::Queue | Call::TgQueue | Call::PidfdSend => {
                self.senders.retain(|sender| *sender != tid);
                if let Detail::Send { signal, targets, told: false } = ongoing.detail {
                    self.tell_sent(process, signal, &targets, ongoing.name, error.as_deref());
                }
            }
            Call::SetGroup if error.is_none() => {
                let [whom, group, ..] = ongoing.arguments.map(|argument| argument as i32);
                let whom = if whom == 0 { process } else { whom };
                let group = if group == 0 { whom } else { group };
                self.regrouped(whom, process, "setpgid", group);
            }
            Call::SetSession if error.is_none() => {
                self.regrouped(process, process, "setsid", result as i32);
            }
            Call::Pipe if error.is_none() => self.made_pipe(tid, process, ongoing.arguments[0]),
            _ => {}
        }
    }

    fn regrouped(&mut self, whom: i32, by: i32, call: &str, pgid: i32) {
        if let Some(process) = self.processes.get_mut(&whom) {
            process.pgid = pgid;
        }
        self.tell(whom, by, What::Regrouped { call: call.to_owned(), pgid });
    }

    fn exec_failed(&mut self, process: i32, ongoing: Ongoing, error: Option<String>) {
        let Detail::Exec { path, args } = ongoing.detail else { return };
        // Before its first program it is still ours, which looks for it in the folders of PATH.
        let Some(error) = error else { return };
        match self.processes.get_mut(&process) {
            Some(process) if error == "ENOENT" && !process.executed => {
                process.sought.get_or_insert((path, args));
            }
            _ => self.tell(process, process, What::Executed { path, args, error: Some(error) }),
        }
    }

    /// The process runs another program now. All its other threads are gone, and the one that did it has the process's
    /// number; see execve(2).
    pub fn executed(&mut self, tid: i32) {
        // Until this stop is taken note of, the kernel refuses every request where the thread changed its number.
        ptrace::take_note(tid);
        let former = ptrace::message(tid).unwrap_or(tid);
        if former != tid
            && let Some(task) = self.tasks.remove(&former)
        {
            self.tasks.insert(tid, task);
        }
        let mut lost_waits = false;
        if self.processes.get(&tid).is_some_and(|process| process.threads > 1) {
            self.tasks.retain(|other, task| {
                let stays = *other == tid || task.process != tid;
                let waits = |call: &Ongoing| matches!(call.call, Call::Wait4 | Call::WaitId);
                lost_waits |= !stays && task.call.as_ref().is_some_and(waits);
                stays
            });
            self.senders.retain(|sender| self.tasks.contains_key(sender));
        }
        if let Some(process) = self.processes.get_mut(&tid) {
            lost_waits |= process.waits > 0;
            (process.threads, process.executed, process.waits) = (1, true, 0);
            process.sought = None;
        }
        if lost_waits {
            self.wait_was_lost(tid);
        }
        let call = self.tasks.get_mut(&tid).and_then(|task| task.call.take());
        let (path, args) = match call.map(|call| call.detail) {
            Some(Detail::Exec { path, args }) => (path, args),
            // A 32-bit program's call does not stop before.
            _ => (
                std::fs::read_link(format!("/proc/{tid}/exe"))
                    .map_or_else(|_| String::new(), |path| path.to_string_lossy().into_owned()),
                crate::process::proc_file::command_line(tid).unwrap_or_default(),
            ),
        };
        self.tell(tid, tid, What::Executed { path, args, error: None });
        self.look_at_ends(tid, "exec");
        self.go(tid);
    }

    fn after_wait(&mut self, tid: i32, process: i32, ongoing: &Ongoing, result: i64, error: Option<String>) {
        if let Some(process) = self.processes.get_mut(&process) {
            process.waits = process.waits.saturating_sub(1);
        }
        let (child, change) = match ongoing.call {
            _ if result < 0 => (0, Change::Nothing),
            Call::Wait4 => (result as i32, status_word(memory::int(tid, ongoing.arguments[1]))),
            _ => self.waited(tid, process, &ongoing.arguments),
        };
        // Whoever waited may have heard of it before us.
        match change {
            Change::Stopped(signal) => self.stop_was_waited_for(child, signal),
            Change::Continued => self.process_continued(child),
            Change::Ended | Change::Nothing => {}
        }
        let result = error.unwrap_or_else(|| child.to_string());
        self.tell(process, process, What::Woken { call: ongoing.name.to_owned(), result });
        if child > 0
            && change == Change::Ended
            && self.processes.get(&child).is_some_and(|child| child.zombie)
        {
            self.reaped(child, process);
        }
        self.look_at_unsure(process);
    }

    /// The child of a waitid(2), and what was told of it.
    fn waited(&self, tid: i32, process: i32, arguments: &[u64; 6]) -> (i32, Change) {
        let [kind, id, info, options, ..] = *arguments;
        let reaps = options & libc::WEXITED as u64 != 0 && options & libc::WNOWAIT as u64 == 0;
        if info == 0 {
            // Nobody wanted to know: it was the one of those meant that is there no more.
            let child = self.gone_child(tid, process, kind as libc::idtype_t, id).filter(|_| reaps);
            return child.map_or((0, Change::Nothing), |child| (child, Change::Ended));
        }
        // Signal and error, code (and nothing), the pid and the user, the status.
        let Some([_, code, pid, status]) = memory::words::<4>(tid, info) else {
            return (0, Change::Nothing);
        };
        let change = match code as i32 {
            libc::CLD_STOPPED => Change::Stopped(status as i32),
            libc::CLD_CONTINUED => Change::Continued,
            libc::CLD_EXITED | libc::CLD_KILLED | libc::CLD_DUMPED if reaps => Change::Ended,
            _ => Change::Nothing,
        };
        (pid as i32, change)
    }

    /// The first child that a waitid(2) could mean, which has ended and which the kernel has forgotten.
    fn gone_child(&self, tid: i32, process: i32, kind: libc::idtype_t, id: u64) -> Option<i32> {
        let means = |child: i32| match kind {
            libc::P_PID => child == id as i32,
            libc::P_PGID => {
                let of = |pid| self.processes.get(&pid).map(|process| process.pgid);
                of(child) == if id as i32 == 0 { of(process) } else { Some(id as i32) }
            }
            libc::P_PIDFD => proc::held_by_pidfd(tid, id).is_none_or(|held| held == child),
            _ => true,
        };
        let children = self.processes.get(&process)?.children.iter().copied();
        let is_zombie = |child: i32| self.processes.get(&child).is_some_and(|child| child.zombie);
        children.into_iter().find(|child| means(*child) && is_zombie(*child) && is_gone(*child))
    }

    /// A thread that ended in the middle of a call: a signal that it sent may have been for itself.
    pub fn abandon_call(&mut self, tid: i32, task: &Task) {
        self.senders.retain(|sender| *sender != tid);
        let Some(call) = &task.call else { return };
        if let Detail::Send { signal, targets, told: false } = &call.detail {
            self.tell_sent(task.process, *signal, targets, call.name, None);
        }
        if matches!(call.call, Call::Wait4 | Call::WaitId) {
            if let Some(process) = self.processes.get_mut(&task.process) {
                process.waits = process.waits.saturating_sub(1);
            }
            self.wait_was_lost(task.process);
        }
    }

    /// Signals that were sent to this process and have their effect now, before the call that sent them has ended.
    pub fn flush_senders(&mut self, target: i32, signal: u8) {
        for tid in self.senders.clone() {
            let Some(task) = self.tasks.get_mut(&tid) else { continue };
            let process = task.process;
            let Some(Ongoing { name, detail: Detail::Send { signal: sent, targets, told }, .. }) =
                &mut task.call
            else {
                continue;
            };
            if *sent == signal && targets.contains(&target) && !*told {
                *told = true;
                let (targets, name) = (targets.clone(), *name);
                self.tell_sent(process, signal, &targets, name, None);
            }
        }
    }

    /// One event for each whom the signal was sent to.
    fn tell_sent(&mut self, by: i32, signal: u8, targets: &[i32], call: &str, error: Option<&str>) {
        for target in targets {
            if error.is_none()
                && let Some(target) = self.processes.get_mut(target)
            {
                target.blame = Some((signal, by));
            }
            let error = error.map(str::to_owned);
            self.tell(*target, by, What::Signalled { signal: Signal(signal), call: call.to_owned(), error });
        }
    }
}

fn error_name(result: i64) -> String {
    if RESTARTS.contains(&result) {
        return "interrupted".to_owned();
    }
    Errno(i32::try_from(-result).unwrap_or(0)).name()
}

/// What a wait told of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Nothing,
    Stopped(i32),
    Continued,
    /// It ended, and the wait reaped it.
    Ended,
}

/// Of wait4(2). Where nobody asked for the word, only that the child is a zombie tells that it is an end.
fn status_word(status: Option<i32>) -> Change {
    match status {
        Some(0xffff) => Change::Continued,
        Some(status) if status & 0xff == 0x7f => Change::Stopped(status >> 8 & 0xff),
        _ => Change::Ended,
    }
}
