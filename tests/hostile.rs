//! Bad input, from outside: texts that are none, scenarios that ask for too much, and an environment that is broken.
//! Each must end with a diagnostic and its exit code, in bounded memory, and never by a crash.

#[path = "hostile/bench.rs"]
mod bench;
#[path = "hostile/descriptors.rs"]
mod descriptors;
#[path = "hostile/scenarios.rs"]
mod scenarios;
#[path = "hostile/streams.rs"]
mod streams;
#[path = "hostile/texts.rs"]
mod texts;
