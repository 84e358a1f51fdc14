//! Whether a run had a processor when it wanted one. The keeper looks from time to time; what it sees between two looks is a slice.

use super::budget::descendants;
use super::switch::Protection;
use crate::process::load::{self, Idle};
use crate::process::{Run, clock, pause, proc_file, wait};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// One slice of a run's time. Nanoseconds, but for the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// On which it may run.
    pub processors: u32,
    pub time: i64,
    /// In which those had nothing to do, of all of them together.
    pub idle: i64,
    /// Of processors, that the run's processes had together.
    pub own: i64,
    /// What its processes have waited for a processor, added up; none where nobody knows.
    pub waited: Option<i64>,
}

impl Slice {
    /// For how long others had a processor that the run wanted. A run can count on one, so this is never more than it had less than
    /// one; nor more than others had, nor than its processes waited; and where a processor was free, it is nothing.
    #[must_use]
    pub fn lost(self) -> i64 {
        let all = self.time.saturating_mul(i64::from(self.processors));
        let idle = self.idle.clamp(0, all.max(0));
        // Counts are in steps, and the kernel takes a moment to see that a processor is free.
        let free = (all / 5).min(self.time);
        if idle >= free {
            return 0;
        }
        let others = all - idle - self.own;
        (self.time - self.own).min(others).min(self.waited.unwrap_or(i64::MAX)).max(0)
    }
}

/// What a run lost to others, as far as somebody looked. Nanoseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strain {
    /// Of its time, that was looked at.
    pub seen: i64,
    /// Of that, in which others had the processor that it wanted.
    pub lost: i64,
}

impl Strain {
    /// Adds what a slice shows.
    pub fn add(&mut self, slice: Slice) {
        self.seen = self.seen.saturating_add(slice.time.max(0));
        self.lost = self.lost.saturating_add(slice.lost());
    }

    /// Whether a limit of time says nothing of the run, because others took a tenth of it or more; see [`in_doubt`]. `excused` of what others had was spent on the run by ourselves, in nanoseconds: it comes back to who reads what a run prints.
    #[must_use]
    pub fn is_grave(self, excused: i64) -> bool {
        self.lost.saturating_sub(excused.max(0)).saturating_mul(10) >= self.seen
    }
}

/// Whether a limit of time says nothing of a run, because others took a tenth of its time or more. Where nobody looked, nobody knows.
/// `excused` is as in [`Strain::is_grave`].
#[must_use]
pub fn in_doubt(strain: Option<Strain>, excused: i64) -> bool {
    Protection::Doubt.is_on() && strain.is_none_or(|strain| strain.is_grave(excused))
}

/// A run being looked at, by the keeper.
#[derive(Debug)]
pub struct Meter {
    /// By pid 1 of a namespace, in which there is nobody else.
    inside: bool,
    processors: Vec<usize>,
    next: Instant,
    /// How long the last look took.
    cost: Duration,
    last: Look,
    strain: Strain,
}

/// What was seen at one time. Nanoseconds.
#[derive(Debug, Default)]
struct Look {
    at: i64,
    idle: Option<Idle>,
    /// How long the slice before it was.
    time: i64,
    /// Of processors: that all have had until now who live or were waited for; and the part of it of those who do not live.
    had: i64,
    dead: i64,
    each: HashMap<i32, Seen>,
}

/// What was seen of one process. Nanoseconds.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// That it had of processors itself.
    own: i64,
    /// And what those had that it has waited for.
    reaped: i64,
    /// How long it waited for one; none where the kernel does not tell.
    waited: Option<i64>,
    /// Of that, in the last slice.
    lately: i64,
}

impl Meter {
    /// How long a slice is, at least.
    const PERIOD: Duration = Duration::from_millis(200);
    /// A look takes no more than one of so many parts of the time.
    const SHARE: u32 = 20;
    /// No look is worth it for what lasted less than this, but for the only one.
    const SHORT: i64 = 20 * clock::MILLISECOND;
    /// And none may keep everybody waiting for longer at the end.
    const LONG: Duration = Duration::from_millis(20);

    /// The run begins.
    #[must_use]
    pub fn new(inside: bool) -> Self {
        let processors = pause::processors();
        let last = Look {
            at: clock::monotonic(),
            idle: load::idle(&processors),
            had: wait::reaped_time(),
            dead: wait::reaped_time(),
            ..Look::default()
        };
        let next = Instant::now() + Self::PERIOD;
        Self { inside, processors, next, cost: Duration::ZERO, last, strain: Strain::default() }
    }

    /// When to look next.
    #[must_use]
    pub fn next(&self) -> Instant {
        self.next
    }

    /// Looks, where it is time to.
    pub fn look(&mut self, now: Instant, run: &Run) {
        if now < self.next {
            return;
        }
        self.take(run);
        self.cost = now.elapsed();
        self.next = now + self.cost + Self::PERIOD.max(self.cost * Self::SHARE);
    }

