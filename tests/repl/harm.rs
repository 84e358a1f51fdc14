//! What must not harm the prompt: programs and statements that once did.

use super::commands::proctor;
use super::terminal::Terminal;

#[test]
fn a_task_cannot_take_the_terminal() {
    let terminal = Terminal::repl();
    terminal.keys("spawn r { print run(\"echo\", \"hi\").stdout.trim() }\r");
    terminal.see_row("[r] hi");
    terminal.prompt();
    assert_eq!(terminal.entry("1 + 1").lines().next(), Some("2"));
    terminal.keys("spawn k { spawn v exec(\"cat\") with {foreground: true} }\r");
    terminal.see("only an entry of the prompt can give a process the");
    terminal.prompt();
    terminal.entry("on SIGUSR1 { print 'handled', run(\"echo\", \"in a handler\").stdout.trim() }");
    terminal.keys("spawn { signal main SIGUSR1 }\r");
    terminal.see_row("handled in a handler");
    terminal.prompt();
    assert_eq!(terminal.entry("2 + 2").lines().next(), Some("4"));
}

#[test]
fn a_loop_around_a_program_is_interrupted() {
    for key in ["\x03", "\x1a"] {
        let terminal = Terminal::repl();
        terminal.keys("while true { run(\"sh\", \"-c\", \"echo on >/dev/tty; exec sleep 1000\") }\r");
        terminal.see_row("on");
        terminal.keys(key);
        terminal.see_row("interrupted");
        terminal.prompt();
        assert_eq!(terminal.entry("1 + 1").lines().next(), Some("2"));
    }
}

#[test]
fn nothing_but_leaving_ends_the_session() {
    let terminal = Terminal::repl();
    for habit in ["quit", "help"] {
        let said = terminal.entry(habit);
        assert!(said.contains(&format!("`:{habit}`")) && !said.contains("\n\n"), "{said}");
    }
    assert!(terminal.entry("stop self").contains("stopping the session itself"));
    assert!(terminal.entry("signal main SIGTSTP").contains("stopping the session itself"));
    terminal.keys("print 'asleep'; sleep 1000\r");
    terminal.see_row("asleep");
    terminal.keys("\x1c");
    terminal.see("^\\");
    terminal.keys("\x03");
    terminal.prompt();
    let pid = terminal.entry("print pid()");
    let stat = format!("/proc/{}/stat", pid.trim());
    terminal.keys("spawn s { signal main SIGSTOP }; join s\r");
    let stopped = || std::fs::read_to_string(&stat).is_ok_and(|stat| stat.contains(") T "));
    terminal.wait_unseen("a session that stands still", stopped);
    terminal.keys("\x03");
    terminal.prompt();
    assert_eq!(terminal.entry("1 + 1").lines().next(), Some("2"));
}

#[test]
fn a_block_of_a_signal_can_leave() {
    let mut terminal = Terminal::repl();
    terminal.entry("on SIGUSR2 { exit 3 }");
    terminal.keys("spawn { signal main SIGUSR2 }\r");
    assert_eq!(terminal.ended().code(), Some(3));
}

#[test]
fn the_screen_is_in_order_after_a_killed_program() {
    let terminal = Terminal::repl();
    terminal.keys("spawn v exec(\"sh\", \"-c\", 'printf \"\\033[?1049h\\033[?25l\\033[?1000h\\033[31mRAW\"; kill -9 $$') with {foreground: true}\r");
    terminal.wait_for("a card on the usual screen", |sight| {
        sight.is_prompt() && sight.rows.iter().any(|row| row.starts_with("v · pid"))
    });
    assert_eq!(terminal.entry("1 + 1").lines().next(), Some("2"));
    terminal.keys("spawn w exec(\"sh\", \"-c\", \"printf half; exit 1\") with {foreground: true}\r");
    terminal.wait_for("a card of its own row", |sight| {
        sight.is_prompt() && sight.rows.iter().any(|row| row.starts_with("w · pid"))
    });
}

#[test]
fn the_age_of_what_has_ended_stays() {
    let terminal = Terminal::repl();
    terminal.keys("spawn e exec(\"true\")\r");
    terminal.see("[e ended: exit 0");
    terminal.prompt();
    terminal.entry("let age = e.elapsed");
    terminal.entry("sleep 30ms");
    assert_eq!(terminal.entry("age == e.elapsed").lines().next(), Some("true"));
    terminal.entry("join e");
    assert_eq!(terminal.entry("age == e.elapsed").lines().next(), Some("true"));
}

#[test]
fn what_is_saved_passes_the_check() {
    let terminal = Terminal::repl();
    for entry in [
        "spawn q { sleep 100 }; join q within 20ms",
        "q.alive",
        "kill q; join q",
        "let a = 1; print 1 / 0",
        "a + 1",
        "def f() { return 1 }",
        "let v = f()",
        "def f(a, b) { return a + b }",
        "v + f(1, 2)",
        "test \"bad\" { expect 1 == 2 }",
        "print 'done', v",
    ] {
        terminal.entry(entry);
    }
    let said = terminal.entry(":save s.proc");
    assert!(said.contains("3 entries that need what failed are comments in it"), "{said}");
    let checked = proctor(&terminal, &["check", "s.proc"]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let ran = proctor(&terminal, &["run", "s.proc"]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "done 1\n");
    let before = std::fs::read_to_string(terminal.home().join("s.proc")).expect("a file");
    assert!(before.contains("# q.alive\n") && !before.contains("bad"), "{before}");
    terminal.entry("print 'more'");
    terminal.keys(":save s.proc\r");
    terminal.see("s.proc is there already: write over it? [y/N] ");
    terminal.keys("n\r");
    terminal.prompt();
    assert_eq!(std::fs::read_to_string(terminal.home().join("s.proc")).expect("a file"), before);
}
