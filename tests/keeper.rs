//! The keeper's contract (docs/reliability.md), by fault injection on real processes. Every promise has a negative
//! control: the same test with the protection off, which must then see what was left.
//!
//! The test binary plays two parts: without `PROCTOR_KEEPER_ROLE` it is the tests, with it a program that is guarded.

#[path = "keeper/aim.rs"]
mod aim;
#[path = "keeper/awkward.rs"]
mod awkward;
#[path = "keeper/bomb.rs"]
mod bomb;
#[path = "keeper/bombs.rs"]
mod bombs;
#[path = "keeper/chance.rs"]
mod chance;
#[path = "keeper/clocks.rs"]
mod clocks;
#[path = "keeper/disk.rs"]
mod disk;
#[path = "keeper/ends.rs"]
mod ends;
#[path = "keeper/exits.rs"]
mod exits;
#[path = "keeper/herd.rs"]
mod herd;
#[path = "keeper/jobs.rs"]
mod jobs;
#[path = "keeper/kills.rs"]
mod kills;
#[path = "pty/mod.rs"]
mod pty;
#[path = "keeper/reuse.rs"]
mod reuse;
#[path = "keeper/role.rs"]
mod role;
#[path = "keeper/runner.rs"]
mod runner;
#[path = "keeper/scarce.rs"]
mod scarce;
#[path = "keeper/stage.rs"]
mod stage;
#[path = "keeper/strangers.rs"]
mod strangers;
#[path = "keeper/streams.rs"]
mod streams;
#[path = "keeper/terminal.rs"]
mod terminal;
#[path = "keeper/trace.rs"]
mod trace;
#[path = "keeper/whole.rs"]
mod whole;
#[path = "keeper/words.rs"]
mod words;

fn main() {
    if let Ok(role) = std::env::var(role::VARIABLE) {
        role::play(&role);
    }
    let mut tests: Vec<runner::Test> = Vec::new();
    tests.extend(ends::TESTS);
    tests.extend(kills::TESTS);
    tests.extend(bombs::TESTS);
    tests.extend(terminal::TESTS);
    tests.extend(strangers::TESTS);
    tests.extend(exits::TESTS);
    tests.extend(scarce::TESTS);
    tests.extend(streams::TESTS);
    tests.extend(whole::TESTS);
    tests.extend(words::TESTS);
    tests.extend(jobs::TESTS);
    tests.extend(aim::TESTS);
    tests.extend(disk::TESTS);
    tests.extend(clocks::TESTS);
    runner::run(&tests);
}
