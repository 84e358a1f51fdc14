//! From events to lives: what a record adds up to, whatever is missing from it or stands in it twice.

#[path = "history/any.rs"]
mod any;

use any::any_history;
use proctor::event::{Birth, Effect, Event, History, Life, Phase, Span, What};
use proctor::value::Signal;
use proptest::prelude::*;
use std::collections::HashSet;

const KILL: Signal = Signal(9);
const MS: i64 = 1_000_000;

fn event(milliseconds: i64, pid: i32, actor: i32, what: What) -> Event {
    Event { time: milliseconds * MS, pid, actor, place: None, what }
}

fn spawned(name: &str) -> What {
    What::Spawned { name: name.into(), daemon: false }
}

fn forked(parent: i32) -> What {
    What::Forked { parent, call: "fork".into() }
}

fn found(name: &str) -> What {
    What::Found { parent: 1, name: name.into() }
}

fn executed(path: &str) -> What {
    What::Executed { path: path.into(), args: vec![path.into(), "-x".into()], error: None }
}

fn exited(exitcode: i32) -> What {
    What::Exited { exitcode, core: false }
}

fn blocked(call: &str, on: &str) -> What {
    What::Blocked { call: call.into(), on: on.into() }
}

fn woken(call: &str, result: &str) -> What {
    What::Woken { call: call.into(), result: result.into() }
}

fn signalled(signal: Signal) -> What {
    What::Signalled { signal, call: "kill".into(), error: None }
}

/// Phases with the milliseconds at which they end.
fn phases(life: &Life) -> Vec<(Phase, i64)> {
    life.spans.iter().map(|span| (span.phase, span.to / MS)).collect()
}

fn names(lives: &[&Life]) -> Vec<String> {
    lives.iter().map(|life| life.name.to_string()).collect()
}

/// main spawns alex and barry; alex sleeps, ends, is a zombie; barry is stopped and killed by main.
fn two_children() -> History {
    History::of(vec![
        event(0, 10, 0, found("main")),
        event(1, 11, 10, spawned("alex")),
        event(2, 12, 10, spawned("barry")),
        event(2, 10, 10, blocked("join", "barry")),
        event(3, 11, 11, blocked("sleep", "5ms")),
        event(4, 12, 12, What::Stopped { signal: Signal(19) }),
        event(6, 12, 12, What::Continued),
        event(8, 11, 11, woken("sleep", "")),
        event(9, 11, 11, exited(3)),
        event(10, 12, 11, signalled(Signal(15))),
        event(11, 12, 10, signalled(KILL)),
        event(11, 12, 0, What::Delivered { signal: KILL, effect: Effect::Default }),
        event(12, 12, 0, exited(-9)),
        event(13, 10, 10, woken("join", "12")),
        event(13, 12, 10, What::Reaped { exitcode: -9 }),
        event(20, 11, 10, What::Reaped { exitcode: 3 }),
        event(21, 10, 10, exited(0)),
    ])
}

#[test]
fn a_life_is_from_birth_to_reaping() {
    let history = two_children();
    let [main, alex, barry] = history.lives() else { panic!("{:#?}", history.lives()) };
    assert_eq!((&*alex.name, alex.pid, alex.parent, alex.depth), ("alex", 11, Some(0), 1));
    assert_eq!((alex.started, alex.ended, alex.until), (MS, Some(9 * MS), 20 * MS));
    assert_eq!((alex.exitcode, alex.signal(), alex.killer), (Some(3), None, None));
    assert_eq!(
        phases(alex),
        [(Phase::Alive, 3), (Phase::Sleeping, 8), (Phase::Alive, 9), (Phase::Zombie, 20)]
    );
    assert_eq!(history.waits_in(&alex.spans[1]), Some(("sleep", "5ms")));
    assert_eq!(history.waits_in(&alex.spans[3]), None);
    assert_eq!(alex.zombie_for(), Some(11 * MS));
    assert_eq!(
        phases(barry),
        [(Phase::Alive, 4), (Phase::Stopped, 6), (Phase::Alive, 12), (Phase::Zombie, 13)]
    );
    assert_eq!(barry.signal(), Some(KILL));
    assert_eq!(barry.killer.map(|who| (who.pid, who.life)), Some((10, Some(0))));
    let reap = barry.reaped.expect("it was reaped");
    assert_eq!((reap.time, reap.by.life, reap.waited_since), (13 * MS, Some(0), Some(2 * MS)));
    assert_eq!(alex.reaped.expect("it was reaped").waited_since, None);
    assert_eq!(main.children, [1, 2]);
    assert_eq!(main.parent, None);
}

