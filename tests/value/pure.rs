//! The built-in functions and methods that only compute.

use crate::values::{closed, function, ints, map, range, regex, text, texts};
use proctor::execute::pure::{builtin, method};
use proctor::execute::{Call, Stop};
use proctor::program::{BUILTINS, METHODS, Method, Receiver};
use proctor::source::Code;
use proctor::value::text::literal;
use proctor::value::{Signal, Trouble, Value};
use proptest::prelude::*;

/// Calls a Rust function for every function value.
pub struct Caller<F>(pub F);

impl<F: FnMut(&[Value]) -> Result<Value, Stop>> Call for Caller<F> {
    fn call(&mut self, _: &Value, args: &[Value]) -> Result<Value, Stop> {
        self.0(args)
    }
}

fn nothing() -> impl Call {
    Caller(|_: &[Value]| Ok(Value::None))
}

pub fn show(result: Result<Value, Stop>) -> String {
    match result {
        Ok(value) => literal(&value),
        Err(Stop::Trouble(trouble)) => format!("! {}", trouble.code),
        Err(other) => format!("! {other:?}"),
    }
}

fn call(name: &str, args: &[Value]) -> String {
    let row = BUILTINS.iter().find(|row| row.name == name).expect("a built-in");
    show(builtin(row.builtin, args, &mut nothing()).expect("a pure one"))
}

fn trouble(result: Option<Result<Value, Stop>>) -> Trouble {
    match result {
        Some(Err(Stop::Trouble(trouble))) => *trouble,
        other => panic!("no trouble: {other:?}"),
    }
}

fn ask(receiver: &Value, name: &str, args: &[Value]) -> String {
    ask_with(receiver, name, args, &mut nothing())
}

fn ask_with(receiver: &Value, name: &str, args: &[Value], call: &mut dyn Call) -> String {
    let name = Method::named(name).expect("a method's name");
    show(method(receiver, name, args, call).expect("a method of it"))
}

fn floats(floats: &[f64]) -> Value {
    Value::list(floats.iter().map(|float| Value::Float(*float)).collect())
}

#[test]
fn ints_from_other_values() {
    let base = |base| Value::Int(base);
    let cases: Vec<(Vec<Value>, &str)> = vec![
        (vec![text("-9223372036854775808")], "-9223372036854775808"),
        (vec![text("9223372036854775808")], "! overflow"),
        (vec![text(" 1_000\n")], "1000"),
        (vec![text("1__0")], "! value"),
        (vec![text("_1")], "! value"),
        (vec![text("1_")], "! value"),
        (vec![text("+-1")], "! value"),
        (vec![text("")], "! value"),
        (vec![text("-")], "! value"),
        (vec![text("abc")], "! value"),
        (vec![text("0x1f")], "! value"),
        (vec![text("1.5")], "! value"),
        (vec![text("0x1f"), base(16)], "31"),
        (vec![text("-0X1F"), base(0)], "-31"),
        (vec![text("0b101"), base(0)], "5"),
        (vec![text("0x_1"), base(16)], "1"),
        (vec![text("0x"), base(16)], "! value"),
        (vec![text("zz"), base(36)], "1295"),
        (vec![text("8"), base(8)], "! value"),
        (vec![text("1"), base(1)], "! value"),
        (vec![text("1"), base(37)], "! value"),
        (vec![text("任"), base(16)], "! value"),
        (vec![Value::Int(1), base(10)], "! type"),
        (vec![Value::Float(-2.9)], "-2"),
        (vec![Value::Float(1e19)], "! overflow"),
        (vec![Value::Float(9_223_372_036_854_775_808.0)], "! overflow"),
        (vec![Value::Float(f64::NAN)], "! value"),
        (vec![Value::Bool(true)], "1"),
        (vec![Value::Signal(Signal(9))], "9"),
        (vec![Value::Duration(1)], "! type"),
        (vec![], "! argument_count"),
        (vec![base(1), base(1), base(1)], "! argument_count"),
    ];
    for (args, wanted) in cases {
        assert_eq!(call("int", &args), wanted, "{args:?}");
    }
    let help =
        |string| trouble(builtin(proctor::program::Builtin::Int, &[text(string)], &mut nothing())).help;
    assert_eq!(help("0x1f").as_deref(), Some("say its base: int(text, 16)"));
    assert_eq!(help("1.5").as_deref(), Some("make it a float first: int(float(text))"));
}

