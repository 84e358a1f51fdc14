//! proctor: a language, an interpreter and a workbench for process scenarios on Linux.

pub mod source;
pub mod syntax;
