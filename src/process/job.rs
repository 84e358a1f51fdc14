//! Stopping the run as a shell's job, as Ctrl-Z does where no child has the terminal: for the process whose foreground
//! child was stopped by a key.
//!
//! The shell waits for the guard alone. So the processes of the run that are in the guard's group stop, the keeper sees the
//! main one stop and tells the guard, and the guard stops itself. `fg` and `bg` send SIGCONT to the whole group.

use super::fork;
use super::pidfd::{Pidfd, Reach};
use super::run::Run;
use super::{group, signals};
use crate::value::Signal;
use std::sync::atomic::Ordering::SeqCst;

impl Run {
    /// Stops the processes of the run that are in this process's group, this one among them, and comes back once this one
    /// goes on. At once where nobody could resume them (an orphaned process group, setpgid(2)), or where SIGTSTP is ignored
    /// or has a handler.
    ///
    /// They are signalled one by one: who else is in the group is not ours.
    pub fn stop_job(&self) {
        let control = self.control();
        control.job_stop.store(1, SeqCst);
        // Ours waits until all have theirs: whoever resumes them before we stop takes it away from us, see signal(7).
        let before = signals::block(&signals::set_of(signals::mask_of(libc::SIGTSTP)));
        let own = fork::pid();
        let main = control.main_pid.load(SeqCst);
        stop(own);
        let mut others = self.live();
        // The main one last: it is what the keeper waits for.
        others.sort_by_key(|record| record.pid == main);
        let own_group = group::of(0);
        for record in others.into_iter().filter(|record| record.pid != own && record.pid > 1) {
            if group::of(record.pid) == own_group
                && let Ok(Some(held)) = self.hold(record.row)
            {
                // One that has ended meanwhile needs nothing.
                let _ = held.send(Signal::TSTP, Reach::Process);
            }
        }
        signals::set_mask(&before);
        control.job_stop.store(0, SeqCst);
    }

    /// Whether the run is being stopped as a job. Gives it once.
    #[must_use]
    pub fn take_job_stop(&self) -> bool {
        self.control().job_stop.swap(0, SeqCst) != 0
    }

    /// The same without taking it.
    #[must_use]
    pub fn job_stops(&self) -> bool {
        self.control().job_stop.load(SeqCst) != 0
    }
}

/// Stops this process, as Ctrl-Z would.
pub fn stop_oneself() {
    stop(fork::pid());
}

fn stop(own: i32) {
    let _ = Pidfd::open(own).and_then(|held| held.send(Signal::TSTP, Reach::Process));
}
