//! Equality and order of two values.

use crate::source::Code;
use crate::value::limit::{COMPARED_ELEMENTS, NESTING, too_deep};
use crate::value::time::SECOND;
use crate::value::{Blame, Closure, Map, ProcessRef, Trouble, Value, ValueResult, a_kind};
use std::cmp::Ordering;
use std::rc::Rc;

/// One comparison under way: how deep it is, and how much it has seen.
#[derive(Default)]
pub(super) struct Walk {
    depth: usize,
    seen: usize,
}

impl Walk {
    fn enter(&mut self, elements: usize) -> ValueResult<()> {
        self.depth += 1;
        self.seen = self.seen.saturating_add(elements);
        if self.depth > NESTING {
            return Err(too_deep("compare"));
        }
        if self.seen > COMPARED_ELEMENTS {
            let message = format!("a comparison of more than {COMPARED_ELEMENTS} elements is too large");
            return Err(Trouble::new(Code::TOO_LARGE, message));
        }
        Ok(())
    }

    fn equal(&mut self, left: &Value, right: &Value) -> ValueResult<bool> {
        Ok(match (left, right) {
            (Value::Str(a), Value::Str(b)) => Rc::ptr_eq(a, b) || a == b,
            (Value::List(a), Value::List(b)) => {
                return if Rc::ptr_eq(a, b) {
                    Ok(true)
                } else {
                    self.equal_lists(&a.0.borrow(), &b.0.borrow())
                };
            }
            (Value::Map(a), Value::Map(b)) => {
                return if Rc::ptr_eq(a, b) { Ok(true) } else { self.equal_maps(a, b) };
            }
            (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => {
                int_to_float(*a, *b) == Some(Ordering::Equal)
            }
            _ => equal_plain(left, right),
        })
    }

    fn equal_lists(&mut self, left: &[Value], right: &[Value]) -> ValueResult<bool> {
        if left.len() != right.len() {
            return Ok(false);
        }
        self.enter(left.len())?;
        for (a, b) in left.iter().zip(right) {
            if !self.equal(a, b)? {
                return Ok(false);
            }
        }
        self.depth -= 1;
        Ok(true)
    }

    fn equal_maps(&mut self, left: &Map, right: &Map) -> ValueResult<bool> {
        let (left, right) = (left.0.borrow(), right.0.borrow());
        if left.len() != right.len() {
            return Ok(false);
        }
        self.enter(left.len())?;
        for (key, a) in left.iter() {
            match right.get(key) {
                Some(b) if self.equal(a, b)? => {}
                _ => return Ok(false),
            }
        }
        self.depth -= 1;
        Ok(true)
    }

    /// The place of the first element that equals `item`; counts what it sees with what was seen before.
    pub(super) fn position(&mut self, items: &[Value], item: &Value) -> ValueResult<Option<usize>> {
        for (place, element) in items.iter().enumerate() {
            self.depth = 0;
            if self.equal(element, item)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// None: one of them is nan.
    fn order(&mut self, left: &Value, right: &Value) -> ValueResult<Option<Ordering>> {
        if let (Value::List(a), Value::List(b)) = (left, right) {
            return if Rc::ptr_eq(a, b) {
                Ok(Some(Ordering::Equal))
            } else {
                self.order_lists(&a.0.borrow(), &b.0.borrow())
            };
        }
        Ok(match (left, right) {
            (Value::Int(a), Value::Int(b))
            | (Value::Duration(a), Value::Duration(b))
            | (Value::Instant(a), Value::Instant(b)) => Some(a.cmp(b)),
            (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
            (Value::Int(a), Value::Float(b)) => int_to_float(*a, *b),
            (Value::Float(a), Value::Int(b)) => int_to_float(*b, *a).map(Ordering::reverse),
            (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
            (Value::Bytes(a), Value::Bytes(b)) => Some(a.cmp(b)),
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            (Value::Signal(a), Value::Signal(b)) => Some(a.cmp(b)),
            (Value::Duration(time), number) => {
                duration_to_number(*time, number).ok_or_else(|| no_order(left, right))?
            }
            (number, Value::Duration(time)) => {
                duration_to_number(*time, number).ok_or_else(|| no_order(left, right))?.map(Ordering::reverse)
            }
            _ => return Err(no_order(left, right)),
        })
    }

    /// The first elements that differ decide.
    fn order_lists(&mut self, left: &[Value], right: &[Value]) -> ValueResult<Option<Ordering>> {
        self.enter(left.len().min(right.len()))?;
        for (a, b) in left.iter().zip(right) {
            let depth = self.depth;
            if !self.equal(a, b)? {
                // A difference further in was found without coming up again.
                self.depth = depth;
                return self.order(a, b);
            }
        }
        self.depth -= 1;
        Ok(Some(left.len().cmp(&right.len())))
    }
}

fn equal_plain(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Absent | Value::None, Value::Absent | Value::None) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b))
        | (Value::Duration(a), Value::Duration(b))
        | (Value::Instant(a), Value::Instant(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::Range(a), Value::Range(b)) => {
            (a.start, a.end) == (b.start, b.end) || (a.is_empty() && b.is_empty())
        }
        (Value::Function(a), Value::Function(b)) => Rc::ptr_eq(a, b) || same_code(a, b),
        (Value::Builtin(a), Value::Builtin(b)) => a == b,
        (Value::Process(a), Value::Process(b)) => same_process(a, b),
        (Value::Signal(a), Value::Signal(b)) => a == b,
        (Value::Regex(a), Value::Regex(b)) => a.pattern == b.pattern,
        (Value::Object(a), Value::Object(b)) => a == b,
        (Value::Cell(a), Value::Cell(b)) => Rc::ptr_eq(a, b),
        _ => false,
    }
}

/// A function that closes over nothing is the same however often it was made.
fn same_code(left: &Closure, right: &Closure) -> bool {
    left.function == right.function && left.captures.is_empty() && right.captures.is_empty()
}

fn same_process(left: &ProcessRef, right: &ProcessRef) -> bool {
    if left.slot == ProcessRef::OUTSIDE || right.slot == ProcessRef::OUTSIDE {
        left.slot == right.slot && left.pid == right.pid
    } else {
        (left.slot, left.generation) == (right.slot, right.generation)
    }
}

/// Exact, where turning the int into a float would round it.
pub(super) fn int_to_float(int: i64, float: f64) -> Option<Ordering> {
    const END: f64 = 9_223_372_036_854_775_808.0; // 2^63
    if float.is_nan() {
        None
    } else if float >= END {
        Some(Ordering::Less)
    } else if float < -END {
        Some(Ordering::Greater)
    } else {
        Some(int.cmp(&(float.trunc() as i64)).then(0.0f64.total_cmp(&(float.fract() + 0.0))))
    }
}

/// The number counts seconds. The outer none: it is no number.
fn duration_to_number(nanoseconds: i64, number: &Value) -> Option<Option<Ordering>> {
    match number {
        Value::Int(seconds) => {
            Some(Some(i128::from(nanoseconds).cmp(&(i128::from(*seconds) * i128::from(SECOND)))))
        }
        Value::Float(seconds) => Some((nanoseconds as f64).partial_cmp(&(seconds * SECOND as f64))),
        _ => None,
    }
}

#[cold]
fn no_order(left: &Value, right: &Value) -> Trouble {
    if left.type_name() == right.type_name() {
        let trouble = Trouble::kind(format!("{} has no order", a_kind(left)));
        return match left {
            Value::Process(_) => trouble.help("compare an attribute: p.pid, p.started"),
            Value::Map(_) => trouble.help("compare one of its values: m.key"),
            Value::None => trouble.blame(Blame::Tested),
            _ => trouble,
        };
    }
    let trouble = Trouble::kind(format!("cannot order {} and {}", a_kind(left), a_kind(right)));
    match (left, right) {
        // What is not there yet: the exit code of a program that still runs.
        (Value::None, _) | (_, Value::None) => trouble.blame(Blame::Tested),
        (Value::Str(_), Value::Int(_) | Value::Float(_))
        | (Value::Int(_) | Value::Float(_), Value::Str(_)) => {
            trouble.help("make the text a number with int(s) or float(s)")
        }
        _ => trouble,
    }
}

/// `left == right`: values of different types are not equal, but ints and floats that are the same number;
/// lists and maps element by element; functions and shared objects where they are the same one.
///
/// # Errors
/// `recursion` where lists or maps nest too deeply, `too_large` where they hold too much.
#[inline]
pub fn equal(left: &Value, right: &Value) -> ValueResult<bool> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Ok(a == b),
        _ => Walk::default().equal(left, right),
    }
}

