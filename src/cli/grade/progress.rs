//! How a grading goes on: a line a student as they are over, and on a terminal a bar below them, with the time that is left.

use super::super::bar::bar;
use super::super::output::{Output, to_stdout};
use super::words::draw_line;
use crate::report::visible_line;
use crate::suite::grade::{Graded, Watcher};
use indicatif::ProgressBar;

/// Shows it.
pub struct Progress {
    output: Output,
    /// Columns of the longest name.
    columns: usize,
    /// Where standard output is a terminal.
    bar: Option<ProgressBar>,
    students: usize,
    over: usize,
}

/// Columns of the name of the student who began last.
const NAME: usize = 30;

impl Progress {
    /// For so many students with so many tests each.
    pub fn new(students: usize, tests: usize, columns: usize, output: Output) -> Self {
        let bar = bar(students * tests, "{pos}/{len} tests", output);
        Self { output, columns, bar, students, over: 0 }
    }

    /// Takes the bar away.
    pub fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Watcher for Progress {
    fn began(&mut self, student: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(crate::report::cut(&visible_line(student), NAME, self.output.stdout.ellipsis()));
        }
    }

    fn tested(&mut self, known: usize) {
        if let Some(bar) = &self.bar {
            bar.inc(known as u64);
        }
    }

    fn graded(&mut self, graded: &Graded<'_>) {
        self.over += 1;
        let text = draw_line(graded, self.columns, self.output.stdout);
        match &self.bar {
            Some(bar) => {
                bar.set_prefix(format!("{}/{} students ", self.over, self.students));
                bar.suspend(|| to_stdout(&text));
            }
            None => to_stdout(&text),
        }
    }
}
