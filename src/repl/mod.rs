//! The door for play: a prompt at which the whole language works on real processes.

mod card;
mod known;
mod news;
mod session;
mod table;
mod transcript;
mod wire;

pub use session::{Kit, serve};
pub use wire::Line;
