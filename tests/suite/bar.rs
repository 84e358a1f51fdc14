//! How far it is, on a terminal: counts and the time that is left, and nothing of it elsewhere.

use super::bar::Screen;
use super::stage::Stage;

/// The second one waits for a file.
const TESTS: &str = "test \"one\" { expect true }\ntest \"two\" { while not exists(\"go\") { sleep 5ms } }\n";

#[test]
fn a_terminal_shows_how_far_it_is() {
    let stage = Stage::new(&[("a.proc", TESTS)]);
    let mut screen = Screen::start(stage.command(&["test", "-j1", "a.proc"]));
    screen.until(|seen| {
        let line = Screen::last(seen);
        line.contains(" 1/2 tests ") && line.contains("s left ") && line.ends_with("a.proc: two")
    });
    // Time goes on where nothing else happens.
    screen.until(|seen| Screen::last(seen).contains(" 1s, "));
    stage.write("go", "");
    let (code, seen) = screen.end();
    assert_eq!(code, Some(0), "{seen}");
    assert!(seen.contains("ok       a.proc: two") && !seen.contains(" left "), "the bar is gone:\n{seen}");
}

#[test]
fn a_pipe_gets_lines_alone() {
    let stage = Stage::new(&[("a.proc", TESTS), ("go", "")]);
    let said = stage.run(&["test", "-j1", "a.proc"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(said.stdout.lines().count(), 3, "{said:?}");
    assert!(!said.stdout.contains(['\r', '\x1b']) && !said.stdout.contains(" left"), "{said:?}");
}
