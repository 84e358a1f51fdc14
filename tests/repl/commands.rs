//! The commands of the prompt, as they are seen.

use super::terminal::{PROCTOR, Start, Terminal};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

pub fn proctor(terminal: &Terminal, args: &[&str]) -> Output {
    Command::new(PROCTOR).args(args).current_dir(terminal.home()).output().expect("it starts")
}

#[test]
fn what_is_saved_runs() {
    let terminal = Terminal::repl();
    std::fs::write(terminal.home().join("lib.proc"), "def tripled(n) { return n * 3 }\n").expect("a file");
    terminal.entry("use \"lib.proc\"");
    terminal.entry("def f() { print 'the first f' }");
    terminal.entry("let x = 1");
    terminal.entry("nosuchname + 1");
    terminal.entry("print 1 / 0");
    terminal.entry("expect x == 2");
    terminal.type_keys("if x == 1 {");
    terminal.keys("\rprint 'x is one'\r}\r");
    terminal.prompt();
    terminal.entry("def f() { print 'the second f' }");
    terminal.entry("f()");
    terminal.entry("x + tripled(2)");
    terminal.entry("spawn p exec(\"true\")");
    terminal.entry("join p");
    terminal.entry("if true { sleep 0; throw_nothing() }");
    let said = terminal.entry(":save out.proc");
    assert!(said.contains("lines are in out.proc: `proctor run out.proc` runs it"), "{said}");
    let text = std::fs::read_to_string(terminal.home().join("out.proc")).expect("it is there");
    assert!(text.contains("if x == 1 {\n    print 'x is one'\n}\n"), "{text}");
    for gone in ["nosuchname", "1 / 0", "x == 2", "throw_nothing"] {
        assert!(!text.contains(gone), "{gone}: {text}");
    }
    let checked = proctor(&terminal, &["check", "out.proc"]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let ran = proctor(&terminal, &["run", "out.proc"]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "x is one\nthe second f\n");
}

#[test]
fn a_file_is_loaded_as_if_it_were_typed() {
    let terminal = Terminal::repl();
    std::fs::write(terminal.home().join("a b.proc"), "let loaded = 7\nspawn worker { sleep 1000 }\n")
        .expect("a file");
    terminal.entry(":load \"a b.proc\"");
    assert_eq!(terminal.entry("loaded").lines().next(), Some("7"));
    assert_eq!(terminal.entry("worker.alive").lines().next(), Some("true"));
    let said = terminal.entry(":load nowhere.proc");
    assert!(said.contains("cannot read `nowhere.proc`"), "{said}");
    assert!(!said.contains("named `nowhere"), "{said}");
}

#[test]
fn names_are_listed_and_forgotten() {
    let mut terminal = Terminal::repl();
    assert!(terminal.entry(":vars").contains("no names yet"));
    terminal.entry("let 数 = [1, 2]");
    terminal.entry("def add(a, b) { return a + b }");
    terminal.entry("spawn p { sleep 1000 }");
    terminal.entry("spawn ext exec(\"sleep\", \"1000\")");
    let listed = terminal.entry(":vars");
    let words: Vec<Vec<&str>> = listed.lines().map(|line| line.split_whitespace().collect()).collect();
    assert!(words.contains(&vec!["数", "list", "[1,", "2]"]), "{listed}");
    assert!(listed.lines().any(|line| line.starts_with("add") && line.contains("add(a, b)")), "{listed}");
    assert!(words.iter().any(|words| words.starts_with(&["p", "process"])), "{listed}");
    let before = terminal.alive();
    terminal.entry(":reset");
    let survivors: Vec<_> =
        terminal.alive().into_iter().filter(|row| before.contains(row) && row.0 != terminal.pid()).collect();
    assert!(survivors.is_empty(), "{survivors:?}");
    assert!(terminal.entry(":vars").contains("no names yet"));
    assert!(terminal.entry("数").contains("数"), "an error names it");
    assert_eq!(terminal.entry("print 1 + 1"), "2\n");
    terminal.keys("\x04");
    assert_eq!(terminal.ended().code(), Some(0));
}

#[test]
fn a_statement_is_timed() {
    let terminal = Terminal::repl();
    let said = terminal.entry(":time sleep 20ms");
    let took = said.trim().strip_prefix("took ").expect("a time");
    assert!(took.ends_with("ms") || took.ends_with('s'), "{said}");
}

#[test]
fn an_editor_writes_the_entry() {
    let start = Start::proctor(&[]);
    let script = start.home().join("editor.sh");
    std::fs::write(&script, "#!/bin/sh\nsed -i s/walrus/carpenter/ \"$1\"\n").expect("a file");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    let path = script.to_str().expect("UTF-8").to_owned();
    let terminal = Terminal::prompted(start.env("EDITOR", &path));
    terminal.entry("print 'walrus'");
    let said = terminal.entry(":edit");
    assert!(said.ends_with("\ncarpenter\n"), "{said}");
    terminal.keys("\x1b[A");
    terminal.wait_for("what was edited", |sight| sight.is_typed("print 'carpenter'"));
}

#[test]
fn an_editor_that_fails_runs_nothing() {
    let terminal = Terminal::prompted(Start::proctor(&[]).env("EDITOR", "false"));
    terminal.entry("print 'walrus'");
    let said = terminal.entry(":edit");
    assert!(said.contains("nothing is run"), "{said}");
}

#[test]
fn help_explains_and_guesses() {
    let terminal = Terminal::repl_of((100, 50));
    let overview = terminal.entry(":help");
    assert!(overview.contains(":save FILE") && overview.contains(":quit"), "{overview}");
    for (topic, word) in [
        ("kill", "SIGKILL"),
        ("zombie", "join"),
        ("orphan", "parent"),
        ("SIGTERM", "SIGTERM"),
        (":save", "scenario"),
        ("exitcode", "exit"),
        ("foreground", "terminal"),
    ] {
        let page = terminal.entry(&format!(":help {topic}"));
        assert!(page.contains(word), "{topic}: {page}");
    }
    assert!(terminal.entry(":hlep").contains("did you mean `:help`?"));
    assert!(terminal.entry(":help zombi").contains("zombie"));
    assert!(terminal.entry(":quit now").contains("takes nothing"));
}

#[test]
fn the_table_is_live() {
    let terminal = Terminal::repl();
    terminal.entry("let go = event()");
    terminal.entry("spawn 工人 { go.wait(); exit 3 }");
    terminal.entry("spawn timer { sleep 300ms; go.set(); sleep 1000 }");
    terminal.type_keys(":watch");
    terminal.keys("\r");
    terminal.wait_for("the table", |sight| sight.other_screen && sight.has("工人") && sight.has("timer"));
    let sight = terminal.wait_for("the zombie", |sight| {
        sight.rows.iter().any(|row| row.starts_with("工人") && row.contains("zombie"))
    });
    assert!(sight.rows[0].contains("any key goes back"), "{:?}", sight.rows);
    terminal.resize((60, 10));
    terminal
        .wait_for("the small table", |sight| sight.other_screen && sight.has("工人") && sight.has("timer"));
    terminal.keys("x");
    terminal.prompt();
    let text = terminal.sight().text;
    assert!(text.contains("[工人 ended: exit 3") && text.contains(":watch"), "{text}");
    assert_eq!(terminal.entry("timer.alive").lines().next(), Some("true"));
}
