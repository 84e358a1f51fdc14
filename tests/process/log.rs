//! The run's log under fire: what had happened is there, whoever was killed in the middle of what.

use super::{World, in_process};
use proctor::process::{Lane, Log, Tag, clock, fork, wait};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

const WRITERS: usize = 4;
const ROUNDS: usize = 60;
/// So many records fit, of all writers together.
const MOST: u64 = 400;

fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// What a writer writes as its record number `number`: every byte tells where it belongs.
fn record(writer: u64, number: u64) -> Vec<u8> {
    let length = (writer * 31 + number * 7) % 700;
    let mut bytes = [writer.to_le_bytes(), number.to_le_bytes()].concat();
    bytes.extend((0..length).map(|at| (writer * 5 + number * 3 + at) as u8));
    bytes
}

/// Memory that the processes forked from here on share.
fn shared_counts() -> &'static [AtomicU64; 1024] {
    let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
    // SAFETY: a new mapping, large enough and zero, which is valid for atomics and never unmapped.
    unsafe {
        let base = libc::mmap(std::ptr::null_mut(), 8192, protection, flags, -1, 0);
        assert_ne!(base, libc::MAP_FAILED);
        &*base.cast()
    }
}

#[test]
fn no_record_that_was_written_is_lost_or_torn_by_kills() {
    in_process(|| {
        let world = World::new(16);
        let log = world.run.log();
        let written = shared_counts();
        let mut seed = 0x9e37_79b9_7f4a_7c15;
        for round in 0..ROUNDS {
            let writers: Vec<(usize, i32)> = (0..WRITERS)
                .map(|place| {
                    let writer = round * WRITERS + place;
                    match fork().expect("a process") {
                        proctor::process::Fork::Child => loop {
                            let number = written[writer].load(SeqCst);
                            if number == MOST {
                                // Whoever is fast would fill the log.
                                std::thread::park();
                                continue;
                            }
                            let lane = if number.is_multiple_of(3) { Lane::Life } else { Lane::Talk };
                            let _ = log.append(lane, &record(writer as u64, number));
                            written[writer].store(number + 1, SeqCst);
                        },
                        proctor::process::Fork::Parent(pid) => (writer, pid),
                    }
                })
                .collect();
            let until = clock::monotonic() + (random(&mut seed) % 1_500_000).cast_signed();
            while clock::monotonic() < until {
                std::hint::spin_loop();
            }
            for (_, pid) in writers {
                // SAFETY: it is our unreaped child.
                unsafe { libc::kill(pid, libc::SIGKILL) };
                wait::reap_blocking(pid).expect("a child");
            }
        }
        check(log, written);
    });
}

fn check(log: Log, written: &[AtomicU64; 1024]) {
    let mut found: HashMap<u64, Vec<u64>> = HashMap::new();
    for one in log.read() {
        if one.tag != Tag::Event {
            continue;
        }
        let word = |at: usize| u64::from_le_bytes(one.bytes[at..at + 8].try_into().expect("eight bytes"));
        let (writer, number) = (word(0), word(8));
        assert_eq!(one.bytes, record(writer, number), "writer {writer}, record {number}");
        found.entry(writer).or_default().push(number);
    }
    let mut all = 0;
    for (writer, written) in written.iter().enumerate().take(ROUNDS * WRITERS) {
        let done = written.load(SeqCst);
        all += done;
        let mut numbers = found.remove(&(writer as u64)).unwrap_or_default();
        numbers.sort_unstable();
        // The last one may be whole although its writer was killed before it could say so.
        let expected: Vec<u64> = (0..(numbers.len() as u64).max(done)).collect();
        assert_eq!(numbers, expected, "writer {writer}");
        assert!(numbers.len() as u64 <= done + 1, "writer {writer}");
    }
    assert!(all > 0 && log.dropped().is_empty(), "{all} records, {:?}", log.dropped());
}
