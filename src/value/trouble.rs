//! What an operation on values can fail with: a code and a message, without a place; the place is added by who runs it.

use crate::source::Code;

pub type ValueResult<T> = Result<T, Trouble>;

/// An operation that cannot be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub code: Code,
    pub message: String,
    pub help: Option<String>,
}

impl Trouble {
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A [`Code::TYPE`] error.
    #[must_use]
    pub fn kind(message: impl Into<String>) -> Self {
        Self::new(Code::TYPE, message)
    }
}
