//! The methods of lists. No list is borrowed while a function of the program is called.

use super::super::stop::{Call, Stop};
use super::argument::shown;
use super::{sequence, sort};
use crate::program::Method;
use crate::source::Code;
use crate::value::limit::{check_list, check_text};
use crate::value::{List, Trouble, Value, ValueResult, a_kind, compare, text};
use std::cmp::Ordering;

pub(super) fn method(
    receiver: &Value,
    list: &List,
    method: Method,
    args: &[Value],
    call: &mut dyn Call,
) -> Option<Result<Value, Stop>> {
    Some(match method {
        Method::Map => return Some(sequence::map(receiver, &args[0], call)),
        Method::Filter => return Some(sequence::filter(receiver, &args[0], call)),
        Method::Any => return Some(sequence::decide(receiver, args.first(), true, call)),
        Method::All => return Some(sequence::decide(receiver, args.first(), false, call)),
        Method::Count => return Some(sequence::count(receiver, &args[0], call)),
        Method::Sort => return Some(sort::sort_in_place(list, args.first(), call)),
        Method::Len => sequence::len(receiver),
        Method::Push => push(list, &args[0]),
        Method::Pop => pop(list, args.first()),
        Method::Insert => insert(list, &args[0], &args[1]),
        Method::Remove => remove(list, &args[0]),
        Method::First => Ok(list.0.borrow().first().cloned().unwrap_or(Value::None)),
        Method::Last => Ok(list.0.borrow().last().cloned().unwrap_or(Value::None)),
        Method::Index => index(list, &args[0]),
        Method::Reverse => Ok(reverse(list)),
        Method::Join => join(list, args.first()),
        Method::Sum => sequence::sum(receiver),
        Method::Min => sequence::extreme(std::slice::from_ref(receiver), Ordering::Less),
        Method::Max => sequence::extreme(std::slice::from_ref(receiver), Ordering::Greater),
        Method::Contains => compare::contains(receiver, &args[0]).map(Value::Bool),
        _ => return None,
    })
    .map(|result| result.map_err(Stop::from))
}

fn push(list: &List, item: &Value) -> ValueResult<Value> {
    let mut items = list.0.borrow_mut();
    check_list(Some(items.len() + 1))?;
    items.push(item.clone());
    Ok(Value::None)
}

fn index_of(value: &Value) -> ValueResult<i64> {
    match value {
        Value::Int(index) => Ok(*index),
        other => Err(Trouble::kind(format!("the place in a list is an int, not {}", a_kind(other)))),
    }
}

fn pop(list: &List, place: Option<&Value>) -> ValueResult<Value> {
    let index = place.map_or(Ok(-1), index_of)?;
    let mut items = list.0.borrow_mut();
    let length = items.len();
    if length == 0 {
        return Err(Trouble::new(Code::INDEX, "nothing can be popped from an empty list"));
    }
    let distance = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    let place = if index < 0 { length.checked_sub(distance) } else { Some(distance) };
    match place.filter(|place| *place < length) {
        Some(place) => Ok(items.remove(place)),
        None => {
            let message = format!("index {index} is outside the list, whose length is {length}");
            Err(Trouble::new(Code::INDEX, message))
        }
    }
}

/// A place outside is the nearest end, as in Python.
fn insert(list: &List, place: &Value, item: &Value) -> ValueResult<Value> {
    let index = index_of(place)?;
    let mut items = list.0.borrow_mut();
    let length = check_list(Some(items.len() + 1))? - 1;
    let distance = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    let place = if index < 0 { length.saturating_sub(distance) } else { distance.min(length) };
    items.insert(place, item.clone());
    Ok(Value::None)
}

fn remove(list: &List, item: &Value) -> ValueResult<Value> {
    let place = compare::position(&list.0.borrow(), item)?;
    match place {
        Some(place) => {
            let removed = list.0.borrow_mut().remove(place);
            drop(removed);
            Ok(Value::None)
        }
        None => Err(Trouble::new(Code::VALUE, format!("{} is not in the list", shown(item)))
            .help("look first whether it is there: x in xs")),
    }
}

fn index(list: &List, item: &Value) -> ValueResult<Value> {
    let place = compare::position(&list.0.borrow(), item)?;
    Ok(place.map_or(Value::None, |place| Value::Int(place as i64)))
}

fn reverse(list: &List) -> Value {
    list.0.borrow_mut().reverse();
    Value::None
}

fn join(list: &List, separator: Option<&Value>) -> ValueResult<Value> {
    let separator = match separator {
        None => "",
        Some(Value::Str(separator)) => separator.as_str(),
        Some(other) => {
            return Err(Trouble::kind(format!("the separator is a string, not {}", a_kind(other)))
                .help("a list is joined by a text: xs.join(\", \")"));
        }
    };
    let mut joined = String::new();
    for (place, item) in list.0.borrow().iter().enumerate() {
        if place > 0 {
            check_text(joined.len().checked_add(separator.len()))?;
            joined.push_str(separator);
        }
        text::append(&mut joined, item)?;
    }
    Ok(Value::str(joined))
}
