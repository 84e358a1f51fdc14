//! The parts of the prompt, without a prompt: completion, history, the examples of the help.

#[path = "repl/complete.rs"]
mod complete;
#[path = "repl/examples.rs"]
mod examples;
#[path = "repl/history_file.rs"]
mod history_file;
#[path = "repl/words.rs"]
mod words;
