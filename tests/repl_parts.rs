//! The parts of the prompt that are seen from outside: the examples of its help run.

#[path = "repl/examples.rs"]
mod examples;
