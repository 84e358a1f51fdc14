//! Ends of pipes: who holds which one, and until when.
//!
//! A call that closes a descriptor does not stop: programs close files all the time, and most of them are no pipes. Instead
//! the table of descriptors is read where it matters: when a process forks, executes, begins to wait for a child, and
//! ends; and only of processes that hold pipes which were made under observation. So it is exact which ends a process
//! never closed, and between which of its steps it closed the others; the time of a `close` is that of the next such step.

use super::engine::Engine;
use super::task::Ends;
use super::{memory, proc, ptrace};
use crate::event::What;

impl Engine<'_> {
    /// pipe(2) has given two descriptors.
    pub fn made_pipe(&mut self, tid: i32, process: i32, address: u64) {
        let Some([both]) = memory::words::<1>(tid, address) else { return };
        // From now on it is looked at once more before it ends.
        ptrace::stop_at_exit(tid);
        self.look_at_ends(tid, "close");
        for fd in [both as i32, (both >> 32) as i32] {
            let Some((pipe, end)) = proc::pipe_end(process, fd) else { continue };
            self.pipes.insert(pipe);
            if let Some(process) = self.processes.get_mut(&process) {
                process.ends.get_or_insert_default().insert(fd, (pipe, end));
            }
            self.tell(process, process, What::Opened { fd, pipe, end, call: "pipe".to_owned() });
        }
    }

    /// A new process has what its maker has.
    pub fn inherited_ends(&mut self, pid: i32, maker: i32) {
        let Some(ends) = self.processes.get(&pid).and_then(|process| process.ends.clone()) else { return };
        for (fd, (pipe, end)) in ends {
            self.tell(pid, maker, What::Opened { fd, pipe, end, call: "fork".to_owned() });
        }
    }

    /// Reads the table anew; `call` is what closes, where something was closed.
    pub fn look_at_ends(&mut self, tid: i32, call: &str) {
        let Some(pid) = self.tasks.get(&tid).map(|task| task.process) else { return };
        let Some(process) = self.processes.get_mut(&pid) else { return };
        let Some(before) = process.ends.take() else { return };
        let Some(descriptors) = proc::descriptors(pid) else {
            process.ends = Some(before);
            return;
        };
        let now: Ends = descriptors
            .into_iter()
            .filter_map(|fd| {
                Some((fd, proc::pipe_end(pid, fd).filter(|(pipe, _)| self.pipes.contains(pipe))?))
            })
            .collect();
        for (fd, held) in &now {
            if before.get(fd) != Some(held) {
                let (pipe, end) = *held;
                self.tell(pid, pid, What::Opened { fd: *fd, pipe, end, call: "dup".to_owned() });
            }
        }
        for (fd, held) in &before {
            if now.get(fd) != Some(held) {
                let (pipe, end) = *held;
                self.tell(pid, pid, What::Closed { fd: *fd, pipe, end, call: call.to_owned() });
            }
        }
        if let Some(process) = self.processes.get_mut(&pid) {
            process.ends = Some(now);
        }
    }

    /// With the process end all that it still holds.
    pub fn close_ends(&mut self, pid: i32) {
        let ends = self.processes.get_mut(&pid).and_then(|process| process.ends.take());
        for (fd, (pipe, end)) in ends.unwrap_or_default() {
            self.tell(pid, pid, What::Closed { fd, pipe, end, call: "exit".to_owned() });
        }
    }
}
