//! `shared(0)`: a number or a truth value in shared memory. Plain reads and writes race as in C; `add` does not.

use super::super::run::Run;
use super::arena::{self, Record};
use super::trouble::{ShareError, ShareResult};
use crate::value::{Object, ObjectKind};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CellValue {
    Int(i64),
    Float(f64),
    Bool(bool),
}

#[repr(C)]
struct Memory {
    arena: AtomicU32,
    /// The type, fixed when it is made: so a value is never read with another's type.
    tag: AtomicU32,
    bits: AtomicU64,
}

// SAFETY: `repr(C)`, atomics only, the arena's word first.
unsafe impl Record for Memory {
    const KIND: ObjectKind = ObjectKind::Shared;
}

impl CellValue {
    fn tag(self) -> u32 {
        match self {
            Self::Int(_) => 0,
            Self::Float(_) => 1,
            Self::Bool(_) => 2,
        }
    }

    fn bits(self) -> u64 {
        match self {
            Self::Int(int) => int.cast_unsigned(),
            Self::Float(float) => float.to_bits(),
            Self::Bool(truth) => u64::from(truth),
        }
    }

    fn of(tag: u32, bits: u64) -> Self {
        match tag {
            0 => Self::Int(bits.cast_signed()),
            1 => Self::Float(f64::from_bits(bits)),
            _ => Self::Bool(bits != 0),
        }
    }
}

/// Makes a cell of the value's type.
///
/// # Errors
/// `TooMany`.
pub fn create(run: Run, value: CellValue) -> ShareResult<Object> {
    arena::create::<Memory>(run, |_, memory| {
        memory.tag.store(value.tag(), SeqCst);
        memory.bits.store(value.bits(), SeqCst);
        Ok(())
    })
}

/// Reads it.
///
/// # Errors
/// `NotShared`.
#[inline]
pub fn get(run: Run, object: Object) -> ShareResult<CellValue> {
    let memory = arena::find::<Memory>(&run, object.index)?;
    Ok(CellValue::of(memory.tag.load(Relaxed), memory.bits.load(Relaxed)))
}

/// Writes it.
///
/// # Errors
/// `WrongType` for a value of another type.
#[inline]
pub fn set(run: Run, object: Object, value: CellValue) -> ShareResult<()> {
    let memory = arena::find::<Memory>(&run, object.index)?;
    if memory.tag.load(Relaxed) != value.tag() {
        return Err(ShareError::WrongType);
    }
    memory.bits.store(value.bits(), Relaxed);
    Ok(())
}

/// Adds in one step that nobody can come between; the sum.
///
/// # Errors
/// `WrongType` for another type, or a bool; `Overflow` where the sum is no int: then nothing is changed.
pub fn add(run: Run, object: Object, value: CellValue) -> ShareResult<CellValue> {
    let memory = arena::find::<Memory>(&run, object.index)?;
    let mut seen = memory.bits.load(Relaxed);
    loop {
        let sum = match (CellValue::of(memory.tag.load(Relaxed), seen), value) {
            (CellValue::Int(held), CellValue::Int(more)) => {
                CellValue::Int(held.checked_add(more).ok_or(ShareError::Overflow)?)
            }
            (CellValue::Float(held), CellValue::Float(more)) => CellValue::Float(held + more),
            _ => return Err(ShareError::WrongType),
        };
        match memory.bits.compare_exchange_weak(seen, sum.bits(), SeqCst, Relaxed) {
            Ok(_) => return Ok(sum),
            Err(now) => seen = now,
        }
    }
}
