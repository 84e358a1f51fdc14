//! What is asked of arguments in several places.

use crate::value::{Value, text};

/// Whether the value can be called.
pub(super) fn is_function(value: &Value) -> bool {
    matches!(value, Value::Function(_) | Value::Builtin(_))
}

/// The text that stands for a value in the message of an error.
pub(super) fn shown(value: &Value) -> String {
    text::brief(value, 80)
}
