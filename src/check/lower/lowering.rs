//! The state of the pass and its entry.

use super::frame::{Frame, Full};
use crate::check::assembly::Assembly;
use crate::check::findings::Findings;
use crate::check::resolution::{Decl, DeclId, FunctionId, Resolution, TOP};
use crate::check::setting::Setting;
use crate::check::storage::{Layout, Storage};
use crate::program::{NO_REG, Op, Part, Reg};
use crate::source::{Code, Source, Span};
use crate::syntax::tree::{Expr, File, Name};

/// The parts of a condition that keep their registers.
pub(in crate::check) type Parts = Vec<Part>;

pub(in crate::check) struct Lower<'a> {
    pub(super) source: &'a Source,
    pub(super) found: &'a Resolution,
    pub(super) layout: &'a Layout,
    pub(super) setting: &'a Setting<'a>,
    /// Index in the program of the file's first function but its top level.
    pub(super) first: u32,
    pub(super) assembly: &'a mut Assembly,
    pub(super) findings: &'a mut Findings,
    pub(super) frame: Frame,
    /// The register of each variable that has one; `NO_REG` until it is declared.
    pub(super) slots: Vec<Reg>,
    /// Expressions of the condition being lowered whose values stand in registers already.
    pub(super) kept: Vec<(&'a Expr, Reg)>,
}

/// Lowers a file and puts its functions into the program.
#[expect(clippy::too_many_arguments, reason = "the passes of a file meet here")]
pub(in crate::check) fn lower_file<'a>(
    source: &'a Source,
    file: &'a File,
    found: &'a Resolution,
    layout: &'a Layout,
    setting: &'a Setting<'a>,
    first: u32,
    assembly: &'a mut Assembly,
    findings: &'a mut Findings,
) {
    let span = Span::new(0, source.text().len());
    let mut lower = Lower {
        source,
        found,
        layout,
        setting,
        first,
        assembly,
        findings,
        frame: Frame::new(0, "main".into(), span, 0),
        slots: vec![NO_REG; found.decls.len()],
        kept: Vec::new(),
    };
    let end = Span { start: span.end, end: span.end };
    let src = if setting.earlier.is_some() {
        let value = lower.frame.register();
        lower.statements_value(TOP, &file.statements, value, end);
        value
    } else {
        lower.statements(TOP, &file.statements);
        if setting.is_root && !lower.frame.tests.is_empty() {
            lower.emit(Op::TestAlone, end);
        }
        NO_REG
    };
    lower.emit(Op::Return { src }, end);
    let frame = std::mem::replace(&mut lower.frame, Frame::new(0, "".into(), span, 0));
    lower.tell_full(&frame);
    let code = frame.finish(lower.findings.source, Vec::new());
    lower.assembly.put(setting.top, code);
}

impl<'a> Lower<'a> {
    pub(super) fn emit(&mut self, op: Op, span: Span) -> u32 {
        self.frame.emit(op, span)
    }

    pub(super) fn text(&self, name: Name) -> &'a str {
        self.source.slice(name.span)
    }

    pub(super) fn error(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let help = help.into();
        self.findings.error(code, span, message, "", Some(help).filter(|text| !text.is_empty()));
    }

    pub(super) fn decl(&self, decl: DeclId) -> &'a Decl {
        &self.found.decls[decl as usize]
    }

    pub(super) fn storage(&self, decl: DeclId) -> Storage {
        self.layout.storage[decl as usize]
    }

    /// The index in the program of a function of this file.
    pub(super) fn function_index(&self, function: FunctionId) -> u32 {
        if function == 0 { self.setting.top } else { self.first + function - 1 }
    }

    /// Reports a function that is larger than its instructions can say.
    pub(super) fn tell_full(&mut self, frame: &Frame) {
        let message = match frame.full {
            None => return,
            Some(Full::Registers) => {
                "more than 65000 variables and values are alive at once in one function".to_owned()
            }
            Some(Full::Sites) => "more than 65536 statements of one kind in one function".to_owned(),
        };
        let span = Span { start: frame.span.start, end: frame.span.start };
        self.error(Code::TOO_LONG, span, message, "divide it into several functions");
    }
}
