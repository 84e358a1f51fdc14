//! A session: entry after entry is checked and added to one program, each knowing the names of those before it.

use super::assembly::Assembly;
use super::load::{Done, Files};
use super::loader::Loader;
use super::resolution::{Export, Exported};
use crate::program::Program;
use crate::source::{Diagnostic, Location, SourceId, SourceMap};
use std::rc::Rc;

/// What the entries so far have declared.
#[derive(Default)]
pub struct Session {
    assembly: Assembly,
    used: Done,
    names: Vec<Export>,
}

/// What came of checking an entry.
#[derive(Debug)]
pub struct CheckedEntry {
    /// What it adds to the program: its functions alone, and all globals and names anew. The index of its top level. None
    /// where there is an error: then it is as if the entry had not been.
    pub addition: Option<(Program, u32)>,
    pub diagnostics: Vec<Diagnostic>,
}

/// A name that an entry declared, or a file that one used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionName {
    pub name: Rc<str>,
    /// Where it was declared last.
    pub location: Location,
    /// The global slot of its value; None for a function of a used file.
    pub global: Option<u32>,
}

impl Session {
    /// Checks an entry, the text `root`, and what it uses.
    pub fn entry(
        &mut self,
        sources: &mut SourceMap,
        root: SourceId,
        loader: &mut dyn Loader,
    ) -> CheckedEntry {
        let mut files = Files::new(sources, loader);
        files.assembly = std::mem::take(&mut self.assembly);
        files.done = self.used.clone();
        let checked = files.entry(root, &self.names);
        let Files { assembly, mut diagnostics, done, .. } = files;
        self.assembly = assembly;
        diagnostics.sort_by_key(|finding| finding.labels.first().map(|label| label.location));
        if diagnostics.iter().any(Diagnostic::is_error) {
            self.assembly.forget();
            return CheckedEntry { addition: None, diagnostics };
        }
        let addition = self.assembly.take().map(|program| (program, checked.top));
        self.used = done;
        for export in checked.exports {
            self.names.retain(|known| known.name != export.name);
            self.names.push(export);
        }
        CheckedEntry { addition, diagnostics }
    }

    /// All names, in the order in which they were declared last.
    pub fn names(&self) -> impl Iterator<Item = SessionName> {
        self.names.iter().map(|export| SessionName {
            name: export.name.clone(),
            location: export.location,
            global: match export.what {
                Exported::Global(at) => Some(at),
                Exported::Function { .. } => None,
            },
        })
    }
}
