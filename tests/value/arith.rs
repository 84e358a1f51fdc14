//! Arithmetic: Python's own answers, a model over wider ints, times, texts and lists, limits.

use crate::values::{code, ints, shown, text};
use proctor::source::Code;
use proctor::value::arith::{
    add, add_assign, divide, floor_divide, multiply, negate, not, power, remainder, subtract,
};
use proctor::value::limit::{LIST_ELEMENTS, TEXT_BYTES};
use proctor::value::time::to_duration;
use proctor::value::{Signal, Value, ValueResult};
use proptest::prelude::*;
use std::rc::Rc;

fn apply(left: &Value, op: &str, right: &Value) -> ValueResult<Value> {
    match op {
        "+" => add(left, right),
        "-" => subtract(left, right),
        "*" => multiply(left, right),
        "/" => divide(left, right),
        "//" => floor_divide(left, right),
        "%" => remainder(left, right),
        _ => power(left, right),
    }
}

/// The last column is what Python 3.11 gives, with an overflow where an int leaves 64 bits.
#[test]
fn arithmetic_is_that_of_python() {
    let cases = [
        (Value::Int(i64::MAX), "+", Value::Int(1), "! overflow"),
        (Value::Int(i64::MIN), "+", Value::Int(-1), "! overflow"),
        (Value::Int(1), "+", Value::Float(0.5), "1.5"),
        (Value::Int(9007199254740993), "+", Value::Float(1.0), "9007199254740992.0"),
        (Value::Float(0.1), "+", Value::Float(0.2), "0.30000000000000004"),
        (Value::Float(f64::INFINITY), "+", Value::Float(f64::NEG_INFINITY), "nan"),
        (Value::Int(i64::MIN), "-", Value::Int(1), "! overflow"),
        (Value::Int(i64::MAX), "-", Value::Int(-1), "! overflow"),
        (Value::Int(1), "-", Value::Float(0.5), "0.5"),
        (Value::Int(0), "-", Value::Int(i64::MIN), "! overflow"),
        (Value::Int(i64::MIN), "*", Value::Int(-1), "! overflow"),
        (Value::Int(4294967296), "*", Value::Int(2147483648), "! overflow"),
        (Value::Int(2147483648), "*", Value::Int(2147483648), "4611686018427387904"),
        (Value::Int(3), "*", Value::Float(0.1), "0.30000000000000004"),
        (Value::Float(1e+308), "*", Value::Float(10.0), "inf"),
        (Value::Int(1), "/", Value::Int(0), "! division_by_zero"),
        (Value::Int(1), "/", Value::Float(0.0), "! division_by_zero"),
        (Value::Float(0.0), "/", Value::Int(0), "! division_by_zero"),
        (Value::Int(i64::MIN), "/", Value::Int(-1), "9.223372036854776e18"),
        (Value::Int(i64::MAX), "/", Value::Int(3), "3.0744573456182584e18"),
        (Value::Int(i64::MAX), "/", Value::Int(9223372036854775806), "1.0"),
        (Value::Int(9007199254740993), "/", Value::Int(9007199254740991), "1.0000000000000002"),
        (Value::Int(9007199254740993), "/", Value::Int(2), "4503599627370496.0"),
        (Value::Int(-9007199254740993), "/", Value::Int(4), "-2251799813685248.0"),
        (Value::Int(1), "/", Value::Int(3), "0.3333333333333333"),
        (Value::Int(7), "/", Value::Int(2), "3.5"),
        (Value::Int(-7), "/", Value::Int(2), "-3.5"),
        (Value::Int(0), "/", Value::Int(-5), "-0.0"),
        (Value::Float(1e+308), "/", Value::Float(0.1), "inf"),
        (Value::Int(6278314744523580143), "/", Value::Int(478260743094088277), "13.127388846314837"),
        (Value::Int(-6329975792576927173), "/", Value::Int(2412057817790768552), "-2.6243051662727654"),
        (Value::Int(-1694313968266667358), "/", Value::Int(3591924136966264133), "-0.47170093344390157"),
        (Value::Int(-1017601865735381429), "/", Value::Int(49003969977278890), "-20.76570257893802"),
        (Value::Int(5046913038458744571), "/", Value::Int(1535547182543150464), "3.286719610985917"),
        (Value::Int(2319312721054944324), "/", Value::Int(1815887561257511191), "1.2772336627763499"),
        (Value::Int(-3711689638677909673), "/", Value::Int(-1550337231905401967), "2.394117590865152"),
        (Value::Int(-6535646215565993069), "/", Value::Int(2779547086997448297), "-2.351334951704667"),
        (Value::Int(i64::MIN), "//", Value::Int(-1), "! overflow"),
        (Value::Int(1), "//", Value::Int(0), "! division_by_zero"),
        (Value::Float(1.0), "//", Value::Float(0.0), "! division_by_zero"),
        (Value::Int(7), "//", Value::Int(2), "3"),
        (Value::Int(-7), "//", Value::Int(2), "-4"),
        (Value::Int(7), "//", Value::Int(-2), "-4"),
        (Value::Int(-7), "//", Value::Int(-2), "3"),
        (Value::Float(7.5), "//", Value::Int(2), "3.0"),
        (Value::Float(-7.5), "//", Value::Int(2), "-4.0"),
        (Value::Float(7.5), "//", Value::Int(-2), "-4.0"),
        (Value::Float(1.0), "//", Value::Float(0.1), "9.0"),
        (Value::Float(-1.0), "//", Value::Float(0.1), "-10.0"),
        (Value::Float(0.0), "//", Value::Float(-3.0), "-0.0"),
        (Value::Float(f64::INFINITY), "//", Value::Float(2.0), "nan"),
        (Value::Float(5.0), "//", Value::Float(f64::INFINITY), "0.0"),
        (Value::Float(-5.0), "//", Value::Float(f64::INFINITY), "-1.0"),
        (Value::Int(i64::MIN), "//", Value::Int(1), "-9223372036854775808"),
        (Value::Int(i64::MIN), "//", Value::Int(2), "-4611686018427387904"),
        (Value::Int(i64::MIN), "%", Value::Int(-1), "0"),
        (Value::Int(1), "%", Value::Int(0), "! division_by_zero"),
        (Value::Float(1.0), "%", Value::Int(0), "! division_by_zero"),
        (Value::Int(7), "%", Value::Int(3), "1"),
        (Value::Int(-7), "%", Value::Int(3), "2"),
        (Value::Int(7), "%", Value::Int(-3), "-2"),
        (Value::Int(-7), "%", Value::Int(-3), "-1"),
        (Value::Float(7.5), "%", Value::Int(2), "1.5"),
        (Value::Float(-7.5), "%", Value::Int(2), "0.5"),
        (Value::Float(7.5), "%", Value::Int(-2), "-0.5"),
        (Value::Float(-1e-20), "%", Value::Float(1.0), "1.0"),
        (Value::Float(0.0), "%", Value::Float(-3.0), "-0.0"),
        (Value::Float(5.0), "%", Value::Float(f64::INFINITY), "5.0"),
        (Value::Float(-5.0), "%", Value::Float(f64::INFINITY), "inf"),
        (Value::Float(f64::INFINITY), "%", Value::Float(2.0), "nan"),
        (Value::Float(6.0), "%", Value::Float(-3.0), "-0.0"),
        (Value::Int(2), "**", Value::Int(62), "4611686018427387904"),
        (Value::Int(2), "**", Value::Int(63), "! overflow"),
        (Value::Int(-2), "**", Value::Int(63), "-9223372036854775808"),
        (Value::Int(-2), "**", Value::Int(64), "! overflow"),
        (Value::Int(0), "**", Value::Int(0), "1"),
        (Value::Int(0), "**", Value::Int(-1), "! division_by_zero"),
        (Value::Float(0.0), "**", Value::Int(-1), "! division_by_zero"),
        (Value::Int(2), "**", Value::Int(-1), "0.5"),
        (Value::Int(-2), "**", Value::Int(-3), "-0.125"),
        (Value::Int(1), "**", Value::Int(1000000000000), "1"),
        (Value::Int(-1), "**", Value::Int(1000000000001), "-1"),
        (Value::Int(0), "**", Value::Int(1000000000000), "0"),
        (Value::Int(2), "**", Value::Float(0.5), "1.4142135623730951"),
        (Value::Float(-8.0), "**", Value::Float(0.5), "! value"),
        (Value::Float(-8.0), "**", Value::Float(3.0), "-512.0"),
        (Value::Float(10.0), "**", Value::Float(400.0), "! overflow"),
        (Value::Float(10.0), "**", Value::Float(-400.0), "0.0"),
        (Value::Int(3), "**", Value::Int(40), "! overflow"),
        (Value::Int(3), "**", Value::Int(39), "4052555153018976267"),
        (Value::Float(0.0), "**", Value::Int(0), "1.0"),
        (Value::Float(f64::NAN), "**", Value::Float(0.0), "1.0"),
        (Value::Float(1.0), "**", Value::Float(f64::INFINITY), "1.0"),
        (Value::Int(10), "**", Value::Int(-400), "0.0"),
    ];
    for (left, op, right, wanted) in cases {
        assert_eq!(shown(&apply(&left, op, &right)), wanted, "{left:?} {op} {right:?}");
    }
}