/// alex makes a child for main instead of for himself, and that one has a child of its own.
#[test]
fn who_makes_a_child_for_its_parent_has_started_it_all_the_same() {
    let as_sibling = What::Forked { parent: 10, call: "clone".into() };
    let history = History::of(vec![
        event(0, 10, 0, found("main")),
        event(1, 11, 10, spawned("alex")),
        event(2, 12, 11, as_sibling),
        event(3, 13, 12, forked(12)),
        event(4, 14, 11, forked(11)),
        event(5, 11, 11, exited(0)),
    ]);
    let pids = |lives: Vec<&Life>| lives.iter().map(|life| life.pid).collect::<Vec<_>>();
    let [main, alex, ..] = history.lives() else { panic!("{:#?}", history.lives()) };
    assert_eq!(pids(history.descendants(alex)), [14, 12, 13]);
    assert_eq!(pids(history.descendants(main)), [11, 14, 12, 13]);
    assert_eq!(pids(history.children(main).collect()), [11, 12]);
    assert_eq!(pids(history.outlived_by(alex)), [14, 12, 13]);
    assert_eq!(pids(history.tree()), [10, 11, 14, 12, 13]);
}

#[test]
fn what_is_asked_of_a_history() {
    let history = two_children();
    let [main, alex, barry] = history.lives() else { panic!("{:#?}", history.lives()) };
    assert!(history.overlap(&[main, alex, barry]));
    assert!(!history.serial(&[alex, barry]));
    assert_eq!(names(&history.reaped_by(main).collect::<Vec<_>>()), ["barry", "alex"]);
    assert_eq!(history.longest_zombie().map(|(life, span)| (life.index, span)), Some((1, 11 * MS)));
    assert_eq!(history.most_at_once(), 3);
    assert_eq!(names(&history.tree()), ["main", "alex", "barry"]);
    assert_eq!(names(&history.descendants(main)), ["alex", "barry"]);
    assert!(history.outlived_by(main).is_empty());
    assert_eq!(history.named("barry").map(|life| life.pid).collect::<Vec<_>>(), [12]);
    assert_eq!(history.at(11, 15 * MS).map(|life| life.index), Some(1));
    assert_eq!(history.at(11, 21 * MS).map(|life| life.index), None);
    assert_eq!(alex.phase_at(2 * MS), Some(Phase::Alive));
    assert_eq!(alex.phase_at(3 * MS), Some(Phase::Sleeping));
    assert_eq!(alex.phase_at(20 * MS), None);
    assert_eq!((history.started(), history.ended()), (0, 21 * MS));
}

#[test]
fn one_after_the_other_does_not_overlap() {
    let mut events = vec![event(0, 1, 0, found("init")), event(0, 10, 1, spawned("main"))];
    for (index, pid) in (11..14).enumerate() {
        let start = 10 * i64::try_from(index).expect("small");
        events.push(event(start, pid, 10, spawned("w")));
        events.push(event(start + 10, pid, pid, exited(0)));
        events.push(event(start + 10, pid, 10, What::Reaped { exitcode: 0 }));
    }
    let history = History::of(events);
    let workers: Vec<&Life> = history.lives()[2..].iter().collect();
    assert!(history.serial(&workers));
    assert!(!history.overlap(&workers));
    assert!(!history.overlap(&workers[..2]));
    assert!(history.lives()[0].is_bystander());
    assert_eq!(history.most_at_once(), 2);
}

