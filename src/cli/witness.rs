//! What the tracer's own eyes have seen of the processes that it looks into: names, stops, signals. And who is there.

use crate::event::{Effect, Event, What};
use crate::observe::hang::Witness;
use crate::value::Signal;
use std::collections::BTreeMap;

/// Of the signals that a process has handled, so many are remembered: the last ones.
const REMEMBERED: usize = 4;

#[derive(Debug, Default)]
struct Seen {
    stopped: Option<Signal>,
    handled: Vec<Signal>,
    /// It is a zombie.
    ended: bool,
}

/// Told every event, in their order.
#[derive(Debug, Default)]
pub struct Eyes {
    seen: BTreeMap<i32, Seen>,
}

impl Eyes {
    pub fn see(&mut self, event: &Event) {
        let pid = event.pid;
        match &event.what {
            What::Spawned { .. } | What::Found { .. } | What::Forked { .. } => {
                self.seen.insert(pid, Seen::default());
            }
            What::Reaped { .. } => {
                self.seen.remove(&pid);
            }
            what => {
                if let Some(seen) = self.seen.get_mut(&pid) {
                    seen.take_note(what);
                }
            }
        }
    }

    /// The pids of those that live or are zombies.
    #[must_use]
    pub fn present(&self) -> Vec<i32> {
        self.seen.keys().copied().collect()
    }
}

impl Seen {
    fn take_note(&mut self, what: &What) {
        match what {
            What::Stopped { signal } => self.stopped = Some(*signal),
            What::Continued => self.stopped = None,
            What::Exited { .. } => *self = Self { ended: true, ..Self::default() },
            What::Executed { error: None, .. } => self.handled.clear(),
            What::Delivered { signal, effect: Effect::Handled } => {
                self.handled.retain(|known| known != signal);
                self.handled.push(*signal);
                if self.handled.len() > REMEMBERED {
                    self.handled.remove(0);
                }
            }
            _ => {}
        }
    }
}

impl Witness for Eyes {
    fn stopped(&self, pid: i32) -> Option<Signal> {
        self.seen.get(&pid).filter(|seen| !seen.ended)?.stopped
    }

    fn handled(&self, pid: i32) -> Vec<Signal> {
        self.seen.get(&pid).map(|seen| seen.handled.clone()).unwrap_or_default()
    }
}
