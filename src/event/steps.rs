//! A history without the times and pids of its run: what two runs of one scenario have in common.

use super::{Event, History, Life, What};

impl History {
    /// The same in steps: each event of a process is one step after the event of it before, and one after what
    /// another did to it or for it; so it does not matter which of two processes the kernel let run first, where
    /// neither waited for the other. Pids are numbers from 1 on, in the order of the tree, each used once.
    #[must_use]
    pub fn in_steps(&self) -> Self {
        let mut pid_of = vec![0; self.lives().len()];
        for (life, pid) in self.tree().into_iter().zip(1..) {
            pid_of[life.index] = pid;
        }
        let mut reached = vec![0_i64; self.lives().len()];
        let mut events = Vec::with_capacity(self.events().len());
        for (index, event) in self.events().iter().enumerate() {
            let (target, actor) = (self.target(index), self.actor(index));
            // A signal is delivered when the kernel comes to it, whatever its sender has done since.
            let together = actor.filter(|_| !matches!(event.what, What::Delivered { .. }));
            let step =
                1 + target.into_iter().chain(together).map(|life| reached[life.index]).max().unwrap_or(0);
            for life in target.into_iter().chain(together) {
                reached[life.index] = step;
            }
            let pid = |life: Option<&Life>| life.map_or(0, |life| pid_of[life.index]);
            let then = |old: i32| pid(self.at(old, event.time));
            let mut what = event.what.clone();
            match &mut what {
                What::Forked { parent, .. } | What::Found { parent, .. } => *parent = then(*parent),
                What::Adopted { from, .. } => *from = then(*from),
                What::Regrouped { pgid, .. } => *pgid = then(*pgid),
                What::Blocked { on: text, .. } | What::Woken { result: text, .. } => {
                    if let Some(life) = text.parse().ok().and_then(|pid| self.at(pid, event.time)) {
                        *text = pid_of[life.index].to_string();
                    }
                }
                _ => {}
            }
            events.push(Event { time: step, pid: pid(target), actor: pid(actor), place: event.place, what });
        }
        events.sort_by_key(|event| (event.time, event.pid));
        Self::of(events)
    }
}
