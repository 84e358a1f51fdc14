//! How a run of tests goes on: a line each as they end, and on a terminal a bar below them.

use super::super::bar::bar;
use super::super::output::{Output, to_stdout};
use crate::report::suite::{draw_tested, test_label};
use crate::suite::{File, Observer, Results, Tested};
use indicatif::ProgressBar;

/// Shows it.
pub struct Progress<'a> {
    files: &'a [File],
    output: Output,
    /// Pids and times are left out.
    stable: bool,
    /// Where standard output is a terminal.
    bar: Option<ProgressBar>,
    failed: usize,
}

/// Columns of the name of the test that began last.
const NAME: usize = 40;

impl<'a> Progress<'a> {
    pub fn new(files: &'a [File], tests: usize, output: Output, stable: bool) -> Self {
        let bar = bar(tests, "{pos}/{len} tests", output);
        Self { files, output, stable, bar, failed: 0 }
    }

    /// Takes the bar away.
    pub fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| to_stdout(text)),
            None => to_stdout(text),
        }
    }
}

impl Observer for Progress<'_> {
    fn began(&mut self, file: usize, test: usize) {
        if let Some(bar) = &self.bar {
            let file = &self.files[file];
            let label = test_label(file, &file.tests[test]);
            bar.set_message(crate::report::cut(&label, NAME, self.output.stdout.ellipsis()));
        }
    }

    fn ended(&mut self, tested: &Tested, over: usize) {
        self.failed += usize::from(tested.verdict.is_bad());
        let text = if self.stable {
            let mut stable = tested.clone();
            stabilise(&mut stable);
            draw_tested(self.files, &stable, self.output.stdout)
        } else {
            draw_tested(self.files, tested, self.output.stdout)
        };
        if let Some(bar) = &self.bar {
            bar.set_position(over as u64);
            if self.failed > 0 {
                bar.set_prefix(self.output.stdout.red(&format!("{} failed ", self.failed)));
            }
        }
        self.say(&text);
    }
}

/// Without pids, times and seeds: what two runs have in common.
pub fn make_stable(results: &mut Results) {
    results.tested.iter_mut().for_each(stabilise);
    results.seed = 0;
    results.elapsed = 0;
    results.began = std::time::UNIX_EPOCH;
}

fn stabilise(tested: &mut Tested) {
    tested.elapsed = 0;
    for outcome in &mut tested.outcomes {
        outcome.elapsed = 0;
        outcome.seed = 0;
        outcome.disturbance = outcome.disturbance.map(|_| 0);
        outcome.messages =
            std::mem::take(&mut outcome.messages).into_iter().map(|one| one.stable()).collect();
        let leaks = &mut outcome.leaks;
        leaks.alive.iter_mut().chain(&mut leaks.orphans).for_each(|actor| actor.pid = 0);
    }
}
