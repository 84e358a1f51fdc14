//! Golden cases: `tests/cases/syntax/NAME.proc` beside `NAME.tree` and, where the text is wrong,
//! `NAME.diagnostics`. `UPDATE=1` rewrites the expectations.

use super::dump;
use super::expectation::difference;
use proctor::source::{Source, SourceId};
use proctor::syntax::parse;
use std::path::{Path, PathBuf};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/syntax");
    let entries = std::fs::read_dir(folder).expect("the folder of cases");
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "proc"));
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

#[test]
fn every_case_gives_its_tree_and_its_diagnostics() {
    let mut wrong = Vec::new();
    for path in cases() {
        let bytes = std::fs::read(&path).expect("a case is read");
        let source = Source::decode("case", bytes).expect("a case is text");
        let parsed = parse(&source, SourceId::default());
        let tree = dump::file(&source, &parsed.file);
        let diagnostics = dump::diagnostics(&source, &parsed.diagnostics);
        wrong.extend(difference(&path.with_extension("tree"), &tree));
        wrong.extend(difference(&path.with_extension("diagnostics"), &diagnostics));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
