//! Calls of functions, built-in functions and methods.

use super::lowering::Lower;
use crate::check::count::{are, counted, expected};
use crate::check::resolution::{DeclId, DeclKind, Exported, Meaning};
use crate::check::storage::Storage;
use crate::program::{Builtin, BuiltinRow, Op, Reg};
use crate::source::{Code, Diagnostic, Location, Span};
use crate::syntax::tree::{Expr, ExprKind, Name};

/// What is called and where its arguments stand: evaluated, but not called yet.
pub(super) enum Prepared {
    Function {
        function: u32,
        first: Reg,
    },
    Builtin {
        builtin: Builtin,
        first: Reg,
        argc: u8,
    },
    Method {
        name: u16,
        first: Reg,
        argc: u8,
    },
    /// The value called, with its arguments behind it.
    Value {
        first: Reg,
        argc: u16,
    },
}

impl<'a> Lower<'a> {
    pub(super) fn call(&mut self, callee: &'a Expr, args: &'a [Expr], dst: Reg, span: Span) {
        let prepared = self.prepare_call(callee, args, span);
        self.do_call(&prepared, dst, span);
    }

    /// Evaluates what a call needs.
    pub(super) fn prepare_call(&mut self, callee: &'a Expr, args: &'a [Expr], span: Span) -> Prepared {
        if let ExprKind::Name = callee.kind {
            match self.found.meaning(callee.span) {
                Meaning::Builtin(builtin) if !builtin.row().is_value() => {
                    self.check_builtin(builtin.row(), args.len(), callee.span, span);
                    let argc = self.few(args.len(), span);
                    return Prepared::Builtin { builtin, first: self.arguments(args), argc };
                }
                Meaning::Decl(decl) => {
                    if let Storage::Function(function) = self.storage(decl) {
                        self.check_function(decl, args.len(), callee.span, span);
                        // The instruction has 16 bits for the function; further ones are called as values.
                        if u16::try_from(function).is_ok() {
                            return Prepared::Function { function, first: self.arguments(args) };
                        }
                    }
                }
                _ => {}
            }
        }
        let first = self.frame.registers(args.len() + 1);
        self.value_in(callee, first);
        for (argument, place) in args.iter().zip(1..) {
            self.value_in(argument, first.saturating_add(place));
        }
        Prepared::Value { first, argc: args.len() as u16 }
    }

    /// Arguments in registers of their own; at least one, where the called function may put its result.
    fn arguments(&mut self, args: &'a [Expr]) -> Reg {
        if args.is_empty() {
            return self.frame.register();
        }
        self.run_of(args, 0)
    }

    pub(super) fn prepare_method(
        &mut self,
        receiver: &'a Expr,
        name: Name,
        args: &'a [Expr],
        span: Span,
    ) -> Prepared {
        let first = self.frame.registers(args.len() + 1);
        self.value_in(receiver, first);
        for (argument, place) in args.iter().zip(1..) {
            self.value_in(argument, first.saturating_add(place));
        }
        let argc = self.few(args.len(), span);
        Prepared::Method { name: self.name_number(name), first, argc }
    }

    pub(super) fn do_call(&mut self, prepared: &Prepared, dst: Reg, span: Span) {
        let op = match *prepared {
            Prepared::Function { function, first } => {
                Op::CallFunction { dst, first, function: function as u16 }
            }
            Prepared::Builtin { builtin, first, argc } => {
                Op::CallBuiltin { dst, first, builtin: builtin as u8, argc }
            }
            Prepared::Method { name, first, argc } => Op::CallMethod { dst, first, name, argc },
            Prepared::Value { first, argc } => Op::Call { dst, first, argc },
        };
        self.emit(op, span);
    }

    pub(super) fn method(&mut self, receiver: &'a Expr, name: Name, args: &'a [Expr], dst: Reg, span: Span) {
        let prepared = self.prepare_method(receiver, name, args, span);
        self.do_call(&prepared, dst, span);
    }

    pub(super) fn field(&mut self, receiver: &'a Expr, name: Name, dst: Reg) {
        let src = self.value(receiver);
        let number = self.name_number(name);
        self.emit(Op::GetField { dst, src, name: number }, name.span);
    }

    pub(super) fn name_number(&mut self, name: Name) -> u16 {
        let text = self.text(name);
        self.assembly.name(text).unwrap_or_else(|| {
            self.error(
                Code::TOO_LONG,
                name.span,
                "more than 65536 different names of fields and methods",
                "",
            );
            0
        })
    }

    /// The number of arguments where only 255 fit.
    pub(super) fn few(&mut self, count: usize, span: Span) -> u8 {
        u8::try_from(count).unwrap_or_else(|_| {
            self.error(Code::TOO_LONG, span, "more than 255 arguments in one call", "put them into a list");
            0
        })
    }

    fn check_builtin(&mut self, row: &BuiltinRow, given: usize, callee: Span, span: Span) {
        let fits = given >= usize::from(row.fewest)
            && (row.most == BuiltinRow::ANY || given <= usize::from(row.most));
        if fits {
            return;
        }
        let expected = expected(row.fewest, row.most);
        let message = format!("`{}` takes {expected}, but {} given", row.name, are(given));
        let diagnostic = Diagnostic::error(Code::ARGUMENT_COUNT, message)
            .at(self.findings.place(callee.to(span)), "")
            .help(format!("it is called as `{}`: {}", row.usage, row.doc));
        self.findings.add(diagnostic);
    }

    fn check_function(&mut self, decl: DeclId, given: usize, callee: Span, span: Span) {
        let found = self.found;
        let (params, usage, declared) = match self.decl(decl).kind {
            DeclKind::Def(function) => {
                let params = found.functions[function as usize].params;
                let place = self.findings.place(self.decl(decl).span);
                (params, found.usage(self.source, function), place)
            }
            DeclKind::Import(number) => {
                let export = &found.imports[number as usize];
                let Exported::Function { params, usage, .. } = &export.what else { return };
                (*params, &**usage, export.location)
            }
            _ => return,
        };
        if params != given {
            let name = self.source.slice(callee);
            self.wrong_count(name, params, given, usage, declared, span);
        }
    }

    fn wrong_count(
        &mut self,
        name: &str,
        params: usize,
        given: usize,
        usage: &str,
        declared: Location,
        span: Span,
    ) {
        let takes = counted(params);
        let diagnostic = Diagnostic::error(
            Code::ARGUMENT_COUNT,
            format!("`{name}` takes {takes}, but {} given", are(given)),
        )
        .at(self.findings.place(span), "")
        .at(declared, "declared here")
        .help(format!("it is called as `{usage}`"));
        self.findings.add(diagnostic);
    }
}
