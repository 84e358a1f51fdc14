//! The state of the pass and its entry.

use crate::check::findings::Findings;
use crate::check::hash::{FastMap, FastSet};
use crate::check::resolution::{
    Decl, DeclId, DeclKind, EARLIER, Export, Function, FunctionId, Meaning, Resolution, TOP,
};
use crate::check::scope::Scopes;
use crate::source::{Source, Span};
use crate::syntax::tree::{File, Name};
use std::rc::Rc;

/// What the `use` statements of a file bring in, by where each statement begins.
pub(in crate::check) type Imports = FastMap<u32, Rc<[Export]>>;

pub(in crate::check) struct Resolver<'a> {
    pub(super) source: &'a Source,
    pub(super) imports: &'a Imports,
    pub(super) findings: &'a mut Findings,
    pub(super) scopes: Scopes<'a>,
    pub(super) found: Resolution,
    /// The function whose body is being looked at.
    pub(super) function: FunctionId,
    /// It is in the block of a test.
    pub(super) in_test: bool,
    /// Where the statement begins that is being looked at.
    pub(super) statement: u32,
    /// Pairs of function and variable that are in a `Function::free` already.
    pub(super) free: FastSet<u64>,
    /// Words near which the parser lost something, or `None` where every word may be lost: they are not
    /// reported as undefined.
    pub(super) lost: Option<FastSet<&'a str>>,
    /// The names of earlier entries of the session.
    earlier: &'a [Export],
}

impl<'a> Resolver<'a> {
    pub fn new(source: &'a Source, imports: &'a Imports, findings: &'a mut Findings) -> Self {
        Self {
            source,
            imports,
            findings,
            scopes: Scopes::default(),
            found: Resolution::default(),
            function: 0,
            in_test: false,
            statement: 0,
            free: FastSet::default(),
            lost: Some(FastSet::default()),
            earlier: &[],
        }
    }

    /// Says which words must not be reported as undefined, because what declares them may have been lost.
    pub fn with_lost(mut self, lost: Option<FastSet<&'a str>>) -> Self {
        self.lost = lost;
        self
    }

    /// Says what the entries before this one declared.
    pub fn after(mut self, earlier: &'a [Export]) -> Self {
        self.earlier = earlier;
        self
    }

    pub fn run(mut self, file: &'a File) -> Resolution {
        let whole = Span::new(0, self.source.text().len());
        self.found.functions.push(Function { parent: 0, params: 0, span: whole, free: Vec::new() });
        self.scopes.enter(EARLIER);
        for export in self.earlier {
            let number = self.found.imports.len() as u32;
            self.found.imports.push(export.clone());
            self.new_decl(&export.name, Span::default(), DeclKind::Import(number));
        }
        self.scopes.enter(TOP);
        self.statements(&file.statements);
        self.scopes.leave();
        self.scopes.leave();
        self.found.finish();
        self.found
    }

    pub(super) fn text(&self, name: Name) -> &'a str {
        self.source.slice(name.span)
    }

    pub(super) fn at_top(&self) -> bool {
        self.scopes.key() == TOP
    }

    pub(super) fn decl(&self, decl: DeclId) -> &Decl {
        &self.found.decls[decl as usize]
    }

    pub(super) fn put_decl(&mut self, name: Name, decl: DeclId) {
        self.found.put(name.span, Meaning::Decl(decl));
    }

    /// A new declaration in the innermost scope.
    pub(super) fn new_decl(&mut self, text: &'a str, span: Span, kind: DeclKind) -> DeclId {
        let decl = self.found.decls.len() as DeclId;
        self.found.decls.push(Decl {
            span,
            kind,
            function: self.function,
            scope: self.scopes.key(),
            used: false,
            assigned: false,
            captured: false,
            nested: false,
            pipeline: false,
        });
        self.scopes.bind(text, decl);
        decl
    }
}
