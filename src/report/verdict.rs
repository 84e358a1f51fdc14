//! How tests ended: a line each, and a line for all.

use super::diagnostic::{MESSAGE, number};
use super::duration::brief;
use super::style::Style;
use super::visible::{shorten, visible_line};
use super::width::missing;
use crate::event::{TestOutcome, Verdict};

/// Columns of the longest word.
const WORD: usize = 8;

/// One line, ending in a newline: `ok       a child is joined (12ms)`.
#[must_use]
pub fn draw_outcome(outcome: &TestOutcome, style: Style) -> String {
    let line = |text: &str| visible_line(&shorten(text, MESSAGE)).into_owned();
    let (name, elapsed) = (line(&outcome.name), brief(outcome.elapsed));
    let rest = match &outcome.verdict {
        Verdict::Passed | Verdict::Failed | Verdict::LimitHit | Verdict::Wrong => {
            format!("{name} ({elapsed})")
        }
        Verdict::Flaky(failed) => {
            let tries = if *failed == 1 { "a try" } else { "tries" };
            let many = if *failed == 1 { String::new() } else { format!("{failed} ") };
            format!("{name} ({elapsed}): it passed after {many}{tries} that failed")
        }
        Verdict::ToolFailed(why) => format!("{name}: {}", line(why)),
        Verdict::Skipped(why) => format!("{name}: {}", line(why)),
        Verdict::FailedAsExpected(why) => format!("{name} ({elapsed}): {}", line(why)),
        Verdict::PassedUnexpectedly(why) => {
            format!("{name} ({elapsed}): it passed, but its xfail says \"{}\"", line(why))
        }
        Verdict::Interrupted => name,
    };
    let word = outcome.verdict.word();
    format!("{}{} {rest}\n", painted(&outcome.verdict, word, style), missing(word, WORD))
}

/// In the colour of the verdict.
pub(super) fn painted(verdict: &Verdict, text: &str, style: Style) -> String {
    match verdict {
        Verdict::Passed => style.green(text),
        verdict if verdict.is_bad() => style.red(text),
        _ => style.yellow(text),
    }
}

/// How many tests ended how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    counts: [usize; WORDS.len()],
}

/// In the order in which they are counted: a verdict, and how it is called there.
const WORDS: [(&str, &str); 10] = [
    ("passed", "ok"),
    ("flaky", "FLAKY"),
    ("failed", "FAILED"),
    ("limit_hit", "hit a LIMIT"),
    ("error", "ERROR"),
    ("tool_failed", "TOOL failed"),
    ("passed_unexpectedly", "PASSED unexpectedly"),
    ("xfail", "failed as expected"),
    ("skipped", "skipped"),
    ("interrupted", "stopped"),
];

impl Summary {
    pub fn add(&mut self, verdict: &Verdict) {
        let name = verdict.name();
        for ((word, _), count) in WORDS.iter().zip(&mut self.counts) {
            *count += usize::from(*word == name);
        }
    }

    /// How many tests there were.
    #[must_use]
    pub fn tests(&self) -> usize {
        self.counts.iter().sum()
    }

    /// How many had the verdict of this name.
    #[must_use]
    pub fn count(&self, name: &str) -> usize {
        WORDS.iter().zip(self.counts).find(|((word, _), _)| *word == name).map_or(0, |(_, count)| count)
    }

    /// How many had each verdict, by their names.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, usize)> {
        WORDS.iter().zip(self.counts).map(|((name, _), count)| (*name, count))
    }

    /// `3 tests: 1 ok, 1 FAILED, 1 skipped`, ending in a newline; empty where there was no test.
    #[must_use]
    pub fn draw(&self, style: Style) -> String {
        if self.tests() == 0 {
            return String::new();
        }
        let counted = |((name, words), count): (&(&str, &str), usize)| {
            let text = format!("{count} {words}");
            match *name {
                "passed" => style.green(&text),
                "flaky" | "xfail" | "skipped" => style.yellow(&text),
                _ => style.red(&text),
            }
        };
        let there = WORDS.iter().zip(self.counts).filter(|(_, count)| *count > 0);
        let counted: Vec<String> = there.map(counted).collect();
        format!("{}: {}\n", number(self.tests(), "test"), counted.join(", "))
    }
}
