//! What works on anything that can be gone through: built-in functions, and the methods of ranges.

use super::super::stop::{Call, Stop};
use super::argument::is_function;
use crate::program::Method;
use crate::source::Code;
use crate::value::index::elements;
use crate::value::limit::check_list;
use crate::value::{Range, Trouble, Value, ValueResult, a_kind, arith, compare};
use std::cmp::Ordering;
use std::rc::Rc;

/// Elements to go through as they were when it began: a function that is called for each may change the list.
/// A range is not made a list of.
pub(super) enum Items {
    Many(Vec<Value>),
    Range(Range),
}

impl Items {
    pub(super) fn of(value: &Value) -> ValueResult<Self> {
        match value {
            Value::Range(range) => Ok(Self::Range(**range)),
            other => elements(other).map(Self::Many),
        }
    }

    fn len(&self) -> u64 {
        match self {
            Self::Many(items) => items.len() as u64,
            Self::Range(range) => range.len(),
        }
    }

    /// How many there are, where a list can have so many.
    fn list_len(&self) -> ValueResult<usize> {
        check_list(usize::try_from(self.len()).ok())
    }

    fn get(&self, place: u64) -> Option<Value> {
        match self {
            Self::Many(items) => items.get(usize::try_from(place).ok()?).cloned(),
            Self::Range(range) => {
                (place < range.len()).then(|| Value::Int(range.start.wrapping_add_unsigned(place)))
            }
        }
    }

    fn iter(&self) -> impl Iterator<Item = Value> + '_ {
        (0..self.len()).map_while(|place| self.get(place))
    }
}

/// `len(x)`, `x.len()`
pub(super) fn len(value: &Value) -> ValueResult<Value> {
    let length = match value {
        Value::Str(text) => text.chars().count() as u64,
        Value::Bytes(bytes) => bytes.len() as u64,
        Value::List(list) => list.0.borrow().len() as u64,
        Value::Map(map) => map.0.borrow().len() as u64,
        Value::Range(range) => range.len(),
        other => return Err(Trouble::kind(format!("{} has no length", a_kind(other)))),
    };
    i64::try_from(length).map(Value::Int).map_err(|_| {
        Trouble::new(Code::OVERFLOW, format!("a length of {length} does not fit in an int (64 bits)"))
    })
}

/// `range(end)`, `range(start, end)`, `range(start, end, step)`
pub(super) fn range(args: &[Value]) -> ValueResult<Value> {
    let mut ints = [0i64; 3];
    for (int, arg) in ints.iter_mut().zip(args) {
        *int = match arg {
            Value::Int(int) => *int,
            other => return Err(Trouble::kind(format!("range takes ints, not {}", a_kind(other)))),
        };
    }
    match (args.len(), ints) {
        (1, [end, ..]) => Ok(Value::Range(Rc::new(Range { start: 0, end, closed: false }))),
        (2, [start, end, _]) => Ok(Value::Range(Rc::new(Range { start, end, closed: false }))),
        (_, [_, _, 0]) => Err(Trouble::new(Code::VALUE, "the step of a range cannot be 0")),
        (_, [start, end, step]) => stepped(start, end, step).map(Value::list),
    }
}

fn stepped(start: i64, end: i64, step: i64) -> ValueResult<Vec<Value>> {
    let distance =
        if step > 0 { i128::from(end) - i128::from(start) } else { i128::from(start) - i128::from(end) };
    let count = distance.max(0).unsigned_abs().div_ceil(u128::from(step.unsigned_abs()));
    let count = check_list(usize::try_from(count).ok())?;
    Ok((0..count as i64).map(|place| Value::Int(start + place * step)).collect())
}

/// `min(a, b, …)` or `max(a, b, …)`, or of the elements of one: the first one that is on `side` of all others.
pub(super) fn extreme(args: &[Value], side: Ordering) -> ValueResult<Value> {
    let name = if side.is_lt() { "min" } else { "max" };
    match args {
        [Value::Range(range)] if !range.is_empty() => {
            Ok(Value::Int(if side.is_lt() { range.start } else { range.end - 1 }))
        }
        [one] => extreme_of(&elements(one)?, side, name),
        many => extreme_of(many, side, name),
    }
}

fn extreme_of(items: &[Value], side: Ordering, name: &str) -> ValueResult<Value> {
    let Some((first, rest)) = items.split_first() else {
        return Err(Trouble::new(Code::VALUE, format!("nothing has no {name}: there are no elements"))
            .help("look first whether it is empty: len(xs) > 0"));
    };
    let mut best = first;
    for item in rest {
        if compare::order(item, best)? == side {
            best = item;
        }
    }
    Ok(best.clone())
}

/// `sum(xs)`: of numbers or of durations; 0 where there are none.
pub(super) fn sum(value: &Value) -> ValueResult<Value> {
    if let Value::Range(range) = value {
        return sum_of_range(range);
    }
    let items = elements(value)?;
    let Some((first, rest)) = items.split_first() else {
        return Ok(Value::Int(0));
    };
    if let Some(odd) =
        items.iter().find(|item| !matches!(item, Value::Int(_) | Value::Float(_) | Value::Duration(_)))
    {
        let trouble = Trouble::kind(format!("sum adds numbers or durations, not {}", a_kind(odd)));
        return Err(match odd {
            Value::Str(_) => trouble.help("put texts together with xs.join(\"\")"),
            _ => trouble,
        });
    }
    rest.iter().try_fold(first.clone(), |sum, item| arith::add(&sum, item))
}