    /// Looks for the last time, as long as its processes can be seen; none where it could not be seen what others had.
    pub fn finish(mut self, run: &Run) -> Option<Strain> {
        let since = clock::monotonic() - self.last.at;
        if self.strain.seen == 0 || (since > Self::SHORT && self.cost < Self::LONG) {
            self.take(run);
        }
        (self.strain.seen > 0).then_some(self.strain)
    }

    fn take(&mut self, run: &Run) {
        let look = self.see(run);
        if let Some(slice) = slice(&self.last, &look) {
            self.strain.add(slice);
        }
        self.last = look;
    }

    fn see(&self, run: &Run) -> Look {
        let pids = if self.inside { proc_file::all_pids().unwrap_or_default() } else { descendants() };
        let mut each = HashMap::new();
        for pid in pids.into_iter().filter(|pid| *pid > 1) {
            let Ok(stat) = proc_file::stat(pid) else { continue };
            // A tracer is ours: what it does is done for the run, and what it waits for says nothing of it.
            let waited = if run.is_observer(pid) { Some(0) } else { load::waited(pid, stat.threads) };
            let own = stat.user_time.saturating_add(stat.system_time);
            let before = self.last.each.get(&pid).and_then(|seen| seen.waited);
            let lately = since(before, waited.unwrap_or(0));
            each.insert(pid, Seen { own, reaped: stat.reaped_time, waited, lately });
        }
        let sum = |part: fn(&Seen) -> i64| each.values().map(part).fold(0, i64::saturating_add);
        let dead = sum(|seen| seen.reaped).saturating_add(wait::reaped_time());
        let had = sum(|seen| seen.own).saturating_add(dead);
        let at = clock::monotonic();
        Look { at, idle: load::idle(&self.processors), time: at - self.last.at, had, dead, each }
    }
}

/// What was added; of a smaller count all, for it is another process's.
fn since(before: Option<i64>, now: i64) -> i64 {
    before.filter(|before| *before <= now).map_or(now, |before| now - before)
}

/// What lies between two looks; none where it cannot be known.
fn slice(before: &Look, now: &Look) -> Option<Slice> {
    let (first, last) = (before.idle?, now.idle?);
    if now.time <= 0 || first.processors != last.processors {
        return None;
    }
    // Whose parent does not wait for it is in no sum any more when it has ended: those that live had at least this.
    let living = now.each.iter().map(|(pid, seen)| since(before.each.get(pid).map(|old| old.own), seen.own));
    let own = (now.had - before.had).max(living.fold(0, i64::saturating_add));
    Some(Slice {
        processors: last.processors,
        time: now.time,
        idle: last.time - first.time,
        own,
        waited: waited(before, now),
    })
}

