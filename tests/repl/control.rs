//! Ctrl-C, Ctrl-D and Ctrl-Z, at the prompt and while a statement runs; leaving.

use super::terminal::{LARGE, Sight, Size, Start, Terminal, USUAL};

const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
const CTRL_Z: &str = "\x1a";

#[test]
fn ctrl_c_clears_the_line() {
    let terminal = Terminal::repl();
    terminal.type_keys("print 'never");
    terminal.keys(CTRL_C);
    terminal.prompt();
    terminal.keys("def f() {\rprint 'never'\r");
    terminal.wait_for("the third line", |sight| sight.rows[sight.cursor.0 - 1] == "... print 'never'");
    terminal.keys(CTRL_C);
    terminal.prompt();
    assert_eq!(terminal.entry("print 'still here'"), "still here\n");
    assert!(!terminal.everything().contains("\nnever"));
}

#[test]
fn ctrl_c_interrupts_what_runs_and_nothing_else() {
    for size in [USUAL, LARGE] {
        interrupts_on(size);
    }
}

fn interrupts_on(size: Size) {
    let terminal = Terminal::repl_of(size);
    terminal.entry("spawn p { sleep 1000 }");
    terminal.entry("spawn ext exec(\"sleep\", \"1000\")");
    terminal.entry("let q = queue()");
    terminal.entry("def forever(n) { print 'begun', n; while true { n += 1 } }");
    for (statement, sign) in [
        ("print 'begun 1'; sleep 1000", "begun 1"),
        ("print 'begun 2'; join p", "begun 2"),
        ("print 'begun 3'; while true {}", "begun 3"),
        ("forever(4)", "begun 4"),
        ("print 'begun 5'; q.get()", "begun 5"),
        ("print 'begun 6'; join ext", "begun 6"),
        ("print 'begun 8'; expect p.exitcode == 0 within 1000s", "begun 8"),
    ] {
        terminal.type_keys(statement);
        terminal.keys("\r");
        terminal.see_row(sign);
        terminal.keys(CTRL_C);
        terminal.prompt();
        let shown = terminal.after(&format!("\n{sign}\n"));
        assert!(shown.contains("interrupted\n"), "{statement}: {shown}");
    }
    assert_eq!(terminal.entry("[p.alive, ext.alive]").lines().next(), Some("[true, true]"));
}

#[test]
fn a_block_for_sigint_takes_ctrl_c_once() {
    let terminal = Terminal::repl();
    terminal.entry("let caught = 0");
    terminal.entry("on SIGINT { caught += 1; print 'caught', caught }");
    terminal.type_keys("print 'waiting'; sleep 1000");
    terminal.keys("\r");
    terminal.see_row("waiting");
    terminal.keys(CTRL_C);
    terminal.see_row("caught 1");
    // The second one is meant where it comes soon enough after the first one.
    for number in 2.. {
        terminal.keys(CTRL_C);
        let caught = format!("caught {number}");
        let sight = terminal.wait_for("an answer", |sight| {
            sight.is_prompt() || sight.rows[..sight.cursor.0].contains(&caught)
        });
        if sight.is_prompt() {
            assert!(sight.has("interrupted"));
            break;
        }
    }
    assert_eq!(terminal.entry("caught >= 1"), "true\n");
}

#[test]
fn ctrl_d_names_who_is_alive_and_asks_once() {
    let mut terminal = Terminal::repl();
    terminal.entry("spawn alex { sleep 1000 }");
    terminal.entry("spawn barry exec(\"sleep\", \"1000\")");
    terminal.keys(CTRL_D);
    let question = "2 processes are alive: alex, barry. End them and leave? [y/N] ";
    terminal.wait_for("the question", |sight| sight.line == question);
    terminal.keys("n\r");
    terminal.prompt();
    assert_eq!(terminal.entry("alex.alive").lines().next(), Some("true"));
    terminal.entry("kill barry; join barry");
    terminal.type_keys(":quit");
    terminal.keys("\r");
    terminal.wait_for("the question", |sight| sight.line == "alex is alive: end it and leave? [y/N] ");
    terminal.keys("y\r");
    assert_eq!(terminal.ended().code(), Some(0));
    terminal.nothing_left();
    assert!(terminal.is_cooked());
}

