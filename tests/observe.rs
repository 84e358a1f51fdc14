//! Observation against strace as the oracle: the same forks, executions, ends, waits and signals, none more and none fewer,
//! and the program itself does the same with and without.
//!
//! The test binary plays two parts: with `observe` as its first argument it is a tracer.

#[path = "observe/compare.rs"]
mod compare;
#[path = "observe/corner_tests.rs"]
mod corner_tests;
#[path = "observe/deeds.rs"]
mod deeds;
#[path = "observe/oracle.rs"]
mod oracle;
#[path = "observe/privilege_tests.rs"]
mod privilege_tests;
#[path = "observe/real_tests.rs"]
mod real_tests;
#[path = "observe/role.rs"]
mod role;
#[path = "runner/mod.rs"]
mod runner;
#[path = "stranger/mod.rs"]
mod stranger;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|word| word == role::WORD) {
        role::play(&arguments[1..]);
    }
    let mut tests: Vec<runner::Test> = Vec::new();
    tests.extend(corner_tests::TESTS);
    tests.extend(real_tests::TESTS);
    tests.extend(privilege_tests::TESTS);
    runner::run(&tests);
}
