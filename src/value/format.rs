//! The formats of interpolation, `"{x:>8.2f}"`: Python's, with widths in columns so that wide characters align.

use super::limit::check_text;
use super::text::{display, duration_text, float_text};
use super::{Trouble, Value, ValueResult, a_kind};
use crate::source::Code;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The largest width and the largest precision.
const MOST: usize = 10_000;

const GRAMMAR: &str =
    "a format is [[fill]align][sign][0][width][,][.precision][type], as in {x:.2f} {name:>8} {n:04}";

/// A format, taken apart: `[[fill]align][sign][0][width][,][.precision][type]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormatSpec {
    fill: char,
    align: Option<Align>,
    sign: Sign,
    /// In columns of a terminal.
    width: usize,
    grouping: bool,
    precision: Option<usize>,
    kind: Option<Kind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Align {
    Left,
    Right,
    Centre,
    /// Between the sign and the digits.
    Inside,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Minus,
    Plus,
    Space,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Decimal,
    Hex,
    UpperHex,
    Octal,
    Binary,
    Exponent,
    Fixed,
    General,
    Percent,
    Text,
}

impl Kind {
    fn of(letter: char) -> Option<Self> {
        Some(match letter {
            'd' => Self::Decimal,
            'x' => Self::Hex,
            'X' => Self::UpperHex,
            'o' => Self::Octal,
            'b' => Self::Binary,
            'e' => Self::Exponent,
            'f' => Self::Fixed,
            'g' => Self::General,
            '%' => Self::Percent,
            's' => Self::Text,
            _ => return None,
        })
    }

    fn is_int(self) -> bool {
        matches!(self, Self::Decimal | Self::Hex | Self::UpperHex | Self::Octal | Self::Binary)
    }
}

fn align(letter: char) -> Option<Align> {
    Some(match letter {
        '<' => Align::Left,
        '>' => Align::Right,
        '^' => Align::Centre,
        '=' => Align::Inside,
        _ => return None,
    })
}

/// The parts of a format that are still to be read.
struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn take_if(&mut self, letter: char) -> bool {
        self.0.strip_prefix(letter).map(|rest| self.0 = rest).is_some()
    }

    fn take<T>(&mut self, known: impl Fn(char) -> Option<T>) -> Option<T> {
        let letter = self.0.chars().next()?;
        let taken = known(letter)?;
        self.0 = &self.0[letter.len_utf8()..];
        Some(taken)
    }

    /// A number of at most [`MOST`], where there is one.
    fn number(&mut self) -> ValueResult<Option<usize>> {
        let end = self.0.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at(end);
        self.0 = rest;
        if digits.is_empty() {
            return Ok(None);
        }
        match digits.parse() {
            Ok(number) if number <= MOST => Ok(Some(number)),
            _ => {
                let message = format!("a width or precision in a format is at most {MOST}");
                Err(Trouble::new(Code::BAD_FORMAT, message))
            }
        }
    }
}

impl FormatSpec {
    /// Reads what stands behind the colon.
    ///
    /// # Errors
    /// `bad_format`, with the part that cannot be read or does not go with the rest.
    pub fn parse(text: &str) -> ValueResult<Self> {
        let mut spec = Self {
            fill: ' ',
            align: None,
            sign: Sign::Minus,
            width: 0,
            grouping: false,
            precision: None,
            kind: None,
        };
        let mut rest = Rest(text);
        let mut letters = text.chars();
        let mut filled = false;
        if let (Some(fill), Some(found)) = (letters.next(), letters.next().and_then(align)) {
            filled = true;
            spec.fill = fill;
            spec.align = Some(found);
            rest.0 = letters.as_str();
        } else {
            spec.align = rest.take(align);
        }
        let sign = |letter| match letter {
            '+' => Some(Sign::Plus),
            '-' => Some(Sign::Minus),
            ' ' => Some(Sign::Space),
            _ => None,
        };
        let signed = rest.take(sign);
        spec.sign = signed.unwrap_or(Sign::Minus);
        // Behind an explicit fill, as in Python, a zero is only the first digit of the width.
        if !filled && rest.take_if('0') {
            spec.fill = '0';
            spec.align = spec.align.or(Some(Align::Inside));
        }
        spec.width = rest.number()?.unwrap_or(0);
        spec.grouping = rest.take_if(',');
        if rest.take_if('.') {
            spec.precision = Some(rest.number()?.ok_or_else(|| unreadable(text, "."))?);
        }
        spec.kind = rest.take(Kind::of);
        if !rest.0.is_empty() {
            return Err(unreadable(text, rest.0));
        }
        spec.check(signed.is_some())?;
        Ok(spec)
    }

