//! The fast loop: instruction after instruction, the slow ones handed on.

use super::machine::Machine;
use super::world::signal_waits;
use super::{Stop, arrange, flow};
use crate::process::heap;
use crate::program::{FunctionCode, NO_REG, Op};
use crate::value::{Value, arith, compare};

/// How many backward jumps and calls go by before deadlines and captured output are looked after.
const FUEL: u32 = 1024;

/// Whether it is time to look after signals, deadlines and captured output: asked where an endless run passes by.
#[inline]
fn due(fuel: &mut u32) -> bool {
    *fuel -= 1;
    if *fuel == 0 {
        *fuel = FUEL;
        return true;
    }
    signal_waits()
}

/// Where the jump goes that stands behind a test.
#[inline]
fn target(code: &[Op], pc: usize) -> usize {
    match code[pc] {
        Op::Jump { to } => to as usize,
        // The lowering puts nothing else there.
        _ => pc + 1,
    }
}

impl Machine {
    /// Runs until the frame number `floor` has returned.
    pub(super) fn run(&mut self, floor: usize) -> Result<Value, Stop> {
        loop {
            match self.run_frames(floor) {
                Ok(value) => return Ok(value),
                Err(stop) => self.unwind(stop, floor)?,
            }
        }
    }

    /// The fast loop: the instructions of the frame on top, whichever it is, until the frame at the floor returns.
    #[allow(clippy::too_many_lines)] // One arm an instruction; the slow ones are one line each.
    fn run_frames(&mut self, floor: usize) -> Result<Value, Stop> {
        let program = self.program.clone();
        let mut fuel = FUEL;
        'frame: loop {
            let Some(frame) = self.frames.last() else { return Ok(Value::None) };
            let (base, top) = (frame.base as usize, frame.top as usize);
            let function: &FunctionCode = &program.functions[frame.function as usize];
            let code = &function.code[..];
            let mut pc = frame.pc as usize;
            let mut regs = &mut self.stack[base..top];

            // An instruction that needs the whole machine: the registers are taken anew behind it.
            macro_rules! slow {
                ($call:expr) => {{
                    self.save(pc);
                    $call?;
                    if heap::is_full() {
                        return Err(flow::out_of_memory().into());
                    }
                    regs = &mut self.stack[base..top];
                }};
            }
            macro_rules! int_op {
                ($dst:ident, $left:ident, $right:ident, $checked:ident, $general:path) => {{
                    if let (Value::Int(a), Value::Int(b)) = (&regs[$left as usize], &regs[$right as usize])
                        && let Some(result) = a.$checked(*b)
                    {
                        regs[$dst as usize].put(Value::Int(result));
                    } else {
                        slow!(self.binary($dst, $left, $right, $general));
                    }
                }};
            }
            macro_rules! order_op {
            ($dst:ident, $left:ident, $right:ident, $op:tt, $general:path) => {{
                if let (Value::Int(a), Value::Int(b)) = (&regs[$left as usize], &regs[$right as usize]) {
                    regs[$dst as usize].put(Value::Bool(a $op b));
                } else {
                    slow!(self.judge($dst, $left, $right, $general));
                }
            }};
        }

            // A comparison with a jump behind it.
            macro_rules! test_op {
                ($left:ident, $right:ident, $truth:ident, $op:tt, $general:path) => {{
                    let found = if let (Value::Int(a), Value::Int(b)) = (&regs[$left as usize], &regs[$right as usize]) {
                        a $op b
                    } else {
                        self.save(pc);
                        let found = self.compare($left, $right, $general)?;
                        regs = &mut self.stack[base..top];
                        found
                    };
                    pc = if found == $truth { target(code, pc) } else { pc + 1 };
                }};
            }
            macro_rules! test_int_op {
                ($left:ident, $value:ident, $truth:ident, $op:tt, $general:path) => {{
                    let found = if let Value::Int(a) = &regs[$left as usize] {
                        *a $op i64::from($value)
                    } else {
                        self.save(pc);
                        let found = self.compare_int($left, $value, $general)?;
                        regs = &mut self.stack[base..top];
                        found
                    };
                    pc = if found == $truth { target(code, pc) } else { pc + 1 };
                }};
            }

            loop {
                let op = code[pc];
                pc += 1;
                match op {
                    Op::Move { dst, src } => regs[dst as usize].put(regs[src as usize].copy()),
                    Op::Int { dst, value } => regs[dst as usize].put(Value::Int(i64::from(value))),
                    Op::Const { dst, at } => regs[dst as usize].put(function.constants[at as usize].copy()),
                    Op::None { dst } => regs[dst as usize].put(Value::None),
                    Op::Bool { dst, value } => regs[dst as usize].put(Value::Bool(value)),
                    Op::Add { dst, left, right } => int_op!(dst, left, right, checked_add, arith::add),
                    Op::Subtract { dst, left, right } => {
                        int_op!(dst, left, right, checked_sub, arith::subtract)
                    }
                    Op::Multiply { dst, left, right } => {
                        int_op!(dst, left, right, checked_mul, arith::multiply)
                    }
                    Op::AddInt { dst, left, value } => {
                        if let Value::Int(a) = &regs[left as usize]
                            && let Some(result) = a.checked_add(i64::from(value))
                        {
                            regs[dst as usize].put(Value::Int(result));
                        } else {
                            slow!(self.add_int(dst, left, value));
                        }
                    }
                    Op::AddTo { target, src } => {
                        if let (Value::Int(a), Value::Int(b)) = (&regs[target as usize], &regs[src as usize])
                            && let Some(result) = a.checked_add(*b)
                        {
                            regs[target as usize].put(Value::Int(result));
                        } else {
                            slow!(self.add_to(target, src));
                        }
                    }
                    Op::Less { dst, left, right } => order_op!(dst, left, right, <, compare::less),
                    Op::LessEqual { dst, left, right } => {
                        order_op!(dst, left, right, <=, compare::less_equal)
                    }
                    Op::Greater { dst, left, right } => order_op!(dst, left, right, >, compare::greater),
                    Op::GreaterEqual { dst, left, right } => {
                        order_op!(dst, left, right, >=, compare::greater_equal);
                    }
                    Op::Equal { dst, left, right } => order_op!(dst, left, right, ==, compare::equal),
                    Op::NotEqual { dst, left, right } => order_op!(dst, left, right, !=, flow::not_equal),
                    Op::TestLess { left, right, truth } => test_op!(left, right, truth, <, compare::less),
                    Op::TestLessEqual { left, right, truth } => {
                        test_op!(left, right, truth, <=, compare::less_equal)
                    }
                    Op::TestGreater { left, right, truth } => {
                        test_op!(left, right, truth, >, compare::greater)
                    }
                    Op::TestGreaterEqual { left, right, truth } => {
                        test_op!(left, right, truth, >=, compare::greater_equal)
                    }
                    Op::TestEqual { left, right, truth } => test_op!(left, right, truth, ==, compare::equal),
                    Op::TestNotEqual { left, right, truth } => {
                        test_op!(left, right, truth, !=, flow::not_equal)
                    }
                    Op::TestLessInt { left, value, truth } => {
                        test_int_op!(left, value, truth, <, compare::less)
                    }
                    Op::TestLessEqualInt { left, value, truth } => {
                        test_int_op!(left, value, truth, <=, compare::less_equal)
                    }
                    Op::TestGreaterInt { left, value, truth } => {
                        test_int_op!(left, value, truth, >, compare::greater)
                    }
                    Op::TestGreaterEqualInt { left, value, truth } => {
                        test_int_op!(left, value, truth, >=, compare::greater_equal)
                    }
                    Op::TestEqualInt { left, value, truth } => {
                        test_int_op!(left, value, truth, ==, compare::equal)
                    }
                    Op::TestNotEqualInt { left, value, truth } => {
                        test_int_op!(left, value, truth, !=, flow::not_equal)
                    }
                    Op::Jump { to } => pc = to as usize,
                    Op::Loop { to } => {
                        pc = to as usize;
                        if due(&mut fuel) {
                            slow!(self.breathe());
                        }
                    }
                    Op::JumpIf { condition, to } => match regs[condition as usize] {
                        Value::Bool(true) => pc = to as usize,
                        Value::Bool(false) => {}
                        _ => slow!(self.not_a_bool(condition)),
                    },
                    Op::JumpIfNot { condition, to } => match regs[condition as usize] {
                        Value::Bool(false) => pc = to as usize,
                        Value::Bool(true) => {}
                        _ => slow!(self.not_a_bool(condition)),
                    },
                    Op::GetGlobal { dst, at } => match &self.globals[at as usize] {
                        Value::Absent => slow!(self.unset_global(at)),
                        value => regs[dst as usize].put(value.copy()),
                    },
                    Op::SetGlobal { src, at } => self.globals[at as usize] = regs[src as usize].copy(),
                    Op::ForNext { first, to } => {
                        let at = first as usize;
                        if let (Value::Range(range), Value::Int(position)) = (&regs[at], &regs[at + 1]) {
                            let position = *position;
                            if position < range.end {
                                regs[at + 1].put(Value::Int(position + 1));
                                regs[at + 2].put(Value::Int(position));
                            } else {
                                pc = to as usize;
                            }
                        } else {
                            self.save(pc);
                            if !self.for_next(first)? {
                                pc = to as usize;
                            }
                            regs = &mut self.stack[base..top];
                        }
                    }
                    Op::CallFunction { dst, first, function } => {
                        self.save(pc);
                        if due(&mut fuel) {
                            self.breathe()?;
                        }
                        self.enter(u32::from(function), first, dst, None)?;
                        continue 'frame;
                    }
                    Op::Call { dst, first, argc } => {
                        self.save(pc);
                        if due(&mut fuel) {
                            self.breathe()?;
                        }
                        if self.call_value(dst, first, argc)? {
                            continue 'frame;
                        }
                        regs = &mut self.stack[base..top];
                    }
                    Op::Return { src } => {
                        let value =
                            if src == NO_REG { Value::None } else { std::mem::take(&mut regs[src as usize]) };
                        match self.leave(value, floor)? {
                            Some(value) => return Ok(value),
                            None => continue 'frame,
                        }
                    }
                    Op::Spawn { dst, site } => {
                        self.save(pc);
                        self.spawn(dst, site)?;
                        continue 'frame;
                    }
                    Op::TestStart { .. }
                    | Op::TestEnd { .. }
                    | Op::TestAlone
                    | Op::ExpectCheck { .. }
                    | Op::Use { .. } => {
                        self.save(pc);
                        self.jump_op(op)?;
                        continue 'frame;
                    }
                    other => slow!(arrange::step(self, other)),
                }
            }
        }
    }

    /// The frame on top returned `value`: to the caller's register, or out of the machine.
    #[inline]
    fn leave(&mut self, value: Value, floor: usize) -> Result<Option<Value>, Stop> {
        let depth = self.frames.len() - 1;
        if self.protections.last().is_some_and(|protection| protection.frame >= depth) {
            self.leave_protections(depth)?;
        }
        let Some(frame) = self.frames.pop() else { return Ok(Some(value)) };
        self.clear(frame.base as usize, frame.top as usize);
        if self.frames.len() == floor {
            return Ok(Some(value));
        }
        if frame.dst != NO_REG {
            self.set(frame.dst, value);
        }
        Ok(None)
    }
}