#[test]
fn floats_bools_types_and_texts() {
    let cases = [
        ("float", text(" 1_0.5e1 "), "105.0"),
        ("float", text("1_.5"), "! value"),
        ("float", text("-inf"), "-inf"),
        ("float", text("x"), "! value"),
        ("float", Value::Duration(1_500_000_000), "1.5"),
        ("float", Value::Int(i64::MAX), "9.223372036854776e18"),
        ("float", Value::None, "! type"),
        ("bool", text("true"), "true"),
        ("bool", text("yes"), "! value"),
        ("bool", Value::Int(1), "! type"),
        ("type", Value::Duration(1), "\"duration\""),
        ("type", ints([]), "\"list\""),
        ("str", ints([1]), "\"[1]\""),
        ("str", text("a"), "\"a\""),
        ("len", text("任务"), "2"),
        ("len", Value::bytes(vec![0; 3]), "3"),
        ("len", closed(1, 3), "3"),
        ("len", range(i64::MIN, i64::MAX), "! overflow"),
        ("len", Value::Int(1), "! type"),
        ("abs", Value::Int(i64::MIN), "! overflow"),
        ("abs", Value::Float(-0.5), "0.5"),
        ("abs", Value::Duration(-1_000_000), "1ms"),
        ("abs", text("a"), "! type"),
    ];
    for (name, arg, wanted) in cases {
        assert_eq!(call(name, std::slice::from_ref(&arg)), wanted, "{name}({arg:?})");
    }
}

/// The ints and floats are what Python 3.11's `round` gives.
#[test]
fn rounding() {
    let cases = [
        (Value::Float(0.5), None, "0"),
        (Value::Float(1.5), None, "2"),
        (Value::Float(2.5), None, "2"),
        (Value::Float(-2.5), None, "-2"),
        (Value::Float(2.675), Some(2), "2.67"),
        (Value::Float(0.15), Some(1), "0.1"),
        (Value::Float(1234.5), Some(-2), "1200.0"),
        (Value::Float(1e300), Some(2), "1e300"),
        (Value::Float(5e-324), Some(400), "5e-324"),
        (Value::Float(1.5), Some(i64::MIN), "0.0"),
        (Value::Float(1.5), Some(i64::MAX), "1.5"),
        (Value::Float(f64::NAN), None, "! value"),
        (Value::Float(f64::INFINITY), None, "! overflow"),
        (Value::Float(f64::INFINITY), Some(2), "inf"),
        (Value::Int(1250), Some(-2), "1200"),
        (Value::Int(1350), Some(-2), "1400"),
        (Value::Int(-150), Some(-2), "-200"),
        (Value::Int(-151), Some(-2), "-200"),
        (Value::Int(i64::MAX), Some(-1), "! overflow"),
        (Value::Int(i64::MAX), Some(-18), "9000000000000000000"),
        (Value::Int(i64::MAX), Some(-19), "! overflow"),
        (Value::Int(i64::MAX), Some(i64::MIN), "0"),
        (Value::Int(7), Some(2), "7"),
        (Value::Duration(1_234_567_890), Some(2), "1.23s"),
        (Value::Duration(1_500_000_000), None, "2s"),
        (text("1"), None, "! type"),
    ];
    for (value, digits, wanted) in cases {
        let args: Vec<Value> = std::iter::once(value).chain(digits.map(Value::Int)).collect();
        assert_eq!(call("round", &args), wanted, "{args:?}");
    }
}

