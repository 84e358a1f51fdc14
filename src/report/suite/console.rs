//! Tests on a screen: a line each, with details where one did not pass, and a line for all.

use super::details::{draw_details, draw_leaks, draw_reasons};
use super::subject::{Row, Subject, label};
use crate::event::{TestOutcome, Verdict};
use crate::report::diagnostic::number;
use crate::report::{Style, brief, draw_outcome, visible_line, wrap};
use crate::suite::{File, Standing, Test, Tested};

/// The line of a test that is over, and what there is to say of it.
#[must_use]
pub fn draw_tested(files: &[File], tested: &Tested, style: Style) -> String {
    let Some(row) = Row::of(files, tested) else { return String::new() };
    let outcome = TestOutcome { name: row.label(), verdict: tested.verdict.clone(), elapsed: tested.elapsed };
    let mut text = draw_outcome(&outcome, style);
    if tested.repetitions > 1 {
        let times = format!("{} of {} times", tested.repetitions - tested.failed, tested.repetitions);
        text.insert_str(text.len() - 1, &format!(": passed {times}"));
    }
    match &tested.verdict {
        Verdict::Failed | Verdict::LimitHit | Verdict::Wrong | Verdict::ToolFailed(_) | Verdict::Flaky(_) => {
            if let Some(outcome) = row.decisive() {
                text.push_str(&draw_details(&row.file.sources, outcome, style));
            }
        }
        Verdict::Passed | Verdict::PassedUnexpectedly(_) => {
            if let Some(outcome) = tested.outcomes.first() {
                text.push_str(&draw_reasons(&row.file.sources, outcome, style));
                text.push_str(&draw_leaks(outcome, style));
            }
        }
        Verdict::Skipped(_) | Verdict::FailedAsExpected(_) | Verdict::Interrupted => {}
    }
    text
}

/// What keeps the tests inside less well than they could be, a line each, and why.
#[must_use]
pub fn draw_lacks(standing: &Standing, style: Style) -> String {
    let line = |(_, why): &(String, String)| {
        let level = style.yellow(&format!("level {}:", visible_line(&standing.level)));
        format!("{level} {}\n", visible_line(why))
    };
    wrap(&standing.missing.iter().map(line).collect::<String>(), style.columns, 4)
}

/// The last lines: which failed, where there are many lines above, and how many ended how, at which level.
#[must_use]
pub fn draw_results(subject: &Subject<'_>, style: Style) -> String {
    /// Below so many tests everything is in sight.
    const FEW: usize = 20;
    let mut text = String::new();
    let bad: Vec<Row<'_>> = subject.rows().filter(|row| row.tested.verdict.is_bad()).collect();
    if subject.results.tested.len() > FEW && !bad.is_empty() {
        text.push('\n');
        for row in &bad {
            let word = row.tested.verdict.word();
            text.push_str(&format!("{} {}\n", style.red(word), visible_line(&row.label())));
        }
    }
    let wrong = subject.wrong().count();
    if wrong > 0 {
        text.push_str(&format!("{} cannot be run\n", style.red(&number(wrong, "file"))));
    }
    let summary = subject.summary().draw(style);
    text.push_str(summary.trim_end());
    if !summary.is_empty() {
        let level = visible_line(&subject.standing.level);
        text.push_str(&format!(" in {} ({level})\n", brief(subject.results.elapsed)));
    }
    text
}

/// The tests that a run would have, a line each.
#[must_use]
pub fn draw_list<'a>(tests: impl Iterator<Item = (&'a File, &'a Test)>, style: Style) -> String {
    let line = |(file, test): (&File, &Test)| {
        let place = format!("{}:{}", file.name, test.line);
        let name = if test.number.is_some() { format!(": {}", test.name) } else { String::new() };
        let mut text = format!("{}{}", visible_line(&place), style.bold(&visible_line(&name)));
        if !test.tags.is_empty() {
            text.push_str(&style.cyan(&format!(" [{}]", test.tags.join(", "))));
        }
        if let Some(why) = &test.skip {
            text.push_str(&style.yellow(&format!(" (skip: {})", visible_line(why))));
        }
        if let Some(why) = &test.xfail {
            text.push_str(&style.yellow(&format!(" (xfail: {})", visible_line(why))));
        }
        text.push('\n');
        text
    };
    tests.map(line).collect()
}

/// How a test is called on a screen.
#[must_use]
pub fn test_label(file: &File, test: &Test) -> String {
    visible_line(&label(file, test)).into_owned()
}
