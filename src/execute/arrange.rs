//! The instructions that need the whole machine and stay in their frame: one arm each.

use super::machine::Machine;
use super::protect::too_late;
use super::protection::Guard;
use super::{Stop, flow};
use crate::program::{BUILTINS, CaptureFrom, Method, NO_REG, Op, Reg};
use crate::source::Code;
use crate::value::{
    Closure, Key, ObjectKind, Trouble, Value, ValueResult, a_kind, arith, compare, format, index, text, time,
};
use indexmap::IndexMap;
use std::cell::RefCell;
use std::rc::Rc;

/// Runs one instruction that is not in the machine's fast loop.
pub(super) fn step(m: &mut Machine, op: Op) -> Result<(), Stop> {
    match op {
        Op::NewCell { reg } => m.new_cell(reg),
        Op::GetCell { dst, cell } => m.get_cell(dst, cell),
        Op::SetCell { cell, src } => m.set_cell(cell, src),
        Op::GetCapture { dst, at } => m.get_capture(dst, at),
        Op::SetCapture { at, src } => m.set_capture(at, src),
        Op::Closure { dst, function } => m.make_closure(dst, function),
        Op::MakeList { dst, first, count } => m.make_list(dst, first, count),
        Op::MakeMap { dst, first, count } => m.make_map(dst, first, count),
        Op::MakeRange { dst, first, closed } => m.make_range(dst, first, closed),
        Op::Concat { dst, first, count } => m.concat(dst, first, count),
        Op::AddTexts { target, first, count } => m.add_texts(target, first, count),
        Op::Format { dst, src, format } => m.format(dst, src, format),
        Op::Unpack { src, first, count } => m.unpack(src, first, count),
        Op::Divide { dst, left, right } => m.binary(dst, left, right, arith::divide),
        Op::FloorDivide { dst, left, right } => m.binary(dst, left, right, arith::floor_divide),
        Op::Remainder { dst, left, right } => m.binary(dst, left, right, arith::remainder),
        Op::Power { dst, left, right } => m.binary(dst, left, right, arith::power),
        Op::AddToGlobal { at, src } => m.add_to_global(at, src),
        Op::AddToCell { cell, src } => m.add_to_cell(cell, src),
        Op::AddToCapture { at, src } => m.add_to_capture(at, src),
        Op::Negate { dst, src } => m.unary(dst, src, arith::negate),
        Op::Not { dst, src } => m.unary(dst, src, arith::not),
        Op::In { dst, left, right } => m.judge(dst, left, right, |item, all| compare::contains(all, item)),
        Op::Matches { dst, left, right } => m.judge(dst, left, right, compare::matches),
        Op::InAnyOrder { dst, left, right } => m.judge(dst, left, right, compare::in_any_order),
        Op::Sequence { dst, left, right } => m.sequence(dst, left, right),
        Op::Never { dst, first, count } => m.never(dst, first, count),
        Op::CheckBool { src } => m.not_a_bool(src),
        Op::ForStart { first, pairs } => m.for_start(first, pairs),
        Op::CallBuiltin { dst, first, builtin, argc } => m.call_builtin(dst, first, builtin, argc),
        Op::CallMethod { dst, first, name, argc } => m.call_method(dst, first, name, argc),
        Op::GetField { dst, src, name } => m.get_field(dst, src, name),
        Op::SetField { target, name, src } => m.set_field(target, name, src),
        Op::GetIndex { dst, src, index } => m.get_index(dst, src, index),
        Op::SetIndex { target, index, src } => m.set_index(target, index, src),
        Op::PushTry { error, to } => m.push_try(error, to),
        Op::PushDeadline { limit, to } => m.push_deadline(limit, to),
        Op::PushLock { lock, limit, got } => m.push_lock(lock, limit, got),
        Op::Pop => m.pop_protection(),
        Op::EndProcess => m.end_process(),
        Op::Verb { verb, dst, first, count } => m.verb(verb, dst, first, count),
        Op::ExpectStart { site } => m.expect_start(site),
        Op::ExpectNoError { site } => m.expect_no_error(site),
        Op::ExpectError { site, error } => m.expect_error(site, error),
        other => Err(Trouble::new(Code::INTERNAL, format!("{other:?} is not a slow instruction")).into()),
    }
}

impl Machine {
    fn unary(
        &mut self,
        dst: Reg,
        src: Reg,
        operation: fn(&Value) -> crate::value::ValueResult<Value>,
    ) -> Result<(), Stop> {
        let result = operation(self.get(src))?;
        self.set(dst, result);
        Ok(())
    }

    fn new_cell(&mut self, reg: Reg) -> Result<(), Stop> {
        let value = self.get(reg).clone();
        self.set(reg, Value::Cell(Rc::new(RefCell::new(value))));
        Ok(())
    }

