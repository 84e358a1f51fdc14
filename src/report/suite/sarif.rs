//! SARIF of a run of tests: `--report-sarif`. What broke is a result, at the place where it broke; a fault of ours is none, but a
//! notification.

use super::json::sandbox;
use super::plain::{line, timestamp};
use super::subject::{Row, Subject};
use crate::event::{Failure, Message, Verdict};
use crate::report::Places;
use crate::report::sarif::{Remark, Sarif, place};
use crate::suite::Outcome;
use serde_json::{Value, json};
use std::time::Duration;

/// Failures of one trial that are results.
const FAILURES: usize = 20;

/// The report, ending in a newline.
#[must_use]
pub fn suite_sarif(subject: &Subject<'_>) -> String {
    let mut sarif = Sarif::default();
    for file in subject.files {
        let places = Places::new(&file.sources);
        file.findings.iter().for_each(|finding| sarif.finding(finding, &places));
    }
    subject.rows().for_each(|row| test(&mut sarif, &row));
    let results = subject.results;
    let took = Duration::from_nanos(results.elapsed.max(0).cast_unsigned());
    let mut invocation = json!({
        "startTimeUtc": timestamp(results.began),
        "endTimeUtc": timestamp(results.began.checked_add(took).unwrap_or(results.began)),
        "properties": { "sandbox": sandbox(subject.standing) },
    });
    if let Some(signal) = results.interrupted {
        invocation["exitSignalNumber"] = signal.into();
    }
    sarif.document(invocation)
}

/// By which rule a test is told that broke no expectation and had no error, what that is, and how much it weighs.
fn rule(verdict: &Verdict) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match verdict {
        Verdict::Failed => ("failed", "a test failed", "error"),
        Verdict::LimitHit => ("limit_hit", "a test hit a limit of time, processes or memory", "error"),
        Verdict::Wrong => ("error", "the text of a test is wrong", "error"),
        Verdict::PassedUnexpectedly(_) => {
            ("passed_unexpectedly", "a test passed, although its xfail says otherwise", "error")
        }
        Verdict::Flaky(_) => ("flaky", "a test passed only at a later try", "warning"),
        _ => return None,
    })
}

fn test(sarif: &mut Sarif, row: &Row<'_>) {
    let places = Places::new(&row.file.sources);
    let at = || place(row.test.place, "", &places);
    let name = format!("test \"{}\"", line(&row.test.name));
    let reason = row.reason();
    let said = reason.as_ref().map_or_else(|| name.clone(), |reason| format!("{name}: {reason}"));
    match &row.tested.verdict {
        Verdict::ToolFailed(_) => return sarif.notify("error", &said, at()),
        Verdict::Interrupted => return sarif.notify("warning", &said, at()),
        _ => {}
    }
    let Some((id, title, level)) = rule(&row.tested.verdict) else { return };
    let failures: Vec<&Failure> = row.decisive().map(failures).unwrap_or_default();
    for failure in &failures {
        sarif.failure(failure, level, &name, vec![whole(&at(), &name)], &places);
    }
    // What no message says, or not all of it: a limit.
    let unsaid = row.decisive().is_some_and(|outcome| outcome.why.is_some());
    if failures.is_empty() || unsaid || id == "flaky" {
        sarif.rule(id, title);
        sarif.result(Remark { rule: id, level, message: &said }, at(), Vec::new());
    }
}

/// The test that something broke in.
fn whole(at: &Value, name: &str) -> Value {
    let mut at = at.clone();
    at["message"] = json!({ "text": name });
    at
}

fn failures(outcome: &Outcome) -> Vec<&Failure> {
    let failures = outcome.messages.iter().filter_map(|message| match message {
        Message::Failed(failure) | Message::Broken(failure) => Some(failure),
        _ => None,
    });
    failures.take(FAILURES).collect()
}
