//! What must hold of every program: each register, jump and index is in bounds.

use proctor::program::{BUILTINS, CaptureFrom, FunctionCode, Moment, NO_REG, NO_TARGET, Op, Program, Reg};
use proctor::value::Value;

struct Validator<'p> {
    program: &'p Program,
    function: &'p FunctionCode,
    at: usize,
    fault: Option<String>,
}

/// Says what is out of bounds, where something is.
pub fn validate(program: &Program) -> Result<(), String> {
    for function in &program.functions {
        let mut validator = Validator { program, function, at: 0, fault: None };
        validator.function();
        if let Some(fault) = validator.fault {
            return Err(format!("{} at {}: {fault}", function.name, validator.at));
        }
    }
    Ok(())
}

impl Validator<'_> {
    fn must(&mut self, holds: bool, what: &str) {
        if !holds && self.fault.is_none() {
            self.fault = Some(format!("{what}: {:?}", self.function.code.get(self.at)));
        }
    }

    fn reg(&mut self, reg: Reg) {
        self.must(reg < self.function.registers, "a register");
    }

    fn maybe_reg(&mut self, reg: Reg) {
        self.must(reg == NO_REG || reg < self.function.registers, "a register or none");
    }

    fn run(&mut self, first: Reg, count: usize) {
        let end = usize::from(first) + count;
        self.must(end <= usize::from(self.function.registers), "a run of registers");
    }

    fn jump(&mut self, to: u32) {
        self.must((to as usize) < self.function.code.len(), "a jump");
    }

    fn index(&mut self, at: usize, length: usize, what: &str) {
        self.must(at < length, what);
    }

    fn function(&mut self) {
        let function = self.function;
        self.must(function.code.len() == function.spans.len(), "spans beside code");
        self.must(function.params <= function.registers, "parameters in registers");
        self.must(matches!(function.code.last(), Some(Op::Return { .. })), "a return at the end");
        for capture in &function.captures {
            self.must(*capture != CaptureFrom::Register(NO_REG), "a capture's cell");
        }
        for (at, op) in function.code.iter().enumerate() {
            self.at = at;
            self.op(*op);
            if self.fault.is_some() {
                return;
            }
        }
        self.sites();
    }

    fn sites(&mut self) {
        let function = self.function;
        for site in &function.spawns {
            self.jump(site.end);
            for target in &site.targets {
                self.must(target.body < site.end, "a body before the end of its spawn");
                self.maybe_reg(target.options);
                if let Some((first, count)) = target.exec {
                    self.run(first, usize::from(count));
                }
            }
        }
        for site in &function.expects {
            self.maybe_reg(site.condition);
            self.maybe_reg(site.since);
            self.maybe_reg(site.why);
            if let Moment::Within(reg) | Moment::For(reg) = site.moment {
                self.reg(reg);
            }
            for part in &site.parts {
                self.reg(part.reg);
            }
        }
        for site in &function.tests {
            self.maybe_reg(site.worth);
            self.maybe_reg(site.within);
        }
    }

    fn op(&mut self, op: Op) {
        match op {
            Op::Const { dst, at } => {
                self.reg(dst);
                self.index(at as usize, self.function.constants.len(), "a constant");
            }
            Op::Int { dst, .. } | Op::None { dst } | Op::Bool { dst, .. } => self.reg(dst),
            Op::NewCell { reg } | Op::CheckBool { src: reg } => self.reg(reg),
            Op::Move { dst, src } | Op::Negate { dst, src } | Op::Not { dst, src } => self.both(dst, src),
            Op::GetCell { dst: a, cell: b }
            | Op::SetCell { cell: a, src: b }
            | Op::AddToCell { cell: a, src: b }
            | Op::AddTo { target: a, src: b }
            | Op::AddInt { dst: a, left: b, .. } => self.both(a, b),
            Op::GetGlobal { dst: reg, at }
            | Op::SetGlobal { src: reg, at }
            | Op::AddToGlobal { at, src: reg } => {
                self.reg(reg);
                self.index(at as usize, self.program.globals.len(), "a global");
            }
            Op::GetCapture { dst: reg, at }
            | Op::SetCapture { at, src: reg }
            | Op::AddToCapture { at, src: reg } => {
                self.reg(reg);
                self.index(usize::from(at), self.function.captures.len(), "a capture");
            }
            Op::Closure { dst, function } => {
                self.reg(dst);
                self.closure(function);
            }
            Op::MakeList { dst, first, count } | Op::Concat { dst, first, count } => {
                self.reg(dst);
                self.run(first, usize::from(count));
            }
            Op::AddTexts { target, first, count } => {
                self.reg(target);
                self.run(first, usize::from(count));
            }
            Op::MakeMap { dst, first, count } => {
                self.reg(dst);
                self.run(first, 2 * usize::from(count));
            }
            Op::MakeRange { dst, first, .. } => {
                self.reg(dst);
                self.run(first, 2);
            }
            Op::Format { dst, src, format } => {
                self.both(dst, src);
                let constant = self.function.constants.get(usize::from(format));
                self.must(matches!(constant, Some(Value::Str(_))), "a format");
            }
            Op::Unpack { src, first, count } => {
                self.reg(src);
                self.run(first, usize::from(count));
            }
            other => self.more(other),
        }
    }

    fn both(&mut self, a: Reg, b: Reg) {
        self.reg(a);
        self.reg(b);
    }

    fn closure(&mut self, function: u32) {
        self.index(function as usize, self.program.functions.len(), "a function");
        let Some(made) = self.program.functions.get(function as usize) else { return };
        for capture in &made.captures {
            match capture {
                CaptureFrom::Register(reg) => self.reg(*reg),
                CaptureFrom::Capture(at) => {
                    self.index(usize::from(*at), self.function.captures.len(), "a capture of a capture");
                }
            }
        }
    }

    fn more(&mut self, op: Op) {
        match op {
            Op::Add { dst, left, right }
            | Op::Subtract { dst, left, right }
            | Op::Multiply { dst, left, right }
            | Op::Divide { dst, left, right }
            | Op::FloorDivide { dst, left, right }
            | Op::Remainder { dst, left, right }
            | Op::Power { dst, left, right }
            | Op::Equal { dst, left, right }
            | Op::NotEqual { dst, left, right }
            | Op::Less { dst, left, right }
            | Op::LessEqual { dst, left, right }
            | Op::Greater { dst, left, right }
            | Op::GreaterEqual { dst, left, right }
            | Op::In { dst, left, right }
            | Op::Matches { dst, left, right }
            | Op::InAnyOrder { dst, left, right } => {
                self.reg(dst);
                self.both(left, right);
            }
            Op::TestLess { left, right, .. }
            | Op::TestLessEqual { left, right, .. }
            | Op::TestGreater { left, right, .. }
            | Op::TestGreaterEqual { left, right, .. }
            | Op::TestEqual { left, right, .. }
            | Op::TestNotEqual { left, right, .. } => {
                self.both(left, right);
                self.jump_behind();
            }
            Op::TestLessInt { left, .. }
            | Op::TestLessEqualInt { left, .. }
            | Op::TestGreaterInt { left, .. }
            | Op::TestGreaterEqualInt { left, .. }
            | Op::TestEqualInt { left, .. }
            | Op::TestNotEqualInt { left, .. } => {
                self.reg(left);
                self.jump_behind();
            }
            Op::Jump { to } => self.jump(to),
            Op::Loop { to } => {
                self.jump(to);
                self.must(to as usize <= self.at, "a loop goes back");
            }
            Op::JumpIf { condition, to } | Op::JumpIfNot { condition, to } => {
                self.reg(condition);
                self.jump(to);
            }
            Op::ForStart { first, .. } => self.run(first, 2),
            Op::ForNext { first, to } => {
                self.run(first, 3);
                self.jump(to);
            }
            other => self.calls(other),
        }
    }

    fn jump_behind(&mut self) {
        let next = self.function.code.get(self.at + 1);
        self.must(matches!(next, Some(Op::Jump { .. })), "a jump behind its test");
    }

    fn calls(&mut self, op: Op) {
        match op {
            Op::Call { dst, first, argc } => {
                self.reg(dst);
                self.run(first, usize::from(argc) + 1);
            }
            Op::CallFunction { dst, first, function } => {
                self.reg(dst);
                let called = self.program.functions.get(usize::from(function));
                self.must(called.is_some_and(|called| called.captures.is_empty()), "a direct function");
                self.run(first, called.map_or(0, |called| usize::from(called.params)));
            }
            Op::CallBuiltin { dst, first, builtin, argc } => {
                self.reg(dst);
                self.run(first, usize::from(argc));
                self.index(usize::from(builtin), BUILTINS.len(), "a built-in function");
            }
            Op::CallMethod { dst, first, name, argc } => {
                self.reg(dst);
                self.run(first, usize::from(argc) + 1);
                self.index(usize::from(name), self.program.names.len(), "a name");
            }
            Op::GetField { dst: a, src: b, name } | Op::SetField { target: a, name, src: b } => {
                self.both(a, b);
                self.index(usize::from(name), self.program.names.len(), "a name");
            }
            Op::GetIndex { dst: a, src: b, index: c } | Op::SetIndex { target: a, index: b, src: c } => {
                self.both(a, b);
                self.reg(c);
            }
            Op::Return { src } => self.maybe_reg(src),
            Op::Use { function } => {
                self.index(function as usize, self.program.functions.len(), "a used file");
            }
            other => self.rest(other),
        }
    }

    fn rest(&mut self, op: Op) {
        match op {
            Op::PushTry { error, to } => {
                self.reg(error);
                self.jump(to);
            }
            Op::PushDeadline { limit, to } => {
                self.reg(limit);
                if to != NO_TARGET {
                    self.jump(to);
                }
            }
            Op::PushLock { lock, limit, got } => {
                self.reg(lock);
                for reg in [limit, got].into_iter().filter(|reg| *reg != NO_REG) {
                    self.reg(reg);
                }
            }
            Op::Spawn { dst, site } => {
                self.reg(dst);
                self.index(usize::from(site), self.function.spawns.len(), "a spawn");
                let body = self.function.spawns.get(usize::from(site)).map(|site| site.targets[0].body);
                self.must(body == Some(self.at as u32 + 1), "a body right behind its spawn");
            }
            Op::Verb { dst, first, count, .. } => {
                self.reg(dst);
                self.run(first, usize::from(count));
            }
            Op::ExpectStart { site } | Op::ExpectNoError { site } => self.expect(site),
            Op::ExpectCheck { site, again } => {
                self.expect(site);
                self.jump(again);
            }
            Op::ExpectError { site, error } => {
                self.expect(site);
                self.reg(error);
            }
            Op::TestStart { site, to } => {
                self.index(usize::from(site), self.function.tests.len(), "a test");
                self.jump(to);
                let end = self.function.code.get(to as usize);
                self.must(end == Some(&Op::TestEnd { site }), "a test's end");
            }
            Op::TestAlone => self.must(!self.function.tests.is_empty(), "tests"),
            Op::TestEnd { site } => self.index(usize::from(site), self.function.tests.len(), "a test"),
            _ => {}
        }
    }

    fn expect(&mut self, site: u16) {
        self.index(usize::from(site), self.function.expects.len(), "an expectation");
    }
}
