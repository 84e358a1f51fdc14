//! The commands of the prompt, as they are seen.

use super::foreground::in_order;
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
    let ms = took.strip_suffix("ms").map(|ms| ms.parse::<u64>().expect("a number"));
    assert!(ms.is_none_or(|ms| ms >= 20) && took.ends_with('s') && !took.ends_with("us"), "{said}");
    // What was not run took no time.
    let said = terminal.entry(":time 1 +");
    assert!(said.contains("expected an expression after `+`") && !said.contains("took"), "{said}");
    terminal.type_keys(":time if true {");
    terminal.keys("\rprint 'timed'\r}\r");
    terminal.see_row("timed");
    terminal.prompt();
}

#[test]
fn a_long_value_has_a_row_for_each_part() {
    let terminal = Terminal::repl();
    terminal.entry("let m = {short: [1, 2]}; for i in 0..12 { m[\"key{i}\"] = \"value\" }");
    let said = terminal.entry("m");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[..3], ["{", "    short: [1, 2],", "    key0: \"value\","], "{said}");
    assert_eq!(lines[lines.len() - 2..], ["    key11: \"value\",", "}"], "{said}");
    assert_eq!(terminal.entry("[1, 2]"), "[1, 2]\n");
    let said = terminal.entry("[m, {a: 1}]");
    assert!(
        said.starts_with("[\n    {\n        short: [1, 2],\n") && said.ends_with("    },\n    {a: 1},\n]\n"),
        "{said}"
    );
}

/// A program that `:edit` runs.
fn editor(start: &Start, script: &str) -> String {
    let path = start.home().join("editor.sh");
    std::fs::write(&path, format!("#!/bin/sh\n{script}")).expect("a file");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    path.to_str().expect("UTF-8").to_owned()
}

const NOTES: &str =
    "dirname \"$1\" >folder.new; stat -c %a \"$(dirname \"$1\")\" \"$1\" >modes; mv folder.new folder\n";

fn note(terminal: &Terminal, name: &str) -> String {
    std::fs::read_to_string(terminal.home().join(name)).unwrap_or_default()
}

#[test]
fn an_editor_that_is_killed_leaves_the_terminal_in_order() {
    for (end, word) in [("kill -9 $$", "nothing is run"), ("exit 0", "walrus")] {
        let start = Start::proctor(&[]);
        let path = editor(
            &start,
            &format!("{NOTES}stty raw -echo; printf '\\033[?1049h\\033[5;9r\\033[?25l'; {end}\n"),
        );
        let terminal = Terminal::prompted(start.env("EDITOR", &path));
        terminal.entry("print 'walrus'");
        let said = terminal.entry(":edit");
        assert!(said.contains(word), "{end}: {said}");
        in_order(&terminal);
        assert!(!terminal.screen(vt100::Screen::hide_cursor), "{end}");
        assert_eq!(note(&terminal, "modes"), "700\n600\n");
        let folder = note(&terminal, "folder");
        assert!(!folder.is_empty() && !std::path::Path::new(folder.trim()).exists(), "{folder}");
    }
}

#[test]
fn who_ends_the_prompt_ends_the_editor() {
    use rustix::process::{Pid, Signal, kill_process};
    let start = Start::proctor(&[]);
    let path = editor(&start, &format!("{NOTES}exec sleep 1000\n"));
    let mut terminal = Terminal::prompted(start.env("EDITOR", &path));
    terminal.keys(":edit\r");
    terminal.wait_unseen("the editor", || !note(&terminal, "folder").is_empty());
    kill_process(Pid::from_raw(terminal.pid()).expect("a pid"), Signal::TERM).expect("it is there");
    assert_eq!(terminal.ended().code(), Some(143));
    terminal.nothing_left();
    assert!(!std::path::Path::new(note(&terminal, "folder").trim()).exists());
    assert!(terminal.is_cooked());
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
    let cells = |row: &str| row.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(cells(&sight.rows[2]), ["NAME", "PID", "PPID", "STATE", "AGE", "CPU", "MEMORY", "EXIT"]);
    let row = |name: &str| cells(sight.rows.iter().find(|row| row.starts_with(name)).expect("a row"));
    let [worker, timer] = [row("工人"), row("timer")];
    assert_eq!([&worker[3], &worker[6], &worker[7]], ["zombie", "0B", "3"], "{worker:?}");
    assert_eq!([&timer[2], &timer[3], &timer[7]], [&worker[2], "sleeping", "-"], "{timer:?}");
    assert!(timer[4].ends_with('s') && timer[5].ends_with('s') && timer[6].ends_with("iB"), "{timer:?}");
    let at = |text: &str| sight.rows.iter().position(|row| row.contains(text)).expect("a row of the tree");
    let tree = [at("init "), at("└─ main "), at("   ├─ 工人 "), at("   └─ timer ")];
    assert!(tree.is_sorted() && tree[0] > 4, "{:?}", sight.rows);
    terminal.resize((60, 10));
    terminal
        .wait_for("the small table", |sight| sight.other_screen && sight.has("工人") && sight.has("timer"));
    terminal.keys("x");
    terminal.prompt();
    let text = terminal.see("[工人 ended: exit 3").text;
    assert!(text.contains(":watch"), "{text}");
    assert_eq!(terminal.entry("timer.alive").lines().next(), Some("true"));
}
