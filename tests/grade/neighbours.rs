//! What one work has of the system that all share: its own user with a name, and no more than is said, so that its neighbour has enough.

use super::stage::{Said, Stage};

/// A program's output is what the test's own words say.
fn rubric(program: &str, wanted: &str) -> String {
    format!(
        "test \"it\" within 60s {{\n    spawn p exec(\"{program}\", submission) with {{capture: true}}\n    join p\n    expect p.stdout == \"{wanted}\"\n}}\n"
    )
}

#[track_caller]
fn all_pass(stage: &Stage, more: &[&str], works: usize) -> Said {
    let said = stage.grade(&[more, &["--report-json", "all.json"]].concat());
    let report = std::fs::read_to_string(stage.file("all.json")).expect("a report");
    assert_eq!((said.code, said.stdout.matches("1/1").count()), (0, works), "{said:?} {report}");
    said
}

#[test]
fn files_that_may_be_open_are_limited_and_told() {
    let stage = Stage::class(&rubric("sh", r"1024\n"), &[("ada.sh", "ulimit -n\n")]);
    all_pass(&stage, &[], 1);
    let report = std::fs::read_to_string(stage.file("all.json")).expect("a report");
    for limit in ["1024 open files", "256 MiB of files in each folder", "of processor time"] {
        assert!(report.contains(limit), "{limit}: {report}");
    }
    let stage = Stage::class(&rubric("sh", r"32\n"), &[("ada.sh", "ulimit -n\n")]);
    all_pass(&stage, &["--files", "32"], 1);
}
