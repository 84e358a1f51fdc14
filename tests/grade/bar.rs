//! How far a class is, on a terminal: counts and the time that is left, and nothing of it elsewhere.

use super::bar::Screen;
use super::stage::Stage;

/// The second one waits for a file.
const RUBRIC: &str = r#"
test "goes on" worth 1 {
    while submission.ends_with("bob.sh") and not exists(args()[0]) { sleep 5ms }
}
test "and on" worth 1 { expect true }
"#;

/// `--sandbox none`, for the file to be seen.
const ARGS: [&str; 6] = ["grade", "r.proc", "class", "-j1", "--sandbox", "none"];

#[test]
fn a_terminal_shows_how_far_it_is() {
    let stage = Stage::class(RUBRIC, &[("ada.sh", "exit 0\n"), ("bob.sh", "exit 0\n")]);
    let go = stage.file("go").to_string_lossy().into_owned();
    let mut screen = Screen::start(stage.command(&[&ARGS[..], &["--", &go]].concat()));
    screen.until(|seen| {
        let line = Screen::last(seen);
        let is_told = line.contains(" 2/4 tests 1/2 students ") && line.contains("s left ");
        // Whoever is over has a line.
        is_told && line.ends_with("bob") && seen.contains("ada  ")
    });
    stage.write("go", "");
    let (code, seen) = screen.end();
    assert_eq!(code, Some(0), "{seen}");
    assert!(seen.contains("2 of 2 students graded") && !seen.contains(" left "), "the bar is gone:\n{seen}");
}

#[test]
fn a_pipe_gets_lines_alone() {
    let stage =
        Stage::class(RUBRIC, &[("ada.sh", "exit 0\n"), ("bob.sh", "exit 0\n"), ("eve.sh", "exit 0\n")]);
    stage.write("go", "");
    let go = stage.file("go").to_string_lossy().into_owned();
    let said = stage.run(&[&ARGS[..], &["--", &go]].concat());
    assert_eq!(said.code, 0, "{said:?}");
    assert!(!said.stdout.contains(['\r', '\x1b']) && !said.stdout.contains(" left"), "{said:?}");
}
