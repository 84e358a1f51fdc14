//! Values as text: what `print` writes, and the literal as it stands in a program.

use super::limit::{NESTING, TEXT_BYTES, check_text};
use super::{Key, ProcessRef, Value, ValueResult, signal};
use crate::source::is_reserved;
use std::borrow::Cow;
use std::fmt::Write;
use std::rc::Rc;
use std::sync::LazyLock;

/// What `print` writes: a string as it is, anything else as [`literal`]. What is past [`TEXT_BYTES`] is left out.
#[must_use]
pub fn display(value: &Value) -> String {
    let mut text = String::new();
    Writer::new(&mut text, TEXT_BYTES).top(value);
    text
}

/// The value as it is written in a program, strings in quotes.
///
/// What nests deeper than [`NESTING`], or contains itself, is `…`.
#[must_use]
pub fn literal(value: &Value) -> String {
    brief(value, TEXT_BYTES)
}

/// A key of a map as [`literal`] writes it.
#[must_use]
pub fn key(key: &Key) -> String {
    let mut text = String::new();
    Writer::new(&mut text, TEXT_BYTES).key(key);
    text
}

/// [`literal`], cut off behind about `most` bytes with a `…`: for messages.
#[must_use]
pub fn brief(value: &Value, most: usize) -> String {
    let mut text = String::new();
    Writer::new(&mut text, most).value(value);
    text
}

/// Adds what [`display`] gives to a text.
///
/// # Errors
/// `too_large` where the text would pass [`TEXT_BYTES`].
pub fn append(text: &mut String, value: &Value) -> ValueResult<()> {
    match value {
        Value::Str(more) => {
            check_text(text.len().checked_add(more.len()))?;
            text.push_str(more);
            return Ok(());
        }
        Value::Int(int) => append_int(text, *int),
        other => {
            let mut writer = Writer::new(text, TEXT_BYTES);
            writer.top(other);
            if writer.full {
                return check_text(Some(TEXT_BYTES + 1)).map(drop);
            }
        }
    }
    check_text(Some(text.len())).map(drop)
}

/// What `write!` would do, in a third of its time.
fn append_int(text: &mut String, int: i64) {
    // The longest is -9223372036854775808.
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    let mut rest = int.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if int < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    text.push_str(std::str::from_utf8(&digits[at..]).unwrap_or_default());
}

/// Writes up to a length, and knows which lists and maps are open around it.
struct Writer<'a> {
    text: &'a mut String,
    /// In bytes, what was there before included.
    most: usize,
    full: bool,
    open: Vec<*const ()>,
}

impl<'a> Writer<'a> {
    fn new(text: &'a mut String, most: usize) -> Self {
        Self { text, most, full: false, open: Vec::new() }
    }

    /// How many bytes there is room for.
    fn room(&self) -> usize {
        self.most.saturating_sub(self.text.len())
    }

    fn push(&mut self, piece: &str) {
        if self.full {
            return;
        }
        if piece.len() <= self.room() {
            self.text.push_str(piece);
        } else {
            self.text.push_str(&piece[..piece.floor_char_boundary(self.room())]);
            self.text.push('…');
            self.full = true;
        }
    }

    fn top(&mut self, value: &Value) {
        match value {
            Value::Str(text) => self.push(text),
            other => self.value(other),
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Absent | Value::None => self.push("none"),
            Value::Bool(true) => self.push("true"),
            Value::Bool(false) => self.push("false"),
            Value::Int(int) => self.push(&int.to_string()),
            Value::Float(float) => self.push(&float_text(*float)),
            Value::Duration(nanoseconds) => self.push(&duration_text(*nanoseconds)),
            Value::Instant(nanoseconds) => {
                self.push(&format!("<instant {}s>", decimal(i128::from(*nanoseconds), 9)))
            }
            Value::Str(text) => self.quoted(text),
            Value::Bytes(bytes) => self.bytes(bytes),
            Value::List(list) => self.nested(Rc::as_ptr(list).cast(), "[", "]", |writer| {
                writer.items(list.0.borrow().iter(), |writer, item| writer.value(item));
            }),
            Value::Map(map) => self.nested(Rc::as_ptr(map).cast(), "{", "}", |writer| {
                writer.items(map.0.borrow().iter(), |writer, (key, value)| {
                    writer.key(key);
                    writer.push(": ");
                    writer.value(value);
                });
            }),
            Value::Range(range) => self.push(&range_text(range)),
            Value::Function(function) => self.push(&format!("<function {}>", function.name)),
            Value::Builtin(_) => self.push("<built-in function>"),
            Value::Process(process) => self.push(&format!("<process {} {}>", process.shown(), process.pid)),
            Value::Signal(signal) => self.push(&signal::signal_name(*signal)),
            Value::Regex(regex) => self.regex(&regex.pattern),
            Value::Object(object) => self.push(&format!("<{}>", object.kind.word())),
            Value::Cell(_) => self.push("<cell>"),
        }
    }