fn sum_of_range(range: &Range) -> ValueResult<Value> {
    let count = i128::from(range.len());
    if count == 0 {
        return Ok(Value::Int(0));
    }
    let ends = i128::from(range.start) + i128::from(range.end) - 1;
    // One of the two is even.
    let product = if count % 2 == 0 { (count / 2).checked_mul(ends) } else { count.checked_mul(ends / 2) };
    product
        .and_then(|sum| i64::try_from(sum).ok())
        .map(Value::Int)
        .ok_or_else(|| Trouble::new(Code::OVERFLOW, "the sum of the range does not fit in an int (64 bits)"))
}

/// `reversed(xs)`
pub(super) fn reversed(value: &Value) -> ValueResult<Value> {
    let mut items = elements(value)?;
    items.reverse();
    Ok(Value::list(items))
}

/// `enumerate(xs)`
pub(super) fn enumerate(value: &Value) -> ValueResult<Value> {
    let items = elements(value)?;
    let pairs = items.into_iter().zip(0..).map(|(item, place)| Value::list(vec![Value::Int(place), item]));
    Ok(Value::list(pairs.collect()))
}

/// `zip(xs, ys, …)`: as long as the shortest.
pub(super) fn zip(args: &[Value]) -> ValueResult<Value> {
    let columns = args.iter().map(Items::of).collect::<ValueResult<Vec<_>>>()?;
    let rows = columns.iter().map(Items::len).min().unwrap_or(0);
    check_list(usize::try_from(rows).ok())?;
    let row = |place| Value::list(columns.iter().filter_map(|column| column.get(place)).collect());
    Ok(Value::list((0..rows).map(row).collect()))
}

/// What a function says of an element, which must be a bool; without a function, the element itself.
fn judge(item: Value, function: Option<&Value>, call: &mut dyn Call) -> Result<bool, Stop> {
    match function {
        Some(function) => Ok(arith::truth(&call.call(function, &[item])?)?),
        None => Ok(arith::truth(&item)?),
    }
}

/// `any` and `all`: whether an element decides it by being `decisive`; the rest is not looked at.
pub(super) fn decide(
    value: &Value,
    function: Option<&Value>,
    decisive: bool,
    call: &mut dyn Call,
) -> Result<Value, Stop> {
    for item in Items::of(value)?.iter() {
        if judge(item, function, call)? == decisive {
            return Ok(Value::Bool(decisive));
        }
    }
    Ok(Value::Bool(!decisive))
}

/// `xs.map(f)`
pub(super) fn map(value: &Value, function: &Value, call: &mut dyn Call) -> Result<Value, Stop> {
    let items = Items::of(value)?;
    let mut results = Vec::with_capacity(items.list_len()?);
    for item in items.iter() {
        results.push(call.call(function, &[item])?);
    }
    Ok(Value::list(results))
}

/// `xs.filter(f)`
pub(super) fn filter(value: &Value, function: &Value, call: &mut dyn Call) -> Result<Value, Stop> {
    let mut kept = Vec::new();
    for item in Items::of(value)?.iter() {
        if judge(item.clone(), Some(function), call)? {
            check_list(Some(kept.len() + 1))?;
            kept.push(item);
        }
    }
    Ok(Value::list(kept))
}

/// `xs.count(x)`: elements equal to it, or for which it, a function, is true.
pub(super) fn count(value: &Value, wanted: &Value, call: &mut dyn Call) -> Result<Value, Stop> {
    if let (Value::Range(_), false) = (value, is_function(wanted)) {
        return Ok(Value::Int(compare::contains(value, wanted)?.into()));
    }
    let mut count = 0;
    for item in Items::of(value)?.iter() {
        let counts = if is_function(wanted) {
            judge(item, Some(wanted), call)?
        } else {
            compare::equal(&item, wanted)?
        };
        count += i64::from(counts);
    }
    Ok(Value::Int(count))
}

/// The methods of ranges.
pub(super) fn range_method(
    receiver: &Value,
    range: &Range,
    method: Method,
    args: &[Value],
    call: &mut dyn Call,
) -> Option<Result<Value, Stop>> {
    Some(match method {
        Method::Len => len(receiver).map_err(Stop::from),
        Method::Map => map(receiver, &args[0], call),
        Method::Filter => filter(receiver, &args[0], call),
        Method::Any => decide(receiver, args.first(), true, call),
        Method::All => decide(receiver, args.first(), false, call),
        Method::Count => count(receiver, &args[0], call),
        Method::Contains => compare::contains(receiver, &args[0]).map(Value::Bool).map_err(Stop::from),
        Method::Sum => sum_of_range(range).map_err(Stop::from),
        _ => return None,
    })
}