/// Those who have ended have waited as they did before. Of those whom nobody has seen this is not known: then it is not known of all,
/// unless they had so little of processors that it does not matter.
fn waited(before: &Look, now: &Look) -> Option<i64> {
    let mut sum = 0_i64;
    for seen in now.each.values() {
        seen.waited?;
        sum = sum.saturating_add(seen.lately);
    }
    let mut unseen = now.dead - before.dead;
    for (_, gone) in before.each.iter().filter(|(pid, _)| !now.each.contains_key(pid)) {
        let lately = gone.lately.saturating_mul(now.time) / before.time.max(1);
        sum = sum.saturating_add(lately);
        unseen = unseen.saturating_sub(gone.own);
    }
    (unseen < now.time / 10).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Of two processors, for a second: milliseconds.
    fn lost(idle: i64, own: i64, waited: Option<i64>) -> i64 {
        let ms = clock::MILLISECOND;
        let waited = waited.map(|time| time * ms);
        Slice { processors: 2, time: 1000 * ms, idle: idle * ms, own: own * ms, waited }.lost() / ms
    }

    #[test]
    fn who_is_kept_waiting_has_lost_what_it_lacks_of_one_processor() {
        assert_eq!(lost(0, 300, Some(700)), 700, "others had both");
        assert_eq!(lost(0, 300, None), 700, "nobody counts what it waited");
        assert_eq!(lost(300, 300, Some(700)), 700, "there was hardly a moment for it");
        assert_eq!(lost(0, 1000, Some(5000)), 0, "it had one, and wanted more");
        assert_eq!(lost(0, 1900, Some(90_000)), 0, "it had both, and its processes waited for each other");
        assert_eq!(lost(0, 1500, None), 0);
    }

    #[test]
    fn who_sleeps_has_lost_nothing() {
        assert_eq!(lost(0, 0, Some(0)), 0, "others had both, and it did not want any");
        assert_eq!(lost(0, 10, Some(30)), 30, "it woke up now and then");
        assert_eq!(lost(1000, 0, None), 0, "one was free");
        assert_eq!(lost(2000, 0, None), 0, "all were free");
        assert_eq!(lost(400, 0, Some(1000)), 0, "it was bound to one that was not free, by itself");
    }

    #[test]
    fn a_tenth_is_grave() {
        let strain = |seen, lost| Strain { seen, lost };
        assert!(strain(1000, 100).is_grave(0) && strain(0, 0).is_grave(0) && strain(9, 9).is_grave(0));
        assert!(!strain(1000, 99).is_grave(0));
        // We ourselves had that processor, to read what it prints.
        assert!(!strain(1000, 900).is_grave(801) && strain(1000, 900).is_grave(800));
    }

    /// Two looks with a process each: how long it waited and what it had; and what those had who are dead.
    fn looks(first: &[(i32, Seen)], dead: i64, now: &[(i32, Seen)]) -> Option<i64> {
        let look = |each: &[(i32, Seen)], dead| Look {
            time: 1000,
            dead,
            each: each.iter().copied().collect(),
            ..Look::default()
        };
        waited(&look(first, 0), &look(now, dead))
    }

    #[test]
    fn who_has_ended_waited_as_before() {
        let seen = |own, lately| Seen { own, waited: Some(lately), lately, reaped: 0 };
        assert_eq!(looks(&[(2, seen(5, 300))], 0, &[(2, seen(6, 20)), (3, seen(0, 7))]), Some(27));
        assert_eq!(looks(&[(2, seen(5, 300))], 5, &[]), Some(300));
        // Somebody whom nobody has seen.
        assert_eq!(looks(&[(2, seen(5, 0))], 500, &[(2, seen(5, 0))]), None);
        assert_eq!(looks(&[(2, seen(5, 0))], 99, &[(2, seen(5, 0))]), Some(0));
        // Nobody counts it.
        assert_eq!(looks(&[], 0, &[(2, Seen { waited: None, ..seen(1, 0) })]), None);
    }

    #[test]
    fn what_nobody_waited_for_has_been_had_all_the_same() {
        let idle = Some(Idle { processors: 2, time: 0 });
        let look = |had, each: &[(i32, i64)]| Look {
            idle,
            had,
            time: 1000,
            each: each.iter().map(|(pid, own)| (*pid, Seen { own: *own, ..Seen::default() })).collect(),
            ..Look::default()
        };
        // One of 900 has ended without a word; the other had 400 more.
        let slice = slice(&look(1000, &[(2, 100), (3, 900)]), &look(500, &[(2, 500)]));
        assert_eq!(slice.map(|slice| slice.own), Some(400));
    }

    #[test]
    fn processors_that_come_and_go_tell_nothing() {
        let look =
            |processors, time| Look { idle: Some(Idle { processors, time: 0 }), time, ..Look::default() };
        assert!(slice(&look(2, 1), &look(2, 1)).is_some());
        assert!(slice(&look(2, 1), &look(3, 1)).is_none());
        assert!(slice(&look(2, 1), &look(2, 0)).is_none());
        assert!(slice(&Look::default(), &look(2, 1)).is_none());
    }

    proptest! {
        /// A work can do what it likes alone: whatever it has, nobody else has, and so nothing is lost to others.
        #[test]
        fn nobody_is_kept_waiting_by_itself(
            processors in 1_u32..300, time in 1_i64..10_000_000_000, part in 0.0_f64..=1.0, waited in any::<Option<i64>>(),
        ) {
            let all = time * i64::from(processors);
            let own = (all as f64 * part) as i64;
            let slice = Slice { processors, time, idle: all - own, own, waited };
            prop_assert_eq!(slice.lost(), 0);
        }

        /// More for it, for others less, and more that is free: it never loses more by that; and never more than there is.
        #[test]
        fn less_is_lost_where_more_is_free(
            processors in 1_u32..300, time in 0_i64..10_000_000_000, idle in any::<i64>(), own in 0_i64..i64::MAX / 4,
            waited in any::<Option<i64>>(), more in 0_i64..10_000_000_000,
        ) {
            let slice = Slice { processors, time, idle, own, waited };
            let lost = slice.lost();
            prop_assert!((0..=time).contains(&lost));
            let more_own = Slice { own: own + more, ..slice };
            prop_assert!(more_own.lost() <= lost);
            let more_free = Slice { idle: idle.saturating_add(more), ..slice };
            prop_assert!(more_free.lost() <= lost);
            prop_assert!(waited.is_none_or(|waited| lost <= waited.max(0)));
        }

        /// One that had less than nine tenths of a processor, because others had all, is in doubt.
        #[test]
        fn who_was_starved_is_in_doubt(processors in 1_u32..300, share in 0.0_f64..0.89, slices in 1_usize..50) {
            let time = 200_000_000;
            let own = (time as f64 * share) as i64;
            let slice = Slice { processors, time, idle: 0, own, waited: Some(time - own) };
            let mut strain = Strain::default();
            (0..slices).for_each(|_| strain.add(slice));
            prop_assert!(strain.is_grave(0));
        }
    }
}
