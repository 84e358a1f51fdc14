//! Arithmetic on ints and floats, as Python 3 does it, over 64 bits.

use super::{Trouble, Value, ValueResult};
use crate::source::Code;

#[cold]
pub(super) fn overflow(what: impl std::fmt::Display) -> Trouble {
    Trouble::new(Code::OVERFLOW, format!("{what} does not fit in an int (64 bits)"))
}

#[cold]
pub(super) fn by_zero(what: &str) -> Trouble {
    Trouble::new(Code::DIVISION_BY_ZERO, format!("{what} by zero"))
}

/// True division of ints, rounded once: converting both to floats first would round three times.
pub(super) fn divide_int(left: i64, right: i64) -> ValueResult<f64> {
    const EXACT: u64 = 1 << 53;
    if right == 0 {
        return Err(by_zero("division"));
    }
    if left.unsigned_abs() <= EXACT && right.unsigned_abs() <= EXACT {
        return Ok(left as f64 / right as f64);
    }
    if left == 0 {
        return Ok(0.0);
    }
    let (top, bottom) = (u128::from(left.unsigned_abs()), u128::from(right.unsigned_abs()));
    // As many bits as there is room for: at least 63 in the quotient, of which a float keeps 53;
    // the last bit remembers whether anything was left over.
    let shift = top.leading_zeros() - 1;
    let (quotient, rest) = ((top << shift) / bottom, (top << shift) % bottom);
    let rounded = (quotient | u128::from(rest != 0)) as f64 / (1u128 << shift) as f64;
    Ok(if (left < 0) == (right < 0) { rounded } else { -rounded })
}

pub(super) fn floor_divide_int(left: i64, right: i64) -> ValueResult<i64> {
    if right == 0 {
        return Err(by_zero("division"));
    }
    let quotient = left.checked_div(right).ok_or_else(|| overflow(format_args!("{left} // {right}")))?;
    let inexact = left.wrapping_rem(right) != 0;
    Ok(if inexact && (left < 0) != (right < 0) { quotient - 1 } else { quotient })
}

pub(super) fn remainder_int(left: i64, right: i64) -> ValueResult<i64> {
    if right == 0 {
        return Err(by_zero("remainder"));
    }
    let rest = left.wrapping_rem(right);
    Ok(if rest != 0 && (rest < 0) != (right < 0) { rest + right } else { rest })
}

/// An int; a float where the exponent is negative.
pub(super) fn power_int(base: i64, exponent: i64) -> ValueResult<Value> {
    if exponent < 0 {
        return power_float(base as f64, exponent as f64).map(Value::Float);
    }
    let power = match base {
        0 | 1 => Some(if exponent == 0 { 1 } else { base }),
        -1 => Some(if exponent % 2 == 0 { 1 } else { -1 }),
        _ => u32::try_from(exponent).ok().and_then(|exponent| base.checked_pow(exponent)),
    };
    power.map(Value::Int).ok_or_else(|| overflow(format_args!("{base} ** {exponent}")))
}

pub(super) fn divide_float(left: f64, right: f64) -> ValueResult<f64> {
    if right == 0.0 { Err(by_zero("division")) } else { Ok(left / right) }
}

pub(super) fn remainder_float(left: f64, right: f64) -> ValueResult<f64> {
    if right == 0.0 { Err(by_zero("remainder")) } else { Ok(divide_and_rest(left, right).1) }
}

pub(super) fn floor_divide_float(left: f64, right: f64) -> ValueResult<f64> {
    if right == 0.0 { Err(by_zero("division")) } else { Ok(divide_and_rest(left, right).0) }
}

/// Floored quotient and remainder, such that the remainder has the divisor's sign.
fn divide_and_rest(left: f64, right: f64) -> (f64, f64) {
    let mut rest = left % right;
    let mut quotient = (left - rest) / right;
    if rest == 0.0 {
        rest = 0.0f64.copysign(right);
    } else if (right < 0.0) != (rest < 0.0) {
        rest += right;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0.0f64.copysign(left / right), rest);
    }
    // The division above may have been rounded off a whole number.
    let floor = quotient.floor();
    (if quotient - floor > 0.5 { floor + 1.0 } else { floor }, rest)
}

pub(super) fn power_float(base: f64, exponent: f64) -> ValueResult<f64> {
    if base == 0.0 && exponent < 0.0 {
        return Err(Trouble::new(Code::DIVISION_BY_ZERO, "zero to a negative power"));
    }
    if base < 0.0 && base.is_finite() && exponent.is_finite() && exponent.fract() != 0.0 {
        let message =
            format!("a negative number ({base:?}) to the power of {exponent:?} is not a real number");
        return Err(Trouble::new(Code::VALUE, message));
    }
    let power = base.powf(exponent);
    if power.is_infinite() && base.is_finite() && exponent.is_finite() {
        let message = format!("{base:?} ** {exponent:?} does not fit in a float");
        return Err(Trouble::new(Code::OVERFLOW, message));
    }
    Ok(power)
}

/// A float without its fraction as an int.
///
/// # Errors
/// `value` for nan, `overflow` where it does not fit.
pub fn float_to_int(float: f64) -> ValueResult<i64> {
    // 2^63 is exact as a float; every float below it fits.
    const END: f64 = 9_223_372_036_854_775_808.0;
    let whole = float.trunc();
    if float.is_nan() {
        Err(Trouble::new(Code::VALUE, "nan is not a number that an int can hold"))
    } else if (-END..END).contains(&whole) {
        Ok(whole as i64)
    } else {
        Err(overflow(format_args!("{float:?}")))
    }
}
