//! A program that has the terminal, and what it leaves of it.

use super::terminal::{Sight, Terminal};

/// Reads a key at once and without an echo, says it, and goes on until that is a q.
const READER: &str = "stty raw -echo; echo on; while k=$(dd bs=1 count=1 2>/dev/null); do echo \\\"key=$k\\\"; [ \\\"$k\\\" = q ] && break; done; exit 7";

pub fn reader(terminal: &Terminal) {
    reader_of(terminal, "");
}

/// The same behind other statements, of which one may start `n`.
fn reader_of(terminal: &Terminal, before: &str) {
    let note = if before.is_empty() { "" } else { "write_file(\"pid\", \"{n.pid}\"); " };
    terminal.keys(&format!(
        "{before}{note}spawn v exec(\"sh\", \"-c\", \"{READER}\") with {{foreground: true}}\r"
    ));
    terminal.wait_for("it has the terminal", |sight| sight.rows.iter().any(|row| row.trim() == "on"));
    terminal.keys("a");
    terminal.see("key=a");
}

pub fn in_order(terminal: &Terminal) {
    assert_eq!(terminal.entry("print 'in order'").lines().next(), Some("in order"));
    terminal.type_keys("print 'cooked'; sleep 1000");
    terminal.keys("\r");
    terminal.see_row("cooked");
    assert!(terminal.is_cooked());
    terminal.keys("\x03");
    terminal.prompt();
}

#[test]
fn it_has_the_terminal_and_gives_it_back() {
    let terminal = Terminal::repl();
    terminal.keys("spawn noise exec(\"sh\", \"-c\", \"while :; do echo noise; sleep 0.01; done\")\r");
    terminal.see("[noise] noise");
    reader(&terminal);
    terminal.keys("b");
    let sight = terminal.see("key=b");
    let from = sight.text.find("key=a").expect("it was seen");
    assert!(!sight.text[from..].contains("noise"), "{}", sight.text);
    terminal.keys("q");
    terminal.see("key=q");
    terminal.wait_for("a prompt, and noise", |sight| {
        sight.is_prompt() && sight.rows.iter().rev().take(4).any(|row| row.contains("noise"))
    });
    terminal.keys("kill noise\r");
    terminal.see("[noise ended");
    in_order(&terminal);
    let all = terminal.everything();
    assert_eq!(terminal.entry("join v").lines().next(), Some("7"), "{all}");
}

#[test]
fn a_flood_waits_while_it_has_the_terminal() {
    let terminal = Terminal::repl();
    terminal.entry("let go = event()");
    terminal.entry("let floods = [spawn { go.wait(); exec(\"yes\", \"noise\") }, spawn { go.wait(); while true { print 'noise' } }]");
    terminal.keys(
        "go.set(); spawn v exec(\"sh\", \"-c\", \"echo on; read x; exit 6\") with {foreground: true}\r",
    );
    terminal
        .wait_for("it has the terminal", |sight| sight.rows[..sight.cursor.0].iter().any(|row| row == "on"));
    terminal.keys("x\r");
    terminal.see("noise");
    terminal.keys("kill floods\r");
    terminal.wait_for("the end of all three", |sight| sight.is_prompt() && sight.has("0 alive, 3 zombies"));
    assert_eq!(terminal.entry("join v").lines().next(), Some("6"));
    in_order(&terminal);
}

#[test]
fn an_entry_that_says_much_does_not_keep_the_terminal() {
    let terminal = Terminal::repl();
    terminal.keys("spawn v exec(\"sh\", \"-c\", \"echo on; read x\") with {foreground: true}; for i in 0..200000 { print 'line', i }; print 'said'\r");
    terminal.see_row("on");
    terminal.keys("x\r");
    terminal.see_row("said");
    terminal.prompt();
    // What never waits looks too.
    terminal.keys("spawn w exec(\"sh\", \"-c\", \"echo two\") with {foreground: true}; while true { }\r");
    terminal.see_row("two");
    terminal.wait_unseen("the keys are back", || terminal.has_the_keys());
    terminal.keys("\x03");
    terminal.see_row("interrupted");
    terminal.prompt();
}

#[test]
fn ctrl_c_works_again_once_it_has_ended() {
    let terminal = Terminal::repl();
    terminal.keys("spawn v exec(\"true\") with {foreground: true}; expect v.state == \"zombie\" within 60s; print 'over'; sleep 1000\r");
    terminal.see_row("over");
    terminal.keys("\x03");
    terminal.prompt();
    in_order(&terminal);
}

#[test]
fn a_stopped_run_can_be_interrupted() {
    let terminal = Terminal::repl();
    terminal.keys("let r = run(\"sh\", \"-c\", \"echo on >/dev/tty; exec cat\")\r");
    terminal.see_row("on");
    terminal.keys("\x1a");
    // It has the terminal until that is seen: only then Ctrl-C is for the session.
    terminal.wait_for("the prompt", |sight| {
        terminal.keys("\x03");
        sight.is_prompt()
    });
}