#[test]
fn ctrl_d_twice_leaves_and_alone_it_asks_nothing() {
    let mut terminal = Terminal::repl();
    terminal.entry("spawn alex { sleep 1000 }");
    terminal.keys(CTRL_D);
    terminal.wait_for("the question", |sight| sight.line.ends_with("leave? [y/N] "));
    terminal.keys(CTRL_D);
    assert_eq!(terminal.ended().code(), Some(0));
    terminal.nothing_left();

    let mut terminal = Terminal::repl();
    terminal.entry("spawn alex { print 1 }; join alex");
    terminal.keys(CTRL_D);
    assert_eq!(terminal.ended().code(), Some(0));
    assert!(!terminal.everything().contains("leave?"));
}

#[test]
fn exit_gives_its_code() {
    let mut terminal = Terminal::repl();
    terminal.type_keys("exit 3");
    terminal.keys("\r");
    assert_eq!(terminal.ended().code(), Some(3));
    terminal.nothing_left();

    let mut terminal = Terminal::repl();
    terminal.entry("spawn p { sleep 1000 }");
    terminal.type_keys("exit 4");
    terminal.keys("\r");
    terminal.see_line("p is alive: end it and leave? [y/N] ");
    terminal.keys("n\r");
    terminal.prompt();
    terminal.keys(CTRL_D);
    terminal.see_line("p is alive: end it and leave? [y/N] ");
    terminal.keys("y\r");
    assert_eq!(terminal.ended().code(), Some(0), "the exit that was taken back counts no more");
    terminal.nothing_left();
}

/// What `stty -a` says in a shell, without the size.
fn modes(terminal: &Terminal, number: usize) -> String {
    terminal.keys(&format!("clear; stty -a; echo mark{number}=\r"));
    let shown = terminal.wait_for("the modes", |sight| {
        sight.rows.iter().any(|row| *row == format!("mark{number}=")) && sight.line == "ready$ "
    });
    shown.text[..shown.text.find("mark").expect("a mark")].to_owned()
}

#[test]
fn a_shell_can_suspend_it_at_the_prompt() {
    let terminal = Start::bash().go();
    terminal.see("ready$ ");
    let before = modes(&terminal, 1);
    assert!(before.contains(" echo ") && before.contains(" icanon "), "{before}");
    terminal.keys("$PROCTOR\r");
    terminal.prompt();
    terminal.entry("spawn p { sleep 1000 }");
    terminal.type_keys("print 'half");
    terminal.keys(CTRL_Z);
    terminal.wait_for("the shell", |sight| sight.has("Stopped") && sight.line == "ready$ ");
    assert_eq!(modes(&terminal, 2), before);
    assert!(terminal.alive().len() > 3, "{:?}", terminal.alive());
    terminal.keys("fg\r");
    terminal.wait_for("the half of the line", |sight| sight.is_typed("print 'half"));
    terminal.keys(" and half'\r");
    terminal.see_row("half and half");
    terminal.prompt();
    assert_eq!(terminal.entry("p.alive").lines().next(), Some("true"));
    terminal.keys(CTRL_D);
    terminal.wait_for("the question", |sight| sight.line.ends_with("leave? [y/N] "));
    terminal.keys("y\r");
    terminal.wait_for("the shell", |sight| sight.line == "ready$ ");
    assert_eq!(modes(&terminal, 3), before);
    let left = terminal.alive();
    assert!(left.iter().all(|(pid, _)| *pid == terminal.pid()), "{left:?}");
}

#[test]
fn a_shell_can_suspend_it_while_a_statement_runs() {
    let terminal = Start::bash().go();
    terminal.see("ready$ ");
    let before = modes(&terminal, 1);
    terminal.keys("$PROCTOR\r");
    terminal.prompt();
    terminal.type_keys("print 'waiting'; sleep 1000");
    terminal.keys("\r");
    terminal.see_row("waiting");
    terminal.keys(CTRL_Z);
    terminal.wait_for("the shell", |sight| sight.has("Stopped") && sight.line == "ready$ ");
    assert_eq!(modes(&terminal, 2), before);
    terminal.keys("fg\r");
    // What bash says then.
    terminal.see_row("$PROCTOR");
    terminal.lent();
    terminal.keys(CTRL_C);
    terminal.wait_for("the prompt", Sight::is_prompt);
    assert_eq!(terminal.entry("print 1 + 1"), "2\n");
    terminal.keys(CTRL_D);
    terminal.wait_for("the shell", |sight| sight.line == "ready$ ");
    assert_eq!(modes(&terminal, 3), before);
}
