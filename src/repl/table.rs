//! The table that `:watch` shows: what each process is doing, and what it uses.

use super::card::{brief, named};
use crate::execute::Session;
use crate::report::{Style, cut, draw_columns};

/// Columns of the longest name.
const NAME: usize = 24;
const TITLES: [&str; 8] = ["NAME", "PID", "PPID", "STATE", "AGE", "CPU", "MEMORY", "EXIT"];

/// A line a process below the titles.
#[must_use]
pub fn draw(session: &mut Session, style: Style) -> String {
    let mut lines = vec![TITLES.map(str::to_owned)];
    for seen in session.processes() {
        let Some(row) = session.row_of(&seen) else { continue };
        let usage = session.usage(seen.pid);
        lines.push([
            cut(&named(&row.name), NAME, style.ellipsis()),
            row.pid.to_string(),
            row.ppid.map_or_else(|| "-".to_owned(), |ppid| ppid.to_string()),
            row.state,
            brief(row.elapsed),
            brief(usage.cpu),
            memory(usage.memory),
            row.exitcode.map_or_else(|| "-".to_owned(), |code| code.to_string()),
        ]);
    }
    draw_columns(&lines, TITLES.len(), |column| !matches!(column, 0 | 3), style)
}

/// Bytes as people say them.
fn memory(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes}B"),
        1024..1_048_576 => format!("{}KiB", bytes >> 10),
        1_048_576..1_073_741_824 => format!("{}MiB", bytes >> 20),
        _ => format!("{}GiB", bytes >> 30),
    }
}
