//! Names: reading and writing variables, wherever they live.

use super::lowering::Lower;
use crate::check::resolution::{DeclId, DeclKind, Meaning};
use crate::check::storage::Storage;
use crate::program::{NO_REG, Op, Reg};
use crate::source::{Code, Span};
use crate::value::Value;

impl Lower<'_> {
    /// The register that a name's variable lives in, where it lives in one of this frame.
    pub(super) fn register_of(&self, name: Span) -> Option<Reg> {
        let Meaning::Decl(decl) = self.found.meaning(name) else { return None };
        let slot = self.slots[decl as usize];
        (self.storage(decl) == Storage::Register && slot != NO_REG).then_some(slot)
    }

    pub(super) fn read_name(&mut self, name: Span, dst: Reg) {
        match self.found.meaning(name) {
            Meaning::Decl(decl) => self.read(decl, dst, name),
            Meaning::Builtin(builtin) if builtin.row().is_value() => {
                self.emit(Op::CallBuiltin { dst, first: dst, builtin: builtin as u8, argc: 0 }, name);
            }
            Meaning::Builtin(builtin) => self.constant(Value::Builtin(builtin as u16), dst, name),
            Meaning::Signal(signal) => self.constant(Value::Signal(signal), dst, name),
            // Reported already; there will be no program.
            Meaning::Missing => {
                self.emit(Op::None { dst }, name);
            }
        }
    }

    pub(super) fn constant(&mut self, value: Value, dst: Reg, span: Span) {
        let at = self.frame.constant(value);
        self.emit(Op::Const { dst, at }, span);
    }

    pub(super) fn read(&mut self, decl: DeclId, dst: Reg, span: Span) {
        let slot = self.slots[decl as usize];
        let op = match self.storage(decl) {
            Storage::Register if slot == dst => return,
            // A name that an error kept from being declared; there will be no program.
            Storage::Register if slot == NO_REG => Op::None { dst },
            Storage::Register => Op::Move { dst, src: slot },
            Storage::Cell => match self.capture(decl) {
                Some(at) => Op::GetCapture { dst, at },
                None => Op::GetCell { dst, cell: slot },
            },
            Storage::Global(at) => Op::GetGlobal { dst, at },
            Storage::Function(function) => Op::Closure { dst, function },
        };
        self.emit(op, span);
    }

    /// The place of a variable among the captures of the running function, where it is one of another's.
    pub(super) fn capture(&self, decl: DeclId) -> Option<u16> {
        if self.decl(decl).function == self.frame.id {
            return None;
        }
        self.layout.capture(self.frame.id, decl)
    }

    /// Gives a variable that was declared before a value.
    pub(super) fn write(&mut self, decl: DeclId, src: Reg, span: Span) {
        let slot = self.slots[decl as usize];
        let op = match self.storage(decl) {
            Storage::Register if slot == src => return,
            Storage::Register => Op::Move { dst: slot, src },
            Storage::Cell => match self.capture(decl) {
                Some(at) => Op::SetCapture { at, src },
                None => Op::SetCell { cell: slot, src },
            },
            Storage::Global(at) => Op::SetGlobal { src, at },
            Storage::Function(_) => return self.imported_function(decl, span),
        };
        self.emit(op, span);
    }

    fn imported_function(&mut self, decl: DeclId, span: Span) {
        if let DeclKind::Import(_) = self.decl(decl).kind {
            let name = self.source.slice(span);
            let message = format!("`{name}` is a function of the used file and cannot be assigned to");
            self.error(Code::BAD_ASSIGNMENT, span, message, "choose another name");
        }
    }

    /// Declares a variable whose first value is in `reg`, a register that it may keep.
    pub(super) fn adopt(&mut self, decl: DeclId, reg: Reg, span: Span) {
        let known = self.slots[decl as usize] != NO_REG;
        match self.storage(decl) {
            Storage::Register if !known => self.slots[decl as usize] = reg,
            Storage::Cell if !known => {
                self.emit(Op::NewCell { reg }, span);
                self.slots[decl as usize] = reg;
            }
            _ => self.write(decl, reg, span),
        }
    }

    /// Makes the cell of a variable that is captured before it has a value.
    pub(super) fn empty_cell(&mut self, decl: DeclId, span: Span) {
        if self.slots[decl as usize] != NO_REG {
            return;
        }
        let reg = self.frame.register();
        self.constant(Value::Absent, reg, span);
        self.emit(Op::NewCell { reg }, span);
        self.slots[decl as usize] = reg;
    }
}
