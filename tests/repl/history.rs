//! What was typed comes back: in the same session, in the next one, and in two at once.

use super::terminal::{Start, Terminal};
use std::os::unix::fs::PermissionsExt;

const UP: &str = "\x1b[A";
const DOWN: &str = "\x1b[B";

#[test]
fn the_history_lasts_from_session_to_session() {
    let mut first = Terminal::repl();
    first.entry("print 'the first'");
    first.type_keys("def twice(x) {");
    first.keys("\rreturn x * 2\r}\r");
    first.prompt();
    first.entry(" print 'a secret'");
    first.entry("print 'the last'");
    first.keys("\x04");
    assert!(first.ended().success());
    let file = first.home().join("state/proctor/history");
    let mode = std::fs::metadata(&file).expect("a history").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let second = Terminal::prompted(Start::proctor(&[]).at_home_of(&first));
    second.keys(UP);
    second.wait_for("the last entry", |sight| sight.is_typed("print 'the last'"));
    second.keys(UP);
    second.wait_for("all of the function", |sight| {
        let row = sight.cursor.0;
        row >= 2 && sight.rows[row - 2..=row] == ["proctor> def twice(x) {", "... return x * 2", "}"]
    });
    second.keys("\r");
    second.prompt();
    assert_eq!(second.entry("twice(21)"), "42\n");
    second.keys("\x12");
    second.see("reverse-i-search");
    second.keys("the fi");
    second.wait_for("what is searched", |sight| sight.row().contains("print 'the first'"));
    second.keys("\r");
    second.see_row("the first");
    second.prompt();
    // What was searched, the function, and what was typed after it.
    for entry in ["print 'the first'", "twice(21)"] {
        second.keys(UP);
        second.wait_for(entry, |sight| sight.is_typed(entry));
    }
    second.keys(DOWN);
    second.wait_for("the newer one", |sight| sight.is_typed("print 'the first'"));
    second.keys(DOWN);
    second.prompt();
}

#[test]
fn two_prompts_write_one_history() {
    let first = Terminal::repl();
    let second = Terminal::prompted(Start::proctor(&[]).at_home_of(&first));
    for number in 0..10 {
        first.entry(&format!("let a{number} = {number}"));
        second.entry(&format!("let b{number} = {number}"));
    }
    let third = Terminal::prompted(Start::proctor(&[]).at_home_of(&first));
    third.entry(":history");
    let listed = third.after("proctor> :history\n");
    let mut expected = String::new();
    for number in 0..10 {
        expected.push_str(&format!("let a{number} = {number}\nlet b{number} = {number}\n"));
    }
    assert_eq!(listed, format!("{expected}:history\n"));
}

#[test]
fn a_hint_from_the_history_can_be_taken() {
    let terminal = Terminal::repl();
    terminal.entry("print 'walrus and carpenter'");
    terminal.keys("print 'w");
    terminal.wait_for("the hint", |sight| {
        sight.row() == "proctor> print 'walrus and carpenter'" && sight.is_typed("print 'w")
    });
    terminal.keys("\x1b[C");
    terminal.wait_for("the hint is typed", |sight| sight.is_typed("print 'walrus and carpenter'"));
}
