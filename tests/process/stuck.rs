//! Deadlocks: found where there is one, and never where there is none.

use crate::{World, far, in_process};
use proctor::process::share::{barrier, connection, event, lock, queue, semaphore};
use proctor::process::{
    BlockedKind, ExitStatus, Reach, Row, Setup, Waited, Waiter, Waiting, clock, deadlock, signals,
};
use proctor::value::Signal;

/// Looks much oftener than the waiter would: for whatever can go wrong between two looks.
fn eagerly(waiter: &Waiter) -> Option<Vec<Waiting>> {
    (0..500).find_map(|_| deadlock::stuck(waiter))
}

fn world() -> World {
    World::checking(16, Some(deadlock::stuck))
}

/// What a wait without end finds: who waits for what.
fn found<T: std::fmt::Debug>(waited: Waited<T>) -> Vec<(String, BlockedKind, Option<String>)> {
    match waited {
        Waited::Deadlock(who) => who.into_iter().map(|one| (one.name, one.on.kind, one.whom)).collect(),
        other => panic!("no deadlock was found: {other:?}"),
    }
}

fn kill_all(world: &mut World, children: &[(i32, Row)]) {
    for (child, row) in children {
        assert!(world.run.signal(*row, Signal(9), Reach::Process).is_ok());
        world.join(*child);
    }
}

#[test]
fn a_cycle_of_locks_is_found() {
    in_process(|| {
        let mut world = world();
        let locks = [lock::create(world.run).expect("a lock"), lock::create(world.run).expect("a lock")];
        let both = barrier::create(world.run, 2).expect("a barrier");
        let philosopher = |world: &mut World, name: &str, first: usize| {
            world.task(name, |world| {
                assert_eq!(lock::acquire(&mut world.waiter, locks[first], None), Ok(Waited::Done(())));
                if let Ok(barrier::Arrival::Waits(party)) = barrier::arrive(&world.waiter, both) {
                    assert!(barrier::wait(&mut world.waiter, party, None).is_ok());
                }
                let _ = lock::acquire(&mut world.waiter, locks[1 - first], None);
                1
            })
        };
        let children = [philosopher(&mut world, "kant", 0), philosopher(&mut world, "hegel", 1)];
        let (child, row) = children[0];
        let who = found(world.waiter.child_ended(child, Some(row), None).expect("a child"));
        assert_eq!(
            who,
            [
                ("main".to_owned(), BlockedKind::Join, Some("kant".to_owned())),
                ("kant".to_owned(), BlockedKind::Lock, Some("hegel".to_owned())),
                ("hegel".to_owned(), BlockedKind::Lock, Some("kant".to_owned())),
            ]
        );
        kill_all(&mut world, &children);
    });
}

#[test]
fn a_join_of_one_who_waits_for_a_message_is_found() {
    in_process(|| {
        let mut world = world();
        let object = queue::create(&mut world.waiter, 0).expect("a queue");
        let child = world.task("reader", |world| {
            let _ = queue::get(&mut world.waiter, object, None);
            1
        });
        let who = found(world.waiter.any_child_ended(None).expect("a child"));
        assert_eq!(who[0], ("main".to_owned(), BlockedKind::AnyChild, None));
        assert_eq!(who[1], ("reader".to_owned(), BlockedKind::Get, None));
        kill_all(&mut world, &[child]);
    });
}

#[test]
fn main_alone_can_be_stuck_on_anything() {
    in_process(|| {
        let mut world = world();
        let guard = lock::create(world.run).expect("a lock");
        let places = semaphore::create(world.run, 0).expect("a semaphore");
        let flag = event::create(world.run).expect("an event");
        let gate = barrier::create(world.run, 2).expect("a barrier");
        let full = queue::create(&mut world.waiter, 1).expect("a queue");
        let (end, _) = connection::create(&mut world.waiter).expect("a pipe");
        let waiter = &mut world.waiter;
        assert_eq!(lock::acquire(waiter, guard, None), Ok(Waited::Done(())));
        assert_eq!(found(lock::acquire(waiter, guard, None).expect("a lock"))[0].1, BlockedKind::Lock);
        assert_eq!(found(semaphore::acquire(waiter, places, None).expect("it"))[0].1, BlockedKind::Semaphore);
        assert_eq!(found(event::wait(waiter, flag, None).expect("it"))[0].1, BlockedKind::Event);
        let Ok(barrier::Arrival::Waits(party)) = barrier::arrive(waiter, gate) else { panic!("it opened") };
        assert_eq!(found(barrier::wait(waiter, party, None).expect("it"))[0].1, BlockedKind::Barrier);
        assert_eq!(queue::put(waiter, full, b"x", None), Ok(Waited::Done(())));
        assert_eq!(found(queue::put(waiter, full, b"x", None).expect("it"))[0].1, BlockedKind::Put);
        assert_eq!(found(connection::receive(waiter, end, None).expect("it"))[0].1, BlockedKind::Receive);
    });
}

