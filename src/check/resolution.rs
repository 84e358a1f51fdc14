//! What the names of one file mean: found by `resolve`, read by the lowering and by the lints.

use super::hash::FastMap;
use crate::program::Builtin;
use crate::source::{Location, Source, Span};
use crate::value::Signal;
use std::cell::Cell;
use std::rc::Rc;

/// Number of a declaration in [`Resolution::decls`].
pub(super) type DeclId = u32;
/// Number of a function in [`Resolution::functions`]; 0 is the file's top level.
pub(super) type FunctionId = u32;

/// The [`Decl::scope`] of the top level.
pub(super) const TOP: u32 = u32::MAX;
/// That of the names which earlier entries of a session declared.
pub(super) const EARLIER: u32 = u32::MAX - 1;

/// One variable or function. In one block a name is one variable, however often `let` names it.
#[derive(Debug)]
pub(super) struct Decl {
    /// The name where it is first declared; for an import, the path of its `use`.
    pub span: Span,
    pub kind: DeclKind,
    /// The function in whose frame it lives.
    pub function: FunctionId,
    /// Where the block begins that it belongs to, or [`TOP`].
    pub scope: u32,
    pub used: bool,
    /// Given a value other than by its declaration.
    pub assigned: bool,
    /// Used in a function inside the one that it lives in.
    pub captured: bool,
    /// Declared in the middle of an expression, which perhaps does not reach it.
    pub nested: bool,
    /// NAME of a spawn with several targets: a list of processes.
    pub pipeline: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeclKind {
    Let,
    /// NAME of a `spawn`.
    Spawn,
    Def(FunctionId),
    Param,
    Loop,
    Catch,
    /// From a used file: number in [`Resolution::imports`].
    Import(u32),
}

/// A `def`, a function value, a handler or the top level.
#[derive(Debug)]
pub(super) struct Function {
    pub parent: FunctionId,
    pub params: usize,
    /// Of its declaration.
    pub span: Span,
    /// Variables of the functions around it that it, or a function in it, uses. Those that need no
    /// capture are taken out when storage is decided.
    pub free: Vec<DeclId>,
}

/// A top-level name that other files can use.
#[derive(Debug, Clone)]
pub(super) struct Export {
    pub name: Rc<str>,
    pub location: Location,
    pub what: Exported,
}

#[derive(Debug, Clone)]
pub(super) enum Exported {
    /// A `def` that can be called directly: its index in the program, how many arguments it takes and how it is called.
    Function {
        index: u32,
        params: usize,
        usage: Rc<str>,
    },
    Global(u32),
}

/// What a name in the text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Decl(DeclId),
    Builtin(Builtin),
    Signal(Signal),
    /// Nothing; an error was reported.
    Missing,
}

#[derive(Debug, Default)]
pub(super) struct Resolution {
    pub decls: Vec<Decl>,
    pub functions: Vec<Function>,
    pub imports: Vec<Export>,
    /// Function values and handlers by where they begin.
    pub function_at: FastMap<u32, FunctionId>,
    /// Nested declarations by where the statement begins that they stand in.
    pub nested_at: FastMap<u32, Vec<DeclId>>,
    /// Every name, declared or used, by where it begins; sorted.
    meanings: Vec<(u32, Meaning)>,
    /// The place in `meanings` behind the last one asked for: passes ask mostly in the order of the text.
    cursor: Cell<usize>,
}

impl Resolution {
    pub fn put(&mut self, span: Span, meaning: Meaning) {
        self.meanings.push((span.start, meaning));
    }

    /// To be called once, when all names are there.
    pub fn finish(&mut self) {
        self.meanings.sort_unstable_by_key(|(start, _)| *start);
        self.meanings.shrink_to_fit();
    }

    pub fn meaning(&self, span: Span) -> Meaning {
        let at = self.cursor.get();
        if let Some((start, meaning)) = self.meanings.get(at)
            && *start == span.start
        {
            self.cursor.set(at + 1);
            return *meaning;
        }
        match self.meanings.binary_search_by_key(&span.start, |(start, _)| *start) {
            Ok(found) => {
                self.cursor.set(found + 1);
                self.meanings[found].1
            }
            Err(_) => Meaning::Missing,
        }
    }

    /// How a function is called: its declaration up to the body, without `def`.
    pub fn usage<'s>(&self, source: &'s Source, function: FunctionId) -> &'s str {
        let text = source.slice(self.functions[function as usize].span);
        let head = text.split('{').next().unwrap_or_default();
        head.trim_start_matches("def").trim()
    }

    /// The declaration that a name means.
    pub fn decl(&self, span: Span) -> Option<DeclId> {
        match self.meaning(span) {
            Meaning::Decl(decl) => Some(decl),
            _ => None,
        }
    }
}
