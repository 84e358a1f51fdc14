//! What is recorded of a run, as events: the births and ends that its table knows, and what its processes wrote into its log.

use crate::event::{Event, Place, What, unpack};
use crate::process::{Change, Dropped, ExitStatus, Life, Run};
use std::collections::HashMap;
use std::sync::atomic::Ordering::SeqCst;

/// Who adopts orphans, in the language's words.
pub(super) const INIT: &str = "init";

/// All that is recorded of a run up to now, in the order of time. Any process of the run may ask, also when the run is over.
///
/// The first event says that the run's keeper, `init`, was there. What the log had no room for is told by
/// [`What::Dropped`].
#[must_use]
pub fn events(run: Run) -> Vec<Event> {
    let recorded = run.recorded();
    let keeper = run.control().keeper_pid.load(SeqCst);
    let mut all: Vec<Event> = Vec::new();
    if let Some(first) = recorded.lives.iter().map(|life| life.started).min() {
        let parent = run.control().guard_pid.load(SeqCst);
        let what = What::Found { parent, name: INIT.to_owned() };
        all.push(Event { time: first, pid: keeper, actor: 0, place: None, what });
    }
    // In this order among those of one time: no effect stands before its cause.
    all.extend(recorded.lives.iter().flat_map(birth));
    all.extend(recorded.events.iter().filter_map(|bytes| unpack(bytes)));
    all.extend(recorded.changes.iter().map(change));
    before_the_end(&mut all, &recorded.lives);
    all.extend(recorded.lives.iter().filter_map(end));
    all.extend(adoptions(&recorded.lives, keeper));
    all.extend(recorded.lives.iter().filter_map(reaping));
    all.extend(recorded.dropped.iter().map(dropped));
    all.sort_by_key(|event| event.time);
    all
}

fn place(life: &Life) -> Option<Place> {
    life.place.map(|(source, line)| Place { source, line })
}

/// What `fork()` made is told of twice, for it has a name as what was spawned has; see [`History::is_second_account`].
///
/// [`History::is_second_account`]: crate::event::History::is_second_account
fn birth(life: &Life) -> impl Iterator<Item = Event> {
    let forked = life.forked.then(|| What::Forked { parent: life.spawner, call: "fork".to_owned() });
    let spawned = What::Spawned { name: life.name.clone(), daemon: life.daemon };
    let (time, pid, actor, place) = (life.started, life.pid, life.spawner, place(life));
    forked.into_iter().chain([spawned]).map(move |what| Event { time, pid, actor, place, what })
}

/// When each process ended and was reaped, in the order of births: of a pid that was several processes'.
type Spans = HashMap<i32, Vec<(i64, i64, i64)>>;

/// What a process did was before its end, whoever else told of it and when: the table alone says when that was.
fn before_the_end(events: &mut [Event], lives: &[Life]) {
    let mut spans = Spans::new();
    for life in lives {
        let reaped = life.reaped.map_or(i64::MAX, |reaping| reaping.time);
        if let Some(ended) = life.ended {
            spans.entry(life.pid).or_default().push((life.started, ended, reaped));
        }
    }
    for event in events.iter_mut().filter(|event| event.pid == event.actor) {
        let of_pid = spans.get(&event.pid).map_or(&[][..], Vec::as_slice);
        let ended = of_pid
            .iter()
            .rfind(|(started, _, reaped)| (*started..=*reaped).contains(&event.time))
            .map(|(_, ended, _)| *ended);
        event.time = event.time.min(ended.unwrap_or(i64::MAX));
    }
}

fn end(life: &Life) -> Option<Event> {
    let (time, status) = (life.ended?, life.status?);
    let (actor, core) = match status {
        ExitStatus::Exited(_) => (life.pid, false),
        ExitStatus::Signaled { core, .. } => (0, core),
    };
    let what = What::Exited { exitcode: code(status), core };
    Some(Event { time, pid: life.pid, actor, place: None, what })
}

fn code(status: ExitStatus) -> i32 {
    i32::try_from(status.code()).unwrap_or(i32::MAX)
}

fn reaping(life: &Life) -> Option<Event> {
    let reaping = life.reaped.filter(|reaping| reaping.by != 0)?;
    let what = What::Reaped { exitcode: code(life.status?) };
    Some(Event { time: reaping.time, pid: life.pid, actor: reaping.by, place: None, what })
}

fn change(change: &Change) -> Event {
    let what = match change.signal {
        Some(signal) => What::Stopped { signal },
        None => What::Continued,
    };
    Event { time: change.time, pid: change.pid, actor: 0, place: None, what }
}

fn dropped(dropped: &Dropped) -> Event {
    let what = What::Dropped { events: dropped.records };
    Event { time: dropped.last, pid: 0, actor: 0, place: None, what }
}

/// As a process ends, the kernel gives its children to the nearest process above that adopts: the keeper. So the end is the
/// time of it, for the living as for those that had ended and were not reaped.
fn adoptions(lives: &[Life], keeper: i32) -> Vec<Event> {
    let mut of_pid: HashMap<i32, Vec<&Life>> = HashMap::new();
    for life in lives {
        of_pid.entry(life.pid).or_default().push(life);
    }
    let adoption = |life: &Life| {
        let parent = of_pid.get(&life.spawner)?.iter().rfind(|one| one.started <= life.started)?;
        let time = parent.ended.or(parent.reaped.map(|reaping| reaping.time))?;
        let reaped_before =
            life.reaped.is_some_and(|reaping| reaping.by == parent.pid || reaping.time <= time);
        let what = What::Adopted { from: parent.pid, by: INIT.to_owned() };
        (!reaped_before).then_some(Event {
            time: time.max(life.started),
            pid: life.pid,
            actor: keeper,
            place: None,
            what,
        })
    };
    lives.iter().filter_map(adoption).collect()
}
