//! Where each variable of a file lives: a register, a cell, a global slot, or nowhere because it is a function
//! that can be called directly.

use super::hash::{FastMap, FastSet};
use super::resolution::{DeclId, DeclKind, Exported, FunctionId, Resolution, TOP};

/// Beyond so many, variables of the top level are globals: its frame has 65535 registers.
const TOP_REGISTERS: usize = 40_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    Register,
    /// A register that holds a cell, because a closure captures it.
    Cell,
    Global(u32),
    /// No variable: the function with this index in the program, which captures nothing and is never replaced.
    Function(u32),
}

/// Where everything of a file lives.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub storage: Vec<Storage>,
    /// Variables that a hoisted function captures before their `let`, by the block they belong to.
    pub early: FastMap<u32, Vec<DeclId>>,
    /// The place of a variable among the captures of a function; the key is that of [`capture_key`].
    captures: FastMap<u64, u16>,
}

fn capture_key(function: FunctionId, decl: DeclId) -> u64 {
    u64::from(function) << 32 | u64::from(decl)
}

impl Layout {
    pub fn capture(&self, function: FunctionId, decl: DeclId) -> Option<u16> {
        self.captures.get(&capture_key(function, decl)).copied()
    }
}

/// Gives out what a file needs of the whole program.
pub(super) trait Slots {
    /// A new global slot for the variable that is declared at `decl`.
    fn global(&mut self, decl: DeclId) -> u32;
    /// The index in the program of a function of this file.
    fn function(&self, function: FunctionId) -> u32;
}

/// Who uses the names of a file's top level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Top {
    /// Nobody else.
    Own,
    /// The files that use it.
    Shared,
    /// The later entries of a session, which may also declare them anew: even functions are variables.
    Open,
}

/// Decides for a whole file.
pub(super) fn lay_out(found: &mut Resolution, top: Top, slots: &mut dyn Slots) -> Layout {
    let direct = direct_functions(found, top == Top::Open);
    let mut layout = Layout::default();
    let mut registers = 0;
    for (index, decl) in found.decls.iter().enumerate() {
        let id = index as DeclId;
        let storage = match decl.kind {
            DeclKind::Def(function) if direct[index] => Storage::Function(slots.function(function)),
            DeclKind::Import(number) => match &found.imports[number as usize].what {
                Exported::Function { index, .. } => Storage::Function(*index),
                Exported::Global(at) => Storage::Global(*at),
            },
            _ if decl.scope == TOP => {
                registers += 1;
                let global = top != Top::Own || decl.captured || decl.nested || registers > TOP_REGISTERS;
                if global { Storage::Global(slots.global(id)) } else { Storage::Register }
            }
            _ if decl.captured || decl.nested => Storage::Cell,
            _ => Storage::Register,
        };
        layout.storage.push(storage);
    }
    number_captures(found, &mut layout);
    find_early(found, &mut layout);
    layout
}

/// Which declarations are functions that capture nothing and are never assigned, or (at an `open` top level) declared anew. Functions that use one another
/// are all so, or none is.
fn direct_functions(found: &Resolution, open: bool) -> Vec<bool> {
    let is_candidate = |decl: DeclId| {
        let decl = &found.decls[decl as usize];
        matches!(decl.kind, DeclKind::Def(_)) && !decl.assigned && !(open && decl.scope == TOP)
    };
    let mut direct: Vec<bool> = (0..found.decls.len() as DeclId).map(is_candidate).collect();
    let mut users: FastMap<DeclId, Vec<DeclId>> = FastMap::default();
    let mut fallen = Vec::new();
    for (index, decl) in found.decls.iter().enumerate() {
        let DeclKind::Def(function) = decl.kind else { continue };
        for used in &found.functions[function as usize].free {
            users.entry(*used).or_default().push(index as DeclId);
            if direct[index] && !is_candidate(*used) {
                direct[index] = false;
                fallen.push(index as DeclId);
            }
        }
    }
    while let Some(decl) = fallen.pop() {
        for user in users.get(&decl).into_iter().flatten() {
            if std::mem::replace(&mut direct[*user as usize], false) {
                fallen.push(*user);
            }
        }
    }
    direct
}

/// Leaves in each function's `free` only what is captured, in the order of the captures.
fn number_captures(found: &mut Resolution, layout: &mut Layout) {
    for (index, function) in found.functions.iter_mut().enumerate() {
        function.free.retain(|decl| layout.storage[*decl as usize] == Storage::Cell);
        for (place, decl) in function.free.iter().enumerate() {
            // More captures than fit are reported by the lowering, which has at most 65535 registers for them.
            let place = u16::try_from(place).unwrap_or(u16::MAX);
            layout.captures.insert(capture_key(index as FunctionId, *decl), place);
        }
    }
}

fn find_early(found: &Resolution, layout: &mut Layout) {
    let mut known = FastSet::default();
    for decl in &found.decls {
        let DeclKind::Def(function) = decl.kind else { continue };
        for used in &found.functions[function as usize].free {
            let variable = &found.decls[*used as usize];
            let later = matches!(variable.kind, DeclKind::Let | DeclKind::Spawn);
            if later && variable.scope == decl.scope && known.insert(*used) {
                layout.early.entry(decl.scope).or_default().push(*used);
            }
        }
    }
}
