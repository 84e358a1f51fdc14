//! The door for play: a prompt at which the whole language works on real processes.

pub mod colour;
pub mod indent;
mod known;

pub use known::{Known, Name};
