//! The guide: every scenario under `scenarios/guide/` is clean under `check`, holds under `run`, and prints what
//! stands in the `.out` file beside it, where there is one. So is the scenario of many processes, with fewer of them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn guide() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/guide");
    let entries = std::fs::read_dir(folder).expect("the guide is there");
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "proc"))
        .collect();
    found.sort();
    found
}

fn proctor(arguments: &[&str], path: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_proctor"))
        .args(["--color", "never"])
        .args(arguments)
        .arg(path)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .expect("proctor starts")
}

fn complaint(path: &Path, what: &str, output: &Output) -> String {
    format!(
        "{}: {what}: {}\n{}{}",
        path.file_name().unwrap_or_default().to_string_lossy(),
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    )
}

#[test]
fn every_scenario_of_the_guide_is_clean() {
    let mut wrong = Vec::new();
    for path in guide() {
        let output = proctor(&["check"], &path);
        if !output.status.success() || !output.stderr.is_empty() {
            wrong.push(complaint(&path, "check", &output));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_scenario_of_the_guide_holds() {
    let paths = guide();
    assert!(paths.len() >= 20, "the guide has only {} scenarios", paths.len());
    let mut wrong = Vec::new();
    for path in paths {
        let output = proctor(&["run", "--timeout", "120s"], &path);
        if !output.status.success() {
            wrong.push(complaint(&path, "run", &output));
        }
        let beside = path.with_extension("out");
        if let Ok(expected) = std::fs::read_to_string(&beside)
            && String::from_utf8_lossy(&output.stdout) != expected
        {
            wrong.push(complaint(&path, "prints something else than its .out", &output));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The scenario of 100000 processes, with 200: what it expects holds, and it says what it did.
/// After two thousand children the heap is moved to fresh pages (`process/renew.rs`): nothing in it may differ.
#[test]
fn the_late_ones_of_thousands_see_a_true_copy_too() {
    let text = r#"
        let seen = shared(0)
        let tasks = []
        def look(n) {
            if tasks.len() == n and (n == 0 or (tasks[n - 1].alive and tasks[0].name == "look-1")) { seen.add(1) }
            sleep 1h
        }
        for n in 0..2200 { tasks.push(spawn look(n)) }
        expect seen.value == 2200 within 2m
        kill tasks
        expect (join tasks).all(|code| code == -9)
        print "seen {seen.value}"
    "#;
    let output = Command::new(env!("CARGO_BIN_EXE_proctor"))
        .args(["run", "--timeout", "240s", "-e", text])
        .stdin(Stdio::null())
        .output()
        .expect("proctor starts");
    assert!(output.status.success(), "{}", complaint(Path::new("-e"), "run", &output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "seen 2200\n");
}

#[test]
fn the_scenario_of_many_processes_holds_with_few() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/bench/100000.proc");
    let checked = proctor(&["check"], &path);
    assert!(checked.status.success(), "{}", complaint(&path, "check", &checked));
    let output = Command::new(env!("CARGO_BIN_EXE_proctor"))
        .args(["run", "--max-procs", "201", "--timeout", "120s"])
        .arg(&path)
        .args(["--", "200"])
        .stdin(Stdio::null())
        .output()
        .expect("proctor starts");
    assert!(output.status.success(), "{}", complaint(&path, "run", &output));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    for words in ["started 200 processes in ", "all of them are alive after ", "killed and reaped them in "] {
        assert!(said.contains(words), "{words}: {said}");
    }
}
