//! What became of every process of a record, to be asked: the tree, who was there when, who waited for whom.

use super::gather::{Parties, gather};
use super::life::{Life, Phase, Span};
use super::{Event, What};
use std::collections::HashSet;

/// The lives that a record's events add up to.
#[derive(Debug, Clone, Default)]
pub struct History {
    events: Vec<Event>,
    parties: Vec<Parties>,
    lives: Vec<Life>,
    /// All lives, by pid and then in the order of birth.
    by_pid: Vec<usize>,
    dropped: u64,
}

impl History {
    /// From the events of a record, in the order of their times; where they are not, they are put into it. Any list of
    /// events gives a history: what the record does not tell is None or [`super::Birth::Unseen`] in it.
    #[must_use]
    pub fn of(mut events: Vec<Event>) -> Self {
        for event in &mut events {
            // The clock never gives less. So the difference of two times is a time.
            event.time = event.time.max(0);
        }
        if !events.is_sorted_by_key(|event| event.time) {
            events.sort_by_key(|event| event.time);
        }
        let (lives, parties) = gather(&events);
        let mut by_pid: Vec<usize> = (0..lives.len()).collect();
        by_pid.sort_by_key(|life| lives[*life].pid);
        let dropped = events.iter().fold(0_u64, |sum, event| match event.what {
            What::Dropped { events } => sum.saturating_add(events),
            _ => sum,
        });
        Self { events, parties, lives, by_pid, dropped }
    }

    /// In the order of their times.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// In the order of their births.
    #[must_use]
    pub fn lives(&self) -> &[Life] {
        &self.lives
    }

    /// The time of the first event, in nanoseconds of the monotonic clock; 0 where there is none.
    #[must_use]
    pub fn started(&self) -> i64 {
        self.events.first().map_or(0, |event| event.time)
    }

    /// The time of the last event.
    #[must_use]
    pub fn ended(&self) -> i64 {
        self.events.last().map_or(0, |event| event.time)
    }

    /// How many events the record says that it had no room for.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Whether the event with this index tells again what another one has told: the birth of a `fork()` in a scenario, whose
    /// child has a name as what was spawned has; or what both an observer and the keeper have seen of an orphan.
    #[must_use]
    pub fn is_second_account(&self, event: usize) -> bool {
        let (Some(told), Some(life)) = (self.events.get(event), self.target(event)) else { return false };
        let is_birth =
            |what: &What| matches!(what, What::Spawned { .. } | What::Forked { .. } | What::Found { .. });
        let again = |before: &What| match &told.what {
            what if is_birth(what) => is_birth(before),
            What::Exited { .. } => matches!(before, What::Exited { .. }),
            What::Reaped { .. } => matches!(before, What::Reaped { .. }),
            _ => false,
        };
        let may_be = is_birth(&told.what) || matches!(told.what, What::Exited { .. } | What::Reaped { .. });
        let before = life.events.iter().take_while(|before| **before < event);
        may_be && before.into_iter().any(|before| again(&self.events[*before].what))
    }

    /// Whom the event with this index happened to; None where it names no process.
    #[must_use]
    pub fn target(&self, event: usize) -> Option<&Life> {
        self.life(self.parties.get(event)?.target?)
    }

    /// Who did the event with this index; None where nobody did or no life of it is known.
    #[must_use]
    pub fn actor(&self, event: usize) -> Option<&Life> {
        self.life(self.parties.get(event)?.actor?)
    }

    #[must_use]
    pub fn life(&self, index: usize) -> Option<&Life> {
        self.lives.get(index)
    }

    /// Every life that the pid had, in the order of birth.
    pub fn of_pid(&self, pid: i32) -> impl DoubleEndedIterator<Item = &Life> {
        let from = self.by_pid.partition_point(|life| self.lives[*life].pid < pid);
        let to = self.by_pid.partition_point(|life| self.lives[*life].pid <= pid);
        self.by_pid[from..to].iter().map(|life| &self.lives[*life])
    }

    /// Who had the pid at that time; at the moment between two lives, the later one.
    #[must_use]
    pub fn at(&self, pid: i32, time: i64) -> Option<&Life> {
        self.of_pid(pid).rfind(|life| life.started <= time).filter(|life| time <= life.until)
    }

    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Life> {
        self.lives.iter().filter(move |life| &*life.name == name)
    }

    /// Those whose parents are not in the record.
    pub fn roots(&self) -> impl DoubleEndedIterator<Item = &Life> {
        self.lives.iter().filter(|life| life.parent.is_none())
    }

