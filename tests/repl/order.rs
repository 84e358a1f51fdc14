//! The terminal's order behind whoever had it: modes, margins, cursor, mouse; and behind a contained session.

use super::foreground::{in_order, reader};
use super::terminal::{Start, Terminal};

#[test]
fn a_contained_session_gets_its_terminal_back() {
    let terminal = Terminal::prompted(Start::proctor(&["repl", "--contained"]));
    assert_eq!(terminal.entry("print 1 + 1"), "2\n");
    reader(&terminal);
    terminal.keys("q");
    terminal.see("key=q");
    terminal.prompt();
    in_order(&terminal);
    assert_eq!(terminal.entry("join v").lines().next(), Some("7"));
    assert_eq!(terminal.entry("run(\"true\").exitcode").lines().next(), Some("0"));
    terminal.keys("spawn w exec(\"sh\", \"-c\", \"echo on; exec cat\") with {foreground: true}\r");
    terminal.wait_for("it has the terminal", |sight| {
        sight.line.is_empty() && sight.rows.iter().any(|row| row == "on")
    });
    terminal.keys("\x1a");
    terminal.see("[w was stopped by SIGTSTP]");
    terminal.prompt();
    terminal.keys("resume w\r");
    terminal.wait_for("it goes on", |sight| sight.line.is_empty() && sight.has("resume w"));
    terminal.keys("two\r\x04");
    terminal.prompt();
    assert_eq!(terminal.entry("join w").lines().next(), Some("0"));
    terminal.keys("let r = run(\"sh\", \"-c\", \"echo on >/dev/tty; exec sleep 1000\")\r");
    terminal.wait_for("it has the terminal", |sight| {
        sight.line.is_empty() && sight.rows.iter().filter(|row| *row == "on").count() == 2
    });
    terminal.keys("\x03");
    terminal.see_row("interrupted");
    terminal.prompt();
    in_order(&terminal);
}

#[test]
fn a_contained_session_has_the_whole_language() {
    let mut terminal = Terminal::prompted(Start::proctor(&["repl", "--contained"]));
    terminal.entry("spawn p { sleep 1000 }");
    terminal.see("1 alive");
    terminal.entry("stop p");
    terminal.see("[p was stopped by SIGSTOP]");
    terminal.entry("kill p");
    terminal.see("[p ended: killed by SIGKILL");
    assert_eq!(terminal.entry("join p").lines().next(), Some("-9"));
    terminal.entry("spawn deaf { ignore SIGTERM; spawn exec(\"setsid\", \"sleep\", \"1000\"); sleep 1000 }");
    terminal.keys("\x04");
    terminal.wait_for("the question", |sight| sight.line.ends_with("leave? [y/N] "));
    terminal.keys("y\r");
    assert_eq!(terminal.ended().code(), Some(0));
    terminal.nothing_left();
}

/// What a full-screen program may have set when it is killed; see ECMA-48 and xterm's control sequences.
const MESS: &str = "\\033[?1049h\\033[5;10r\\033[?6h\\033[?7l\\033[4h\\033[?25l\\033[?1004h\\033[?1002h\\033[?1006h\\033[?1h\\033=\\033[>4;2m\\033[3 q\\033(0\\033[2;20H\\033[31mRAW";

#[test]
fn a_killed_program_leaves_no_mode_of_the_screen() {
    let terminal = Terminal::repl();
    terminal.entry("print 'before it'");
    terminal.keys(&format!(
        "spawn v exec(\"sh\", \"-c\", 'stty raw -echo; printf \"{MESS}\"; kill -9 $$') with {{foreground: true}}\r"
    ));
    terminal.see("[v ended: killed by SIGKILL");
    let sight = terminal.prompt();
    assert_eq!(sight.cursor.0, sight.rows.len() - 1, "{}", sight.text);
    assert!(terminal.everything().contains("\nbefore it\n"), "{}", terminal.everything());
    terminal.screen(|screen| {
        assert!(!screen.hide_cursor() && !screen.application_cursor() && !screen.application_keypad());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert_eq!(screen.fgcolor(), vt100::Color::Default);
    });
    let bytes = terminal.bytes();
    let mess = bytes.windows(3).rposition(|bytes| bytes == b"RAW").expect("it was written");
    let after = String::from_utf8_lossy(&bytes[mess..]).into_owned();
    for reset in [
        "[?6l", "[r", "[?7h", "[4l", "[?1004l", "[>4", "[0 q", "(B", "[?1002l", "[?1l", "\x1b>", "[?25h",
        "[?2004h",
    ] {
        assert!(after.contains(reset), "{reset:?}: {after:?}");
    }
    // The whole screen scrolls.
    terminal.entry("for i in 0..60 { print 'row', i }");
    let sight = terminal.sight();
    let rows = sight.rows.iter().filter(|row| row.starts_with("row ")).count();
    assert_eq!(rows, sight.rows.len() - 2, "{}", sight.text);
    in_order(&terminal);
}

#[test]
fn one_that_ends_in_order_moves_nothing() {
    let terminal = Terminal::repl();
    terminal.keys("spawn v exec(\"echo\", \"said\") with {foreground: true}\r");
    terminal.see("[v ended");
    let sight = terminal.prompt();
    assert_eq!(&sight.rows[1], "said", "{}", sight.text);
    assert!(sight.rows[2].starts_with("v · pid") && sight.cursor.0 < 7, "{}", sight.text);
    // Nor does one that Ctrl-C ends.
    terminal.entry("join v");
    let before = terminal.sight().cursor.0;
    terminal.keys("spawn w exec(\"sh\", \"-c\", \"echo on; exec sleep 1000\") with {foreground: true}\r");
    terminal.see_row("on");
    terminal.keys("\x03");
    terminal.see("[w ended: killed by SIGINT");
    let sight = terminal.prompt();
    assert!(sight.cursor.0 <= before + 7, "{}", sight.text);
}
