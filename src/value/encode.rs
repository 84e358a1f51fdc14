//! Values as messages between processes: a compact binary form, read back without trust.

use super::limit::{MESSAGE_BYTES, NESTING, check_list, check_map, check_text, too_deep};
use super::{Key, ProcessRef, Range, Signal, Trouble, Value, ValueResult, a_kind, pattern};
use crate::source::Code;
use indexmap::IndexMap;
use std::rc::Rc;

// The first byte of each value. Ints of a varint are zigzag: small ones of either sign are short.
const NONE: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INT: u8 = 3;
const FLOAT: u8 = 4;
const DURATION: u8 = 5;
const INSTANT: u8 = 6;
const STR: u8 = 7;
const BYTES: u8 = 8;
const LIST: u8 = 9;
const MAP: u8 = 10;
const RANGE: u8 = 11;
const CLOSED_RANGE: u8 = 12;
const SIGNAL: u8 = 13;
const PROCESS: u8 = 14;
const REGEX: u8 = 15;

/// The bytes of a value: data of any type, processes and signals.
///
/// # Errors
/// `type` for functions and shared objects, which cannot travel; `recursion` where it nests too deeply,
/// `too_large` past [`MESSAGE_BYTES`].
pub fn encode(value: &Value) -> ValueResult<Vec<u8>> {
    let mut bytes = Vec::new();
    write(&mut bytes, value, 0)?;
    Ok(bytes)
}

fn write(bytes: &mut Vec<u8>, value: &Value, depth: usize) -> ValueResult<()> {
    if depth > NESTING {
        return Err(too_deep("send"));
    }
    match value {
        Value::Absent | Value::None => bytes.push(NONE),
        Value::Bool(truth) => bytes.push(if *truth { TRUE } else { FALSE }),
        Value::Int(int) => tagged(bytes, INT, *int),
        Value::Float(float) => {
            bytes.push(FLOAT);
            bytes.extend_from_slice(&float.to_le_bytes());
        }
        Value::Duration(nanoseconds) => tagged(bytes, DURATION, *nanoseconds),
        Value::Instant(nanoseconds) => tagged(bytes, INSTANT, *nanoseconds),
        Value::Str(text) => counted(bytes, STR, text.as_bytes())?,
        Value::Bytes(content) => counted(bytes, BYTES, content)?,
        Value::List(list) => {
            let items = list.0.borrow();
            bytes.push(LIST);
            varint(bytes, items.len() as u64);
            for item in items.iter() {
                write(bytes, item, depth + 1)?;
            }
        }
        Value::Map(map) => {
            let entries = map.0.borrow();
            bytes.push(MAP);
            varint(bytes, entries.len() as u64);
            for (key, value) in entries.iter() {
                write(bytes, &key.value(), depth + 1)?;
                write(bytes, value, depth + 1)?;
            }
        }
        Value::Range(range) => {
            tagged(bytes, if range.closed { CLOSED_RANGE } else { RANGE }, range.start);
            varint(bytes, zigzag(range.end));
        }
        Value::Signal(signal) => bytes.extend_from_slice(&[SIGNAL, signal.0]),
        Value::Process(process) => {
            tagged(bytes, PROCESS, process.pid.into());
            varint(bytes, process.slot.into());
            varint(bytes, process.generation.into());
            plain(bytes, process.name.as_bytes())?;
        }
        Value::Regex(regex) => counted(bytes, REGEX, regex.pattern.as_bytes())?,
        Value::Function(_) | Value::Builtin(_) | Value::Object(_) | Value::Cell(_) => {
            return Err(cannot_travel(value));
        }
    }
    // Checked as it grows: small lists that hold each other many times over unfold to more than memory.
    check_length(bytes.len())
}

fn check_length(bytes: usize) -> ValueResult<()> {
    if bytes <= MESSAGE_BYTES {
        return Ok(());
    }
    let message = format!("a message of more than {MESSAGE_BYTES} bytes is too large");
    Err(Trouble::new(Code::TOO_LARGE, message).help("send it in parts, or write it to a file"))
}

#[cold]
fn cannot_travel(value: &Value) -> Trouble {
    let trouble = Trouble::kind(format!("{} cannot be sent to another process", a_kind(value)));
    match value {
        Value::Object(_) => {
            trouble.help("create it before the spawn: a child shares what was there when it started")
        }
        _ => trouble.help("define the function before the spawn: a child has a copy of it"),
    }
}

fn zigzag(int: i64) -> u64 {
    ((int << 1) ^ (int >> 63)) as u64
}

fn unzigzag(bits: u64) -> i64 {
    (bits >> 1) as i64 ^ -((bits & 1) as i64)
}

fn varint(bytes: &mut Vec<u8>, mut bits: u64) {
    while bits >= 0x80 {
        bytes.push(bits as u8 | 0x80);
        bits >>= 7;
    }
    bytes.push(bits as u8);
}

