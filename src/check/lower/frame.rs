//! A function as its instructions are written: registers, constants, jumps.

use crate::check::hash::FastMap;
use crate::check::resolution::FunctionId;
use crate::program::{ExpectSite, FunctionCode, NO_REG, Op, Reg, SpawnSite, TestSite};
use crate::source::{SourceId, Span};
use crate::value::Value;
use std::rc::Rc;

/// Registers stay below this, so that a few more always fit beside [`NO_REG`].
const REGISTERS: u32 = NO_REG as u32 - 8;

/// A constant that is its own key; strings have a map of their own.
#[derive(PartialEq, Eq, Hash)]
enum Plain {
    Absent,
    Int(i64),
    Float(u64),
    Duration(i64),
    Builtin(u16),
    Signal(u8),
}

/// A string constant, which can be looked for by its letters.
#[derive(PartialEq, Eq, Hash)]
struct Text(Rc<String>);

impl std::borrow::Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// A loop around the place that is being lowered.
pub(super) struct Loop {
    pub start: u32,
    /// Jumps that wait for the loop's end.
    pub breaks: Vec<u32>,
    /// How many frames of protection were open around the loop.
    pub guards: usize,
}

/// Limits of one function that its text can exceed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Full {
    Registers,
    Sites,
}

pub(super) struct Frame {
    pub id: FunctionId,
    pub name: Rc<str>,
    pub span: Span,
    pub params: u16,
    pub code: Vec<Op>,
    pub spans: Vec<Span>,
    pub spawns: Vec<SpawnSite>,
    pub expects: Vec<ExpectSite>,
    pub tests: Vec<TestSite>,
    pub loops: Vec<Loop>,
    /// Frames of protection that are open here.
    pub guards: usize,
    /// For each body of a `spawn` around this place: how many loops are outside it.
    pub fences: Vec<usize>,
    /// The first limit that was exceeded.
    pub full: Option<Full>,
    constants: Vec<Value>,
    plain_at: FastMap<Plain, u32>,
    string_at: FastMap<Text, u32>,
    /// Formats: an instruction has less room for their number, so they come first among the constants.
    formats: Vec<Rc<String>>,
    next: u32,
    most: u32,
}

impl Frame {
    pub fn new(id: FunctionId, name: Rc<str>, span: Span, params: u16) -> Self {
        Self {
            id,
            name,
            span,
            params,
            code: Vec::new(),
            spans: Vec::new(),
            spawns: Vec::new(),
            expects: Vec::new(),
            tests: Vec::new(),
            loops: Vec::new(),
            guards: 0,
            fences: Vec::new(),
            full: None,
            constants: Vec::new(),
            plain_at: FastMap::default(),
            string_at: FastMap::default(),
            formats: Vec::new(),
            next: u32::from(params),
            most: u32::from(params),
        }
    }

    pub fn emit(&mut self, op: Op, span: Span) -> u32 {
        self.code.push(op);
        self.spans.push(span);
        (self.code.len() - 1) as u32
    }

    /// The index of the next instruction.
    pub fn here(&self) -> u32 {
        self.code.len() as u32
    }

    /// Lets the jump at `at` go to the next instruction.
    pub fn patch(&mut self, at: u32) {
        let here = self.here();
        match &mut self.code[at as usize] {
            Op::Jump { to }
            | Op::JumpIf { to, .. }
            | Op::JumpIfNot { to, .. }
            | Op::ForNext { to, .. }
            | Op::PushTry { to, .. }
            | Op::PushDeadline { to, .. }
            | Op::TestStart { to, .. } => *to = here,
            _ => {}
        }
    }

    pub fn patch_all(&mut self, jumps: Vec<u32>) {
        for jump in jumps {
            self.patch(jump);
        }
    }

    /// `count` new registers beside each other.
    pub fn registers(&mut self, count: usize) -> Reg {
        let first = self.next;
        let next = u32::try_from(count).ok().and_then(|count| first.checked_add(count));
        match next {
            Some(next) if next <= REGISTERS => {
                self.next = next;
                self.most = self.most.max(next);
                first as Reg
            }
            _ => {
                self.full = self.full.or(Some(Full::Registers));
                0
            }
        }
    }

    pub fn register(&mut self) -> Reg {
        self.registers(1)
    }

    /// To be given to [`Self::release`]: all registers taken since are free again then.
    pub fn mark(&self) -> u32 {
        self.next
    }

    pub fn release(&mut self, mark: u32) {
        self.next = mark;
    }

    /// The number of a site as an instruction holds it.
    pub fn site(&mut self, number: usize) -> u16 {
        u16::try_from(number).unwrap_or_else(|_| {
            self.full = self.full.or(Some(Full::Sites));
            0
        })
    }

    fn plain(&mut self, key: Plain, value: Value) -> u32 {
        let constants = &mut self.constants;
        *self.plain_at.entry(key).or_insert_with(|| {
            constants.push(value);
            (constants.len() - 1) as u32
        })
    }

    pub fn string(&mut self, text: &str) -> u32 {
        if let Some(known) = self.string_at.get(text) {
            return *known;
        }
        let shared = Rc::new(text.to_owned());
        self.constants.push(Value::Str(shared.clone()));
        let at = (self.constants.len() - 1) as u32;
        self.string_at.insert(Text(shared), at);
        at
    }

    /// The number of a format among the function's formats.
    pub fn format(&mut self, text: &str) -> u16 {
        let place = self.formats.iter().position(|known| known.as_str() == text).unwrap_or_else(|| {
            self.formats.push(Rc::new(text.to_owned()));
            self.formats.len() - 1
        });
        self.site(place)
    }

    /// A constant that is not a string.
    pub fn constant(&mut self, value: Value) -> u32 {
        let key = match &value {
            Value::Absent => Plain::Absent,
            Value::Int(int) => Plain::Int(*int),
            Value::Float(float) => Plain::Float(float.to_bits()),
            Value::Duration(nanoseconds) => Plain::Duration(*nanoseconds),
            Value::Builtin(builtin) => Plain::Builtin(*builtin),
            Value::Signal(signal) => Plain::Signal(signal.0),
            _ => {
                self.constants.push(value);
                return (self.constants.len() - 1) as u32;
            }
        };
        self.plain(key, value)
    }

    pub fn finish(mut self, source: SourceId, captures: Vec<crate::program::CaptureFrom>) -> FunctionCode {
        self.formats_first();
        self.code.shrink_to_fit();
        self.spans.shrink_to_fit();
        FunctionCode {
            name: self.name,
            source,
            span: self.span,
            params: self.params,
            registers: self.most as u16,
            code: self.code,
            spans: self.spans,
            constants: self.constants,
            captures,
            spawns: self.spawns,
            expects: self.expects,
            tests: self.tests,
        }
    }

    fn formats_first(&mut self) {
        if self.formats.is_empty() {
            return;
        }
        let shift = self.formats.len() as u32;
        for op in &mut self.code {
            if let Op::Const { at, .. } = op {
                *at += shift;
            }
        }
        let formats = self.formats.drain(..).map(Value::Str);
        self.constants.splice(0..0, formats);
    }
}
