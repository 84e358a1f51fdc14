//! Each report of the sample class is what its golden file says, and what its format says.

use super::expectation::difference;
use super::reader;
use super::sample::class;
use proctor::report::grade::{ClassReport, gradescope, student_markdown};
use proctor::suite::grade::Class;
use std::path::Path;

/// Where a report does not differ from its golden, nothing.
fn differs(name: &str, text: &str) -> Option<String> {
    difference(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/grade").join(name), text)
}

#[test]
fn reports_are_as_they_were() {
    let class = class();
    let text = |report: ClassReport<'_>| report.text(&class).expect("it can be written");
    let jane = &class.students[1];
    let ming = &class.students[2];
    let version = format!("\"proctor\":\"{}\"", env!("CARGO_PKG_VERSION"));
    let all = [
        ("class.json", text(ClassReport::Json).replace(&version, "\"proctor\":\"VERSION\"")),
        ("class.xml", text(ClassReport::Junit)),
        ("class.tap", text(ClassReport::Tap)),
        ("class.csv", text(ClassReport::Csv)),
        ("canvas.csv", text(ClassReport::Canvas)),
        ("moodle.csv", text(ClassReport::Moodle)),
        ("jane.gradescope.json", gradescope(&class, jane)),
        ("jane.md", student_markdown(&class, jane)),
        ("ming.md", student_markdown(&class, ming)),
        ("refused.md", student_markdown(&class, &class.students[4])),
        ("unknown.md", student_markdown(&class, &class.students[5])),
    ];
    let wrong: Vec<String> = all.iter().filter_map(|(name, text)| differs(name, text)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    reader::assert_same(&class);
}

#[test]
fn a_class_of_nobody_and_a_rubric_of_nothing_have_reports_too() {
    let mut nobody = class();
    nobody.students.clear();
    reader::assert_same(&nobody);
    let mut nothing = class();
    nothing.rubric.criteria.clear();
    nothing.students.iter_mut().for_each(|student| student.marks.clear());
    reader::assert_same(&nothing);
    assert!(student_markdown(&nothing, &nothing.students[0]).contains("0 / 0"));
}

#[test]
fn a_class_is_called_as_its_folder_where_the_rubric_is_called_rubric() {
    let mut class = class();
    class.rubric.folder = "a <b> homework".into();
    let titles = |class: &Class| {
        let page = ClassReport::Html { nonce: "n" }.text(class).expect("a page");
        let title = |name| page.contains(&format!("<title>{name}</title>"));
        (title("workers"), title("rubric"), title("a &lt;b&gt; homework"))
    };
    assert_eq!(titles(&class), (true, false, false));
    class.rubric.name = "rubric.proc".into();
    assert_eq!(titles(&class), (false, false, true));
    // Gradebooks and students have the rubric's own name.
    let canvas = ClassReport::Canvas.text(&class).expect("a table");
    assert!(canvas.starts_with("Student,ID,SIS User ID,SIS Login ID,Section,rubric\r\n"), "{canvas}");
    assert!(student_markdown(&class, &class.students[0]).starts_with("# rubric: "));
    class.rubric.folder.clear();
    assert_eq!(titles(&class), (false, true, false));
}

#[test]
fn students_come_one_by_one() {
    let whole = class();
    let head = Class { students: Vec::new(), ..whole.clone() };
    for report in [
        ClassReport::Json,
        ClassReport::Junit,
        ClassReport::Tap,
        ClassReport::Csv,
        ClassReport::Html { nonce: "n" },
    ] {
        let mut text = Vec::new();
        let owned = whole.students.iter().map(Clone::clone);
        report.write(&head, owned, None, &mut text).expect("it can be written");
        assert!(
            String::from_utf8(text).expect("UTF-8") == report.text(&whole).expect("a report"),
            "{report:?}"
        );
    }
}