    pub fn children(&self, of: &Life) -> impl DoubleEndedIterator<Item = &Life> {
        of.children.iter().map(|child| &self.lives[*child])
    }

    /// Every life, each directly followed by what descends from it: the order in which a tree is drawn.
    #[must_use]
    pub fn tree(&self) -> Vec<&Life> {
        let mut next: Vec<&Life> = self.roots().rev().collect();
        let mut all = Vec::new();
        while let Some(life) = next.pop() {
            all.push(life);
            next.extend(self.children(life).rev());
        }
        all
    }

    /// All that a life has started, and what those have: its children first, as in [`History::tree`], and what it has made for its
    /// parent instead of for itself, which descends from it all the same.
    #[must_use]
    pub fn descendants(&self, of: &Life) -> Vec<&Life> {
        let mut seen = HashSet::from([of.index]);
        let mut all: Vec<&Life> = Vec::new();
        let mut next: Vec<usize> = Vec::new();
        let mut go_on = |life: &Life, next: &mut Vec<usize>| {
            let made = life.children.iter().chain(&life.siblings_made).rev();
            next.extend(made.filter(|made| seen.insert(**made)));
        };
        go_on(of, &mut next);
        while let Some(life) = next.pop().and_then(|index| self.lives.get(index)) {
            all.push(life);
            go_on(life, &mut next);
        }
        all
    }

    /// Path and arguments of the program that it ran last, its own or what it has from its parent.
    #[must_use]
    pub fn command(&self, life: &Life) -> Option<(&str, &[String])> {
        match &self.events.get(life.command?)?.what {
            What::Executed { path, args, .. } => Some((path, args)),
            _ => None,
        }
    }

    /// Call and object of the wait that a span is asleep in.
    #[must_use]
    pub fn waits_in(&self, span: &Span) -> Option<(&str, &str)> {
        match &self.events.get(span.event.filter(|_| span.phase == Phase::Sleeping)?)?.what {
            What::Blocked { call, on } => Some((call, on)),
            _ => None,
        }
    }

    /// Whether there was a moment at which all of them were alive.
    #[must_use]
    pub fn overlap(&self, lives: &[&Life]) -> bool {
        // The last one to be born found all the others there.
        let born = lives.iter().max_by_key(|life| life.started);
        born.is_none_or(|born| lives.iter().all(|life| born.overlaps(life)))
    }

    /// Whether each ended before the next started.
    #[must_use]
    pub fn serial(&self, lives: &[&Life]) -> bool {
        lives.windows(2).all(|pair| pair[0].ended.is_some_and(|ended| ended <= pair[1].started))
    }

    /// Whom it reaped, in that order.
    pub fn reaped_by<'a>(&'a self, life: &'a Life) -> impl Iterator<Item = &'a Life> {
        let reaps = move |event: &&usize| {
            let target = self.target(**event).and_then(|target| target.reaped);
            matches!(self.events[**event].what, What::Reaped { .. })
                && target.is_some_and(|reap| {
                    reap.by.life == Some(life.index) && reap.time == self.events[**event].time
                })
        };
        life.deeds.iter().filter(reaps).filter_map(|event| self.target(*event))
    }

    /// The zombie that lay there longest, and for how many nanoseconds.
    #[must_use]
    pub fn longest_zombie(&self) -> Option<(&Life, i64)> {
        self.lives.iter().filter_map(|life| Some((life, life.zombie_for()?))).max_by_key(|(_, span)| *span)
    }

    /// Its descendants that were still alive at its end.
    #[must_use]
    pub fn outlived_by(&self, life: &Life) -> Vec<&Life> {
        let Some(end) = life.ended else { return Vec::new() };
        self.descendants(life).into_iter().filter(|one| one.is_alive_at(end)).collect()
    }

    /// The most that were alive at one moment, without bystanders.
    #[must_use]
    pub fn most_at_once(&self) -> usize {
        let counted = || self.lives.iter().filter(|life| !life.is_bystander());
        let mut born: Vec<i64> = counted().map(|life| life.started).collect();
        let mut gone: Vec<i64> = counted().filter_map(|life| life.ended).collect();
        born.sort_unstable();
        gone.sort_unstable();
        let (mut most, mut dead): (usize, usize) = (0, 0);
        for (alive, time) in (1_usize..).zip(born) {
            while gone.get(dead).is_some_and(|end| *end <= time) {
                dead += 1;
            }
            most = most.max(alive.saturating_sub(dead));
        }
        most
    }
}
