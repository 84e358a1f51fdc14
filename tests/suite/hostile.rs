//! Tests whose programs print what they should not: nobody else suffers for it.

use super::stage::Stage;
use super::{sarif, schema, tap};

const FORGER: &str = r#"
test "forges" {
    spawn p sh("printf '::error::forged\n##[error]x\n'; printf 'ok 1 - forged\n1..0\nBail out!\n'; printf '\\033[2J\\033]0;x\\007\\n'; printf '\\377\\376\\000\\n'; printf '</script><script>alert(1)</script>]]>\n'; printf '</system-out></testcase>\n'; exit 1")
    join p
    expect p.exitcode == 0
}
"#;

const REPORTS: [&str; 12] = [
    "--report-json",
    "out.json",
    "--report-junit",
    "out.xml",
    "--report-tap",
    "out.tap",
    "--report-html",
    "out.html",
    "--report-ctrf",
    "out.ctrf",
    "--report-sarif",
    "out.sarif",
];

fn args<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["test"][..], &REPORTS, more].concat()
}

/// All reports are of their format, and have one test that failed.
#[track_caller]
fn check(stage: &Stage) {
    assert_eq!(schema::junit(&stage.read("out.xml")), Ok(()));
    assert_eq!(stage.read("out.xml").matches("<testcase ").count(), 1);
    let (points, _) = tap::parse(&stage.read("out.tap")).expect("TAP");
    assert_eq!(points.iter().map(|point| point.ok).collect::<Vec<_>>(), [false]);
    let ctrf = schema::ctrf(&stage.read("out.ctrf")).expect("CTRF");
    assert_eq!(ctrf["results"]["summary"]["failed"], 1);
    let sarif = sarif::sarif(&stage.read("out.sarif")).expect("SARIF");
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(1));
    let json: serde_json::Value = serde_json::from_str(&stage.read("out.json")).expect("JSON");
    assert_eq!(json["tests"].as_array().expect("tests").len(), 1);
    assert_eq!(stage.read("out.html").matches("<script").count(), 1);
}

#[test]
fn forged_reports_are_text_in_the_real_ones() {
    let stage = Stage::new(&[("a.proc", FORGER)]);
    let said = stage.run(&args(&["--report-github"]));
    assert_eq!(said.code, 1, "{said:?}");
    check(&stage);
    assert!(!said.stdout.contains('\x1b') && !said.stdout.contains('\0'), "{said:?}");
    // Between the two marks, whose word nobody can guess, GitHub takes no commands.
    let lines: Vec<&str> = said.stdout.lines().collect();
    let token = lines[0].strip_prefix("::stop-commands::").expect("the first line stops commands");
    let end = lines.iter().position(|line| *line == format!("::{token}::")).expect("they are resumed");
    assert!(lines[..end].iter().any(|line| line.contains("::error::forged")), "what was printed is shown");
    assert!(
        token.len() == 32
            && lines[end + 1..]
                .iter()
                .all(|line| line.starts_with("::error file=a.proc,line=") || !line.starts_with("::"))
    );
    assert_eq!(lines[end + 1..].iter().filter(|line| line.starts_with("::error ")).count(), 1);
}

#[test]
fn output_without_end_is_cut_and_memory_does_not_grow() {
    let text = "test \"endless\" { spawn p sh(\"head -c 1073741824 /dev/zero | tr '\\\\0' x\"); spawn q { while true { print \"y\" } }; join p; kill q; join q; expect false }\n";
    let stage = Stage::new(&[("a.proc", text)]);
    let said = stage.run(&args(&["--timeout", "280s"]));
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stdout.contains("more bytes were not kept"), "{}", said.stdout.len());
    assert!(said.stdout.len() < 1 << 20, "{}", said.stdout.len());
    check(&stage);
    for name in ["out.json", "out.xml", "out.tap", "out.html", "out.ctrf", "out.sarif"] {
        let length = stage.read(name).len();
        assert!(length < 4 << 20, "{name} has {length} bytes");
    }
}

#[test]
fn a_report_goes_through_a_link_and_replaces_no_device() {
    let stage = Stage::new(&[("a.proc", "test \"one\" { expect true }\n"), ("real", "old")]);
    std::os::unix::fs::symlink("real", stage.file("link")).expect("a link");
    let said = stage.run(&["test", "--report-tap", "link", "--report-json", "/dev/null"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(stage.read("real").starts_with("TAP version 14\n"));
    assert!(stage.file("link").is_symlink());
    let left: Vec<_> = std::fs::read_dir(stage.path())
        .expect("the folder")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[test]
fn update_keeps_everything_else() {
    let before = "\u{feff}# a\r\ntest \"one\" {\r\n    expect \"a\" + \"b\" == \"c\"  # why\r\n}\r\n";
    let stage = Stage::new(&[("a.proc", before)]);
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(stage.file("a.proc"), std::fs::Permissions::from_mode(0o640)).expect("its mode");
    std::os::unix::fs::symlink("a.proc", stage.file("link.proc")).expect("a link");
    let said = stage.run(&["test", "link.proc", "--update"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(stage.read("a.proc"), before.replace("\"c\"", "\"ab\""));
    assert!(stage.file("link.proc").is_symlink());
    let mode = std::fs::metadata(stage.file("a.proc")).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}
