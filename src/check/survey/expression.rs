//! What each expression tells the checks.

use super::goes::Goes;
use super::surveyor::Surveyor;
use crate::check::context::shown;
use crate::check::lint::{always_false, duplicate_keys};
use crate::check::resolution::DeclKind;
use crate::check::table::{check_attribute, check_method, check_options, wrong_states};
use crate::program::{Builtin, Piped, methods_named};
use crate::source::Span;
use crate::syntax::tree::{
    BinaryOp, Block, Expr, ExprKind, FunctionBody, MapKey, Name, Spawn, Stmt, StmtKind, StrPart, Target,
    TargetKind, literal_text,
};
use crate::syntax::visit::{Visit, walk_expr};

impl<'a> Surveyor<'a> {
    pub(super) fn expression(&mut self, value: &Expr) {
        match &value.kind {
            ExprKind::Name => {
                self.calls_named(value);
                // It goes somewhere: into a variable, a list, a call. Whoever gets it may join it.
                if let Some(decl) = self.cx.decl(value) {
                    self.unjoined.known(decl);
                }
            }
            ExprKind::Str(parts) => {
                for part in parts {
                    if let StrPart::Value { value, .. } = part {
                        self.look(value);
                    }
                }
            }
            ExprKind::Map(entries) => self.map(entries),
            ExprKind::If { .. } => {
                self.gives_processes(value);
                walk_expr(self, value);
            }
            ExprKind::Binary { op, left, right, .. } => self.binary(*op, left, right, value.span),
            ExprKind::Function { body, .. } => {
                let node = self.function_at(value.span.start);
                self.apart(node, |survey| match body {
                    FunctionBody::Expr(body) => survey.visit_expr(body),
                    FunctionBody::Block(block) => {
                        survey.gives_process(block);
                        survey.visit_block(block);
                    }
                });
            }
            ExprKind::Call { callee, args } => self.call(callee, args, value.span),
            ExprKind::Method { receiver, name, args } => self.method(receiver, *name, args, value.span),
            ExprKind::Field { receiver, name } => {
                check_attribute(self.cx, receiver, *name, self.findings);
                self.look(receiver);
            }
            ExprKind::Join { targets } => {
                self.unbounded.joins();
                if targets.is_empty() {
                    self.unjoined.any_joined();
                }
                walk_expr(self, value);
            }
            ExprKind::WaitAny => {
                self.unbounded.joins();
                self.unjoined.any_joined();
            }
            _ => walk_expr(self, value),
        }
    }

    /// A block whose value is the process that it spawns last.
    fn gives_process(&mut self, block: &Block) {
        let Some(Stmt { kind: StmtKind::Expr(value), .. }) = block.statements.last() else { return };
        match &value.kind {
            ExprKind::Spawn(spawn) => {
                self.given.insert(value.span.start);
                if let Some(decl) = spawn.name.and_then(|name| self.cx.found.decl(name.span)) {
                    self.unjoined.known(decl);
                }
            }
            ExprKind::If { .. } => self.gives_processes(value),
            _ => {}
        }
    }

    /// An `if` whose value is used.
    fn gives_processes(&mut self, value: &Expr) {
        if let ExprKind::If { branches, otherwise } = &value.kind {
            branches
                .iter()
                .map(|(_, block)| block)
                .chain(otherwise)
                .for_each(|block| self.gives_process(block));
        }
    }

