//! The shared table of processes: its limit, its names, and its repair.

use crate::{World, in_process, process_of, sleep_for_ever};
use proctor::process::share::event;
use proctor::process::{ExitStatus, LimitReached, Reach, Row, RowState, Waited, clock, wait};
use proctor::value::Signal;
use std::io::{Read, Write};

#[test]
fn the_limit_holds_and_each_reaping_frees_one_place() {
    in_process(|| {
        let mut world = World::new(3);
        let mut children: Vec<_> = (0..3).map(|_| world.task("child", |_| 0)).collect();
        assert_eq!(world.run.reserve("more", false), Err(LimitReached { alive: 3, max: 3 }));
        for _ in 0..1000 {
            let (child, row) = children.remove(0);
            assert_eq!(world.join(child), ExitStatus::Exited(0));
            world.run.reaped(row, ExitStatus::Exited(0));
            assert_eq!(world.run.alive(), 2, "a second report frees nothing more");
            children.push(world.task("child", |_| 0));
            assert_eq!(world.run.reserve("more", false), Err(LimitReached { alive: 3, max: 3 }));
        }
        let cancelled = world.run.reserve("more", false);
        assert!(cancelled.is_err());
        let (child, _) = children.remove(0);
        world.join(child);
        let row = world.run.reserve("more", false).expect("a place");
        world.run.cancel(row);
        assert_eq!(world.run.alive(), 2);
    });
}

#[test]
fn rows_tell_the_story_in_the_order_of_spawns() {
    in_process(|| {
        let mut world = World::new(70_000);
        for number in 0..20 {
            let (child, _) = world.task(&format!("task-{number}"), |_| number);
            world.join(child);
        }
        let (child, row) = world.task("last", |_| sleep_for_ever());
        let all = world.run.all();
        let names: Vec<_> = all.iter().map(|record| record.name.clone()).collect();
        let expected = ["main".to_owned()].into_iter().chain((0..20).map(|number| format!("task-{number}")));
        assert_eq!(names, expected.chain(["last".to_owned()]).collect::<Vec<_>>());
        for (number, record) in all[1..21].iter().enumerate() {
            assert_eq!(record.state, RowState::Reaped);
            assert_eq!(record.status, Some(ExitStatus::Exited(number as u8)));
            assert!(record.ended.is_some_and(|ended| ended >= record.started));
        }
        let live: Vec<_> = world.run.live().into_iter().map(|record| record.name).collect();
        assert_eq!(live, ["main", "last"]);
        assert_eq!(world.run.row_of_pid(child), Some(row));
        assert_eq!(world.run.signal(row, Signal(9), Reach::Process), Ok(true));
        world.join(child);
        assert_eq!(world.run.row_of_pid(child), Some(row), "it can still be asked for");
    });
}

/// Spawns and reaps until killed or told enough; each child too may be killed by a neighbour.
fn spawner(world: &mut World, rounds: u32) -> u8 {
    for _ in 0..rounds {
        let Ok(row) = world.run.reserve("child", false) else {
            std::thread::yield_now();
            continue;
        };
        match proctor::process::fork().expect("a process") {
            proctor::process::Fork::Child => {
                world.run.started(row, proctor::process::pid());
                world.run.row_ended_now(row, 0);
                proctor::process::exit_now(0);
            }
            proctor::process::Fork::Parent(child) => {
                world.run.started(row, child);
                assert!(world.run.alive() <= world.run.max_processes());
                while wait::peek(child) == Ok(None) {
                    std::thread::yield_now();
                }
                world.run.reaping(row);
                let status = wait::reap(child).expect("our child").expect("it has ended");
                world.run.reaped(row, status);
            }
        }
    }
    0
}

#[test]
fn spawns_from_many_processes_share_the_limit() {
    in_process(|| {
        let mut world = World::new(7);
        let begin = event::create(world.run).expect("an event");
        let work = |world: &mut World| {
            assert_eq!(event::wait(&mut world.waiter, begin, None), Ok(Waited::Done(())));
            spawner(world, 800)
        };
        let spawners: Vec<_> = (0..5).map(|_| world.task("spawner", work)).collect();
        assert_eq!(event::set(world.run, begin), Ok(()));
        for (child, _) in spawners {
            assert_eq!(world.join(child), ExitStatus::Exited(0));
        }
        assert_eq!(world.run.alive(), 0);
    });
}

/// A spawner that waits until there is a place for it: those before it spawn already.
fn spawner_task(world: &mut World) -> (i32, proctor::process::Row) {
    while world.run.alive() >= world.run.max_processes() {
        std::thread::yield_now();
    }
    world.task("spawner", |world| spawner(world, u32::MAX))
}

/// Reaps everything that the kernel has given us, as the keeper does: adopted processes too.
fn reap_all(world: &World) {
    while let Ok(found) = wait::peek_any() {
        let Some((child, _)) = found else {
            std::thread::yield_now();
            continue;
        };
        let row = world.run.row_of_pid(child);
        row.into_iter().for_each(|row| world.run.reaping(row));
        let status = wait::reap(child).expect("our child").expect("it has ended");
        row.into_iter().for_each(|row| world.run.reaped(row, status));
    }
}

