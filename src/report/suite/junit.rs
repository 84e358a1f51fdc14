//! JUnit's XML, as Jenkins, GitLab and others read it: `--report-junit`. A file of tests is a `testsuite`.

use super::plain::{details, line, output, text};
use super::subject::{CAN_BE_RUN, Row, Subject, mistake};
use crate::event::Verdict;
use crate::suite::{File, Outcome, Standing};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestRerun, TestSuite};
use std::time::Duration;

/// The report.
///
/// # Errors
/// Where the XML cannot be written, in words.
pub fn suite_junit(subject: &Subject<'_>) -> Result<String, String> {
    let mut report = Report::new("proctor");
    report.set_time(time(subject.results.elapsed));
    for (number, file) in subject.files.iter().enumerate() {
        let mut suite = TestSuite::new(line(&file.name));
        let mut elapsed = 0_i64;
        for row in subject.rows().filter(|row| row.tested.file == number) {
            elapsed = elapsed.saturating_add(row.tested.elapsed);
            suite.add_test_case(case(&row));
        }
        if file.is_wrong() {
            suite.add_test_case(wrong(file));
        }
        if !suite.test_cases.is_empty() {
            suite.set_time(time(elapsed));
            suite.add_properties(properties(subject));
            report.add_test_suite(suite);
        }
    }
    written(&report)
}

/// At which level the tests ran, and why not at a better one.
fn properties(subject: &Subject<'_>) -> Vec<(String, String)> {
    let Standing { level, missing, .. } = subject.standing;
    let lacks = missing.iter().map(|(_, why)| ("level.reason".to_owned(), line(why)));
    std::iter::once(("level".to_owned(), line(level))).chain(lacks).collect()
}

/// Its text, without an attribute of the outermost element that the schemas of Jenkins and Ant do not have.
pub fn written(report: &Report) -> Result<String, String> {
    let mut xml = report.to_string().map_err(|error| error.to_string())?;
    if let Some(start) = xml.find("<testsuites ")
        && let Some(end) = xml[start..].find('>').map(|end| start + end)
        && let Some(at) = xml[start..end].find(" skipped=\"").map(|at| start + at)
        && let Some(length) = xml[at + 10..end].find('"')
    {
        xml.replace_range(at..at + 10 + length + 1, "");
    }
    Ok(xml)
}

pub fn time(nanoseconds: i64) -> Duration {
    Duration::from_nanos(nanoseconds.max(0).cast_unsigned())
}

/// A file that cannot be run is an error of its own.
fn wrong(file: &File) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("wrong_file").set_message(line(mistake(file)));
    let mut case = TestCase::new(CAN_BE_RUN, status);
    case.set_classname(line(&file.name)).set_time(Duration::ZERO);
    case
}

fn case(row: &Row<'_>) -> TestCase {
    let verdict = &row.tested.verdict;
    let mut status = status(verdict, &row.reason().unwrap_or_default(), details(row));
    if matches!(verdict, Verdict::Flaky(_)) {
        status.add_reruns(
            row.tested.outcomes.iter().filter(|outcome| outcome.verdict != Verdict::Passed).map(rerun),
        );
    }
    let mut case = TestCase::new(line(&row.test.name), status);
    case.set_classname(line(&row.file.name)).set_time(time(row.tested.elapsed));
    if verdict.is_bad()
        && let Some(outcome) = row.decisive()
    {
        let printed = output(&outcome.output).join("\n");
        if !printed.is_empty() {
            case.set_system_out(text(&printed));
        }
    }
    case
}

/// What a verdict is here, with the reason and, where it is bad, what there is to say of it.
pub fn status(verdict: &Verdict, reason: &str, details: Option<String>) -> TestCaseStatus {
    let mut status = match verdict {
        Verdict::Passed | Verdict::Flaky(_) => TestCaseStatus::success(),
        Verdict::Skipped(_) | Verdict::FailedAsExpected(_) | Verdict::Interrupted => {
            TestCaseStatus::skipped()
        }
        Verdict::Failed | Verdict::LimitHit | Verdict::PassedUnexpectedly(_) => {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        }
        Verdict::Wrong | Verdict::ToolFailed(_) => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    status.set_message(line(reason));
    if verdict.is_bad() {
        status.set_type(verdict.name());
        if let Some(details) = details {
            status.set_description(details);
        }
    }
    status
}

/// A try that failed before one that passed.
fn rerun(outcome: &Outcome) -> TestRerun {
    let mut rerun = TestRerun::new(NonSuccessKind::Failure);
    rerun.set_type(outcome.verdict.name());
    if let Some(why) = &outcome.why {
        rerun.set_message(line(why));
    }
    rerun
}
