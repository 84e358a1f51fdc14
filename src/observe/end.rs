//! Ends of processes, and what comes after: zombies, those who reap them, and orphans with those who adopt them.

use super::engine::{Engine, Watched};
use super::{proc, ptrace};
use crate::event::What;
use crate::process::{Pidfd, proc_file};
use rustix::process::{Pid, test_kill_process};

/// Its bit among the signals of a process.
const SIGCHLD: u64 = 1 << (libc::SIGCHLD - 1);

impl Engine<'_> {
    /// A process has ended. Its parent cannot reap it before we let it go, so that this event comes before that one.
    pub fn ended(&mut self, pid: i32, exitcode: i32, core: bool) {
        if exitcode < 0 {
            self.flush_senders(pid, exitcode.unsigned_abs() as u8);
        } else {
            // Who ends by itself does not sleep.
            self.no_more_asleep(pid);
        }
        self.close_ends(pid);
        let sought = self.processes.get_mut(&pid).and_then(|process| process.sought.take());
        if let Some((path, args)) = sought {
            // It has found none of the places.
            self.tell(pid, pid, What::Executed { path, args, error: Some("ENOENT".to_owned()) });
        }
        let Some(process) = self.processes.get_mut(&pid) else { return ptrace::let_go(pid) };
        (process.zombie, process.exitcode) = (true, exitcode);
        (process.threads, process.stopped) = (0, false);
        let (parent, children) = (process.parent, std::mem::take(&mut process.children));
        let actor = match process.blame {
            _ if exitcode >= 0 => pid,
            Some((signal, by)) if i32::from(signal) == -exitcode => by,
            _ => 0,
        };
        self.tell(pid, actor, What::Exited { exitcode, core });
        self.orphaned(pid, children);
        if pid == self.root {
            self.root_ended = Some(exitcode);
        }
        let observed = self.processes.get(&parent).is_some_and(|parent| !parent.zombie);
        let held = if observed || parent == self.own_pid { None } else { Pidfd::open(pid).ok() };
        ptrace::let_go(pid);
        match held {
            _ if parent == self.own_pid => self.reaped(pid, parent),
            Some(held) if !(self.around.tells_itself)(parent) => {
                self.watched.push(Watched { pid, by: parent, held });
            }
            _ if !observed => self.forget(pid),
            _ => self.let_go_to(parent, pid),
        }
    }

    /// A parent that ignores SIGCHLD has its children reaped by the kernel, at once.
    fn let_go_to(&mut self, parent: i32, pid: i32) {
        let Some(process) = self.processes.get_mut(&parent) else { return };
        if process.waits > 0 {
            process.unsure.push(pid);
        } else if is_gone(pid) {
            self.reaped(pid, 0);
        }
    }

    /// After a wait: who of those that ended during it is gone, and was not what the wait gave.
    pub fn look_at_unsure(&mut self, parent: i32) {
        let Some(process) = self.processes.get_mut(&parent) else { return };
        if process.unsure.is_empty() {
            return;
        }
        let others_wait = process.waits > 0;
        for child in std::mem::take(&mut process.unsure) {
            if !self.processes.get(&child).is_some_and(|child| child.zombie) {
                continue;
            }
            if is_gone(child) && !others_wait {
                self.reaped(child, 0);
            } else if others_wait && let Some(process) = self.processes.get_mut(&parent) {
                process.unsure.push(child);
            }
        }
    }

    /// A thread that waited is no more, and nobody knows what its wait gave. Those children that are gone it has reaped, unless the
    /// parent lets the kernel do that.
    pub fn wait_was_lost(&mut self, parent: i32) {
        let Some(process) = self.processes.get_mut(&parent) else { return };
        if process.waits == 0 {
            process.unsure.clear();
        }
        let by = if proc::dispositions(parent).is_some_and(|(ignored, _)| ignored & SIGCHLD != 0) {
            0
        } else {
            parent
        };
        for child in process.children.clone() {
            if self.processes.get(&child).is_some_and(|child| child.zombie) && is_gone(child) {
                self.reaped(child, by);
            }
        }
    }

    /// It was waited for, and is no more.
    pub fn reaped(&mut self, pid: i32, by: i32) {
        let exitcode = self.processes.get(&pid).map_or(0, |process| process.exitcode);
        self.tell(pid, by, What::Reaped { exitcode });
        self.forget(pid);
    }

    fn forget(&mut self, pid: i32) {
        let Some(process) = self.processes.remove(&pid) else { return };
        if let Some(parent) = self.processes.get_mut(&process.parent) {
            parent.children.retain(|child| *child != pid);
        }
    }

    /// A pid is used anew: its former bearer is no more, whoever reaped it.
    pub fn forget_former(&mut self, pid: i32) {
        if let Some(former) = self.processes.get(&pid) {
            let by = former.parent;
            self.watched.retain(|zombie| zombie.pid != pid);
            self.reaped(pid, by);
        }
    }

    /// Zombies whose parent is not traced: its reaping is seen by their being gone.
    pub fn look_at_zombies(&mut self) {
        let (gone, left): (Vec<Watched>, Vec<Watched>) =
            std::mem::take(&mut self.watched).into_iter().partition(|zombie| is_gone(zombie.pid));
        self.watched = left;
        for zombie in gone {
            self.reaped(zombie.pid, zombie.by);
        }
    }

    /// Those whom a process leaves behind have a new parent already; see "CHILD_SUBREAPER" in prctl(2).
    fn orphaned(&mut self, from: i32, children: Vec<i32>) {
        let mut last = None;
        for child in children {
            let Some(was_zombie) = self.processes.get(&child).map(|child| child.zombie) else { continue };
            if was_zombie && is_gone(child) && last.is_none() {
                // By a wait that we did not see, of a 32-bit program.
                self.reaped(child, from);
                continue;
            }
            let adopter = proc_file::stat(child).ok().map(|stat| stat.ppid).or(last).unwrap_or(0);
            last = Some(adopter);
            let name = (self.around.name)(adopter)
                .or_else(|| proc_file::stat(adopter).ok().map(|stat| stat.name))
                .unwrap_or_default();
            if let Some(child) = self.processes.get_mut(&child) {
                child.parent = adopter;
            }
            self.tell(child, adopter, What::Adopted { from, by: name });
            match self.processes.get_mut(&adopter) {
                Some(parent) => parent.children.push(child),
                None if was_zombie => self.watch(child, adopter),
                None => {}
            }
        }
    }

    fn watch(&mut self, pid: i32, by: i32) {
        match Pidfd::open(pid) {
            Ok(held) => self.watched.push(Watched { pid, by, held }),
            Err(_) => self.reaped(pid, by),
        }
    }
}

/// Whether the kernel has forgotten it. A zombie is still there.
pub(super) fn is_gone(pid: i32) -> bool {
    Pid::from_raw(pid).is_none_or(|pid| test_kill_process(pid) == Err(rustix::io::Errno::SRCH))
}
