//! Observation against strace as the oracle: the same forks, executions, ends, waits and signals, none more and none fewer,
//! and the program itself does the same with and without.
//!
//! The test binary plays two parts: with `observe` as its first argument it is a tracer.

#[path = "observe/role.rs"]
mod role;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|word| word == role::WORD) {
        role::play(&arguments[1..]);
    }
}
