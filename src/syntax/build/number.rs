//! The text of a number → its value: integers, floats, durations, sizes.

use crate::source::did_you_mean;
use crate::syntax::tree::ExprKind;

/// Why a number cannot be.
#[derive(Debug)]
pub(super) struct Bad {
    pub message: String,
    pub label: String,
    pub help: Option<String>,
}

fn bad(message: impl Into<String>, label: impl Into<String>, help: Option<&str>) -> Bad {
    Bad { message: message.into(), label: label.into(), help: help.map(str::to_owned) }
}

/// Units of time, in nanoseconds.
const TIMES: &[(&str, i64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Units of size, in bytes.
const SIZES: &[(&str, i64)] = &[
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
];

/// Reads a number, without a sign.
pub(super) fn read(text: &str) -> Result<ExprKind, Bad> {
    let bytes = text.as_bytes();
    if bytes.first() == Some(&b'0') && bytes.get(1).is_some_and(u8::is_ascii_alphabetic) {
        let radix = match bytes[1] {
            b'x' | b'X' => Some(16),
            b'o' | b'O' => Some(8),
            b'b' | b'B' => Some(2),
            _ => None,
        };
        if let Some(radix) = radix {
            return based(&text[2..], radix);
        }
    }
    let (mantissa, unit) = text.split_at(mantissa_length(bytes));
    if mantissa.ends_with('_') {
        return Err(bad("a number cannot end with `_`", "remove the last `_`", None));
    }
    let plain: String = mantissa.chars().filter(|c| *c != '_').collect();
    if unit.is_empty() {
        return if plain.bytes().all(|byte| byte.is_ascii_digit()) { decimal(&plain) } else { float(&plain) };
    }
    let factor = TIMES.iter().chain(SIZES).find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    match factor {
        Some(factor) => {
            let scaled = scale(&plain, factor, unit)?;
            let time = TIMES.iter().any(|(name, _)| *name == unit);
            Ok(if time { ExprKind::Duration(scaled) } else { ExprKind::Int(scaled) })
        }
        None => Err(unknown_unit(unit)),
    }
}

/// The length of the digits, the fraction and the exponent; behind them comes the unit.
fn mantissa_length(bytes: &[u8]) -> usize {
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or(&[]);
        from + rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'_').count()
    };
    let digit_at = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') && digit_at(end + 1) {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if digit_at(end + 1 + sign) {
            end = digits(end + 1 + sign);
        }
    }
    end
}

fn too_large() -> Bad {
    bad(
        "this integer is too large",
        "it does not fit into 64 bits",
        Some("the largest is 9223372036854775807, the smallest -9223372036854775808"),
    )
}

fn based(digits: &str, radix: u32) -> Result<ExprKind, Bad> {
    let plain: String = digits.chars().filter(|c| *c != '_').collect();
    if plain.is_empty() {
        return Err(bad("a number without digits", "digits must follow", None));
    }
    if let Some(wrong) = plain.chars().find(|c| !c.is_digit(radix)) {
        let label = format!("`{wrong}` is no digit of base {radix}");
        return Err(bad(format!("a number of base {radix} with a wrong digit"), label, None));
    }
    i64::from_str_radix(&plain, radix).map(ExprKind::Int).map_err(|_| too_large())
}

fn decimal(plain: &str) -> Result<ExprKind, Bad> {
    if plain.len() > 1 && plain.starts_with('0') && plain.bytes().any(|byte| byte != b'0') {
        let help = format!("octal is written `0o{0}`, decimal `{0}`", plain.trim_start_matches('0'));
        return Err(bad("a number cannot begin with 0", "is it meant as octal?", Some(&help)));
    }
    plain.parse().map(ExprKind::Int).map_err(|_| too_large())
}

fn float(plain: &str) -> Result<ExprKind, Bad> {
    match plain.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(ExprKind::Float(value)),
        _ => Err(bad("this float is too large", "the largest is about 1.8e308", None)),
    }
}

