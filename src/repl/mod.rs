//! The door for play: a prompt at which the whole language works on real processes.

mod card;
mod collect;
pub mod colour;
pub mod command;
mod editor;
pub mod help;
mod helper;
pub mod indent;
pub mod keyword;
mod known;
mod news;
mod prompt;
mod screen;
mod session;
mod start;
mod table;
mod transcript;
mod voice;
mod wire;

pub use editor::{Options, edit};
pub use known::{Known, Name};
pub use session::{Kit, serve};
pub use wire::Line;
