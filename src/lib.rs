//! proctor: a language, an interpreter and a workbench for process scenarios on Linux.

// The code that pest writes without its `std` feature names it.
extern crate alloc;

pub mod check;
pub mod cli;
pub mod event;
pub mod execute;
pub mod keeper;
pub mod observe;
pub mod process;
pub mod program;
pub mod repl;
pub mod report;
pub mod source;
pub mod suite;
pub mod syntax;
pub mod value;
