//! The arithmetic operators on values: Python 3's over 64-bit ints, with times, texts and lists.

use super::limit::{check_list, check_text};
use super::number::{
    divide_float, divide_int, floor_divide_float, floor_divide_int, overflow, power_float, power_int,
    remainder_float, remainder_int,
};
use super::{Signal, Trouble, Value, ValueResult, a_kind, time};
use crate::source::Code;
use std::rc::Rc;

/// Both operands as floats, where both are numbers.
#[inline]
fn floats(left: &Value, right: &Value) -> Option<(f64, f64)> {
    let float = |value: &Value| match value {
        Value::Float(float) => Some(*float),
        Value::Int(int) => Some(*int as f64),
        _ => None,
    };
    Some((float(left)?, float(right)?))
}

/// `left + right`: numbers, times, a signal and an int; texts, bytes and lists are put together.
///
/// # Errors
/// `type`, `overflow`, `too_large`; `value` for a signal that does not exist.
#[inline]
pub fn add(left: &Value, right: &Value) -> ValueResult<Value> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => match a.checked_add(*b) {
            Some(sum) => Ok(Value::Int(sum)),
            None => Err(overflow(format_args!("{a} + {b}"))),
        },
        (Value::Float(a), Value::Float(b)) => Ok(Value::Float(a + b)),
        _ => add_others(left, right),
    }
}

fn add_others(left: &Value, right: &Value) -> ValueResult<Value> {
    match (left, right) {
        (Value::Str(a), Value::Str(b)) => {
            let mut text = String::with_capacity(check_text(a.len().checked_add(b.len()))?);
            text.push_str(a);
            text.push_str(b);
            Ok(Value::str(text))
        }
        (Value::List(a), Value::List(b)) => {
            let (a, b) = (a.0.borrow(), b.0.borrow());
            check_list(a.len().checked_add(b.len()))?;
            Ok(Value::list([&a[..], &b[..]].concat()))
        }
        (Value::Bytes(a), Value::Bytes(b)) => {
            check_text(a.len().checked_add(b.len()))?;
            Ok(Value::bytes([&a[..], &b[..]].concat()))
        }
        (Value::Signal(signal), Value::Int(by)) => shift_signal(*signal, Some(*by)),
        _ => match floats(left, right) {
            Some((a, b)) => Ok(Value::Float(a + b)),
            None => time::add(left, right).unwrap_or_else(|| Err(cannot_add(left, right))),
        },
    }
}

/// `target += value`. Text and bytes that nothing else holds grow in place, so that building a text in a loop
/// takes time in proportion to its length; a list is extended itself, for all who hold it.
///
/// # Errors
/// As [`add`]; `target` is then as it was.
pub fn add_assign(target: &mut Value, value: &Value) -> ValueResult<()> {
    match (&mut *target, value) {
        (Value::Str(text), Value::Str(more)) => {
            check_text(text.len().checked_add(more.len()))?;
            match Rc::get_mut(text) {
                Some(text) => text.push_str(more),
                None => *target = add(target, value)?,
            }
        }
        (Value::Bytes(bytes), Value::Bytes(more)) => {
            check_text(bytes.len().checked_add(more.len()))?;
            match Rc::get_mut(bytes) {
                Some(bytes) => bytes.extend_from_slice(more),
                None => *target = add(target, value)?,
            }
        }
        (Value::List(list), Value::List(more)) => {
            check_list(list.0.borrow().len().checked_add(more.0.borrow().len()))?;
            if Rc::ptr_eq(list, more) {
                let length = list.0.borrow().len();
                list.0.borrow_mut().extend_from_within(..length);
            } else {
                list.0.borrow_mut().extend_from_slice(&more.0.borrow());
            }
        }
        _ => *target = add(target, value)?,
    }
    Ok(())
}

/// `left - right`
///
/// # Errors
/// `type`, `overflow`.
#[inline]
pub fn subtract(left: &Value, right: &Value) -> ValueResult<Value> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => match a.checked_sub(*b) {
            Some(difference) => Ok(Value::Int(difference)),
            None => Err(overflow(format_args!("{a} - {b}"))),
        },
        (Value::Signal(signal), Value::Int(by)) => shift_signal(*signal, by.checked_neg()),
        _ => match floats(left, right) {
            Some((a, b)) => Ok(Value::Float(a - b)),
            None => time::subtract(left, right).unwrap_or_else(|| Err(cannot_subtract(left, right))),
        },
    }
}

