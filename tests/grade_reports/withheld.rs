//! What is hidden stays hidden: of a hidden test its student learns the points and nothing else, from whatever report.

use super::sample::{self, RUBRIC, class, hidden, mark, outcome, place};
use proctor::event::{Message, Verdict};
use proctor::report::grade::{ClassReport, gradescope, student_html, student_markdown};
use proctor::suite::grade::Class;

/// All that a student sees, wherever.
fn seen(class: &Class, number: usize) -> Vec<(&'static str, String)> {
    let student = &class.students[number];
    let report: serde_json::Value = serde_json::from_str(&gradescope(class, student)).expect("JSON");
    let visible =
        report["tests"].as_array().expect("tests").iter().filter(|test| test["visibility"] != "hidden");
    let visible: Vec<String> = visible.map(ToString::to_string).collect();
    vec![
        ("Markdown", student_markdown(class, student)),
        ("HTML", student_html(class, student).expect("a page")),
        ("Moodle", ClassReport::Moodle.text(class).expect("a table")),
        ("Gradescope", format!("{}{}", report["output"], visible.concat())),
    ]
}

#[track_caller]
fn assert_withheld(class: &Class) {
    for number in 0..class.students.len() {
        for (what, text) in seen(class, number) {
            for secret in ["SECRET", "left behind", "leaks", "rubrics/"] {
                assert!(!text.contains(secret), "{what} tells of {secret:?}: {text}");
            }
        }
    }
}

#[test]
fn a_hidden_test_shows_its_points_alone() {
    let class = class();
    assert_withheld(&class);
    for (what, text) in seen(&class, 1) {
        let text = text.replace('\\', "");
        assert!(text.contains("1 hidden test: 1 of 2 points"), "{what}: {text}");
    }
    // The teacher's reports have it.
    for report in [ClassReport::Json, ClassReport::Html { nonce: "n" }, ClassReport::Junit, ClassReport::Tap]
    {
        assert!(report.text(&class).expect("a report").contains("SECRET"), "{report:?}");
    }
    assert!(gradescope(&class, &class.students[1]).contains("SECRET"));
}

#[test]
fn a_line_that_a_hidden_test_shares_shows_only_what_broke() {
    let mut class = class();
    // The visible test's last line is where the hidden one begins.
    let mut broken = sample::failure("the texts differ", place("\"\"\"\n} test"));
    broken.location.span.end = broken.location.span.start + 3;
    let broken = outcome(Verdict::Failed, vec![Message::Broken(broken)], &[]);
    class.students[1].marks[2] = mark(Verdict::Failed, 0, broken);
    assert_withheld(&class);
    // And one in the very same line.
    let line = RUBRIC.find("} test \"no worker").expect("it stands there");
    let mut broken = sample::failure("it is not closed", place("} test"));
    (broken.location.span.start, broken.location.span.end) = (line as u32, line as u32 + 1);
    let broken = outcome(Verdict::Failed, vec![Message::Broken(broken)], &[]);
    class.students[1].marks[2] = mark(Verdict::Failed, 0, broken);
    assert_withheld(&class);
}

#[test]
fn a_test_that_needs_a_hidden_one_does_not_name_it() {
    let mut class = class();
    class.rubric.criteria[2].needs = vec!["no worker is left behind".into()];
    let why = "it needs the test \"no worker is left behind\", which did not pass".to_owned();
    let student = &mut class.students[1];
    student.marks[2] = student.marks[1].clone();
    student.marks[2].as_mut().expect("a mark").verdict = Verdict::Skipped(why);
    assert_withheld(&class);
    let text = student_markdown(&class, &class.students[1]);
    assert!(text.contains("it needs another test"), "{text}");
}

#[test]
fn what_the_rubric_or_the_machine_did_wrong_is_not_laid_to_the_student() {
    let mut class = class();
    class.rubric.criteria[3].hidden = false;
    class.rubric.criteria[1].hidden = true;
    class.students[5].marks[3] = hidden(0);
    let text = student_markdown(&class, &class.students[5]);
    for word in ["cannot add", "guard"] {
        assert!(!text.contains(word), "{text}");
    }
    assert!(text.contains("That says nothing of your work"), "{text}");
    assert!(text.contains("not final"), "{text}");
}
