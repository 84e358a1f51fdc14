//! Golden cases: `tests/cases/check/NAME.proc` beside `NAME.code` (what it is lowered to) or `NAME.diagnostics`.

use crate::disassemble::disassemble;
use crate::scenario::{check_text, show};
use crate::validate::validate;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check")
}

fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).expect("the folder of cases");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a case").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ext| ext == "proc"));
    paths.sort();
    paths
}

/// The file beside a case is what `text` says; with `UPDATE=1` it is made so.
fn is_beside(case: &Path, extension: &str, text: &str, wrong: &mut Vec<String>) {
    let path = case.with_extension(extension);
    let known = fs::read_to_string(&path).unwrap_or_default();
    if known == text {
        return;
    }
    if std::env::var_os("UPDATE").is_some() {
        match text {
            "" => fs::remove_file(&path).expect("removed"),
            _ => fs::write(&path, text).expect("written"),
        }
        return;
    }
    wrong.push(format!("{}: expected\n{known}\nbut it is\n{text}", path.display()));
}

#[test]
fn every_case_has_its_diagnostics_and_its_code() {
    let mut wrong = Vec::new();
    for case in cases() {
        let text = fs::read_to_string(&case).expect("a case");
        let (sources, checked) = check_text(&text);
        let diagnostics: String = checked.diagnostics.iter().map(|finding| show(&sources, finding)).collect();
        is_beside(&case, "diagnostics", &diagnostics, &mut wrong);
        if let Some(program) = &checked.program {
            if let Err(fault) = validate(program) {
                wrong.push(format!("{}: {fault}", case.display()));
            }
            // A case about diagnostics need not show its code too.
            if diagnostics.is_empty() && case.with_extension("clean").exists() {
                continue;
            }
            if diagnostics.is_empty() {
                is_beside(&case, "code", &disassemble(program), &mut wrong);
            }
        }
    }
    assert!(wrong.is_empty(), "{}\nUPDATE=1 rewrites the cases", wrong.join("\n"));
}
