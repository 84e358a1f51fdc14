//! The files of a scenario: each is parsed and checked once, those that it uses before it.

use super::assembly::Assembly;
use super::file::{CheckedFile, check_file};
use super::findings::Findings;
use super::loader::Loader;
use super::resolution::Export;
use super::resolve::Imports;
use super::setting::Setting;
use super::unsure::Keys;
use crate::source::{Code, Diagnostic, Source, SourceId, SourceMap};
use crate::syntax::tree::{Expr, File, StmtKind, literal_text};
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;

/// How long a chain of files that use one another may be.
const LONGEST_CHAIN: usize = 64;

/// What tells one file from another: its path, or its name where it has none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Identity {
    Path(PathBuf),
    Name(String),
}

fn identity(source: &Source) -> Identity {
    match source.path() {
        Some(path) => Identity::Path(path.to_owned()),
        None => Identity::Name(source.name().to_owned()),
    }
}

/// The files that were used already.
pub(super) type Done = HashMap<Identity, Used>;

/// A used file, as the files that use it know it.
#[derive(Debug, Clone)]
pub(super) struct Used {
    top: u32,
    exports: Rc<[Export]>,
}

pub(super) struct Files<'a> {
    pub sources: &'a mut SourceMap,
    pub loader: &'a mut dyn Loader,
    pub assembly: Assembly,
    pub diagnostics: Vec<Diagnostic>,
    pub keys: Keys,
    /// What was parsed, all of it.
    pub trees: Vec<File>,
    pub done: Done,
    /// The files that are being loaded: each uses the next.
    chain: Vec<(Identity, String)>,
}

impl<'a> Files<'a> {
    pub fn new(sources: &'a mut SourceMap, loader: &'a mut dyn Loader) -> Self {
        Self {
            sources,
            loader,
            assembly: Assembly::default(),
            diagnostics: Vec::new(),
            keys: Keys::default(),
            trees: Vec::new(),
            done: Done::default(),
            chain: Vec::new(),
        }
    }

    /// Checks the file, and before it those that it uses; gives what it exports.
    pub fn file(&mut self, id: SourceId, is_root: bool) -> CheckedFile {
        self.text(id, is_root, None)
    }

    /// Checks an entry of a session, behind those that declared the names `earlier`.
    pub fn entry(&mut self, id: SourceId, earlier: &[Export]) -> CheckedFile {
        self.text(id, true, Some(earlier))
    }

    fn text(&mut self, id: SourceId, is_root: bool, earlier: Option<&[Export]>) -> CheckedFile {
        let parsed = crate::syntax::parse(self.sources.get(id), id);
        let mut findings = Findings::new(id);
        let broken = parsed.diagnostics.iter().any(Diagnostic::is_error);
        for diagnostic in parsed.diagnostics {
            findings.add(diagnostic);
        }
        let top = self.assembly.reserve(1);
        let source = self.sources.get(id);
        self.chain.push((identity(source), source.name().to_owned()));
        let (imports, tops, incomplete) = self.uses(id, &parsed.file, &mut findings);
        self.chain.pop();
        let checked = check_file(
            self.sources.get(id),
            &parsed.file,
            &Setting { top, imports: &imports, tops: &tops, broken, incomplete, is_root, earlier },
            &mut self.assembly,
            &mut self.keys,
            &mut findings,
        );
        self.diagnostics.extend(findings.into_list());
        self.trees.push(parsed.file);
        checked
    }

    /// Loads what the file uses; says also whether something could not be loaded.
    fn uses(
        &mut self,
        id: SourceId,
        file: &File,
        findings: &mut Findings,
    ) -> (Imports, HashMap<u32, u32>, bool) {
        let mut imports = Imports::default();
        let mut tops = HashMap::new();
        let mut incomplete = false;
        for statement in &file.statements {
            let StmtKind::Use(path) = &statement.kind else { continue };
            match self.used(id, path) {
                Ok(used) => {
                    imports.insert(statement.span.start, used.exports);
                    tops.insert(statement.span.start, used.top);
                }
                Err(diagnostic) => {
                    findings.add(*diagnostic);
                    incomplete = true;
                }
            }
        }
        (imports, tops, incomplete)
    }

    fn used(&mut self, id: SourceId, path: &Expr) -> Result<Used, Box<Diagnostic>> {
        let place = crate::source::Location::new(id, path.span);
        let fail = |code, message: String| Box::new(Diagnostic::error(code, message).at(place, ""));
        let Some(text) = literal_text(path) else {
            return Err(fail(Code::SYNTAX, "the path of `use` is a plain string".to_owned()));
        };
        let from = self.sources.get(id).path().map(ToOwned::to_owned);
        let source = self.loader.load(text, from.as_deref()).map_err(|reason| {
            Box::new(
                Diagnostic::error(Code::CANNOT_READ, format!("cannot read `{text}`: {reason}"))
                    .at(place, "")
                    .help("the path is relative to the file that uses it"),
            )
        })?;
        let key = identity(&source);
        if let Some(used) = self.done.get(&key) {
            return Ok(used.clone());
        }
        if let Some(first) = self.chain.iter().position(|(known, _)| *known == key) {
            let names: Vec<&str> = self.chain[first..].iter().map(|(_, name)| name.as_str()).collect();
            let circle = format!("{} uses {}", names.join(" uses "), source.name());
            let diagnostic = fail(Code::USE_CYCLE, format!("files use each other in a circle: {circle}"));
            return Err(Box::new(diagnostic.help("move what both need into a third file")));
        }
        if self.chain.len() >= LONGEST_CHAIN {
            return Err(fail(
                Code::TOO_DEEP,
                format!("a chain of more than {LONGEST_CHAIN} files that use one another"),
            ));
        }
        let used_id = self.sources.add(source);
        let checked = self.file(used_id, false);
        let used = Used { top: checked.top, exports: checked.exports.into() };
        self.done.insert(key, used.clone());
        Ok(used)
    }
}
