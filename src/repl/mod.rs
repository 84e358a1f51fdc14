//! The door for play: a prompt at which the whole language works on real processes.

mod act;
mod card;
mod collect;
pub mod colour;
pub mod command;
pub mod complete;
mod draft;
mod editor;
pub mod help;
pub mod hint;
pub mod history;
pub mod indent;
mod keys;
pub mod keyword;
mod known;
mod layout;
mod mark;
mod news;
mod prompt;
mod reflow;
mod reset;
mod screen;
mod session;
mod start;
mod store;
mod table;
mod transcript;
mod typing;
mod voice;
mod watch;
mod wire;

pub use editor::{Options, edit};
pub use known::{Known, Name};
pub use session::{Kit, serve};
pub use wire::Line;
