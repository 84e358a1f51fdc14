//! Whose points changed, for machines: one JSON object a student a line, as `docs/grades-diff.schema.json` describes it.

use super::paper::number;
use crate::report::json::printable;
use crate::report::suite::text;
use crate::suite::grade::{Change, Side, TestChange, Went};
use serde_json::{Value, json};

/// The number of the format: it grows where a field changes its meaning or goes.
const VERSION: u32 = 1;

/// One JSON object, ending in a newline.
#[must_use]
pub fn changes_json(changes: &[Change]) -> String {
    let students: Vec<String> = changes.iter().map(|change| student(change).to_string()).collect();
    let head = json!({
        "format": "proctor-grades-diff",
        "version": VERSION,
        "proctor": env!("CARGO_PKG_VERSION"),
    });
    let head = head.to_string();
    let begin = head.strip_suffix('}').unwrap_or(&head);
    let between = if students.is_empty() { "" } else { "\n" };
    let whole = format!("{begin},\"students\":[{between}{}{between}]}}\n", students.join(",\n"));
    printable(&whole).into_owned()
}

fn student(change: &Change) -> Value {
    json!({
        // As it is: whoever reads it looks for a student by it.
        "name": change.student,
        "before": change.before.map(side),
        "after": change.after.map(side),
        "tests": change.tests.iter().map(test).collect::<Vec<_>>(),
    })
}

fn side(side: Side) -> Value {
    json!({
        "attempt": side.attempt,
        "points": number(side.points),
        "worth": number(side.worth),
        "open": side.open,
    })
}

fn test(test: &TestChange) -> Value {
    json!({ "name": text(&test.name), "before": went(test.before), "after": went(test.after) })
}

/// Null where the rubric has no such test.
fn went(went: Went) -> Value {
    match went {
        Went::Absent => Value::Null,
        Went::Open => json!({ "verdict": "no_result", "points": null }),
        Went::Marked(verdict, points) => json!({ "verdict": verdict, "points": points.map(number) }),
    }
}
