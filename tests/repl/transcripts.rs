//! The transcripts in the documentation: each is typed, and the screen shows what it says.
//!
//! A transcript is a block of code marked `repl`: entries behind the prompt, their further lines below it, `^C` where
//! Ctrl-C is pressed, and what is shown. The row of numbers above the prompt is left out; pids and times are anybody's.

use super::terminal::{Size, Terminal};
use proctor::repl::indent::continuation;
use regex::Regex;
use std::path::Path;

const PROMPT: &str = "proctor> ";
const MORE: &str = "... ";
const INTERRUPT: &str = "^C";
/// Nothing of a transcript leaves the screen.
const ROOMY: Size = (120, 120);

/// An entry, and what is shown below it.
#[derive(Debug, Default)]
struct Step {
    lines: Vec<String>,
    shown: Vec<String>,
}

fn steps(block: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in block.lines() {
        if let Some(entry) = line.strip_prefix(PROMPT) {
            steps.push(Step { lines: vec![entry.to_owned()], shown: Vec::new() });
            continue;
        }
        let step = steps.last_mut().expect("a transcript begins with an entry");
        if continuation(&step.lines.join("\n")).is_some() {
            // The editor indents by itself.
            step.lines.push(line.strip_prefix(MORE).unwrap_or(line).trim_start().to_owned());
        } else {
            step.shown.push(line.to_owned());
        }
    }
    steps
}

/// A text as it is in every run.
fn stable(text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, instead) in [
        (r"pid \d+", "pid N"),
        (r"\b\d+(\.\d+)?(us|ms|s)\b", "TIME"),
        (r"· (running|sleeping) ·", "· alive ·"),
        (r"(?m)^\d+ alive.*\n", ""),
    ] {
        text = Regex::new(pattern).expect("a pattern").replace_all(&text, instead).into_owned();
    }
    text
}

fn play(terminal: &Terminal, step: &Step) {
    let before = terminal.prompt().text.len();
    for (number, line) in step.lines.iter().enumerate() {
        if number > 0 {
            terminal.keys("\r");
        }
        terminal.keys(line);
    }
    let last = step.lines.last().expect("a line");
    terminal.wait_for(&format!("{last:?}"), |sight| sight.line.ends_with(last.as_str()));
    terminal.keys("\r");
    if step.shown.first().is_some_and(|line| line.starts_with(INTERRUPT)) {
        terminal.wait_for("the next row", |sight| sight.cursor.1 == 0);
        terminal.keys("\x03");
    }
    let expected = stable(&step.shown.join("\n"));
    // What happens later is told above the next prompt.
    terminal.wait_for(&format!("in this order:\n{expected}"), |sight| {
        let shown = stable(sight.text.get(before..).unwrap_or_default());
        let lines: Vec<&str> = shown.lines().map(str::trim_end).collect();
        let mut at = 0;
        expected.lines().all(|wanted| {
            let found = lines[at..].iter().position(|line| *line == wanted.trim_end());
            at += found.map_or(0, |found| found + 1);
            found.is_some()
        })
    });
}

#[test]
fn transcripts_are_real() {
    for (page, least) in [("README.md", 1), ("docs/repl.md", 1)] {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).expect("a page");
        let blocks: Vec<&str> =
            text.split("```repl\n").skip(1).map(|rest| rest.split("\n```").next().unwrap_or(rest)).collect();
        assert!(blocks.len() >= least, "{page} has no transcript");
        for block in blocks {
            let terminal = Terminal::repl_of(ROOMY);
            for step in steps(block) {
                play(&terminal, &step);
            }
            // And nothing else is shown.
            let whole = format!("{}\n{}", stable(block), PROMPT.trim_end());
            terminal.wait_for(&format!("exactly this:\n{whole}"), |sight| {
                stable(&sight.text).trim_end() == whole
            });
        }
    }
}

/// The table of commands in the documentation is the one of the program.
#[test]
fn the_commands_are_those_of_the_page() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/repl.md"))
        .expect("the page");
    for row in proctor::repl::command::COMMANDS {
        let line = format!("| `{}` | {} |", row.usage, row.doc);
        assert!(text.lines().any(|known| known == line), "docs/repl.md lacks: {line}");
    }
    let listed = text.lines().filter(|line| line.starts_with("| `:")).count();
    assert_eq!(listed, proctor::repl::command::COMMANDS.len());
}
