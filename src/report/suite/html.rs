//! A page for people, one file that needs no network: `--report-html`. What was printed is text in it and nothing else: the template
//! escapes all that is put into it, and the page allows no script but its own.

use super::details::{draw_leaks, draw_reasons};
use super::link::link;
use super::plain::{STYLE, line, output, text, timestamp};
use super::subject::{Row, Subject};
use crate::event::Verdict;
use crate::report::template::{Script, page};
use crate::report::{Places, brief, draw_diagnostics};
use crate::suite::Outcome;
use serde::Serialize;
use std::path::Path;

const PAGE: &str = include_str!("page.html");
/// Trials of one test that are shown.
const TRIALS: usize = 5;

#[derive(Serialize)]
struct Page {
    rows: Vec<TestRow>,
    counts: Vec<Count>,
    wrong: Vec<Wrong>,
    tests: usize,
    elapsed: String,
    began: String,
    seed: String,
    version: &'static str,
    interrupted: bool,
    level: String,
    /// Why it is no better one.
    lacks: Vec<String>,
}

#[derive(Serialize)]
struct TestRow {
    file: String,
    name: String,
    line: usize,
    tags: Vec<String>,
    /// For machines, and for people.
    verdict: &'static str,
    word: &'static str,
    /// `good`, `odd` or `bad`.
    kind: &'static str,
    reason: Option<String>,
    nanoseconds: i64,
    elapsed: String,
    repetitions: usize,
    failed: usize,
    trials: Vec<Trial>,
}

#[derive(Serialize)]
struct Trial {
    word: &'static str,
    elapsed: String,
    seed: String,
    details: String,
    output: Vec<String>,
    /// A link.
    timeline: Option<String>,
}

#[derive(Serialize)]
struct Wrong {
    file: String,
    findings: String,
}

#[derive(Serialize)]
struct Count {
    name: &'static str,
    word: &'static str,
    kind: &'static str,
    count: usize,
}

/// The page. `nonce` is a word that nobody can guess: only the script that has it is run.
///
/// # Errors
/// Where the template does not fit what is put into it, in words.
pub fn suite_html(subject: &Subject<'_>, nonce: &str) -> Result<String, String> {
    let rows: Vec<TestRow> = subject.rows().map(|row| test_row(&row, subject.home)).collect();
    let mut counts: Vec<Count> = Vec::new();
    for row in &rows {
        match counts.iter_mut().find(|count| count.name == row.verdict) {
            Some(count) => count.count += 1,
            None => counts.push(Count { name: row.verdict, word: row.word, kind: row.kind, count: 1 }),
        }
    }
    counts.sort_by_key(|count| (order(count.kind), count.name));
    let wrong: Vec<Wrong> = subject
        .wrong()
        .map(|file| {
            let findings = draw_diagnostics(&file.findings, &Places::new(&file.sources), STYLE);
            Wrong { file: line(&file.name), findings: text(findings.trim_end()) }
        })
        .collect();
    let results = subject.results;
    let whole = Page {
        rows,
        counts,
        wrong,
        tests: results.tested.len(),
        elapsed: brief(results.elapsed),
        began: timestamp(results.began),
        seed: results.seed.to_string(),
        version: env!("CARGO_PKG_VERSION"),
        interrupted: results.interrupted.is_some(),
        level: line(&subject.standing.level),
        lacks: subject.standing.missing.iter().map(|(_, why)| line(why)).collect(),
    };
    page(PAGE, nonce, Script::Own, &whole).map_err(|error| error.to_string())
}

fn order(kind: &str) -> usize {
    ["bad", "odd", "good"].iter().position(|known| *known == kind).unwrap_or(0)
}

fn kind(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "good",
        verdict if verdict.is_bad() => "bad",
        _ => "odd",
    }
}

fn test_row(row: &Row<'_>, home: &Path) -> TestRow {
    let (test, tested) = (row.test, row.tested);
    let shown = tested.outcomes.iter().filter(|outcome| {
        outcome.verdict != Verdict::Passed || !outcome.leaks.is_empty() || outcome.page().is_some()
    });
    TestRow {
        file: line(&row.file.name),
        name: if test.number.is_some() { line(&test.name) } else { "(the whole file)".to_owned() },
        line: test.line,
        tags: test.tags.clone(),
        verdict: tested.verdict.name(),
        word: tested.verdict.word(),
        kind: kind(&tested.verdict),
        reason: row.reason().map(|reason| line(&reason)),
        nanoseconds: tested.elapsed,
        elapsed: brief(tested.elapsed),
        repetitions: tested.repetitions,
        failed: tested.failed,
        trials: shown.take(TRIALS).map(|outcome| trial(row, outcome, home)).collect(),
    }
}

fn trial(row: &Row<'_>, outcome: &Outcome, home: &Path) -> Trial {
    let details = draw_reasons(&row.file.sources, outcome, STYLE) + &draw_leaks(outcome, STYLE);
    Trial {
        word: outcome.verdict.word(),
        elapsed: brief(outcome.elapsed),
        seed: outcome.seed.to_string(),
        details: text(details.trim_end()),
        output: output(&outcome.output),
        timeline: outcome.page().map(|page| link(page, home)),
    }
}