#[test]
fn ranges_sums_and_extremes() {
    let int = Value::Int;
    let cases: Vec<(&str, Vec<Value>, &str)> = vec![
        ("range", vec![int(3)], "0..3"),
        ("range", vec![int(1), int(3)], "1..3"),
        ("range", vec![int(1), int(8), int(3)], "[1, 4, 7]"),
        ("range", vec![int(3), int(0), int(-1)], "[3, 2, 1]"),
        ("range", vec![int(0), int(3), int(-1)], "[]"),
        ("range", vec![int(i64::MAX), int(i64::MIN), int(i64::MIN)], "[9223372036854775807, -1]"),
        ("range", vec![int(0), int(1), int(0)], "! value"),
        ("range", vec![int(0), int(1_000_000_000), int(1)], "! too_large"),
        ("range", vec![Value::Float(1.0)], "! type"),
        ("min", vec![ints([])], "! value"),
        ("min", vec![ints([3, 1, 2])], "1"),
        ("max", vec![int(1), Value::Float(2.5), int(2)], "2.5"),
        ("max", vec![range(0, i64::MAX)], "9223372036854775806"),
        ("max", vec![range(3, 1)], "! value"),
        ("max", vec![int(1)], "! type"),
        ("max", vec![int(1), text("a")], "! type"),
        ("min", vec![floats(&[1.0, f64::NAN])], "! value"),
        ("min", vec![], "! argument_count"),
        ("sum", vec![ints([])], "0"),
        ("sum", vec![ints([i64::MAX, 1])], "! overflow"),
        ("sum", vec![ints([1, 2, 3])], "6"),
        ("sum", vec![Value::list(vec![Value::Duration(1_000_000), Value::Duration(2_000_000)])], "3ms"),
        ("sum", vec![Value::list(vec![int(1), Value::Float(0.5)])], "1.5"),
        ("sum", vec![texts(&["a"])], "! type"),
        ("sum", vec![Value::list(vec![int(1), Value::Duration(1)])], "! type"),
        ("sum", vec![range(0, 1_000_000_000)], "499999999500000000"),
        ("sum", vec![range(i64::MIN, i64::MAX)], "! overflow"),
        ("sum", vec![range(-1_000_000_000_000, 1_000_000_000_001)], "0"),
        ("sum", vec![int(1)], "! type"),
    ];
    for (name, args, wanted) in cases {
        assert_eq!(call(name, &args), wanted, "{name} {args:?}");
    }
}

#[test]
fn what_goes_through_sequences() {
    let int = Value::Int;
    let cases: Vec<(&str, Vec<Value>, &str)> = vec![
        ("sorted", vec![texts(&["b", "a", "任"])], "[\"a\", \"b\", \"任\"]"),
        ("sorted", vec![floats(&[2.0, f64::NAN, 1.0])], "! value"),
        ("sorted", vec![Value::list(vec![int(1), text("a")])], "! type"),
        ("sorted", vec![Value::list(vec![int(2), Value::Float(1.5), int(1)])], "[1, 1.5, 2]"),
        ("sorted", vec![closed(1, 3)], "[1, 2, 3]"),
        ("sorted", vec![ints([2, 1]), Value::None], "[1, 2]"),
        ("sorted", vec![ints([2, 1]), int(1)], "! type"),
        ("reversed", vec![text("ab")], "[\"b\", \"a\"]"),
        ("enumerate", vec![texts(&["a", "b"])], "[[0, \"a\"], [1, \"b\"]]"),
        ("zip", vec![ints([1, 2, 3]), range(0, i64::MAX), text("ab")], "[[1, 0, \"a\"], [2, 1, \"b\"]]"),
        ("zip", vec![ints([1]), int(1)], "! type"),
        ("zip", vec![range(0, i64::MAX), range(0, i64::MAX)], "! too_large"),
        ("any", vec![ints([])], "false"),
        ("all", vec![ints([])], "true"),
        ("any", vec![Value::list(vec![Value::Bool(true), int(1)])], "true"),
        ("all", vec![Value::list(vec![Value::Bool(true), int(1)])], "! type"),
        ("assert_eq", vec![int(1), Value::Float(1.0)], "none"),
        ("assert_eq", vec![int(1), text("1")], "! assert"),
    ];
    for (name, args, wanted) in cases {
        assert_eq!(call(name, &args), wanted, "{name} {args:?}");
    }
    let args = [int(1), text("1"), text("why")];
    let trouble = trouble(builtin(proctor::program::Builtin::AssertEq, &args, &mut nothing()));
    assert_eq!(trouble.message, "why: 1 (int) is not equal to \"1\" (string)");
}

