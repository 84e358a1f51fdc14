//! The register machine: runs the instructions of one process.

use super::protection::Protection;
use super::world::World;
use crate::program::{FunctionCode, NO_REG, Program, Reg};
use crate::value::{Closure, Value};
use std::rc::Rc;

/// The state of one interpreter. A fork copies it whole.
pub struct Machine {
    pub(super) program: Rc<Program>,
    /// The registers of all frames. Beyond those of the frame on top there is nothing that would have to be dropped.
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
    /// Where its registers begin on the stack.
    pub base: u32,
    /// Where they end, and the next frame's begin.
    pub top: u32,
    /// The register of the caller that takes the result.
    pub dst: Reg,
    pub closure: Option<Rc<Closure>>,
}

impl Machine {
    pub(super) fn new(program: Rc<Program>, world: World) -> Self {
        let globals = vec![Value::Absent; program.globals.len()];
        let used = vec![false; program.functions.len()];
        Self {
            program,
            stack: Vec::new(),
            frames: Vec::with_capacity(16),
            protections: Vec::new(),
            globals,
            used,
            nested: 0,
            world,
        }
    }

    #[inline]
    /// Notes how far the frame on top has come.
    pub(super) fn save(&mut self, pc: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.pc = pc as u32;
        }
    }

    /// Lets go of what the registers from `base` up to `top` hold.
    #[inline]
    pub(super) fn clear(&mut self, base: usize, top: usize) {
        for register in &mut self.stack[base..top] {
            if !register.is_plain() {
                *register = Value::Absent;
            }
        }
    }

    /// Where the registers of the next frame begin.
    #[inline]
    pub(super) fn top(&self) -> usize {
        self.frames.last().map_or(0, |frame| frame.top as usize)
    }

    /// Makes room for registers up to `top`.
    #[cold]
    pub(super) fn grow_stack(&mut self, top: usize) {
        let length = (2 * top).max(256);
        self.stack.resize(length, Value::Absent);
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
            self.stack[at].put(value);
        }
    }

    /// Copies of `count` registers from `first` on.
    pub(super) fn operands(&self, first: Reg, count: u16) -> Vec<Value> {
        let start = self.base() + first as usize;
        self.stack[start..start + count as usize].to_vec()
    }

    /// Does something with copies of `count` registers from `first` on, which need no memory of their own where they are few.
    #[inline]
    pub(super) fn with_operands<T>(
        &mut self,
        first: Reg,
        count: u16,
        act: impl FnOnce(&mut Self, &[Value]) -> T,
    ) -> T {
        match count {
            0 => act(self, &[]),
            1 => {
                let operand = [self.get(first).copy()];
                act(self, &operand)
            }
            2 => {
                let operands = [self.get(first).copy(), self.get(first + 1).copy()];
                act(self, &operands)
            }
            _ => {
                let operands = self.operands(first, count);
                act(self, &operands)
            }
        }
    }

    /// The function that runs.
    pub(super) fn current(&self) -> &FunctionCode {
        let function = self.frames.last().map_or(0, |frame| frame.function);
        &self.program.functions[function as usize]
    }
}
