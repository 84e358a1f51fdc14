//! The program: calls the library.

fn main() {}
