//! From events to lives, in one pass: who a pid was at the time, and what became of it.
//!
//! The record may have holes (it was full, or began late), two observers may have seen the same thing, and it may come
//! from a file that anybody wrote. So nothing here trusts that an event is in its place.

use super::life::{Adoption, Birth, Life, Phase, Reap, Span, Who};
use super::{Event, What};
use std::collections::HashMap;
use std::rc::Rc;

/// What is known of a life while its events come in.
#[derive(Debug)]
struct Now {
    phase: Phase,
    since: i64,
    event: Option<usize>,
    /// The waits that have begun and are not over, the innermost last: a handler may wait in the middle of a sleep.
    waits: Vec<usize>,
    /// The wait that was over last, and the event that said so.
    woken: Option<(usize, usize)>,
    /// The event that stopped it.
    stop: Option<usize>,
    /// Its name came from `spawn`, and stays.
    named: bool,
}

/// Whom an event happened to and who did it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Parties {
    pub target: Option<usize>,
    pub actor: Option<usize>,
}

pub(super) struct Gather<'a> {
    events: &'a [Event],
    lives: Vec<Life>,
    now: Vec<Now>,
    /// The last life of each pid; one that was reaped stays until the next begins, for what comes late.
    of_pid: HashMap<i32, usize>,
    parties: Vec<Parties>,
}

/// The lives in the order of their births, and for each event its parties. The events stand in the order of their times.
pub(super) fn gather(events: &[Event]) -> (Vec<Life>, Vec<Parties>) {
    let mut all = Gather {
        events,
        lives: Vec::new(),
        now: Vec::new(),
        of_pid: HashMap::new(),
        parties: Vec::with_capacity(events.len()),
    };
    for (index, event) in events.iter().enumerate() {
        let parties = all.take(index, event);
        all.parties.push(parties);
    }
    all.finish(events.last().map_or(0, |event| event.time))
}