/// The order of two values that are not nan: what sorting needs.
///
/// Numbers, durations (a plain number beside a duration counts seconds), instants, strings by code point,
/// bytes, bools (false first), signals by number, lists by their first difference.
///
/// # Errors
/// `type` across types and for types without an order, `value` for nan, and as [`equal`].
pub fn order(left: &Value, right: &Value) -> ValueResult<Ordering> {
    Walk::default()
        .order(left, right)?
        .ok_or_else(|| Trouble::new(Code::VALUE, "nan has no place in an order"))
}

/// `left < right`; false where either is nan.
///
/// # Errors
/// As [`order`], without `value`.
#[inline]
pub fn less(left: &Value, right: &Value) -> ValueResult<bool> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Ok(a < b),
        _ => Ok(Walk::default().order(left, right)?.is_some_and(Ordering::is_lt)),
    }
}

/// `left <= right`; false where either is nan.
///
/// # Errors
/// As [`less`].
#[inline]
pub fn less_equal(left: &Value, right: &Value) -> ValueResult<bool> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Ok(a <= b),
        _ => Ok(Walk::default().order(left, right)?.is_some_and(Ordering::is_le)),
    }
}

/// `left > right`; false where either is nan.
///
/// # Errors
/// As [`less`].
#[inline]
pub fn greater(left: &Value, right: &Value) -> ValueResult<bool> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Ok(a > b),
        _ => Ok(Walk::default().order(left, right)?.is_some_and(Ordering::is_gt)),
    }
}

/// `left >= right`; false where either is nan.
///
/// # Errors
/// As [`less`].
#[inline]
pub fn greater_equal(left: &Value, right: &Value) -> ValueResult<bool> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Ok(a >= b),
        _ => Ok(Walk::default().order(left, right)?.is_some_and(Ordering::is_ge)),
    }
}

/// The place of the first element that equals `item`.
///
/// # Errors
/// As [`equal`].
pub fn position(items: &[Value], item: &Value) -> ValueResult<Option<usize>> {
    Walk::default().position(items, item)
}
