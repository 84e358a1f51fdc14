//! What an operation on values can fail with: a code and a message, without a place; the place is added by who runs it.

use crate::source::Code;
use serde::{Deserialize, Serialize};

pub type ValueResult<T> = Result<T, Trouble>;

/// An operation that cannot be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub code: Code,
    pub message: String,
    pub help: Option<String>,
    pub blame: Blame,
}

/// Whose doing it is, for a test of somebody's work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Blame {
    /// What the code says.
    #[default]
    ByCode,
    /// What is tested can cause it.
    Tested,
    /// The text of the test is wrong, whatever is tested.
    Text,
    /// The machine's: it was out of something that the test had not used up.
    Machine,
}

impl Trouble {
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, blame: Blame::default() }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn blame(self, blame: Blame) -> Self {
        Self { blame, ..self }
    }

    /// A [`Code::TYPE`] error.
    #[must_use]
    pub fn kind(message: impl Into<String>) -> Self {
        Self::new(Code::TYPE, message)
    }
}