impl Gather<'_> {
    fn take(&mut self, index: usize, event: &Event) -> Parties {
        // Of a group, of everybody, or of no process at all.
        if event.pid <= 0 {
            return Parties { target: None, actor: self.life_of(event.actor) };
        }
        let target = match &event.what {
            What::Spawned { name, daemon } => {
                let life = self.birth(event, Birth::Spawned, event.actor);
                self.lives[life].daemon |= daemon;
                self.name(life, name, true);
                life
            }
            What::Forked { parent, .. } => {
                let life = self.birth(event, Birth::Forked, *parent);
                self.make(life, event.actor, *parent);
                life
            }
            What::Found { parent, name } => {
                let life = self.birth(event, Birth::Found, *parent);
                self.name(life, name, false);
                life
            }
            // A signal that reached nobody makes nobody.
            What::Signalled { error: Some(_), .. } if !self.of_pid.contains_key(&event.pid) => {
                return Parties { target: None, actor: self.life_of(event.actor) };
            }
            _ => match self.of_pid.get(&event.pid) {
                Some(life) => *life,
                None => self.begin(event.pid, event.time, Birth::Unseen),
            },
        };
        let actor = self.life_of(event.actor);
        self.lives[target].events.push(index);
        if let Some(actor) = actor.filter(|actor| *actor != target) {
            self.lives[actor].deeds.push(index);
        }
        self.happen(target, index, event);
        Parties { target: Some(target), actor }
    }

    /// The last life of the pid.
    fn life_of(&self, pid: i32) -> Option<usize> {
        self.of_pid.get(&pid).copied()
    }

    fn who(&self, pid: i32) -> Who {
        Who { pid, life: self.life_of(pid) }
    }

    /// The life that a birth begins, or that it is a second account of.
    fn birth(&mut self, event: &Event, birth: Birth, parent: i32) -> usize {
        let parent = if parent == event.pid { 0 } else { parent.max(0) };
        // One who has children has a life, whether or not its own birth was seen. Who was there before need not.
        if birth != Birth::Found && parent > 0 && !self.of_pid.contains_key(&parent) {
            self.begin(parent, event.time, Birth::Unseen);
        }
        let known = self.life_of(event.pid).filter(|life| {
            let life = &self.lives[*life];
            life.reaped.is_none()
                && (life.birth == Birth::Unseen
                    || birth == Birth::Found
                    || life.birth != birth && (life.ppid == 0 || parent == 0 || life.ppid == parent))
        });
        let life = known.unwrap_or_else(|| self.begin(event.pid, event.time, birth));
        if matches!(self.lives[life].birth, Birth::Unseen | Birth::Found) || birth == Birth::Spawned {
            self.lives[life].birth = birth;
        }
        if self.lives[life].parent.is_none() {
            self.descend(life, parent);
        }
        life
    }

    /// Gives it the parent that it was born of.
    fn descend(&mut self, life: usize, pid: i32) {
        if pid != 0 && self.lives[life].ppid == 0 {
            self.lives[life].ppid = pid;
        }
        // A parent is older than its child. Where a record denies it, there would be circles.
        let Some(parent) = self.life_of(pid).filter(|parent| *parent < life) else { return };
        self.lives[life].parent = Some(parent);
        self.lives[parent].children.push(life);
        if self.lives[life].execs.is_empty() {
            let (name, command) = (self.lives[parent].name.clone(), self.lives[parent].command);
            self.lives[life].command = command;
            if !self.now[life].named {
                self.lives[life].name = name;
            }
        }
    }

    /// Notes who has made it, where that is not its parent. Whoever makes one is older, as a parent is.
    fn make(&mut self, life: usize, maker: i32, parent: i32) {
        let maker = self.life_of(maker).filter(|maker| *maker < life && self.lives[life].ppid == parent);
        if let Some(maker) = maker.filter(|maker| self.lives[*maker].pid != parent) {
            self.lives[maker].siblings_made.push(life);
        }
    }

    /// A new life; one that still had the pid is lost from the record here.
    fn begin(&mut self, pid: i32, time: i64, birth: Birth) -> usize {
        let index = self.lives.len();
        if let Some(before) = self.of_pid.insert(pid, index)
            && self.lives[before].reaped.is_none()
        {
            self.close(before, time);
        }
        self.now.push(Now {
            phase: Phase::Alive,
            since: time,
            event: None,
            waits: Vec::new(),
            woken: None,
            stop: None,
            named: false,
        });
        self.lives.push(Life {
            index,
            pid,
            birth,
            ppid: 0,
            parent: None,
            depth: 0,
            children: Vec::new(),
            siblings_made: Vec::new(),
            name: Rc::from("?"),
            daemon: false,
            execs: Vec::new(),
            command: None,
            started: time,
            ended: None,
            exitcode: None,
            core: false,
            killer: None,
            reaped: None,
            orphaned: None,
            adoptions: Vec::new(),
            until: time,
            spans: Vec::new(),
            events: Vec::new(),
            deeds: Vec::new(),
        });
        index
    }

    fn name(&mut self, life: usize, name: &str, by_spawn: bool) {
        if !name.is_empty() && (by_spawn || !self.now[life].named && self.lives[life].execs.is_empty()) {
            self.lives[life].name = Rc::from(name);
            self.now[life].named |= by_spawn;
        }
    }

    /// What the event changes in the life.
    fn happen(&mut self, life: usize, index: usize, event: &Event) {
        match &event.what {
            What::Executed { path, error, .. } => self.exec(life, index, path, error.is_none()),
            What::Exited { exitcode, core } => {
                self.lives[life].core |= core;
                self.end(life, event.time, *exitcode, Some(index));
            }
            What::Reaped { exitcode } => self.reap(life, event, *exitcode),
            What::Adopted { from, by } => {
                let adopter = self.who(event.actor);
                let one = &mut self.lives[life];
                if one.ended.is_none() {
                    one.orphaned.get_or_insert(event.time);
                }
                let name = Rc::from(by.as_str());
                one.adoptions.push(Adoption { time: event.time, from: *from, by: adopter, name });
            }
            _ if self.lives[life].ended.is_some() => {}
            What::Stopped { .. } => {
                self.now[life].stop = Some(index);
                self.settle(life, event.time);
            }
            What::Continued => {
                self.now[life].stop = None;
                self.settle(life, event.time);
            }
            What::Blocked { .. } => {
                self.now[life].waits.push(index);
                self.settle(life, event.time);
            }
            What::Woken { call, .. } => {
                // Waits inside this one are over as well, though nobody said so.
                while let Some(wait) = self.now[life].waits.pop() {
                    self.now[life].woken = Some((wait, index));
                    if matches!(&self.events[wait].what, What::Blocked { call: of, .. } if of == call) {
                        break;
                    }
                }
                self.settle(life, event.time);
            }
            _ => {}
        }
    }

    fn exec(&mut self, life: usize, index: usize, path: &str, succeeded: bool) {
        let one = &mut self.lives[life];
        one.execs.push(index);
        if !succeeded {
            return;
        }
        one.command = Some(index);
        let base = path.rsplit('/').find(|part| !part.is_empty());
        if let Some(base) = base.filter(|_| !self.now[life].named) {
            one.name = Rc::from(base);
        }
        if one.ended.is_none() {
            // Its other threads are no more, and what they waited for neither.
            self.now[life].waits.clear();
            self.settle(life, self.events[index].time);
        }
    }

    /// It ended. Of two accounts the first counts.
    fn end(&mut self, life: usize, time: i64, exitcode: i32, event: Option<usize>) {
        if self.lives[life].ended.is_some() {
            return;
        }
        self.enter(life, Phase::Zombie, event, time);
        self.now[life].waits = Vec::new();
        let one = &mut self.lives[life];
        (one.ended, one.exitcode) = (Some(time), Some(exitcode));
        if let Some(signal) = one.signal() {
            let sent = one.events.iter().rev().find(|index| {
                let event = &self.events[**index];
                match &event.what {
                    What::Signalled { signal: sent, error: None, .. } => *sent == signal,
                    What::Delivered { signal: sent, .. } => *sent == signal && event.actor > 0,
                    _ => false,
                }
            });
            one.killer = sent.filter(|index| self.events[**index].actor > 0).map(|index| Who {
                pid: self.events[*index].actor,
                life: self.parties.get(*index).and_then(|parties| parties.actor),
            });
        }
        for at in 0..self.lives[life].children.len() {
            let child = self.lives[life].children[at];
            if self.lives[child].ended.is_none() && self.has_its_pid(child) {
                self.lives[child].orphaned.get_or_insert(time);
            }
        }
    }

    /// No later life has its pid.
    fn has_its_pid(&self, life: usize) -> bool {
        self.life_of(self.lives[life].pid) == Some(life)
    }

    fn reap(&mut self, life: usize, event: &Event, exitcode: i32) {
        if self.lives[life].reaped.is_some() {
            return;
        }
        self.end(life, event.time, exitcode, None);
        let by = self.who(event.actor);
        let waited_since = by.life.filter(|reaper| *reaper != life).and_then(|reaper| {
            let now = &self.now[reaper];
            // The wait may still be told as under way, or as over with this pid for its result.
            let over = now.woken.filter(|(_, woken)| {
                matches!(&self.events[*woken].what, What::Woken { result, .. } if result.parse() == Ok(event.pid))
            });
            let wait = now.waits.last().copied().or(over.map(|(wait, _)| wait))?;
            let waits = matches!(&self.events[wait].what, What::Blocked { call, .. } if waits_for_children(call));
            waits.then(|| self.events[wait].time)
        });
        self.lives[life].reaped = Some(Reap { time: event.time, by, waited_since });
        self.close(life, event.time);
    }

    /// Goes over to the phase that follows from the stop and the waits.
    fn settle(&mut self, life: usize, time: i64) {
        let now = &self.now[life];
        let (phase, event) = match (now.stop, now.waits.last()) {
            (Some(stop), _) => (Phase::Stopped, Some(stop)),
            (None, Some(wait)) => (Phase::Sleeping, Some(*wait)),
            (None, None) => (Phase::Alive, None),
        };
        if (phase, event) != (now.phase, now.event) {
            self.enter(life, phase, event, time);
        }
    }

    fn enter(&mut self, life: usize, phase: Phase, event: Option<usize>, time: i64) {
        self.push_span(life, time);
        let now = &mut self.now[life];
        (now.phase, now.event, now.since) = (phase, event, time);
    }

    /// The span up to now; together with the one before where nothing lies between.
    fn push_span(&mut self, life: usize, to: i64) {
        let now = &self.now[life];
        let span = Span { phase: now.phase, from: now.since, to, event: now.event };
        let spans = &mut self.lives[life].spans;
        match spans.last_mut() {
            _ if span.from >= span.to => {}
            Some(last) if (last.to, last.phase, last.event) == (span.from, span.phase, span.event) => {
                last.to = to
            }
            _ => spans.push(span),
        }
    }

    /// From now on the pid is not its own.
    fn close(&mut self, life: usize, time: i64) {
        self.push_span(life, time);
        self.now[life].since = time;
        self.lives[life].until = time;
    }

    fn finish(mut self, end: i64) -> (Vec<Life>, Vec<Parties>) {
        for life in 0..self.lives.len() {
            // The others were reaped, or lost their pid to the next.
            if self.has_its_pid(life) && self.lives[life].reaped.is_none() {
                // Who reaps the first process is outside the record: it is not told when that was.
                let last = self.lives[life].ended.filter(|_| self.lives[life].parent.is_none());
                self.close(life, last.unwrap_or(end));
            }
            self.lives[life].children.sort_unstable();
            // A parent's index is the smaller one.
            let above = self.lives[life].parent.map(|parent| self.lives[parent].depth);
            self.lives[life].depth = above.map_or(0, |depth| depth + 1);
        }
        (self.lives, self.parties)
    }
}

/// Whether one who is asleep in this call waits for the end of a child.
fn waits_for_children(call: &str) -> bool {
    call.starts_with("wait") || call.starts_with("join")
}
