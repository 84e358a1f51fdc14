//! Calls, iteration, and the slow halves of the fast instructions.

use super::Stop;
use super::machine::{Frame, Machine};
use crate::program::{BUILTINS, Op, Reg};
use crate::source::Code;
use crate::value::{Closure, Trouble, Value, ValueResult, a_kind, arith, compare};
use std::rc::Rc;

/// How many calls may be under way at once.
pub(super) const DEEPEST: usize = 10_000;

/// How many built-in functions that call back may be under way at once: each needs some of our own stack.
const DEEPEST_NESTED: usize = 64;

pub(super) fn not_equal(left: &Value, right: &Value) -> ValueResult<bool> {
    Ok(!compare::equal(left, right)?)
}

impl Machine {
    /// Runs the scenario's top level.
    pub(super) fn run_top_level(&mut self) -> Result<Value, Stop> {
        self.enter(0, 0, crate::program::NO_REG, None)?;
        self.run(0)
    }

    /// The instructions that may go on elsewhere in their frame, or in another one.
    pub(super) fn jump_op(&mut self, op: Op) -> Result<(), Stop> {
        match op {
            Op::TestStart { site, to } => self.test_start(site, to),
            Op::TestEnd { site } => self.test_end(site),
            Op::TestAlone => self.test_alone(),
            Op::ExpectCheck { site, again } => self.expect_check(site, again),
            Op::Use { function } => self.use_file(function),
            other => Err(Trouble::new(Code::INTERNAL, format!("{other:?} is no jump")).into()),
        }
    }

    /// Runs the top level of a used file, the first time.
    fn use_file(&mut self, function: u32) -> Result<(), Stop> {
        if std::mem::replace(&mut self.used[function as usize], true) {
            return Ok(());
        }
        self.enter(function, 0, crate::program::NO_REG, None)
    }

    pub(super) fn binary(
        &mut self,
        dst: Reg,
        left: Reg,
        right: Reg,
        operation: fn(&Value, &Value) -> ValueResult<Value>,
    ) -> Result<(), Stop> {
        let result = operation(self.get(left), self.get(right))?;
        self.set(dst, result);
        Ok(())
    }

    pub(super) fn judge(
        &mut self,
        dst: Reg,
        left: Reg,
        right: Reg,
        operation: fn(&Value, &Value) -> ValueResult<bool>,
    ) -> Result<(), Stop> {
        let result = operation(self.get(left), self.get(right))?;
        self.set(dst, Value::Bool(result));
        Ok(())
    }

    /// A comparison of values that are not two ints.
    pub(super) fn compare(
        &self,
        left: Reg,
        right: Reg,
        operation: fn(&Value, &Value) -> ValueResult<bool>,
    ) -> Result<bool, Stop> {
        Ok(operation(self.get(left), self.get(right))?)
    }

    /// A comparison of what is no int with an int.
    pub(super) fn compare_int(
        &self,
        left: Reg,
        value: i16,
        operation: fn(&Value, &Value) -> ValueResult<bool>,
    ) -> Result<bool, Stop> {
        Ok(operation(self.get(left), &Value::Int(i64::from(value)))?)
    }

    pub(super) fn add_int(&mut self, dst: Reg, left: Reg, value: i16) -> Result<(), Stop> {
        let amount = Value::Int(i64::from(value.unsigned_abs()));
        let left = self.get(left);
        let result = if value < 0 { arith::subtract(left, &amount)? } else { arith::add(left, &amount)? };
        self.set(dst, result);
        Ok(())
    }

    pub(super) fn add_to(&mut self, target: Reg, src: Reg) -> Result<(), Stop> {
        let (base, src) = (self.base(), self.get(src).clone());
        arith::add_assign(&mut self.stack[base + target as usize], &src)?;
        Ok(())
    }

    pub(super) fn not_a_bool(&mut self, reg: Reg) -> Result<(), Stop> {
        match self.get(reg) {
            Value::Bool(_) => Ok(()),
            other => Err(Trouble::kind(format!("a condition must be a bool, not {}", a_kind(other)))
                .help("compare it with something, as in `x != 0` or `len(xs) > 0`")
                .into()),
        }
    }

    pub(super) fn unset_global(&self, at: u32) -> Result<(), Stop> {
        Err(unset(&self.program.globals[at as usize]).into())
    }

    /// Enters a function of the program with the arguments that stand from `first` on.
    #[inline]
    pub(super) fn enter(
        &mut self,
        function: u32,
        first: Reg,
        dst: Reg,
        closure: Option<Rc<Closure>>,
    ) -> Result<(), Stop> {
        let code = &self.program.functions[function as usize];
        let (params, registers) = (code.params as usize, code.registers as usize);
        if self.frames.len() >= DEEPEST {
            return Err(too_deep(DEEPEST).into());
        }
        let (start, base) = self
            .frames
            .last()
            .map_or((0, 0), |caller| (caller.base as usize + first as usize, caller.top as usize));
        let top = base + registers;
        if top > self.stack.len() {
            self.grow_stack(top);
        }
        let (callers, own) = self.stack.split_at_mut(base);
        for (parameter, argument) in own.iter_mut().zip(&callers[start..start + params]) {
            parameter.put(argument.copy());
        }
        self.frames.push(Frame { function, pc: 0, base: base as u32, top: top as u32, dst, closure });
        Ok(())
    }

