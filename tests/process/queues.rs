//! Queues: order, limits, size, and no loss and no hang under kills.

use crate::{World, far, in_process};
use proctor::process::share::cell::CellValue;
use proctor::process::share::{ShareError, cell, event, queue};
use proctor::process::{ExitStatus, Reach, Waited, clock};
use proctor::value::{Object, Signal};

fn put(world: &mut World, object: Object, message: &[u8]) {
    assert_eq!(queue::put(&mut world.waiter, object, message, far()), Ok(Waited::Done(())));
}

fn get(world: &mut World, object: Object) -> Vec<u8> {
    match queue::get(&mut world.waiter, object, far()) {
        Ok(Waited::Done(message)) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn messages_come_in_order_and_a_full_queue_waits() {
    in_process(|| {
        let mut world = World::new(4);
        let object = queue::create(&mut world.waiter, 3).expect("a queue");
        let soon = || Some(clock::monotonic() + 20 * clock::MILLISECOND);
        assert_eq!(queue::get(&mut world.waiter, object, soon()), Ok(Waited::TimedOut));
        for message in [b"one".as_slice(), b"", b"three and more"] {
            put(&mut world, object, message);
        }
        assert_eq!((queue::size(world.run, object), queue::is_full(world.run, object)), (Ok(3), Ok(true)));
        assert_eq!(queue::put(&mut world.waiter, object, b"four", soon()), Ok(Waited::TimedOut));
        let (child, _) = world.task("putter", |world| {
            put(world, object, b"four");
            0
        });
        for message in [b"one".as_slice(), b"", b"three and more", b"four"] {
            assert_eq!(get(&mut world, object), message);
        }
        assert_eq!(world.join(child), ExitStatus::Exited(0));
        assert_eq!(queue::size(world.run, object), Ok(0));
    });
}

#[test]
fn large_messages_pass_and_the_ring_goes_round() {
    in_process(|| {
        let mut world = World::new(4);
        let object = queue::create(&mut world.waiter, 0).expect("a queue");
        let long = vec![7; queue::LONGEST];
        put(&mut world, object, &long);
        assert!(get(&mut world, object) == long);
        let too_long = vec![0; queue::LONGEST + 1];
        let refused = queue::put(&mut world.waiter, object, &too_long, far());
        assert_eq!(refused, Err(ShareError::TooLong { max: queue::LONGEST }));
        // It is never empty, so that it never begins anew, and goes round the ring of 1 GiB.
        let message =
            |number: usize| [vec![number as u8; (16 << 20) + number], number.to_le_bytes().to_vec()].concat();
        put(&mut world, object, &message(0));
        for number in 1..100 {
            put(&mut world, object, &message(number));
            assert!(get(&mut world, object) == message(number - 1), "message {number}");
        }
        let rss = proctor::process::proc_file::stat(proctor::process::pid()).expect("/proc").rss;
        assert!(rss < 400 << 20, "memory behind the reader was given back: {rss} bytes are left");
    });
}

/// Which writer, and its how manyth message.
fn message(writer: u64, number: u64) -> Vec<u8> {
    let mut bytes = [writer.to_le_bytes(), number.to_le_bytes()].concat();
    bytes.resize(16 + (number % 200) as usize, writer as u8);
    bytes
}

/// Reads until the queue is empty and `over` is set; each writer's messages must come in their order.
fn read_all(world: &mut World, object: Object, over: Object, count: Object) -> u8 {
    let mut last = [0u64; 4];
    loop {
        let ended = event::is_set(world.run, over) == Ok(true);
        let deadline = Some(clock::monotonic() + 20 * clock::MILLISECOND);
        match queue::get(&mut world.waiter, object, deadline) {
            Ok(Waited::Done(bytes)) => {
                let word =
                    |at: usize| bytes[at..at + 8].try_into().map(u64::from_le_bytes).unwrap_or(u64::MAX);
                let (writer, number) = (word(0), word(8));
                assert!(bytes == message(writer, number), "a torn message");
                assert!(number > last[writer as usize], "out of order");
                last[writer as usize] = number;
                assert!(cell::add(world.run, count, CellValue::Int(1)).is_ok());
            }
            Ok(Waited::TimedOut) if ended => return 0,
            Ok(Waited::TimedOut) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// Four writers, four readers; where `kills`, one of each is killed in the middle. How many messages were read.
fn traffic(world: &mut World, messages: u64, max: u32, kills: Option<u64>) -> i64 {
    let object = queue::create(&mut world.waiter, max).expect("a queue");
    let over = event::create(world.run).expect("an event");
    let count = cell::create(world.run, CellValue::Int(0)).expect("a cell");
    let mut readers: Vec<_> =
        (0..4).map(|_| world.task("reader", |world| read_all(world, object, over, count))).collect();
    let mut writers: Vec<_> = (0..4)
        .map(|writer| {
            world.task("writer", |world| {
                (1..=messages).for_each(|number| put(world, object, &message(writer, number)));
                0
            })
        })
        .collect();
    if let Some(moment) = kills {
        for victims in [&mut writers, &mut readers] {
            let _ = world.waiter.sleep_until(clock::monotonic() + moment.cast_signed() / 2);
            let (child, row) = victims.remove(0);
            assert!(world.run.signal(row, Signal(9), Reach::Process).is_ok());
            world.join(child);
        }
    }
    for (child, _) in writers {
        assert_eq!(world.join(child), ExitStatus::Exited(0));
    }
    assert_eq!(event::set(world.run, over), Ok(()));
    for (child, _) in readers {
        assert_eq!(world.join(child), ExitStatus::Exited(0));
    }
    assert_eq!(queue::size(world.run, object), Ok(0));
    match cell::get(world.run, count) {
        Ok(CellValue::Int(count)) => count,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_message_is_read_once_by_one_reader() {
    in_process(|| {
        let mut world = World::new(16);
        assert_eq!(traffic(&mut world, 20_000, 0, None), 80_000);
        assert_eq!(traffic(&mut world, 5_000, 2, None), 20_000);
    });
}

#[test]
fn kills_in_the_middle_of_traffic_leave_a_queue_that_works() {
    in_process(|| {
        let mut world = World::new(16);
        let mut seed = clock::monotonic().cast_unsigned() | 1;
        for round in 0..40 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let moment = (seed >> 33) % 8_000_000;
            // At most one message is lost with each reader that dies; a dead writer's last ones are missing.
            let count = traffic(&mut world, 1500, if round % 2 == 0 { 0 } else { 5 }, Some(moment));
            assert!((4499 - 1..=6000).contains(&count), "{count} messages in round {round}");
        }
    });
}
