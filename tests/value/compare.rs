//! Equality, order and membership.

use crate::values::{
    any_value, closed, code, deep, doubled, function, ints, knot, map, process, range, regex, text, texts,
    untie,
};
use proctor::source::Code;
use proctor::value::compare::{
    contains, equal, greater, greater_equal, in_any_order, less, less_equal, matches, order,
};
use proctor::value::limit::UNHASHED_ELEMENTS;
use proctor::value::{Object, ObjectKind, ProcessRef, Signal, Value};
use proptest::prelude::*;
use std::cmp::Ordering;

const BIG: i64 = (1 << 53) + 1;

#[test]
fn equality() {
    let lock = |index| Value::Object(Object { kind: ObjectKind::Lock, index });
    let cases = [
        // An int that no float can hold is not the float that it would be rounded to.
        (Value::Int(BIG), Value::Float(BIG as f64), false),
        (Value::Int(i64::MAX), Value::Float(2f64.powi(63)), false),
        (Value::Int(i64::MIN), Value::Float(-2f64.powi(63)), true),
        (Value::Int(1), Value::Float(1.0), true),
        (Value::Int(0), Value::Float(-0.0), true),
        (Value::Float(f64::NAN), Value::Float(f64::NAN), false),
        (Value::Bool(true), Value::Int(1), false),
        (Value::Duration(1_000_000_000), Value::Int(1), false),
        (text("1"), Value::Int(1), false),
        (Value::Absent, Value::None, true),
        (ints([1, 2]), Value::list(vec![Value::Float(1.0), Value::Int(2)]), true),
        (ints([1, 2]), ints([1, 2, 3]), false),
        (
            map(&[("a", Value::Int(1)), ("b", Value::None)]),
            map(&[("b", Value::None), ("a", Value::Int(1))]),
            true,
        ),
        (map(&[("a", Value::Int(1))]), map(&[("b", Value::Int(1))]), false),
        (closed(1, 3), range(1, 4), true),
        (range(5, 1), range(0, 0), true),
        (range(1, 2), ints([1]), false),
        (process(1, 1, 50), process(1, 1, 51), true),
        (process(1, 1, 50), process(1, 2, 50), false),
        (process(ProcessRef::OUTSIDE, 0, 50), process(ProcessRef::OUTSIDE, 9, 50), true),
        (process(ProcessRef::OUTSIDE, 0, 50), process(1, 1, 50), false),
        (function("f"), function("f"), false),
        (Value::Signal(Signal(9)), Value::Int(9), false),
        (regex("a"), regex("a"), true),
        (lock(1), lock(1), true),
        (lock(1), lock(2), false),
    ];
    for (left, right, wanted) in cases {
        assert_eq!(equal(&left, &right), Ok(wanted), "{left:?} == {right:?}");
        assert_eq!(equal(&right, &left), Ok(wanted), "{right:?} == {left:?}");
    }
    let same = function("f");
    assert_eq!(equal(&same, &same.clone()), Ok(true));
}

#[test]
fn order_of_values_of_one_kind() {
    let cases = [
        (Value::Int(BIG), Value::Float(BIG as f64), Ordering::Greater),
        (Value::Int(-1), Value::Float(-0.5), Ordering::Less),
        (Value::Int(0), Value::Float(-0.5), Ordering::Greater),
        (Value::Int(i64::MAX), Value::Float(f64::INFINITY), Ordering::Less),
        (Value::Int(i64::MIN), Value::Float(f64::NEG_INFINITY), Ordering::Greater),
        (Value::Duration(3_499_999_999), Value::Float(3.5), Ordering::Less),
        (Value::Duration(2_000_000_000), Value::Int(2), Ordering::Equal),
        (Value::Int(i64::MAX), Value::Duration(i64::MAX), Ordering::Greater),
        (ints([1, 2]), ints([1, 2, 0]), Ordering::Less),
        (ints([2]), ints([1, 9]), Ordering::Greater),
        (
            Value::list(vec![Value::None, Value::Int(1)]),
            Value::list(vec![Value::None, Value::Int(2)]),
            Ordering::Less,
        ),
        (Value::list(vec![ints([1]), ints([2])]), Value::list(vec![ints([1]), ints([3])]), Ordering::Less),
        (text("Z"), text("a"), Ordering::Less),
        (text("a"), text("任"), Ordering::Less),
        (Value::Bool(false), Value::Bool(true), Ordering::Less),
    ];
    for (left, right, wanted) in cases {
        assert_eq!(order(&left, &right), Ok(wanted), "{left:?} {right:?}");
        assert_eq!(order(&right, &left), Ok(wanted.reverse()), "{right:?} {left:?}");
    }
}

