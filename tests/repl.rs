//! The prompt as its user sees it: the real program on a real terminal, and what an emulator draws of it.

#[path = "repl/control.rs"]
mod control;
#[path = "repl/entries.rs"]
mod entries;
#[path = "repl/history.rs"]
mod history;
#[path = "repl/news.rs"]
mod news;
#[path = "repl/terminal.rs"]
mod terminal;
