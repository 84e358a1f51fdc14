//! Everything about a class, as JSON: `--report-json`. The fields are described in `docs/grading-reports.md` and, for machines, in
//! `docs/grades.schema.json`.

use super::paper::{Cell, Paper, number};
use crate::report::json::printable;
use crate::report::suite::{head, sandbox, text, trial};
use crate::suite::grade::{Class, Criterion, Student};
use serde_json::{Value, json};
use std::borrow::Borrow;
use std::io::{self, Write};

/// The number of the format: it grows where a field changes its meaning or goes.
const VERSION: u32 = 1;

/// One JSON object, a student a line.
pub fn write<S: Borrow<Student>>(
    paper: &Paper<'_>,
    students: impl Iterator<Item = S>,
    into: &mut impl Write,
) -> io::Result<()> {
    let class = paper.class;
    let time = (class.began, class.elapsed);
    let mut whole = head("proctor-grade", VERSION, time, class.seed, class.interrupted);
    whole["rubric"] = rubric(class);
    whole["sandbox"] = sandbox(&class.standing);
    let whole = whole.to_string();
    // The students stand in the same object, each written as it comes.
    let begin = whole.strip_suffix('}').unwrap_or(&whole);
    write!(into, "{},\n\"students\":[", printable(begin))?;
    let mut between = "\n";
    for one in students {
        let one = student(paper, one.borrow()).to_string();
        write!(into, "{between}{}", printable(&one))?;
        between = ",\n";
    }
    into.write_all(b"\n]}\n")
}

fn rubric(class: &Class) -> Value {
    let test = |criterion: &Criterion| {
        json!({
            "name": text(&criterion.name),
            "line": criterion.line,
            "worth": number(criterion.worth),
            "hidden": criterion.hidden,
            "needs": criterion.needs.iter().map(|name| text(name)).collect::<Vec<_>>(),
            "tags": criterion.tags.iter().map(|tag| text(tag)).collect::<Vec<_>>(),
            "pass": criterion.pass.as_deref().map(text),
            "fail": criterion.fail.as_deref().map(text),
        })
    };
    json!({
        "name": text(&class.rubric.name),
        "worth": number(class.rubric.worth()),
        "tests": class.rubric.criteria.iter().map(test).collect::<Vec<_>>(),
    })
}

fn student(paper: &Paper<'_>, student: &Student) -> Value {
    let total = student.total(&paper.class.rubric);
    json!({
        // As it is: whoever reads it looks for a student by it.
        "name": student.name,
        "path": student.path,
        "attempt": student.attempt,
        "refused": student.refused.as_deref().map(text),
        "points": number(total.points),
        "worth": number(total.worth),
        "open": total.open,
        "tests": paper.cells(student).map(|cell| test(paper, &cell)).collect::<Vec<_>>(),
    })
}

fn test(paper: &Paper<'_>, cell: &Cell<'_>) -> Value {
    let awards = cell.mark.map_or(&[][..], |mark| &mark.awards);
    let feedback = cell.mark.map_or(&[][..], |mark| &mark.feedback);
    json!({
        "name": text(&cell.criterion.name),
        "verdict": cell.name(),
        "points": cell.points().map(number),
        "worth": number(cell.criterion.worth),
        "reason": cell.reason().map(|reason| text(&reason)),
        "awards": awards.iter().map(|award| json!({ "points": number(award.points), "why": text(&award.why) })).collect::<Vec<_>>(),
        "feedback": feedback.iter().map(|said| text(said)).collect::<Vec<_>>(),
        "trial": cell.outcome().map(|outcome| trial(&paper.sources, outcome, paper.home)),
    })
}
