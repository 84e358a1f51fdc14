//! The example on each page about an idea runs, and nothing is said against it.

use proctor::repl::help::CONCEPTS;
use std::process::{Command, Stdio};

/// What stands indented behind `Try it:`.
fn example(page: &str) -> String {
    let (_, behind) = page.split_once("\nTry it:\n").expect("there is an example");
    behind.lines().map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line))).collect()
}

#[test]
fn the_example_of_each_page_runs() {
    let mut wrong = Vec::new();
    for concept in CONCEPTS {
        let text = example(concept.page);
        let output = Command::new(env!("CARGO_BIN_EXE_proctor"))
            .args(["run", "--color", "never", "--timeout", "60s", "-e", &text])
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::null())
            .output()
            .expect("proctor can be started");
        let said = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() || !output.stderr.is_empty() || said.is_empty() {
            let error = String::from_utf8_lossy(&output.stderr);
            wrong.push(format!("{}: {}\n{said}{error}", concept.name, output.status));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_example_is_what_stands_indented() {
    assert_eq!(example("A: b.\n\nTry it:\n    let x = {\n        1\n    }\n"), "let x = {\n    1\n}\n");
}
