//! The keeper's contract (docs/reliability.md), by fault injection on real processes. Every promise has a negative
//! control: the same test with the protection off, which must then see what was left.
//!
//! The test binary plays two parts: without `PROCTOR_KEEPER_ROLE` it is the tests, with it a program that is guarded.

#[path = "keeper/aim.rs"]
pub(crate) mod aim;
#[path = "keeper/awkward.rs"]
pub(crate) mod awkward;
#[path = "keeper/bomb.rs"]
pub(crate) mod bomb;
#[path = "keeper/bombs.rs"]
pub(crate) mod bombs;
#[path = "keeper/chance.rs"]
pub(crate) mod chance;
#[path = "keeper/clocks.rs"]
pub(crate) mod clocks;
#[path = "keeper/disk.rs"]
pub(crate) mod disk;
#[path = "keeper/ends.rs"]
pub(crate) mod ends;
#[path = "keeper/exits.rs"]
pub(crate) mod exits;
#[path = "keeper/groups.rs"]
pub(crate) mod groups;
#[path = "keeper/herd.rs"]
pub(crate) mod herd;
#[path = "keeper/jobs.rs"]
pub(crate) mod jobs;
#[path = "keeper/kills.rs"]
pub(crate) mod kills;
#[path = "keeper/level.rs"]
pub(crate) mod level;
#[path = "keeper/outside.rs"]
pub(crate) mod outside;
#[path = "pty/mod.rs"]
pub(crate) mod pty;
#[path = "keeper/reuse.rs"]
pub(crate) mod reuse;
#[path = "keeper/role.rs"]
pub(crate) mod role;
#[path = "runner/mod.rs"]
pub(crate) mod runner;
#[path = "keeper/scarce.rs"]
pub(crate) mod scarce;
#[path = "keeper/siblings.rs"]
pub(crate) mod siblings;
#[path = "keeper/stage.rs"]
pub(crate) mod stage;
#[path = "keeper/strangers.rs"]
pub(crate) mod strangers;
#[path = "keeper/streams.rs"]
pub(crate) mod streams;
#[path = "keeper/sweeps.rs"]
pub(crate) mod sweeps;
#[path = "keeper/terminal.rs"]
pub(crate) mod terminal;
#[path = "keeper/trace.rs"]
pub(crate) mod trace;
#[path = "keeper/turns.rs"]
pub(crate) mod turns;
#[path = "keeper/whole.rs"]
pub(crate) mod whole;
#[path = "keeper/words.rs"]
pub(crate) mod words;

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
    tests.extend(turns::TESTS);
    tests.extend(disk::TESTS);
    tests.extend(clocks::TESTS);
    tests.extend(groups::TESTS);
    tests.extend(outside::TESTS);
    tests.extend(sweeps::TESTS);
    tests.extend(siblings::TESTS);
    runner::run(&tests);
}