/// `left * right`: numbers, a duration and a number, a text, bytes or list so many times.
///
/// # Errors
/// `type`, `overflow`, `too_large`.
#[inline]
pub fn multiply(left: &Value, right: &Value) -> ValueResult<Value> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => match a.checked_mul(*b) {
            Some(product) => Ok(Value::Int(product)),
            None => Err(overflow(format_args!("{a} * {b}"))),
        },
        (Value::Float(a), Value::Float(b)) => Ok(Value::Float(a * b)),
        _ => multiply_others(left, right),
    }
}

fn multiply_others(left: &Value, right: &Value) -> ValueResult<Value> {
    if let Some((a, b)) = floats(left, right) {
        return Ok(Value::Float(a * b));
    }
    if let Some(result) = time::multiply(left, right) {
        return result;
    }
    match (left, right) {
        (Value::Int(times), sequence) | (sequence, Value::Int(times)) => {
            let times = usize::try_from((*times).max(0)).unwrap_or(usize::MAX);
            repeat(sequence, times).unwrap_or_else(|| Err(cannot("multiply", left, "and", right)))
        }
        _ => Err(cannot("multiply", left, "and", right)),
    }
}

fn repeat(sequence: &Value, times: usize) -> Option<ValueResult<Value>> {
    Some(match sequence {
        Value::Str(text) => check_text(text.len().checked_mul(times)).map(|_| {
            // An empty text stays one without going round so many times.
            Value::str(text.repeat(if text.is_empty() { 0 } else { times }))
        }),
        Value::Bytes(bytes) => check_text(bytes.len().checked_mul(times))
            .map(|_| Value::bytes(bytes.repeat(if bytes.is_empty() { 0 } else { times }))),
        Value::List(list) => {
            let items = list.0.borrow();
            check_list(items.len().checked_mul(times)).map(|length| {
                let mut repeated = Vec::with_capacity(length);
                while repeated.len() < length {
                    repeated.extend_from_slice(&items);
                }
                Value::list(repeated)
            })
        }
        _ => return None,
    })
}

/// `left / right`: true division; a duration by a duration is a float.
///
/// # Errors
/// `type`, `division_by_zero`, `overflow`.
pub fn divide(left: &Value, right: &Value) -> ValueResult<Value> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => divide_int(*a, *b).map(Value::Float),
        _ => match floats(left, right) {
            Some((a, b)) => divide_float(a, b).map(Value::Float),
            None => time::divide(left, right).unwrap_or_else(|| Err(cannot("divide", left, "by", right))),
        },
    }
}

/// `left // right`: rounds towards minus infinity.
///
/// # Errors
/// `type`, `division_by_zero`, `overflow`.
pub fn floor_divide(left: &Value, right: &Value) -> ValueResult<Value> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => floor_divide_int(*a, *b).map(Value::Int),
        _ => match floats(left, right) {
            Some((a, b)) => floor_divide_float(a, b).map(Value::Float),
            None => {
                time::floor_divide(left, right).unwrap_or_else(|| Err(cannot("divide", left, "by", right)))
            }
        },
    }
}

/// `left % right`: has the sign of `right`.
///
/// # Errors
/// `type`, `division_by_zero`.
pub fn remainder(left: &Value, right: &Value) -> ValueResult<Value> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => remainder_int(*a, *b).map(Value::Int),
        _ => match floats(left, right) {
            Some((a, b)) => remainder_float(a, b).map(Value::Float),
            None => time::remainder(left, right)
                .unwrap_or_else(|| Err(cannot("take the remainder of", left, "by", right))),
        },
    }
}

