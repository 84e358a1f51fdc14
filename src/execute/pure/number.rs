//! The built-in functions that make numbers and bools, and round them.

use super::argument::shown;
use crate::source::Code;
use crate::value::time::SECOND;
use crate::value::{Trouble, Value, ValueResult, a_kind, arith, float_to_int};

/// `int(x)`, `int(text, base)`
pub(super) fn int(value: &Value, base: Option<&Value>) -> ValueResult<Value> {
    let int = match (value, base) {
        (Value::Str(text), None) => parse_int(text, 10)?,
        (Value::Str(text), Some(Value::Int(base))) => match u32::try_from(*base) {
            Ok(base @ (0 | 2..=36)) => parse_int(text, base)?,
            _ => return Err(Trouble::new(Code::VALUE, format!("a base is 2 to 36, or 0, not {base}"))),
        },
        (Value::Str(_), Some(other)) => {
            return Err(Trouble::kind(format!("a base is an int, not {}", a_kind(other))));
        }
        (other, Some(_)) => {
            return Err(Trouble::kind(format!("a base goes with a string only, not with {}", a_kind(other))));
        }
        (Value::Int(int), None) => *int,
        (Value::Float(float), None) => float_to_int(*float)?,
        (Value::Bool(truth), None) => (*truth).into(),
        (Value::Signal(signal), None) => signal.0.into(),
        (other, None) => {
            let trouble = Trouble::kind(format!("cannot make an int of {}", a_kind(other)));
            return Err(match other {
                Value::Duration(_) => trouble.help("its whole seconds are d // 1s"),
                Value::Process(_) => trouble.help("its process id is p.pid"),
                Value::List(_) | Value::Map(_) | Value::Bytes(_) | Value::Range(_) => {
                    trouble.help("its length is len(x)")
                }
                _ => trouble,
            });
        }
    };
    Ok(Value::Int(int))
}

/// An int in a base from 2 to 36; in base 0 its prefix says which. White space around it and single underscores
/// between digits are allowed, as in Python.
fn parse_int(text: &str, base: u32) -> ValueResult<i64> {
    let trimmed = text.trim();
    let (sign, rest) = match trimmed.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let prefixed =
        |prefix: &str| rest.get(..2).filter(|start| start.eq_ignore_ascii_case(prefix)).map(|_| &rest[2..]);
    let (base, digits) = match base {
        2 => (2, prefixed("0b").unwrap_or(rest)),
        8 => (8, prefixed("0o").unwrap_or(rest)),
        16 => (16, prefixed("0x").unwrap_or(rest)),
        0 => [("0b", 2), ("0o", 8), ("0x", 16)]
            .into_iter()
            .find_map(|(prefix, base)| Some((base, prefixed(prefix)?)))
            .unwrap_or((10, rest)),
        base => (base, rest),
    };
    // Behind a prefix an underscore may come first.
    let digits = if digits.len() < rest.len() { digits.strip_prefix('_').unwrap_or(digits) } else { digits };
    if !digits.split('_').all(|group| !group.is_empty() && group.chars().all(|c| c.is_digit(base))) {
        return Err(no_int(text, base));
    }
    let number = format!("{sign}{}", digits.replace('_', ""));
    i64::from_str_radix(&number, base).map_err(|_| {
        let message = format!("{} does not fit in an int (64 bits)", shown(&Value::str(trimmed)));
        Trouble::new(Code::OVERFLOW, message)
    })
}

#[cold]
fn no_int(text: &str, base: u32) -> Trouble {
    let trimmed = text.trim();
    let kind = if base == 10 { "an int".to_owned() } else { format!("an int in base {base}") };
    let trouble = Trouble::new(Code::VALUE, format!("{} is not {kind}", shown(&Value::str(text))));
    let lower = trimmed.trim_start_matches(['-', '+']).get(..2).unwrap_or_default().to_ascii_lowercase();
    match lower.as_str() {
        "0x" if base == 10 => trouble.help("say its base: int(text, 16)"),
        "0b" if base == 10 => trouble.help("say its base: int(text, 2)"),
        "0o" if base == 10 => trouble.help("say its base: int(text, 8)"),
        _ if parse_float(trimmed).is_some() => trouble.help("make it a float first: int(float(text))"),
        _ => trouble,
    }
}

/// `float(x)`
pub(super) fn float(value: &Value) -> ValueResult<Value> {
    match value {
        Value::Float(float) => Ok(Value::Float(*float)),
        Value::Int(int) => Ok(Value::Float(*int as f64)),
        Value::Duration(nanoseconds) => Ok(Value::Float(*nanoseconds as f64 / SECOND as f64)),
        Value::Str(text) => parse_float(text.trim())
            .map(Value::Float)
            .ok_or_else(|| Trouble::new(Code::VALUE, format!("{} is not a number", shown(value)))),
        other => Err(Trouble::kind(format!("cannot make a float of {}", a_kind(other)))),
    }
}

