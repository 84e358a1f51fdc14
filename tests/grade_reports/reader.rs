//! What all reports of a class say, each read by a reader that is not ours: of everybody, once, with the verdicts and points that the
//! class has.

use super::{schema, subtests};
use proctor::report::grade::{ClassReport, gradescope, student_html, student_markdown};
use proctor::report::is_hidden;
use proctor::suite::grade::{Class, Student};
use pulldown_cmark::{Event, Parser, Tag};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

/// The verdicts and points of a student, as they must come out of every report.
fn expected(class: &Class, student: &Student) -> Vec<(String, String)> {
    let mark = |number| student.marks.get(number).and_then(Option::as_ref);
    (0..class.rubric.criteria.len())
        .map(|number| match mark(number) {
            Some(mark) => (
                mark.verdict.name().to_owned(),
                mark.points.map_or_else(String::new, |points| points.to_string()),
            ),
            None => ("no_result".to_owned(), String::new()),
        })
        .collect()
}

/// A number of points as text.
fn written(number: &Value) -> String {
    number.as_f64().map_or_else(String::new, |number| format!("{number}"))
}

/// Reads all reports of the class and compares.
#[track_caller]
pub fn assert_same(class: &Class) {
    let text = |report: ClassReport<'_>| report.text(class).expect("it can be written");
    let html = text(ClassReport::Html { nonce: "word" });
    let sheets: Vec<String> =
        class.students.iter().map(|student| student_html(class, student).expect("a page")).collect();
    let tables =
        [("csv", ClassReport::Csv), ("canvas", ClassReport::Canvas), ("moodle", ClassReport::Moodle)]
            .map(|(name, report)| (name, text(report)));
    let xml = text(ClassReport::Junit);
    let pages = [&[html.clone()][..], &sheets].concat();
    let read = read(&json!({
        "csv": { tables[0].0: tables[0].1, tables[1].0: tables[1].1, tables[2].0: tables[2].1 },
        "junit": xml,
        "pages": pages,
    }));
    assert_json(class, &text(ClassReport::Json));
    assert_eq!(schema::junit(&xml), Ok(()));
    assert_junit(class, &read["junit"]);
    assert_tap(class, &text(ClassReport::Tap));
    assert_tables(class, &read["csv"]);
    assert_page(class, &read["pages"][0]);
    for (student, page) in class.students.iter().zip(read["pages"].as_array().into_iter().flatten().skip(1)) {
        assert_leaf(class, page);
        assert_markdown(class, student);
        assert_gradescope(class, student);
    }
    let others = [html, xml, text(ClassReport::Json), text(ClassReport::Tap)];
    for report in others.iter().chain(&sheets).chain(tables.iter().map(|(_, table)| table)) {
        let plain = |c: char| matches!(c, '\n' | '\r') || !is_hidden(c);
        assert!(report.chars().all(plain), "something hidden stands in a report");
    }
}

