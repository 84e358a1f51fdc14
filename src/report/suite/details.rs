//! What a test that did not pass has to say: its failures with their places, its output by process, what it left behind.

use crate::event::Message;
use crate::report::diagnostic::section;
use crate::report::{
    Places, Style, cut, draw_award, draw_failure, draw_feedback, draw_table, draw_tree, shorten, visible_line,
};
use crate::source::SourceMap;
use crate::suite::{Outcome, Output};

/// Failures that are drawn.
const FAILURES: usize = 10;
/// Lines of output that are drawn, and characters of one.
const LINES: usize = 200;
const LINE: usize = 2000;
/// Columns of a process's name.
const NAME: usize = 40;

/// Everything about one trial that is not said by its verdict.
#[must_use]
pub fn draw_details(sources: &SourceMap, outcome: &Outcome, style: Style) -> String {
    let parts = [
        draw_reasons(sources, outcome, style),
        draw_output(&outcome.output, style),
        draw_leaks(outcome, style),
    ];
    parts.concat()
}

/// Why it ended as it did, and its failures.
pub fn draw_reasons(sources: &SourceMap, outcome: &Outcome, style: Style) -> String {
    let why = outcome.why.as_ref().map_or_else(String::new, |why| section("because", why, style));
    let again = outcome.again().map_or_else(String::new, |again| section("note", again, style));
    why + &again + &draw_messages(sources, outcome.messages.iter(), style)
}

/// What it left behind.
pub fn draw_leaks(outcome: &Outcome, style: Style) -> String {
    outcome.leaks.lines().iter().map(|(title, who)| section(title, who, style)).collect()
}

/// What was told while it ran.
pub fn draw_messages<'a>(
    sources: &SourceMap,
    messages: impl Iterator<Item = &'a Message>,
    style: Style,
) -> String {
    let places = Places::new(sources);
    let mut text = String::new();
    let mut failures = 0;
    for message in messages {
        match message {
            Message::Failed(failure) | Message::Broken(failure) => {
                failures += 1;
                if failures <= FAILURES {
                    text.push_str(&draw_failure(failure, &places, style));
                }
            }
            Message::Listed(rows) => text.push_str(&draw_table(rows, style)),
            Message::Drawn(rows) => text.push_str(&draw_tree(rows, style)),
            Message::Awarded { points, why } => text.push_str(&draw_award(*points, why, style)),
            Message::Feedback(line) => text.push_str(&draw_feedback(line, style)),
            Message::TestEnded(_) | Message::LeftBehind(..) => {}
        }
    }
    if failures > FAILURES {
        text.push_str(&format!("and {} more failures\n", failures - FAILURES));
    }
    text
}

/// What its processes printed, line by line, each with the name of who printed it.
pub fn draw_output(output: &Output, style: Style) -> String {
    let lines = lines(output);
    if lines.is_empty() && output.cut == 0 {
        return String::new();
    }
    let mut text = format!("  {}\n", style.cyan("output:"));
    let left_out = lines.len().saturating_sub(LINES);
    for (index, (process, line)) in lines.iter().enumerate() {
        if index == LINES / 4 && left_out > 0 {
            text.push_str(&format!("    {} {left_out} lines {}\n", style.ellipsis(), style.ellipsis()));
        }
        if left_out > 0 && (LINES / 4..LINES / 4 + left_out).contains(&index) {
            continue;
        }
        let name = cut(&visible_line(process), NAME, style.ellipsis());
        let line = shorten(line, LINE);
        text.push_str(&format!("    {} {}\n", style.dim(&format!("[{name}]")), visible_line(&line)));
    }
    if output.cut > 0 {
        text.push_str(&format!("    {} {} more bytes were not kept\n", style.ellipsis(), output.cut));
    }
    text
}

/// The lines of a trial's output and who printed them, a process's last line also where it was not ended.
pub fn lines(output: &Output) -> Vec<(&str, String)> {
    let mut lines: Vec<(&str, String)> = Vec::new();
    // Whose lines are not ended yet, and where they stand.
    let mut open: Vec<(&str, usize)> = Vec::new();
    for piece in &output.pieces {
        for line in piece.text.split_inclusive('\n') {
            let ended = line.ends_with('\n');
            let text = line.trim_end_matches('\n').trim_end_matches('\r');
            match open.iter().position(|(process, _)| *process == piece.process) {
                Some(at) => {
                    lines[open[at].1].1.push_str(text);
                    if ended {
                        open.swap_remove(at);
                    }
                }
                None => {
                    if !ended {
                        open.push((&piece.process, lines.len()));
                    }
                    lines.push((&piece.process, text.to_owned()));
                }
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::lines;
    use crate::suite::{Output, Piece};

    #[test]
    fn what_two_processes_print_does_not_mix() {
        let piece = |process: &str, text: &str| Piece { process: process.into(), text: text.into() };
        let output = Output {
            pieces: vec![piece("a", "one\ntw"), piece("b", "x\r\n"), piece("a", "o\nthree"), piece("b", "y")],
            cut: 0,
        };
        let expected = [("a", "one"), ("a", "two"), ("b", "x"), ("a", "three"), ("b", "y")];
        let found = lines(&output);
        assert_eq!(found.iter().map(|(name, line)| (*name, line.as_str())).collect::<Vec<_>>(), expected);
    }
}