    /// A list or a map, unless it is open already, or too deep.
    fn nested(&mut self, address: *const (), open: &str, close: &str, inner: impl FnOnce(&mut Self)) {
        self.push(open);
        if self.open.len() >= NESTING || self.open.contains(&address) {
            self.push("…");
        } else {
            self.open.push(address);
            inner(self);
            self.open.pop();
        }
        self.push(close);
    }

    fn items<T>(&mut self, items: impl Iterator<Item = T>, write: impl Fn(&mut Self, T)) {
        for (place, item) in items.enumerate() {
            if self.full {
                return;
            }
            if place > 0 {
                self.push(", ");
            }
            write(self, item);
        }
    }

    fn key(&mut self, key: &Key) {
        match key {
            Key::Str(name) if is_plain_key(name) => self.push(name),
            other => self.value(&other.value()),
        }
    }

    /// A string in the quotes that need the fewest escapes.
    fn quoted(&mut self, text: &str) {
        let (shown, cut) = self.first_of(text);
        let awkward = |c: char| matches!(c, '"' | '\\' | '{' | '}');
        if shown.contains(awkward) && !shown.contains(|c: char| c == '\'' || is_hidden(c)) && !cut {
            self.push(&format!("'{shown}'"));
            return;
        }
        let mut escaped = String::with_capacity(shown.len() + 2);
        escaped.push('"');
        for c in shown.chars() {
            escape(&mut escaped, c);
        }
        self.push(&escaped);
        if cut {
            self.push(&text[shown.len()..]);
        } else {
            self.push("\"");
        }
    }

    /// The part of a text that there may be room for, and whether that is not all.
    fn first_of<'t>(&self, text: &'t str) -> (&'t str, bool) {
        let shown = &text[..text.floor_char_boundary(self.room())];
        (shown, shown.len() < text.len())
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let shown = &bytes[..bytes.len().min(self.room())];
        let mut escaped = String::with_capacity(shown.len() + 3);
        escaped.push_str("b\"");
        for byte in shown {
            match byte {
                b'\n' => escaped.push_str("\\n"),
                b'\t' => escaped.push_str("\\t"),
                b'\r' => escaped.push_str("\\r"),
                b'"' | b'\\' => escaped.extend(['\\', char::from(*byte)]),
                0x20..0x7f => escaped.push(char::from(*byte)),
                _ => {
                    let _ = write!(escaped, "\\x{byte:02x}");
                }
            }
        }
        escaped.push('"');
        self.push(&escaped);
    }

    fn regex(&mut self, pattern: &str) {
        let (shown, _) = self.first_of(pattern);
        let mut escaped = String::with_capacity(shown.len() + 4);
        escaped.push_str("re\"");
        let mut backslash = false;
        for c in shown.chars() {
            if c == '"' && !backslash {
                escaped.push('\\');
            }
            backslash = c == '\\' && !backslash;
            if is_hidden(c) {
                // The one escape that every control character has in a regular expression.
                let _ = write!(escaped, "\\x{{{:x}}}", u32::from(c));
            } else {
                escaped.push(c);
            }
        }
        escaped.push('"');
        self.push(&escaped);
    }
}