#[test]
fn a_killed_process_does_not_hide_a_deadlock() {
    in_process(|| {
        let mut world = world();
        let object = queue::create(&mut world.waiter, 0).expect("a queue");
        let (child, row) = world.task("feeder", |_| crate::sleep_for_ever());
        // It dies by another hand than ours, and nobody reaps it.
        // SAFETY: kill has no memory preconditions; it is our unreaped child.
        assert_eq!(unsafe { libc::kill(child, 9) }, 0);
        let who = found(queue::get(&mut world.waiter, object, None).expect("a queue"));
        assert_eq!(who, [("main".to_owned(), BlockedKind::Get, None)]);
        kill_all(&mut world, &[(child, row)]);
    });
}

#[test]
fn busy_processes_are_never_taken_for_stuck() {
    in_process(|| {
        let mut world = World::checking(16, Some(eagerly));
        let there = queue::create(&mut world.waiter, 0).expect("a queue");
        let back = queue::create(&mut world.waiter, 1).expect("a queue");
        let guard = lock::create(world.run).expect("a lock");
        let end = clock::monotonic() + 3 * clock::SECOND;
        let ping = world.task("ping", |world| {
            while clock::monotonic() < end {
                assert_eq!(queue::put(&mut world.waiter, there, b"ping", None), Ok(Waited::Done(())));
                assert!(matches!(queue::get(&mut world.waiter, back, None), Ok(Waited::Done(_))));
            }
            assert_eq!(queue::put(&mut world.waiter, there, b"", None), Ok(Waited::Done(())));
            0
        });
        let pong = world.task("pong", |world| {
            while let Ok(Waited::Done(message)) = queue::get(&mut world.waiter, there, None) {
                if message.is_empty() {
                    return 0;
                }
                assert_eq!(queue::put(&mut world.waiter, back, &message, None), Ok(Waited::Done(())));
            }
            1
        });
        let lockers: Vec<_> = (0..2)
            .map(|_| {
                world.task("locker", |world| {
                    while clock::monotonic() < end {
                        assert_eq!(lock::acquire(&mut world.waiter, guard, None), Ok(Waited::Done(())));
                        std::thread::yield_now();
                        assert_eq!(lock::release(world.run, guard), Ok(()));
                    }
                    0
                })
            })
            .collect();
        for (child, _) in [ping, pong].into_iter().chain(lockers) {
            assert_eq!(world.join(child), ExitStatus::Exited(0));
        }
    });
}

#[test]
fn whoever_may_still_be_woken_from_outside_is_not_stuck() {
    in_process(|| {
        // Each of these would be a deadlock, were it not for the one thing.
        let mut world = World::checking(16, Some(eagerly));
        let object = queue::create(&mut world.waiter, 0).expect("a queue");
        let sleeps = |world: &mut World, time: i64| {
            let (child, _) = world.task("sleeper", |world| {
                let _ = world.waiter.sleep_until(clock::monotonic() + time);
                assert_eq!(queue::put(&mut world.waiter, object, b"late", None), Ok(Waited::Done(())));
                0
            });
            child
        };
        let child = sleeps(&mut world, 400 * clock::MILLISECOND);
        assert_eq!(queue::get(&mut world.waiter, object, None), Ok(Waited::Done(b"late".to_vec())));
        assert_eq!(world.join(child), ExitStatus::Exited(0));
        let program = world.program(&["sleep", "0.4"], Setup::default()).pid;
        assert!(matches!(world.waiter.any_child_ended(None), Ok(Waited::Done(_))));
        world.reap(program);
        let handler = Signal(libc::SIGUSR1 as u8);
        let (child, row) = world.task("handler", |world| {
            signals::catch(handler).expect("SIGUSR1");
            world.run.note_handlers(world.waiter.row(), &[handler]);
            match queue::get(&mut world.waiter, object, None) {
                Ok(Waited::Interrupted) => 0,
                _ => 1,
            }
        });
        while world.run.sleeps_for(row).is_none() {
            std::thread::yield_now();
        }
        let waited =
            world.waiter.child_ended(child, Some(row), Some(clock::monotonic() + 300 * clock::MILLISECOND));
        assert_eq!(waited, Ok(Waited::TimedOut));
        world.run.signal(row, handler, Reach::Process).expect("a signal");
        assert_eq!(
            world.waiter.child_ended(child, Some(row), far()),
            Ok(Waited::Done(ExitStatus::Exited(0)))
        );
        world.reap(child);
    });
}
