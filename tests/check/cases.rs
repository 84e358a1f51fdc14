//! Golden cases under `tests/cases/check`: `code/*.proc` beside what each is lowered to, `wrong/*.proc` beside
//! its diagnostics, and `clean/*.proc`, in which nothing is found.

use crate::disassemble::disassemble;
use crate::expectation::difference;
use crate::scenario::{check_text, show};
use crate::validate::validate;
use std::fs;
use std::path::{Path, PathBuf};

fn cases(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check").join(kind);
    let entries = fs::read_dir(folder).expect("the folder of cases");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a case").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ext| ext == "proc"));
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

#[test]
fn each_construct_is_lowered_to_its_code() {
    let mut wrong = Vec::new();
    for case in cases("code") {
        let text = fs::read_to_string(&case).expect("a case");
        let (sources, checked) = check_text(&text);
        let diagnostics: String = checked.diagnostics.iter().map(|finding| show(&sources, finding)).collect();
        if !diagnostics.is_empty() {
            wrong.push(format!("{}: {diagnostics}", case.display()));
        }
        if let Some(program) = &checked.program {
            wrong.extend(validate(program).err().map(|fault| format!("{}: {fault}", case.display())));
            wrong.extend(difference(&case.with_extension("code"), &disassemble(program)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_mistake_has_its_diagnostics() {
    let mut wrong = Vec::new();
    for case in cases("wrong") {
        let text = fs::read_to_string(&case).expect("a case");
        let (sources, checked) = check_text(&text);
        let diagnostics: String = checked.diagnostics.iter().map(|finding| show(&sources, finding)).collect();
        wrong.extend(difference(&case.with_extension("diagnostics"), &diagnostics));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn idiomatic_scenarios_are_clean() {
    let mut wrong = Vec::new();
    for case in cases("clean") {
        let text = fs::read_to_string(&case).expect("a case");
        let (sources, checked) = check_text(&text);
        for finding in &checked.diagnostics {
            wrong.push(format!("{}: {}", case.display(), show(&sources, finding)));
        }
        if let Some(program) = &checked.program {
            wrong.extend(validate(program).err().map(|fault| format!("{}: {fault}", case.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
