//! Caught signals: none is lost, whatever the process waits in.

use crate::{World, far, in_process};
use proctor::process::share::semaphore;
use proctor::process::{Errno, ExitStatus, Pidfd, ProcessEvents, Reach, Waited, clock, pid, signals, wait};
use proctor::value::Signal;

const USER: Signal = Signal(libc::SIGUSR1 as u8);

#[test]
fn signals_that_cannot_be_caught_are_errors() {
    in_process(|| {
        for number in [libc::SIGKILL as u8, libc::SIGSTOP as u8, 0, 32, 33, 65, 200] {
            assert_eq!(signals::catch(Signal(number)), Err(Errno::EINVAL), "{number}");
            assert_eq!(signals::ignore(Signal(number)), Err(Errno::EINVAL), "{number}");
        }
        assert_eq!(signals::caught(), 0);
    });
}

#[test]
fn the_lowest_pending_signal_comes_first_and_a_child_starts_with_none() {
    in_process(|| {
        for number in [64, 15, 1, 34] {
            signals::catch(Signal(number)).expect("a signal");
        }
        let me = Pidfd::open(pid()).expect("ourselves");
        for number in [64, 34, 15, 1] {
            me.send(Signal(number), Reach::Process).expect("a signal");
        }
        let mut world = World::new(2);
        let (child, _) = world.task("child", |_| u8::from(signals::any_pending()));
        assert_eq!(wait::reap_blocking(child), Ok(ExitStatus::Exited(0)));
        let taken: Vec<_> = std::iter::from_fn(signals::take_pending).map(|signal| signal.0).collect();
        assert_eq!(taken, [1, 15, 34, 64]);
    });
}

/// A child sends us a signal each time we ask; we wait in some way with a far deadline and count.
fn none_is_lost(rounds: u32, mut wait_once: impl FnMut(&mut World) -> Waited<()>) {
    signals::catch(USER).expect("SIGUSR1");
    let mut world = World::new(4);
    let ready = semaphore::create(world.run, 0).expect("a semaphore");
    let parent = pid();
    let (child, _) = world.task("sender", |world| {
        let parent = Pidfd::open(parent).expect("the parent");
        for _ in 0..rounds {
            assert!(matches!(semaphore::acquire(&mut world.waiter, ready, far()), Ok(Waited::Done(()))));
            parent.send(USER, Reach::Process).expect("a signal");
        }
        0
    });
    for round in 0..rounds {
        semaphore::release(world.run, ready).expect("a unit");
        assert_eq!(wait_once(&mut world), Waited::Interrupted, "round {round}");
        assert_eq!(signals::take_pending(), Some(USER));
        assert_eq!(signals::take_pending(), None);
    }
    while world.waiter.child_ended(child, None, far()) == Ok(Waited::Interrupted) {}
    assert_eq!(world.reap(child), ExitStatus::Exited(0));
}

#[test]
fn none_is_lost_before_a_sleep_on_a_futex() {
    in_process(|| {
        let mut never = None;
        none_is_lost(10_000, |world| {
            let never = *never.get_or_insert_with(|| semaphore::create(world.run, 0).expect("a semaphore"));
            semaphore::acquire(&mut world.waiter, never, far()).expect("a wait")
        });
    });
}

#[test]
fn none_is_lost_before_a_sleep_in_poll() {
    in_process(|| {
        none_is_lost(10_000, |world| world.waiter.sleep_until(far().expect("a time")).expect("a sleep"))
    });
}

#[test]
fn none_is_lost_while_a_child_is_waited_for() {
    in_process(|| {
        let mut child = None;
        none_is_lost(5_000, |world| {
            let (child, row) =
                *child.get_or_insert_with(|| world.task("sleeper", |_| crate::sleep_for_ever()));
            world.waiter.child_ended(child, Some(row), None).expect("a child").map(drop)
        });
    });
}

#[test]
fn sleeping_and_deadlines_end_on_time_and_not_before() {
    in_process(|| {
        let mut world = World::new(4);
        let end = clock::monotonic() + 20 * clock::MILLISECOND;
        assert_eq!(world.waiter.sleep_until(end), Ok(Waited::Done(())));
        assert!(clock::monotonic() >= end);
        let (child, row) = world.task("sleeper", |_| crate::sleep_for_ever());
        let end = clock::monotonic() + 20 * clock::MILLISECOND;
        assert_eq!(world.waiter.child_ended(child, Some(row), Some(end)), Ok(Waited::TimedOut));
        assert_eq!(world.waiter.any_child_ended(Some(end)), Ok(Waited::TimedOut));
        assert!(clock::monotonic() >= end);
        assert_eq!(world.run.signal(row, Signal(9), Reach::Process), Ok(true));
        assert_eq!(world.join(child).code(), -9);
        let record = world.run.record(row).expect("a record");
        assert_eq!(record.ended, record.last_signal.map(|(_, when)| when), "the time of its cause");
    });
}

#[test]
fn an_event_wakes_for_each_change_of_a_child_also_one_between_two_waits() {
    in_process(|| {
        let mut world = World::new(4);
        let mut events = ProcessEvents::watch();
        let (child, row) = world.task("child", |_| crate::sleep_for_ever());
        let changes = [Signal(libc::SIGSTOP as u8), Signal(libc::SIGCONT as u8), Signal(libc::SIGKILL as u8)];
        for signal in changes {
            assert_eq!(world.run.signal(row, signal, Reach::Process), Ok(true));
            let seen = |state: Option<wait::ChildState>| match signal.0 as i32 {
                libc::SIGSTOP => matches!(state, Some(wait::ChildState::Stopped(_))),
                libc::SIGCONT => state == Some(wait::ChildState::Continued),
                _ => matches!(state, Some(wait::ChildState::Ended(_))),
            };
            while !seen(wait::peek_state(child).expect("our child")) {
                assert_eq!(world.waiter.process_event(&mut events, far()), Ok(Waited::Done(())));
            }
        }
        world.join(child);
        drop(events);
        let masks = proctor::process::proc_file::signal_masks(pid()).expect("/proc");
        assert_eq!(masks.caught & 1 << (libc::SIGCHLD - 1), 0, "SIGCHLD is as it was");
    });
}

#[test]
fn the_next_child_to_end_is_found_among_many_with_and_without_a_set() {
    in_process(|| {
        let mut world = World::new(400);
        let mut left: Vec<i32> = (0..200).map(|_| world.task("child", |_| 3).0).collect();
        let mut late = false;
        while !left.is_empty() {
            let Ok(Waited::Done((child, status))) = world.waiter.any_child_ended(far()) else {
                panic!("no child")
            };
            assert_eq!(status, ExitStatus::Exited(3));
            world.reap(child);
            left.retain(|pid| *pid != child);
            if left.len() == 100 && !std::mem::replace(&mut late, true) {
                // A fork drops the set, and the next waits do without it, until it is built anew.
                left.push(world.task("late", |_| 3).0);
            }
        }
        assert_eq!(world.waiter.any_child_ended(far()), Err(Errno::ECHILD));
    });
}