#[test]
fn spawners_killed_at_any_moment_leave_a_table_that_is_put_in_order() {
    in_process(|| {
        // SAFETY: this prctl takes numbers only.
        assert_eq!(unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1) }, 0);
        let mut world = World::new(9);
        let mut seed = clock::monotonic().cast_unsigned() | 1;
        for round in 0..200 {
            let spawners: Vec<_> = (0..3).map(|_| spawner_task(&mut world)).collect();
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let moment = clock::monotonic() + ((seed >> 33) % 3_000_000).cast_signed();
            let _ = world.waiter.sleep_until(moment);
            for (_, row) in spawners {
                assert!(world.run.signal(row, Signal(9), Reach::Process).is_ok());
            }
            reap_all(&world);
            world.run.repair(|pid| wait::peek(pid).is_ok());
            assert_eq!(world.run.alive(), 0, "round {round}: {:?}", world.run.live());
        }
    });
}

/// A parent that dies right after its fork leaves a child that has not told who it is, but will.
#[test]
fn a_child_that_is_not_known_yet_is_not_given_up_with_its_parent() {
    in_process(|| {
        // SAFETY: this prctl takes numbers only.
        assert_eq!(unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1) }, 0);
        let mut world = World::new(9);
        let (reader, mut writer) = std::io::pipe().expect("a pipe");
        let (parent, _) = world.task("parent", |world| {
            let row = world.run.reserve("child", false).expect("a row");
            if proctor::process::fork() == Ok(proctor::process::Fork::Child) {
                let mut go = [0];
                (&reader).read_exact(&mut go).expect("the word to go on");
                world.run.started(row, proctor::process::pid());
                world.run.row_ended_now(row, 7);
                proctor::process::exit_now(7);
            }
            proctor::process::exit_now(0);
        });
        world.join(parent);
        world.run.repair(|pid| wait::peek(pid).is_ok());
        let held = world.run.alive();
        writer.write_all(&[1]).expect("the child listens");
        assert_eq!(held, 1, "its place is still its own");
        reap_all(&world);
        world.run.repair(|pid| wait::peek(pid).is_ok());
        assert_eq!(world.run.alive(), 0);
        let lives = world.run.recorded().lives;
        let child = lives.iter().find(|life| life.name == "child").expect("it lived");
        assert_eq!(child.status, Some(ExitStatus::Exited(7)));
        assert!(child.ended.is_some() && child.reaped.is_some());
    });
}

/// Children are found by pid and as themselves, in the order of their starts, whoever else is in the run's table.
#[test]
fn children_are_found_whatever_came_and_went() {
    in_process(|| {
        let mut world = World::new(2000);
        let mut random = fastrand::Rng::with_seed(7);
        // The pids are no processes: nothing here asks the kernel for them.
        let free = |model: &[(i32, Row)], random: &mut fastrand::Rng| {
            std::iter::repeat_with(|| random.i32(100_000..101_500))
                .find(|pid| model.iter().all(|it| it.0 != *pid))
        };
        let mut model: Vec<(i32, Row)> = Vec::new();
        let mut lost: Vec<i32> = Vec::new();
        for step in 0..20_000 {
            if model.len() < 1000 && (random.u8(0..100) < 52 || model.is_empty()) {
                let pid = free(&model, &mut random).expect("a pid");
                let row = world.run.reserve("child", false).expect("a row");
                world.run.started(row, pid);
                world.waiter.child_started(process_of(pid, row, "child"), step % 3 == 0);
                model.push((pid, row));
            } else {
                // Mostly the oldest or the youngest, as scenarios join them; sometimes any.
                let at = match random.u8(0..10) {
                    0..=3 => 0,
                    4..=7 => model.len() - 1,
                    _ => random.usize(0..model.len()),
                };
                let (pid, row) = model.remove(at);
                world.run.reaped(row, ExitStatus::Exited(0));
                if random.u8(0..50) == 0 {
                    // Its row is another's before its parent forgets it.
                    let other = world.run.reserve("other", false).expect("a row");
                    world.run.started(other, 200_000);
                    world.run.reaped(other, ExitStatus::Exited(0));
                    lost.push(pid);
                }
                assert_eq!(world.waiter.child_reaped(pid).map(|child| child.process.pid), Some(pid));
                assert!(world.waiter.child_reaped(pid).is_none() && world.waiter.children.get(pid).is_none());
            }
            assert_eq!(world.waiter.children.len(), model.len());
            if let Some((pid, row)) = random.choice(&model) {
                let process = process_of(*pid, *row, "child");
                assert_eq!(world.waiter.children.get(*pid).map(|child| child.process), Some(process.clone()));
                assert!(world.waiter.children.find(&process).is_some());
                let earlier =
                    process_of(*pid, Row { generation: row.generation.wrapping_sub(1), ..*row }, "child");
                assert!(world.waiter.children.find(&earlier).is_none());
            }
            if step % 500 == 0 {
                let order: Vec<i32> =
                    world.waiter.children.in_order().iter().map(|child| child.process.pid).collect();
                assert_eq!(order, model.iter().map(|it| it.0).collect::<Vec<_>>());
            }
        }
        assert!(!lost.is_empty());
    });
}
