//! Expressions: what each name in them means.

use super::resolver::Resolver;
use crate::check::resolution::{DeclId, Meaning, TOP};
use crate::program::{builtin, signal_named};
use crate::syntax::tree::{Expr, ExprKind, MapKey, Name, Spawn, StrPart, TargetKind};

impl<'a> Resolver<'a> {
    pub(super) fn expressions(&mut self, list: &'a [Expr]) {
        for value in list {
            self.expression(value);
        }
    }

    pub(super) fn expression(&mut self, value: &'a Expr) {
        match &value.kind {
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Duration(_)
            | ExprKind::Regex(_)
            | ExprKind::WaitAny => {}
            ExprKind::Name => self.name(Name { span: value.span }),
            ExprKind::Str(parts) => {
                for part in parts {
                    if let StrPart::Value { value, .. } = part {
                        self.expression(value);
                    }
                }
            }
            ExprKind::List(items) | ExprKind::Never(items) | ExprKind::Join { targets: items } => {
                self.expressions(items)
            }
            ExprKind::Map(entries) => self.map(entries),
            ExprKind::Unary { operand, .. } => self.expression(operand),
            ExprKind::Binary { left, right, .. } => {
                self.expression(left);
                self.expression(right);
            }
            ExprKind::Range { start, end, .. } => {
                start.iter().chain(end).for_each(|side| self.expression(side));
            }
            ExprKind::If { branches, otherwise } => {
                for (condition, block) in branches {
                    self.expression(condition);
                    self.block(block);
                }
                otherwise.iter().for_each(|block| self.block(block));
            }
            ExprKind::Function { params, body } => self.function_value(value.span, params, body),
            ExprKind::Call { callee, args } => {
                self.callee(callee, args);
                self.expressions(args);
            }
            ExprKind::Method { receiver, args, .. } => {
                self.receiver(receiver, value);
                self.expressions(args);
            }
            ExprKind::Field { receiver, .. } => self.receiver(receiver, value),
            ExprKind::Index { receiver, index } => {
                self.expression(receiver);
                self.expression(index);
            }
            ExprKind::Spawn(spawn) => self.spawn(spawn, true),
            ExprKind::Within { value, limit, otherwise } => {
                self.expression(value);
                self.expression(limit);
                otherwise.iter().for_each(|block| self.block(block));
            }
        }
    }

    fn map(&mut self, entries: &'a [(MapKey, Expr)]) {
        for (key, value) in entries {
            if let MapKey::Literal(key) = key {
                self.expression(key);
            }
            self.expression(value);
        }
    }

    /// The NAME is declared behind the targets: the child cannot know it.
    pub(super) fn spawn(&mut self, spawn: &'a Spawn, nested: bool) {
        for target in &spawn.targets {
            match &target.kind {
                TargetKind::Call(call) => self.expression(call),
                TargetKind::Block(block) => self.block(block),
            }
            self.expressions(target.options.as_slice());
        }
        if let Some(name) = spawn.name {
            self.declare_spawn(name, spawn.targets.len() > 1, nested);
        }
    }

    /// What a name means that is read.
    pub(super) fn name(&mut self, name: Name) {
        let meaning = self.meaning_of(name);
        if meaning == Meaning::Missing {
            self.undefined(name);
        }
    }

    /// Finds and notes what a name means, without a word where it means nothing.
    pub(super) fn meaning_of(&mut self, name: Name) -> Meaning {
        let text = self.text(name);
        if let Some(decl) = self.scopes.lookup(text) {
            self.use_decl(name, decl, true);
            return Meaning::Decl(decl);
        }
        let meaning = match signal_named(text).filter(|_| text.starts_with("SIG")) {
            Some(signal) => Meaning::Signal(signal),
            None => self.builtin_named(text),
        };
        self.found.put(name.span, meaning);
        meaning
    }

    fn builtin_named(&self, text: &str) -> Meaning {
        builtin(text).map_or(Meaning::Missing, Meaning::Builtin)
    }

    /// Notes the use of a variable, and who must capture it for that.
    pub(super) fn use_decl(&mut self, name: Name, decl: DeclId, read: bool) {
        self.put_decl(name, decl);
        let here = self.function;
        let variable = &mut self.found.decls[decl as usize];
        variable.used |= read;
        if variable.function == here {
            return;
        }
        variable.captured = true;
        if variable.scope == TOP {
            return;
        }
        let home = variable.function;
        let mut function = here;
        while function != home && self.free.insert(u64::from(function) << 32 | u64::from(decl)) {
            let inner = &mut self.found.functions[function as usize];
            inner.free.push(decl);
            function = inner.parent;
        }
    }
}
