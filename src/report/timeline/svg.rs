//! The timeline as a static SVG: all processes, with a title on everything that says more than can be drawn.

use super::axis::Clock;
use super::cells::Scale;
use super::lines::{arrows, births, reaps};
use super::marks::{Mark, marks};
use super::markup::push_text;
use super::words::{command, ending, happened, waiting};
use crate::event::{History, Life, Phase, Span};
use crate::report::{brief, cut};
use std::fmt::Write;

/// Pixels of the whole width, of the names at the left, and of the ends at the right.
const WIDTH: usize = 1200;
const NAMES: usize = 230;
const ENDS: usize = 190;
const CHART: usize = WIDTH - NAMES - ENDS;
/// Above the first row and below the last one.
const HEAD: usize = 64;
const FOOT: usize = 48;
pub(super) const ROW: usize = 20;
/// A column of a text, and a level of the tree.
const COLUMN: f64 = 7.3;
const LEVEL: usize = 12;
const LEVELS: usize = 10;
const STYLE: &str = include_str!("svg.css");

/// The document, with nothing in it that comes from elsewhere.
#[must_use]
pub fn draw_svg(history: &History, clock: Clock) -> String {
    let tree = history.tree();
    let mut picture = Picture {
        history,
        clock,
        scale: Scale::new(history, CHART),
        out: String::with_capacity(4096 + 1024 * tree.len()),
    };
    let height = HEAD + tree.len() * ROW + FOOT;
    picture.head(height);
    picture.axis(height);
    let mut row_of = vec![0; tree.len()];
    for (row, life) in tree.iter().enumerate() {
        row_of[life.index] = row;
    }
    picture.put("<path class=\"tree\" d=\"");
    picture.branches(&tree, &row_of);
    picture.put("\"/>\n");
    for (row, life) in tree.iter().enumerate() {
        picture.row(row, life);
    }
    let place = |life: usize, time: i64| (x(picture.scale, time), middle(row_of[life]));
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

/// The middle of a row, in pixels from above.
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
    fn branches(&mut self, tree: &[&Life], row_of: &[usize]) {
        for life in tree.iter().filter(|life| !life.children.is_empty()) {
            let left = indent(life.depth) + 4;
            let inward = if life.depth < LEVELS { LEVEL - 6 } else { 0 };
            let mut above = middle(row_of[life.index]) + 7;
            for child in &life.children {
                let below = middle(row_of[*child]);
                let _ = write!(self.out, "M{left} {above}V{below}h{inward}");
                above = below;
            }
        }
    }

    fn row(&mut self, row: usize, life: &Life) {
        let (top, middle) = (HEAD + row * ROW, middle(row));
        let _ = write!(self.out, "<g><rect class=\"row\" y=\"{top}\" width=\"{WIDTH}\" height=\"{ROW}\"/>");
        let left = indent(life.depth);
        let deep = if life.depth > LEVELS { format!("({}) ", life.depth) } else { String::new() };
        let room = ((NAMES - left) as f64 / COLUMN) as usize - 1;
        let name = cut(&crate::report::visible_line(&life.name), room.saturating_sub(deep.len()), "…");
        let _ = write!(self.out, "<text x=\"{left}\" y=\"{}\">", middle + 4);
        let ending = ending(self.history, life);
        let pid = if self.clock == Clock::Time { format!(", pid {}", life.pid) } else { String::new() };
        let lived = self.length(life.lifetime());
        self.title(&[&format!("{}{pid}", life.name), &command(self.history, life), &ending, &lived]);
        push_text(&mut self.out, &format!("{deep}{name}"));
        self.put("</text>");
        self.spans(middle, life);
        self.marks(middle, life);
        let shown = cut(&crate::report::visible_line(&ending), (ENDS as f64 / COLUMN) as usize - 2, "…");
        self.text(" class=\"dim\"", ((WIDTH - ENDS + 12) as f64, middle + 4), &shown);
        self.put("</g>\n");
    }

    fn length(&self, nanoseconds: i64) -> String {
        if self.clock == Clock::Time { brief(nanoseconds) } else { String::new() }
    }

    /// What it was at. Below its many short waits lies one long bar, so that the picture does not grow with their number.
    fn spans(&mut self, middle: usize, life: &Life) {
        /// Pixels that nobody sees.
        const NARROW: f64 = 0.4;
        let from = x(self.scale, life.started);
        self.bar(middle, Phase::Alive, from, x(self.scale, life.alive_until()));
        self.title(&[&format!("{}: alive", life.name), &self.length(life.lifetime())]);
        self.put("</rect>");
        let mut run: Option<(&Span, f64, usize)> = None;
        for span in life.spans.iter().filter(|span| span.phase != Phase::Alive) {
            let (from, to) = (x(self.scale, span.from), x(self.scale, span.to));
            run = match run {
                Some((first, end, count))
                    if first.phase == span.phase && from - end < NARROW && to - from < NARROW =>
                {
                    Some((first, to, count + 1))
                }
                before => {
                    self.close_run(middle, life, before);
                    Some((span, to, 1))
                }
            };
        }
        self.close_run(middle, life, run);
    }

    /// A span, or several that follow each other too closely to be told apart.
    fn close_run(&mut self, middle: usize, life: &Life, run: Option<(&Span, f64, usize)>) {
        let Some((span, end, count)) = run else { return };
        self.bar(middle, span.phase, x(self.scale, span.from), end);
        let what = match (span.phase, self.history.waits_in(span)) {
            (Phase::Sleeping, Some((call, on))) => format!("sleeping in {}", waiting(call, on)),
            (phase, _) => word(phase).to_owned(),
        };
        let more = if count > 1 { format!("and {} more", count - 1) } else { self.length(span.length()) };
        self.title(&[&format!("{}: {what}", life.name), &more]);
        self.put("</rect>");
    }

    /// The rectangle of a phase, left open for its title.
    fn bar(&mut self, middle: usize, phase: Phase, from: f64, to: f64) {
        let (above, height) = match phase {
            Phase::Alive => (5, 10),
            Phase::Sleeping => (5, 10),
            Phase::Stopped | Phase::Zombie => (4, 8),
        };
        let width = (to - from).max(1.0);
        let _ = write!(
            self.out,
            "<rect class=\"{}\" x=\"{from:.1}\" y=\"{}\" width=\"{width:.1}\" height=\"{height}\">",
            word(phase),
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
        let whom = match (mark, self.history.target(event)) {
            (Mark::Join, Some(child)) => format!("joins {}", child.name),
            _ => happened(self.history, event),
        };
        let since = self.history.events().get(event).map_or(0, |event| event.time);
        let since = self.length(since.saturating_sub(self.history.started()));
        let since = if since.is_empty() { since } else { format!("at {since}") };
        self.title(&[&whom, &since, &more]);
        self.put("</path>");
    }

    fn legend(&mut self, height: usize) {
        let middle = height - 14;
        let mut left = 12.0;
        for phase in super::cells::PHASES {
            self.bar(middle, phase, left, left + 24.0);
            self.put("</rect>");
            self.text("", (left + 30.0, middle + 4), word(phase));
            left += 112.0;
        }
        for mark in Mark::ALL {
            let _ = write!(
                self.out,
                "<path class=\"m-{}\" d=\"M{left:.1} {middle}{}\"/>",
                mark.word(),
                shape(mark)
            );
            self.text("", (left + 10.0, middle + 4), mark.word());
            left += 84.0;
        }
        self.put("\n");
    }
}

/// Pixels from the left of a name.
fn indent(depth: usize) -> usize {
    12 + depth.min(LEVELS) * LEVEL
}

fn word(phase: Phase) -> &'static str {
    match phase {
        Phase::Alive => "alive",
        Phase::Sleeping => "sleeping",
        Phase::Stopped => "stopped",
        Phase::Zombie => "zombie",
    }
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
