//! Golden cases: `tests/cases/syntax/NAME.proc` beside `NAME.tree` and, where the text is wrong,
//! `NAME.diagnostics`. `UPDATE=1` rewrites the expectations.

use super::dump;
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

/// Compares, or rewrites; an expectation that is not there is an empty one.
fn differs(path: &Path, actual: &str) -> Option<String> {
    if std::env::var_os("UPDATE").is_some() {
        if actual.is_empty() {
            let _ = std::fs::remove_file(path);
        } else {
            std::fs::write(path, actual).expect("an expectation is written");
        }
        return None;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    (expected != actual).then(|| format!("{}\n--- expected\n{expected}--- actual\n{actual}", path.display()))
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
        wrong.extend(differs(&path.with_extension("tree"), &tree));
        wrong.extend(differs(&path.with_extension("diagnostics"), &diagnostics));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
