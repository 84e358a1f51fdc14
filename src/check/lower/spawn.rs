//! `spawn`: what the parent evaluates first, then the bodies that the children run.

use super::call::Prepared;
use super::lowering::Lower;
use crate::check::resolution::Meaning;
use crate::program::{Builtin, NO_REG, NO_TARGET, Op, Reg, SpawnSite, SpawnTarget};
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind, Spawn, Target, TargetKind};

/// A target whose arguments are evaluated.
struct Ready {
    call: Option<Prepared>,
    exec: Option<(Reg, u16)>,
    options: Reg,
}

impl<'a> Lower<'a> {
    /// Starts the processes; the process, or the list of them, is put into `dst` and bound to NAME.
    pub(super) fn spawn_statement(&mut self, spawn: &'a Spawn, span: Span, dst: Reg) {
        let mark = self.frame.mark();
        let ready: Vec<Ready> = spawn.targets.iter().map(|target| self.ready(target)).collect();
        let number = self.frame.spawns.len();
        let site = self.frame.site(number);
        let name = spawn.name.map(|name| self.text(name).into());
        self.frame.spawns.push(SpawnSite { name, targets: Vec::new(), end: NO_TARGET });
        self.emit(Op::Spawn { dst, site }, head(spawn, span));
        let mut targets = Vec::new();
        for (target, ready) in spawn.targets.iter().zip(ready) {
            let body = self.frame.here();
            self.body(target, ready.call.as_ref());
            self.emit(Op::EndProcess, target.span);
            targets.push(SpawnTarget { body, options: ready.options, exec: ready.exec, span: target.span });
        }
        let end = self.frame.here();
        let site = &mut self.frame.spawns[number];
        site.targets = targets;
        site.end = end;
        self.frame.release(mark);
        if let Some(name) = spawn.name
            && let Some(decl) = self.found.decl(name.span)
        {
            self.adopt(decl, dst, name.span);
        }
    }

    /// Evaluates in the parent the arguments and the options of a target.
    fn ready(&mut self, target: &'a Target) -> Ready {
        let (call, exec) = match &target.kind {
            TargetKind::Call(call) => self.ready_call(call),
            TargetKind::Block(_) => (None, None),
        };
        let options = target.options.as_ref().map_or(NO_REG, |options| {
            let dst = self.frame.register();
            self.value_in(options, dst);
            dst
        });
        Ready { call, exec, options }
    }

    fn ready_call(&mut self, call: &'a Expr) -> (Option<Prepared>, Option<(Reg, u16)>) {
        match &call.kind {
            ExprKind::Call { callee, args } => {
                if self.is_builtin(callee, Builtin::Sh)
                    && let [command] = args.as_slice()
                {
                    return self.ready_shell(command, call.span);
                }
                let prepared = self.prepare_call(callee, args, call.span);
                let exec = match prepared {
                    Prepared::Builtin { builtin: Builtin::Exec, first, .. } => {
                        Some((first, args.len() as u16))
                    }
                    _ => None,
                };
                (Some(prepared), exec)
            }
            ExprKind::Method { receiver, name, args } => {
                (Some(self.prepare_method(receiver, *name, args, call.span)), None)
            }
            // Nothing else is a target; were it one, its body would evaluate it.
            _ => (None, None),
        }
    }

    fn is_builtin(&self, callee: &Expr, builtin: Builtin) -> bool {
        matches!(callee.kind, ExprKind::Name) && self.found.meaning(callee.span) == Meaning::Builtin(builtin)
    }

    /// `sh(x)` is `exec("/bin/sh", "-c", x)`.
    fn ready_shell(&mut self, command: &'a Expr, span: Span) -> (Option<Prepared>, Option<(Reg, u16)>) {
        let first = self.frame.registers(3);
        self.string("/bin/sh", first, span);
        self.string("-c", first + 1, span);
        self.value_in(command, first + 2);
        (Some(Prepared::Builtin { builtin: Builtin::Exec, first, argc: 3 }), Some((first, 3)))
    }

    /// What the child runs.
    fn body(&mut self, target: &'a Target, call: Option<&Prepared>) {
        let mark = self.frame.mark();
        self.frame.fences.push(self.frame.loops.len());
        match (&target.kind, call) {
            (TargetKind::Call(value), Some(call)) => {
                let dst = self.frame.register();
                self.do_call(call, dst, value.span);
            }
            (TargetKind::Call(value), None) => self.effect(value),
            (TargetKind::Block(block), _) => self.block(block),
        }
        self.frame.fences.pop();
        self.frame.release(mark);
    }
}

/// The statement without the bodies: `spawn p`, or with the call that it starts.
fn head(spawn: &Spawn, span: Span) -> Span {
    let end = match spawn.targets.first() {
        Some(Target { kind: TargetKind::Block(block), .. }) => block.span.start,
        Some(target) => target.span.end,
        None => span.end,
    };
    Span { start: span.start, end: end.clamp(span.start, span.end.max(span.start)) }
}
