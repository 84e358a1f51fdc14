//! Indexing: one element, a slice, an entry; reading and writing.

use super::limit::{check_list, check_map};
use super::text::{brief, literal};
use super::{Key, List, Map, Range, Trouble, Value, ValueResult, a_kind};
use crate::source::{Code, did_you_mean};
use std::rc::Rc;

/// How many keys are tried for "did you mean".
const SUGGESTED: usize = 1000;

/// `container[index]`: an element of a list, a character of a string, a byte, an int of a range, counted from 0,
/// or from the end where negative; a slice by a range; the entry of a map.
///
/// # Errors
/// `index` outside, `key` where a map lacks it, `type` for what cannot be indexed, or not so.
#[inline]
pub fn get_index(container: &Value, index: &Value) -> ValueResult<Value> {
    if let (Value::List(list), Value::Int(index)) = (container, index) {
        let items = list.0.borrow();
        let place = place(*index, items.len() as u64, "list")?;
        return Ok(items[place as usize].clone());
    }
    get_other(container, index)
}

fn get_other(container: &Value, index: &Value) -> ValueResult<Value> {
    match (container, index) {
        (Value::List(list), Value::Range(range)) => {
            let items = list.0.borrow();
            let (start, end) = slice(range, items.len());
            Ok(Value::list(items[start..end].to_vec()))
        }
        (Value::Str(text), Value::Int(index)) => character(text, *index),
        (Value::Str(text), Value::Range(range)) => Ok(Value::str(characters(text, range))),
        (Value::Bytes(bytes), Value::Int(index)) => {
            Ok(Value::Int(bytes[place(*index, bytes.len() as u64, "bytes")? as usize].into()))
        }
        (Value::Bytes(bytes), Value::Range(range)) => {
            let (start, end) = slice(range, bytes.len());
            Ok(Value::bytes(bytes[start..end].to_vec()))
        }
        (Value::Range(range), Value::Int(index)) => {
            Ok(Value::Int(range.start.wrapping_add_unsigned(place(*index, range.len(), "range")?)))
        }
        (Value::Range(range), Value::Range(part)) => Ok(Value::Range(Rc::new(range_slice(range, part)))),
        (Value::Map(map), key) => entry(map, key),
        (Value::List(_) | Value::Str(_) | Value::Bytes(_) | Value::Range(_), index) => {
            Err(wrong_index(container, index))
        }
        _ => Err(Trouble::kind(format!("{} cannot be indexed", a_kind(container)))),
    }
}

#[cold]
fn wrong_index(container: &Value, index: &Value) -> Trouble {
    let message = format!("the index of {} is an int or a range, not {}", a_kind(container), a_kind(index));
    match index {
        Value::Float(_) => Trouble::kind(message).help("make it an int with int(x), or divide with //"),
        _ => Trouble::kind(message),
    }
}

/// Where an index points: below `length`.
fn place(index: i64, length: u64, what: &str) -> ValueResult<u64> {
    let place = if index < 0 { length.checked_sub(index.unsigned_abs()) } else { Some(index.unsigned_abs()) };
    place.filter(|place| *place < length).ok_or_else(|| outside(index, length, what))
}

#[cold]
fn outside(index: i64, length: u64, what: &str) -> Trouble {
    let message = match (length, what) {
        (0, _) => format!("index {index} is outside the {what}, which is empty"),
        (1, _) => format!("index {index} is outside the {what}, whose length is 1"),
        _ => format!("index {index} is outside the {what}, whose length is {length}"),
    };
    let trouble = Trouble::new(Code::INDEX, message);
    match length {
        0 => trouble,
        _ => trouble.help(format!("indices go from 0 to {}, or from -1 down to -{length}", length - 1)),
    }
}

/// Start and end of a slice, as Python clamps them.
fn bounds(range: &Range, length: u64) -> (u64, u64) {
    let clamp = |index: i64| match index {
        0.. => index.unsigned_abs().min(length),
        _ => length.saturating_sub(index.unsigned_abs()),
    };
    let start = clamp(range.start);
    // `xs[1..=-1]` goes up to the last element, one behind which is no longer counted from the end.
    let end = if range.closed && range.end == 0 { length } else { clamp(range.end) };
    (start, end.max(start))
}

fn slice(range: &Range, length: usize) -> (usize, usize) {
    let (start, end) = bounds(range, length as u64);
    (start as usize, end as usize)
}

fn range_slice(range: &Range, part: &Range) -> Range {
    let (start, end) = bounds(part, range.len());
    let at = |place| range.start.wrapping_add_unsigned(place);
    Range { start: at(start), end: at(end), closed: false }
}

/// One character. Where everything between it and the nearer end is ASCII, as it mostly is, it is found without
/// counting characters.
fn character(text: &str, index: i64) -> ValueResult<Value> {
    let bytes = text.as_bytes();
    let distance = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    let found = if index >= 0 {
        match bytes.get(..distance.saturating_add(1)) {
            Some(start) if start.is_ascii() => Some(char::from(bytes[distance])),
            _ => text.chars().nth(distance),
        }
    } else {
        match bytes.len().checked_sub(distance).and_then(|start| bytes.get(start..)) {
            Some(end) if end.is_ascii() => Some(char::from(end[0])),
            _ => text.chars().nth_back(distance - 1),
        }
    };
    found.map(Value::str).ok_or_else(|| outside(index, text.chars().count() as u64, "string"))
}