#[test]
fn the_terminal_is_in_order_when_it_is_killed() {
    let terminal = Terminal::repl();
    terminal.entry("let go = event()");
    terminal.entry("let victim = shared(0)");
    terminal.entry("spawn killer { go.wait(); exec(\"kill\", \"-9\", \"{victim.value}\") }");
    terminal.keys("victim.value = 0; spawn v exec(\"sh\", \"-c\", \"stty raw -echo; echo on; sleep 1000\") with {foreground: true}; victim.value = v.pid; sleep 300ms; go.set()\r");
    terminal.see("[v ended: killed by SIGKILL");
    terminal.prompt();
    in_order(&terminal);
}

#[test]
fn it_can_be_stopped_and_has_the_terminal_again() {
    let terminal = Terminal::repl();
    terminal.keys("spawn v exec(\"sh\", \"-c\", \"echo on; while read line; do echo got $line; done\") with {foreground: true}\r");
    terminal.wait_for("it has the terminal", |sight| sight.rows.iter().any(|row| row == "on"));
    terminal.keys("one\r");
    terminal.see_row("got one");
    terminal.keys("\x1a");
    terminal.prompt();
    assert!(terminal.everything().contains("[v was stopped by SIGTSTP]"), "{}", terminal.everything());
    assert_eq!(terminal.entry("v.state").lines().next(), Some("\"stopped\""));
    terminal.keys("resume v\r");
    terminal.wait_for("it goes on", |sight| sight.line.is_empty() && sight.has("resume v"));
    terminal.keys("two\r");
    terminal.see_row("got two");
    terminal.keys("\x04");
    terminal.prompt();
    in_order(&terminal);
}

#[test]
fn ctrl_c_is_for_who_has_the_terminal() {
    let terminal = Terminal::repl();
    terminal.keys("spawn v exec(\"sh\", \"-c\", \"trap 'echo caught; exit 5' INT; echo on; while :; do sleep 0.01; done\") with {foreground: true}\r");
    terminal.wait_for("it has the terminal", |sight| sight.rows.iter().any(|row| row == "on"));
    terminal.keys("\x03");
    terminal.prompt();
    let all = terminal.everything();
    assert!(all.contains("caught\n") && !all.contains("interrupted"), "{all}");
    assert_eq!(terminal.entry("join v").lines().next(), Some("5"));
    terminal.keys("let r = run(\"sh\", \"-c\", \"echo on >/dev/tty; exec sleep 1000\")\r");
    terminal.wait_for("it has the terminal", |sight| {
        !sight.is_prompt() && sight.rows.iter().filter(|row| *row == "on").count() == 2
    });
    terminal.keys("\x03");
    terminal.see_row("interrupted");
    terminal.prompt();
}

#[test]
fn run_reads_keys_and_input_asks() {
    let terminal = Terminal::repl();
    terminal.keys("let r = run(\"sh\", \"-c\", \"echo on >/dev/tty; exec cat\")\r");
    terminal.see_row("on");
    terminal.keys("hello\r");
    terminal.see_row("hello");
    terminal.keys("\x04");
    terminal.wait_for("the prompt", Sight::is_prompt);
    assert_eq!(terminal.entry("r.stdout").lines().next(), Some("\"hello\\n\""));
    terminal.keys("let name = input(\"who? \")\r");
    terminal.see_line("who? ");
    terminal.keys("任务\r");
    terminal.prompt();
    assert_eq!(terminal.entry("print \"hello {name}\""), "hello 任务\n");
    terminal.keys("input(\"and? \")\r");
    terminal.see_line("and? ");
    terminal.keys("\x04");
    terminal.prompt();
    assert_eq!(terminal.entry("print 'still here'"), "still here\n");
}

#[test]
fn nothing_is_lost_that_is_said_meanwhile() {
    const LINES: usize = 300;
    let terminal = Terminal::repl();
    reader_of(&terminal, &format!("spawn n {{ for i in 0..{LINES} {{ print \"n={{i}}.\"; sleep 1ms }} }}; "));
    // It ends while another has the terminal: the first word of the next prompt tells it.
    let ended =
        |pid: i32| std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|s| s.contains(") Z "));
    let pid =
        std::fs::read_to_string(terminal.home().join("pid")).expect("a file").trim().parse().expect("a pid");
    terminal.wait_unseen("its end", || ended(pid));
    terminal.keys("q");
    terminal.see("[n ended: exit 0");
    terminal.prompt();
    let all = terminal.everything();
    let said: Vec<&str> = all.lines().filter_map(|line| line.strip_prefix("[n] ")).collect();
    let expected: Vec<String> = (0..LINES).map(|n| format!("n={n}.")).collect();
    assert_eq!(said, expected, "{all}");
}