fn tagged(bytes: &mut Vec<u8>, tag: u8, int: i64) {
    bytes.push(tag);
    varint(bytes, zigzag(int));
}

fn plain(bytes: &mut Vec<u8>, content: &[u8]) -> ValueResult<()> {
    check_length(bytes.len().saturating_add(content.len()))?;
    varint(bytes, content.len() as u64);
    bytes.extend_from_slice(content);
    Ok(())
}

fn counted(bytes: &mut Vec<u8>, tag: u8, content: &[u8]) -> ValueResult<()> {
    bytes.push(tag);
    plain(bytes, content)
}

/// The value that [`encode`] made the bytes of.
///
/// # Errors
/// `value` for any other bytes; never a panic, and never more memory than in proportion to the bytes.
pub fn decode(bytes: &[u8]) -> ValueResult<Value> {
    let mut reader = Reader { rest: bytes };
    let value = reader.value(0)?;
    if reader.rest.is_empty() { Ok(value) } else { Err(damaged()) }
}

#[cold]
fn damaged() -> Trouble {
    Trouble::new(Code::VALUE, "the bytes of a message are damaged: they make no value")
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> ValueResult<u8> {
        let (byte, rest) = self.rest.split_first().ok_or_else(damaged)?;
        self.rest = rest;
        Ok(*byte)
    }

    fn take(&mut self, count: usize) -> ValueResult<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(damaged)?;
        self.rest = rest;
        Ok(taken)
    }

    fn varint(&mut self) -> ValueResult<u64> {
        let mut bits = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if (part << shift) >> shift != part {
                return Err(damaged());
            }
            bits |= part << shift;
            if byte < 0x80 {
                return Ok(bits);
            }
        }
        Err(damaged())
    }

    fn int(&mut self) -> ValueResult<i64> {
        self.varint().map(unzigzag)
    }

    /// A count of things of at least one byte each: no more than there are bytes.
    fn count(&mut self) -> ValueResult<usize> {
        let count = usize::try_from(self.varint()?).map_err(|_| damaged())?;
        if count > self.rest.len() { Err(damaged()) } else { Ok(count) }
    }

    fn content(&mut self) -> ValueResult<&'a [u8]> {
        let count = self.count()?;
        check_text(Some(count))?;
        self.take(count)
    }

    fn text(&mut self) -> ValueResult<&'a str> {
        std::str::from_utf8(self.content()?).map_err(|_| damaged())
    }

    fn value(&mut self, depth: usize) -> ValueResult<Value> {
        if depth > NESTING {
            return Err(damaged());
        }
        Ok(match self.byte()? {
            NONE => Value::None,
            FALSE => Value::Bool(false),
            TRUE => Value::Bool(true),
            INT => Value::Int(self.int()?),
            FLOAT => Value::Float(f64::from_le_bytes(self.take(8)?.try_into().map_err(|_| damaged())?)),
            DURATION => Value::Duration(self.int()?),
            INSTANT => Value::Instant(self.int()?),
            STR => Value::str(self.text()?),
            BYTES => Value::bytes(self.content()?.to_vec()),
            LIST => self.list(depth)?,
            MAP => self.map(depth)?,
            tag @ (RANGE | CLOSED_RANGE) => {
                let (start, end) = (self.int()?, self.int()?);
                Value::Range(Rc::new(Range { start, end, closed: tag == CLOSED_RANGE }))
            }
            SIGNAL => match self.byte()? {
                number @ 1..=64 => Value::Signal(Signal(number)),
                _ => return Err(damaged()),
            },
            PROCESS => self.process()?,
            REGEX => pattern::value(self.text()?)?,
            _ => return Err(damaged()),
        })
    }

    fn list(&mut self, depth: usize) -> ValueResult<Value> {
        let count = self.count()?;
        check_list(Some(count))?;
        // Not believed at once: lists in lists that all claim much would take it all together.
        let mut items = Vec::with_capacity(count.min(1024));
        for _ in 0..count {
            items.push(self.value(depth + 1)?);
        }
        Ok(Value::list(items))
    }

    fn map(&mut self, depth: usize) -> ValueResult<Value> {
        let count = self.count()?;
        check_map(count)?;
        let mut entries = IndexMap::new();
        for _ in 0..count {
            let key = Key::of(&self.value(depth + 1)?).ok_or_else(damaged)?;
            entries.insert(key, self.value(depth + 1)?);
        }
        Ok(Value::map(entries))
    }

    fn process(&mut self) -> ValueResult<Value> {
        Ok(Value::Process(Rc::new(ProcessRef::new(
            i32::try_from(self.int()?).map_err(|_| damaged())?,
            self.word()?,
            self.word()?,
            self.text()?.into(),
        ))))
    }

    fn word(&mut self) -> ValueResult<u32> {
        u32::try_from(self.varint()?).map_err(|_| damaged())
    }
}