const MS: i64 = 1_000_000;

#[test]
fn times_go_together_with_times_and_scale_by_numbers() {
    let (d, i) = (|ms: i64| Value::Duration(ms * MS), |ms: i64| Value::Instant(ms * MS));
    let cases = [
        (Value::Duration(i64::MAX), "+", d(1), "! overflow"),
        (Value::Duration(i64::MIN), "/", Value::Int(-1), "! overflow"),
        (Value::Duration(i64::MAX), "*", Value::Float(1.5), "! overflow"),
        (d(1), "*", Value::Float(f64::NAN), "! value"),
        (d(1), "/", Value::Int(0), "! division_by_zero"),
        (d(1), "/", d(0), "! division_by_zero"),
        (d(1), "%", d(0), "! division_by_zero"),
        (d(1000), "+", Value::Int(1), "! type"),
        (Value::Float(1.0), "-", d(1000), "! type"),
        (Value::Int(1), "/", d(1000), "! type"),
        (i(5), "+", i(5), "! type"),
        (d(5), "-", i(5), "! type"),
        (d(1500), "+", d(500), "2s"),
        (d(1000), "-", d(1500), "-500ms"),
        (d(1500), "*", Value::Int(2), "3s"),
        (Value::Float(0.5), "*", d(3000), "1.5s"),
        (d(1000), "/", Value::Int(3), "333.333333ms"),
        (d(2000), "/", Value::Int(3), "666.666667ms"),
        (d(-2000), "/", Value::Int(3), "-666.666667ms"),
        (d(1000), "/", Value::Float(0.5), "2s"),
        (d(1500), "/", d(1000), "1.5"),
        (d(3500), "//", d(1000), "3"),
        (d(-3500), "//", d(1000), "-4"),
        (d(-3500), "%", d(1000), "500ms"),
        (i(3500), "-", i(1000), "2.5s"),
        (i(3500), "-", d(1000), "<instant 2.5s>"),
        (d(1000), "+", i(3500), "<instant 4.5s>"),
    ];
    for (left, op, right, wanted) in cases {
        assert_eq!(shown(&apply(&left, op, &right)), wanted, "{left:?} {op} {right:?}");
    }
    assert_eq!(shown(&negate(&Value::Duration(i64::MIN))), "! overflow");
    let trouble = add(&d(1000), &Value::Int(2)).expect_err("a type error");
    assert_eq!(trouble.help.as_deref(), Some("a number of seconds is written 2s"));
}