    fn cell(&self, reg: Reg) -> Result<Rc<RefCell<Value>>, Stop> {
        match self.get(reg) {
            Value::Cell(cell) => Ok(cell.clone()),
            _ => Err(internal("a captured variable has no cell")),
        }
    }

    fn captured_cell(&self, at: u16) -> Result<Rc<RefCell<Value>>, Stop> {
        let closure = self.frames.last().and_then(|frame| frame.closure.as_ref());
        match closure.and_then(|closure| closure.captures.get(at as usize)) {
            Some(Value::Cell(cell)) => Ok(cell.clone()),
            _ => Err(internal("a closure lost a variable")),
        }
    }

    fn get_cell(&mut self, dst: Reg, cell: Reg) -> Result<(), Stop> {
        let value = self.cell(cell)?.borrow().clone();
        self.set_if_there(dst, value)
    }

    fn get_capture(&mut self, dst: Reg, at: u16) -> Result<(), Stop> {
        let value = self.captured_cell(at)?.borrow().clone();
        self.set_if_there(dst, value)
    }

    fn set_if_there(&mut self, dst: Reg, value: Value) -> Result<(), Stop> {
        if matches!(value, Value::Absent) {
            return Err(flow::unset(&self.world.text(self.here())).into());
        }
        self.set(dst, value);
        Ok(())
    }

    fn set_cell(&mut self, cell: Reg, src: Reg) -> Result<(), Stop> {
        let value = self.get(src).clone();
        let old = self.cell(cell)?.replace(value);
        drop(old);
        Ok(())
    }

    fn set_capture(&mut self, at: u16, src: Reg) -> Result<(), Stop> {
        let value = self.get(src).clone();
        let old = self.captured_cell(at)?.replace(value);
        drop(old);
        Ok(())
    }

    fn add_to_global(&mut self, at: u32, src: Reg) -> Result<(), Stop> {
        if matches!(self.globals[at as usize], Value::Absent) {
            return self.unset_global(at);
        }
        let src = self.get(src).clone();
        Ok(arith::add_assign(&mut self.globals[at as usize], &src)?)
    }

    fn add_to_cell(&mut self, cell: Reg, src: Reg) -> Result<(), Stop> {
        let (cell, src) = (self.cell(cell)?, self.get(src).clone());
        self.add_into(&cell, &src)
    }

    fn add_to_capture(&mut self, at: u16, src: Reg) -> Result<(), Stop> {
        let (cell, src) = (self.captured_cell(at)?, self.get(src).clone());
        self.add_into(&cell, &src)
    }

    fn add_into(&self, cell: &RefCell<Value>, src: &Value) -> Result<(), Stop> {
        let mut value = cell.borrow_mut();
        if matches!(*value, Value::Absent) {
            return Err(flow::unset(&self.world.text(self.here())).into());
        }
        Ok(arith::add_assign(&mut value, src)?)
    }

    fn make_closure(&mut self, dst: Reg, function: u32) -> Result<(), Stop> {
        let program = self.program.clone();
        let code = &program.functions[function as usize];
        let captures = code
            .captures
            .iter()
            .map(|from| match from {
                CaptureFrom::Register(reg) => self.cell(*reg).map(Value::Cell),
                CaptureFrom::Capture(at) => self.captured_cell(*at).map(Value::Cell),
            })
            .collect::<Result<Box<[Value]>, Stop>>()?;
        let closure = Closure { function, name: code.name.clone(), captures };
        self.set(dst, Value::Function(Rc::new(closure)));
        Ok(())
    }

    fn make_list(&mut self, dst: Reg, first: Reg, count: u16) -> Result<(), Stop> {
        let items = self.operands(first, count);
        self.set(dst, Value::list(items));
        Ok(())
    }

    fn make_map(&mut self, dst: Reg, first: Reg, count: u16) -> Result<(), Stop> {
        let operands = self.operands(first, count * 2);
        let mut entries = IndexMap::with_capacity(count as usize);
        for pair in operands.chunks_exact(2) {
            let key = Key::of(&pair[0])
                .ok_or_else(|| Trouble::kind(format!("{} cannot be a key of a map", a_kind(&pair[0]))))?;
            entries.insert(key, pair[1].clone());
        }
        self.set(dst, Value::map(entries));
        Ok(())
    }

    fn make_range(&mut self, dst: Reg, first: Reg, closed: bool) -> Result<(), Stop> {
        let (Value::Int(start), Value::Int(end)) = (self.get(first), self.get(first + 1)) else {
            let (start, end) = (self.get(first), self.get(first + 1));
            let message =
                format!("a range goes from int to int, not from {} to {}", a_kind(start), a_kind(end));
            return Err(Trouble::kind(message).into());
        };
        let after = if closed { end.checked_add(1) } else { Some(*end) };
        let Some(end) = after else {
            return Err(Trouble::new(Code::OVERFLOW, "a range cannot hold the largest int").into());
        };
        let range = crate::value::Range { start: *start, end, closed };
        self.set(dst, Value::Range(Rc::new(range)));
        Ok(())
    }

