//! The ways in: with a file, without a terminal, on one that can do nothing.

use super::terminal::{PROCTOR, Start, Terminal};
use std::io::Write;
use std::process::{Command, Output, Stdio};

fn fed(args: &[&str], text: &str) -> Output {
    let mut child = Command::new(PROCTOR)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

#[test]
fn a_file_comes_first() {
    let start = Start::proctor(&["repl", "begin.proc"]);
    std::fs::write(start.home().join("begin.proc"), "print 'begun'\nlet x = 41\nspawn p { sleep 1000 }\n")
        .expect("a file");
    let terminal = Terminal::prompted(start);
    assert!(terminal.everything().contains("begun\n"));
    assert_eq!(terminal.entry("x + 1").lines().next(), Some("42"));
    assert_eq!(terminal.entry("p.alive").lines().next(), Some("true"));
    // To forget all is to forget the file as well.
    terminal.entry(":reset");
    assert!(terminal.entry("x + 1").contains("undefined_name"));
    assert!(terminal.entry(":vars").contains("no names yet"));
    assert_eq!(terminal.everything().matches("begun\n").count(), 1);
    assert_eq!(terminal.entry(":load begin.proc").lines().next(), Some("begun"));
    assert_eq!(terminal.entry("x + 1").lines().next(), Some("42"));
}

#[test]
fn a_file_with_errors_is_no_end() {
    let start = Start::proctor(&["repl", "begin.proc"]);
    std::fs::write(start.home().join("begin.proc"), "let x = nosuchname\n").expect("a file");
    let terminal = Terminal::prompted(start);
    assert!(terminal.everything().contains("nosuchname"));
    assert_eq!(terminal.entry("print 1 + 1"), "2\n");
    let terminal = Terminal::prompted(Start::proctor(&["repl", "nowhere.proc"]));
    assert!(terminal.everything().contains("nowhere.proc"));
}

#[test]
fn what_is_no_terminal_is_run_as_a_scenario() {
    for args in [&[][..], &["repl"]] {
        let ran = fed(args, "let x = 1\nprint x + 1\nspawn p { print 'in p' }\njoin p\n");
        assert!(ran.status.success(), "{ran:?}");
        assert_eq!(String::from_utf8_lossy(&ran.stdout), "2\nin p\n");
        assert!(ran.stderr.is_empty(), "{ran:?}");
    }
    let ran = fed(&[], "exit 5");
    assert_eq!(ran.status.code(), Some(5));
}

#[test]
fn a_terminal_that_can_do_nothing_works_line_by_line() {
    let mut terminal = Start::proctor(&[]).env("TERM", "dumb").go();
    terminal.see_line("proctor> ");
    terminal.keys("let x = 20\r");
    terminal.wait_for("the next prompt", |sight| sight.cursor.0 > 0 && sight.line == "proctor> ");
    terminal.keys("x * 2 + 2\r");
    terminal.see_row("42");
    terminal.see_line("proctor> ");
    terminal.keys("if x == 20 {\rprint 'multi'\r}\r");
    terminal.see_row("multi");
    terminal.see_line("proctor> ");
    terminal.keys("spawn p { sleep 100ms; print 'in p'; sleep 1000 }\r");
    terminal.see_row("[p] in p");
    terminal.wait_for("a prompt", |sight| {
        sight.line == "proctor> " && sight.rows[sight.cursor.0 - 1] == "[p] in p"
    });
    terminal.keys("print 'after'\r");
    terminal.see_row("after");
    terminal
        .wait_for("a prompt", |sight| sight.line == "proctor> " && sight.rows[sight.cursor.0 - 1] == "after");
    terminal.keys(":watch\r");
    terminal.wait_for("a table and a prompt", |sight| {
        sight.line == "proctor> " && sight.has("NAME") && sight.has("└─ main")
    });
    terminal.keys("spawn v exec(\"sh\", \"-c\", \"echo on; kill -9 $$\") with {foreground: true}\r");
    terminal.wait_for("a prompt", |sight| sight.line == "proctor> " && sight.has("[v ended"));
    terminal.keys("kill p; join p\r");
    terminal.see_row("-9");
    terminal.keys("\x04");
    assert_eq!(terminal.ended().code(), Some(0));
    let bytes = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    assert!(!bytes.contains('\x1b'), "{bytes:?}");
    assert!(!bytes.contains(" alive"), "{bytes:?}");
}

#[test]
fn keys_typed_ahead_are_not_lost() {
    let terminal = Terminal::repl();
    let entries: String = (0..50).map(|number| format!("print 'ahead', {number}\r")).collect();
    terminal.keys(&entries);
    terminal.see_row("ahead 49");
    terminal.prompt();
    let all = terminal.everything();
    let said: Vec<&str> = all.lines().filter(|line| line.starts_with("ahead ")).collect();
    let expected: Vec<String> = (0..50).map(|number| format!("ahead {number}")).collect();
    assert_eq!(said, expected);
}

#[test]
fn nor_are_they_in_a_flood_of_words() {
    let terminal = Terminal::repl();
    terminal.keys("spawn noise exec(\"yes\", \"noise\")\r");
    terminal.see("[noise] noise");
    let entries: String = (0..6).map(|number| format!("write_file(\"f{number}\", \"x\")\r")).collect();
    terminal.keys(&entries);
    let file = |number: usize| terminal.home().join(format!("f{number}"));
    terminal.wait_for("the last entry has run", |_| file(5).exists());
    for number in 0..6 {
        assert!(file(number).exists(), "{number}");
    }
    // Each writes its lines whole.
    terminal.keys("kill noise\r");
    terminal.wait_for("the end of it", |sight| sight.is_prompt() && sight.has("0 alive, 1 zombie"));
    let all = terminal.everything();
    let torn = all.lines().find(|line| {
        line.contains("nois")
            && !line.contains("[noise] noise")
            && !line.contains("noise ended")
            && !line.contains("kill noise")
    });
    assert_eq!(torn, None);
}
