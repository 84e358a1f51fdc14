//! Blocks and declarations.

use super::lowering::Lower;
use crate::check::resolution::DeclKind;
use crate::check::storage::Storage;
use crate::program::{NO_REG, Op, Reg};
use crate::source::Span;
use crate::syntax::tree::{Block, Expr, ExprKind, Name, Stmt, StmtKind};

impl<'a> Lower<'a> {
    /// A block for its effects.
    pub(super) fn block(&mut self, block: &'a Block) {
        let mark = self.frame.mark();
        self.statements(block.span.start, &block.statements);
        self.frame.release(mark);
    }

    /// A block for its value: that of its last statement where it is an expression, else none.
    pub(super) fn block_value(&mut self, block: &'a Block, dst: Option<Reg>) {
        let Some(dst) = dst else { return self.block(block) };
        let mark = self.frame.mark();
        self.statements_value(block.span.start, &block.statements, dst, end_of(block));
        self.frame.release(mark);
    }

    /// The statements of the block that begins at `key`, for the value of the last.
    pub(super) fn statements_value(&mut self, key: u32, statements: &'a [Stmt], dst: Reg, end: Span) {
        self.hoist(key, statements);
        match statements.split_last() {
            Some((Stmt { kind: StmtKind::Expr(value), span }, others)) => {
                self.each(others);
                self.nested_names(*span);
                match &value.kind {
                    ExprKind::Spawn(spawn) => self.spawn_statement(spawn, value.span, dst),
                    _ => self.value_in(value, dst),
                }
            }
            _ => {
                self.each(statements);
                self.emit(Op::None { dst }, end);
            }
        }
    }

    /// The statements of the block that begins at `key`.
    pub(super) fn statements(&mut self, key: u32, statements: &'a [Stmt]) {
        self.hoist(key, statements);
        self.each(statements);
    }

    fn each(&mut self, statements: &'a [Stmt]) {
        for statement in statements {
            self.nested_names(statement.span);
            self.statement(statement);
        }
    }

    /// NAMEs of spawns in the middle of the statement: their registers outlive it.
    pub(super) fn nested_names(&mut self, statement: Span) {
        if self.found.nested_at.is_empty() {
            return;
        }
        let found = self.found;
        for decl in found.nested_at.get(&statement.start).into_iter().flatten() {
            if self.storage(*decl) == Storage::Cell {
                self.empty_cell(*decl, statement);
            }
        }
    }

    /// Makes the functions of a block, and the cells that they capture before anything else is there.
    fn hoist(&mut self, key: u32, statements: &'a [Stmt]) {
        let layout = self.layout;
        for decl in layout.early.get(&key).into_iter().flatten() {
            let span = self.decl(*decl).span;
            self.empty_cell(*decl, span);
        }
        for statement in statements {
            let StmtKind::Def { name, .. } = &statement.kind else { continue };
            let Some(decl) = self.found.decl(name.span) else { continue };
            match self.storage(decl) {
                Storage::Cell => self.empty_cell(decl, name.span),
                Storage::Register => self.slots[decl as usize] = self.frame.register(),
                Storage::Global(_) | Storage::Function(_) => {}
            }
        }
        for statement in statements {
            let StmtKind::Def { name, .. } = &statement.kind else { continue };
            self.make_function(*name);
        }
    }

    fn make_function(&mut self, name: Name) {
        let Some(decl) = self.found.decl(name.span) else { return };
        let DeclKind::Def(function) = self.decl(decl).kind else { return };
        let function = self.function_index(function);
        match self.storage(decl) {
            Storage::Function(_) => {}
            Storage::Register => {
                let dst = self.slots[decl as usize];
                self.emit(Op::Closure { dst, function }, name.span);
            }
            Storage::Cell | Storage::Global(_) => {
                let mark = self.frame.mark();
                let dst = self.frame.register();
                self.emit(Op::Closure { dst, function }, name.span);
                self.write(decl, dst, name.span);
                self.frame.release(mark);
            }
        }
    }

    pub(super) fn let_statement(&mut self, names: &'a [Name], value: &'a Expr) {
        match names {
            [name] => self.let_one(*name, value),
            _ => self.let_several(names, value),
        }
    }

    fn let_one(&mut self, name: Name, value: &'a Expr) {
        let Some(decl) = self.found.decl(name.span) else { return self.effect(value) };
        let known = self.slots[decl as usize] != NO_REG;
        match self.storage(decl) {
            Storage::Register | Storage::Cell if !known => {
                let reg = self.frame.register();
                self.value_in(value, reg);
                self.adopt(decl, reg, name.span);
            }
            _ => {
                let mark = self.frame.mark();
                self.assign_variable(decl, value, name.span);
                self.frame.release(mark);
            }
        }
    }

    fn let_several(&mut self, names: &'a [Name], value: &'a Expr) {
        let before = self.frame.mark();
        let first = self.frame.registers(names.len());
        let mark = self.frame.mark();
        let src = self.value(value);
        self.emit(Op::Unpack { src, first, count: names.len() as u16 }, value.span);
        self.frame.release(mark);
        self.adopt_all(names, first);
        if !names.iter().any(|name| self.lives_from(*name, first)) {
            self.frame.release(before);
        }
    }

    /// Whether the variable lives in a register from `first` on.
    pub(super) fn lives_from(&self, name: Name, first: Reg) -> bool {
        let slot = self.found.decl(name.span).map(|decl| self.slots[decl as usize]);
        slot.is_some_and(|slot| slot != NO_REG && slot >= first)
    }

    /// Declares variables whose values stand in registers beside each other.
    pub(super) fn adopt_all(&mut self, names: &[Name], first: Reg) {
        for (reg, name) in (first..).zip(names) {
            if let Some(decl) = self.found.decl(name.span) {
                self.adopt(decl, reg, name.span);
            }
        }
    }
}

/// The closing brace.
pub(super) fn end_of(block: &Block) -> Span {
    Span { start: block.span.end.saturating_sub(1).max(block.span.start), end: block.span.end }
}
