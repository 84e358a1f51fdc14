//! The program: calls the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    proctor::cli::main()
}