#[test]
fn strings() {
    let cases: Vec<(&str, &str, Vec<Value>, &str)> = vec![
        ("任务 a", "len", vec![], "4"),
        ("straße", "upper", vec![], "\"STRASSE\""),
        ("\u{3000} a\n", "trim", vec![], "\"a\""),
        (" a  b\n", "split", vec![], "[\"a\", \"b\"]"),
        ("a,b,,c", "split", vec![text(",")], "[\"a\", \"b\", \"\", \"c\"]"),
        ("a1b22c", "split", vec![regex(r"\d+")], "[\"a\", \"b\", \"c\"]"),
        ("abc", "split", vec![text("")], "! value"),
        ("abc", "split", vec![Value::Int(1)], "! type"),
        ("", "split", vec![text(",")], "[\"\"]"),
        ("a\r\nb\n\nc\n", "lines", vec![], "[\"a\", \"b\", \"\", \"c\"]"),
        ("", "lines", vec![], "[]"),
        ("aXbX", "replace", vec![text("X"), text("$0")], "\"a$0b$0\""),
        ("a1b22", "replace", vec![regex(r"\d+"), text("$0")], "\"a$0b$0\""),
        ("任务", "replace", vec![text(""), text("-")], "\"-任-务-\""),
        ("任务", "replace", vec![regex(""), text("-")], "\"-任-务-\""),
        ("a", "replace", vec![text("a"), Value::None], "! type"),
        ("a", "replace", vec![text("a")], "! argument_count"),
        ("任务a", "find", vec![text("a")], "2"),
        ("任务a1", "find", vec![regex(r"\d")], "3"),
        ("abc", "find", vec![text("x")], "none"),
        ("abc", "contains", vec![text("b")], "true"),
        ("abc", "contains", vec![regex("b")], "! type"),
        ("abc", "starts_with", vec![text("ab")], "true"),
        ("abc", "ends_with", vec![text("ab")], "false"),
        ("ab", "repeat", vec![Value::Int(2)], "\"abab\""),
        ("ab", "repeat", vec![Value::Int(-1)], "\"\""),
        ("ab", "repeat", vec![Value::Int(1 << 30)], "! too_large"),
        ("ab", "repeat", vec![Value::Float(1.0)], "! type"),
        ("任", "bytes", vec![], "b\"\\xe4\\xbb\\xbb\""),
    ];
    for (string, name, args, wanted) in cases {
        assert_eq!(ask(&text(string), name, &args), wanted, "{string:?}.{name}({args:?})");
    }
    assert_eq!(ask(&Value::bytes("任".into()), "decode", &[]), "\"任\"");
    assert_eq!(ask(&Value::bytes(vec![b'a', 255]), "decode", &[]), "! value");
    assert_eq!(
        ask(&text(&"a".repeat(1 << 20)), "replace", &[text("a"), text(&"b".repeat(1 << 10))]),
        "! too_large"
    );
}

