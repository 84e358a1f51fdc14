//! How tests ended: a line each, and a line for all.

use super::diagnostic::{MESSAGE, number};
use super::duration::brief;
use super::style::Style;
use super::visible::{shorten, visible_line};
use crate::event::{TestOutcome, Verdict};

/// One line, ending in a newline: `ok       a child is joined (12ms)`.
#[must_use]
pub fn draw_outcome(outcome: &TestOutcome, style: Style) -> String {
    let line = |text: &str| visible_line(&shorten(text, MESSAGE)).into_owned();
    let name = line(&outcome.name);
    let elapsed = brief(outcome.elapsed);
    match &outcome.verdict {
        Verdict::Passed => format!("{}       {name} ({elapsed})\n", style.green("ok")),
        Verdict::Failed => format!("{}   {name} ({elapsed})\n", style.red("FAILED")),
        Verdict::Skipped(why) => format!("{}  {name}: {}\n", style.yellow("skipped"), line(why)),
        Verdict::FailedAsExpected(why) => {
            format!("{}    {name} ({elapsed}): {}\n", style.yellow("xfail"), line(why))
        }
        Verdict::PassedUnexpectedly(why) => format!(
            "{}   {name} ({elapsed}): it passed, but its xfail says \"{}\"\n",
            style.red("PASSED"),
            line(why)
        ),
    }
}

/// How many tests ended how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    counts: [usize; 5],
}

impl Summary {
    pub fn add(&mut self, verdict: &Verdict) {
        let kind = match verdict {
            Verdict::Passed => 0,
            Verdict::Failed => 1,
            Verdict::PassedUnexpectedly(_) => 2,
            Verdict::FailedAsExpected(_) => 3,
            Verdict::Skipped(_) => 4,
        };
        self.counts[kind] += 1;
    }

    /// How many tests there were.
    #[must_use]
    pub fn tests(&self) -> usize {
        self.counts.iter().sum()
    }

    /// `3 tests: 1 ok, 1 FAILED, 1 skipped`, ending in a newline; empty where there was no test.
    #[must_use]
    pub fn draw(&self, style: Style) -> String {
        const WORDS: [&str; 5] = ["ok", "FAILED", "PASSED unexpectedly", "failed as expected", "skipped"];
        if self.tests() == 0 {
            return String::new();
        }
        let counted: Vec<String> = WORDS
            .iter()
            .zip(self.counts)
            .enumerate()
            .filter(|(_, (_, count))| *count > 0)
            .map(|(kind, (word, count))| {
                let text = format!("{count} {word}");
                match kind {
                    0 => style.green(&text),
                    1 | 2 => style.red(&text),
                    _ => style.yellow(&text),
                }
            })
            .collect();
        format!("{}: {}\n", number(self.tests(), "test"), counted.join(", "))
    }
}
