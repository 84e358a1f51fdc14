//! The shared objects between real processes, also when some are killed.

use crate::{World, far, in_process, sleep_for_ever};
use proctor::process::share::cell::CellValue;
use proctor::process::share::{
    ShareError, ShareResult, barrier, cell, connection, event, lock, queue, semaphore,
};
use proctor::process::{Command, ExitStatus, Reach, Row, Waited, Waiter, clock, exec_in_place};
use proctor::value::{Object, Signal};

fn soon() -> Option<i64> {
    Some(clock::monotonic() + 30 * clock::MILLISECOND)
}

/// A result that must have come.
fn done<T: std::fmt::Debug>(result: ShareResult<Waited<T>>) -> T {
    match result {
        Ok(Waited::Done(value)) => value,
        other => panic!("{other:?}"),
    }
}

fn kill(world: &mut World, (child, row): (i32, Row)) -> ExitStatus {
    assert!(world.run.signal(row, Signal(9), Reach::Process).is_ok());
    world.join(child)
}

/// A cheap number that looks random: xorshift.
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

fn until_set(world: &mut World, flag: Object) {
    done(event::wait(&mut world.waiter, flag, far()));
}

#[test]
fn a_lock_excludes_and_only_its_holder_gives_it_back() {
    in_process(|| {
        let mut world = World::new(8);
        let guard = lock::create(world.run).expect("a lock");
        let counter = cell::create(world.run, CellValue::Int(0)).expect("a cell");
        let workers: Vec<_> = (0..4)
            .map(|_| {
                world.task("worker", |world| {
                    for _ in 0..20_000 {
                        done(lock::acquire(&mut world.waiter, guard, far()));
                        let Ok(CellValue::Int(seen)) = cell::get(world.run, counter) else { return 1 };
                        assert_eq!(cell::set(world.run, counter, CellValue::Int(seen + 1)), Ok(()));
                        assert_eq!(lock::release(world.run, guard), Ok(()));
                    }
                    0
                })
            })
            .collect();
        for (child, _) in workers {
            assert_eq!(world.join(child), ExitStatus::Exited(0));
        }
        assert_eq!(cell::get(world.run, counter), Ok(CellValue::Int(80_000)));
        assert_eq!(lock::release(world.run, guard), Err(ShareError::NotOwner));
        done(lock::acquire(&mut world.waiter, guard, None));
        let (child, _) = world.task("thief", |world| {
            assert_eq!(lock::release(world.run, guard), Err(ShareError::NotOwner));
            assert_eq!(lock::acquire(&mut world.waiter, guard, soon()), Ok(Waited::TimedOut));
            0
        });
        assert_eq!(world.join(child), ExitStatus::Exited(0));
        assert_eq!(lock::release(world.run, guard), Ok(()));
    });
}

#[test]
fn a_lock_whose_holder_dies_is_broken_for_all_and_for_ever() {
    in_process(|| {
        for way in ["killed", "exits", "executes"] {
            let mut world = World::new(8);
            let guard = lock::create(world.run).expect("a lock");
            let held = event::create(world.run).expect("an event");
            let holder = world.task("holder", |world| {
                done(lock::acquire(&mut world.waiter, guard, far()));
                assert_eq!(event::set(world.run, held), Ok(()));
                let soon = clock::monotonic() + 20 * clock::MILLISECOND;
                let _ = world.waiter.sleep_until(soon);
                match way {
                    "killed" => sleep_for_ever(),
                    "exits" => 0,
                    _ => {
                        let command = Command::new(&["sleep", "1000"], &[], 1).expect("a command");
                        let _ = exec_in_place(&command, None, None);
                        1
                    }
                }
            });
            until_set(&mut world, held);
            let waiters: Vec<_> = (0..3)
                .map(|_| {
                    world.task("waiter", |world| {
                        let broken = lock::acquire(&mut world.waiter, guard, far());
                        u8::from(broken != Err(ShareError::OwnerDied))
                    })
                })
                .collect();
            if way == "killed" {
                kill(&mut world, holder);
            }
            for (child, _) in waiters {
                assert_eq!(world.join(child), ExitStatus::Exited(0), "{way}");
            }
            for _ in 0..2 {
                assert_eq!(lock::acquire(&mut world.waiter, guard, far()), Err(ShareError::OwnerDied));
            }
            if way != "killed" {
                kill(&mut world, holder);
            }
        }
    });
}

#[test]
fn two_hundred_kills_at_any_moment_make_nobody_hang_on_a_lock() {
    in_process(|| {
        let mut world = World::new(8);
        let mut seed = clock::monotonic().cast_unsigned() | 1;
        for round in 0..200 {
            let guard = lock::create(world.run).expect("a lock");
            let stop = event::create(world.run).expect("an event");
            let workers: Vec<_> = (0..3)
                .map(|_| {
                    world.task("worker", |world| {
                        while event::is_set(world.run, stop) == Ok(false) {
                            match lock::acquire(&mut world.waiter, guard, far()) {
                                Ok(Waited::Done(())) => assert_eq!(lock::release(world.run, guard), Ok(())),
                                Err(ShareError::OwnerDied) => return 0,
                                _ => return 1,
                            }
                        }
                        0
                    })
                })
                .collect();
            let moment = clock::monotonic() + (random(&mut seed) % 2_000_000).cast_signed();
            let _ = world.waiter.sleep_until(moment);
            kill(&mut world, workers[0]);
            assert_eq!(event::set(world.run, stop), Ok(()));
            for (child, _) in &workers[1..] {
                assert_eq!(world.join(*child), ExitStatus::Exited(0), "round {round}");
            }
        }
    });
}

