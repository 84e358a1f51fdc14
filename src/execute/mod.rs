//! Program and processes to events: the machine that runs a program on the kernel.

pub mod pure;
mod stop;

pub use stop::{Call, Stop};