    /// Calls the value in `first`. True: a frame was entered; false: it was built in and the result is there.
    pub(super) fn call_value(&mut self, dst: Reg, first: Reg, argc: u16) -> Result<bool, Stop> {
        match self.get(first).clone() {
            Value::Function(closure) => {
                self.check_arity(&closure, argc as usize)?;
                self.enter(closure.function, first + 1, dst, Some(closure))?;
                Ok(true)
            }
            Value::Builtin(number) => {
                let args = self.operands(first + 1, argc);
                let row = BUILTINS.get(number as usize).ok_or_else(|| Trouble::kind("no such function"))?;
                let result = self.builtin(row.builtin, &args)?;
                self.set(dst, result);
                Ok(false)
            }
            other => Err(not_callable(&other).into()),
        }
    }

    fn check_arity(&self, closure: &Closure, argc: usize) -> Result<(), Stop> {
        let params = self.program.functions[closure.function as usize].params as usize;
        if params == argc {
            return Ok(());
        }
        let takes = if params == 1 { "1 argument".to_owned() } else { format!("{params} arguments") };
        Err(Trouble::new(Code::ARGUMENT_COUNT, format!("{} takes {takes}, not {argc}", closure.name)).into())
    }

    /// Calls a function value from within a built-in function.
    pub(super) fn call_back(&mut self, function: &Value, args: &[Value]) -> Result<Value, Stop> {
        let closure = match function {
            Value::Function(closure) => closure.clone(),
            Value::Builtin(number) => {
                let row = BUILTINS.get(*number as usize).ok_or_else(|| Trouble::kind("no such function"))?;
                return self.builtin(row.builtin, args);
            }
            other => return Err(not_callable(other).into()),
        };
        self.check_arity(&closure, args.len())?;
        if self.nested >= DEEPEST_NESTED {
            return Err(too_deep(DEEPEST_NESTED).into());
        }
        if self.frames.len() >= DEEPEST {
            return Err(too_deep(DEEPEST).into());
        }
        let registers = self.program.functions[closure.function as usize].registers as usize;
        let (floor, base) = (self.frames.len(), self.top());
        let top = base + registers.max(args.len());
        if top > self.stack.len() {
            self.grow_stack(top);
        }
        for (parameter, argument) in self.stack[base..].iter_mut().zip(args) {
            parameter.put(argument.copy());
        }
        let function = closure.function;
        self.frames.push(Frame {
            function,
            pc: 0,
            base: base as u32,
            top: top as u32,
            dst: crate::program::NO_REG,
            closure: Some(closure),
        });
        self.nested += 1;
        let result = self.run(floor);
        self.nested -= 1;
        result
    }

    /// `ForStart`: checks that the value can be iterated; what changes while it is iterated is copied.
    pub(super) fn for_start(&mut self, first: Reg, pairs: bool) -> Result<(), Stop> {
        let start = match self.get(first) {
            Value::Range(range) => range.start,
            Value::List(_) => 0,
            Value::Map(map) if pairs => {
                let entries = map.0.borrow();
                let items = entries
                    .iter()
                    .map(|(key, value)| Value::list(vec![key.value(), value.clone()]))
                    .collect();
                drop(entries);
                self.set(first, Value::list(items));
                0
            }
            other => {
                let elements = crate::value::index::elements(other)?;
                self.set(first, Value::list(elements));
                0
            }
        };
        self.set(first + 1, Value::Int(start));
        Ok(())
    }

    /// The next element of a list, which may have grown or shrunk meanwhile; false at its end.
    pub(super) fn for_next(&mut self, first: Reg) -> Result<bool, Stop> {
        let (Value::List(list), Value::Int(position)) = (self.get(first), self.get(first + 1)) else {
            return Err(Trouble::new(Code::INTERNAL, "a loop lost what it goes over").into());
        };
        let position = *position;
        let Some(element) = list.0.borrow().get(position as usize).cloned() else { return Ok(false) };
        self.set(first + 1, Value::Int(position + 1));
        self.set(first + 2, element);
        Ok(true)
    }
}

pub(super) fn out_of_memory() -> Trouble {
    let most = crate::process::heap::most() >> 20;
    Trouble::new(Code::MEMORY, format!("this process holds more than {most} MiB of values"))
        .help("keep less: a list that only grows needs an end, and results can go to a file")
}

fn not_callable(value: &Value) -> Trouble {
    Trouble::kind(format!("{} cannot be called: only functions can", a_kind(value)))
}

pub(super) fn unset(name: &str) -> Trouble {
    Trouble::new(Code::UNSET, format!("`{name}` has no value yet: its `let` has not run"))
        .help("move the `let` before this use, or the call of this function behind the `let`")
}

fn too_deep(limit: usize) -> Trouble {
    Trouble::new(Code::RECURSION, format!("more than {limit} calls within each other"))
        .help("does the function call itself without an end?")
}