#[test]
fn a_semaphore_lets_in_so_many_and_no_more() {
    in_process(|| {
        let mut world = World::new(8);
        let places = semaphore::create(world.run, 2).expect("a semaphore");
        let inside = cell::create(world.run, CellValue::Int(0)).expect("a cell");
        let workers: Vec<_> = (0..5)
            .map(|_| {
                world.task("worker", |world| {
                    for _ in 0..2000 {
                        done(semaphore::acquire(&mut world.waiter, places, far()));
                        let Ok(CellValue::Int(now)) = cell::add(world.run, inside, CellValue::Int(1)) else {
                            return 1;
                        };
                        assert!(now <= 2, "{now} inside");
                        assert!(cell::add(world.run, inside, CellValue::Int(-1)).is_ok());
                        assert_eq!(semaphore::release(world.run, places), Ok(()));
                    }
                    0
                })
            })
            .collect();
        for (child, _) in workers {
            assert_eq!(world.join(child), ExitStatus::Exited(0));
        }
        done(semaphore::acquire(&mut world.waiter, places, far()));
        done(semaphore::acquire(&mut world.waiter, places, far()));
        assert_eq!(semaphore::acquire(&mut world.waiter, places, soon()), Ok(Waited::TimedOut));
    });
}

#[test]
fn who_waits_for_a_semaphore_is_not_forgotten_when_another_sleeper_is_killed() {
    in_process(|| {
        let mut world = World::new(8);
        for _ in 0..50 {
            let places = semaphore::create(world.run, 0).expect("a semaphore");
            let sleepers: Vec<_> = (0..3)
                .map(|_| {
                    world.task("sleeper", |world| {
                        done(semaphore::acquire(&mut world.waiter, places, far()));
                        0
                    })
                })
                .collect();
            // The wake may go to the very one that dies: the others must come to the unit all the same, twice.
            assert!(world.run.signal(sleepers[0].1, Signal(9), Reach::Process).is_ok());
            for _ in 0..3 {
                assert_eq!(semaphore::release(world.run, places), Ok(()));
            }
            world.join(sleepers[0].0);
            for (child, _) in &sleepers[1..] {
                assert_eq!(world.join(*child), ExitStatus::Exited(0));
            }
        }
    });
}

#[test]
fn an_event_wakes_all_also_when_it_is_cleared_at_once() {
    in_process(|| {
        let mut world = World::new(8);
        let flag = event::create(world.run).expect("an event");
        assert_eq!(event::wait(&mut world.waiter, flag, soon()), Ok(Waited::TimedOut));
        let sleeping = |world: &World, row| world.run.sleeps_for(row).is_some();
        let waiters: Vec<_> = (0..4)
            .map(|_| {
                world.task("waiter", |world| {
                    done(event::wait(&mut world.waiter, flag, None));
                    0
                })
            })
            .collect();
        while !waiters.iter().all(|(_, row)| sleeping(&world, *row)) {
            std::thread::yield_now();
        }
        assert_eq!(event::set(world.run, flag), Ok(()));
        assert_eq!(event::clear(world.run, flag), Ok(()));
        for (child, _) in waiters {
            assert_eq!(world.join(child), ExitStatus::Exited(0));
        }
        assert_eq!(event::is_set(world.run, flag), Ok(false));
    });
}

fn pass(waiter: &mut Waiter, object: Object, deadline: Option<i64>) -> ShareResult<Waited<u32>> {
    match barrier::arrive(waiter, object)? {
        barrier::Arrival::Opened(index) => Ok(Waited::Done(index)),
        barrier::Arrival::Waits(party) => barrier::wait(waiter, party, deadline),
    }
}

#[test]
fn nobody_passes_a_barrier_before_all_have_come_and_who_gives_up_breaks_it() {
    in_process(|| {
        let mut world = World::new(8);
        let gate = barrier::create(world.run, 4).expect("a barrier");
        let sum = cell::create(world.run, CellValue::Int(0)).expect("a cell");
        let parties: Vec<_> = (0..4)
            .map(|_| {
                world.task("party", |world| {
                    for round in 1..=1000 {
                        assert!(cell::add(world.run, sum, CellValue::Int(1)).is_ok());
                        assert!(done(pass(&mut world.waiter, gate, far())) < 4);
                        let Ok(CellValue::Int(now)) = cell::get(world.run, sum) else { return 1 };
                        assert!(now >= 4 * round, "{now} in round {round}");
                    }
                    0
                })
            })
            .collect();
        for (child, _) in parties {
            assert_eq!(world.join(child), ExitStatus::Exited(0));
        }
        let (child, _) = world.task("patient", |world| {
            u8::from(pass(&mut world.waiter, gate, far()) != Err(ShareError::Broken))
        });
        assert_eq!(pass(&mut world.waiter, gate, soon()), Ok(Waited::TimedOut));
        assert_eq!(world.join(child), ExitStatus::Exited(0));
        assert_eq!(pass(&mut world.waiter, gate, far()), Err(ShareError::Broken));
    });
}

