//! The keeper's contract (docs/reliability.md), by fault injection on real processes. Every promise has a negative
//! control: the same test with the protection off, which must then see what was left.
//!
//! The test binary plays two parts: without `PROCTOR_KEEPER_ROLE` it is the tests, with it a program that is guarded.

#[path = "keeper/aim.rs"]
pub mod aim;
#[path = "keeper/awkward.rs"]
pub mod awkward;
#[path = "keeper/bomb.rs"]
pub mod bomb;
#[path = "keeper/bombs.rs"]
pub mod bombs;
#[path = "keeper/chance.rs"]
pub mod chance;
#[path = "keeper/clocks.rs"]
pub mod clocks;
#[path = "keeper/disk.rs"]
pub mod disk;
#[path = "keeper/ends.rs"]
pub mod ends;
#[path = "keeper/exits.rs"]
pub mod exits;
#[path = "keeper/herd.rs"]
pub mod herd;
#[path = "keeper/jobs.rs"]
pub mod jobs;
#[path = "keeper/kills.rs"]
pub mod kills;
#[path = "keeper/level.rs"]
pub mod level;
#[path = "pty/mod.rs"]
pub mod pty;
#[path = "keeper/reuse.rs"]
pub mod reuse;
#[path = "keeper/role.rs"]
pub mod role;
#[path = "keeper/runner.rs"]
pub mod runner;
#[path = "keeper/scarce.rs"]
pub mod scarce;
#[path = "keeper/stage.rs"]
pub mod stage;
#[path = "keeper/strangers.rs"]
pub mod strangers;
#[path = "keeper/streams.rs"]
pub mod streams;
#[path = "keeper/terminal.rs"]
pub mod terminal;
#[path = "keeper/trace.rs"]
pub mod trace;
#[path = "keeper/whole.rs"]
pub mod whole;
#[path = "keeper/words.rs"]
pub mod words;

pub fn main() {
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
