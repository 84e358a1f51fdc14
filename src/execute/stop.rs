//! Why running stopped before its end, and how built-in functions call back into the program.

use crate::event::Failure;
use crate::value::{Trouble, Value};

/// What unwinds the machine.
#[derive(Debug)]
pub enum Stop {
    /// An operation failed; the machine adds the place and the chain of calls.
    Trouble(Box<Trouble>),
    /// A failure with its place: goes up to the nearest `try`.
    Failed(Box<Failure>),
    /// An expectation broke: goes up to the test, past every `try`.
    Broken(Box<Failure>),
    /// This process ends with the exit code: goes up past everything.
    Exit(u8),
    /// Ctrl-C at a prompt: goes up past everything, and the process lives on.
    Interrupted,
    /// The deadline of the frame of protection with this number is over.
    Deadline(usize),
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(Box::new(trouble))
    }
}

/// Whoever can call a function value: the machine.
pub trait Call {
    /// Calls a function with arguments and gives what it returns.
    ///
    /// # Errors
    /// Whatever stops the function, or `type` where the value is none.
    fn call(&mut self, function: &Value, args: &[Value]) -> Result<Value, Stop>;
}
