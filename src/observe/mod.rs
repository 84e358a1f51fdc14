//! What an external program does, seen from the kernel.

pub mod hang;
