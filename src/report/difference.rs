//! The difference of two texts, line by line, cut to what a person reads.

use super::style::Style;
use super::visible::visible_line;
use super::width::cut;
use similar::{Algorithm, ChangeTag, DiffOp, capture_diff_slices, group_diff_ops};

/// Lines drawn in all, and columns of each.
const LINES: usize = 60;
const COLUMNS: usize = 160;
/// Equal lines around a change.
const CONTEXT: usize = 2;
/// Lines of each text that are compared, from the first that differs on: the time to compare grows with their square.
const COMPARED: usize = 1000;
/// Bytes of a line that are compared at a time.
const CHUNK: usize = 64 * 1024;

/// Draws what was expected (`-`) against what was there (`+`); says so where the texts are equal.
#[must_use]
pub fn draw_difference(expected: &str, actual: &str, style: Style) -> String {
    let (start, skipped) = first_difference(expected, actual);
    let (old, old_rest) = head(&expected[start..]);
    let (new, new_rest) = head(&actual[start..]);
    let groups = group_diff_ops(capture_diff_slices(Algorithm::Myers, &old, &new), CONTEXT);

    let title =
        format!("  {} {}, {}\n", style.cyan("difference:"), style.red("- expected"), style.green("+ was"));
    let newline = expected.ends_with('\n') != actual.ends_with('\n');
    let mut drawing = Drawing { text: title, drawn: 0, left_out: 0, newline, style };
    for (index, group) in groups.iter().enumerate() {
        let before = group.first().map_or(0, |op| op.old_range().start);
        if index > 0 || before + skipped > 0 {
            drawing.plain(&format!("  @ line {}", before + skipped + 1));
        }
        group.iter().for_each(|op| drawing.change(op, &old, &new));
    }
    if groups.is_empty() {
        drawing.plain("  (the texts are equal line by line)");
    }
    let left_out = drawing.left_out;
    if left_out > 0 {
        drawing.text.push_str(&format!("    {} {left_out} more lines differ\n", style.ellipsis()));
    }
    if old_rest + new_rest > 0 {
        drawing.text.push_str(&format!(
            "    {} not compared: {old_rest} more lines expected, {new_rest} more there\n",
            style.ellipsis()
        ));
    }
    drawing.text
}

/// Draws what was expected and is not there (`-`), and what is there and was not expected (`+`), where the order does not matter.
#[must_use]
pub fn draw_unmatched(missing: &[String], extra: &[String], style: Style) -> String {
    let mut text = format!(
        "  {} {}, {}\n",
        style.cyan("in any order:"),
        style.red("- missing"),
        style.green("+ too much")
    );
    let mut left = LINES;
    for (lines, mark) in [(missing, "-"), (extra, "+")] {
        for line in lines.iter().take(left) {
            let line = format!("  {mark} {}", draw_line(line, true, false, style));
            let line = if mark == "-" { style.red(&line) } else { style.green(&line) };
            text.push_str(&line);
            text.push('\n');
        }
        left = left.saturating_sub(lines.len());
    }
    let more = (missing.len() + extra.len()).saturating_sub(LINES);
    if more > 0 {
        text.push_str(&format!("    {} {more} more\n", style.ellipsis()));
    }
    text
}

/// Where to begin: the start of the line a little before the first that differs, and how many lines stand before it.
fn first_difference(expected: &str, actual: &str) -> (usize, usize) {
    let same = expected.bytes().zip(actual.bytes()).take_while(|(a, b)| a == b).count();
    let mut start = same;
    for _ in 0..=CONTEXT {
        let before = &expected.as_bytes()[..start.saturating_sub(1)];
        start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    }
    (start, expected.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count())
}

/// The first lines, with their newlines so that a missing one at the end is a difference, and how many lines
/// follow. A very long line is taken in chunks.
fn head(text: &str) -> (Vec<&str>, usize) {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() && lines.len() < COMPARED {
        let near = &rest[..rest.floor_char_boundary(CHUNK)];
        let end = near.find('\n').map_or(near.len(), |newline| newline + 1);
        let (line, after) = rest.split_at(end);
        lines.push(line);
        rest = after;
    }
    (lines, rest.lines().count())
}

struct Drawing {
    text: String,
    drawn: usize,
    left_out: usize,
    /// Whether only one of the texts ends in a newline.
    newline: bool,
    style: Style,
}

impl Drawing {
    fn change(&mut self, op: &DiffOp, old: &[&str], new: &[&str]) {
        let style = self.style;
        for change in op.iter_changes(old, new) {
            let differs = change.tag() != ChangeTag::Equal;
            if self.drawn >= LINES {
                self.left_out += usize::from(differs);
                continue;
            }
            let line = draw_line(change.value(), differs, self.newline, style);
            let line = match change.tag() {
                ChangeTag::Equal => format!("    {line}"),
                ChangeTag::Delete => style.red(&format!("  - {line}")),
                ChangeTag::Insert => style.green(&format!("  + {line}")),
            };
            self.plain(line.trim_end_matches(' '));
        }
    }

    fn plain(&mut self, line: &str) {
        if self.drawn < LINES {
            self.text.push_str(line);
            self.text.push('\n');
            self.drawn += 1;
        }
    }
}

/// In a line that differs, spaces at its end and a missing newline are shown, since they may be all the difference.
fn draw_line(line: &str, differs: bool, newline: bool, style: Style) -> String {
    let content = line.strip_suffix('\n').unwrap_or(line);
    let near = &content[..content.floor_char_boundary(COLUMNS * 16)];
    let mut shown = cut(&visible_line(near), COLUMNS, style.ellipsis());
    if differs {
        let kept = shown.trim_end_matches(' ').len();
        let spaces = shown.len() - kept;
        shown.truncate(kept);
        shown.push_str(&(if style.unicode { "·" } else { "_" }).repeat(spaces));
        if newline && content.len() == line.len() {
            shown.push_str(&style.dim(" (no newline at the end)"));
        }
    }
    shown
}