#[test]
fn lists_that_change() {
    let list = ints([1, 2, 3]);
    let steps: Vec<(&str, Vec<Value>, &str, &str)> = vec![
        ("push", vec![Value::Int(4)], "none", "[1, 2, 3, 4]"),
        ("pop", vec![], "4", "[1, 2, 3]"),
        ("pop", vec![Value::Int(-3)], "1", "[2, 3]"),
        ("pop", vec![Value::Int(2)], "! index", "[2, 3]"),
        ("pop", vec![Value::Int(i64::MIN)], "! index", "[2, 3]"),
        ("insert", vec![Value::Int(0), Value::Int(9)], "none", "[9, 2, 3]"),
        ("insert", vec![Value::Int(i64::MAX), Value::Int(8)], "none", "[9, 2, 3, 8]"),
        ("insert", vec![Value::Int(i64::MIN), Value::Int(7)], "none", "[7, 9, 2, 3, 8]"),
        ("insert", vec![Value::Int(-1), Value::Int(6)], "none", "[7, 9, 2, 3, 6, 8]"),
        ("insert", vec![text("a"), Value::Int(6)], "! type", "[7, 9, 2, 3, 6, 8]"),
        ("remove", vec![Value::Float(9.0)], "none", "[7, 2, 3, 6, 8]"),
        ("remove", vec![Value::Int(5)], "! value", "[7, 2, 3, 6, 8]"),
        ("sort", vec![], "none", "[2, 3, 6, 7, 8]"),
        ("reverse", vec![], "none", "[8, 7, 6, 3, 2]"),
        ("first", vec![], "8", "[8, 7, 6, 3, 2]"),
        ("last", vec![], "2", "[8, 7, 6, 3, 2]"),
        ("index", vec![Value::Int(6)], "2", "[8, 7, 6, 3, 2]"),
        ("index", vec![Value::Int(5)], "none", "[8, 7, 6, 3, 2]"),
        ("count", vec![Value::Float(6.0)], "1", "[8, 7, 6, 3, 2]"),
        ("contains", vec![Value::Int(6)], "true", "[8, 7, 6, 3, 2]"),
        ("join", vec![text("-")], "\"8-7-6-3-2\"", "[8, 7, 6, 3, 2]"),
        ("join", vec![Value::Int(1)], "! type", "[8, 7, 6, 3, 2]"),
        ("max", vec![], "8", "[8, 7, 6, 3, 2]"),
        ("len", vec![Value::Int(1)], "! argument_count", "[8, 7, 6, 3, 2]"),
    ];
    for (name, args, wanted, after) in steps {
        assert_eq!(
            (ask(&list, name, &args).as_str(), literal(&list).as_str()),
            (wanted, after),
            "{name}({args:?})"
        );
    }
    let empty = ints([]);
    for (name, wanted) in
        [("pop", "! index"), ("first", "none"), ("last", "none"), ("min", "! value"), ("join", "\"\"")]
    {
        assert_eq!(ask(&empty, name, &[]), wanted, "{name}");
    }
}

#[test]
fn maps() {
    let entries = map(&[("a", Value::Int(1)), ("b", Value::Int(2)), ("c", Value::Int(3))]);
    let steps: Vec<(&str, Vec<Value>, &str)> = vec![
        ("len", vec![], "3"),
        ("keys", vec![], "[\"a\", \"b\", \"c\"]"),
        ("values", vec![], "[1, 2, 3]"),
        ("get", vec![text("a")], "1"),
        ("get", vec![text("x")], "none"),
        ("get", vec![text("x"), Value::Int(0)], "0"),
        ("get", vec![ints([])], "! type"),
        ("has", vec![text("a")], "true"),
        ("has", vec![Value::Int(1)], "false"),
        ("remove", vec![text("a")], "1"),
        ("remove", vec![text("a")], "! key"),
        ("items", vec![], "[[\"b\", 2], [\"c\", 3]]"),
    ];
    for (name, args, wanted) in steps {
        assert_eq!(ask(&entries, name, &args), wanted, "{name}({args:?})");
    }
}

#[test]
fn functions_of_elements() {
    let f = function("f");
    let mut even = Caller(|args: &[Value]| match args {
        [Value::Int(int)] => Ok(Value::Bool(int % 2 == 0)),
        _ => Ok(Value::None),
    });
    for numbers in [ints(0..5), range(0, 5)] {
        let args = std::slice::from_ref(&f);
        assert_eq!(ask_with(&numbers, "map", args, &mut even), "[true, false, true, false, true]");
        assert_eq!(ask_with(&numbers, "filter", args, &mut even), "[0, 2, 4]");
        assert_eq!(ask_with(&numbers, "count", args, &mut even), "3");
        assert_eq!(ask_with(&numbers, "any", args, &mut even), "true");
        assert_eq!(ask_with(&numbers, "all", args, &mut even), "false");
        assert_eq!(ask_with(&numbers, "filter", args, &mut nothing()), "! type");
        let mut stops = Caller(|_: &[Value]| Err(Stop::Exit(3)));
        assert_eq!(ask_with(&numbers, "map", args, &mut stops), "! Exit(3)");
    }
    // The first true one decides, however long the range.
    assert_eq!(ask_with(&range(0, i64::MAX), "any", std::slice::from_ref(&f), &mut even), "true");
    assert_eq!(ask_with(&range(0, i64::MAX), "map", std::slice::from_ref(&f), &mut even), "! too_large");
    assert_eq!(ask(&range(0, i64::MAX), "count", &[Value::Int(5)]), "1");
    assert_eq!(ask(&closed(1, 4), "sum", &[]), "10");
}

