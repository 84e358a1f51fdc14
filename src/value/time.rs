//! Arithmetic on durations and instants: nanoseconds in 64 bits, every overflow an error.

use super::number::{by_zero, divide_float, floor_divide_int, remainder_int};
use super::{Trouble, Value, ValueResult, a_kind};
use crate::source::Code;

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;

#[cold]
fn overflow() -> Trouble {
    Trouble::new(Code::OVERFLOW, "the time does not fit: the longest duration is about 292 years")
}

fn fit(nanoseconds: Option<i64>) -> ValueResult<i64> {
    nanoseconds.ok_or_else(overflow)
}

fn fit_float(nanoseconds: f64) -> ValueResult<i64> {
    if nanoseconds.is_nan() {
        return Err(Trouble::new(Code::VALUE, "nan is not a time"));
    }
    super::number::float_to_int(nanoseconds).map_err(|_| overflow())
}

/// `left + right` where one of them is a time; none where the types do not go together.
pub(super) fn add(left: &Value, right: &Value) -> Option<ValueResult<Value>> {
    Some(match (left, right) {
        (Value::Duration(a), Value::Duration(b)) => fit(a.checked_add(*b)).map(Value::Duration),
        (Value::Instant(a), Value::Duration(b)) | (Value::Duration(b), Value::Instant(a)) => {
            fit(a.checked_add(*b)).map(Value::Instant)
        }
        _ => return None,
    })
}

/// `left - right` where `left` is a time; none where the types do not go together.
pub(super) fn subtract(left: &Value, right: &Value) -> Option<ValueResult<Value>> {
    Some(match (left, right) {
        (Value::Duration(a), Value::Duration(b)) | (Value::Instant(a), Value::Instant(b)) => {
            fit(a.checked_sub(*b)).map(Value::Duration)
        }
        (Value::Instant(a), Value::Duration(b)) => fit(a.checked_sub(*b)).map(Value::Instant),
        _ => return None,
    })
}

/// A duration times a number; none where the types do not go together.
pub(super) fn multiply(left: &Value, right: &Value) -> Option<ValueResult<Value>> {
    Some(match (left, right) {
        (Value::Duration(time), Value::Int(factor)) | (Value::Int(factor), Value::Duration(time)) => {
            fit(time.checked_mul(*factor)).map(Value::Duration)
        }
        (Value::Duration(time), Value::Float(factor)) | (Value::Float(factor), Value::Duration(time)) => {
            fit_float((*time as f64 * factor).round()).map(Value::Duration)
        }
        _ => return None,
    })
}

/// A duration by a number is a duration, to the nearest nanosecond; by a duration, a float.
pub(super) fn divide(left: &Value, right: &Value) -> Option<ValueResult<Value>> {
    Some(match (left, right) {
        (Value::Duration(a), Value::Duration(b)) => super::number::divide_int(*a, *b).map(Value::Float),
        (Value::Duration(_), Value::Int(0)) => Err(by_zero("division")),
        (Value::Duration(time), Value::Int(by)) => {
            let (time, by) = (i128::from(*time), i128::from(*by));
            let (quotient, rest) = (time / by, time % by);
            let up = 2 * rest.abs() >= by.abs();
            let away = if (time < 0) == (by < 0) { 1 } else { -1 };
            fit(i64::try_from(quotient + if up { away } else { 0 }).ok()).map(Value::Duration)
        }
        (Value::Duration(time), Value::Float(by)) => divide_float(*time as f64, *by)
            .and_then(|nanoseconds| fit_float(nanoseconds.round()))
            .map(Value::Duration),
        _ => return None,
    })
}

/// How often a duration goes into another, an int; or a duration by an int, floored to nanoseconds.
pub(super) fn floor_divide(left: &Value, right: &Value) -> Option<ValueResult<Value>> {
    Some(match (left, right) {
        (Value::Duration(a), Value::Duration(b)) => floor_divide_int(*a, *b).map(Value::Int),
        (Value::Duration(a), Value::Int(b)) => floor_divide_int(*a, *b).map(Value::Duration),
        _ => return None,
    })
}

pub(super) fn remainder(left: &Value, right: &Value) -> Option<ValueResult<Value>> {
    match (left, right) {
        (Value::Duration(a), Value::Duration(b)) => Some(remainder_int(*a, *b).map(Value::Duration)),
        _ => None,
    }
}

pub(super) fn negate(nanoseconds: i64) -> ValueResult<Value> {
    fit(nanoseconds.checked_neg()).map(Value::Duration)
}

/// The time that a value means where a duration is wanted, in nanoseconds: a duration, or a number of seconds.
///
/// # Errors
/// `type` for other values, `value` for a negative time or nan, `overflow` past 292 years.
pub fn to_duration(value: &Value) -> ValueResult<i64> {
    let nanoseconds = match value {
        Value::Duration(nanoseconds) => *nanoseconds,
        Value::Int(seconds) => fit(seconds.checked_mul(SECOND))?,
        Value::Float(seconds) => fit_float((seconds * SECOND as f64).round())?,
        other => {
            let message = format!("a duration is wanted here, not {}", a_kind(other));
            return Err(
                Trouble::kind(message).help("write a duration such as 1.5s or 200ms, or a number of seconds")
            );
        }
    };
    if nanoseconds < 0 {
        let message = format!("a time cannot be negative: {}", super::text::literal(value));
        return Err(Trouble::new(Code::VALUE, message));
    }
    Ok(nanoseconds)
}
