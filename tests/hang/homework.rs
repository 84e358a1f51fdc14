//! Programs that hang: where they are, how they are made ready, and how what is said of them is made comparable.

use proctor::event::hang::{Hang, advice, deadlock, sentence};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs, in the order of their names.
pub fn all() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hang/homework");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the homework is there")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension != "txt"))
        .collect();
    found.sort();
    found
}

/// How a program is started, made ready in the folder.
pub fn ready(source: &Path, folder: &Path) -> (PathBuf, Vec<String>) {
    let text = source.to_string_lossy().into_owned();
    match source.extension().and_then(|extension| extension.to_str()) {
        Some("c") => {
            let program = folder.join(source.file_stem().expect("a name"));
            let done =
                Command::new("cc").args(["-O0", "-w", "-pthread", "-o"]).arg(&program).arg(source).status();
            assert!(
                done.expect("cc is needed: apt-get install gcc libc6-dev").success(),
                "{text} does not compile"
            );
            (program, Vec::new())
        }
        Some("py") => ("python3".into(), vec![text]),
        _ => ("/bin/sh".into(), vec![text]),
    }
}

/// All that the diagnosis says.
pub fn said(hang: &Hang) -> String {
    let mut text: String = hang.processes.iter().map(|standing| sentence(standing) + "\n").collect();
    text.extend(deadlock(hang).map(|why| format!("deadlock: {why}\n")));
    text.extend(advice(hang).iter().map(|piece| format!("advice: {piece}\n")));
    text
}

/// `pid 1234` becomes `pid 1`, by the place in the list; of numbers of threads only that there is one is told, and of
/// descriptors nothing changes from run to run.
pub fn numbered(text: &str, pids: &[i32]) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        let end = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
        let (digits, after) = from.split_at(end);
        shown.push_str(before);
        let number: i32 = digits.parse().unwrap_or(0);
        match pids.iter().position(|pid| *pid == number) {
            Some(index) if number > 100 => shown.push_str(&format!("P{}", index + 1)),
            _ if before.ends_with("thread ") => shown.push_str("TID"),
            _ if before.ends_with("set ") || before.ends_with("queue ") => shown.push_str("ID"),
            _ if number > 100 && before.ends_with("pid ") => shown.push_str("GONE"),
            _ => shown.push_str(digits),
        }
        rest = after;
    }
    shown + rest
}
