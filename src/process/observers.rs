//! The tracers of a run: processes of proctor's own, which are nobody's leftover, and whose tracees stand still at moments
//! without being stopped.

use super::run::Run;
use super::table::exists;
use std::sync::atomic::Ordering::SeqCst;

impl Run {
    /// How many tracers are remembered: of more than these at once, some may be named among leftovers.
    pub(super) const OBSERVERS: usize = 128;

    /// Notes a process as a tracer of ours. Its place is given to another one when it is gone.
    pub fn add_observer(&self, pid: i32) {
        for place in &self.control().observers {
            let known = place.load(SeqCst);
            if !exists(known) && place.compare_exchange(known, pid, SeqCst, SeqCst).is_ok() {
                return;
            }
        }
    }

    /// Notes that tracing is forbidden here: of some program that was to be observed it is not known what it did.
    pub fn note_unobserved(&self) {
        self.control().unobserved.store(1, SeqCst);
    }

    /// Whether that was noted, by any process of the run.
    #[must_use]
    pub fn has_unobserved(&self) -> bool {
        self.control().unobserved.load(SeqCst) != 0
    }

    /// Whether a process is, or was, a tracer of ours.
    #[must_use]
    pub fn is_observer(&self, pid: i32) -> bool {
        // Places are taken from the first on, and never given back to nobody.
        let known = self.control().observers.iter().map(|known| known.load(SeqCst));
        known.take_while(|known| *known != 0).any(|known| known == pid)
    }
}
