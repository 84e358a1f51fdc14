//! A row of a chart as cells of equal length in time: in each, what was there for most of it, and the mark that matters most.

use super::marks::{Mark, marks};
use super::rows::Row;
use crate::event::{History, Phase};

pub const PHASES: [Phase; 4] = [Phase::Alive, Phase::Sleeping, Phase::Stopped, Phase::Zombie];

/// For legends, titles and a style sheet's class.
#[must_use]
pub fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Alive => "alive",
        Phase::Sleeping => "sleeping",
        Phase::Stopped => "stopped",
        Phase::Zombie => "zombie",
    }
}

/// One cell of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cell {
    pub phase: Option<Phase>,
    pub mark: Option<Mark>,
}

/// Times to places on an axis of so many cells.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    start: i64,
    span: f64,
    cells: usize,
}

impl Scale {
    #[must_use]
    pub fn new(history: &History, cells: usize) -> Self {
        let span = history.ended().saturating_sub(history.started());
        Self { start: history.started(), span: span.max(1) as f64, cells }
    }

    /// Between 0 and the number of cells.
    #[must_use]
    pub fn place(&self, time: i64) -> f64 {
        let cells = self.cells as f64;
        (time.saturating_sub(self.start) as f64 / self.span * cells).clamp(0.0, cells)
    }

    /// The cell that a moment falls into.
    #[must_use]
    pub fn cell(&self, time: i64) -> usize {
        (self.place(time) as usize).min(self.cells.saturating_sub(1))
    }
}

/// How much of each cell one phase takes; cells that are wholly taken are noted at both ends only.
struct Cover {
    part: Vec<f64>,
    whole: Vec<i64>,
}

impl Cover {
    fn new(cells: usize) -> Self {
        Self { part: vec![0.0; cells], whole: vec![0; cells + 1] }
    }

    fn add(&mut self, from: f64, to: f64) {
        let last = self.part.len() - 1;
        let (first_cell, last_cell) = ((from as usize).min(last), (to as usize).min(last));
        if first_cell == last_cell {
            self.part[first_cell] += to - from;
            return;
        }
        self.part[first_cell] += (first_cell + 1) as f64 - from;
        self.part[last_cell] += to - last_cell as f64;
        self.whole[first_cell + 1] += 1;
        self.whole[last_cell] -= 1;
    }

    fn sums(&self) -> impl Iterator<Item = f64> {
        let whole = self.whole.iter().scan(0, |sum, change| {
            *sum += change;
            Some(*sum as f64)
        });
        self.part.iter().zip(whole).map(|(part, whole)| part + whole)
    }
}

/// The cells of a row. One of several processes shows no mark that each of them has for itself: its prints, its joins.
#[must_use]
pub fn cells(history: &History, row: &Row<'_>, scale: Scale) -> Vec<Cell> {
    let mut cells = vec![Cell::default(); scale.cells];
    if cells.is_empty() {
        return cells;
    }
    let mut covers = PHASES.map(|_| Cover::new(scale.cells));
    for life in &row.lives {
        for span in &life.spans {
            covers[span.phase as usize].add(scale.place(span.from), scale.place(span.to));
        }
        // A life of no length is seen nevertheless.
        cells[scale.cell(life.started)].phase.get_or_insert(Phase::Alive);
        for (time, mark, _) in marks(history, life) {
            let cell = &mut cells[scale.cell(time)].mark;
            if !row.is_group() || mark <= Mark::Exec {
                *cell = Some(cell.map_or(mark, |other| other.min(mark)));
            }
        }
    }
    for (phase, cover) in PHASES.into_iter().zip(&covers).rev() {
        for (cell, sum) in cells.iter_mut().zip(cover.sums()) {
            if sum > 0.0 {
                cell.phase = Some(phase);
            }
        }
    }
    prefer_the_longest(&mut cells, &covers);
    cells
}

/// Where several phases share a cell, that one has it which has most of it; what is rare counts for more, so that it is
/// seen: a stop and a zombie.
fn prefer_the_longest(cells: &mut [Cell], covers: &[Cover; 4]) {
    const RARE: f64 = 3.0;
    let mut most = vec![0.0; cells.len()];
    for (phase, cover) in PHASES.into_iter().zip(covers) {
        let weight = if matches!(phase, Phase::Stopped | Phase::Zombie) { RARE } else { 1.0 };
        for ((cell, most), sum) in cells.iter_mut().zip(&mut most).zip(cover.sums()) {
            if sum * weight > *most {
                (*most, cell.phase) = (sum * weight, Some(phase));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Scale, cells};
    use crate::event::{Event, History, Phase, What};
    use crate::report::timeline::rows::folded_rows;

    #[test]
    fn a_cell_shows_what_took_most_of_it() {
        let event = |time, what| Event { time, pid: 2, actor: 1, place: None, what };
        let blocked = What::Blocked { call: "sleep".into(), on: String::new() };
        let woken = What::Woken { call: "sleep".into(), result: String::new() };
        let history = History::of(vec![
            event(0, What::Spawned { name: "p".into(), daemon: false }),
            event(20, blocked),
            event(48, woken),
            event(55, What::Exited { exitcode: 0, core: false }),
            event(59, What::Reaped { exitcode: 0 }),
            event(100, What::Dropped { events: 1 }),
        ]);
        let rows = folded_rows(&history);
        let drawn: String = cells(&history, &rows[1], Scale::new(&history, 10))
            .iter()
            .map(|cell| match cell.phase {
                Some(Phase::Alive) => '=',
                Some(Phase::Sleeping) => '-',
                Some(Phase::Stopped) => '#',
                Some(Phase::Zombie) => '~',
                None => ' ',
            })
            .collect();
        assert_eq!(drawn, "==---~    ");
        assert!(cells(&history, &rows[1], Scale::new(&history, 0)).is_empty());
    }
}
