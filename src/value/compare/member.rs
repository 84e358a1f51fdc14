//! Membership: what `in`, `matches` and `in_any_order` ask of two values.

use super::order::{Walk, int_to_float, position};
use crate::source::Code;
use crate::value::index::key_of;
use crate::value::limit::UNHASHED_ELEMENTS;
use crate::value::{Trouble, Value, ValueResult, a_kind};
use std::cmp::Ordering;
use std::collections::HashMap;

/// `item in container`: a part of a string, an element of a list, a key of a map, an int of a range,
/// a byte or a part of bytes.
///
/// # Errors
/// `type` where the container holds nothing, or not this; and as [`super::equal`].
pub fn contains(container: &Value, item: &Value) -> ValueResult<bool> {
    match (container, item) {
        (Value::Str(text), Value::Str(part)) => Ok(text.contains(part.as_str())),
        (Value::Str(_), Value::Regex(_)) => {
            Err(Trouble::kind("a regex is not a part of a string").help("write text matches re\"…\""))
        }
        (Value::Str(_), other) => {
            Err(Trouble::kind(format!("a string contains strings, not {}", a_kind(other)))
                .help("make it text with str(x)"))
        }
        (Value::Bytes(bytes), Value::Bytes(part)) => Ok(memchr::memmem::find(bytes, part).is_some()),
        (Value::Bytes(bytes), Value::Int(byte)) => {
            Ok(u8::try_from(*byte).is_ok_and(|byte| bytes.contains(&byte)))
        }
        (Value::List(list), item) => position(&list.0.borrow(), item).map(|place| place.is_some()),
        (Value::Map(map), key) => Ok(map.0.borrow().contains_key(&key_of(key)?)),
        (Value::Range(range), Value::Int(int)) => Ok((range.start..range.end).contains(int)),
        (Value::Range(range), Value::Float(float)) => {
            let int = *float as i64;
            Ok(int_to_float(int, *float) == Some(Ordering::Equal) && (range.start..range.end).contains(&int))
        }
        (Value::Range(_), _) => Ok(false),
        (other, _) => Err(Trouble::kind(format!("nothing can be in {}", a_kind(other)))
            .help("`in` looks into strings, lists, maps, ranges and bytes")),
    }
}

/// `text matches re"…"`: whether the pattern is found anywhere in the text.
///
/// # Errors
/// `type` unless a string stands at the left and a regex at the right.
pub fn matches(text: &Value, regex: &Value) -> ValueResult<bool> {
    match (text, regex) {
        (Value::Str(text), Value::Regex(regex)) => Ok(regex.compiled.is_match(text)),
        (Value::Str(_), Value::Str(_)) => {
            Err(Trouble::kind("matches wants a regex at its right, not a string")
                .help("write the pattern as re\"…\""))
        }
        (Value::Str(_), other) => {
            Err(Trouble::kind(format!("matches wants a regex at its right, not {}", a_kind(other))))
        }
        (other, _) => Err(Trouble::kind(format!("matches looks into a string, not into {}", a_kind(other)))
            .help("make it text with str(x)")),
    }
}

/// `a in_any_order b`: whether two texts have the same lines, or two lists the same elements, each as often.
///
/// # Errors
/// `type` for other values, `too_large` where too many elements are lists or maps; and as [`super::equal`].
pub fn in_any_order(left: &Value, right: &Value) -> ValueResult<bool> {
    match (left, right) {
        (Value::Str(a), Value::Str(b)) => Ok(same_multiset(a.lines(), b.lines())),
        (Value::List(a), Value::List(b)) => same_elements(&a.0.borrow(), &b.0.borrow()),
        _ => Err(Trouble::kind(format!(
            "in_any_order compares two strings or two lists, not {} and {}",
            a_kind(left),
            a_kind(right)
        ))
        .help("the lines of a text are a list: text.lines()")),
    }
}

fn same_multiset<T: std::hash::Hash + Eq>(
    left: impl Iterator<Item = T>,
    right: impl Iterator<Item = T>,
) -> bool {
    let mut counts: HashMap<T, usize> = HashMap::new();
    for item in left {
        *counts.entry(item).or_default() += 1;
    }
    for item in right {
        match counts.get_mut(&item) {
            Some(count) if *count > 0 => *count -= 1,
            _ => return false,
        }
    }
    counts.values().all(|count| *count == 0)
}

/// What equal values of one kind have in common and can be hashed.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Hashed<'a> {
    Str(&'a str),
    Int(i64),
    /// A float that is not whole, by its bits.
    Float(u64),
    Bool(bool),
    Duration(i64),
    Signal(u8),
}

impl<'a> Hashed<'a> {
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        Some(match value {
            Value::Str(text) => Self::Str(text),
            Value::Int(int) => Self::Int(*int),
            Value::Float(float) if !float.is_nan() => {
                let int = *float as i64;
                if int_to_float(int, *float) == Some(Ordering::Equal) {
                    Self::Int(int)
                } else {
                    Self::Float(float.to_bits())
                }
            }
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Duration(nanoseconds) => Self::Duration(*nanoseconds),
            Value::Signal(signal) => Self::Signal(signal.0),
            _ => return None,
        })
    }
}

fn same_elements(left: &[Value], right: &[Value]) -> ValueResult<bool> {
    if left.len() != right.len() {
        return Ok(false);
    }
    if !same_multiset(left.iter().filter_map(Hashed::of), right.iter().filter_map(Hashed::of)) {
        return Ok(false);
    }
    let others = |items: &'_ [Value]| -> Vec<Value> {
        items.iter().filter(|item| Hashed::of(item).is_none()).cloned().collect()
    };
    let (left, mut right) = (others(left), others(right));
    if left.len() > UNHASHED_ELEMENTS {
        let message = format!(
            "{} elements that are not plain are too many for in_any_order: the limit is {UNHASHED_ELEMENTS}",
            left.len()
        );
        return Err(Trouble::new(Code::TOO_LARGE, message).help("sort both lists and compare them"));
    }
    let mut walk = Walk::default();
    for item in &left {
        match walk.position(&right, item)? {
            Some(place) => drop(right.swap_remove(place)),
            None => return Ok(false),
        }
    }
    Ok(right.is_empty())
}
