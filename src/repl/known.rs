//! What a session knows by name: what the prompt can complete, and what it says about it.

use serde::{Deserialize, Serialize};

/// The names of a session, as its interpreter tells them to the editor after each entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    pub names: Vec<Name>,
}

/// One name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    pub name: String,
    /// The kind of its value, as `type(x)` gives it: `process`, `list`, `function` …
    pub kind: String,
    /// One line: how a function is called, else the value, cut short.
    pub about: String,
}
