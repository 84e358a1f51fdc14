//! `docs/testing.md` is true: its examples run, and it names every option that there is.

use super::stage::Stage;
use std::path::Path;

fn page() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/testing.md")).expect("the page")
}

/// The examples with this fence.
fn examples<'a>(page: &'a str, fence: &str) -> Vec<&'a str> {
    let begins = format!("\n```{fence}\n");
    page.split(&begins).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

#[test]
fn its_examples_pass() {
    let page = page();
    let examples = examples(&page, "proc");
    assert!(!examples.is_empty());
    let time = regex::Regex::new(r"(\(| in )\d+[a-z]+").expect("a pattern");
    for example in examples {
        let stage = Stage::new(&[("workers.proc", example)]);
        let said = stage.run(&["test", "--stable", "-j1"]);
        assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
        // What the page shows of it, but for the times.
        let shown = time.replace_all(&page, "${1}0us").into_owned();
        assert!(shown.contains(&format!("$ proctor test workers.proc\n{}", said.stdout)), "{said:?}");
    }
    for example in examples_with_a_race(&page) {
        let stage = Stage::new(&[("race.proc", example)]);
        let said = stage.run(&["check", "race.proc"]);
        assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    }
}

fn examples_with_a_race(page: &str) -> Vec<&str> {
    let races = examples(page, "proc,race");
    assert_eq!(races.len(), 1);
    races
}

#[test]
fn it_names_every_option() {
    let help = Stage::new(&[]).run(&["test", "--help"]).stdout;
    let option = regex::Regex::new(r"--[a-z][a-z-]+").expect("a pattern");
    let page = page();
    for option in option.find_iter(&help).map(|found| found.as_str()) {
        let elsewhere = ["--color", "--message-format", "--help", "--jobs"].contains(&option);
        assert!(elsewhere || page.contains(option), "docs/testing.md does not name {option}");
    }
    for word in ["ok", "FLAKY", "FAILED", "LIMIT", "ERROR", "TOOL", "PASSED", "stopped"] {
        assert!(page.contains(&format!("| `{word}` |")), "{word}");
    }
}