#[test]
fn a_function_may_change_the_very_list() {
    for name in ["map", "filter", "any", "all", "count"] {
        let list = ints([1, 2, 3]);
        let same = list.clone();
        let mut calls = 0;
        let mut changes = Caller(|_: &[Value]| {
            calls += 1;
            let Value::List(items) = &same else { unreachable!() };
            items.0.borrow_mut().push(Value::Int(9));
            items.0.borrow_mut().remove(0);
            Ok(Value::Bool(calls == 2))
        });
        let result = ask_with(&list, name, &[function("f")], &mut changes);
        assert!(!result.starts_with('!'), "{name}: {result}");
    }
    let list = ints([3, 1, 2]);
    let same = list.clone();
    let mut pushes = Caller(|_: &[Value]| {
        let Value::List(items) = &same else { unreachable!() };
        items.0.borrow_mut().push(Value::Int(9));
        Ok(Value::Int(0))
    });
    assert_eq!(ask_with(&list, "sort", &[function("f")], &mut pushes), "! value");
    assert_eq!(literal(&list), "[3, 1, 2, 9, 9, 9]");
}

#[test]
fn sorting_is_stable_and_an_error_leaves_the_list_alone() {
    let pair = |key: i64, place: i64| ints([key, place]);
    let list = Value::list((0..40).map(|place| pair(place % 3, place)).collect());
    let mut first = Caller(|args: &[Value]| {
        proctor::value::index::get_index(&args[0], &Value::Int(0)).map_err(Stop::from)
    });
    ask_with(&list, "sort", &[function("f")], &mut first);
    let wanted: Vec<Value> = (0..3)
        .flat_map(|key| (0..40).filter(move |place| place % 3 == key).map(move |place| ints([key, place])))
        .collect();
    assert_eq!(literal(&list), literal(&Value::list(wanted)));
    let mixed = Value::list(vec![Value::Int(2), Value::Int(1), text("a")]);
    assert_eq!(ask(&mixed, "sort", &[]), "! type");
    assert_eq!(literal(&mixed), "[2, 1, \"a\"]");
}

#[test]
fn every_row_of_these_types_is_implemented() {
    let receivers = [
        (Receiver::Str, text("a")),
        (Receiver::Bytes, Value::bytes(vec![1])),
        (Receiver::List, ints([1])),
        (Receiver::Range, range(0, 3)),
        (Receiver::Map, map(&[("a", Value::Int(1))])),
    ];
    for (kind, receiver) in receivers {
        for row in METHODS.iter().filter(|row| row.receiver == kind) {
            let args = vec![Value::Int(1); row.fewest.into()];
            assert!(method(&receiver, row.method, &args, &mut nothing()).is_some(), "{}", row.usage);
            let many = vec![Value::Int(1); usize::from(row.most) + 1];
            let trouble = trouble(method(&receiver, row.method, &many, &mut nothing()));
            assert_eq!(trouble.code, Code::ARGUMENT_COUNT, "{}", row.usage);
        }
        assert!(method(&receiver, Method::Acquire, &[], &mut nothing()).is_none());
    }
}

proptest! {
    #[test]
    fn sorting_is_as_the_library_sorts(numbers in prop::collection::vec(any::<i32>(), 0..200)) {
        let mut wanted = numbers.clone();
        wanted.sort_unstable();
        // A float among them, so that the merge is taken.
        let mixed = Value::list(numbers.iter().enumerate().map(|(place, number)| {
            if place == 0 { Value::Float((*number).into()) } else { Value::Int((*number).into()) }
        }).collect());
        let sorted = builtin(proctor::program::Builtin::Sorted, &[mixed], &mut nothing());
        let Some(Ok(sorted)) = sorted else { panic!("not sorted") };
        let wanted = ints(wanted.into_iter().map(i64::from));
        prop_assert_eq!(proctor::value::compare::equal(&sorted, &wanted), Ok(true));
    }
}