    /// Refuses parts that contradict each other whatever the value is.
    fn check(&self, signed: bool) -> ValueResult<()> {
        let bad = |message: &str| Err(Trouble::new(Code::BAD_FORMAT, message).help(GRAMMAR));
        if self.fill.width().is_none_or(|width| width == 0) {
            return bad("a format's fill must be a character that can be seen");
        }
        match self.kind {
            Some(Kind::Text) if signed => bad("a sign does not go with the type s"),
            Some(Kind::Text) if self.grouping => bad("a comma does not go with the type s"),
            Some(kind) if kind.is_int() && self.precision.is_some() => {
                bad("a precision does not go with a type for ints")
                    .map_err(|trouble: Trouble| trouble.help("write f for decimals: {x:.2f}"))
            }
            Some(kind) if kind.is_int() && kind != Kind::Decimal && self.grouping => {
                bad("a comma groups decimal digits only")
            }
            _ => Ok(()),
        }
    }

    /// Pads a text to the width.
    fn pad(&self, text: &str, usual: Align) -> String {
        let missing = self.width.saturating_sub(text.width());
        if missing == 0 {
            return text.to_owned();
        }
        let (before, after) = match self.align.unwrap_or(usual) {
            Align::Left => (0, missing),
            Align::Right | Align::Inside => (missing, 0),
            Align::Centre => (missing / 2, missing - missing / 2),
        };
        let mut padded = String::with_capacity(text.len() + missing * self.fill.len_utf8());
        self.fill(&mut padded, before);
        padded.push_str(text);
        self.fill(&mut padded, after);
        padded
    }

    /// So many columns; a space makes up for the half of a wide fill.
    fn fill(&self, text: &mut String, columns: usize) {
        let width = self.fill.width().unwrap_or(1).max(1);
        text.extend(std::iter::repeat_n(self.fill, columns / width));
        text.extend(std::iter::repeat_n(' ', columns % width));
    }

    /// A number from its digits: sign, groups, zeros, width.
    fn number(&self, negative: bool, digits: &str, unit: &str) -> String {
        let sign = match (negative, self.sign) {
            (true, _) => "-",
            (false, Sign::Plus) => "+",
            (false, Sign::Space) => " ",
            (false, Sign::Minus) => "",
        };
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let (whole, rest) = digits.split_at(end);
        let room = self.width.saturating_sub(sign.len() + rest.len() + unit.len());
        let zeros = self.align == Some(Align::Inside) && self.fill == '0';
        let whole = if self.grouping && !whole.is_empty() {
            grouped(whole, if zeros { room } else { 0 })
        } else {
            whole.to_owned()
        };
        if self.align == Some(Align::Inside) {
            let mut text = sign.to_owned();
            self.fill(&mut text, room.saturating_sub(whole.len()));
            return text + &whole + rest + unit;
        }
        self.pad(&format!("{sign}{whole}{rest}{unit}"), Align::Right)
    }

    fn text(&self, value: &Value) -> ValueResult<String> {
        if self.grouping || self.sign != Sign::Minus {
            return Err(self.unfit(value, "a sign or a comma in a format"));
        }
        if self.align == Some(Align::Inside) && self.fill != '0' {
            return Err(self.unfit(value, "= in a format"));
        }
        let text = display(value);
        let shown = self.precision.map_or(text.as_str(), |columns| first_columns(&text, columns));
        check_text(shown.len().checked_add(self.width.saturating_mul(4)))?;
        // As in Python, zeros before a width fill a text at its end.
        let spec = Self { align: self.align.filter(|align| *align != Align::Inside), ..*self };
        Ok(spec.pad(shown, Align::Left))
    }

    fn int(&self, value: &Value, int: i64) -> ValueResult<String> {
        let size = int.unsigned_abs();
        let digits = match self.kind {
            None if self.precision.is_some() => {
                return Err(self.unfit(value, "a precision").help("write f for decimals: {x:.2f}"));
            }
            None | Some(Kind::Decimal) => size.to_string(),
            Some(Kind::Hex) => format!("{size:x}"),
            Some(Kind::UpperHex) => format!("{size:X}"),
            Some(Kind::Octal) => format!("{size:o}"),
            Some(Kind::Binary) => format!("{size:b}"),
            Some(Kind::Text) => return self.text(value),
            Some(_) => return self.float(value, int as f64, ""),
        };
        Ok(self.number(int < 0, &digits, ""))
    }

