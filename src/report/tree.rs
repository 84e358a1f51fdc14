//! The tree that `tree` draws.

use super::duration::brief;
use super::style::Style;
use super::visible::visible_line;
use super::width::cut;
use crate::event::{ProcessRow, TreeRow};

/// Columns of the longest name.
const NAME: usize = 60;
/// Levels that are indented; deeper ones say how deep they are.
const LEVELS: usize = 40;

/// One line a process, children below and right of their parent, ending in a newline.
#[must_use]
pub fn draw_tree(rows: &[TreeRow], style: Style) -> String {
    let [fork, last, bar] =
        if style.unicode { ["├─ ", "└─ ", "│  "] } else { ["|- ", "`- ", "|  "] };
    // From the bottom up it is known, for each level, whether a further sibling stands below.
    let mut below: Vec<bool> = Vec::new();
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows.iter().rev() {
        let level = row.depth.min(LEVELS);
        below.resize(level + 1, false);
        let mut line = String::new();
        for more in below.iter().take(level).skip(1) {
            line.push_str(if *more { bar } else { "   " });
        }
        if level > 0 {
            line.push_str(if below[level] { fork } else { last });
        }
        below[level] = true;
        if row.depth > LEVELS {
            line.push_str(&format!("(level {}) ", row.depth));
        }
        line.push_str(&draw_process(&row.process, style));
        line.push('\n');
        lines.push(line);
    }
    lines.into_iter().rev().collect()
}

/// `alex 101 sleeping 1.234s`, `barry 102 zombie 12ms exit 3`
fn draw_process(process: &ProcessRow, style: Style) -> String {
    let name = cut(&visible_line(&process.name), NAME, style.ellipsis());
    let state = cut(&visible_line(&process.state), NAME, style.ellipsis());
    let mut text = format!("{} {} {state} {}", style.bold(&name), process.pid, brief(process.elapsed));
    match process.exitcode {
        Some(code) if code < 0 => text.push_str(&format!(" signal {}", code.unsigned_abs())),
        Some(code) => text.push_str(&format!(" exit {code}")),
        None => {}
    }
    text
}
