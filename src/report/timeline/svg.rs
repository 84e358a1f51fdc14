//! The timeline as a static SVG: all processes, with a title on everything that says more than can be drawn.

use super::axis::Clock;
use super::cells::{PHASES, Scale, phase_word};
use super::lines::{arrows, births, reaps};
use super::marks::{Mark, marks};
use super::rows::{Row, all_rows};
use super::words::{called, command, doer, ending, happened, length, waiting};
use crate::event::{History, Life, Phase};
use crate::report::diagnostic::number;
use crate::report::markup::push_text;
use crate::report::{cut, visible_line};
use std::fmt::Write;

/// Pixels of the whole width, of the names at the left, and of the ends at the right.
const WIDTH: usize = 1200;
const NAMES: usize = 230;
const ENDS: usize = 190;
const CHART: usize = WIDTH - NAMES - ENDS;
/// Above the first row and below the last one.
const HEAD: usize = 64;
const FOOT: usize = 60;
const ROW: usize = 20;
/// A column of a text, and a level of the tree.
const COLUMN: f64 = 7.3;
const LEVEL: usize = 12;
const LEVELS: usize = 10;
const STYLE: &str = include_str!("svg.css");

/// The document, with nothing in it that comes from elsewhere.
#[must_use]
pub fn draw_svg(history: &History, clock: Clock) -> String {
    let rows = all_rows(history);
    let mut picture = Picture {
        history,
        clock,
        scale: Scale::new(history, CHART),
        out: String::with_capacity(4096 + 1024 * rows.len()),
    };
    let height = HEAD + rows.len() * ROW + FOOT;
    picture.head(height);
    picture.axis(height);
    let mut row_of = vec![None; history.lives().len()];
    for (index, row) in rows.iter().enumerate() {
        if let Some(life) = row.first() {
            row_of[life.index] = Some(index);
        }
    }
    picture.branches(&rows, &row_of);
    for (index, row) in rows.iter().enumerate() {
        picture.row(index, row);
    }
    let place = |life: usize, time: i64| Some((x(picture.scale, time), middle(row_of[life]?)));
    let drawn = [births(history, place), reaps(history, place), arrows(history, place)].concat();
    picture.put(&drawn);
    picture.legend(height);
    picture.put("</svg>\n");
    picture.out
}

/// Pixels from the left.
fn x(scale: Scale, time: i64) -> f64 {
    NAMES as f64 + scale.place(time)
}

/// The middle of a row, in pixels from the top.
fn middle(row: usize) -> usize {
    HEAD + row * ROW + ROW / 2
}

struct Picture<'a> {
    history: &'a History,
    clock: Clock,
    scale: Scale,
    out: String,
}

