//! Compiling regular expressions, with a limit on the memory that they take.

use super::limit::REGEX_BYTES;
use super::{Regex, Trouble, Value, ValueResult};
use crate::source::Code;
use std::rc::Rc;

/// Compiles the pattern of `re"…"`.
///
/// # Errors
/// `bad_regex`, with the reason, for a pattern that is none or would take more than [`REGEX_BYTES`].
pub fn compile(pattern: &str) -> ValueResult<Regex> {
    if pattern.len() > REGEX_BYTES {
        return Err(too_big());
    }
    match regex::RegexBuilder::new(pattern).size_limit(REGEX_BYTES).dfa_size_limit(REGEX_BYTES).build() {
        Ok(compiled) => Ok(Regex { pattern: pattern.to_owned(), compiled }),
        Err(regex::Error::CompiledTooBig(_)) => Err(too_big()),
        Err(error) => {
            // The last line of the library's text has the reason, those before draw the place.
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default().trim();
            let reason = reason.strip_prefix("error: ").unwrap_or(reason);
            Err(Trouble::new(Code::BAD_REGEX, format!("this is no regular expression: {reason}")))
        }
    }
}

/// [`compile`] as a value.
///
/// # Errors
/// As [`compile`].
pub fn value(pattern: &str) -> ValueResult<Value> {
    compile(pattern).map(|regex| Value::Regex(Rc::new(regex)))
}

#[cold]
fn too_big() -> Trouble {
    let message = format!("this regular expression takes more than {REGEX_BYTES} bytes, which is the limit");
    Trouble::new(Code::BAD_REGEX, message)
        .help("large counted repetitions such as {1000} are what takes memory")
}
