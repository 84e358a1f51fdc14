//! proctor: a language, an interpreter and a workbench for process scenarios on Linux.

pub mod check;
pub mod cli;
pub mod event;
pub mod execute;
pub mod keeper;
pub mod process;
pub mod program;
pub mod repl;
pub mod report;
pub mod source;
pub mod syntax;
pub mod value;
