//! Formats: Python's own answers, columns, durations, what is refused.

use crate::values::{code, text};
use proctor::source::Code;
use proctor::value::Value;
use proctor::value::format::{FormatSpec, format};

fn formatted(value: &Value, spec: &str) -> String {
    FormatSpec::parse(spec)
        .and_then(|spec| format(value, &spec))
        .unwrap_or_else(|trouble| panic!("{trouble:?}"))
}

/// The last column is what Python 3.11's `format(value, spec)` gives.
#[test]
fn formats_are_those_of_python() {
    let cases = [
        (Value::Float(3.25417), ".2", "3.25"),
        (Value::Float(3.25417), ".2f", "3.25"),
        (Value::Float(3.25417), "", "3.25417"),
        (Value::Float(3.25417), "8.3f", "   3.254"),
        (Value::Float(3.25417), "<8.2f", "3.25    "),
        (Value::Float(3.25417), "^9.1f", "   3.3   "),
        (Value::Float(3.25417), "+.1f", "+3.3"),
        (Value::Float(3.25417), " .1f", " 3.3"),
        (Value::Float(3.25417), "e", "3.254170e+00"),
        (Value::Float(3.25417), ".2e", "3.25e+00"),
        (Value::Float(3.25417), "g", "3.25417"),
        (Value::Float(3.25417), ".3g", "3.25"),
        (Value::Float(3.25417), "%", "325.417000%"),
        (Value::Float(3.25417), ".1%", "325.4%"),
        (Value::Float(3.25417), "010.2f", "0000003.25"),
        (Value::Float(3.25417), "+010.2f", "+000003.25"),
        (Value::Float(3.25417), ",.2f", "3.25"),
        (Value::Float(3.25417), ".0f", "3"),
        (Value::Float(3.25417), "10", "   3.25417"),
        (Value::Float(3.25417), "*>10", "***3.25417"),
        (Value::Float(3.25417), "=+8.1f", "+    3.3"),
        (Value::Float(3.25417), "#>8", "#3.25417"),
        (Value::Float(3.25417), ".10", "3.2541700000"),
        (Value::Float(3.25417), "012,.1f", "00,000,003.3"),
        (Value::Float(1234567.891), ",", "1,234,567.891"),
        (Value::Float(1234567.891), ".2f", "1234567.89"),
        (Value::Float(1234567.891), ",.2f", "1,234,567.89"),
        (Value::Float(1234567.891), ".2", "1234567.89"),
        (Value::Float(1234567.891), ".3g", "1.23e+06"),
        (Value::Float(1234567.891), "g", "1.23457e+06"),
        (Value::Float(1234567.891), "e", "1.234568e+06"),
        (Value::Float(1234567.891), "016,.2f", "0,001,234,567.89"),
        (Value::Float(1234567.891), ".1", "1234567.9"),
        (Value::Float(1234567.891), ".8", "1234567.89100000"),
        (Value::Float(1.234e-05), "g", "1.234e-05"),
        (Value::Float(1.234e-05), ".2", "0.00"),
        (Value::Float(1.234e-05), ".2g", "1.2e-05"),
        (Value::Float(1.234e-05), "f", "0.000012"),
        (Value::Float(2.5), ".0f", "2"),
        (Value::Float(2.5), ".0e", "2e+00"),
        (Value::Float(2.5), ".1", "2.5"),
        (Value::Float(0.5), ".0f", "0"),
        (Value::Float(0.5), "%", "50.000000%"),
        (Value::Float(0.5), ".0%", "50%"),
        (Value::Float(100.0), "", "100.0"),
        (Value::Float(100.0), ".1", "100.0"),
        (Value::Float(100.0), ".2", "100.00"),
        (Value::Float(100.0), ".3", "100.000"),
        (Value::Float(100.0), ".4", "100.0000"),
        (Value::Float(100.0), "g", "100"),
        (Value::Float(1e+20), "g", "1e+20"),
        (Value::Float(1e+20), ".3", "100000000000000000000.000"),
        (Value::Float(-0.0), "", "-0.0"),
        (Value::Float(-0.0), ".1f", "-0.0"),
        (Value::Float(-0.0), "+", "-0.0"),
        (Value::Float(f64::INFINITY), "", "inf"),
        (Value::Float(f64::INFINITY), "f", "inf"),
        (Value::Float(f64::INFINITY), ">6", "   inf"),
        (Value::Float(f64::INFINITY), "06", "000inf"),
        (Value::Float(f64::INFINITY), ".2", "inf"),
        (Value::Float(f64::NAN), "", "nan"),
        (Value::Float(f64::NAN), ".1f", "nan"),
        (Value::Float(f64::NAN), "+", "+nan"),
        (Value::Int(1234567), "", "1234567"),
        (Value::Int(1234567), "d", "1234567"),
        (Value::Int(1234567), ",", "1,234,567"),
        (Value::Int(1234567), "x", "12d687"),
        (Value::Int(1234567), "X", "12D687"),
        (Value::Int(1234567), "o", "4553207"),
        (Value::Int(1234567), "b", "100101101011010000111"),
        (Value::Int(1234567), "e", "1.234567e+06"),
        (Value::Int(1234567), ".2f", "1234567.00"),
        (Value::Int(1234567), "010", "0001234567"),
        (Value::Int(1234567), "012,", "0,001,234,567"),
        (Value::Int(1234567), "0=12,", "0,001,234,567"),
        (Value::Int(1234567), "+", "+1234567"),
        (Value::Int(1234567), "+,", "+1,234,567"),
        (Value::Int(1234567), " ", " 1234567"),
        (Value::Int(1234567), ">10", "   1234567"),
        (Value::Int(1234567), "<10", "1234567   "),
        (Value::Int(1234567), "^10", " 1234567  "),
        (Value::Int(1234567), "*^11", "**1234567**"),
        (Value::Int(1234567), "%", "123456700.000000%"),
        (Value::Int(1234567), "016,", "0,000,001,234,567"),
        (Value::Int(1234567), "06,", "1,234,567"),
        (Value::Int(1234567), "07,", "1,234,567"),
        (Value::Int(1234567), "08,", "1,234,567"),
        (Value::Int(1234567), "09,", "1,234,567"),
        (Value::Int(-42), "", "-42"),
        (Value::Int(-42), "04", "-042"),
        (Value::Int(-42), "05", "-0042"),
        (Value::Int(-42), "x", "-2a"),
        (Value::Int(-42), "b", "-101010"),
        (Value::Int(-42), "<05", "-4200"),
        (Value::Int(-42), "^6", " -42  "),
        (Value::Int(-42), "=6", "-   42"),
        (Value::Int(-42), ">6", "   -42"),
        (Value::Int(-42), ".1f", "-42.0"),
        (Value::Int(-42), "06,", "-0,042"),
        (Value::Int(-42), "08b", "-0101010"),
        (Value::Int(-42), "g", "-42"),
        (Value::Int(0), "", "0"),
        (Value::Int(0), "03", "000"),
        (Value::Int(0), "x", "0"),
        (Value::Int(0), ".0%", "0%"),
        (Value::Int(0), "04,", "0,000"),
        (Value::Int(0), ",", "0"),
        (Value::Int(123), "04,", "0,123"),
        (Value::Int(123), "05,", "0,123"),
        (Value::Int(12345), "06,", "12,345"),
        (Value::Int(12345), "07,", "012,345"),
        (text("ab"), "5", "ab   "),
        (text("ab"), ">5", "   ab"),
        (text("ab"), "^5", " ab  "),
        (text("ab"), "*^5", "*ab**"),
        (text("ab"), "05", "ab000"),
        (text("ab"), ".1", "a"),
        (text("ab"), ">5.1", "    a"),
        (text("ab"), "s", "ab"),
        (text("ab"), "<05", "ab000"),
    ];
    for (value, spec, wanted) in cases {
        assert_eq!(formatted(&value, spec), wanted, "{value:?} in {spec:?}");
    }
}

