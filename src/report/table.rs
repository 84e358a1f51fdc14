//! The table that `ps` prints.

use super::duration::brief;
use super::style::Style;
use super::visible::visible_line;
use super::width::{cut, missing, width};
use crate::event::ProcessRow;

/// Columns of the longest name and command.
const NAME: usize = 40;
const COMMAND: usize = 100;

/// One line a process below a line of titles, ending in a newline. A column of commands is there where a process
/// has one that its name does not say already.
#[must_use]
pub fn draw_table(rows: &[ProcessRow], style: Style) -> String {
    let commands = rows.iter().any(|row| !row.command.is_empty() && row.command != row.name);
    let mut lines = vec![["NAME", "PID", "PPID", "STATE", "ELAPSED", "EXIT", "COMMAND"].map(str::to_owned)];
    lines.extend(rows.iter().map(|row| cells(row, style)));
    let shown = if commands { 7 } else { 6 };
    draw_columns(&lines, shown, is_number, style)
}

/// Lines below a line of titles, in columns as wide as their widest cell, the first `shown` of them; each line ends in a newline.
/// Columns of numbers stand at the right.
#[must_use]
pub fn draw_columns<const N: usize>(
    lines: &[[String; N]],
    shown: usize,
    is_number: fn(usize) -> bool,
    style: Style,
) -> String {
    let columns: [usize; N] =
        std::array::from_fn(|column| lines.iter().map(|line| width(&line[column])).max().unwrap_or(0));
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        let mut drawn = String::new();
        for (column, cell) in line.iter().enumerate().take(shown) {
            let space = missing(cell, columns[column]);
            let gap = if column == 0 { "" } else { "  " };
            drawn.push_str(gap);
            let (before, after) =
                if is_number(column) { (space, String::new()) } else { (String::new(), space) };
            drawn.push_str(&format!("{before}{cell}{after}"));
        }
        let drawn = drawn.trim_end_matches(' ');
        text.push_str(&if index == 0 { style.bold(drawn) } else { drawn.to_owned() });
        text.push('\n');
    }
    text
}

/// Numbers stand at the right.
fn is_number(column: usize) -> bool {
    matches!(column, 1 | 2 | 4 | 5)
}

fn cells(row: &ProcessRow, style: Style) -> [String; 7] {
    let number = |number: Option<i64>| number.map_or("-".to_owned(), |number| number.to_string());
    let text = |text: &str, columns| cut(&visible_line(text), columns, style.ellipsis());
    [
        text(&row.name, NAME),
        row.pid.to_string(),
        number(row.ppid.map(i64::from)),
        text(&row.state, NAME),
        brief(row.elapsed),
        number(row.exitcode),
        text(&row.command, COMMAND),
    ]
}
