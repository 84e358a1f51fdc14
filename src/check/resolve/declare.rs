//! Declarations: `let`, `def`, parameters and what `use` brings in.

use super::resolver::Resolver;
use crate::check::resolution::{DeclId, DeclKind, Function, FunctionId};
use crate::source::{Code, Diagnostic, Span};
use crate::syntax::tree::{Block, FunctionBody, Name, Stmt, StmtKind};

impl<'a> Resolver<'a> {
    /// The declaration of this name in the innermost scope, where there is one.
    fn here(&self, text: &str) -> Option<DeclId> {
        let decl = self.scopes.lookup(text)?;
        (self.decl(decl).scope == self.scopes.key()).then_some(decl)
    }

    /// Declares a variable; the same name again in the same block is the same variable with a new value.
    pub(super) fn declare(&mut self, name: Name, kind: DeclKind) -> DeclId {
        let text = self.text(name);
        let decl = match self.here(text) {
            Some(decl) if !matches!(self.decl(decl).kind, DeclKind::Import(_)) => {
                self.found.decls[decl as usize].assigned = true;
                decl
            }
            _ => self.new_decl(text, name.span, kind),
        };
        self.put_decl(name, decl);
        decl
    }

    /// Declares names of which none may stand twice.
    pub(super) fn declare_distinct(&mut self, names: &[Name], kind: DeclKind) {
        for name in names {
            let text = self.text(*name);
            if let Some(first) = self.here(text) {
                self.duplicate(*name, self.decl(first).span);
            }
            let decl = self.new_decl(text, name.span, kind);
            self.put_decl(*name, decl);
        }
    }

    /// NAME of a spawn; `nested` where it stands in the middle of an expression.
    pub(super) fn declare_spawn(&mut self, name: Name, pipeline: bool, nested: bool) {
        let known = self.found.decls.len();
        let decl = self.declare(name, DeclKind::Spawn);
        self.found.decls[decl as usize].pipeline |= pipeline;
        if nested && self.found.decls.len() > known {
            self.found.decls[decl as usize].nested = true;
            self.found.nested_at.entry(self.statement).or_default().push(decl);
        }
    }

    /// Declares the functions of a block, which may be used before their lines.
    pub(super) fn hoist(&mut self, statements: &'a [Stmt]) {
        for statement in statements {
            let StmtKind::Def { name, params, .. } = &statement.kind else { continue };
            let text = self.text(*name);
            if let Some(first) = self.here(text) {
                self.duplicate(*name, self.decl(first).span);
            }
            let function = self.new_function(params.len(), statement.span);
            let decl = self.new_decl(text, name.span, DeclKind::Def(function));
            self.put_decl(*name, decl);
        }
    }

    fn duplicate(&mut self, name: Name, first: Span) {
        let text = self.text(name);
        let diagnostic = Diagnostic::error(Code::DUPLICATE_NAME, format!("`{text}` is declared twice here"))
            .at(self.findings.place(name.span), "the second one")
            .at(self.findings.place(first), "the first one")
            .help("give one of them another name");
        self.findings.add(diagnostic);
    }

    fn new_function(&mut self, params: usize, span: Span) -> FunctionId {
        let id = self.found.functions.len() as FunctionId;
        self.found.functions.push(Function { parent: self.function, params, span, free: Vec::new() });
        id
    }

    /// The bodies of a block's functions; they see all that the block declares, also below them.
    pub(super) fn hoisted_bodies(&mut self, statements: &'a [Stmt]) {
        for statement in statements {
            let StmtKind::Def { name, params, body } = &statement.kind else { continue };
            // Two functions of one name are an error already: each keeps its own declaration.
            let Some(decl) = self.declared_at(*name) else { continue };
            if let DeclKind::Def(function) = self.decl(decl).kind {
                self.body(function, params, body);
            }
        }
    }

    /// The declaration that was made for the name at this very place.
    fn declared_at(&self, name: Name) -> Option<DeclId> {
        let decl = self.here(self.text(name))?;
        (self.decl(decl).span == name.span).then_some(decl)
    }

    pub(super) fn handler(&mut self, statement: &'a Stmt, body: &'a Block) {
        let function = self.new_function(0, statement.span);
        self.found.function_at.insert(statement.span.start, function);
        self.body(function, &[], body);
    }

    pub(super) fn function_value(&mut self, span: Span, params: &'a [Name], body: &'a FunctionBody) {
        let function = self.new_function(params.len(), span);
        self.found.function_at.insert(span.start, function);
        match body {
            FunctionBody::Block(block) => self.body(function, params, block),
            FunctionBody::Expr(value) => {
                let outer = std::mem::replace(&mut self.function, function);
                let statement = std::mem::replace(&mut self.statement, value.span.start);
                self.scopes.enter(span.start);
                self.declare_distinct(params, DeclKind::Param);
                self.expression(value);
                self.scopes.leave();
                self.statement = statement;
                self.function = outer;
            }
        }
    }

    fn body(&mut self, function: FunctionId, params: &'a [Name], body: &'a Block) {
        let outer = std::mem::replace(&mut self.function, function);
        self.scopes.enter(body.span.start);
        self.declare_distinct(params, DeclKind::Param);
        self.statements(&body.statements);
        self.scopes.leave();
        self.function = outer;
    }

    /// What a used file exports becomes visible from its `use` on.
    pub(super) fn import(&mut self, statement: &'a Stmt, path: Span) {
        let imports = self.imports;
        let Some(exports) = imports.get(&statement.span.start) else { return };
        for export in exports.iter() {
            if let Some(first) = self.here(&export.name) {
                let taken = self.decl(first);
                if let DeclKind::Import(known) = taken.kind
                    && self.found.imports[known as usize].location == export.location
                {
                    continue;
                }
                let diagnostic = Diagnostic::error(
                    Code::DUPLICATE_NAME,
                    format!("the used file declares `{}`, which is declared here too", export.name),
                )
                .at(self.findings.place(path), "brings it in")
                .at(export.location, "declared in the used file")
                .at(self.findings.place(taken.span), "and here")
                .help("give one of them another name");
                self.findings.add(diagnostic);
                continue;
            }
            let number = self.found.imports.len() as u32;
            self.found.imports.push(export.clone());
            self.new_decl(&export.name, path, DeclKind::Import(number));
        }
    }
}