/// What Python reads.
fn read(asked: &Value) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/grade_reports/reader.py");
    let mut child = Command::new("python3")
        .args(["-I", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("these tests need python3");
    let mut input = child.stdin.take().expect("it is piped");
    let asked = asked.to_string();
    let writer = std::thread::spawn(move || input.write_all(asked.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("it ends").expect("it is read");
    assert!(output.status.success(), "python cannot read a report");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn assert_json(class: &Class, text: &str) {
    let schema = include_str!("../../docs/grades.schema.json");
    // New fields may come: whoever reads lets them pass. Those that are here must all be named.
    let (open, closed) = ("\"additionalProperties\": true", "\"additionalProperties\": false");
    assert!(schema.contains(open));
    let schema: Value = serde_json::from_str(&schema.replace(open, closed)).expect("JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("it is a schema");
    let report: Value = serde_json::from_str(text).expect("JSON");
    let wrong: Vec<String> =
        validator.iter_errors(&report).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let students = report["students"].as_array().expect("students");
    assert_eq!(students.len(), class.students.len());
    for (one, student) in students.iter().zip(&class.students) {
        let total = student.total(&class.rubric);
        assert_eq!(one["name"], student.name.as_str());
        assert_eq!(written(&one["points"]), total.points.to_string());
        assert_eq!(one["open"], total.open);
        let tests = one["tests"].as_array().expect("tests").iter();
        let found: Vec<(String, String)> = tests
            .map(|test| (test["verdict"].as_str().unwrap_or_default().to_owned(), written(&test["points"])))
            .collect();
        assert_eq!(found, expected(class, student));
    }
}

fn assert_junit(class: &Class, suites: &Value) {
    let suites = suites.as_array().expect("suites");
    let some = !class.rubric.criteria.is_empty();
    assert_eq!(suites.len(), if some { class.students.len() } else { 0 });
    for (suite, student) in suites.iter().zip(&class.students) {
        let cases = suite[1].as_array().expect("cases");
        let found: Vec<(String, String)> = cases
            .iter()
            .map(|case| {
                (case[1].as_str().unwrap_or_default().into(), case[2].as_str().unwrap_or_default().into())
            })
            .collect();
        assert_eq!(found, expected(class, student));
        for (case, (verdict, _)) in cases.iter().zip(expected(class, student)) {
            let bad = match verdict.as_str() {
                "passed" | "flaky" => json!([]),
                "failed" | "limit_hit" | "passed_unexpectedly" => json!(["failure"]),
                "error" | "tool_failed" => json!(["error"]),
                _ => json!(["skipped"]),
            };
            assert_eq!(case[3], bad, "{verdict}");
        }
    }
}

fn assert_tap(class: &Class, text: &str) {
    let (points, bails) = subtests::parse_nested(text).expect("TAP");
    assert_eq!((points.len(), bails), (class.students.len(), class.interrupted.is_some()));
    for ((whole, points), student) in points.iter().zip(&class.students) {
        let field = |lines: &[String], name: &str| {
            let lead = format!("{name}: \"");
            let line = lines.iter().find_map(|line| line.strip_prefix(&lead));
            line.and_then(|rest| rest.strip_suffix('"')).unwrap_or_default().to_owned()
        };
        let found: Vec<(String, String)> = points
            .iter()
            .map(|point| (field(&point.block, "verdict"), field(&point.block, "points")))
            .collect();
        assert_eq!(found, expected(class, student));
        assert_eq!(field(&whole.block, "points"), student.total(&class.rubric).points.to_string());
        assert_eq!(whole.ok, points.iter().all(|point| point.ok));
        for (point, (verdict, _)) in points.iter().zip(expected(class, student)) {
            let good = ["passed", "flaky", "skipped", "passed_unexpectedly"].contains(&verdict.as_str());
            assert_eq!(point.ok, good, "{verdict}");
            assert_eq!(point.directive.is_some(), verdict == "skipped");
        }
    }
}

/// Without what makes a text harmless, which the other side of a comparison does not have.
fn bare(text: &str) -> String {
    text.replace('\'', "")
}

fn assert_tables(class: &Class, tables: &Value) {
    let rows = |name: &str| {
        let rows = tables[name].as_array().expect("rows").iter();
        let cells = |row: &Value| {
            let cells = row.as_array().expect("a row").iter();
            cells.map(|cell| cell.as_str().unwrap_or_default().to_owned()).collect::<Vec<String>>()
        };
        rows.map(cells).collect::<Vec<Vec<String>>>()
    };
    for name in ["csv", "canvas", "moodle"] {
        let rows = rows(name);
        assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{name}");
        let formula = |cell: &String| {
            cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
        };
        assert!(!rows.iter().flatten().any(formula), "{name}");
    }
    let (csv, canvas, moodle) = (rows("csv"), rows("canvas"), rows("moodle"));
    let count = class.students.len();
    assert_eq!((csv.len(), canvas.len(), moodle.len()), (count + 1, count + 2, count + 1));
    assert_eq!(canvas[1][5], class.rubric.worth().to_string());
    assert_eq!(canvas[2..].iter().filter(|row| row[0].contains("Points Possible")).count(), 0);
    for (number, student) in class.students.iter().enumerate() {
        let total = student.total(&class.rubric);
        let name = bare(&proctor::report::visible(&student.name));
        let (row, canvas, moodle) = (&csv[number + 1], &canvas[number + 2], &moodle[number + 1]);
        assert_eq!(bare(&row[0]), name);
        assert_eq!((bare(&canvas[3]), bare(&moodle[0])), (name.clone(), name));
        assert_eq!((&row[1], &row[3]), (&total.points.to_string(), &total.open.to_string()));
        let final_points = if total.open == 0 { total.points.to_string() } else { String::new() };
        assert_eq!((&canvas[5], &moodle[1]), (&final_points, &final_points));
        let found: Vec<(String, String)> =
            row[6..].chunks(2).map(|pair| (pair[1].clone(), pair[0].clone())).collect();
        assert_eq!(found, expected(class, student));
    }
}

/// The letter that the page has for a mark.
fn letter(verdict: &str, points: &str, worth: &str) -> char {
    match verdict {
        "passed" | "flaky" | "passed_unexpectedly" => 'f',
        "skipped" => 's',
        "error" | "tool_failed" | "interrupted" | "no_result" => 'o',
        _ if points != "0" && points != worth => 'p',
        _ if points != "0" => 'f',
        "limit_hit" => 'l',
        _ => 'n',
    }
}

fn assert_page(class: &Class, page: &Value) {
    let scripts = page["scripts"].as_array().expect("scripts");
    assert_eq!(scripts.len(), class.students.len() + 2);
    let run = scripts.iter().filter(|script| script[0]["type"].is_null()).count();
    assert_eq!(run, 1, "only the page's own script is one");
    for tag in page["tags"].as_array().expect("tags") {
        assert!(
            !["img", "iframe", "link", "object", "form", "a", "base"]
                .contains(&tag[0].as_str().unwrap_or(""))
        );
        for name in ["src", "href", "onclick", "onerror", "style"] {
            assert!(tag[1][name].is_null(), "{tag}");
        }
    }
    let data: Value = serde_json::from_str(scripts[0][1].as_str().expect("text")).expect("JSON");
    let students = data["students"].as_array().expect("students");
    assert_eq!(students.len(), class.students.len());
    for (number, (one, student)) in students.iter().zip(&class.students).enumerate() {
        let expected = expected(class, student);
        let worths = class.rubric.criteria.iter().map(|test| test.worth.to_string());
        let letters: String = expected
            .iter()
            .zip(worths)
            .map(|((verdict, points), worth)| letter(verdict, points, &worth))
            .collect();
        assert_eq!(one["states"], letters);
        assert_eq!(written(&one["points"]), student.total(&class.rubric).points.to_string());
        let marks: Vec<String> = one["marks"].as_array().expect("marks").iter().map(written).collect();
        assert_eq!(marks, expected.iter().map(|(_, points)| points.clone()).collect::<Vec<_>>());
        let section = &scripts[number + 1];
        assert_eq!(section[0]["id"], format!("s{number}"));
        let section: Value = serde_json::from_str(section[1].as_str().expect("text")).expect("JSON");
        let tests = section["tests"].as_array().expect("tests").iter();
        let verdicts: Vec<&str> = tests.filter_map(|test| test["verdict"].as_str()).collect();
        assert_eq!(verdicts, expected.iter().map(|(verdict, _)| verdict.as_str()).collect::<Vec<_>>());
    }
}

/// A student's page has no script, no link, and an article for each test that is not hidden.
fn assert_leaf(class: &Class, page: &Value) {
    let known = [
        "html", "head", "meta", "title", "style", "body", "main", "p", "div", "h1", "h2", "h3", "span",
        "article", "header", "ul", "li", "b", "pre", "footer",
    ];
    let tags: Vec<&str> =
        page["tags"].as_array().expect("tags").iter().filter_map(|tag| tag[0].as_str()).collect();
    assert!(tags.iter().all(|tag| known.contains(tag)), "{tags:?}");
    let shown = class.rubric.criteria.iter().filter(|test| !test.hidden).count();
    assert_eq!(tags.iter().filter(|tag| **tag == "article").count(), shown);
}

/// Markdown of ours is headings, paragraphs, lists, quotes and blocks: no link, no picture, no HTML, and no heading too many.
fn assert_markdown(class: &Class, student: &Student) {
    let text = student_markdown(class, student);
    let mut headings = 0;
    for event in Parser::new_ext(&text, pulldown_cmark::Options::all()) {
        match event {
            Event::Start(Tag::Heading { .. }) => headings += 1,
            Event::Start(
                Tag::Paragraph
                | Tag::List(_)
                | Tag::Item
                | Tag::BlockQuote(_)
                | Tag::CodeBlock(_)
                | Tag::Strong,
            )
            | Event::End(_)
            | Event::Text(_)
            | Event::SoftBreak => {}
            other => panic!("{other:?} in\n{text}"),
        }
    }
    let shown = class.rubric.criteria.iter().filter(|test| !test.hidden).count();
    let hidden = usize::from(shown < class.rubric.criteria.len());
    assert_eq!(headings, 1 + shown + hidden, "{text}");
}

/// The fields that Gradescope documents, and no others.
fn assert_gradescope(class: &Class, student: &Student) {
    let report: Value = serde_json::from_str(&gradescope(class, student)).expect("JSON");
    let fields = [
        "score",
        "execution_time",
        "output",
        "output_format",
        "test_output_format",
        "test_name_format",
        "visibility",
        "stdout_visibility",
        "extra_data",
        "tests",
    ];
    let test_fields = [
        "score",
        "max_score",
        "status",
        "name",
        "name_format",
        "number",
        "output",
        "output_format",
        "tags",
        "visibility",
        "extra_data",
    ];
    let known = |value: &Value, fields: &[&str]| {
        value.as_object().expect("an object").keys().all(|name| fields.contains(&name.as_str()))
    };
    assert!(known(&report, &fields), "{report}");
    let total = student.total(&class.rubric);
    match total.open {
        0 => assert_eq!(written(&report["score"]), total.points.to_string()),
        _ => assert!(report["score"].is_null()),
    }
    let tests = report["tests"].as_array().expect("tests");
    assert_eq!(tests.len(), class.rubric.criteria.len());
    for ((test, criterion), (verdict, points)) in
        tests.iter().zip(&class.rubric.criteria).zip(expected(class, student))
    {
        assert!(known(test, &test_fields), "{test}");
        assert_eq!(written(&test["score"]), points);
        assert_eq!(test["visibility"], if criterion.hidden { "hidden" } else { "visible" });
        assert_eq!(test["extra_data"]["verdict"], verdict);
        let full = letter(&verdict, &points, &criterion.worth.to_string()) == 'f';
        assert_eq!(test["status"], if full { "passed" } else { "failed" });
    }
}
