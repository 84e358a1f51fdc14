//! The resolved program: functions as instructions, names as slots.

use super::{Method, Op, Reg};
use crate::source::{SourceId, Span};
use crate::value::{Points, Value};
use std::rc::Rc;

/// A whole program. `functions[0]` is the scenario's top level and takes no arguments.
#[derive(Debug, Default)]
pub struct Program {
    pub functions: Vec<FunctionCode>,
    /// The names of the global slots: what is declared at the top level of a file and used inside its functions.
    pub globals: Vec<Rc<str>>,
    /// Names of fields and methods.
    pub names: Vec<Rc<str>>,
    /// For each of the names the method of values that is called so, where there is one.
    pub methods: Vec<Option<Method>>,
}

/// One function, or the top level of one file.
#[derive(Debug)]
pub struct FunctionCode {
    pub name: Rc<str>,
    pub source: SourceId,
    /// Where it is declared.
    pub span: Span,
    /// How many arguments it takes; they arrive in the registers from 0 on.
    pub params: u16,
    /// How many registers it needs.
    pub registers: u16,
    pub code: Vec<Op>,
    /// The place in the text of each instruction; as long as `code`.
    pub spans: Vec<Span>,
    pub constants: Vec<Value>,
    pub captures: Vec<CaptureFrom>,
    pub spawns: Vec<SpawnSite>,
    pub expects: Vec<ExpectSite>,
    pub tests: Vec<TestSite>,
}

/// Where a closure finds a variable that it captures, as it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureFrom {
    /// A register of the function that makes it, which holds a cell.
    Register(Reg),
    /// A capture of the function that makes it.
    Capture(u16),
}

/// A `spawn`. Its targets' bodies stand behind the instruction, each ended by `EndProcess`;
/// they run in the frame of the spawning function, which the child has a copy of.
#[derive(Debug)]
pub struct SpawnSite {
    /// NAME, where there is one.
    pub name: Option<Rc<str>>,
    /// More than one: a pipeline.
    pub targets: Vec<SpawnTarget>,
    /// Where the parent goes on.
    pub end: u32,
}

#[derive(Debug)]
pub struct SpawnTarget {
    /// The instruction where its body begins.
    pub body: u32,
    /// The register that holds the options, or `NO_REG`.
    pub options: Reg,
    /// First register and number of the arguments where the target is a plain call of the built-in `exec`
    /// (or `sh`, whose arguments are expanded by the checker to `"/bin/sh" "-c" text`).
    pub exec: Option<(Reg, u16)>,
    pub span: Span,
}

/// An `expect`.
#[derive(Debug)]
pub struct ExpectSite {
    /// Of the condition; for `expect error KIND`, of the kind.
    pub span: Span,
    pub moment: Moment,
    /// Holds the condition's value, or `NO_REG`.
    pub condition: Reg,
    /// Holds the time from which the moment counts; written by `ExpectStart`.
    pub since: Reg,
    /// Holds the reason given, or `NO_REG`.
    pub why: Reg,
    /// The parts of the condition worth showing, in the order of the text. A register that still holds
    /// `Absent` was not evaluated.
    pub parts: Vec<Part>,
    /// The kind of `expect error`.
    pub kind: Option<Rc<str>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Now,
    /// The register holds the time.
    Within(Reg),
    For(Reg),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub span: Span,
    pub reg: Reg,
}

/// A `test`. Registers are `NO_REG` where the clause is not given.
#[derive(Debug)]
pub struct TestSite {
    pub name: Rc<str>,
    pub span: Span,
    /// The first instruction of its clauses.
    pub begin: u32,
    pub worth: Reg,
    /// What `worth` says where it is a literal; one point where there is none.
    pub points: Option<Points>,
    pub within: Reg,
    /// What `within` says where it is a literal, in nanoseconds.
    pub limit: Option<i64>,
    pub tags: Vec<Rc<str>>,
    pub needs: Vec<Rc<str>>,
    pub hidden: bool,
    pub skip: Option<Rc<str>>,
    pub xfail: Option<Rc<str>>,
    /// Own words for those who passed it, and for those who did not.
    pub pass: Option<Rc<str>>,
    pub fail: Option<Rc<str>>,
}
