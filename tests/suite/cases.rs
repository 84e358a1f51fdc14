//! Golden cases: each folder under `tests/cases/test` has a file `command`, whose lines are run in a copy of the folder, and a file
//! `expect` with what they said. `UPDATE=1` rewrites that.
//!
//! A line is `ARGS` of proctor, in which quotes hold words together; `env NAME=VALUE ARGS`; or `show FILE`.

use super::expectation;
use super::stage::{Stage, said};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The words of a line.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quote, mut any) = (String::new(), None, false);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => (quote, any) = (Some(c), true),
            (None, ' ') => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            _ => word.push(c),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

fn observe(folder: &Path) -> String {
    let stage = Stage::new(&[]);
    for entry in std::fs::read_dir(folder).expect("the case").flatten() {
        let name = entry.file_name();
        if !["command", "expect"].iter().any(|other| name == *other) {
            std::fs::copy(entry.path(), stage.path().join(name)).expect("a copy");
        }
    }
    let commands = std::fs::read_to_string(folder.join("command")).expect("each case has a command");
    let mut seen = String::new();
    for line in commands.lines() {
        let _ = writeln!(seen, "$ {line}");
        let mut words = words(line);
        if words[0] == "show" {
            seen.push_str(&stage.read(&words[1]));
            continue;
        }
        let mut variables = Vec::new();
        if words[0] == "env" {
            variables.push(words.remove(1));
            words.remove(0);
        }
        let mut args: Vec<&str> = words.iter().map(String::as_str).collect();
        args.insert(1, "--stable");
        let mut command = stage.command(&args);
        command.envs(variables.iter().filter_map(|variable| variable.split_once('=')));
        let said = said(command.output().expect("proctor can be started"));
        seen.push_str(&said.stdout);
        if !said.stderr.is_empty() {
            let _ = write!(seen, "--- stderr\n{}", said.stderr);
        }
        let _ = writeln!(seen, "=> {}", said.code);
    }
    // What crashed says which run and process it was, and where in our own text.
    let run = regex::Regex::new("[0-9a-f]{32}").expect("a pattern");
    let place = regex::Regex::new(r"src/[a-z/_]+\.rs:\d+:\d+").expect("a pattern");
    // A message that names another process has its pid in its text.
    let pid = regex::Regex::new(r"\(pid \d+\)").expect("a pattern");
    let seen = run.replace_all(&seen, "RUN").into_owned();
    let seen = place.replace_all(&seen, "PLACE").into_owned();
    pid.replace_all(&seen, "(pid 0)").into_owned()
}

#[test]
fn every_case_does_what_stands_beside_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/test");
    let mut folders: Vec<_> =
        std::fs::read_dir(&root).expect("the cases").flatten().map(|entry| entry.path()).collect();
    folders.sort();
    let differs = |folder: &PathBuf| expectation::difference(&folder.join("expect"), &observe(folder));
    let wrong: Vec<String> = folders.iter().filter_map(differs).collect();
    assert!(wrong.is_empty(), "{} of {} cases differ:\n{}", wrong.len(), folders.len(), wrong.join("\n"));
}
