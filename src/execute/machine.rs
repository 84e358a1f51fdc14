//! The register machine: runs the instructions of one process.

use super::protect::Protection;
use super::world::{World, signal_waits};
use super::{Stop, arrange, flow};
use crate::program::{FunctionCode, NO_REG, Op, Program, Reg};
use crate::value::{Closure, Value, arith, compare};
use std::rc::Rc;

/// How many backward jumps and calls go by before deadlines and captured output are looked after.
const FUEL: u32 = 1024;

/// The state of one interpreter. A fork copies it whole.
pub struct Machine {
    pub(super) program: Rc<Program>,
    pub(super) stack: Vec<Value>,
    pub(super) frames: Vec<Frame>,
    pub(super) protections: Vec<Protection>,
    pub(super) globals: Vec<Value>,
    /// Which functions, being used files, have run.
    pub(super) used: Vec<bool>,
    /// Calls from built-in functions back into the program that are under way.
    pub(super) nested: usize,
    pub(super) world: World,
}

/// One call that is under way.
#[derive(Debug)]
pub(super) struct Frame {
    pub function: u32,
    /// The instruction to go on with; while a slow instruction runs, the one behind it.
    pub pc: u32,
    /// Where its registers begin on the stack; they end where the next frame's begin.
    pub base: u32,
    /// The register of the caller that takes the result.
    pub dst: Reg,
    pub closure: Option<Rc<Closure>>,
}

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

impl Machine {
    pub(super) fn new(program: Rc<Program>, world: World) -> Self {
        let globals = vec![Value::Absent; program.globals.len()];
        let used = vec![false; program.functions.len()];
        Self {
            program,
            stack: Vec::with_capacity(256),
            frames: Vec::with_capacity(16),
            protections: Vec::new(),
            globals,
            used,
            nested: 0,
            world,
        }
    }

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
            let base = frame.base as usize;
            let function: &FunctionCode = &program.functions[frame.function as usize];
            let code = &function.code[..];
            let mut pc = frame.pc as usize;
            let mut regs = &mut self.stack[base..];

            // An instruction that needs the whole machine: the registers are taken anew behind it.
            macro_rules! slow {
                ($call:expr) => {{
                    self.save(pc);
                    $call?;
                    regs = &mut self.stack[base..];
                }};
            }
            macro_rules! int_op {
                ($dst:ident, $left:ident, $right:ident, $checked:ident, $general:path) => {{
                    if let (Value::Int(a), Value::Int(b)) = (&regs[$left as usize], &regs[$right as usize])
                        && let Some(result) = a.$checked(*b)
                    {
                        regs[$dst as usize] = Value::Int(result);
                    } else {
                        slow!(self.binary($dst, $left, $right, $general));
                    }
                }};
            }
            macro_rules! order_op {
            ($dst:ident, $left:ident, $right:ident, $op:tt, $general:path) => {{
                if let (Value::Int(a), Value::Int(b)) = (&regs[$left as usize], &regs[$right as usize]) {
                    regs[$dst as usize] = Value::Bool(a $op b);
                } else {
                    slow!(self.judge($dst, $left, $right, $general));
                }
            }};
        }

            loop {
                let op = code[pc];
                pc += 1;
                match op {
                    Op::Move { dst, src } => regs[dst as usize] = regs[src as usize].clone(),
                    Op::Int { dst, value } => regs[dst as usize] = Value::Int(i64::from(value)),
                    Op::Const { dst, at } => regs[dst as usize] = function.constants[at as usize].clone(),
                    Op::None { dst } => regs[dst as usize] = Value::None,
                    Op::Bool { dst, value } => regs[dst as usize] = Value::Bool(value),
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
                            regs[dst as usize] = Value::Int(result);
                        } else {
                            slow!(self.add_int(dst, left, value));
                        }
                    }
                    Op::AddTo { target, src } => {
                        if let (Value::Int(a), Value::Int(b)) = (&regs[target as usize], &regs[src as usize])
                            && let Some(result) = a.checked_add(*b)
                        {
                            regs[target as usize] = Value::Int(result);
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
                        value => regs[dst as usize] = value.clone(),
                    },
                    Op::SetGlobal { src, at } => self.globals[at as usize] = regs[src as usize].clone(),
                    Op::ForNext { first, to } => {
                        let at = first as usize;
                        if let (Value::Range(range), Value::Int(position)) = (&regs[at], &regs[at + 1]) {
                            let position = *position;
                            if position < range.end {
                                regs[at + 1] = Value::Int(position + 1);
                                regs[at + 2] = Value::Int(position);
                            } else {
                                pc = to as usize;
                            }
                        } else {
                            self.save(pc);
                            if !self.for_next(first)? {
                                pc = to as usize;
                            }
                            regs = &mut self.stack[base..];
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
                        regs = &mut self.stack[base..];
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
                    Op::TestStart { .. } | Op::TestEnd { .. } | Op::ExpectCheck { .. } | Op::Use { .. } => {
                        self.save(pc);
                        self.jump_op(op)?;
                        continue 'frame;
                    }
                    other => slow!(arrange::step(self, other)),
                }
            }
        }
    }

    #[inline]
    fn save(&mut self, pc: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.pc = pc as u32;
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
        self.stack.truncate(frame.base as usize);
        if self.frames.len() == floor {
            return Ok(Some(value));
        }
        if frame.dst != NO_REG {
            self.set(frame.dst, value);
        }
        Ok(None)
    }

    /// The registers of the top frame.
    #[inline]
    pub(super) fn base(&self) -> usize {
        self.frames.last().map_or(0, |frame| frame.base as usize)
    }

    #[inline]
    pub(super) fn get(&self, reg: Reg) -> &Value {
        &self.stack[self.base() + reg as usize]
    }

    #[inline]
    pub(super) fn set(&mut self, reg: Reg, value: Value) {
        if reg != NO_REG {
            let at = self.base() + reg as usize;
            self.stack[at] = value;
        }
    }

    /// Copies of `count` registers from `first` on.
    pub(super) fn operands(&self, first: Reg, count: u16) -> Vec<Value> {
        let start = self.base() + first as usize;
        self.stack[start..start + count as usize].to_vec()
    }

    /// The place of the instruction that runs.
    pub(super) fn here(&self) -> crate::source::Location {
        self.frames.last().map_or_else(Default::default, |frame| super::failure::location(self, frame))
    }

    /// The function that runs.
    pub(super) fn current(&self) -> &FunctionCode {
        let function = self.frames.last().map_or(0, |frame| frame.function);
        &self.program.functions[function as usize]
    }
}
