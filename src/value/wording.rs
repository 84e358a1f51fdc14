//! How messages name a value's type.

use super::{ObjectKind, Value};

/// The type's name with its article: `a string`, `an int`; plain `none`.
#[must_use]
pub fn a_kind(value: &Value) -> &'static str {
    match value {
        Value::Absent | Value::None => "none",
        Value::Bool(_) => "a bool",
        Value::Int(_) => "an int",
        Value::Float(_) => "a float",
        Value::Duration(_) => "a duration",
        Value::Instant(_) => "an instant",
        Value::Str(_) => "a string",
        Value::Bytes(_) => "bytes",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
        Value::Range(_) => "a range",
        Value::Function(_) | Value::Builtin(_) => "a function",
        Value::Process(_) => "a process",
        Value::Signal(_) => "a signal",
        Value::Regex(_) => "a regex",
        Value::Object(object) => match object.kind {
            ObjectKind::Queue => "a queue",
            ObjectKind::ConnectionA | ObjectKind::ConnectionB => "a connection",
            ObjectKind::Lock => "a lock",
            ObjectKind::Semaphore => "a semaphore",
            ObjectKind::Event => "an event",
            ObjectKind::Barrier => "a barrier",
            ObjectKind::Shared => "a shared cell",
        },
        Value::Cell(_) => "a cell",
    }
}
