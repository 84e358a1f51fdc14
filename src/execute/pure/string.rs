//! `str`, and the methods of strings and bytes.

use super::argument::shown;
use crate::program::Method;
use crate::source::Code;
use crate::value::limit::{check_list, check_text};
use crate::value::{Regex, Trouble, Value, ValueResult, a_kind, arith, text};
use std::rc::Rc;

/// `str(x)`
pub(super) fn str(value: &Value) -> ValueResult<Value> {
    if let Value::Str(_) = value {
        return Ok(value.clone());
    }
    let mut written = String::new();
    text::append(&mut written, value)?;
    Ok(Value::str(written))
}

pub(super) fn method(string: &Rc<String>, method: Method, args: &[Value]) -> Option<ValueResult<Value>> {
    Some(match method {
        Method::Len => Ok(Value::Int(string.chars().count() as i64)),
        Method::Upper => sized(string.to_uppercase()),
        Method::Lower => sized(string.to_lowercase()),
        Method::Trim => Ok(Value::str(string.trim())),
        Method::Split => split(string, args.first()),
        Method::Lines => pieces(string.lines()),
        Method::Replace => replace(string, &args[0], &args[1]),
        Method::Contains => part(&args[0], "contains").map(|part| Value::Bool(string.contains(part))),
        Method::StartsWith => part(&args[0], "starts_with").map(|part| Value::Bool(string.starts_with(part))),
        Method::EndsWith => part(&args[0], "ends_with").map(|part| Value::Bool(string.ends_with(part))),
        Method::Find => find(string, &args[0]),
        Method::Repeat => repeat(string, &args[0]),
        Method::Bytes => Ok(Value::bytes(string.as_bytes().to_vec())),
        _ => return None,
    })
}

pub(super) fn bytes_method(bytes: &[u8], method: Method) -> Option<ValueResult<Value>> {
    Some(match method {
        Method::Len => Ok(Value::Int(bytes.len() as i64)),
        Method::Decode => decode(bytes),
        _ => return None,
    })
}

fn sized(text: String) -> ValueResult<Value> {
    check_text(Some(text.len()))?;
    Ok(Value::str(text))
}

fn part<'a>(value: &'a Value, method: &str) -> ValueResult<&'a str> {
    match value {
        Value::Str(text) => Ok(text),
        Value::Regex(_) => Err(Trouble::kind(format!("{method} takes a string, not a regex"))
            .help("write text matches re\"…\"; ^ and $ stand for the ends")),
        other => Err(Trouble::kind(format!("{method} takes a string, not {}", a_kind(other)))
            .help("make it text with str(x)")),
    }
}

fn pieces<'a>(pieces: impl Iterator<Item = &'a str>) -> ValueResult<Value> {
    let mut list = Vec::new();
    for piece in pieces {
        check_list(Some(list.len() + 1))?;
        list.push(Value::str(piece));
    }
    Ok(Value::list(list))
}

fn split(text: &str, separator: Option<&Value>) -> ValueResult<Value> {
    match separator {
        None | Some(Value::None) => pieces(text.split_whitespace()),
        Some(Value::Regex(regex)) => pieces(regex.compiled.split(text)),
        Some(separator) => match part(separator, "split")? {
            "" => Err(Trouble::new(Code::VALUE, "a text cannot be split at an empty separator")
                .help("to go through its characters, write for c in text { … }")),
            separator => pieces(text.split(separator)),
        },
    }
}

/// The new text stands for itself: a `$1` in it is no group.
fn replace(text: &str, old: &Value, new: &Value) -> ValueResult<Value> {
    let new = part(new, "replace")?;
    match old {
        Value::Regex(regex) => {
            replace_all(text, regex.compiled.find_iter(text).map(|found| found.range()), new)
        }
        old => {
            let old = part(old, "replace")?;
            replace_all(text, text.match_indices(old).map(|(start, _)| start..start + old.len()), new)
        }
    }
}

fn replace_all(
    text: &str,
    places: impl Iterator<Item = std::ops::Range<usize>>,
    new: &str,
) -> ValueResult<Value> {
    let mut replaced = String::new();
    let mut done = 0;
    for place in places {
        check_text(Some(replaced.len() + (place.start - done) + new.len()))?;
        replaced.push_str(&text[done..place.start]);
        replaced.push_str(new);
        done = place.end;
    }
    replaced.push_str(&text[done..]);
    sized(replaced)
}

/// The index of a character, not of a byte.
fn find(text: &str, wanted: &Value) -> ValueResult<Value> {
    let place = match wanted {
        Value::Regex(regex) => first_match(regex, text),
        other => text.find(part(other, "find")?),
    };
    Ok(place.map_or(Value::None, |place| Value::Int(text[..place].chars().count() as i64)))
}

fn first_match(regex: &Regex, text: &str) -> Option<usize> {
    regex.compiled.find(text).map(|found| found.start())
}

fn repeat(text: &Rc<String>, times: &Value) -> ValueResult<Value> {
    match times {
        Value::Int(_) => arith::multiply(&Value::Str(text.clone()), times),
        other => Err(Trouble::kind(format!("repeat takes an int, not {}", a_kind(other)))),
    }
}

fn decode(bytes: &[u8]) -> ValueResult<Value> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Value::str(text)),
        Err(error) => {
            let place = error.valid_up_to();
            let at = shown(&Value::bytes(bytes[place..bytes.len().min(place + 4)].to_vec()));
            let message = format!("the bytes are not UTF-8 from byte {place} on: {at}");
            Err(Trouble::new(Code::VALUE, message))
        }
    }
}