fn parse_float(text: &str) -> Option<f64> {
    if !text.contains('_') {
        return text.parse().ok();
    }
    let bytes = text.as_bytes();
    let between_digits = |place: usize| {
        let digit =
            |place: Option<usize>| place.and_then(|place| bytes.get(place)).is_some_and(u8::is_ascii_digit);
        digit(place.checked_sub(1)) && digit(Some(place + 1))
    };
    let clean = (0..bytes.len()).all(|place| bytes[place] != b'_' || between_digits(place));
    if clean { text.replace('_', "").parse().ok() } else { None }
}

/// `bool(x)`
pub(super) fn bool(value: &Value) -> ValueResult<Value> {
    match value {
        Value::Str(text) => match text.trim() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => {
                let message = format!("{} is neither \"true\" nor \"false\"", shown(value));
                Err(Trouble::new(Code::VALUE, message).help("whether it is not empty is len(x) > 0"))
            }
        },
        other => arith::truth(other).map(Value::Bool),
    }
}

/// `abs(x)`
pub(super) fn abs(value: &Value) -> ValueResult<Value> {
    match value {
        Value::Int(int) if *int < 0 => arith::negate(value),
        Value::Duration(nanoseconds) if *nanoseconds < 0 => arith::negate(value),
        Value::Int(_) | Value::Duration(_) => Ok(value.clone()),
        Value::Float(float) => Ok(Value::Float(float.abs())),
        other => Err(Trouble::kind(format!("abs takes a number or a duration, not {}", a_kind(other)))),
    }
}

/// `round(x)`, `round(x, digits)`: halves to even.
pub(super) fn round(value: &Value, digits: Option<&Value>) -> ValueResult<Value> {
    let digits = match digits {
        None => None,
        Some(Value::Int(digits)) => Some(*digits),
        Some(other) => {
            return Err(Trouble::kind(format!("the number of digits is an int, not {}", a_kind(other))));
        }
    };
    match (value, digits) {
        (Value::Int(int), Some(digits @ ..0)) => round_int(*int, digits.unsigned_abs()).map(Value::Int),
        (Value::Int(int), _) => Ok(Value::Int(*int)),
        (Value::Float(float), None) => float_to_int(float.round_ties_even()).map(Value::Int),
        (Value::Float(float), Some(digits)) => Ok(Value::Float(round_float(*float, digits))),
        // A duration has nine decimals of a second.
        (Value::Duration(nanoseconds), digits) => match digits.unwrap_or(0) {
            9.. => Ok(value.clone()),
            digits => round_int(*nanoseconds, 9u64.saturating_add_signed(digits.saturating_neg()))
                .map(Value::Duration),
        },
        (other, _) => {
            Err(Trouble::kind(format!("round takes a number or a duration, not {}", a_kind(other))))
        }
    }
}

/// To a multiple of 10^zeros.
fn round_int(int: i64, zeros: u64) -> ValueResult<i64> {
    let Some(unit) = u32::try_from(zeros).ok().and_then(|zeros| 10i128.checked_pow(zeros)) else {
        return Ok(0);
    };
    let int = i128::from(int);
    let (floor, rest) = (int.div_euclid(unit), int.rem_euclid(unit));
    // `unit - rest` rather than `2 * rest`, which could be too large.
    let up = rest > unit - rest || (rest == unit - rest && floor % 2 != 0);
    i64::try_from((floor + i128::from(up)) * unit).map_err(|_| {
        Trouble::new(Code::OVERFLOW, format!("{int} rounded so does not fit in an int (64 bits)"))
    })
}

fn round_float(float: f64, digits: i64) -> f64 {
    // More decimals than any float has, and more zeros than the largest has digits.
    const FINEST: i64 = 330;
    const COARSEST: i64 = -309;
    if !float.is_finite() || digits > FINEST {
        return float;
    }
    if digits < COARSEST {
        return 0.0f64.copysign(float);
    }
    match usize::try_from(digits) {
        // Printing rounds the exact decimal value once; multiplying and dividing would round twice.
        Ok(decimals) => format!("{float:.decimals$}").parse().unwrap_or(float),
        Err(_) => {
            let unit = 10f64.powi(digits.unsigned_abs() as i32);
            let rounded = (float / unit).round_ties_even() * unit;
            if rounded.is_finite() { rounded } else { 0.0f64.copysign(float) }
        }
    }
}
