//! Tree to program: what names mean, what is wrong without running anything, and the instructions.

mod assembly;
mod context;
mod count;
mod file;
mod findings;
mod hash;
mod lint;
mod load;
mod loader;
mod lower;
mod resolution;
mod resolve;
mod scope;
mod session;
mod setting;
mod storage;
mod survey;
mod table;
mod unsure;

use crate::program::Program;
use crate::source::{Diagnostic, SourceId, SourceMap};
use crate::syntax::tree::File;

pub use loader::Loader;
pub use session::{CheckedEntry, Session, SessionName};

/// What came of checking a scenario.
#[derive(Debug)]
pub struct Checked {
    /// None where there is an error.
    pub program: Option<Program>,
    /// Errors and warnings of all files, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// What was parsed. Taking down the tree of a large text takes time, which a process that ends now need not spend.
    pub trees: Vec<File>,
}

/// Parses and checks the text `root` and all that it uses, and makes one program of them.
pub fn check(sources: &mut SourceMap, root: SourceId, loader: &mut dyn Loader) -> Checked {
    let mut files = load::Files::new(sources, loader);
    files.file(root, true);
    let load::Files { assembly, mut diagnostics, keys, trees, .. } = files;
    diagnostics.extend(keys.sure());
    diagnostics.sort_by_key(|finding| finding.labels.first().map(|label| label.location));
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    let program = if failed { None } else { assembly.finish() };
    Checked { program, diagnostics, trees }
}
