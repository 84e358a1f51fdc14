//! Signals that reach a tracee, and processes that they stop and continue.

use super::engine::Engine;
use super::proc;
use super::ptrace::{self, Resume};
use crate::event::{Effect, What};
use crate::process::proc_file;
use crate::value::Signal;

/// What is ignored by default; see signal(7).
const HARMLESS: [i32; 3] = [libc::SIGCHLD, libc::SIGURG, libc::SIGWINCH];

impl Engine<'_> {
    /// A signal is about to be delivered: it is told, and passed on as it is.
    pub fn signal_came(&mut self, tid: i32, number: i32) {
        let Ok(sender) = ptrace::sender(tid) else { return ptrace::resume(tid, Resume::Go, number) };
        let process = self.tasks.get(&tid).map_or(tid, |task| task.process);
        let signal = number as u8;
        self.flush_senders(process, signal);
        let call = match sender.code {
            libc::SI_USER => Some("kill"),
            libc::SI_TKILL => Some("tgkill"),
            libc::SI_QUEUE => Some("rt_sigqueueinfo"),
            _ => None,
        };
        let by_child = number == libc::SIGCHLD && sender.code > 0;
        let actor = if call.is_some() || by_child { sender.pid } else { 0 };
        if let Some(call) = call
            && actor > 0
            && !self.processes.contains_key(&actor)
            && !(self.around.tells_itself)(actor)
        {
            let what = What::Signalled { signal: Signal(signal), call: call.to_owned(), error: None };
            self.tell(process, actor, what);
        }
        if let Some(process) = self.processes.get_mut(&process) {
            process.blame = Some((signal, actor));
        }
        let effect = effect(process, number);
        self.tell(process, actor, What::Delivered { signal: Signal(signal), effect });
        let how = self.past_signal(tid, number, effect);
        ptrace::resume(tid, how, number);
    }

    /// A wait told of a stop. All threads of the child stand still by now; but their stops may not have come to us yet.
    pub fn stop_was_waited_for(&mut self, pid: i32, signal: i32) {
        self.tell_stop(pid, signal);
    }

    /// One of its threads has stopped. Each tells of each stop of its process once, and maybe after the process was told to have
    /// gone on: the first of them is news, and so is a wait that came before it.
    pub fn thread_stopped(&mut self, tid: i32, pid: i32, signal: i32) {
        let told = self.processes.get(&pid).map_or(0, |process| process.stops);
        if self.tasks.get(&tid).is_some_and(|task| task.stops == told) {
            self.tell_stop(pid, signal);
        }
        let told = self.processes.get(&pid).map_or(0, |process| process.stops);
        if let Some(task) = self.tasks.get_mut(&tid) {
            task.stops = told;
        }
    }

    /// Told once for all its threads.
    fn tell_stop(&mut self, pid: i32, signal: i32) {
        let Some(process) = self.processes.get_mut(&pid) else { return };
        if std::mem::replace(&mut process.stopped, true) {
            return;
        }
        process.stops += 1;
        let actor = match process.blame {
            Some((sent, by)) if i32::from(sent) == signal => by,
            _ => 0,
        };
        self.tell(pid, actor, What::Stopped { signal: Signal(signal as u8) });
    }

    pub fn process_continued(&mut self, pid: i32) {
        self.flush_senders(pid, libc::SIGCONT as u8);
        let Some(process) = self.processes.get_mut(&pid) else { return };
        if !std::mem::replace(&mut process.stopped, false) {
            return;
        }
        let actor = match process.blame {
            Some((sent, by)) if i32::from(sent) == libc::SIGCONT => by,
            _ => 0,
        };
        self.tell(pid, actor, What::Continued);
    }
}

fn effect(pid: i32, number: i32) -> Effect {
    let bit = 1u64 << (number - 1);
    let (ignored, caught) = if number < 32 {
        proc::dispositions(pid).unwrap_or_default()
    } else {
        proc_file::signal_masks(pid).map_or((0, 0), |masks| (masks.ignored, masks.caught))
    };
    match () {
        () if number == libc::SIGSTOP => Effect::Default,
        () if caught & bit != 0 => Effect::Handled,
        () if ignored & bit != 0 || HARMLESS.contains(&number) => Effect::Ignored,
        () => Effect::Default,
    }
}
