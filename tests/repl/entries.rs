//! What is typed: entries of several lines, what is pasted, completion, a resize.

use super::terminal::{LARGE, Size, Start, Terminal, USUAL};

#[test]
fn an_entry_of_several_lines_is_indented() {
    let terminal = Terminal::repl();
    terminal.type_keys("def f(x) {");
    terminal.keys("\r");
    terminal.wait_for("an indented line", |sight| sight.cursor.1 == 4 && sight.row().trim() == "...");
    terminal.keys("if x > 1 {\r");
    terminal.wait_for("more indented", |sight| sight.cursor.1 == 8);
    terminal.keys("return 'big'\r}");
    terminal.wait_for("below the if", |sight| sight.row().trim_end() == "... }" && sight.cursor.1 == 5);
    terminal.keys("\rreturn 'small'\r}");
    let sight = terminal.wait_for("below the def", |sight| sight.row() == "}");
    let at = sight.cursor.0;
    assert_eq!(
        sight.rows[at - 5..=at],
        ["proctor> def f(x) {", "... if x > 1 {", "...     return 'big'", "... }", "... return 'small'", "}"]
    );
    terminal.keys("\r");
    terminal.prompt();
    assert_eq!(terminal.entry("f(2)"), "\"big\"\n");
    assert_eq!(terminal.entry("f(1)"), "\"small\"\n");
}

fn paste_of(size: Size) {
    let terminal = Terminal::repl_of(size);
    let mut text = String::from("def noted(n) {\n    print \"line {n}\"\n}\n");
    for number in 0..65 {
        text.push_str(&format!("if {number} >= 0 {{\n\tnoted({number}) # tab, }} and {{\n}}\n"));
    }
    text.push_str("spawn p { print 'in p' }\njoin p");
    assert_eq!(text.lines().count(), 200);
    terminal.keys(&format!("\x1b[200~{text}\x1b[201~"));
    terminal.wait_for("the end of what is pasted", |sight| sight.row() == "join p");
    assert!(!terminal.sight().has("in p\n"), "it runs before Enter");
    terminal.keys("\r");
    terminal.prompt();
    let shown = terminal.after("\njoin p\n");
    let lines: Vec<&str> = shown.lines().collect();
    let mut expected: Vec<String> = (0..65).map(|number| format!("line {number}")).collect();
    expected.extend(["[p] in p".to_owned(), "0".to_owned()]);
    assert_eq!(lines, expected);
}

#[test]
fn two_hundred_lines_can_be_pasted() {
    paste_of(USUAL);
}

#[test]
fn two_hundred_lines_can_be_pasted_on_a_large_screen() {
    paste_of(LARGE);
}

#[test]
fn what_is_pasted_is_one_entry_in_the_history() {
    let terminal = Terminal::repl();
    terminal.keys("\x1b[200~let a = 1\nlet b = 2\x1b[201~");
    terminal.wait_for("the second line", |sight| sight.row() == "let b = 2");
    terminal.keys("\r");
    terminal.prompt();
    terminal.keys("\x1b[A");
    terminal.wait_for("both lines again", |sight| {
        sight.row() == "let b = 2" && sight.rows[sight.cursor.0 - 1] == "proctor> let a = 1"
    });
    terminal.keys("\x03");
    terminal.prompt();
    assert_eq!(terminal.entry("a + b"), "3\n");
}

#[test]
fn completion_knows_what_can_stand_where() {
    for size in [USUAL, LARGE] {
        completion_on(size);
    }
}

