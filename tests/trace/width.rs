//! What is said on a terminal stands between its edges, and no word is broken.

use super::homework::ready;
use super::terminal::Terminal;
use super::{PROCTOR, patience, said};
use std::path::Path;
use tempfile::tempdir;

const COLUMNS: u16 = 44;

#[test]
fn on_a_narrow_terminal_lines_are_broken_between_words() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hang/homework/own_pipe.c");
    let folder = tempdir().expect("a folder");
    ready(&source, folder.path());
    let args = ["trace", "--color", "never", "--", "./own_pipe"];
    let terminal = Terminal::start_on(COLUMNS, PROCTOR, &args, folder.path());
    let root = terminal.until("the start", |text| super::pid_of(text, "  starts"));
    let hangs = patience::look(|| {
        let (text, _) = said(root);
        text.contains("deadlock").then_some(text)
    });
    let hangs = hangs.unwrap_or_else(|| panic!("it does not hang: {}", terminal.text()));
    terminal.press("\x03");
    let (_, text) = terminal.end();
    let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > COLUMNS.into()).collect();
    assert!(wide.is_empty(), "{wide:#?}\n{text}");
    assert!(
        text.lines().any(|line| line.starts_with("              ") && !line.trim().is_empty()),
        "the log goes on further in: {text}"
    );
    // Nothing is lost by it.
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = words(&text);
    for line in hangs.lines() {
        let line = line.replace("advice: ", "help: ");
        assert!(shown.contains(&words(&line)), "{line}\n{text}");
    }
}