#[test]
fn what_has_no_order() {
    let types = [
        (text("1"), Value::Int(1)),
        (Value::None, Value::None),
        (Value::Bool(true), Value::Int(1)),
        (Value::Duration(1), text("1s")),
        (Value::Duration(1), Value::Instant(1)),
        (map(&[]), map(&[])),
        (process(1, 1, 1), process(2, 1, 2)),
        (ints([1]), texts(&["a"])),
    ];
    for (left, right) in types {
        assert_eq!(code(order(&left, &right)), Code::TYPE, "{left:?} {right:?}");
        assert_eq!(code(less(&left, &right)), Code::TYPE);
    }
    let (nan, one) = (Value::Float(f64::NAN), Value::Int(1));
    assert_eq!(code(order(&nan, &one)), Code::VALUE);
    for compare in [less, less_equal, greater, greater_equal] {
        assert_eq!(compare(&nan, &one), Ok(false));
        assert_eq!(compare(&one, &nan), Ok(false));
    }
    assert_eq!(less_equal(&one, &one), Ok(true));
    assert_eq!(greater(&one, &one), Ok(false));
}

#[test]
fn values_without_end_are_an_error() {
    let (a, b) = (knot(), knot());
    assert_eq!(code(equal(&a, &b)), Code::RECURSION);
    assert_eq!(code(order(&a, &b)), Code::RECURSION);
    assert_eq!(code(in_any_order(&a, &b)), Code::RECURSION);
    assert_eq!(equal(&a, &a.clone()), Ok(true));
    untie(&a);
    untie(&b);
    assert_eq!(code(equal(&deep(100_000), &deep(100_000))), Code::RECURSION);
    assert_eq!(equal(&deep(200), &deep(200)), Ok(true));
    assert_eq!(code(equal(&doubled(100), &doubled(100))), Code::TOO_LARGE);
}

#[test]
fn differences_far_in_do_not_count_as_depth() {
    // Each level is looked through for equality first, and comes back from below without an error.
    let pair = |inner: Value, last| Value::list(vec![inner, Value::Int(last)]);
    let nested = |last: i64| (0..150).fold(Value::Int(last), |inner, _| pair(inner, 0));
    assert_eq!(order(&nested(1), &nested(2)), Ok(Ordering::Less));
}

#[test]
fn membership() {
    let cases = [
        (text("task"), text("as"), true),
        (text("task"), text(""), true),
        (Value::bytes(vec![1, 2, 3]), Value::bytes(vec![2, 3]), true),
        (Value::bytes(vec![1, 2, 3]), Value::bytes(vec![]), true),
        (Value::bytes(vec![1, 2, 3]), Value::Int(3), true),
        (Value::bytes(vec![1, 2, 3]), Value::Int(259), false),
        (ints([1, 2]), Value::Float(2.0), true),
        (ints([1, 2]), text("1"), false),
        (map(&[("a", Value::None)]), text("a"), true),
        (map(&[("a", Value::None)]), Value::Int(1), false),
        (range(0, i64::MAX), Value::Int(i64::MAX), false),
        (range(1, 4), Value::Float(3.0), true),
        (range(1, 4), Value::Float(2.5), false),
        (range(4, 1), Value::Int(2), false),
    ];
    for (container, item, wanted) in cases {
        assert_eq!(contains(&container, &item), Ok(wanted), "{item:?} in {container:?}");
    }
    for (container, item) in [
        (text("1"), Value::Int(1)),
        (Value::Int(1), Value::Int(1)),
        (map(&[]), ints([])),
        (text("a"), regex("a")),
    ] {
        assert_eq!(code(contains(&container, &item)), Code::TYPE);
    }
}

