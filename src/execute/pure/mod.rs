//! The built-in functions and methods that only compute: they ask the operating system for nothing.

mod argument;
mod assert;
mod count;
mod list;
mod map;
mod number;
mod sequence;
mod sort;
mod string;

pub use count::{check_count, method_row};

use super::stop::{Call, Stop};
use crate::program::{Builtin, Method, Receiver};
use crate::value::Value;
use std::cmp::Ordering;

/// Calls a built-in function that only computes; none where it is one of the others. The number of arguments is
/// checked for all of them.
pub fn builtin(builtin: Builtin, args: &[Value], call: &mut dyn Call) -> Option<Result<Value, Stop>> {
    let row = builtin.row();
    if let Err(trouble) = check_count(row.usage, row.fewest, row.most, args.len()) {
        return Some(Err(trouble.into()));
    }
    Some(match builtin {
        Builtin::Len => sequence::len(&args[0]),
        Builtin::Str => string::str(&args[0]),
        Builtin::Int => number::int(&args[0], args.get(1)),
        Builtin::Float => number::float(&args[0]),
        Builtin::Bool => number::bool(&args[0]),
        Builtin::Type => Ok(Value::str(args[0].type_name())),
        Builtin::Range => sequence::range(args),
        Builtin::Min => sequence::extreme(args, Ordering::Less),
        Builtin::Max => sequence::extreme(args, Ordering::Greater),
        Builtin::Sum => sequence::sum(&args[0]),
        Builtin::Abs => number::abs(&args[0]),
        Builtin::Round => number::round(&args[0], args.get(1)),
        Builtin::Sorted => return Some(sort::sorted(&args[0], args.get(1), call)),
        Builtin::Reversed => sequence::reversed(&args[0]),
        Builtin::Enumerate => sequence::enumerate(&args[0]),
        Builtin::Zip => sequence::zip(args),
        Builtin::Any => return Some(sequence::decide(&args[0], None, true, call)),
        Builtin::All => return Some(sequence::decide(&args[0], None, false, call)),
        Builtin::AssertEq => assert::equal(&args[0], &args[1], args.get(2)),
        _ => return None,
    })
    .map(|result| result.map_err(Stop::from))
}

/// Calls a method of a string, bytes, list, range or map; none where the receiver is none of them, or has no such
/// method.
pub fn method(
    receiver: &Value,
    method: Method,
    args: &[Value],
    call: &mut dyn Call,
) -> Option<Result<Value, Stop>> {
    let kind = Receiver::of(receiver)?;
    if !matches!(kind, Receiver::Str | Receiver::Bytes | Receiver::List | Receiver::Range | Receiver::Map) {
        return None;
    }
    let row = method_row(kind, method)?;
    if let Err(trouble) = check_count(row.usage, row.fewest, row.most, args.len()) {
        return Some(Err(trouble.into()));
    }
    match receiver {
        Value::Str(text) => string::method(text, method, args).map(|result| result.map_err(Stop::from)),
        Value::Bytes(bytes) => string::bytes_method(bytes, method).map(|result| result.map_err(Stop::from)),
        Value::List(list) => list::method(receiver, list, method, args, call),
        Value::Range(range) => sequence::range_method(receiver, range, method, args, call),
        Value::Map(map) => map::method(map, method, args).map(|result| result.map_err(Stop::from)),
        _ => None,
    }
}
