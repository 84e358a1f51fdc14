//! Sentences of proctor's own on a narrow terminal: their lines are broken between words, and not by the terminal wherever its end is.

use super::terminal::{Size, Start, Terminal, width};

/// A file whose lines are short, and what is said of it is not.
const FILE: &str = "\
let a = \"nobody has answered the question, \"
let b = \"进程没有按时结束，它还在等待（永远）不会来的消息 \"
let c = \"and therefore everything stands still\"
def say() {
    expect 1 == 2, a + b + c
}
def child() {
    spawn 任务 { say() }
    join 任务
}
";
const HEADING: &str = "error[expectation]: nobody has answered the question, 进程没有按时结束，它还在等待（永远）不会来的消息 \
    and therefore everything stands still";

fn together(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The sentence is there, none of its words in two rows, and no line was left to the terminal.
#[track_caller]
fn is_broken_between_words(shown: &str, columns: u16, sentence: &str) {
    assert!(together(shown).contains(&together(sentence)), "{sentence:?} is not in\n{shown}");
    for word in sentence.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()) {
        assert!(
            shown.split(|c: char| !c.is_ascii_alphabetic()).any(|other| other == word),
            "{word} in\n{shown}"
        );
    }
    // Lines of a source are as long as they are.
    for line in shown.lines().filter(|line| !line.contains('│')) {
        assert!(
            width(line.trim_end()) <= usize::from(columns),
            "{line:?} is too long for {columns}:\n{shown}"
        );
        assert!(!line.trim_start().starts_with(['，', '）']), "{line:?} begins with what closes:\n{shown}");
    }
}

const SIZES: [Size; 3] = [(40, 30), (80, 30), (57, 30)];

#[test]
fn at_the_prompt() {
    for size in SIZES {
        let start = Start::proctor(&["repl", "long.proc"]).size(size);
        std::fs::write(start.home().join("long.proc"), FILE).expect("it can be written");
        let terminal = Terminal::prompted(start);
        is_broken_between_words(&terminal.entry("say()"), size.0, HEADING);
        // In a child, behind its name.
        let shown = terminal.entry("child()");
        let shown = shown.replace("[任务] ", "       ");
        is_broken_between_words(&shown, size.0, HEADING);
        // What is found before anything runs, and its help.
        let shown = terminal.entry("spawn p {}; pirnt(p)");
        is_broken_between_words(&shown, size.0, "error[");
        // The terminal gets another width.
        terminal.resize((size.0 + 20, size.1));
        terminal.prompt();
        is_broken_between_words(&terminal.entry("say()"), size.0 + 20, HEADING);
    }
}

#[test]
fn in_a_run() {
    for size in SIZES {
        let start = Start::proctor(&["run", "long.proc"]).size(size);
        std::fs::write(start.home().join("long.proc"), format!("{FILE}say()\n")).expect("it can be written");
        let terminal = start.go();
        terminal.wait_unseen("its end", || terminal.sight().closed);
        is_broken_between_words(&terminal.everything(), size.0, HEADING);
    }
}
