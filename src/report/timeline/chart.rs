//! The timeline in a terminal: a row a process, its phases and marks below an axis of time, and how it ended.

use super::axis::Clock;
use super::cells::{Cell, PHASES, Scale, cells, phase_word};
use super::marks::Mark;
use super::rows::{Row, folded_rows};
use super::words::{ending, length};
use crate::event::{History, Phase};
use crate::report::diagnostic::number;
use crate::report::sentence::events_are;
use crate::report::{Style, cut, missing, visible_line, width};

/// Columns where the width of the terminal is not known, and the fewest that are used.
pub const COLUMNS: usize = 80;
const FEWEST: usize = 30;
/// Rows that are drawn; a terminal keeps hardly more.
const ROWS: usize = 1000;
/// Columns of the longest name and of the longest end, in a wide terminal.
const NAME: usize = 48;
const ENDING: usize = 40;
/// Columns that a name has beside the lines of the tree, where there is room.
const BESIDE: usize = 18;
/// Columns between name, chart and end.
const GAP: &str = "  ";

/// How it is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Canvas {
    pub style: Style,
    /// Of the terminal; None where there is none.
    pub columns: Option<usize>,
    pub clock: Clock,
}

/// What stands beside the cells of a row.
struct Labels {
    name: String,
    ending: String,
}

