//! What happens while a line is typed: news and output stand above it, and it stays whole.

use super::terminal::{LARGE, Sight, Size, Terminal, USUAL, width};

/// A line of ideographs, half typed.
const HALF: &str = "print \"任务 完成, 你好世界";

#[test]
fn news_leave_a_half_typed_line_whole() {
    for size in [USUAL, LARGE] {
        news_on(size);
    }
}

fn news_on(size: Size) {
    let terminal = Terminal::repl_of(size);
    terminal.entry("let go = event()");
    terminal.entry("spawn 工人 { go.wait(); exit 3 }");
    terminal.entry("spawn helper { sleep 200ms; go.set(); sleep 1000 }");
    terminal.keys(HALF);
    let sight = terminal.see("[工人 ended: exit 3 after");
    let line = sight.rows.iter().find(|row| row.contains("[工人 ended")).expect("it was there").clone();
    assert!(line.ends_with("waiting to be joined]"), "{line:?}");
    terminal.wait_for("the line is whole below it", |sight| {
        sight.is_typed(HALF) && sight.has("1 alive, 1 zombie\nproctor> ")
    });
    // In the middle of a character that takes two columns there is no place for the cursor.
    terminal.keys("\x1b[D\x1b[D");
    let column = "proctor> ".len() + width(HALF) - 4;
    terminal.wait_for("two to the left", |sight| sight.cursor.1 == column && sight.row().contains(HALF));
    terminal.keys("，");
    terminal.keys("\x1b[F\"");
    let whole = "print \"任务 完成, 你好，世界\"";
    terminal.wait_for("the end", |sight| sight.is_typed(whole));
    terminal.keys("\r");
    terminal.prompt();
    assert_eq!(terminal.after(&format!("{whole}\n")), "任务 完成, 你好，世界\n1 alive, 1 zombie\n");
}

#[test]
fn stops_and_adoptions_are_news_too() {
    let terminal = Terminal::repl();
    terminal.entry("spawn p { sleep 1000 }");
    terminal.entry("stop p");
    terminal.see("[p was stopped by SIGSTOP]");
    terminal.see("1 alive, 1 of them stopped");
    terminal.entry("resume p");
    terminal.see("[p goes on]");
    terminal.entry("spawn mother { spawn orphan { sleep 1000 }; kill self }");
    terminal.see("[mother ended: killed by SIGKILL (killed) after");
    terminal.see("[orphan was adopted by init: its parent has ended]");
    terminal.see("2 alive, 1 zombie");
    terminal.entry("for p in processes() { if p.name == \"orphan\" { kill p } }");
    terminal.see("[orphan ended: killed by SIGKILL (killed) after");
    terminal.see_row("1 alive, 1 zombie");
    terminal.prompt();
}

#[test]
fn the_numbers_of_the_prompt_are_live() {
    let terminal = Terminal::repl();
    terminal.entry("spawn p { sleep 200ms; spawn q { sleep 1000 }; sleep 1000 }");
    terminal.keys("print 'half 任");
    let sight = terminal.wait_for("two of them", |sight| sight.rows.iter().any(|row| row == "2 alive"));
    assert!(sight.is_typed("print 'half 任"), "{sight:?}");
    assert!(!sight.has("1 alive"), "the old numbers are gone: {}", sight.text);
}

/// Lines that a writer numbers from 0 up.
const LINES: usize = 2000;

/// The numbers behind a mark, in the order in which they are shown.
fn numbers(all: &str, mark: &str) -> Vec<usize> {
    let lines = all.lines().filter_map(|line| line.strip_prefix(mark));
    lines
        .map(|rest| rest.strip_prefix("n=").and_then(|n| n.strip_suffix('.')).and_then(|n| n.parse().ok()))
        .map(|n| n.unwrap_or(usize::MAX))
        .collect()
}

#[test]
fn no_line_of_output_is_torn_or_lost() {
    let terminal = Terminal::repl();
    let python = "import sys\\nfor i in range(2000):\\n  print(f'n={{i}}.', flush=True)";
    for entry in [
        "let go = event()".to_owned(),
        format!("spawn snake {{ go.wait(); exec(\"python3\", \"-c\", \"{python}\") }}"),
        "spawn shell { go.wait(); exec(\"sh\", \"-c\", 'i=0; while [ $i -lt 2000 ]; do echo n=$i.; i=$((i+1)); done') }".to_owned(),
        format!("spawn task {{ go.wait(); for i in 0..{LINES} {{ print \"n={{i}}.\" }} }}"),
    ] {
        terminal.keys(&format!("{entry}\r"));
        terminal.wait_for("the next prompt", Sight::is_prompt);
    }
    // What is typed while a statement runs is shown by the terminal itself, wherever its cursor is.
    terminal.type_keys("go.set()");
    terminal.keys("\r");
    terminal.prompt();
    // While they write: what is typed is accepted again and again.
    let mut round = 0;
    let writers = ["[snake] ", "[shell] ", "[task] "];
    loop {
        let text = format!("print 'round', {round}");
        for letter in text.chars() {
            terminal.keys(&letter.to_string());
        }
        terminal.wait_for("what is typed", |sight| sight.is_typed(&text));
        terminal.keys("\r");
        let answer = format!("round {round}\n");
        terminal.wait_for("its answer or so many lines that it is gone", |sight| {
            sight.has(&answer) || sight.is_prompt()
        });
        terminal.wait_for("a prompt", Sight::is_prompt);
        round += 1;
        let all = terminal.everything();
        if writers.iter().all(|mark| all.contains(&format!("{mark}n={}.\n", LINES - 1))) {
            break;
        }
    }
    let all = terminal.everything();
    for line in all.lines().filter(|line| line.contains("n=")) {
        assert!(
            writers.iter().any(|mark| line.starts_with(mark)) || line.contains("spawn"),
            "torn: {line:?}"
        );
    }
    for mark in writers {
        let shown = numbers(&all, mark);
        let missing: Vec<usize> = (0..LINES).filter(|number| !shown.contains(number)).collect();
        assert!(
            missing.is_empty() && shown.len() == LINES,
            "{mark}: {missing:?} of {} are missing",
            shown.len()
        );
        assert!(shown.iter().copied().eq(0..LINES), "{mark}: {shown:?}");
    }
    for answered in 0..round {
        let line = format!("\nround {answered}\n");
        assert_eq!(all.matches(&line).count(), 1, "{line:?}");
    }
}

#[test]
fn a_line_without_an_end_is_shown_when_its_writer_ends() {
    let terminal = Terminal::repl();
    terminal.entry("spawn p exec(\"printf\", \"one\\\\ntwo\")");
    terminal.see("[p] one");
    terminal.see("[p] two");
    terminal.entry("join p");
    terminal.entry("spawn q exec(\"printf\", \"\\\\033[2J\\\\033[31mred\\\\033[0m\\\\n\")");
    let sight = terminal.wait_for("tamed", |sight| {
        sight.rows.iter().any(|row| row.starts_with("[q] ") && row.ends_with("red"))
    });
    assert!(sight.has("[p] one"), "the screen was cleared: {}", sight.text);
}