fn characters<'a>(text: &'a str, range: &Range) -> &'a str {
    if text.is_ascii() {
        let (start, end) = slice(range, text.len());
        return &text[start..end];
    }
    let (start, end) = slice(range, text.chars().count());
    let mut offsets = text.char_indices().map(|(offset, _)| offset).chain([text.len()]);
    let first = offsets.nth(start).unwrap_or(text.len());
    let last = if end > start { offsets.nth(end - start - 1).unwrap_or(text.len()) } else { first };
    &text[first..last]
}

fn entry(map: &Map, key: &Value) -> ValueResult<Value> {
    let key = key_of(key)?;
    map.0.borrow().get(&key).cloned().ok_or_else(|| missing_key(map, &key))
}

/// The key that a value makes.
///
/// # Errors
/// `type` where it cannot be one.
pub fn key_of(value: &Value) -> ValueResult<Key> {
    Key::of(value).ok_or_else(|| {
        Trouble::kind(format!("{} cannot be the key of a map", a_kind(value)))
            .help("keys are strings, ints, bools, signals, processes and shared objects")
    })
}

/// The error for a key that a map does not have, with the key that may be meant.
#[cold]
#[must_use]
pub fn missing_key(map: &Map, key: &Key) -> Trouble {
    let trouble = Trouble::new(Code::KEY, format!("the map has no key {}", brief(&key.value(), 80)));
    let entries = map.0.borrow();
    let names = entries.keys().take(SUGGESTED).filter_map(|key| match key {
        Key::Str(name) => Some(name.as_str()),
        _ => None,
    });
    let near = match key {
        Key::Str(name) => did_you_mean(name, names),
        _ => None,
    };
    match near {
        Some(near) => trouble.help(format!("did you mean {}?", literal(&Value::str(near)))),
        None if entries.is_empty() => trouble.help("the map is empty"),
        None => {
            let keys: Vec<String> = entries.keys().take(8).map(|key| brief(&key.value(), 40)).collect();
            let more = if entries.len() > keys.len() { ", …" } else { "" };
            trouble.help(format!("it has {}{more}", keys.join(", ")))
        }
    }
}

/// `container[index] = value`
///
/// # Errors
/// As [`get_index`]; `type` for what cannot be changed; `too_large` for a map that is full.
pub fn set_index(container: &Value, index: &Value, value: Value) -> ValueResult<()> {
    match (container, index) {
        (Value::List(list), Value::Int(index)) => set_element(list, *index, value),
        (Value::List(_), Value::Range(_)) => Err(Trouble::kind("a slice cannot be assigned to")
            .help("assign its elements one by one, or put a new list together with +")),
        (Value::Map(map), key) => {
            let key = key_of(key)?;
            let replaced = {
                let mut entries = map.0.borrow_mut();
                if !entries.contains_key(&key) {
                    check_map(entries.len() + 1)?;
                }
                entries.insert(key, value)
            };
            // Dropped when the map is no longer borrowed: what it held may hold the map.
            drop(replaced);
            Ok(())
        }
        (Value::List(_), index) => Err(wrong_index(container, index)),
        (Value::Str(_) | Value::Bytes(_) | Value::Range(_), _) => {
            Err(Trouble::kind(format!("{} cannot be changed", a_kind(container)))
                .help("make a new one: s[..2] + \"x\" + s[3..]"))
        }
        _ => Err(Trouble::kind(format!("{} has no elements to assign to", a_kind(container)))),
    }
}

fn set_element(list: &List, index: i64, value: Value) -> ValueResult<()> {
    let replaced = {
        let mut items = list.0.borrow_mut();
        let place = place(index, items.len() as u64, "list")?;
        std::mem::replace(&mut items[place as usize], value)
    };
    drop(replaced);
    Ok(())
}

/// Everything that a `for` over the value goes through: elements, ints, a map's keys, characters, bytes.
///
/// # Errors
/// `type` for what cannot be iterated, `too_large` for more elements than a list may have.
pub fn elements(value: &Value) -> ValueResult<Vec<Value>> {
    Ok(match value {
        Value::List(list) => list.0.borrow().clone(),
        Value::Range(range) => {
            check_list(usize::try_from(range.len()).ok())?;
            (range.start..range.end).map(Value::Int).collect()
        }
        Value::Map(map) => map.0.borrow().keys().map(Key::value).collect(),
        Value::Str(text) => {
            check_list(Some(text.chars().count()))?;
            text.chars().map(Value::str).collect()
        }
        Value::Bytes(bytes) => {
            check_list(Some(bytes.len()))?;
            bytes.iter().map(|byte| Value::Int((*byte).into())).collect()
        }
        other => return Err(not_iterable(other)),
    })
}

/// The error for a value that has nothing to go through.
#[cold]
#[must_use]
pub fn not_iterable(value: &Value) -> Trouble {
    let trouble = Trouble::kind(format!("{} cannot be gone through", a_kind(value)));
    match value {
        Value::Int(int) if *int >= 0 => trouble.help(format!("to count, write the range 0..{int}")),
        Value::Int(_) => trouble.help("to count, write a range: 0..n"),
        _ => trouble.help("lists, ranges, maps, strings and bytes can"),
    }
}