/// The number times the factor, exactly: `1.5s` is 1500000000 ns.
fn scale(plain: &str, factor: i64, unit: &str) -> Result<i64, Bad> {
    if plain.contains(['e', 'E']) {
        return Err(bad("an exponent and a unit do not go together", "write the digits out", None));
    }
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let over = || bad(format!("this is too large for `{unit}`"), "it does not fit into 64 bits", None);
    let mut scaled =
        whole.parse::<i64>().ok().and_then(|whole| whole.checked_mul(factor)).ok_or_else(over)?;
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() {
        return Ok(scaled);
    }
    let finest =
        || bad("this is finer than the smallest unit", "a whole number of ns or bytes is wanted", None);
    // At most 18 digits fit, and no factor has more divisors of ten and two than that.
    let power = u32::try_from(fraction.len()).ok().filter(|digits| *digits <= 18).ok_or_else(finest)?;
    let parts = i128::from(fraction.parse::<i64>().map_err(|_| finest())?) * i128::from(factor);
    let ten = 10_i128.pow(power);
    if parts % ten != 0 {
        return Err(finest());
    }
    let parts = i64::try_from(parts / ten).map_err(|_| over())?;
    scaled = scaled.checked_add(parts).ok_or_else(over)?;
    Ok(scaled)
}

fn unknown_unit(unit: &str) -> Bad {
    let names = TIMES.iter().chain(SIZES).map(|(name, _)| *name);
    let shown: String = unit.chars().take(20).collect();
    let help = match (unit, did_you_mean(unit, names)) {
        ("sec" | "secs" | "second" | "seconds", _) => "seconds are `s`: `2s`".to_owned(),
        ("min" | "mins" | "minute" | "minutes", _) => "minutes are `m`: `2m`".to_owned(),
        (_, Some(near)) => format!("did you mean `{near}`?"),
        _ => "times are in ns us ms s m h, sizes in KiB MiB GiB TiB KB MB GB TB; a name cannot begin with a digit"
            .to_owned(),
    };
    bad(format!("`{shown}` is no unit"), "a number cannot end like this", Some(&help))
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::syntax::tree::ExprKind;

    #[test]
    fn every_kind_of_number_is_read() {
        for (text, kind) in [
            ("1_000", ExprKind::Int(1000)),
            ("0", ExprKind::Int(0)),
            ("0xff", ExprKind::Int(255)),
            ("0b101", ExprKind::Int(5)),
            ("0o17", ExprKind::Int(15)),
            ("9223372036854775807", ExprKind::Int(i64::MAX)),
            ("1.5", ExprKind::Float(1.5)),
            ("1e3", ExprKind::Float(1000.0)),
            ("1.5e-1", ExprKind::Float(0.15)),
            ("10ns", ExprKind::Duration(10)),
            ("10us", ExprKind::Duration(10_000)),
            ("250ms", ExprKind::Duration(250_000_000)),
            ("1.5s", ExprKind::Duration(1_500_000_000)),
            ("2m", ExprKind::Duration(120_000_000_000)),
            ("1h", ExprKind::Duration(3_600_000_000_000)),
            ("64KiB", ExprKind::Int(65536)),
            ("1.5MiB", ExprKind::Int(1_572_864)),
            ("2GB", ExprKind::Int(2_000_000_000)),
            ("1TiB", ExprKind::Int(1 << 40)),
        ] {
            assert_eq!(read(text).ok(), Some(kind), "{text}");
        }
    }

    #[test]
    fn numbers_that_cannot_be_are_refused() {
        for text in [
            "9223372036854775808",
            "0x10000000000000000",
            "0x",
            "0b12",
            "017",
            "1_",
            "1e999",
            "5sec",
            "0.1ns",
            "9999999h",
            "1e3s",
            "12ab",
            "1.0000000000000000000000001s",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
