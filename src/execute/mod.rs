//! Program and processes to events: the machine that runs a program on the kernel.

mod stop;

pub use stop::{Call, Stop};