#[test]
fn texts_lists_and_signals() {
    let signal = Value::Signal(Signal(34));
    let cases = [
        (text("ab"), "*", Value::Int(i64::MAX), "! too_large"),
        (text(""), "*", Value::Int(i64::MAX), "\"\""),
        (ints([]), "*", Value::Int(i64::MAX), "[]"),
        (ints([1]), "*", Value::Int(LIST_ELEMENTS as i64 + 1), "! too_large"),
        (text("a"), "*", Value::Int(TEXT_BYTES as i64 + 1), "! too_large"),
        (text("ab"), "*", Value::Int(-1), "\"\""),
        (Value::Int(2), "*", ints([1, 2]), "[1, 2, 1, 2]"),
        (text("任"), "+", text("务"), "\"任务\""),
        (ints([1]), "+", ints([2]), "[1, 2]"),
        (text("a"), "+", Value::Int(1), "! type"),
        (ints([1]), "+", Value::Int(1), "! type"),
        (text("a"), "*", text("a"), "! type"),
        (Value::Bool(true), "+", Value::Int(1), "! type"),
        (signal.clone(), "+", Value::Int(2), "SIGRTMIN+2"),
        (signal.clone(), "+", Value::Int(31), "! value"),
        (signal.clone(), "-", Value::Int(i64::MIN), "! value"),
        (Value::Signal(Signal(64)), "-", Value::Int(1), "SIGRTMIN+29"),
    ];
    for (left, op, right, wanted) in cases {
        assert_eq!(shown(&apply(&left, op, &right)), wanted, "{left:?} {op} {right:?}");
    }
    let trouble = add(&text("a"), &Value::Int(1)).expect_err("a type error");
    assert_eq!(trouble.message, "cannot add a string and an int");
    assert!(trouble.help.is_some_and(|help| help.contains("str(x)")));
    assert_eq!(shown(&not(&Value::Bool(true))), "false");
    assert_eq!(code(not(&Value::Int(0))), Code::TYPE);
}

#[test]
fn a_list_is_extended_itself_also_by_itself() {
    let mut list = ints([1, 2]);
    let other = list.clone();
    let same = list.clone();
    add_assign(&mut list, &same).expect("room");
    add_assign(&mut list, &ints([3])).expect("room");
    assert_eq!(shown(&Ok(other)), "[1, 2, 1, 2, 3]");
}