impl Picture<'_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn text(&mut self, class: &str, (x, y): (f64, usize), text: &str) {
        let _ = write!(self.out, "<text{class} x=\"{x:.1}\" y=\"{y}\">");
        push_text(&mut self.out, text);
        self.put("</text>");
    }

    /// `<title>` for what was opened last; parts are lines of it.
    fn title(&mut self, parts: &[&str]) {
        self.put("<title>");
        for (index, part) in parts.iter().filter(|part| !part.is_empty()).enumerate() {
            if index > 0 {
                self.put("\n");
            }
            push_text(&mut self.out, part);
        }
        self.put("</title>");
    }

    fn head(&mut self, height: usize) {
        let _ = write!(
            self.out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
             viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n<title>timeline</title>\n<style>\n{STYLE}</style>\n\
             <defs><pattern id=\"stopped\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(45)\"><path class=\"hatch\" d=\"M1 0V6\"/></pattern>\
             <marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
             orient=\"auto\"><path class=\"head\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n\
             <rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\"/>\n"
        );
        let heading = super::chart::heading(self.history, self.clock);
        self.text("", (12.0, 24), &heading);
        self.put("\n");
    }

    /// Lines down the whole height, named above and below.
    fn axis(&mut self, height: usize) {
        let span = self.history.ended().saturating_sub(self.history.started());
        let (top, bottom) = (HEAD - 6, height - FOOT + 6);
        self.put("<path class=\"grid\" d=\"");
        let ticks: Vec<i64> = self.clock.ticks(span, CHART / 80).collect();
        let place = |tick: i64, history: &History, scale| x(scale, history.started().saturating_add(tick));
        for tick in &ticks {
            let _ = write!(self.out, "M{:.1} {top}V{bottom}", place(*tick, self.history, self.scale));
        }
        self.put("\"/>\n");
        for tick in ticks {
            let at = place(tick, self.history, self.scale);
            let label = self.clock.label(tick);
            for y in [top - 6, bottom + 14] {
                self.text(" class=\"dim\"", (at, y), &label);
            }
        }
        self.put("\n");
    }

    /// From each parent's name down to those of its children.
    fn branches(&mut self, rows: &[Row<'_>], row_of: &[Option<usize>]) {
        self.put("<path class=\"tree\" d=\"");
        for (index, row) in rows.iter().enumerate() {
            let left = indent(row.depth) + 4;
            let inward = if row.depth < LEVELS { LEVEL - 6 } else { 0 };
            let mut above = middle(index) + 7;
            let children = row.lives.iter().flat_map(|life| &life.children);
            for below in children.filter_map(|child| row_of[*child]).map(middle) {
                let _ = write!(self.out, "M{left} {above}V{below}h{inward}");
                above = below;
            }
        }
        self.put("\"/>\n");
    }

    fn row(&mut self, index: usize, row: &Row<'_>) {
        let Some(life) = row.first() else { return };
        let (top, middle) = (HEAD + index * ROW, middle(index));
        let _ = write!(self.out, "<g><rect class=\"row\" y=\"{top}\" width=\"{WIDTH}\" height=\"{ROW}\"/>");
        self.name(middle, row, life);
        self.spans(middle, life);
        self.marks(middle, life);
        let ending = ending(self.history, life);
        let shown = cut(&visible_line(&ending), (ENDS as f64 / COLUMN) as usize - 2, "…");
        self.text(" class=\"dim\"", ((WIDTH - ENDS + 12) as f64, middle + 4), &shown);
        self.put("</g>\n");
    }

    fn name(&mut self, middle: usize, row: &Row<'_>, life: &Life) {
        let left = indent(row.depth);
        let deep = if row.depth > LEVELS { format!("({}) ", row.depth) } else { String::new() };
        let room = ((NAMES - left) as f64 / COLUMN) as usize - 1;
        let name = cut(&visible_line(&life.name), room.saturating_sub(deep.len()), "…");
        let _ = write!(self.out, "<text x=\"{left}\" y=\"{}\">", middle + 4);
        let pid = if self.clock == Clock::Time { format!(", pid {}", life.pid) } else { String::new() };
        let (ending, lived) = (ending(self.history, life), length(self.clock, life.lifetime()));
        self.title(&[&format!("{}{pid}", called(life)), &command(self.history, life), &ending, &lived]);
        push_text(&mut self.out, &format!("{deep}{name}"));
        self.put("</text>");
    }

    /// What it was at. Spans too short to be told apart are drawn as one, so that the picture does not grow with their
    /// number.
    fn spans(&mut self, middle: usize, life: &Life) {
        /// Pixels that nobody sees.
        const NARROW: f64 = 0.4;
        let mut run: Option<Run> = None;
        for (index, span) in life.spans.iter().enumerate() {
            let (from, to) = (x(self.scale, span.from), x(self.scale, span.to));
            match &mut run {
                Some(run) if to - from < NARROW && run.narrow => {
                    run.last = index;
                    run.to = to;
                    run.of[span.phase as usize] += to - from;
                }
                _ => {
                    let mut of = [0.0; 4];
                    of[span.phase as usize] = to - from;
                    let next = Run { first: index, last: index, from, to, narrow: to - from < NARROW, of };
                    if let Some(run) = run.replace(next) {
                        self.run(middle, life, &run);
                    }
                }
            }
        }
        match run {
            Some(run) => self.run(middle, life, &run),
            None => {
                let at = x(self.scale, life.started);
                self.bar(middle, Phase::Alive, at, at);
                self.put("</rect>");
            }
        }
    }

    fn run(&mut self, middle: usize, life: &Life, run: &Run) {
        let Some(span) = life.spans.get(run.first) else { return };
        let phase = run.phase();
        self.bar(middle, phase, run.from, run.to);
        let (what, more) = match (run.last - run.first, self.history.waits_in(span)) {
            (0, Some((call, on))) => {
                (format!("sleeping in {}", waiting(call, on)), length(self.clock, span.length()))
            }
            (0, None) => (phase_word(phase).to_owned(), length(self.clock, span.length())),
            (changes, _) => (format!("mostly {}", phase_word(phase)), number(changes, "change")),
        };
        self.title(&[&format!("{}: {what}", called(life)), &more]);
        self.put("</rect>");
    }

    /// The rectangle of a phase, left open for its title.
    fn bar(&mut self, middle: usize, phase: Phase, from: f64, to: f64) {
        let (above, height) = match phase {
            Phase::Alive => (5, 10),
            Phase::Sleeping => (2, 4),
            Phase::Stopped | Phase::Zombie => (4, 8),
        };
        let width = (to - from).max(1.0);
        let _ = write!(
            self.out,
            "<rect class=\"{}\" x=\"{from:.1}\" y=\"{}\" width=\"{width:.1}\" height=\"{height}\">",
            phase_word(phase),
            middle - above
        );
    }

    /// Of one kind at one place, one is drawn and says how many more there are.
    fn marks(&mut self, middle: usize, life: &Life) {
        /// Pixels between two that can be told apart.
        const APART: f64 = 2.0;
        let mut last: [Option<(f64, usize, usize)>; Mark::ALL.len()] = [None; Mark::ALL.len()];
        for (time, mark, event) in marks(self.history, life) {
            let at = x(self.scale, time);
            let pending = &mut last[mark as usize];
            match pending {
                Some((before, _, more)) if at - *before < APART => *more += 1,
                _ => {
                    let before = pending.replace((at, event, 0));
                    self.mark(middle, mark, before);
                }
            }
        }
        for (mark, pending) in Mark::ALL.into_iter().zip(last) {
            self.mark(middle, mark, pending);
        }
    }

    fn mark(&mut self, middle: usize, mark: Mark, pending: Option<(f64, usize, usize)>) {
        let Some((at, event, more)) = pending else { return };
        let _ = write!(self.out, "<path class=\"m-{}\" d=\"M{at:.1} {middle}{}\">", mark.word(), shape(mark));
        let more = if more > 0 { format!("and {more} more") } else { String::new() };
        let (what, doer) = match (mark, self.history.target(event)) {
            (Mark::Join, Some(child)) => (format!("joins {}", called(child)), None),
            _ => (happened(self.history, event), doer(self.history, event)),
        };
        let since = self.history.events().get(event).map_or(0, |event| event.time);
        let since = length(self.clock, since.saturating_sub(self.history.started()));
        let since = if since.is_empty() { since } else { format!("at {since}") };
        self.title(&[&what, &doer.unwrap_or_default(), &since, &more]);
        self.put("</path>");
    }

    fn legend(&mut self, height: usize) {
        let middle = height - 14;
        let mut left = 12.0;
        for phase in PHASES {
            self.bar(middle, phase, left, left + 24.0);
            self.put("</rect>");
            self.text("", (left + 30.0, middle + 4), phase_word(phase));
            left += 112.0;
        }
        for mark in Mark::ALL {
            let _ = write!(
                self.out,
                "<path class=\"m-{}\" d=\"M{left:.1} {middle}{}\"/>",
                mark.word(),
                shape(mark)
            );
            self.text("", (left + 10.0, middle + 4), mark.meaning());
            left += COLUMN * mark.meaning().len() as f64 + 40.0;
        }
        self.put("\n");
    }
}

/// Spans, the first to the last of them, that are drawn as one: one span, or several that are narrow.
struct Run {
    first: usize,
    last: usize,
    from: f64,
    to: f64,
    narrow: bool,
    /// Pixels of each phase.
    of: [f64; 4],
}

impl Run {
    /// What it was most of the time.
    fn phase(&self) -> Phase {
        let most = PHASES.into_iter().max_by(|a, b| self.of[*a as usize].total_cmp(&self.of[*b as usize]));
        most.unwrap_or(Phase::Alive)
    }
}

/// Pixels from the left of a name.
fn indent(depth: usize) -> usize {
    12 + depth.min(LEVELS) * LEVEL
}

/// A mark from its middle on.
fn shape(mark: Mark) -> &'static str {
    match mark {
        Mark::Broken => "m-4 -4l8 8m0 -8l-8 8",
        Mark::Signal => "m-4 -8h8l-4 8z",
        Mark::Exec => "m0 -6l5 6l-5 6l-5 -6z",
        Mark::Join => "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
        Mark::Held => "m-4 0l3 4l5 -8",
        Mark::Print => "m0 -7v14",
    }
}
