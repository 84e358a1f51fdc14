//! Indexing and slicing.

use crate::values::{closed, code, ints, map, range, shown, text, texts};
use proctor::source::Code;
use proctor::value::Value;
use proctor::value::index::{elements, get_index, set_index};
use proptest::prelude::*;

#[test]
fn reading() {
    let xs = || ints([10, 20, 30]);
    let open = |start| range(start, i64::MAX);
    let cases = [
        (xs(), Value::Int(i64::MIN), "! index"),
        (xs(), Value::Int(3), "! index"),
        (xs(), Value::Int(-4), "! index"),
        (xs(), Value::Int(-1), "30"),
        (xs(), range(1, 3), "[20, 30]"),
        (xs(), closed(0, 1), "[10, 20]"),
        (xs(), closed(1, -1), "[20, 30]"),
        (xs(), closed(0, -2), "[10, 20]"),
        (xs(), range(0, -1), "[10, 20]"),
        (xs(), open(-2), "[20, 30]"),
        (xs(), range(-100, 100), "[10, 20, 30]"),
        (xs(), range(i64::MIN, i64::MAX), "[10, 20, 30]"),
        (xs(), range(2, 1), "[]"),
        (xs(), range(7, 9), "[]"),
        (xs(), text("a"), "! type"),
        (xs(), Value::Float(1.0), "! type"),
        (text("a任务b"), Value::Int(1), "\"任\""),
        (text("a任务b"), Value::Int(-1), "\"b\""),
        (text("a任务b"), Value::Int(-2), "\"务\""),
        (text("a任务b"), Value::Int(-4), "\"a\""),
        (text("a任务b"), Value::Int(-5), "! index"),
        (text("a任务b"), Value::Int(4), "! index"),
        (text(""), Value::Int(0), "! index"),
        (text(""), Value::Int(i64::MIN), "! index"),
        (text("a任务b"), range(1, 3), "\"任务\""),
        (text("a任务b"), range(3, 3), "\"\""),
        (text("a任务b"), open(2), "\"务b\""),
        (text("abc"), range(-2, i64::MAX), "\"bc\""),
        (Value::bytes(vec![1, 255]), Value::Int(-1), "255"),
        (Value::bytes(vec![1, 2, 3]), range(1, 3), "b\"\\x02\\x03\""),
        (range(10, 20), Value::Int(-1), "19"),
        (range(10, 20), range(2, -2), "12..18"),
        (range(i64::MIN, i64::MAX), Value::Int(-1), "9223372036854775806"),
        (range(5, 1), Value::Int(0), "! index"),
        (map(&[("a", Value::Int(1))]), text("a"), "1"),
        (map(&[("a", Value::Int(1))]), text("b"), "! key"),
        (map(&[("a", Value::Int(1))]), Value::Float(1.0), "! type"),
        (Value::Int(1), Value::Int(0), "! type"),
    ];
    for (container, index, wanted) in cases {
        assert_eq!(shown(&get_index(&container, &index)), wanted, "{container:?}[{index:?}]");
    }
}

#[test]
fn errors_say_what_there_is() {
    let trouble = get_index(&ints([1, 2, 3]), &Value::Int(5)).expect_err("outside");
    assert_eq!(trouble.message, "index 5 is outside the list, whose length is 3");
    assert_eq!(trouble.help.as_deref(), Some("indices go from 0 to 2, or from -1 down to -3"));
    let entries = map(&[("name", Value::None), ("age", Value::None)]);
    let help = |key| get_index(&entries, &text(key)).expect_err("missing").help;
    assert_eq!(help("naem").as_deref(), Some("did you mean \"name\"?"));
    assert_eq!(help("zzzzzz").as_deref(), Some("it has \"name\", \"age\""));
}

#[test]
fn writing() {
    let list = ints([1, 2]);
    set_index(&list, &Value::Int(-1), text("x")).expect("inside");
    assert_eq!(shown(&Ok(list.clone())), "[1, \"x\"]");
    assert_eq!(code(set_index(&list, &Value::Int(2), Value::None)), Code::INDEX);
    assert_eq!(code(set_index(&list, &range(0, 1), Value::None)), Code::TYPE);
    let entries = map(&[("a", Value::Int(1))]);
    set_index(&entries, &text("b"), Value::Int(2)).expect("a key");
    set_index(&entries, &text("a"), Value::Int(3)).expect("a key");
    assert_eq!(shown(&Ok(entries.clone())), "{a: 3, b: 2}");
    assert_eq!(code(set_index(&entries, &ints([]), Value::None)), Code::TYPE);
    assert_eq!(code(set_index(&text("abc"), &Value::Int(0), text("x"))), Code::TYPE);
    assert_eq!(code(set_index(&Value::None, &Value::Int(0), text("x"))), Code::TYPE);
}

#[test]
fn going_through() {
    let shown = |value: &Value| elements(value).map(Value::list);
    assert_eq!(crate::values::shown(&shown(&range(1, 4))), "[1, 2, 3]");
    assert_eq!(crate::values::shown(&shown(&text("a任"))), "[\"a\", \"任\"]");
    assert_eq!(crate::values::shown(&shown(&map(&[("k", Value::None)]))), "[\"k\"]");
    assert_eq!(crate::values::shown(&shown(&texts(&[]))), "[]");
    assert_eq!(code(elements(&range(0, 1_000_000_000))), Code::TOO_LARGE);
    assert_eq!(code(elements(&range(i64::MIN, i64::MAX))), Code::TOO_LARGE);
    assert_eq!(code(elements(&Value::Int(3))), Code::TYPE);
}

proptest! {
    #[test]
    fn a_character_is_the_same_from_a_string_and_from_its_characters(string in "[ab任é]{0,12}", index in -14i64..14) {
        let chars = Value::list(string.chars().map(Value::str).collect());
        let string = text(&string);
        prop_assert_eq!(shown(&get_index(&string, &Value::Int(index))), shown(&get_index(&chars, &Value::Int(index))));
    }

    #[test]
    fn a_slice_is_the_same_from_every_sequence(start in -9i64..9, end in -9i64..9, inclusive: bool, length in 0i64..8) {
        let part = if inclusive { closed(start, end) } else { range(start, end) };
        let list = get_index(&ints(0..length), &part);
        let from_range = get_index(&range(0, length), &part).and_then(|range| elements(&range)).map(Value::list);
        prop_assert_eq!(shown(&list), shown(&from_range));
        for digits in ["01234567", "〇一二三四五六七"] {
            let string: String = digits.chars().take(length as usize).collect();
            let sliced = get_index(&text(&string), &part).and_then(|text| elements(&text)).map(Value::list);
            let wanted = elements(list.as_ref().expect("a list")).expect("a list");
            let wanted = wanted.iter().map(|place| match place {
                Value::Int(place) => Value::str(digits.chars().nth(*place as usize).expect("a digit")),
                _ => Value::None,
            });
            prop_assert_eq!(shown(&sliced), shown(&Ok(Value::list(wanted.collect()))));
        }
    }
}