/// A name for people, on one line and with nothing in it that a terminal would obey: hidden characters as escapes.
#[must_use]
pub fn visible(name: &str) -> Cow<'_, str> {
    if !name.chars().any(is_hidden) {
        return Cow::Borrowed(name);
    }
    let mut shown = String::with_capacity(name.len() + 8);
    for c in name.chars() {
        if is_hidden(c) { escape(&mut shown, c) } else { shown.push(c) }
    }
    Cow::Owned(shown)
}

impl ProcessRef {
    /// Its name for messages, without anything that a terminal would obey.
    #[must_use]
    pub fn shown(&self) -> Cow<'_, str> {
        visible(&self.name)
    }
}

/// Whether a terminal would not show the character, or would do something else: controls, marks that turn the
/// direction of writing, line separators, the byte-order mark.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn escape(text: &mut String, c: char) {
    match c {
        '\n' => text.push_str("\\n"),
        '\t' => text.push_str("\\t"),
        '\r' => text.push_str("\\r"),
        '\0' => text.push_str("\\0"),
        '\u{1b}' => text.push_str("\\e"),
        '"' => text.push_str("\\\""),
        '\\' => text.push_str("\\\\"),
        '{' => text.push_str("{{"),
        '}' => text.push_str("}}"),
        c if is_hidden(c) && c.is_ascii() => {
            let _ = write!(text, "\\x{:02x}", u32::from(c));
        }
        c if is_hidden(c) => {
            let _ = write!(text, "\\u{{{:x}}}", u32::from(c));
        }
        c => text.push(c),
    }
}

fn is_plain_key(name: &str) -> bool {
    static NAME: LazyLock<Option<regex::Regex>> =
        LazyLock::new(|| regex::Regex::new(r"^[\p{XID_Start}_]\p{XID_Continue}*$").ok());
    let plain = if name.is_ascii() {
        let bytes = name.as_bytes();
        bytes.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    } else {
        NAME.as_ref().is_some_and(|regex| regex.is_match(name))
    };
    plain && !is_reserved(name)
}

/// The shortest text that reads back as the same float, always with a point or an exponent.
#[must_use]
pub fn float_text(float: f64) -> String {
    if float.is_nan() { "nan".to_owned() } else { format!("{float:?}") }
}

/// A duration in the largest unit in which it is whole, else with a decimal fraction; always exact.
#[must_use]
pub fn duration_text(nanoseconds: i64) -> String {
    const MILLI: i64 = 1_000_000;
    const SECOND: i64 = 1_000_000_000;
    let is_whole = |unit: i64| nanoseconds % unit == 0;
    let exact = i128::from(nanoseconds);
    match nanoseconds {
        0 => "0s".to_owned(),
        _ if is_whole(3600 * SECOND) => format!("{}h", nanoseconds / (3600 * SECOND)),
        _ if is_whole(60 * SECOND) => format!("{}m", nanoseconds / (60 * SECOND)),
        _ if nanoseconds.unsigned_abs() >= SECOND.unsigned_abs() => format!("{}s", decimal(exact, 9)),
        _ if nanoseconds.unsigned_abs() >= MILLI.unsigned_abs() => format!("{}ms", decimal(exact, 6)),
        _ => format!("{}us", decimal(exact, 3)),
    }
}

/// `number / 10^places` as an exact decimal without zeros at its end.
fn decimal(number: i128, places: u32) -> String {
    let unit = 10u128.pow(places);
    let (whole, rest) = (number.unsigned_abs() / unit, number.unsigned_abs() % unit);
    let sign = if number < 0 { "-" } else { "" };
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    let fraction = format!("{rest:0width$}", width = places as usize);
    format!("{sign}{whole}.{}", fraction.trim_end_matches('0'))
}

fn range_text(range: &super::Range) -> String {
    match range {
        super::Range { start, end: i64::MAX, closed: false } => format!("{start}.."),
        super::Range { start, end, closed: true } => format!("{start}..={}", end.wrapping_sub(1)),
        super::Range { start, end, closed: false } => format!("{start}..{end}"),
    }
}
