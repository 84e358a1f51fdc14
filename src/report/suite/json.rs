//! Everything, as JSON: `--report-json`. The fields are described in `docs/testing.md`.

use super::link::link;
use super::plain::{document, milliseconds, output, text, timestamp};
use super::subject::{Row, Subject};
use crate::event::{Actor, Message};
use crate::report::Places;
use crate::report::json::{diagnostic_record, failure_record};
use crate::source::SourceMap;
use crate::suite::{File, Outcome, Results, Standing};
use serde_json::{Value, json};
use std::path::Path;
use std::time::SystemTime;

/// The number of the format: it grows where a field changes its meaning or goes.
const VERSION: u32 = 1;

/// One JSON object, ending in a newline.
#[must_use]
pub fn suite_json(subject: &Subject<'_>) -> String {
    let Results { began, elapsed, seed, interrupted, .. } = *subject.results;
    let mut whole = head("proctor-test", VERSION, (began, elapsed), seed, interrupted);
    whole["sandbox"] = sandbox(subject.standing);
    whole["counts"] = counts(subject);
    whole["wrong_files"] = subject.wrong().map(wrong).collect();
    whole["tests"] = subject.rows().map(|row| test(&row, subject.home)).collect();
    document(&whole)
}

/// What all our formats have: which of them it is, and when the run began (and how many nanoseconds it took), with which seed, and by
/// which signal it was ended before all was done.
pub fn head(
    format: &str,
    version: u32,
    (began, elapsed): (SystemTime, i64),
    seed: u64,
    interrupted: Option<i32>,
) -> Value {
    json!({
        "format": format,
        "version": version,
        "proctor": env!("CARGO_PKG_VERSION"),
        "began": timestamp(began),
        "began_ms": milliseconds(began),
        "elapsed_ns": elapsed,
        "seed": seed,
        "interrupted": interrupted,
    })
}

/// How well tests, or works, were kept inside.
pub fn sandbox(standing: &Standing) -> Value {
    let missing = |(part, why): &(String, String)| json!({ "part": text(part), "reason": text(why) });
    json!({
        "level": text(&standing.level),
        "parts": standing.parts.iter().map(|part| text(part)).collect::<Vec<_>>(),
        "missing": standing.missing.iter().map(missing).collect::<Vec<_>>(),
        "limits": standing.limits.iter().map(|limit| text(limit)).collect::<Vec<_>>(),
    })
}

fn counts(subject: &Subject<'_>) -> Value {
    let summary = subject.summary();
    let mut counts = serde_json::Map::new();
    counts.insert("tests".to_owned(), summary.tests().into());
    for (name, count) in summary.counts() {
        counts.insert(name.to_owned(), count.into());
    }
    Value::Object(counts)
}

fn wrong(file: &File) -> Value {
    let places = Places::new(&file.sources);
    // The same objects that `--message-format json` writes.
    let findings = file.findings.iter().map(|finding| json!(diagnostic_record(finding, &places)));
    json!({ "file": text(&file.name), "findings": findings.collect::<Vec<_>>() })
}

fn test(row: &Row<'_>, home: &Path) -> Value {
    let (test, tested) = (row.test, row.tested);
    json!({
        "file": text(&row.file.name),
        "name": text(&test.name),
        "whole_file": test.number.is_none(),
        "line": test.line,
        "tags": test.tags,
        "verdict": tested.verdict.name(),
        "reason": row.reason().map(|reason| text(&reason)),
        "elapsed_ns": tested.elapsed,
        "repetitions": tested.repetitions,
        "failed_repetitions": tested.failed,
        "trials": tested.outcomes.iter().map(|outcome| trial(&row.file.sources, outcome, Some(home))).collect::<Vec<_>>(),
    })
}

/// One trial, with all that is known of it. Its timeline is linked for a report in the folder `home`.
pub fn trial(sources: &SourceMap, outcome: &Outcome, home: Option<&Path>) -> Value {
    let places = Places::new(sources);
    let failure = |message: &Message| match message {
        Message::Failed(failure) | Message::Broken(failure) => Some(json!(failure_record(failure, &places))),
        _ => None,
    };
    json!({
        "verdict": outcome.verdict.name(),
        "reason": outcome.why.as_deref().map(text),
        "alone": outcome.alone,
        "failures": outcome.messages.iter().filter_map(failure).collect::<Vec<_>>(),
        "output": output(&outcome.output),
        "output_bytes_not_kept": outcome.output.cut,
        "left_alive": actors(&outcome.leaks.alive),
        "left_alive_more": outcome.leaks.more_alive,
        "never_waited_for": actors(&outcome.leaks.orphans),
        "never_waited_for_more": outcome.leaks.more_orphans,
        "elapsed_ns": outcome.elapsed,
        "seed": outcome.seed,
        "disturbance": outcome.disturbance,
        "timeline": outcome.page().zip(home).map(|(page, home)| link(page, home)),
    })
}

fn actors(actors: &[Actor]) -> Vec<Value> {
    actors.iter().map(|actor| json!({ "name": text(&actor.name), "pid": actor.pid })).collect()
}
