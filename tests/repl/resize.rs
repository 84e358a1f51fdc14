//! A window that changes its size: the line stays whole, once, and nothing above it is lost.

use super::terminal::{Size, Start, Terminal};

#[test]
fn a_resize_leaves_the_line_whole() {
    let terminal = Terminal::repl();
    let text = "print 'a line that is longer than the narrow screen', 1 + 2";
    terminal.type_keys(text);
    terminal.resize((40, 24));
    terminal.keys("0");
    terminal.wait_for("the line in two rows", |sight| sight.has(&format!("proctor> {text}0")));
    terminal.resize((100, 30));
    terminal.keys("0\r");
    terminal.prompt();
    assert!(terminal.everything().contains("\na line that is longer than the narrow screen 201\n"));
}

/// A line of two rows on the usual screen, with letters of two columns.
const LONG: &str =
    "print 'a line that is longer than one row 任务 完成, 你好世界, and it goes on to the end', 1 + 2";

fn above(terminal: &Terminal) {
    terminal.entry("for i in 0..8 { print 'row', i }");
    terminal.entry("spawn p { sleep 1000 }");
}

/// The rows above the prompt and the line itself, each once.
#[track_caller]
fn whole(terminal: &Terminal, typed: &str) {
    let all = terminal.everything();
    let once = |text: &str| assert_eq!(all.matches(text).count(), 1, "{text:?} in\n{all}");
    (0..8).for_each(|number| once(&format!("\nrow {number}\n")));
    once("\np · pid");
    once(&format!("\n1 alive\nproctor> {typed}"));
    assert_eq!(all.matches("proctor> print").count(), 1, "{all}");
}

/// A letter comes and goes: with the second key all that the new size makes it draw is drawn.
#[track_caller]
fn touched(terminal: &Terminal, typed: &str) {
    terminal.keys("0");
    terminal.wait_for("a letter more", |sight| sight.is_typed(&format!("{typed}0")));
    terminal.keys("\x7f");
    terminal.wait_for("the line", |sight| sight.is_typed(typed));
}

fn resized(sizes: &[Size], resize: impl Fn(&Terminal, Size), start: Start) {
    let terminal = Terminal::prompted(start);
    above(&terminal);
    terminal.type_keys(LONG);
    for size in sizes {
        resize(&terminal, *size);
        touched(&terminal, LONG);
        whole(&terminal, LONG);
    }
    terminal.keys("\x1b[H");
    terminal.wait_for("the beginning", |sight| sight.is_typed(""));
    for size in sizes.iter().rev() {
        resize(&terminal, *size);
        touched(&terminal, "");
        whole(&terminal, LONG);
    }
}

const SIZES: [Size; 5] = [(50, 24), (33, 24), (120, 30), (61, 24), (200, 50)];

#[test]
fn where_lines_are_folded_anew() {
    resized(&SIZES, Terminal::resize_folding, Start::proctor(&[]));
}

#[test]
fn where_rows_are_cut_off() {
    // What is cut off is lost, and so are copies of the line above it; but never what stands above it.
    let terminal = Terminal::prompted(Start::proctor(&[]).env("XTERM_VERSION", "XTerm(379)"));
    above(&terminal);
    terminal.type_keys(LONG);
    for size in SIZES {
        terminal.resize(size);
        touched(&terminal, LONG);
        whole(&terminal, LONG);
    }
}

#[test]
fn news_may_come_with_it() {
    let terminal = Terminal::repl();
    terminal.entry("let go = shared(0)");
    terminal.entry("spawn noise { let n = 0; while go.value == 0 { print \"n={n}.\"; n += 1; sleep 5ms }; print 'done' }");
    terminal.entry("spawn killer { while go.value == 0 { spawn q { exit 3 }; join q; sleep 10ms } }");
    terminal.keys(LONG);
    terminal.wait_for("the line", |sight| sight.is_typed(LONG));
    for _ in 0..4 {
        for (columns, rows) in SIZES {
            terminal.resize_folding((columns, rows));
            terminal.keys("0\x7f");
        }
        terminal.wait_for("the whole line", |sight| sight.is_typed(LONG));
    }
    terminal.keys("\r");
    terminal.see_anywhere(
        "\na line that is longer than one row 任务 完成, 你好世界, and it goes on to the end 3\n",
    );
    terminal.keys("go.value = 1\r");
    terminal.see_row("[noise] done");
    terminal.prompt();
}
