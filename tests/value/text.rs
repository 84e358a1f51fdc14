//! Values as text, and read back.

use crate::values::{
    closed, deep, doubled, function, ints, knot, map, process, range, regex, text, texts, untie,
};
use proctor::value::text::{append, brief, display, duration_text, float_text, is_hidden, literal};
use proctor::value::{Object, ObjectKind, Signal, Value};
use proptest::prelude::*;

#[test]
fn literals() {
    let cases = [
        (Value::None, "none"),
        (Value::Float(1.0), "1.0"),
        (Value::Float(1e20), "1e20"),
        (Value::Float(-0.0), "-0.0"),
        (Value::Float(0.1), "0.1"),
        (Value::Float(f64::NAN), "nan"),
        (Value::Float(f64::NEG_INFINITY), "-inf"),
        (Value::Duration(0), "0s"),
        (Value::Duration(500), "0.5us"),
        (Value::Duration(-10_000), "-10us"),
        (Value::Duration(1_234_567), "1.234567ms"),
        (Value::Duration(1_500_000_000), "1.5s"),
        (Value::Duration(90_000_000_000), "90s"),
        (Value::Duration(120_000_000_000), "2m"),
        (Value::Duration(7_200_000_000_000), "2h"),
        (Value::Duration(i64::MIN), "-9223372036.854775808s"),
        (Value::Instant(12_345_000_000), "<instant 12.345s>"),
        (text("a\"b'\n\u{1b}[0m"), r#""a\"b'\n\e[0m""#),
        (text("{\"a\": 1}"), r#"'{"a": 1}'"#),
        (text("it's {x}"), r#""it's {{x}}""#),
        (text("\u{7}\u{202e}\u{9b}\0"), r#""\x07\u{202e}\u{9b}\0""#),
        (text("任务"), "\"任务\""),
        (Value::bytes(vec![b'a', 0, b'"', 255, b'\n']), r#"b"a\x00\"\xff\n""#),
        (Value::list(vec![Value::Int(1), text("a")]), "[1, \"a\"]"),
        (
            map(&[("name", text("x")), ("any key", Value::Int(1)), ("in", Value::None), ("任务", ints([]))]),
            "{name: \"x\", \"any key\": 1, \"in\": none, 任务: []}",
        ),
        (range(1, 4), "1..4"),
        (closed(1, 4), "1..=4"),
        (Value::Signal(Signal(15)), "SIGTERM"),
        (Value::Signal(Signal(36)), "SIGRTMIN+2"),
        (function("f"), "<function f>"),
        (process(1, 1, 4211), "<process alex 4211>"),
        (Value::Object(Object { kind: ObjectKind::Queue, index: 0 }), "<queue>"),
        (regex("\u{1b}\n"), r#"re"\x{1b}\x{a}""#),
        (regex(r#"a"b\"\d"#), r#"re"a\"b\"\d""#),
    ];
    for (value, wanted) in cases {
        assert_eq!(literal(&value), wanted);
    }
}

#[test]
fn a_string_is_displayed_as_it_is_but_quoted_inside_a_list() {
    assert_eq!(display(&text("a\n{b}")), "a\n{b}");
    assert_eq!(display(&texts(&["a"])), "[\"a\"]");
    let mut line = "x: ".to_owned();
    append(&mut line, &text("y")).expect("room");
    append(&mut line, &ints([1])).expect("room");
    assert_eq!(line, "x: y[1]");
    for int in [0, 7, -10, 1_234_567_890, i64::MAX, i64::MIN] {
        let mut line = String::new();
        append(&mut line, &Value::Int(int)).expect("room");
        assert_eq!(line, int.to_string());
    }
}

#[test]
fn what_has_no_end_is_left_out() {
    let knot = knot();
    assert_eq!(literal(&knot), "[1, […], […]]");
    untie(&knot);
    let text = literal(&deep(100_000));
    assert_eq!(text, format!("{}…{}", "[".repeat(201), "]".repeat(201)));
}

#[test]
fn a_brief_text_is_cut_off() {
    assert_eq!(brief(&text("abcdef"), 4), "\"abc…");
    assert_eq!(brief(&text("任务任务"), 5), "\"任…");
    assert_eq!(brief(&ints(0..100), 8), "[0, 1, 2…");
    assert_eq!(brief(&Value::Int(12), 8), "12");
    assert!(brief(&doubled(200), 100).len() < 110);
    assert!(brief(&Value::bytes(vec![0; 1000]), 100).len() < 110);
}

/// What a string literal of the language means.
fn unquoted(literal: &str) -> Option<String> {
    if let Some(raw) = literal.strip_prefix('\'') {
        return raw.strip_suffix('\'').map(str::to_owned);
    }
    let mut chars = literal.strip_prefix('"')?.strip_suffix('"')?.chars();
    let mut text = String::new();
    while let Some(c) = chars.next() {
        text.push(match c {
            '\\' => match chars.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                '0' => '\0',
                'e' => '\u{1b}',
                'x' => char::from_u32(
                    u32::from_str_radix(&chars.by_ref().take(2).collect::<String>(), 16).ok()?,
                )?,
                'u' => {
                    let code: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                    char::from_u32(u32::from_str_radix(&code, 16).ok()?)?
                }
                other => other,
            },
            '{' | '}' => {
                let second = chars.next()?;
                (second == c).then_some(c)?
            }
            '"' => return None,
            other => other,
        });
    }
    Some(text)
}

/// What a duration literal of the language means, in nanoseconds.
fn nanoseconds(literal: &str) -> Option<i128> {
    let end = literal.find(char::is_alphabetic)?;
    let unit: i128 = match &literal[end..] {
        "us" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    let digits = literal[..end].trim_start_matches('-');
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let scale = 10i128.pow(fraction.len() as u32);
    let number: i128 = format!("{whole}{fraction}").parse().ok()?;
    Some(number * unit / scale * if literal.starts_with('-') { -1 } else { 1 })
}

proptest! {
    #[test]
    fn a_string_reads_back(string in prop_oneof![any::<String>(), "[{}'\"\\\\a\n\u{1}\u{202e}]{0,8}"]) {
        let written = literal(&text(&string));
        prop_assert!(!written.chars().any(is_hidden));
        prop_assert_eq!(unquoted(&written), Some(string));
    }

    #[test]
    fn a_float_reads_back(float in any::<f64>()) {
        let written = float_text(float);
        if float.is_nan() {
            prop_assert_eq!(written, "nan");
        } else {
            prop_assert!(written.contains(['.', 'e', 'i']));
            prop_assert_eq!(written.parse::<f64>().map(f64::to_bits), Ok(float.to_bits()));
        }
    }

    #[test]
    fn a_duration_reads_back(time in prop_oneof![any::<i64>(), -10_000_000i64..10_000_000, (-99i64..99).prop_map(|s| s * 1_000_000_000)]) {
        prop_assert_eq!(nanoseconds(&duration_text(time)), Some(i128::from(time)));
    }
}