#[test]
fn a_float_without_precision_is_as_it_is_written() {
    assert_eq!(formatted(&Value::Float(1e20), ""), "1e20");
    assert_eq!(formatted(&Value::Float(1e20), ","), "1e20");
    assert_eq!(formatted(&Value::Float(0.000_012_34), ""), "1.234e-5");
}

#[test]
fn wide_characters_count_as_two_columns() {
    assert_eq!(formatted(&text("任务"), "6"), "任务  ");
    assert_eq!(formatted(&text("任务"), ">6"), "  任务");
    assert_eq!(formatted(&text("任务"), ".3"), "任");
    assert_eq!(formatted(&text("a"), "任>6"), "任任 a");
}

#[test]
fn durations_are_numbers_of_seconds_in_a_format() {
    let time = Value::Duration(1_500_000_000);
    assert_eq!(formatted(&time, ""), "1.5s");
    assert_eq!(formatted(&time, ".2f"), "1.50");
    assert_eq!(formatted(&time, ".2"), "1.50s");
    assert_eq!(formatted(&time, "8"), "    1.5s");
    assert_eq!(formatted(&Value::Duration(-250_000_000), "8.1"), "   -0.2s");
    assert_eq!(formatted(&Value::Duration(-250_000_000), ""), "-250ms");
}

#[test]
fn other_values_are_formatted_as_their_text() {
    assert_eq!(formatted(&Value::list(vec![Value::Int(1), text("a")]), "10"), "[1, \"a\"]  ");
    assert_eq!(formatted(&Value::Bool(true), ">5"), " true");
    assert_eq!(formatted(&Value::Int(7), "<3s"), "7  ");
}

#[test]
fn what_cannot_be_a_format_says_so() {
    for spec in [
        "q",
        "5q",
        ".",
        ".x",
        "10001",
        ".10001",
        "99999999999999999999",
        ".2d",
        ",x",
        "+s",
        ",s",
        ">>>",
        "\u{7}>4",
        "2 f",
        "f ",
    ] {
        let trouble = FormatSpec::parse(spec).expect_err(spec);
        assert_eq!(trouble.code, Code::BAD_FORMAT, "{spec}");
    }
}

#[test]
fn a_format_for_another_type_is_a_type_error() {
    let cases = [
        (text("a"), "d"),
        (text("a"), ".2f"),
        (text("a"), ","),
        (text("a"), "=5"),
        (Value::Float(1.5), "d"),
        (Value::Float(1.5), "x"),
        (Value::Int(1), ".2"),
        (Value::None, "f"),
        (Value::Duration(1), "%"),
        (Value::Duration(1), "x"),
    ];
    for (value, spec) in cases {
        let spec = FormatSpec::parse(spec).expect("a format");
        assert_eq!(code(format(&value, &spec)), Code::TYPE, "{value:?} {spec:?}");
    }
}
