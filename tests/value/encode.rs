//! Messages between processes: round trips, limits, arbitrary bytes.

use crate::values::{any_data, code, deep, doubled, function, ints, knot, map, regex, text, untie};
use proctor::source::Code;
use proctor::value::encode::{decode, encode};
use proctor::value::text::literal;
use proctor::value::{Object, ObjectKind, Value};
use proptest::prelude::*;

#[test]
fn what_cannot_travel_says_what_to_do() {
    for value in
        [function("f"), Value::Builtin(1), Value::Object(Object { kind: ObjectKind::Queue, index: 0 })]
    {
        let inside = Value::list(vec![map(&[("k", value)])]);
        let trouble = encode(&inside).expect_err("no message");
        assert_eq!(trouble.code, Code::TYPE);
        assert!(trouble.help.is_some_and(|help| help.contains("before the spawn")));
    }
}

#[test]
fn what_has_no_end_is_refused() {
    let knot = knot();
    assert_eq!(code(encode(&knot)), Code::RECURSION);
    untie(&knot);
    assert_eq!(code(encode(&deep(100_000))), Code::RECURSION);
    assert_eq!(code(encode(&doubled(100))), Code::TOO_LARGE);
    let deepest = encode(&deep(200)).expect("a message");
    assert_eq!(decode(&deepest).map(|value| literal(&value)), Ok(literal(&deep(200))));
}

#[test]
fn messages_are_compact() {
    assert_eq!(encode(&Value::Int(-1)).map(|bytes| bytes.len()), Ok(2));
    assert_eq!(encode(&text("hello")).map(|bytes| bytes.len()), Ok(7));
    assert_eq!(encode(&ints(0..60)).map(|bytes| bytes.len()), Ok(2 + 2 * 60));
}

#[test]
fn hostile_bytes_are_refused_without_much_memory() {
    // A list in a list …, each of which says that it has as many elements as there are bytes.
    let nested: Vec<u8> = [9, 0xff, 0xff, 0x03].repeat(50_000);
    // A string longer than the message, an int of too many bits, a list as a key, a signal 65, what is left over.
    let cases: &[&[u8]] = &[
        &nested,
        &[],
        &[7, 5, b'a'],
        &[3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        &[3, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
        &[10, 1, 9, 0, 0],
        &[13, 65],
        &[0, 0],
        &[7, 1, 0xff],
        &[99],
    ];
    for bytes in cases {
        assert_eq!(code(decode(bytes)), Code::VALUE);
    }
    assert_eq!(code(decode(&[15, 1, b'('])), Code::BAD_REGEX);
    let regex = encode(&regex("a+")).and_then(|bytes| decode(&bytes));
    assert_eq!(regex.map(|value| literal(&value)), Ok("re\"a+\"".to_owned()));
}

proptest! {
    #[test]
    fn data_arrives_as_it_was_sent(value in any_data()) {
        let bytes = encode(&value).expect("data can travel");
        let back = decode(&bytes).expect("a value");
        prop_assert_eq!(literal(&back), literal(&value));
        prop_assert_eq!(back.type_name(), value.type_name());
        prop_assert_eq!(encode(&back), Ok(bytes));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn a_damaged_message_never_panics(value in any_data(), place: prop::sample::Index, byte: u8) {
        let mut bytes = encode(&value).expect("data can travel");
        let place = place.index(bytes.len());
        bytes[place] = byte;
        let _ = decode(&bytes);
        let _ = decode(&bytes[..place]);
    }
}
