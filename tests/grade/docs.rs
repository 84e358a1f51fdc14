//! `docs/grading.md` is true: its example runs, and it names every option that there is.

use super::stage::Stage;
use std::path::Path;

fn page() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/grading.md")).expect("the page")
}

/// The example with this fence.
fn example<'a>(page: &'a str, fence: &str) -> &'a str {
    let begins = format!("\n```{fence}\n");
    page.split(&begins)
        .nth(1)
        .and_then(|rest| rest.split("\n```").next())
        .unwrap_or_else(|| panic!("{fence}"))
}

#[test]
fn its_example_runs_as_it_says() {
    let page = page();
    let stage = Stage::new(&[("rubric.proc", example(&page, "proc"))]);
    std::fs::create_dir(stage.file("class")).expect("a folder");
    stage.write("class/ada.sh", "echo hello; exit 0\n");
    stage.write("class/bob.sh", "echo hallo; exit 0\n");
    stage.write("class/eve.sh", "echo hello; sleep 100000\n");
    let said = stage.run(&["grade", "rubric.proc", "class", "-j1", "--stable"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    // What the machine offers is not the same everywhere.
    let lines: Vec<&str> = said
        .stdout
        .lines()
        .filter(|line| !line.starts_with("kept inside") && !line.starts_with("missing"))
        .collect();
    let shown = example(&page, "console");
    assert!(shown.contains(&lines.join("\n")), "{}", said.stdout);
}

#[test]
fn it_names_every_option() {
    let page = page();
    let option = regex::Regex::new(r"--[a-z][a-z-]+").expect("a pattern");
    let stage = Stage::new(&[]);
    for command in [
        &["grade", "--help"][..],
        &["grades", "list", "--help"],
        &["grades", "export", "--help"],
        &["grades", "diff", "--help"],
        &["grades", "merge", "--help"],
        &["grades", "forget", "--help"],
    ] {
        let help = stage.run(command).stdout;
        for option in option.find_iter(&help).map(|found| found.as_str()) {
            let elsewhere = ["--color", "--message-format", "--help"].contains(&option);
            assert!(elsewhere || page.contains(option), "docs/grading.md does not name {option}");
        }
    }
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/suite/grade/schema.rs");
    let schema = std::fs::read_to_string(schema).expect("the schema");
    let column = regex::Regex::new(r"(?m)^    ([a-z_]+) (INTEGER|TEXT)").expect("a pattern");
    for found in column.captures_iter(&schema) {
        assert!(
            page.contains(&format!("`{}`", &found[1])),
            "docs/grading.md does not name the column {}",
            &found[1]
        );
    }
}