#[test]
fn matching() {
    assert_eq!(matches(&text("abc 42"), &regex(r"\d+$")), Ok(true));
    assert_eq!(matches(&text("abc"), &regex(r"\d")), Ok(false));
    let trouble = matches(&text("a"), &text("a")).expect_err("a type error");
    assert!(trouble.help.is_some_and(|help| help.contains("re\"")));
    assert_eq!(code(matches(&Value::Int(1), &regex("1"))), Code::TYPE);
}

#[test]
fn the_same_in_any_order() {
    assert_eq!(in_any_order(&text("b\na\na\n"), &text("a\nb\r\na")), Ok(true));
    assert_eq!(in_any_order(&text("a\na\nb"), &text("a\nb\nb")), Ok(false));
    let mixed = |order: &[usize]| {
        let items = [Value::Float(1.0), ints([1]), text("x"), Value::None, ints([2]), Value::Float(0.5)];
        Value::list(order.iter().map(|place| items[*place].clone()).collect())
    };
    assert_eq!(in_any_order(&mixed(&[0, 1, 2, 3, 4, 5]), &mixed(&[5, 4, 3, 2, 1, 0])), Ok(true));
    assert_eq!(in_any_order(&mixed(&[0, 1, 1]), &mixed(&[1, 0, 4])), Ok(false));
    assert_eq!(in_any_order(&ints([1, 2]), &Value::list(vec![Value::Float(2.0), Value::Int(1)])), Ok(true));
    assert_eq!(code(in_any_order(&text("a"), &ints([]))), Code::TYPE);
    let many = Value::list(vec![ints([1]); UNHASHED_ELEMENTS + 1]);
    assert_eq!(code(in_any_order(&many, &many.clone())), Code::TOO_LARGE);
}

/// A model of order in any order: sorted texts of the elements.
fn sorted_literals(value: &Value) -> Vec<String> {
    let Value::List(list) = value else { return Vec::new() };
    let mut texts: Vec<String> = list.0.borrow().iter().map(proctor::value::text::literal).collect();
    texts.sort();
    texts
}

proptest! {
    #[test]
    fn order_is_total_on_numbers(a in any::<i64>(), b in any::<i64>(), c in any::<i64>(), shift in 0u32..12) {
        // Floats near the ints, where rounding would break the order.
        let numbers = [Value::Int(a), Value::Float(a as f64), Value::Int(a ^ (1 << shift)), Value::Int(b), Value::Float(c as f64)];
        for x in &numbers {
            for y in &numbers {
                let forth = order(x, y).expect("an order");
                prop_assert_eq!(forth, order(y, x).expect("an order").reverse());
                prop_assert_eq!(forth.is_eq(), equal(x, y).expect("values"));
                for z in &numbers {
                    if forth.is_le() && order(y, z).expect("an order").is_le() {
                        prop_assert!(order(x, z).expect("an order").is_le(), "{:?} {:?} {:?}", x, y, z);
                    }
                }
            }
        }
    }

    #[test]
    fn in_any_order_is_equality_when_sorted(
        items in prop::collection::vec(prop_oneof![
            (0i64..4).prop_map(Value::Int), "[ab]{1,2}".prop_map(Value::str), (0i64..3).prop_map(|int| ints([int])),
        ], 0..7),
        other in prop::collection::vec(0usize..7, 0..7),
    ) {
        let right = Value::list(other.iter().filter_map(|place| items.get(*place).cloned()).collect());
        let left = Value::list(items);
        prop_assert_eq!(in_any_order(&left, &right), Ok(sorted_literals(&left) == sorted_literals(&right)));
    }

    #[test]
    fn equality_is_the_same_from_both_sides(a in any_value(), b in any_value()) {
        prop_assert_eq!(equal(&a, &b), equal(&b, &a));
    }
}