    fn map(&mut self, entries: &[(MapKey, Expr)]) {
        self.warnings.extend(duplicate_keys(self.cx, entries, self.findings));
        for (key, value) in entries {
            if let Some((name, _)) = self.cx.key(key) {
                self.keys.insert(name);
            }
            self.visit_expr(value);
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) {
        if let Some((warning, attribute)) = always_false(self.cx, op, left, right, span, self.findings) {
            match attribute {
                Some(name) => self.doubt(name, warning),
                None => self.warnings.push(warning),
            }
        }
        match op {
            BinaryOp::Equal | BinaryOp::NotEqual => {
                self.compare_state(left, right);
                self.compare_state(right, left);
            }
            BinaryOp::In | BinaryOp::NotIn => self.compare_state(left, right),
            _ => {}
        }
        self.look(left);
        self.look(right);
    }

    /// `side` is compared with `asked`, which may be the state of a process.
    fn compare_state(&mut self, asked: &Expr, side: &Expr) {
        let ExprKind::Field { receiver, name } = &asked.kind else { return };
        if self.cx.text(*name) != "state" {
            return;
        }
        let wrong = wrong_states(side, self.findings);
        if self.cx.is_process(receiver) {
            wrong.into_iter().for_each(|finding| self.findings.add(finding));
        } else {
            wrong.into_iter().for_each(|finding| self.doubt("state", finding));
        }
        // Who expects a zombie means not to join it yet, or ever.
        if literal_text(side) == Some("zombie")
            && let Some(decl) = self.cx.decl(receiver)
        {
            self.unjoined.known(decl);
        }
    }

    fn call(&mut self, callee: &Expr, args: &[Expr], span: Span) {
        match self.cx.builtin(callee) {
            Some(Builtin::Fork) => {
                self.unbounded.spawn(span);
                self.spawns();
            }
            Some(Builtin::AssertEq) => self.reach.expects(self.node),
            Some(Builtin::Children | Builtin::ActiveChildren | Builtin::Processes) => {
                self.unjoined.any_joined()
            }
            Some(_) => {}
            None => return self.call_of_program(callee, args),
        }
        args.iter().for_each(|argument| self.look(argument));
    }

    /// A call of something that the program made: it may join, end the loop, expect.
    fn call_of_program(&mut self, callee: &Expr, args: &[Expr]) {
        self.unbounded.joins();
        match self.cx.decl(callee).map(|decl| self.cx.found.decls[decl as usize].kind) {
            Some(DeclKind::Def(_)) => {}
            Some(DeclKind::Import(_)) => {
                self.unjoined.any_joined();
                self.reach.expects(self.node);
            }
            _ => self.reach.expects(self.node),
        }
        self.visit_expr(callee);
        args.iter().for_each(|argument| self.visit_expr(argument));
    }

    fn method(&mut self, receiver: &Expr, name: Name, args: &[Expr], span: Span) {
        let suspect = check_method(self.cx, receiver, name, args.len(), span, self.findings);
        if let Some(finding) = suspect {
            self.doubt(self.cx.text(name), finding);
        }
        if methods_named(self.cx.text(name)).next().is_none() {
            // A function in a map: nobody knows what it does.
            self.reach.expects(self.node);
            self.unbounded.joins();
        }
        match self.cx.text(name) {
            // Of a process, or nothing that gives an element away.
            "len" | "write" | "close_stdin" | "read_line" | "read_until" => self.look(receiver),
            _ => self.visit_expr(receiver),
        }
        args.iter().for_each(|argument| self.visit_expr(argument));
    }

    fn spawns(&mut self) {
        if self.caught == 0 {
            self.reach.spawns(self.node);
        }
    }

    pub(super) fn spawn(&mut self, spawn: &Spawn, goes: Goes<'_>) {
        let start = spawn.targets.first().map_or_else(Span::default, |target| target.span);
        let place = spawn.name.map_or(start, |name| name.span);
        self.unbounded.spawn(place);
        self.spawns();
        let closing = std::mem::take(&mut self.closing);
        for (number, target) in spawn.targets.iter().enumerate() {
            if let Some(options) = &target.options {
                let piped = Piped::at(number, spawn.targets.len());
                check_options(self.cx, options, piped, self.findings);
                self.options(options);
            }
            let is_daemon = target.options.as_ref().is_some_and(|options| self.says_daemon(options));
            self.target(target, is_daemon);
        }
        if self.may_be_daemon(spawn) {
            return;
        }
        match (goes, &spawn.name) {
            (Goes::Nowhere, Some(name)) => self.left_in(std::slice::from_ref(name)),
            // Where an error is caught or expected, the spawn may be what fails.
            (Goes::Nowhere, None) if !self.parent_ends() && !closing && self.caught == 0 => {
                self.unjoined.nameless(start);
            }
            (Goes::Into(names), _) => self.left_in(names),
            (Goes::Nowhere | Goes::Somewhere, _) => {}
        }
    }

    /// Processes that only this name stands for.
    pub(super) fn left_in(&mut self, names: &[Name]) {
        if let [name] = names
            && let Some(decl) = self.cx.found.decl(name.span)
            // A variable that nothing reads is another finding, and one is enough.
            && self.cx.found.decls.get(decl as usize).is_some_and(|decl| decl.used || decl.kind == DeclKind::Spawn)
            && !self.parent_ends()
            && !self.cx.text(*name).starts_with('_')
        {
            self.unjoined.spawned(decl, name.span);
        }
    }

    fn parent_ends(&self) -> bool {
        self.exits.last().copied().unwrap_or(false)
    }

    pub(super) fn may_be_daemon(&self, spawn: &Spawn) -> bool {
        spawn.targets.iter().filter_map(|target| target.options.as_ref()).any(|options| {
            // Options that the text does not show may say daemon.
            !matches!(options.kind, ExprKind::Map(_)) || self.says_daemon(options)
        })
    }

    /// The option's values, without taking its keys for keys of the program's maps.
    fn options(&mut self, options: &Expr) {
        match &options.kind {
            ExprKind::Map(entries) => {
                self.warnings.extend(duplicate_keys(self.cx, entries, self.findings));
                entries.iter().for_each(|(_, value)| self.look(value));
            }
            _ => self.visit_expr(options),
        }
    }

    fn says_daemon(&self, options: &Expr) -> bool {
        let ExprKind::Map(entries) = &options.kind else { return false };
        entries.iter().any(|(key, value)| {
            let is_daemon = self.cx.key(key).is_some_and(|(name, _)| name == "daemon");
            is_daemon
                && !matches!(value.kind, ExprKind::Bool(false))
                && (shown(value).is_none() || is_true(value))
        })
    }

    /// What a target runs; a daemon's counts apart, because it must not spawn.
    fn target(&mut self, target: &Target, daemon: bool) {
        let node = if daemon { self.reach.node() } else { self.node };
        if daemon {
            let sure = target.options.as_ref().is_some_and(|options| self.surely_daemon(options));
            if sure {
                self.daemons.daemon(target.span, node);
            }
            self.reach.calls(self.node, node);
        }
        let caught = self.caught;
        self.apart(node, |survey| {
            survey.caught = if daemon { 0 } else { caught };
            match &target.kind {
                TargetKind::Block(block) => survey.visit_block(block),
                TargetKind::Call(call) => survey.visit_expr(call),
            }
        });
    }

    fn surely_daemon(&self, options: &Expr) -> bool {
        let ExprKind::Map(entries) = &options.kind else { return false };
        entries
            .iter()
            .any(|(key, value)| self.cx.key(key).is_some_and(|(name, _)| name == "daemon") && is_true(value))
    }
}

fn is_true(value: &Expr) -> bool {
    matches!(value.kind, ExprKind::Bool(true))
}