fn completion_on(size: Size) {
    let terminal = Terminal::repl_of(size);
    std::fs::write(terminal.home().join("lesson.proc"), "print 1\n").expect("a file");
    terminal.entry("let walrus = 1");
    terminal.entry("spawn worker { sleep 1000 }");
    for (typed, completed) in [
        ("termi", "terminate "),
        ("print walr", "print walrus"),
        ("worker.exitc", "worker.exitcode"),
        ("spawn { print 1 } with {foregr", "spawn { print 1 } with {foreground: "),
        ("signal worker SIGUSR1", "signal worker SIGUSR1"),
        ("signal worker SIGTER", "signal worker SIGTERM"),
        ("read_file(\"less", "read_file(\"lesson.proc\""),
        (":load less", ":load lesson.proc"),
        (":hel", ":help "),
    ] {
        terminal.type_keys(typed);
        terminal.keys("\t");
        terminal.wait_for(&format!("{typed:?} becomes {completed:?}"), |sight| sight.is_typed(completed));
        terminal.keys("\x03");
        terminal.prompt();
    }
    for (typed, more, shown, doc) in [
        ("worker.st", "", "started", "When it was started."),
        ("spawn { } with {st", "d", "stdout:", "Where standard output goes."),
        ("signal worker SIGUS", "R", "SIGUSR2", "user-defined signal 2"),
    ] {
        terminal.type_keys(typed);
        terminal.keys("\t");
        let sight = terminal.wait_for(&format!("what {typed:?} can become"), |sight| {
            sight.is_typed(&format!("{typed}{more}")) && sight.rows.iter().any(|row| row.starts_with(shown))
        });
        let row = sight.rows.iter().rfind(|row| row.starts_with(shown)).expect("it was there");
        assert_eq!(row[shown.len()..].trim(), doc);
        terminal.keys("\x03");
        terminal.prompt();
    }
}

#[test]
fn a_pager_ends_at_ctrl_c_and_ctrl_d() {
    for key in ["\x03", "\x04"] {
        let terminal = Terminal::repl();
        terminal.type_keys("print ");
        terminal.keys("\t");
        terminal.wait_for("a page", |sight| sight.row().trim_end() == "--More--");
        terminal.keys(key);
        let sight = terminal.wait_for("the line", |sight| sight.is_typed("print "));
        assert_eq!(sight.rows[sight.cursor.0 - 1], "--More--", "{key:?}: {}", sight.text);
        // What comes is shown as before, and the keys mean what they meant.
        terminal.keys("'x'; spawn p { print 'in p' }\r");
        terminal.see_row("[p] in p");
        terminal.see("[p ended: exit 0");
        terminal.type_keys("1 + 1");
        terminal.keys("\x03");
        terminal.prompt();
    }
}

#[test]
fn without_colours_the_line_is_plain() {
    let terminal = Terminal::prompted(Start::proctor(&[]).env("NO_COLOR", "1"));
    assert_eq!(terminal.entry("print 1 + 1"), "2\n");
    terminal.entry("nosuchname");
    let bytes = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    assert!(!bytes.contains("\x1b[3") && !bytes.contains("\x1b[1;3"), "{bytes:?}");
}

#[test]
fn everything_lasts_from_entry_to_entry() {
    let terminal = Terminal::repl();
    let says = |entry: &str, expected: &str| {
        let said = terminal.entry(entry);
        assert_eq!(said.lines().next(), Some(expected), "{entry}: {said}");
    };
    terminal.entry("let x = 1");
    terminal.entry("def twice() { return helper() * 2 }; def helper() { return x }");
    says("twice()", "2");
    terminal.entry("let x = x + 4");
    says("twice()", "10");
    terminal.entry("def helper() { return 100 + x }");
    says("twice()", "210");
    terminal.entry("let count = 0; let more = || { count = count + 1; count }");
    terminal.entry("more(); more()");
    says("count", "2");
    terminal.entry("let q = queue(); let l = lock(); let n = shared(0)");
    terminal.entry("on SIGUSR1 { n.add(1) }");
    terminal.entry("spawn p { with l { q.put(x) }; signal parent SIGUSR1; q.put(\"done\") }");
    says("q.get()", "5");
    says("q.get()", "\"done\"");
    terminal.entry("join p");
    says("expect n.value == 1 within 60s; n.value", "1");
    says("p.exitcode", "0");
}

#[test]
fn one_looks_as_in_a_scenario() {
    for size in [USUAL, LARGE] {
        let terminal = Terminal::repl_of(size);
        terminal.entry("spawn 工人 { sleep 1000 }");
        let table = terminal.entry("ps");
        assert!(
            table.starts_with("NAME ") && table.contains("\nmain ") && table.contains("\n工人 "),
            "{table}"
        );
        let tree = terminal.entry("tree");
        assert!(
            tree.starts_with("init ") && tree.contains("└─ main ") && tree.contains("   └─ 工人 "),
            "{tree}"
        );
        assert!(terminal.entry("ps \"nobody\"").starts_with("NAME "));
    }
}
