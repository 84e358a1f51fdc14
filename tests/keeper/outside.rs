//! The real `proctor run` and what comes to it from outside, as somebody at a terminal does it: keys, a terminal that is closed, a
//! pipe whose reader goes, a signal, a deadline (row 4). Each has its exit code, leaves nothing, and makes no word of a crash.

use super::runner::Test;
use super::stage::{SECOND, Stage, Staged};
use super::terminal::Terminal;
use super::whole::{AWKWARD, command, end_all, known_by, new_nonce, none_known_by, remove};
use rustix::process::{Pid, Signal, kill_process};
use std::process::Command;

pub const TESTS: [Test; 4] = [
    ("a_real_run_at_a_terminal_ends_by_keys_signals_and_time", at_a_terminal),
    ("a_real_run_ends_with_its_terminal", with_its_terminal),
    ("a_real_run_ends_with_its_reader", with_its_reader),
    ("control_without_clearing_a_real_run_leaves_something", control),
];

/// How it is ended.
#[derive(Debug, Clone, Copy)]
enum End {
    Key(&'static str),
    Signal(Signal),
    Time,
    Close,
}

/// At a terminal that stays, with the exit code.
const ENDS: [(End, i32); 7] = [
    (End::Key("\x03"), 130),
    (End::Key("\x1c"), 131),
    (End::Signal(Signal::INT), 130),
    (End::Signal(Signal::TERM), 143),
    (End::Signal(Signal::HUP), 129),
    (End::Signal(Signal::QUIT), 131),
    (End::Time, 124),
];

/// Starts it on a terminal of its own and waits until it has its processes.
fn start(nonce: &str, end: End, protections: &str) -> (Terminal, Staged) {
    let options: &[&str] = if matches!(end, End::Time) { &["--timeout", "2s"] } else { &[] };
    let (mut terminal, run) = Terminal::start_without(protections, command(nonce, AWKWARD, options), "");
    terminal.see("up\r\n");
    (terminal, run)
}

/// Ends it; gives the terminal back where it stays.
fn strike(terminal: Terminal, run: i32, end: End) -> Option<Terminal> {
    match end {
        End::Key(key) => terminal.press(key),
        End::Signal(signal) => {
            kill_process(Pid::from_raw(run).expect("a pid"), signal).expect("it lives");
        }
        End::Time => {}
        End::Close => return None,
    }
    Some(terminal)
}

/// No words of ours about an error of ours.
#[track_caller]
fn says_no_crash(said: &str) {
    for word in ["panicked", "crashed", "RUST_BACKTRACE", "internal"] {
        assert!(!said.contains(word), "{said}");
    }
}

fn at_a_terminal() {
    for (end, code) in ENDS {
        let nonce = new_nonce();
        let (terminal, mut run) = start(&nonce, end, "");
        assert!(known_by(&nonce).len() > 40, "it has not started them");
        let mut terminal = strike(terminal, run.pid(), end).expect("it is open");
        assert_eq!(run.finish().code, Some(code), "{end:?}");
        assert_eq!(known_by(&nonce), [], "{end:?}");
        let said = terminal.rest();
        says_no_crash(said);
        assert_eq!(said.contains("the time was up"), code == 124, "{end:?}: {said}");
        remove(&nonce);
    }
}

fn with_its_terminal() {
    for _ in 0..10 {
        let nonce = new_nonce();
        let (terminal, mut run) = start(&nonce, End::Close, "");
        strike(terminal, run.pid(), End::Close);
        assert_eq!(run.finish().code, Some(129));
        assert_eq!(known_by(&nonce), []);
        remove(&nonce);
    }
}

/// What a scenario does behind its awkward processes whose output nobody reads any more, how it ends then, and what is said of it.
/// SIGPIPE does what it does to any program: only who ignores it gets an error instead.
const WRITERS: [(&str, i32, &str); 5] = [
    ("while true { print \"up\" }", 141, ""),
    ("try { while true { print \"up\" } } catch e { exit 5 }", 141, ""),
    ("print_error(join (spawn exec(\"yes\", \"up\"))); kill self", 137, "-13\n"),
    (
        "ignore SIGPIPE\ntry { while true { print \"up\" } } catch e { print_error(e.kind); kill self }",
        137,
        "io\n",
    ),
    ("ignore SIGPIPE\nwhile true { print \"up\" }", 3, "error[io]: cannot print: Broken pipe (EPIPE)"),
];

/// `proctor run … | head -1`.
fn before_head(nonce: &str, text: &str) -> Stage {
    let run = command(nonce, text, &[]);
    let mut shell = Command::new("bash");
    shell.arg("-c").arg(r#""$@" | head -1; exit "${PIPESTATUS[0]}""#).arg("bash");
    shell.arg(run.get_program()).args(run.get_args());
    Stage::with_command(shell, "")
}

/// The awkward scenario with this at its end.
fn awkward_and(then: &str) -> String {
    let body = AWKWARD.trim_end().strip_suffix("print \"up\"\n    sleep 1h").expect("that is its end");
    format!("{body}{then}\n")
}

fn with_its_reader() {
    for (writer, code, told) in WRITERS {
        let nonce = new_nonce();
        let mut run = before_head(&nonce, &awkward_and(writer)).start();
        let output = run.finish();
        assert_eq!((output.code, output.out.as_str()), (Some(code), "up\n"), "{writer}: {output:?}");
        says_no_crash(&output.err);
        assert!(output.err.contains(told), "{writer}: {output:?}");
        assert_eq!(known_by(&nonce), [], "{writer}");
        remove(&nonce);
    }
}

/// Keeper and guard would each do it.
const NOBODY_CLEARS: &str = "clear,takeover";

fn control() {
    for end in [End::Key("\x03"), End::Signal(Signal::TERM), End::Time, End::Close] {
        let nonce = new_nonce();
        let (terminal, mut run) = start(&nonce, end, NOBODY_CLEARS);
        let terminal = strike(terminal, run.pid(), end);
        run.finish();
        sees_what_is_left(&nonce, &format!("{end:?}"));
        drop(terminal);
    }
    let nonce = new_nonce();
    let mut run = before_head(&nonce, &awkward_and(WRITERS[0].0)).without(NOBODY_CLEARS).start();
    run.finish();
    sees_what_is_left(&nonce, "| head -1");
}

#[track_caller]
fn sees_what_is_left(nonce: &str, what: &str) {
    assert!(!none_known_by(nonce, SECOND), "{what}: the test does not see what is left");
    end_all(nonce);
}