/// `left ** right`: an int to a negative power is a float.
///
/// # Errors
/// `type`, `overflow`, `division_by_zero` for zero to a negative power, `value` where the result is not real.
pub fn power(left: &Value, right: &Value) -> ValueResult<Value> {
    match (left, right) {
        (Value::Int(base), Value::Int(exponent)) => power_int(*base, *exponent),
        _ => match floats(left, right) {
            Some((base, exponent)) => power_float(base, exponent).map(Value::Float),
            None => Err(cannot("raise", left, "to the power of", right)),
        },
    }
}

/// `-value`
///
/// # Errors
/// `type`, `overflow`.
pub fn negate(value: &Value) -> ValueResult<Value> {
    match value {
        Value::Int(int) => {
            int.checked_neg().map(Value::Int).ok_or_else(|| overflow(format_args!("-({int})")))
        }
        Value::Float(float) => Ok(Value::Float(-float)),
        Value::Duration(nanoseconds) => time::negate(*nanoseconds),
        other => Err(Trouble::kind(format!("cannot negate {}", a_kind(other)))),
    }
}

/// `not value`
///
/// # Errors
/// `type` where the value is no bool.
pub fn not(value: &Value) -> ValueResult<Value> {
    truth(value).map(|truth| Value::Bool(!truth))
}

/// The bool that a condition must be: no other value is a truth value.
///
/// # Errors
/// `type`, with the comparison to write instead.
#[inline]
pub fn truth(value: &Value) -> ValueResult<bool> {
    match value {
        Value::Bool(truth) => Ok(*truth),
        other => Err(not_a_bool(other)),
    }
}

#[cold]
fn not_a_bool(value: &Value) -> Trouble {
    let help = match value {
        Value::Int(_) | Value::Float(_) => "compare it: x != 0",
        Value::Duration(_) => "compare it: x > 0s",
        Value::Str(_) | Value::Bytes(_) | Value::List(_) | Value::Map(_) | Value::Range(_) => {
            "compare its length: len(x) > 0"
        }
        Value::Function(_) | Value::Builtin(_) => "call it: f()",
        _ => "compare it: x != none",
    };
    Trouble::kind(format!("a bool is wanted here, not {}", a_kind(value))).help(help)
}

/// A signal so many further on: `SIGRTMIN + 2`.
fn shift_signal(signal: Signal, by: Option<i64>) -> ValueResult<Value> {
    by.and_then(|by| i64::from(signal.0).checked_add(by))
        .and_then(|number| u8::try_from(number).ok())
        .filter(|number| (1..=64).contains(number))
        .map(|number| Value::Signal(Signal(number)))
        .ok_or_else(|| {
            let message = format!("no signal is so far from {}", super::signal::signal_name(signal));
            Trouble::new(Code::VALUE, message).help("signals have the numbers 1 to 64; see signal(7)")
        })
}

#[cold]
fn cannot(verb: &str, left: &Value, word: &str, right: &Value) -> Trouble {
    Trouble::kind(format!("cannot {verb} {} {word} {}", a_kind(left), a_kind(right)))
}

#[cold]
fn cannot_add(left: &Value, right: &Value) -> Trouble {
    let trouble = cannot("add", left, "and", right);
    match (left, right) {
        (Value::Str(_), _) | (_, Value::Str(_)) => {
            trouble.help("make it text with str(x), or write it into the string: \"{x}\"")
        }
        (Value::List(_), _) => trouble.help("to add one element, write xs.push(x) or xs + [x]"),
        _ => seconds_help(trouble, left, right),
    }
}

#[cold]
fn cannot_subtract(left: &Value, right: &Value) -> Trouble {
    let message = format!("cannot subtract {} from {}", a_kind(right), a_kind(left));
    seconds_help(Trouble::kind(message), left, right)
}

/// A number beside a time: how it is written as a duration.
fn seconds_help(trouble: Trouble, left: &Value, right: &Value) -> Trouble {
    let is_time = |value: &Value| matches!(value, Value::Duration(_) | Value::Instant(_));
    match (left, right) {
        (Value::Int(_) | Value::Float(_), time) if is_time(time) => {
            trouble.help(format!("a number of seconds is written {}s", super::text::literal(left)))
        }
        (time, Value::Int(_) | Value::Float(_)) if is_time(time) => {
            trouble.help(format!("a number of seconds is written {}s", super::text::literal(right)))
        }
        _ => trouble,
    }
}