#[test]
fn a_pid_that_is_used_again_is_another_process() {
    let history = History::of(vec![
        event(0, 10, 0, found("main")),
        event(1, 11, 10, spawned("first")),
        event(2, 11, 11, exited(0)),
        event(3, 11, 10, What::Reaped { exitcode: 0 }),
        // Written down late.
        event(3, 11, 10, What::Reaped { exitcode: 0 }),
        event(4, 11, 10, forked(10)),
        event(5, 11, 11, executed("/bin/cat")),
        // Its end was lost; the pid is another's.
        event(8, 11, 10, forked(10)),
    ]);
    let lives: Vec<&Life> = history.of_pid(11).collect();
    assert_eq!(names(&lives), ["first", "cat", "main"]);
    assert_eq!((lives[1].until, lives[1].ended), (8 * MS, None));
    assert_eq!(history.at(11, 3 * MS).map(|life| life.index), Some(1));
    assert_eq!(history.at(11, 4 * MS).map(|life| life.index), Some(2));
    assert_eq!(history.command(lives[1]).map(|(path, args)| (path, args.len())), Some(("/bin/cat", 2)));
}

#[test]
fn two_accounts_of_one_birth_are_one_life() {
    let history = History::of(vec![
        event(0, 10, 0, found("main")),
        // Its first act is in the record before its birth.
        event(1, 11, 11, executed("/usr/bin/python3")),
        event(1, 11, 10, spawned("student")),
        event(1, 11, 10, forked(10)),
        event(1, 11, 0, found("python3")),
        event(2, 12, 11, forked(11)),
        event(3, 11, 11, exited(0)),
        event(3, 11, 0, exited(0)),
        event(4, 11, 10, What::Reaped { exitcode: 0 }),
        event(4, 12, 1, What::Adopted { from: 11, by: "init".into() }),
    ]);
    let [_, student, child] = history.lives() else { panic!("{:#?}", history.lives()) };
    assert_eq!((&*student.name, student.birth, student.parent), ("student", Birth::Spawned, Some(0)));
    assert_eq!((&*child.name, child.depth), ("student", 2));
    assert_eq!(history.command(child).map(|(path, _)| path), Some("/usr/bin/python3"));
    assert_eq!(child.orphaned, Some(3 * MS));
    let adoption = &child.adoptions[0];
    assert_eq!((adoption.time, adoption.from, &*adoption.name, adoption.by.pid), (4 * MS, 11, "init", 1));
    assert_eq!(names(&history.outlived_by(student)), ["student"]);
}

#[test]
fn what_the_record_lacks_is_unseen() {
    let history = History::of(vec![
        event(1, 11, 10, spawned("child")),
        event(2, 20, 20, What::Printed { stream: "stdout".into(), text: "x".into(), bytes: 1 }),
        event(3, 30, 10, What::Reaped { exitcode: 4 }),
        event(4, 40, 10, What::Signalled { signal: KILL, call: "kill".into(), error: Some("ESRCH".into()) }),
        event(5, 0, 0, What::Dropped { events: 7 }),
    ]);
    let births: Vec<_> = history.lives().iter().map(|life| (life.pid, life.birth)).collect();
    assert_eq!(births, [(10, Birth::Unseen), (11, Birth::Spawned), (20, Birth::Unseen), (30, Birth::Unseen)]);
    let reaped = &history.lives()[3];
    assert_eq!((reaped.ended, reaped.exitcode, reaped.zombie_for()), (Some(3 * MS), Some(4), Some(0)));
    assert_eq!(history.dropped(), 7);
    assert_eq!(history.lives()[1].until, 5 * MS);
    assert!(History::of(Vec::new()).tree().is_empty());
}

