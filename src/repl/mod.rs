//! The door for play: a prompt at which the whole language works on real processes.

mod known;
