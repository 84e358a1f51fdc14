//! What keeps two texts or lists from being the same in any order: for the message about it.

use super::member::Hashed;
use super::order::equal;
use crate::value::Value;
use std::collections::HashMap;

/// The elements, or lines, of each side that have no partner on the other: (only left, only right).
#[must_use]
pub fn unmatched(left: &Value, right: &Value) -> Option<(Vec<Value>, Vec<Value>)> {
    match (left, right) {
        (Value::Str(left), Value::Str(right)) => {
            let lines = |text: &str| -> Vec<Value> { text.lines().map(Value::str).collect() };
            Some(partners(&lines(left), &lines(right)))
        }
        (Value::List(left), Value::List(right)) => Some(partners(&left.0.borrow(), &right.0.borrow())),
        _ => None,
    }
}

fn partners(left: &[Value], right: &[Value]) -> (Vec<Value>, Vec<Value>) {
    let mut counts: HashMap<Hashed<'_>, usize> = HashMap::new();
    for key in right.iter().filter_map(Hashed::of) {
        *counts.entry(key).or_default() += 1;
    }
    let mut others: Vec<&Value> = right.iter().filter(|item| Hashed::of(item).is_none()).collect();
    let mut only_left = Vec::new();
    for item in left {
        let found = match Hashed::of(item) {
            Some(key) => counts.get_mut(&key).filter(|count| **count > 0).map(|count| *count -= 1).is_some(),
            None => {
                let place = others.iter().position(|other| equal(item, other).unwrap_or(false));
                place.map(|place| others.remove(place)).is_some()
            }
        };
        if !found {
            only_left.push(item.clone());
        }
    }
    // Of equal elements the last ones are left over.
    let mut only_right: Vec<Value> = Vec::new();
    for item in right.iter().rev() {
        let left_over = match Hashed::of(item) {
            Some(key) => counts.get_mut(&key).filter(|count| **count > 0).map(|count| *count -= 1).is_some(),
            None => others.iter().any(|other| std::ptr::eq(*other, item)),
        };
        if left_over {
            only_right.push(item.clone());
        }
    }
    only_right.reverse();
    (only_left, only_right)
}
