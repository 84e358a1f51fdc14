//! The tree as it grew: every process below its parent, when it was born, and how it ended.

use super::axis::Clock;
use super::chart::{COLUMNS, Canvas, endings, tree_lines};
use super::rows::{Row, folded_rows};
use super::words::{command, ending, name_to};
use crate::event::{History, Life};
use crate::report::{brief, cut, draw_columns, visible_line, width};

/// Rows that are drawn.
const ROWS: usize = 1000;
/// Columns of the longest name behind the lines of the tree, and levels that have lines.
const NAME: usize = 30;
const LEVELS: usize = 10;
/// From this width on, there is a column of commands.
const WIDE: usize = 120;
const COMMAND: usize = 60;
/// Below it there are fewer levels, for names have less room.
const FEW_LEVELS: usize = 5;
/// What is left to the names at least, together with the lines of the tree, and to the last column.
const SHORT_NAME: usize = 32;
const LAST: usize = 20;

/// Cells of a row: BORN, PID, ALIVE, PROCESS, END, COMMAND.
type Cells = [String; 6];

/// The tree, each line ending in a newline; none is wider than a terminal of at least 60 columns. Where times are steps, there are neither times nor pids.
#[must_use]
pub fn draw_growth(history: &History, canvas: Canvas) -> String {
    let all = folded_rows(history);
    let shown = &all[..all.len().min(ROWS)];
    let columns = canvas.columns.unwrap_or(COLUMNS);
    let commands = columns >= WIDE && shown.iter().any(|row| !command_of(history, row).is_empty());
    let mut lines = vec![["BORN", "PID", "ALIVE", "PROCESS", "END", "COMMAND"].map(str::to_owned)];
    lines.extend(shown.iter().map(|row| cells(history, row, canvas)));
    let count = if commands && canvas.clock == Clock::Time { 6 } else { 5 };
    fit(&mut lines, count, columns, canvas);
    let mut text = if canvas.clock == Clock::Time {
        draw_columns(&lines, count, |column| column < 3, canvas.style)
    } else {
        let lines: Vec<[String; 2]> = lines.into_iter().map(|[.., name, end, _]| [name, end]).collect();
        draw_columns(&lines, 2, |_| false, canvas.style)
    };
    if all.len() > shown.len() {
        let rest: usize = all[shown.len()..].iter().map(|row| row.lives.len()).sum();
        text.push_str(&format!("{} {rest} more processes\n", canvas.style.ellipsis()));
    }
    text
}

/// Makes the rows as narrow as the terminal: the names give way to the last column, up to what a name needs.
fn fit(lines: &mut [Cells], count: usize, columns: usize, canvas: Canvas) {
    const PROCESS: usize = 3;
    const END: usize = 4;
    /// Of a column that has no room: a mark that something is cut off.
    const TITLE: usize = 3;
    let from = if canvas.clock == Clock::Time { 0 } else { PROCESS };
    if count > END + 1 {
        for line in lines.iter_mut() {
            line[END] = cut(&line[END], columns * 2 / 5, canvas.style.ellipsis());
        }
    }
    let widest = |column: usize| lines.iter().map(|line| width(&line[column])).max().unwrap_or(0);
    let others = (from..count - 1).filter(|column| *column != PROCESS).map(|column| widest(column) + 2);
    let room = columns.saturating_sub(others.sum::<usize>() + 2);
    let least = widest(PROCESS).min(SHORT_NAME).min(room.saturating_sub(LAST).max(room * 2 / 5).max(TITLE));
    let name = widest(PROCESS).min(room.saturating_sub(widest(count - 1)).max(least));
    for line in lines {
        line[PROCESS] = cut(&line[PROCESS], name, canvas.style.ellipsis());
        line[count - 1] = cut(&line[count - 1], room.saturating_sub(name), canvas.style.ellipsis());
    }
}

fn cells(history: &History, row: &Row<'_>, canvas: Canvas) -> Cells {
    let Some(first) = row.first() else { return Cells::default() };
    let mark = canvas.style.ellipsis();
    let is_wide = canvas.columns.unwrap_or(COLUMNS) >= WIDE;
    let levels = if is_wide { LEVELS } else { FEW_LEVELS };
    let mut process = tree_lines(row, levels, 3, canvas.style);
    if row.depth > levels {
        process.push_str(&format!("({}) ", row.depth));
    }
    process.push_str(&cut(&visible_line(&first.name), NAME, mark));
    if first.daemon {
        process.push_str(" (daemon)");
    }
    let (pid, end) = match row.lives.last().filter(|_| row.is_group()) {
        None => (first.pid.to_string(), end(history, first, canvas.clock)),
        Some(last) => {
            if last.name != first.name {
                process.push_str(&format!(" {mark} {}", cut(&visible_line(&last.name), NAME, mark)));
            }
            // With room beside the tree it is said in full.
            let room = if is_wide { COMMAND } else { 0 };
            (String::new(), endings(history, row, room))
        }
    };
    [
        format!("+{}", brief(first.started.saturating_sub(history.started()))),
        pid,
        if row.is_group() { String::new() } else { brief(first.lifetime()) },
        process,
        visible_line(&end).into_owned(),
        cut(&visible_line(&command_of(history, row)), COMMAND, mark),
    ]
}

/// The command of a row, where it says more than the name.
fn command_of(history: &History, row: &Row<'_>) -> String {
    let own = |life: &&Life| life.command.is_some_and(|command| life.execs.contains(&command));
    row.first().filter(own).map_or(String::new(), |life| command(history, life))
}

/// How it ended, what was before its reaping, and who became of it when its parent ended.
fn end(history: &History, life: &Life, clock: Clock) -> String {
    /// A shorter zombie is nobody's fault: its parent was on its way.
    const SHORT: i64 = 10_000_000;
    let mut parts = vec![ending(history, life)];
    let zombie =
        life.zombie_for().filter(|length| life.reaped.is_none() || *length >= SHORT && clock == Clock::Time);
    match (zombie, life.reaped) {
        (Some(length), _) if clock == Clock::Time && length > 0 => {
            parts.push(format!("zombie {}", brief(length)))
        }
        (Some(length), None) if length > 0 => parts.push("zombie".to_owned()),
        _ => {}
    }
    if let Some(time) = life.orphaned {
        parts.push(match clock {
            Clock::Time => format!("orphan from +{}", brief(time.saturating_sub(history.started()))),
            Clock::Steps => "orphan".to_owned(),
        });
    }
    parts.extend(life.adoptions.iter().take(3).map(|adoption| format!("adopted by {}", adoption.name)));
    if let Some(reap) = life.reaped
        && reap.by.pid != 0
        && (!life.adoptions.is_empty()
            || life.parent.is_some_and(|parent| !history.lives()[parent].is_bystander()))
    {
        let verb = if reap.by.life.is_some() && reap.by.life == life.parent { "joined" } else { "reaped" };
        parts.push(format!("{verb} by {}", name_to(history, life, reap.by)));
    }
    parts.join(", ")
}