/// The chart, each line ending in a newline. No line is wider than the terminal, but for one of fewer than 30 columns.
#[must_use]
pub fn draw_timeline(history: &History, canvas: Canvas) -> String {
    let style = canvas.style;
    let columns = canvas.columns.unwrap_or(COLUMNS).max(FEWEST);
    let mut lines = vec![cut(&heading(history, canvas.clock), columns, style.ellipsis())];
    let all = folded_rows(history);
    let shown = &all[..all.len().min(ROWS)];
    let most_name = NAME.min(columns * 2 / 5);
    let most_ending = ENDING.min(columns / 4);
    let labels: Vec<Labels> = shown
        .iter()
        .map(|row| Labels {
            name: name(row, most_name, style),
            ending: cut(&visible_line(&endings(history, row, most_ending)), most_ending, style.ellipsis()),
        })
        .collect();
    let widest = |text: fn(&Labels) -> &str| labels.iter().map(|one| width(text(one))).max().unwrap_or(0);
    let (names, ends) = (widest(|one| &one.name), widest(|one| &one.ending));
    let chart = columns - names - ends - 2 * GAP.len();
    let mut seen = Vec::new();
    lines.extend(axis(history, canvas, chart).map(|line| format!("{}{GAP}{line}", " ".repeat(names))));
    for (row, labels) in shown.iter().zip(&labels) {
        let cells = cells(history, row, Scale::new(history, chart));
        let space = missing(&labels.name, names);
        let drawn = paint(&cells, style);
        lines.push(format!("{}{space}{GAP}{drawn}{GAP}{}", labels.name, labels.ending).trim_end().to_owned());
        seen.extend(cells);
        seen.sort_unstable_by_key(|cell| (cell.phase.map(|phase| phase as u8), cell.mark));
        seen.dedup();
    }
    if all.len() > shown.len() {
        let rest: usize = all[shown.len()..].iter().map(|row| row.lives.len()).sum();
        let more = format!("{} {rest} more processes: --timeline FILE.html shows them", style.ellipsis());
        lines.push(cut(&more, columns, style.ellipsis()));
    }
    lines.extend(legend(&seen, columns, style));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// `5 processes in 1.234s, at most 3 alive at once`
pub(super) fn heading(history: &History, clock: Clock) -> String {
    let count = history.lives().iter().filter(|life| !life.is_bystander()).count();
    let mut text = number(count, "process");
    let time = length(clock, history.ended().saturating_sub(history.started()));
    if !time.is_empty() {
        text.push_str(&format!(" in {time}"));
    }
    text.push_str(&format!(", at most {} alive at once", history.most_at_once()));
    if history.dropped() > 0 {
        text.push_str(&format!("; {} not in the record", events_are(history.dropped())));
    }
    text
}

/// The name, behind the lines of the tree; of several that of the first and of the last.
fn name(row: &Row<'_>, columns: usize, style: Style) -> String {
    let Some(first) = row.first() else { return String::new() };
    // Of the lines of the tree, so many that a name has room beside them.
    let levels = columns.saturating_sub(if columns < BESIDE * 3 / 2 { 10 } else { BESIDE }) / 2;
    let mut text = tree_lines(row, levels, 2, style);
    if row.depth > levels {
        text.push_str(&format!("({}) ", row.depth));
    }
    let room = columns.saturating_sub(width(&text));
    let Some(last) = row.lives.last().filter(|last| last.name != first.name) else {
        return text + &cut(&visible_line(&first.name), room, style.ellipsis());
    };
    let between = if style.unicode { " … " } else { " ... " };
    let half = room.saturating_sub(between.len()) / 2;
    let ends = [first, last].map(|life| cut(&visible_line(&life.name), half, style.ellipsis()));
    text + &ends.join(between)
}

/// The lines that join a row to its parent, `columns` wide a level.
pub fn tree_lines(row: &Row<'_>, levels: usize, columns: usize, style: Style) -> String {
    let [fork, last, bar, line] =
        if style.unicode { ["├", "└", "│", "─"] } else { ["|", "`", "|", "-"] };
    let mut text = String::new();
    let depth = row.depth.min(levels);
    for level in 1..=depth {
        let goes_on = row.goes_on(level);
        let (sign, filling) = match (level == depth, goes_on) {
            (true, true) => (fork, line),
            (true, false) => (last, line),
            (false, true) => (bar, " "),
            (false, false) => (" ", " "),
        };
        text.push_str(sign);
        text.push_str(&filling.repeat(columns.saturating_sub(2)));
        text.push(' ');
    }
    text
}

/// How it ended; of several, how many they are, in as many words as have room.
pub(super) fn endings(history: &History, row: &Row<'_>, columns: usize) -> String {
    let Some(first) = row.first() else { return String::new() };
    let whole = ending(history, first);
    if !row.is_group() {
        return whole;
    }
    let (count, same) = (row.lives.len(), whole.split(" from ").next().unwrap_or_default());
    let long = format!("{count} processes alike, {same}");
    if width(&long) <= columns { long } else { format!("{count} alike, {same}") }
}

/// The names of the ticks, and the ticks below them.
fn axis(history: &History, canvas: Canvas, columns: usize) -> impl Iterator<Item = String> {
    /// Columns of a label and the space before the next one.
    const ROOM: usize = 8;
    let span = history.ended().saturating_sub(history.started());
    let scale = Scale::new(history, columns);
    let [tick, line] = if canvas.style.unicode { ['├', '─'] } else { ['|', '-'] };
    let mut names = String::new();
    let mut ruler: Vec<char> = vec![line; columns];
    for time in canvas.clock.ticks(span, columns / ROOM) {
        let column = scale.cell(history.started().saturating_add(time));
        if let Some(place) = ruler.get_mut(column) {
            *place = tick;
        }
        let name = canvas.clock.label(time);
        if (names.is_empty() || names.len() < column) && column + name.len() <= columns {
            names.push_str(&" ".repeat(column - names.len()));
            names.push_str(&name);
        }
    }
    let style = canvas.style;
    [names, ruler.into_iter().collect()].into_iter().map(move |line| style.dim(&line))
}

const fn phase_glyph(phase: Phase, unicode: bool) -> char {
    match (phase, unicode) {
        (Phase::Alive, true) => '━',
        (Phase::Alive, false) => '=',
        (Phase::Sleeping, true) => '┄',
        (Phase::Sleeping, false) => '-',
        (Phase::Stopped, true) => '▒',
        (Phase::Stopped, false) => '#',
        (Phase::Zombie, true) => '░',
        (Phase::Zombie, false) => '~',
    }
}

/// What a cell is drawn as, and how it is painted: cells that are painted alike are painted together.
fn look(cell: Cell, unicode: bool) -> (char, Paint) {
    match cell {
        Cell { mark: Some(mark), .. } => (mark.glyph(unicode), Paint::Mark(mark)),
        Cell { phase: Some(phase), .. } => (phase_glyph(phase, unicode), Paint::Phase(phase)),
        Cell { .. } => (' ', Paint::Nothing),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Paint {
    Nothing,
    Phase(Phase),
    Mark(Mark),
}

impl Paint {
    fn on(self, text: &str, style: Style) -> String {
        match self {
            Self::Nothing => text.to_owned(),
            Self::Phase(Phase::Alive) => style.green(text),
            Self::Phase(Phase::Sleeping) => style.dim(text),
            Self::Phase(Phase::Stopped) => style.yellow(text),
            Self::Phase(Phase::Zombie) | Self::Mark(Mark::Broken) => style.red(text),
            Self::Mark(Mark::Signal) => style.yellow(text),
            Self::Mark(Mark::Exec | Mark::Join) => style.cyan(text),
            Self::Mark(Mark::Held | Mark::Print) => style.bold(text),
        }
    }
}

fn paint(cells: &[Cell], style: Style) -> String {
    let looks: Vec<(char, Paint)> = cells.iter().map(|cell| look(*cell, style.unicode)).collect();
    let runs = looks.chunk_by(|a, b| a.1 == b.1);
    runs.map(|run| run[0].1.on(&run.iter().map(|look| look.0).collect::<String>(), style)).collect()
}

/// What the signs mean, of those that are there.
fn legend(seen: &[Cell], columns: usize, style: Style) -> Vec<String> {
    let phases = PHASES.into_iter().filter(|phase| seen.iter().any(|cell| cell.phase == Some(*phase)));
    let phases = phases.map(|phase| {
        (phase_glyph(phase, style.unicode).to_string().repeat(2), Paint::Phase(phase), phase_word(phase))
    });
    let marks = Mark::ALL.into_iter().filter(|mark| seen.iter().any(|cell| cell.mark == Some(*mark)));
    let marks = marks.map(|mark| (mark.glyph(style.unicode).to_string(), Paint::Mark(mark), mark.meaning()));
    let mut lines = Vec::new();
    let (mut line, mut taken) = (String::new(), 0);
    for (sign, paint, word) in phases.chain(marks) {
        let needed = width(&sign) + 1 + word.len();
        if taken > 0 && taken + 3 + needed > columns {
            lines.push(std::mem::take(&mut line));
            taken = 0;
        }
        if taken > 0 {
            line.push_str("   ");
            taken += 3;
        }
        line.push_str(&format!("{} {word}", paint.on(&sign, style)));
        taken += needed;
    }
    lines.push(line);
    lines.retain(|line| !line.is_empty());
    lines
}