#[test]
fn a_text_grows_in_place_only_where_nothing_else_holds_it() {
    let mut grown = text("a");
    let before = grown.clone();
    add_assign(&mut grown, &text("b")).expect("room");
    assert_eq!((shown(&Ok(before)), shown(&Ok(grown.clone()))), ("\"a\"".into(), "\"ab\"".into()));
    let Value::Str(alone) = &mut grown else { unreachable!() };
    Rc::make_mut(alone).reserve(1000);
    let address = alone.as_ptr();
    for _ in 0..500 {
        add_assign(&mut grown, &text("cd")).expect("room");
    }
    let Value::Str(alone) = &grown else { unreachable!() };
    assert_eq!((alone.as_ptr(), alone.len()), (address, 1002));
}

#[test]
fn a_text_doubled_for_ever_ends_at_the_limit() {
    let mut grown = text("ab");
    let trouble = loop {
        let same = grown.clone();
        if let Err(trouble) = add_assign(&mut grown, &same) {
            break trouble;
        }
    };
    assert_eq!(trouble.code, Code::TOO_LARGE);
    assert!(trouble.message.contains(&TEXT_BYTES.to_string()), "{}", trouble.message);
}

#[test]
fn a_number_counts_seconds_where_a_duration_is_wanted() {
    assert_eq!(to_duration(&Value::Int(2)), Ok(2_000_000_000));
    assert_eq!(to_duration(&Value::Float(0.1)), Ok(100_000_000));
    assert_eq!(to_duration(&Value::Duration(7)), Ok(7));
    assert_eq!(code(to_duration(&Value::Int(-1))), Code::VALUE);
    assert_eq!(code(to_duration(&Value::Duration(-1))), Code::VALUE);
    assert_eq!(code(to_duration(&Value::Float(f64::NAN))), Code::VALUE);
    assert_eq!(code(to_duration(&Value::Float(f64::INFINITY))), Code::OVERFLOW);
    assert_eq!(code(to_duration(&Value::Int(i64::MAX))), Code::OVERFLOW);
    assert_eq!(code(to_duration(&text("1s"))), Code::TYPE);
}

fn fits(wide: i128) -> String {
    i64::try_from(wide).map_or_else(|_| "! overflow".to_owned(), |int| int.to_string())
}

fn edge_int() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        -9i64..9,
        Just(i64::MIN),
        Just(i64::MAX),
        (-70i64..70).prop_map(|by| i64::MAX - by.abs())
    ]
}

proptest! {
    #[test]
    fn ints_are_as_wider_ints_say(a in edge_int(), b in edge_int()) {
        let (left, right) = (Value::Int(a), Value::Int(b));
        let (a, b) = (i128::from(a), i128::from(b));
        prop_assert_eq!(shown(&add(&left, &right)), fits(a + b));
        prop_assert_eq!(shown(&subtract(&left, &right)), fits(a - b));
        prop_assert_eq!(shown(&multiply(&left, &right)), fits(a * b));
        if b != 0 {
            let mut floor = a / b;
            if a % b != 0 && (a < 0) != (b < 0) {
                floor -= 1;
            }
            prop_assert_eq!(shown(&floor_divide(&left, &right)), fits(floor));
            prop_assert_eq!(shown(&remainder(&left, &right)), fits(a - floor * b));
        }
    }

    #[test]
    fn true_division_is_the_nearest_float(a in edge_int(), b in edge_int()) {
        prop_assume!(b != 0);
        let Ok(Value::Float(quotient)) = divide(&Value::Int(a), &Value::Int(b)) else { panic!("no float") };
        // Neither neighbour is nearer: compared with the roughly right quotient of doubles.
        let rough = a as f64 / b as f64;
        prop_assert!((quotient - rough).abs() <= rough.abs() * 4.0 * f64::EPSILON);
        prop_assert_eq!(quotient, -match divide(&Value::Int(a), &Value::Int(b.checked_neg().unwrap_or(1))) {
            Ok(Value::Float(other)) if b != i64::MIN => other,
            _ => -quotient,
        });
    }

    #[test]
    fn a_quotient_and_a_remainder_make_the_number_again(a in -1e15f64..1e15, b in -1e6f64..1e6) {
        prop_assume!(b != 0.0);
        let (left, right) = (Value::Float(a), Value::Float(b));
        let (Ok(Value::Float(q)), Ok(Value::Float(r))) = (floor_divide(&left, &right), remainder(&left, &right)) else {
            panic!("no floats")
        };
        prop_assert!(r == 0.0 || (r < 0.0) == (b < 0.0));
        prop_assert!(r.abs() <= b.abs());
        prop_assert!((q * b + r - a).abs() <= a.abs() * 1e-12 + b.abs() * 1e-12);
    }
}
