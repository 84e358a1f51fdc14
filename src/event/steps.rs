//! A history without the times and pids of its run: what two runs of one scenario have in common.

use super::{Event, History, Life, What};

impl History {
    /// The same in steps: each event of a process is one step after the event of it before, and one after what
    /// another did to it or for it; so it does not matter which of two processes the kernel let run first, where
    /// neither waited for the other. Pids are numbers from 1 on, in the order of the tree, each used once.
    ///
    /// Whether one who joins another has to wait for it depends on who was faster. In steps they all do: every reaping
    /// ends a wait, and of other waits only sleeps are told.
    #[must_use]
    pub fn in_steps(&self) -> Self {
        let mut pid_of = vec![0; self.lives().len()];
        for (life, pid) in self.tree().into_iter().zip(1..) {
            pid_of[life.index] = pid;
        }
        let mut steps =
            Steps { history: self, pid_of, reached: vec![0; self.lives().len()], events: Vec::new() };
        for (index, event) in self.events().iter().enumerate() {
            steps.take(index, event);
        }
        let mut events = steps.events;
        events.sort_by_key(|event| (event.time, event.pid));
        Self::of(events)
    }
}

struct Steps<'a> {
    history: &'a History,
    pid_of: Vec<i32>,
    /// The last step of each life.
    reached: Vec<i64>,
    events: Vec<Event>,
}

impl Steps<'_> {
    fn take(&mut self, index: usize, event: &Event) {
        let (target, actor) = (self.history.target(index), self.history.actor(index));
        let together = match &event.what {
            What::Blocked { call, .. } | What::Woken { call, .. } if call != "sleep" => return,
            // The kernel comes to these when it likes, whatever the actor has done since.
            What::Delivered { .. } | What::Adopted { .. } => None,
            _ => actor.filter(|actor| !actor.is_bystander()),
        };
        if let (What::Reaped { .. }, Some(reaper), Some(child)) = (&event.what, together, target) {
            let what = What::Blocked { call: "join".into(), on: child.name.to_string() };
            let time = self.reached[reaper.index] + 1;
            let pid = self.pid_of[reaper.index];
            self.events.push(Event { time, pid, actor: pid, place: None, what });
        }
        let step = match &event.what {
            // Its parent's end, which it need not have noticed.
            What::Adopted { from, .. } => {
                self.history.at(*from, event.time).map_or(0, |life| self.reached[life.index])
            }
            _ => {
                target.into_iter().chain(together).map(|life| self.reached[life.index]).max().unwrap_or(0) + 1
            }
        };
        if !matches!(event.what, What::Adopted { .. }) {
            for life in target.into_iter().chain(together) {
                self.reached[life.index] = step;
            }
        }
        let (pid, by) = (self.pid(target), self.pid(actor));
        self.events.push(Event { time: step, pid, actor: by, place: event.place, what: self.renamed(event) });
        if let (What::Reaped { .. }, Some(reaper)) = (&event.what, together) {
            let pid = self.pid_of[reaper.index];
            let what = What::Woken { call: "join".into(), result: self.pid(target).to_string() };
            self.events.push(Event { time: step, pid, actor: pid, place: None, what });
        }
    }

    fn pid(&self, life: Option<&Life>) -> i32 {
        life.map_or(0, |life| self.pid_of[life.index])
    }

    /// What happened, with the new pids in it.
    fn renamed(&self, event: &Event) -> What {
        let then = |old: i32| self.pid(self.history.at(old, event.time));
        let mut what = event.what.clone();
        match &mut what {
            What::Forked { parent, .. } | What::Found { parent, .. } => *parent = then(*parent),
            What::Adopted { from, .. } => *from = then(*from),
            What::Regrouped { pgid, .. } => *pgid = then(*pgid),
            _ => {}
        }
        what
    }
}