#[test]
fn a_cell_adds_without_loss_and_keeps_its_type() {
    in_process(|| {
        let mut world = World::new(8);
        let sum = cell::create(world.run, CellValue::Int(0)).expect("a cell");
        let workers: Vec<_> = (0..4)
            .map(|_| {
                world.task("adder", |world| {
                    (0..50_000).for_each(|_| assert!(cell::add(world.run, sum, CellValue::Int(1)).is_ok()));
                    0
                })
            })
            .collect();
        workers.into_iter().for_each(|(child, _)| assert_eq!(world.join(child), ExitStatus::Exited(0)));
        assert_eq!(cell::get(world.run, sum), Ok(CellValue::Int(200_000)));
        assert_eq!(cell::set(world.run, sum, CellValue::Bool(true)), Err(ShareError::WrongType));
        assert_eq!(cell::add(world.run, sum, CellValue::Int(i64::MAX)), Err(ShareError::Overflow));
        assert_eq!(cell::get(world.run, sum), Ok(CellValue::Int(200_000)));
        let half = cell::create(world.run, CellValue::Float(0.5)).expect("a cell");
        assert_eq!(cell::add(world.run, half, CellValue::Float(1.0)), Ok(CellValue::Float(1.5)));
        assert_eq!(lock::release(world.run, half), Err(ShareError::NotShared), "a handle of another kind");
    });
}

#[test]
fn connections_carry_whole_messages_of_any_size_and_end_honestly() {
    in_process(|| {
        let mut world = World::new(8);
        let (ours, theirs) = connection::create(&mut world.waiter).expect("a pipe");
        let sizes = [0usize, 1, 32 << 10, (32 << 10) + 1, 5 << 20, 64 << 20];
        let (child, _) = world.task("echo", |world| {
            assert_eq!(connection::close(&mut world.waiter, ours), Ok(()));
            for _ in sizes {
                let message = done(connection::receive(&mut world.waiter, theirs, far()));
                done(connection::send(&mut world.waiter, theirs, &message, far()));
            }
            0
        });
        assert_eq!(connection::receive(&mut world.waiter, ours, soon()), Ok(Waited::TimedOut));
        for size in sizes {
            let message: Vec<u8> = (0..size).map(|at| (at * 7) as u8).collect();
            done(connection::send(&mut world.waiter, ours, &message, far()));
            done(connection::poll(&mut world.waiter, ours, far()));
            assert!(done(connection::receive(&mut world.waiter, ours, far())) == message, "{size} bytes");
        }
        assert_eq!(world.join(child), ExitStatus::Exited(0));
        // We hold the other end ourselves: no end yet.
        assert_eq!(connection::receive(&mut world.waiter, ours, soon()), Ok(Waited::TimedOut));
        assert_eq!(connection::close(&mut world.waiter, theirs), Ok(()));
        assert_eq!(connection::receive(&mut world.waiter, ours, far()), Err(ShareError::Closed));
        assert_eq!(connection::send(&mut world.waiter, ours, b"x", far()), Err(ShareError::Closed));
        assert_eq!(connection::send(&mut world.waiter, theirs, b"x", far()), Err(ShareError::Closed));
        let long = vec![0; connection::LONGEST + 1];
        let too_long = ShareError::TooLong { max: connection::LONGEST };
        assert_eq!(connection::send(&mut world.waiter, ours, &long, far()), Err(too_long));
    });
}

#[test]
fn what_another_process_made_later_is_not_shared() {
    in_process(|| {
        let mut world = World::new(8);
        let (child, _) = world.task("maker", |world| {
            let made = queue::create(&mut world.waiter, 0).expect("a queue");
            let pipe = connection::create(&mut world.waiter).expect("a pipe");
            (made.index << 4 | pipe.0.index) as u8
        });
        let ExitStatus::Exited(indexes) = world.join(child) else { panic!("it was killed") };
        let made = Object { kind: proctor::value::ObjectKind::Queue, index: u32::from(indexes >> 4) };
        assert_eq!(queue::get(&mut world.waiter, made, far()), Err(ShareError::NotShared));
        let pipe = Object { kind: proctor::value::ObjectKind::ConnectionA, index: u32::from(indexes & 15) };
        assert_eq!(connection::receive(&mut world.waiter, pipe, far()), Err(ShareError::NotShared));
        let never = Object { kind: proctor::value::ObjectKind::Lock, index: u32::MAX };
        assert_eq!(lock::acquire(&mut world.waiter, never, far()), Err(ShareError::NotShared));
    });
}
