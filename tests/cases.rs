//! Golden cases: each `tests/cases/run/**/*.proc` is run by the real program; what it printed and how it ended
//! must be what stands in the `.expect` file beside it. `UPDATE=1` rewrites those.
//!
//! A first line `# run: ARGS` gives arguments for `proctor run` before the file, and behind ` -- ` such for the scenario.

#[path = "expectation/mod.rs"]
mod expectation;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn scenarios(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("lib") {
            scenarios(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "proc") {
            found.push(path);
        }
    }
}

fn observe(path: &Path) -> String {
    let bytes = std::fs::read(path).expect("a case can be read");
    // Some are no text, which is what they are about.
    let text = String::from_utf8_lossy(&bytes);
    let first = text.lines().next().unwrap_or_default();
    let extra = first.strip_prefix("# run:").unwrap_or_default();
    let (options, arguments) = extra.split_once(" -- ").unwrap_or((extra, ""));
    let folder = path.parent().expect("a case is in a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_proctor"))
        .args(["--color", "never", "run", "--stable", "--timeout", "60s"])
        .args(options.split_whitespace())
        .arg(path.file_name().expect("a case has a name"))
        .arg("--")
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .expect("proctor starts");
    let mut seen = String::new();
    let code = output.status.code().map_or_else(|| format!("{}", output.status), |code| code.to_string());
    let _ = writeln!(seen, "exit: {code}");
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        if !bytes.is_empty() {
            let _ = writeln!(seen, "--- {name}");
            seen.push_str(&String::from_utf8_lossy(bytes));
            if !seen.ends_with('\n') {
                seen.push_str("\n(no newline at the end)\n");
            }
        }
    }
    seen
}

#[test]
fn every_case_does_what_stands_beside_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/run");
    let mut paths = Vec::new();
    scenarios(&root, &mut paths);
    paths.sort();
    assert!(!paths.is_empty(), "no cases under {}", root.display());
    let differs = |path: &PathBuf| expectation::difference(&path.with_extension("expect"), &observe(path));
    let wrong: Vec<String> = paths.iter().filter_map(differs).collect();
    assert!(wrong.is_empty(), "{} of {} cases differ:\n{}", wrong.len(), paths.len(), wrong.join("\n"));
}