    fn concat(&mut self, dst: Reg, first: Reg, count: u16) -> Result<(), Stop> {
        let base = self.base() + first as usize;
        let joined = join(&self.stack[base..base + count as usize])?;
        self.set(dst, Value::str(joined));
        Ok(())
    }

    /// Straight into the string that is added to, where nothing else holds it.
    fn add_texts(&mut self, target: Reg, first: Reg, count: u16) -> Result<(), Stop> {
        let base = self.base();
        let target = base + target as usize;
        let first = base + first as usize;
        let parts = first..first + count as usize;
        let mut text = std::mem::take(&mut self.stack[target]);
        let own = if let Value::Str(text) = &mut text { Rc::get_mut(text) } else { None };
        let added = match own {
            Some(own) => add_in_place(own, &self.stack[parts]),
            None => {
                join(&self.stack[parts]).and_then(|joined| arith::add_assign(&mut text, &Value::str(joined)))
            }
        };
        self.stack[target] = text;
        Ok(added?)
    }

    fn format(&mut self, dst: Reg, src: Reg, at: u16) -> Result<(), Stop> {
        let spec = match &self.current().constants[at as usize] {
            Value::Str(spec) => format::FormatSpec::parse(spec)?,
            _ => return Err(internal("a format is no text")),
        };
        let result = format::format(self.get(src), &spec)?;
        self.set(dst, Value::str(result));
        Ok(())
    }

    fn unpack(&mut self, src: Reg, first: Reg, count: u16) -> Result<(), Stop> {
        let elements = index::elements(self.get(src))?;
        if elements.len() != count as usize {
            let message = format!("{count} names for a list of {}", elements.len());
            return Err(Trouble::new(Code::VALUE, message).into());
        }
        for (reg, element) in (first..).zip(elements) {
            self.set(reg, element);
        }
        Ok(())
    }

    fn call_builtin(&mut self, dst: Reg, first: Reg, builtin: u8, argc: u8) -> Result<(), Stop> {
        let builtin = BUILTINS[builtin as usize].builtin;
        let result =
            self.with_operands(first, u16::from(argc), |machine, args| machine.builtin(builtin, args))?;
        self.set(dst, result);
        Ok(())
    }

    fn get_index(&mut self, dst: Reg, src: Reg, at: Reg) -> Result<(), Stop> {
        let result = index::get_index(self.get(src), self.get(at))?;
        self.set(dst, result);
        Ok(())
    }

    fn set_index(&mut self, target: Reg, at: Reg, src: Reg) -> Result<(), Stop> {
        index::set_index(self.get(target), self.get(at), self.get(src).clone())?;
        Ok(())
    }

    fn push_try(&mut self, error: Reg, to: u32) -> Result<(), Stop> {
        self.protect(Guard::Try { error, to });
        Ok(())
    }

    fn push_deadline(&mut self, limit: Reg, to: u32) -> Result<(), Stop> {
        let limit = time::to_duration(self.get(limit))?;
        let at = crate::process::clock::monotonic().saturating_add(limit);
        let children = self.world.children_so_far();
        self.protect(Guard::Deadline { at, limit, to, children });
        Ok(())
    }

    fn push_lock(&mut self, lock: Reg, limit: Reg, got: Reg) -> Result<(), Stop> {
        let object = match self.get(lock) {
            Value::Object(object) if matches!(object.kind, ObjectKind::Lock | ObjectKind::Semaphore) => {
                *object
            }
            other => {
                let message = format!("`with` holds a lock or a semaphore, not {}", a_kind(other));
                return Err(Trouble::kind(message).into());
            }
        };
        let limit = if limit == NO_REG { None } else { Some(time::to_duration(self.get(limit))?) };
        let until = limit.map(|limit| crate::process::clock::monotonic().saturating_add(limit));
        let acquired = self.acquire(object, until)?;
        if acquired {
            self.protect(Guard::Lock(object));
        } else if got == NO_REG {
            let unmet = self.turn_of(object, Method::Acquire);
            return Err(too_late(limit.unwrap_or_default(), Some(unmet)).into());
        }
        self.set(got, Value::Bool(acquired));
        Ok(())
    }
}

/// The texts of some values, put together.
fn join(values: &[Value]) -> ValueResult<String> {
    let mut joined = String::with_capacity(32);
    for value in values {
        text::append(&mut joined, value)?;
    }
    Ok(joined)
}

/// Adds the texts of some values to a string; all of them or, after an error, none.
fn add_in_place(text: &mut String, values: &[Value]) -> ValueResult<()> {
    let before = text.len();
    let added = values.iter().try_for_each(|value| text::append(text, value));
    if added.is_err() {
        text.truncate(before);
    }
    added
}

fn internal(message: &str) -> Stop {
    Trouble::new(Code::INTERNAL, message).into()
}
