//! The door for play: a prompt at which the whole language works on real processes.

pub mod colour;
pub mod command;
pub mod complete;
pub mod help;
pub mod indent;
pub mod keyword;
mod known;

pub use known::{Known, Name};
