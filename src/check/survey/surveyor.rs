//! The state of the walk and its entry.

use super::goes::Goes;
use crate::check::context::Context;
use crate::check::findings::Findings;
use crate::check::hash::FastSet;
use crate::check::lint::{
    Allows, DaemonSpawns, Node, Reach, TestWithoutExpect, UnboundedSpawn, UnjoinedChild, unreachable,
};
use crate::check::resolution::Resolution;
use crate::check::table::check_tests;
use crate::check::unsure::{Keys, Unsure};
use crate::source::{Diagnostic, Source, Span};
use crate::syntax::tree::{Block, Expr, ExprKind, File, Spawn, Stmt, StmtKind};
use crate::syntax::visit::Visit;

pub(super) struct Surveyor<'a> {
    pub cx: Context<'a>,
    /// Errors go there at once.
    pub findings: &'a mut Findings,
    pub warnings: Vec<Diagnostic>,
    pub allows: Allows<'a>,
    pub reach: Reach,
    /// What is being looked at: a function, a test or a daemon.
    pub node: Node,
    pub tests: TestWithoutExpect,
    pub daemons: DaemonSpawns,
    pub unjoined: UnjoinedChild,
    pub unbounded: UnboundedSpawn,
    /// Where the spawns begin whose process is the value of a block, and so somebody else's to join.
    pub given: FastSet<u32>,
    /// How many blocks that catch errors are around.
    pub caught: usize,
    /// Whether an `exit` stands in each list of statements around.
    pub exits: Vec<bool>,
    /// A file that others use: what its top level declares is for them.
    pub library: bool,
    /// Nothing is left of the scenario but what takes no time: then its end joins the children that are left.
    pub closing: bool,
    /// How deep in blocks; 0 is the top level.
    pub depth: usize,
    /// Names that are keys of maps in this file.
    pub keys: FastSet<&'a str>,
    /// Errors, and warnings, that do not hold where the name is a key of a map.
    pub doubts: Vec<Unsure>,
}

/// Walks over a file; `warn` where warnings make sense, because the text is whole.
pub(in crate::check) fn survey(
    source: &Source,
    file: &File,
    found: &Resolution,
    is_root: bool,
    warn: bool,
    keys: &mut Keys,
    findings: &mut Findings,
) {
    check_tests(file, findings);
    let mut surveyor = Surveyor {
        cx: Context { source, found },
        findings,
        warnings: Vec::new(),
        allows: Allows::new(source, &file.comments),
        reach: Reach::new(found.functions.len()),
        node: 0,
        tests: TestWithoutExpect::default(),
        daemons: DaemonSpawns::default(),
        unjoined: UnjoinedChild::default(),
        unbounded: UnboundedSpawn::default(),
        given: FastSet::default(),
        caught: 0,
        exits: Vec::new(),
        library: !is_root || only_declares(file),
        closing: false,
        depth: 0,
        keys: FastSet::default(),
        doubts: Vec::new(),
    };
    surveyor.visit_file(file);
    surveyor.report(warn, is_root, keys);
}

/// Whether a file does nothing by itself, and so is written to be used by others.
fn only_declares(file: &File) -> bool {
    file.statements.iter().all(|statement| {
        matches!(statement.kind, StmtKind::Def { .. } | StmtKind::Let { .. } | StmtKind::Use(_))
    })
}

/// Whether a statement takes no time: another spawn, something printed or declared.
fn is_brief(statement: &Stmt) -> bool {
    match &statement.kind {
        StmtKind::Expr(value) => matches!(value.kind, ExprKind::Spawn(_)),
        StmtKind::Print(_) | StmtKind::Def { .. } => true,
        _ => false,
    }
}

impl Surveyor<'_> {
    fn report(mut self, warn: bool, is_root: bool, keys: &mut Keys) {
        // Maps may be out of sight: in statements that the parser lost, or in the files that will use this one.
        let sighted = warn && !(is_root && self.library);
        let allows = &self.allows;
        self.doubts
            .retain(|doubt| sighted && (doubt.finding.is_error() || warn && !allows.silence(&doubt.finding)));
        keys.add(self.keys, self.doubts);
        if !warn {
            return;
        }
        self.reach.spread();
        self.warnings.extend(self.tests.report(&self.reach, self.findings));
        self.warnings.extend(self.daemons.report(&self.reach, self.findings));
        let source = self.cx.source;
        let name_of = |span: Span| source.slice(span).to_owned();
        self.warnings.extend(self.allows.report(self.findings));
        let unbounded = self.unbounded.report(self.findings);
        let place = |warning: &Diagnostic| warning.labels.first().map(|label| label.location);
        let mut unjoined = self.unjoined.report(name_of, self.findings);
        // That it has no end is the better half of the news.
        unjoined.retain(|warning| unbounded.iter().all(|other| place(other) != place(warning)));
        self.warnings.extend(unjoined);
        self.warnings.extend(unbounded);
        for warning in self.warnings {
            if !self.allows.silence(&warning) && self.findings.vouches_for(&warning) {
                self.findings.add(warning);
            }
        }
    }

    pub(super) fn doubt(&mut self, name: &str, finding: Diagnostic) {
        // As many as are ever shown; a hostile text could have millions.
        if self.doubts.len() >= Findings::MOST {
            return;
        }
        self.doubts.push(Unsure { name: name.to_owned(), finding });
    }

    pub(super) fn warn(&mut self, warning: Option<Diagnostic>) {
        self.warnings.extend(warning);
    }

    /// A list of statements: the top level or a block's.
    fn list(&mut self, statements: &[Stmt]) {
        let lost = unreachable(statements, self.findings);
        self.warn(lost);
        let exits = statements.iter().any(|statement| matches!(statement.kind, StmtKind::Exit(_)));
        self.exits.push(exits);
        let busy = statements.iter().rposition(|statement| !is_brief(statement));
        for (number, statement) in statements.iter().enumerate() {
            self.closing = self.depth == 0 && !self.library && busy.is_none_or(|busy| number > busy);
            self.visit_stmt(statement);
        }
        self.closing = false;
        self.exits.pop();
    }

    /// A body that runs as another function, test or process than what is around it.
    pub(super) fn apart(&mut self, node: Node, body: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.node, node);
        let caught = std::mem::take(&mut self.caught);
        let outside = self.unbounded.enter_body();
        body(self);
        self.unbounded.leave_body(outside);
        self.caught = caught;
        self.node = outer;
    }
}

impl Visit for Surveyor<'_> {
    fn visit_file(&mut self, file: &File) {
        self.list(&file.statements);
    }

    fn visit_block(&mut self, block: &Block) {
        self.depth += 1;
        self.list(&block.statements);
        self.depth -= 1;
    }

    fn visit_stmt(&mut self, statement: &Stmt) {
        self.allows.statement(statement.span);
        self.statement(statement);
    }

    fn visit_expr(&mut self, expr: &Expr) {
        self.expression(expr);
    }

    fn visit_spawn(&mut self, spawn: &Spawn) {
        self.spawn(spawn, Goes::Somewhere);
    }
}