    fn float(&self, value: &Value, float: f64, unit: &str) -> ValueResult<String> {
        let (size, precision) = (float.abs(), self.precision.unwrap_or(6));
        let mut unit = unit;
        let digits = match self.kind {
            _ if !float.is_finite() => float_text(size),
            None => match self.precision {
                None => float_text(size),
                Some(digits) => format!("{size:.digits$}"),
            },
            Some(Kind::Fixed) => format!("{size:.precision$}"),
            Some(Kind::Exponent) => exponent(size, precision),
            Some(Kind::General) => general(size, precision),
            Some(Kind::Percent) => {
                unit = "%";
                format!("{:.precision$}", size * 100.0)
            }
            Some(Kind::Text) => return self.text(value),
            Some(_) => {
                return Err(self.unfit(value, "this type").help("write .0f, or round it: {round(x)}"));
            }
        };
        Ok(self.number(float.is_sign_negative() && !float.is_nan(), &digits, unit))
    }

    #[cold]
    fn unfit(&self, value: &Value, what: &str) -> Trouble {
        Trouble::kind(format!("{what} is not for {}", a_kind(value)))
    }
}

/// The text of a value in a format.
///
/// Ints and floats are as in Python. Durations count as numbers of seconds for the types `f`, `e` and `g`; with
/// a precision alone they are seconds with so many decimals and their unit, `1.50s`. Anything else is formatted
/// as its text.
///
/// # Errors
/// `type` where the format is for another type of value.
pub fn format(value: &Value, spec: &FormatSpec) -> ValueResult<String> {
    match value {
        Value::Int(int) => spec.int(value, *int),
        Value::Float(float) => spec.float(value, *float, ""),
        Value::Duration(nanoseconds) => match spec.kind {
            None if spec.precision.is_none() => {
                let text = duration_text(*nanoseconds);
                Ok(spec.number(*nanoseconds < 0, text.strip_prefix('-').unwrap_or(&text), ""))
            }
            Some(Kind::Text) => spec.text(value),
            Some(Kind::Percent) => Err(spec.unfit(value, "the type %").help("divide it by a duration first")),
            kind => spec.float(value, *nanoseconds as f64 / 1e9, if kind.is_none() { "s" } else { "" }),
        },
        _ => match spec.kind {
            None | Some(Kind::Text) => spec.text(value),
            Some(_) => {
                let trouble = spec.unfit(value, "a format for numbers");
                Err(match value {
                    Value::Str(_) => trouble.help("make it a number with int(s) or float(s)"),
                    _ => trouble,
                })
            }
        },
    }
}

#[cold]
fn unreadable(text: &str, at: &str) -> Trouble {
    let at: String = at.chars().take(20).collect();
    let text: String = text.chars().take(40).collect();
    let message = format!("the format {text:?} cannot be understood from {at:?} on");
    Trouble::new(Code::BAD_FORMAT, message).help(GRAMMAR)
}

/// The longest beginning that takes no more than so many columns.
fn first_columns(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (place, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > columns {
            return &text[..place];
        }
    }
    text
}

/// Commas between groups of three digits, zeros in front until it is `room` wide or one wider:
/// a comma never stands first.
fn grouped(digits: &str, room: usize) -> String {
    let width = |count: usize| count + count.saturating_sub(1) / 3;
    let mut count = digits.len().max(room - room / 4).max(1);
    while count > digits.len() && width(count - 1) >= room {
        count -= 1;
    }
    while width(count) < room {
        count += 1;
    }
    let zeros = count.saturating_sub(digits.len());
    let mut text = String::with_capacity(width(count));
    for (place, digit) in std::iter::repeat_n('0', zeros).chain(digits.chars()).enumerate() {
        if place > 0 && (count - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1.500000e+00`
fn exponent(size: f64, precision: usize) -> String {
    let text = format!("{size:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
    format!("{digits}e{sign}{exponent:0>2}")
}

/// So many significant digits, without zeros at the end; with an exponent where the point would be far away.
/// `point`: a whole number keeps a `.0`.
fn general(size: f64, precision: usize) -> String {
    let digits = precision.max(1);
    let scientific = exponent(size, digits - 1);
    let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i64 = power.parse().unwrap_or(0);
    if power < -4 || power >= digits as i64 {
        return format!("{}e{}", without_zeros(mantissa), &scientific[mantissa.len() + 1..]);
    }
    let decimals = usize::try_from(digits as i64 - 1 - power).unwrap_or(0);
    let fixed = format!("{size:.decimals$}");
    without_zeros(&fixed).to_owned()
}

fn without_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}
