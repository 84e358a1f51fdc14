//! Errors that are no end, and ends that leave nothing: whoever of the session's processes is killed.

use super::terminal::{Start, Terminal};
use rustix::process::{Pid, Signal, kill_process};

fn kill(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).expect("a pid"), signal).expect("it is there");
}

#[test]
fn errors_are_no_end() {
    let terminal = Terminal::repl();
    terminal.entry("spawn p { sleep 1000 }");
    for (entry, words) in [
        ("print x1", &["undefined_name", "x1"][..]),
        ("print (1 + ", &[]),
        ("1 / 0", &["division", "1 / 0"]),
        ("expect p.pid == 0, \"why not\"", &["p.pid", "why not"]),
        ("exec(\"true\")", &["exec would replace the session", "foreground: true"]),
        ("exec(\"nosuchprogram\")", &["exec"]),
        ("spawn v exec(\"nosuchprogram\"); join v", &["nosuchprogram"]),
        ("queue().get()", &["deadlock"]),
        ("def r(n) { return r(n + 1) }; r(0)", &["recursion"]),
        ("let = 3", &["error"]),
        ("test \"t\" { expect false }", &["false"]),
        ("within 10ms { sleep 1000 }", &["timeout"]),
    ] {
        if entry == "queue().get()" {
            terminal.entry("kill p; join p");
        }
        if entry.ends_with("+ ") {
            terminal.keys(&format!("{entry}\r)\r"));
            terminal.prompt();
            continue;
        }
        let said = terminal.entry(entry);
        for word in words {
            assert!(said.contains(word), "{entry}: {word}: {said}");
        }
    }
    assert_eq!(terminal.entry("print 'still here'"), "still here\n");
}

#[test]
fn processes_live_on_after_an_error() {
    let terminal = Terminal::repl();
    terminal.entry("spawn task { sleep 1000 }");
    terminal.entry("spawn ext exec(\"sleep\", \"1000\")");
    let pids = terminal.entry("print task.pid, ext.pid");
    for entry in [
        "print x1",
        "1 / 0",
        "let = 3",
        "expect 1 == 2",
        "def r(n) { return r(n + 1) }; r(0)",
        "exec(\"true\")",
    ] {
        terminal.entry(entry);
        let alive = terminal.entry("print task.alive, ext.alive, task.pid, ext.pid");
        assert_eq!(
            alive.lines().next(),
            Some(&*format!("true true {}", pids.lines().next().expect("pids"))),
            "{entry}"
        );
    }
    assert!(terminal.sight().has("2 alive\nproctor> "), "{}", terminal.sight().text);
}

#[test]
fn who_forks_has_one_thread() {
    let terminal = Terminal::repl();
    terminal.entry("spawn p { sleep 1000 }");
    terminal.entry("spawn o exec(\"sleep\", \"1000\") with {observe: true}");
    let threads = |pid: i32| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it lives");
        let count = status.lines().find_map(|line| line.strip_prefix("Threads:")).expect("a count");
        count.trim().parse::<usize>().expect("a number")
    };
    let cast = cast(&terminal);
    assert_eq!(cast.iter().map(|pid| threads(*pid)).collect::<Vec<_>>(), [2, 1, 1, 1]);
    let session = terminal.entry("print pid()");
    assert_eq!(session.lines().next(), Some(&*cast[3].to_string()));
}

#[test]
fn a_fork_leaves_one_prompt() {
    let terminal = Terminal::repl();
    terminal.entry("let f = fork()");
    terminal.see("1 zombie");
    let said = terminal.entry("if fork() == 0 { print 'the child'; exit 5 } else { print 'the parent' }");
    assert!(said.contains("the parent"), "{said}");
    terminal.see("the child");
    terminal.see("exit 5");
    assert_eq!(terminal.entry("print 1 + 1").lines().next(), Some("2"));
    terminal.entry("join all");
    assert_eq!(terminal.entry("print 'one'"), "one\n");
}

/// The processes of a session by what they are: editor, guard, keeper, interpreter; then what was spawned.
fn cast(terminal: &Terminal) -> Vec<i32> {
    let mut all = vec![terminal.pid()];
    for _ in 0..3 {
        let parent = all[all.len() - 1];
        let path = format!("/proc/{parent}/task/{parent}/children");
        let children = std::fs::read_to_string(path).expect("it lives");
        all.push(children.split_whitespace().next().expect("a child").parse().expect("a pid"));
    }
    all
}

fn session() -> Terminal {
    let terminal = Terminal::repl();
    terminal.entry("spawn task { sleep 1000 }");
    terminal.entry("spawn deaf { ignore SIGTERM; ignore SIGHUP; sleep 1000 }");
    terminal.entry("spawn ext exec(\"setsid\", \"sleep\", \"1000\")");
    terminal.entry("spawn frozen { sleep 1000 }; stop frozen");
    terminal
}

#[test]
fn a_killed_editor_leaves_nothing() {
    let mut terminal = session();
    kill(terminal.pid(), Signal::KILL);
    terminal.ended();
    terminal.nothing_left();
}

#[test]
fn a_killed_guard_keeper_or_interpreter_ends_the_session_in_order() {
    for number in 1..4 {
        let mut terminal = session();
        terminal.keys("print 'half");
        terminal.wait_for("half a line", |sight| sight.is_typed("print 'half"));
        kill(cast(&terminal)[number], Signal::KILL);
        terminal.see_row("the session was ended");
        let status = terminal.ended();
        assert!(status.code().is_some_and(|code| code != 0), "{number}: {status}");
        terminal.nothing_left();
        assert!(terminal.is_cooked(), "{number}");
    }
}

#[test]
fn while_a_statement_runs_the_same_holds() {
    for number in 0..4 {
        let mut terminal = session();
        terminal.type_keys("print 'waiting'; sleep 1000");
        terminal.keys("\r");
        terminal.see_row("waiting");
        kill(cast(&terminal)[number], Signal::KILL);
        terminal.ended();
        terminal.nothing_left();
        assert!(terminal.is_cooked(), "{number}");
    }
}

#[test]
fn a_closed_terminal_ends_the_session() {
    for statement in ["", "sleep 1000\r", "while true {}\r"] {
        let mut terminal = session();
        terminal.keys(statement);
        terminal.close();
        terminal.ended();
        terminal.nothing_left();
    }
}

#[test]
fn sigterm_restores_the_terminal() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
        let mut terminal = session();
        assert!(!terminal.is_cooked());
        kill(terminal.pid(), signal);
        assert_eq!(terminal.ended().code(), Some(code));
        terminal.nothing_left();
        assert!(terminal.is_cooked());
    }
}

#[test]
fn who_has_the_terminal_is_ended_too() {
    for number in 0..4 {
        let mut terminal = session();
        terminal.keys(
            "spawn v exec(\"sh\", \"-c\", \"stty raw -echo; echo on; sleep 1000\") with {foreground: true}\r",
        );
        terminal.wait_for("it has the terminal", |sight| sight.rows.iter().any(|row| row.trim() == "on"));
        kill(cast(&terminal)[number], Signal::KILL);
        terminal.ended();
        terminal.nothing_left();
        // Who was killed can restore nothing.
        assert!(number == 0 || terminal.is_cooked(), "{number}");
    }
}

#[test]
fn a_panic_of_a_child_is_no_end() {
    let terminal = Start::proctor(&[]);
    let terminal = Terminal::prompted(terminal);
    terminal.entry("spawn p { kill self }");
    terminal.see("killed by SIGKILL");
    assert_eq!(terminal.entry("print 'still here'").lines().next(), Some("still here"));
}
