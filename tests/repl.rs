//! The prompt as its user sees it: the real program on a real terminal, and what an emulator draws of it.

#[path = "repl/colours.rs"]
mod colours;
#[path = "repl/commands.rs"]
mod commands;
#[path = "repl/control.rs"]
mod control;
#[path = "repl/doors.rs"]
mod doors;
#[path = "repl/entries.rs"]
mod entries;
#[path = "repl/faults.rs"]
mod faults;
#[path = "repl/foreground.rs"]
mod foreground;
#[path = "repl/harm.rs"]
mod harm;
#[path = "repl/history.rs"]
mod history;
#[path = "repl/narrow.rs"]
mod narrow;
#[path = "repl/news.rs"]
mod news;
#[path = "repl/observed.rs"]
mod observed;
#[path = "repl/order.rs"]
mod order;
#[path = "pty/mod.rs"]
mod pty;
#[path = "repl/resize.rs"]
mod resize;
#[path = "repl/sight.rs"]
mod sight;
#[path = "repl/terminal.rs"]
mod terminal;
#[path = "repl/transcripts.rs"]
mod transcripts;
