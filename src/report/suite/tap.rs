//! The Test Anything Protocol, version 14: `--report-tap`. See <https://testanything.org/tap-version-14-specification.html>.

use super::plain::{details, line};
use super::subject::{CAN_BE_RUN, Row, Subject, mistake};
use crate::event::Verdict;
use crate::suite::Standing;
use std::fmt::Write;

/// The directive of a test that is expected to fail.
const EXPECTED: &str = concat!("TO", "DO");

/// The report.
#[must_use]
pub fn suite_tap(subject: &Subject<'_>) -> String {
    let wrong: Vec<_> = subject.wrong().collect();
    let count = subject.results.tested.len() + wrong.len();
    let mut text = format!("TAP version 14\n1..{count}\n");
    let Standing { level, missing, .. } = subject.standing;
    let _ = writeln!(text, "# level: {}", line(level));
    for (_, why) in missing {
        let _ = writeln!(text, "# level {}: {}", line(level), line(why));
    }
    let mut number = 0;
    for row in subject.rows() {
        number += 1;
        text.push_str(&point(number, &row));
    }
    for file in wrong {
        number += 1;
        let name = description(&format!("{}: {CAN_BE_RUN}", file.name));
        let _ = writeln!(text, "not ok {number} - {name}");
        text.push_str(&block(&[("verdict", "wrong_file"), ("message", mistake(file))], None));
    }
    if subject.results.interrupted.is_some() {
        text.push_str("Bail out! interrupted\n");
    }
    text
}

fn point(number: usize, row: &Row<'_>) -> String {
    let verdict = &row.tested.verdict;
    let name = description(&row.label());
    let (ok, directive) = match verdict {
        Verdict::Passed | Verdict::Flaky(_) => (true, String::new()),
        Verdict::Skipped(why) => (true, format!(" # SKIP {}", description(why))),
        Verdict::FailedAsExpected(why) => (false, format!(" # {EXPECTED} {}", description(why))),
        Verdict::PassedUnexpectedly(_)
        | Verdict::Failed
        | Verdict::LimitHit
        | Verdict::Wrong
        | Verdict::ToolFailed(_)
        | Verdict::Interrupted => (false, String::new()),
    };
    let mut text = format!("{} {number} - {name}{directive}\n", if ok { "ok" } else { "not ok" });
    if verdict.is_bad() || matches!(verdict, Verdict::Flaky(_)) {
        let reason = row.reason().unwrap_or_default();
        let place = format!("{}:{}", row.file.name, row.test.line);
        let fields = [("verdict", verdict.name()), ("message", &*reason), ("at", &*place)];
        text.push_str(&block(&fields, details(row).as_deref()));
    }
    text
}

/// On one line; `\` and `#` mean something there.
pub fn description(text: &str) -> String {
    line(text).replace('\\', "\\\\").replace('#', "\\#")
}

/// A block of YAML. Its texts are written as JSON does, which is YAML too: so nothing in them begins a line.
pub fn block(fields: &[(&str, &str)], details: Option<&str>) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut text = "  ---\n".to_owned();
    for (name, value) in fields {
        let _ = writeln!(text, "  {name}: {}", quoted(&line(value)));
    }
    if let Some(details) = details {
        text.push_str("  details:\n");
        for line in details.lines() {
            let _ = writeln!(text, "    - {}", quoted(line));
        }
    }
    text.push_str("  ...\n");
    text
}
