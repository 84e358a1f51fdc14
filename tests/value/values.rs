//! Values for tests: short constructors, and a strategy for arbitrary ones.

use proctor::source::Code;
use proctor::value::{
    Closure, Key, Object, ObjectKind, ProcessRef, Range, Signal, Trouble, Value, ValueResult, pattern,
};
use proptest::prelude::*;
use std::rc::Rc;

pub fn text(text: &str) -> Value {
    Value::str(text)
}

pub fn ints(ints: impl IntoIterator<Item = i64>) -> Value {
    Value::list(ints.into_iter().map(Value::Int).collect())
}

pub fn texts(texts: &[&str]) -> Value {
    Value::list(texts.iter().map(|item| text(item)).collect())
}

pub fn map(entries: &[(&str, Value)]) -> Value {
    Value::map(entries.iter().map(|(key, value)| (Key::str(*key), value.clone())).collect())
}

pub fn range(start: i64, end: i64) -> Value {
    Value::Range(Rc::new(Range { start, end, closed: false }))
}

pub fn closed(start: i64, last: i64) -> Value {
    Value::Range(Rc::new(Range { start, end: last + 1, closed: true }))
}

pub fn regex(text: &str) -> Value {
    pattern::value(text).expect("a regular expression")
}

pub fn process(slot: u32, generation: u32, pid: i32) -> Value {
    Value::Process(Rc::new(ProcessRef::new(pid, slot, generation, "alex".into())))
}

pub fn function(name: &str) -> Value {
    Value::Function(Rc::new(Closure { function: 1, name: name.into(), captures: Box::new([Value::Int(1)]) }))
}

/// A list inside a list, so many times.
pub fn deep(levels: usize) -> Value {
    (0..levels).fold(Value::Int(1), |inner, _| Value::list(vec![inner]))
}

/// A list that contains itself twice. Taken apart by [`untie`], or it would leak.
pub fn knot() -> Value {
    let knot = Value::list(vec![Value::Int(1)]);
    if let Value::List(list) = &knot {
        list.0.borrow_mut().extend([knot.clone(), knot.clone()]);
    }
    knot
}

pub fn untie(knot: &Value) {
    if let Value::List(list) = knot {
        let items = list.0.take();
        drop(items);
    }
}

/// A list of 2^levels elements in as many small lists as there are levels.
pub fn doubled(levels: usize) -> Value {
    (0..levels).fold(Value::Int(1), |inner, _| Value::list(vec![inner.clone(), inner]))
}

pub fn code<T: std::fmt::Debug>(result: ValueResult<T>) -> Code {
    result.expect_err("an error").code
}

/// The value as it is written: how tests compare values of any type, nan too.
pub fn shown(result: &ValueResult<Value>) -> String {
    match result {
        Ok(value) => proctor::value::text::literal(value),
        Err(Trouble { code, .. }) => format!("! {code}"),
    }
}

fn data_leaf() -> BoxedStrategy<Value> {
    prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-4i64..70).prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        (-3i8..4).prop_map(|float| Value::Float(float.into())),
        prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 1e300])
            .prop_map(Value::Float),
        any::<i64>().prop_map(Value::Duration),
        (-5i64..5).prop_map(|seconds| Value::Duration(seconds * 500_000_000)),
        any::<i64>().prop_map(Value::Instant),
        any::<String>().prop_map(Value::str),
        "[ab任\n]{0,4}".prop_map(Value::str),
        prop::collection::vec(any::<u8>(), 0..8).prop_map(Value::bytes),
        (-6i64..6, -6i64..6, any::<bool>()).prop_map(|(start, end, closed)| Value::Range(Rc::new(Range {
            start,
            end,
            closed
        }))),
        (any::<i64>(), any::<i64>()).prop_map(|(start, end)| range(start, end)),
        (1u8..=64).prop_map(|number| Value::Signal(Signal(number))),
        (0u32..3, 0u32..3, 1i32..4).prop_map(|(slot, generation, pid)| process(slot, generation, pid)),
        Just(process(ProcessRef::OUTSIDE, 0, 7)),
    ]
    .boxed()
}

fn nested(leaf: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::list),
            prop::collection::vec((data_leaf(), inner), 0..4).prop_map(|entries| {
                Value::map(
                    entries.into_iter().filter_map(|(key, value)| Some((Key::of(&key)?, value))).collect(),
                )
            }),
        ]
    })
    .boxed()
}

/// Values that can travel between processes.
pub fn any_data() -> BoxedStrategy<Value> {
    nested(data_leaf())
}

/// Values of every type.
pub fn any_value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        9 => data_leaf(),
        1 => prop::sample::select(vec![0u8, 1, 2, 3]).prop_map(|kind| match kind {
            0 => function("f"),
            1 => Value::Builtin(3),
            2 => Value::Object(Object { kind: ObjectKind::Lock, index: 2 }),
            _ => regex("a+"),
        }),
    ];
    nested(leaf.boxed())
}
