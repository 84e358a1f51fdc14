//! The Common Test Report Format: `--report-ctrf`. See <https://ctrf.io>.

use super::json::sandbox;
use super::link::link;
use super::plain::{details, document, line, milliseconds, output, timestamp};
use super::subject::{CAN_BE_RUN, Row, Subject, mistake};
use crate::event::Verdict;
use crate::suite::Outcome;
use serde_json::{Value, json};
use std::path::Path;

/// The report, ending in a newline.
#[must_use]
pub fn suite_ctrf(subject: &Subject<'_>) -> String {
    let results = subject.results;
    let start = milliseconds(results.began);
    let tests: Vec<Value> =
        subject.rows().map(|row| test(&row, subject.home)).chain(wrong(subject)).collect();
    let count = |wanted: &str| tests.iter().filter(|test| test["status"] == wanted).count();
    let whole = json!({
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "timestamp": timestamp(results.began),
        "generatedBy": "proctor",
        "results": {
            "tool": { "name": "proctor", "version": env!("CARGO_PKG_VERSION") },
            "summary": {
                "tests": tests.len(),
                "passed": count("passed"),
                "failed": count("failed"),
                "skipped": count("skipped"),
                "pending": count("pending"),
                "other": count("other"),
                "flaky": subject.summary().count("flaky"),
                "start": start,
                "stop": start + rounded(results.elapsed),
                "extra": { "seed": results.seed.to_string(), "sandbox": sandbox(subject.standing) },
            },
            "tests": tests,
        },
    });
    document(&whole)
}

/// Whole milliseconds.
fn rounded(nanoseconds: i64) -> u64 {
    nanoseconds.max(0).cast_unsigned() / 1_000_000
}

fn status(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Passed | Verdict::Flaky(_) => "passed",
        Verdict::Skipped(_) => "skipped",
        Verdict::FailedAsExpected(_) | Verdict::ToolFailed(_) => "other",
        Verdict::Interrupted => "pending",
        Verdict::Failed | Verdict::LimitHit | Verdict::Wrong | Verdict::PassedUnexpectedly(_) => "failed",
    }
}

fn test(row: &Row<'_>, home: &Path) -> Value {
    let tested = row.tested;
    let mut test = json!({
        "name": named(&row.test.name),
        "status": status(&tested.verdict),
        "rawStatus": tested.verdict.name(),
        "duration": rounded(tested.elapsed),
        "suite": [line(&row.file.name)],
        "filePath": line(&row.file.name),
        "line": row.test.line,
        "tags": row.test.tags,
    });
    if let Some(reason) = row.reason() {
        test["message"] = line(&reason).into();
    }
    if let Some(details) = details(row) {
        test["trace"] = details.into();
    }
    if let Verdict::Flaky(failed) = tested.verdict {
        test["flaky"] = true.into();
        test["retries"] = failed.into();
        test["retryAttempts"] =
            tested.outcomes.iter().enumerate().map(|(number, outcome)| attempt(number, outcome)).collect();
    }
    if let Some(page) = row.decisive().and_then(Outcome::page) {
        let path = link(page, home);
        test["attachments"] = json!([{ "name": "timeline", "contentType": "text/html", "path": path }]);
    }
    if tested.verdict.is_bad()
        && let Some(outcome) = row.decisive()
    {
        test["stdout"] = output(&outcome.output).into();
    }
    test
}

fn attempt(number: usize, outcome: &Outcome) -> Value {
    let mut attempt = json!({
        "attempt": number + 1,
        "status": status(&outcome.verdict),
        "duration": rounded(outcome.elapsed),
    });
    if let Some(why) = &outcome.why {
        attempt["message"] = line(why).into();
    }
    attempt
}

/// A name of nothing is not allowed.
fn named(name: &str) -> String {
    if name.is_empty() { "(no name)".to_owned() } else { line(name) }
}

fn wrong<'a>(subject: &'a Subject<'_>) -> impl Iterator<Item = Value> + 'a {
    subject.wrong().map(|file| {
        json!({
            "name": CAN_BE_RUN,
            "status": "failed",
            "rawStatus": "wrong_file",
            "duration": 0,
            "suite": [line(&file.name)],
            "filePath": line(&file.name),
            "message": line(mistake(file)),
        })
    })
}