#[test]
fn a_handler_may_wait_in_the_middle_of_a_wait_and_a_stop_lies_over_both() {
    let history = History::of(vec![
        event(0, 11, 10, spawned("p")),
        event(1, 11, 11, blocked("sleep", "")),
        event(2, 11, 11, blocked("acquire", "a lock")),
        event(3, 11, 0, What::Stopped { signal: Signal(20) }),
        event(4, 11, 11, woken("acquire", "")),
        event(5, 11, 0, What::Continued),
        event(6, 11, 11, woken("sleep", "")),
        event(7, 11, 11, exited(0)),
    ]);
    let calls: Vec<_> =
        history.lives()[1].spans.iter().map(|span| (span.phase, history.waits_in(span))).collect();
    let asleep = |call, on| (Phase::Sleeping, Some((call, on)));
    let bare = |phase| (phase, None);
    assert_eq!(
        calls,
        [
            bare(Phase::Alive),
            asleep("sleep", ""),
            asleep("acquire", "a lock"),
            bare(Phase::Stopped),
            asleep("sleep", ""),
            bare(Phase::Alive)
        ]
    );
}

#[test]
fn depth_and_number_have_no_limit_but_memory() {
    const MANY: i32 = 100_000;
    let mut events = vec![event(0, 1, 0, found("main"))];
    events.extend((2..MANY).map(|pid| event(i64::from(pid), pid, pid - 1, forked(pid - 1))));
    events.extend((2..MANY).map(|pid| event(i64::from(MANY), pid, 1, blocked("acquire", "it"))));
    let history = History::of(events);
    assert_eq!(history.tree().len(), usize::try_from(MANY - 1).expect("positive"));
    assert_eq!(history.lives().last().map(|life| life.depth), usize::try_from(MANY - 2).ok());
}

/// What holds of the spans of every life.
fn assert_spans(life: &Life) {
    let mut at = life.started;
    for Span { phase, from, to, .. } in &life.spans {
        assert_eq!(*from, at, "the spans of {life:#?} leave nothing out");
        assert!(from < to, "a span of {life:#?} is empty");
        assert_eq!(*phase == Phase::Zombie, life.ended.is_some_and(|ended| *from >= ended));
        at = *to;
    }
    assert_eq!(at, life.until, "the spans of {life:#?} end where it ends");
    assert!(life.ended.is_none_or(|ended| life.started <= ended && ended <= life.until));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 128 } else { 4096 }))]

    #[test]
    fn any_events_give_lives_that_hold_together(history in any_history()) {
        for life in history.lives() {
            assert_spans(life);
            for child in history.children(life) {
                prop_assert!(child.index > life.index && child.depth == life.depth + 1);
                prop_assert_eq!(child.parent, Some(life.index));
            }
            prop_assert!(life.parent.is_none_or(|parent| history.lives()[parent].children.contains(&life.index)));
            for event in &life.events {
                prop_assert_eq!(history.events()[*event].pid, life.pid);
                prop_assert_eq!(history.target(*event).map(|life| life.index), Some(life.index));
            }
            let others: Vec<&Life> = history.of_pid(life.pid).collect();
            for pair in others.windows(2) {
                prop_assert!(pair[0].until <= pair[1].started, "two lives of one pid at once");
            }
            let _ = (history.command(life), history.outlived_by(life), life.lifetime(), life.zombie_for());
            for other in history.lives() {
                prop_assert_eq!(life.overlaps(other), other.overlaps(life));
                prop_assert_eq!(history.overlap(&[life, other]), life.overlaps(other));
            }
        }
    }

    #[test]
    fn the_tree_has_every_life_once(history in any_history()) {
        let tree = history.tree();
        let seen: HashSet<usize> = tree.iter().map(|life| life.index).collect();
        prop_assert_eq!(seen.len(), tree.len());
        prop_assert_eq!(tree.len(), history.lives().len());
        let mut from_roots: HashSet<usize> = history.roots().map(|root| root.index).collect();
        for life in history.lives() {
            let below = history.descendants(life);
            let distinct: HashSet<usize> = below.iter().map(|one| one.index).collect();
            prop_assert_eq!(distinct.len(), below.len());
            prop_assert!(!distinct.contains(&life.index));
            prop_assert!(life.children.iter().chain(&life.siblings_made).all(|made| distinct.contains(made)));
            if life.parent.is_none() {
                from_roots.extend(distinct);
            }
        }
        prop_assert_eq!(from_roots.len(), tree.len());
        prop_assert!(history.most_at_once() <= history.lives().len());
    }
}
