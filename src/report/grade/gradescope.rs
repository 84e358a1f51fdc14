//! What an autograder gives Gradescope for one student: `--report-gradescope`. See
//! <https://gradescope-autograders.readthedocs.io/en/latest/specs/>.

use super::paper::{Cell, Paper, State, number};
use super::sheet::Sheet;
use crate::event::Verdict;
use crate::report::suite::{document, line};
use crate::suite::grade::{Class, Student};
use serde_json::{Value, json};

/// Lines of output that Gradescope gets of one test.
const OUTPUT: usize = 200;

/// `results.json`, ending in a newline. Hidden tests are whole in it, and Gradescope shows them to teachers only. Where a test has no
/// result it has no score either, and Gradescope takes the file for a failure of the autograder, as it is one.
#[must_use]
pub fn gradescope(class: &Class, student: &Student) -> String {
    let paper = Paper::of(class);
    let sheet = Sheet::of(&paper, student);
    let total = student.total(&class.rubric);
    let mut said = sheet.beforehand();
    said.extend(sheet.hidden.clone());
    let elapsed: i64 = paper.cells(student).filter_map(|cell| Some(cell.outcome()?.elapsed)).sum();
    let mut items = sheet.items.iter();
    let tests: Vec<Value> = paper
        .cells(student)
        .map(|cell| {
            let output = match cell.criterion.hidden {
                true => whole(&paper, &cell),
                false => items.next().map_or_else(String::new, |item| {
                    let mut parts: Vec<String> = vec![item.words.clone()];
                    parts.extend(item.why.clone());
                    parts.extend(item.awards.iter().map(|(points, why)| format!("+{points} {why}")));
                    parts.extend(item.feedback.iter().cloned());
                    parts.extend(item.broken.clone());
                    parts.extend(item.output.iter().cloned());
                    parts.join("\n")
                }),
            };
            test(&cell, &output)
        })
        .collect();
    let mut whole = json!({
        "execution_time": elapsed.max(0) / 1_000_000_000,
        "output": said.join("\n"),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    });
    if total.open == 0 {
        whole["score"] = number(total.points).into();
    }
    document(&whole)
}

fn test(cell: &Cell<'_>, output: &str) -> Value {
    let criterion = cell.criterion;
    let mut test = json!({
        "max_score": number(criterion.worth),
        "status": if cell.state() == State::Full { "passed" } else { "failed" },
        "name": line(&criterion.name),
        "output": output,
        "tags": criterion.tags.iter().map(|tag| line(tag)).collect::<Vec<_>>(),
        "visibility": if criterion.hidden { "hidden" } else { "visible" },
        "extra_data": { "verdict": cell.name() },
    });
    if let Some(points) = cell.points() {
        test["score"] = number(points).into();
    }
    test
}

/// Everything about a hidden test, for teachers.
fn whole(paper: &Paper<'_>, cell: &Cell<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(cell.reason().map(|why| line(&why)));
    if let Some(mark) = cell.mark {
        parts.extend(mark.awards.iter().map(|award| format!("+{} {}", award.points, line(&award.why))));
        parts.extend(mark.feedback.iter().map(|said| line(said)));
    }
    if cell.verdict() != Some(&Verdict::Passed) {
        parts.extend(cell.outcome().and_then(|outcome| paper.details(outcome)));
        parts.extend(cell.printed(OUTPUT));
    }
    parts.join("\n")
}
