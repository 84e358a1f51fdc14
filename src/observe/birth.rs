//! New processes and threads: fork(2), vfork(2), clone(2). The first stop of a new one and the event of its birth come in
//! any order, and whoever made it may be killed before that event.

use super::engine::{BIRTH, Engine};
use super::ptrace;
use super::task::{Detail, Early, EarlyNews, Process, Task};
use super::{proc, register};
use crate::event::What;
use crate::process::{clock, proc_file};

const CLONE_PARENT: u64 = libc::CLONE_PARENT as u64;
const CLONE_THREAD: u64 = libc::CLONE_THREAD as u64;

/// Whoever may be the maker and still has not come to the event after so long, is not: he computes, somewhere else.
const LATE: i64 = 2 * clock::SECOND;

impl Engine<'_> {
    /// The thread has just made another one, or a process.
    pub fn gave_birth(&mut self, tid: i32, event: i32) {
        let Ok(new) = ptrace::message(tid) else { return self.go(tid) };
        let process = self.tasks.get(&tid).map_or(tid, |task| task.process);
        let (call, flags) = self.how_born(tid, event);
        let is_thread = match flags {
            Some(flags) => flags & CLONE_THREAD != 0,
            None => proc::thread_group(new).is_some_and(|group| group != new),
        };
        if self.tasks.contains_key(&new) {
            // Taken as it was, before this event came.
        } else if is_thread {
            self.new_thread(new, process);
        } else {
            let own_parent = self.processes.get(&process).map_or(0, |process| process.parent);
            let as_sibling = flags.is_some_and(|flags| flags & CLONE_PARENT != 0);
            let parent = if as_sibling { own_parent } else { process };
            self.look_at_ends(tid, "close");
            self.new_process(new, process, parent, call);
        }
        self.go(tid);
    }

    /// The name of the call and its flags, where it is one of ours: of a 32-bit program only the kind is known.
    fn how_born(&self, tid: i32, event: i32) -> (&'static str, Option<u64>) {
        let call = register::call(tid);
        match call {
            Ok((libc::SYS_clone, flags)) => return ("clone", Some(flags)),
            Ok((libc::SYS_clone3, _)) => {
                let call = self.tasks.get(&tid).and_then(|task| task.call.as_ref());
                if let Some(Detail::Flags(flags)) = call.map(|call| &call.detail) {
                    return ("clone3", Some(*flags));
                }
            }
            #[cfg(target_arch = "x86_64")]
            Ok((libc::SYS_fork, _)) => return ("fork", Some(0)),
            #[cfg(target_arch = "x86_64")]
            Ok((libc::SYS_vfork, _)) => return ("vfork", Some(0)),
            _ => {}
        }
        match event {
            libc::PTRACE_EVENT_FORK => ("fork", None),
            libc::PTRACE_EVENT_VFORK => ("vfork", None),
            _ => ("clone", None),
        }
    }

    fn new_thread(&mut self, tid: i32, process: i32) {
        let mut task = Task::of(process);
        if let Some(process) = self.processes.get_mut(&process) {
            process.threads += 1;
            task.stops = process.stops;
        }
        self.tasks.insert(tid, task);
        self.came_early(tid);
    }

    fn new_process(&mut self, pid: i32, maker: i32, parent: i32, call: &str) {
        // The pid is a new process's: whoever had it was reaped, unseen.
        self.forget_former(pid);
        let (pgid, ends) = match self.processes.get(&maker) {
            Some(maker) => (maker.pgid, maker.ends.clone()),
            None => (proc_file::stat(pid).map_or(0, |stat| stat.pgid), None),
        };
        self.tasks.insert(pid, Task::of(pid));
        let new = Process { parent, pgid, threads: 1, executed: true, ends, ..Process::default() };
        self.processes.insert(pid, new);
        if let Some(parent) = self.processes.get_mut(&parent) {
            parent.children.push(pid);
        }
        self.tell(pid, maker, What::Forked { parent, call: call.to_owned() });
        self.inherited_ends(pid, maker);
        self.came_early(pid);
    }

    /// What came from it before is taken now.
    fn came_early(&mut self, tid: i32) {
        match self.early.remove(&tid).map(|early| early.news) {
            Some(EarlyNews::Stopped { signal }) => self.stands(tid, signal),
            Some(EarlyNews::Dead { exitcode, core }) => {
                let Some(task) = self.tasks.remove(&tid) else { return };
                if task.process == tid {
                    self.ended(tid, exitcode, core);
                } else if let Some(process) = self.processes.get_mut(&task.process) {
                    process.threads = process.threads.saturating_sub(1);
                }
            }
            None => {}
        }
    }

    /// Came before the event of its birth: kept until that comes, or nobody is left who could bring it.
    pub fn keep_early(&mut self, tid: i32, news: EarlyNews) {
        self.early.insert(tid, Early { news, since: clock::monotonic() });
    }

    /// Tracees whose birth nobody told in time: their maker was killed in the call, so they are taken for what /proc says
    /// they are.
    pub fn settle_early(&mut self) {
        if self.early.is_empty() {
            return;
        }
        let now = clock::monotonic();
        let due: Vec<(i32, EarlyNews)> = self
            .early
            .iter()
            .filter(|(tid, early)| match now - early.since {
                ..BIRTH => false,
                LATE.. => true,
                _ => !self.may_be_told(**tid),
            })
            .map(|(tid, early)| (*tid, early.news))
            .collect();
        for (tid, news) in due {
            match (news, proc::thread_group(tid)) {
                (EarlyNews::Stopped { .. }, Some(group)) if group != tid => self.new_thread(tid, group),
                (EarlyNews::Stopped { .. }, _) => {
                    let (parent, pgid) = proc_file::stat(tid).map_or((0, 0), |stat| (stat.ppid, stat.pgid));
                    // Whose parent is none of the family was made by one of them all the same: for its own parent, or before its end.
                    let known = self.processes.contains_key(&parent);
                    self.new_process(tid, if known { parent } else { self.root }, parent, "fork");
                    if let Some(new) = self.processes.get_mut(&tid).filter(|_| !known) {
                        new.pgid = pgid;
                    }
                }
                // Nothing is known of it but that it was there.
                (EarlyNews::Dead { .. }, _) => {
                    self.early.remove(&tid);
                }
            }
        }
    }

    /// Whether one of the family, who may have made it, is about to come to the event: he has made the child, and is kept from the
    /// processor by others, or stands before us already. Whoever sleeps or stands still is past it.
    fn may_be_told(&self, new: i32) -> bool {
        let parent = proc_file::stat(new).map(|stat| stat.ppid).ok();
        let group = proc::thread_group(new);
        let is_family = |process: i32| match parent {
            None => true,
            Some(parent) => {
                let sibling = self.processes.get(&process).is_some_and(|process| process.parent == parent);
                process == parent || sibling || group == Some(process)
            }
        };
        let comes = |tid: i32| proc_file::stat(tid).is_ok_and(|stat| matches!(stat.state, 'R' | 't'));
        self.tasks.iter().any(|(tid, task)| !task.listening && is_family(task.process) && comes(*tid))
    }

    /// The first stop of a new tracee, a stop by a signal, or the end of one; see "Group-stop" in ptrace(2).
    pub fn stands(&mut self, tid: i32, signal: i32) {
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        let (pid, listening) = (task.process, task.listening);
        let by_signal = [libc::SIGSTOP, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU].contains(&signal);
        task.listening = by_signal;
        task.stood |= by_signal;
        if by_signal {
            self.thread_stopped(tid, pid, signal);
            ptrace::listen(tid);
        } else {
            let how = task.onward();
            if listening {
                self.process_continued(pid);
            }
            ptrace::resume(tid, how, 0);
        }
    }
}
