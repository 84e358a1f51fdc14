//! The door for play: a prompt at which the whole language works on real processes.

pub mod colour;
pub mod command;
pub mod complete;
pub mod help;
pub mod hint;
pub mod history;
pub mod indent;
pub mod keyword;
mod known;
mod store;

pub use known::{Known, Name};
