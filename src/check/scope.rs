//! Which declaration each name means just now: nested scopes with lookups that cost the same however many there are.

use super::hash::FastMap;
use super::resolution::DeclId;

const UNBOUND: DeclId = DeclId::MAX;

/// Symbols are names as numbers; each has at most one meaning at a time.
#[derive(Debug, Default)]
pub(super) struct Scopes<'a> {
    symbols: FastMap<&'a str, u32>,
    names: Vec<&'a str>,
    bound: Vec<DeclId>,
    /// What to put back when the scope is left: a symbol and what it meant before.
    undo: Vec<(u32, DeclId)>,
    open: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    key: u32,
    undo: usize,
}

impl<'a> Scopes<'a> {
    /// Opens a scope; `key` tells it from all others.
    pub fn enter(&mut self, key: u32) {
        self.open.push(Open { key, undo: self.undo.len() });
    }

    pub fn leave(&mut self) {
        let Some(open) = self.open.pop() else { return };
        for (symbol, before) in self.undo.drain(open.undo..).rev() {
            self.bound[symbol as usize] = before;
        }
    }

    /// The key of the innermost scope.
    pub fn key(&self) -> u32 {
        self.open.last().map_or(u32::MAX, |open| open.key)
    }

    pub fn lookup(&self, name: &str) -> Option<DeclId> {
        let symbol = *self.symbols.get(name)?;
        Some(self.bound[symbol as usize]).filter(|decl| *decl != UNBOUND)
    }

    /// Lets the name mean `decl` until the innermost scope is left.
    pub fn bind(&mut self, name: &'a str, decl: DeclId) {
        let symbol = *self.symbols.entry(name).or_insert_with(|| {
            self.names.push(name);
            self.bound.push(UNBOUND);
            (self.names.len() - 1) as u32
        });
        let before = std::mem::replace(&mut self.bound[symbol as usize], decl);
        self.undo.push((symbol, before));
    }

    /// Every name that means something just now.
    pub fn visible(&self) -> impl Iterator<Item = &'a str> {
        self.names.iter().zip(&self.bound).filter(|(_, decl)| **decl != UNBOUND).map(|(name, _)| *name)
    }
}
