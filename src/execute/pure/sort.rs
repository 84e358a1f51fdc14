//! Sorting: stable, by a key that is computed first, and with comparisons that may fail.

use super::super::stop::{Call, Stop};
use super::argument::is_function;
use crate::source::Code;
use crate::value::compare::order;
use crate::value::index::elements;
use crate::value::{List, Trouble, Value, ValueResult, a_kind};
use std::cmp::Ordering;

/// `sorted(xs, key)`
pub(super) fn sorted(value: &Value, key: Option<&Value>, call: &mut dyn Call) -> Result<Value, Stop> {
    sort(elements(value)?, key, call).map(Value::list)
}

/// `xs.sort(key)`. The list stays whole while its elements are compared and the key is called: it is replaced at
/// the end, and not at all after an error.
pub(super) fn sort_in_place(list: &List, key: Option<&Value>, call: &mut dyn Call) -> Result<Value, Stop> {
    let before = list.0.borrow().clone();
    let length = before.len();
    let after = sort(before, key, call)?;
    if list.0.borrow().len() != length {
        let message = "the list was changed by the key function while it was sorted";
        return Err(Trouble::new(Code::VALUE, message).into());
    }
    let replaced = list.0.replace(after);
    drop(replaced);
    Ok(Value::None)
}

fn sort(items: Vec<Value>, key: Option<&Value>, call: &mut dyn Call) -> Result<Vec<Value>, Stop> {
    let Some(key) = key.filter(|key| !matches!(key, Value::None)) else {
        return Ok(by_value(items)?);
    };
    if !is_function(key) {
        return Err(Trouble::kind(format!("the key of a sort is a function, not {}", a_kind(key)))
            .help("a function of one element, such as |x| x.name")
            .into());
    }
    let mut keys = Vec::with_capacity(items.len());
    for item in &items {
        keys.push(call.call(key, std::slice::from_ref(item))?);
    }
    let places = merge_sort(&keys)?;
    Ok(places.into_iter().map(|place| items[place].clone()).collect())
}

fn by_value(mut items: Vec<Value>) -> ValueResult<Vec<Value>> {
    let ints = items.iter().all(|item| matches!(item, Value::Int(_)));
    if ints || items.iter().all(|item| matches!(item, Value::Str(_))) {
        items.sort_by(|a, b| match (a, b) {
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            (Value::Str(a), Value::Str(b)) => a.cmp(b),
            _ => Ordering::Equal,
        });
        return Ok(items);
    }
    let places = merge_sort(&items)?;
    Ok(places.into_iter().map(|place| items[place].clone()).collect())
}

/// The places of the keys in ascending order.
///
/// The library's sort cannot be stopped by a comparison that fails, and may panic where an order is not total;
/// here a strange order gives a strange result and nothing worse.
fn merge_sort(keys: &[Value]) -> ValueResult<Vec<usize>> {
    let mut places: Vec<usize> = (0..keys.len()).collect();
    let mut merged = Vec::with_capacity(keys.len());
    let mut width = 1;
    while width < keys.len() {
        merged.clear();
        for run in places.chunks(2 * width) {
            let (left, right) = run.split_at(width.min(run.len()));
            merge(keys, left, right, &mut merged)?;
        }
        std::mem::swap(&mut places, &mut merged);
        width *= 2;
    }
    Ok(places)
}

fn merge(
    keys: &[Value],
    mut left: &[usize],
    mut right: &[usize],
    merged: &mut Vec<usize>,
) -> ValueResult<()> {
    while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
        if order(&keys[*a], &keys[*b])?.is_le() {
            merged.push(*a);
            left = left_rest;
        } else {
            merged.push(*b);
            right = right_rest;
        }
    }
    merged.extend_from_slice(left);
    merged.extend_from_slice(right);
    Ok(())
}
