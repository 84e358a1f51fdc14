//! SARIF, of `proctor test` and of `proctor check`: what broke is a result at the place where it broke.

use super::sarif::sarif;
use super::stage::Stage;
use serde_json::Value;

const TESTS: &str = r#"def half(x) {
    return x / 0
}

test "passes" { expect true }
test "breaks" {
    let found = 3
    expect found == 4
}
test "an error" { expect half(1) == 2 }
test "too slow" {
    sleep 1h
    expect true
}
test "skipped" skip "why" { expect false }
test "known" xfail "why" { expect false }
test "not known any more" xfail "why" { expect true }
test "unused" {
    let nobody = 1
    expect true
}
"#;

/// Each result: its rule, its level, its file and line.
fn results(report: &Value) -> Vec<(String, String, String, u64)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let results = report["runs"][0]["results"].as_array().expect("results");
    let place = |result: &Value| {
        let at = &result["locations"][0]["physicalLocation"];
        (text(&at["artifactLocation"]["uri"]), at["region"]["startLine"].as_u64().unwrap_or_default())
    };
    results
        .iter()
        .map(|result| {
            let (file, line) = place(result);
            (text(&result["ruleId"]), text(&result["level"]), file, line)
        })
        .collect()
}

fn row(rule: &str, level: &str, file: &str, line: u64) -> (String, String, String, u64) {
    (rule.to_owned(), level.to_owned(), file.to_owned(), line)
}

#[test]
fn what_broke_is_a_result_at_its_place() {
    let stage = Stage::new(&[("a b.proc", TESTS), ("wrong.proc", "print nobody\n")]);
    let said = stage.run(&["test", "--timeout", "2s", "--report-sarif", "out.sarif"]);
    assert_eq!(said.code, 2, "{said:?}");
    let report = sarif(&stage.read("out.sarif")).expect("SARIF");
    let expected = [
        row("unused_name", "warning", "a%20b.proc", 19),
        row("undefined_name", "error", "wrong.proc", 1),
        row("expectation", "error", "a%20b.proc", 8),
        row("division_by_zero", "error", "a%20b.proc", 2),
        row("limit_hit", "error", "a%20b.proc", 11),
        row("passed_unexpectedly", "error", "a%20b.proc", 17),
    ];
    assert_eq!(results(&report), expected, "{report:#}");
    let run = &report["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    let broken = &run["results"][2];
    assert_eq!(broken["locations"][0]["physicalLocation"]["region"]["startColumn"], 12);
    let message = broken["message"]["text"].as_str().expect("a message");
    assert!(message.starts_with("test \"breaks\": "), "{message}");
    // The test, the values, and the calls.
    let said = |result: &Value| {
        let places = result["relatedLocations"].as_array().cloned().unwrap_or_default();
        let one = |place: &Value| {
            let line = place["physicalLocation"]["region"]["startLine"].as_u64().unwrap_or_default();
            (place["message"]["text"].as_str().unwrap_or_default().to_owned(), line)
        };
        places.iter().map(one).collect::<Vec<_>>()
    };
    let places = said(broken);
    assert_eq!(places[0], ("test \"breaks\"".to_owned(), 6), "{places:?}");
    assert!(places.contains(&("found is 3".to_owned(), 8)), "{places:?}");
    let places = said(&run["results"][3]);
    assert!(places.contains(&("in half".to_owned(), 2)), "{places:?}");
    // What a rule means is what `proctor explain` says.
    let rule = &run["tool"]["driver"]["rules"][broken["ruleIndex"].as_u64().expect("a number") as usize];
    let explained = stage.run(&["explain", "expectation"]);
    assert_eq!(rule["help"]["text"].as_str().map(str::trim), Some(explained.stdout.trim()));
}

/// A fault of ours says nothing of the test: it is no result, and the run was not successful.
#[test]
fn what_the_tool_failed_at_is_no_result() {
    let stage = Stage::new(&[("a.proc", "test \"one\" { expect true }\n")]);
    let run = |crash: bool| {
        let mut command = stage.command(&["test", "--report-sarif", "out.sarif"]);
        if crash {
            command.env("PROCTOR_DEBUG_CRASH", "abort");
        }
        let code = command.output().expect("proctor can be started").status.code();
        (code, sarif(&stage.read("out.sarif")).expect("SARIF"))
    };
    let (code, report) = run(true);
    let invocation = &report["runs"][0]["invocations"][0];
    assert_eq!(
        (code, results(&report), &invocation["executionSuccessful"]),
        (Some(4), vec![], &false.into())
    );
    let notification = &invocation["toolExecutionNotifications"][0];
    assert!(notification["message"]["text"].as_str().is_some_and(|text| text.contains("one")), "{report:#}");
    let (code, control) = run(false);
    let invocation = &control["runs"][0]["invocations"][0];
    assert_eq!(
        (code, results(&control), &invocation["executionSuccessful"]),
        (Some(0), vec![], &true.into())
    );
}

/// Of all files together, also where one cannot be read; and nothing is run.
#[test]
fn check_writes_its_findings() {
    let stage = Stage::new(&[
        ("good.proc", "print 1\n"),
        ("idle.proc", "let unused = 1\nprint 1\n"),
        ("odd.proc", "def a() { return 1 }\ndef a() { return 2 }\nprint a()\n"),
    ]);
    let said = stage.run(&[
        "check",
        "good.proc",
        "odd.proc",
        "idle.proc",
        "gone.proc",
        "--report-sarif",
        "out.sarif",
    ]);
    assert_eq!(said.code, 2, "{said:?}");
    let report = sarif(&stage.read("out.sarif")).expect("SARIF");
    let mut found = results(&report);
    found.sort();
    let expected = [
        row("cannot_read", "error", "gone.proc", 0),
        row("duplicate_name", "error", "odd.proc", 2),
        row("unused_name", "warning", "idle.proc", 1),
    ];
    assert_eq!(found, expected, "{report:#}");
    // What stands in another place has to do with it.
    let all = report["runs"][0]["results"].as_array().expect("results");
    let twice = all.iter().find(|result| result["ruleId"] == "duplicate_name").expect("it is there");
    assert_eq!(twice["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], 1, "{twice:#}");
    let said = stage.run(&["check", "good.proc", "--report-sarif", "/dev/stdout"]);
    assert_eq!((said.code, results(&sarif(&said.stdout).expect("SARIF"))), (0, vec![]));
    let said = stage.run(&["check", "good.proc", "--report-sarif", "gone/out.sarif"]);
    assert!(said.code == 4 && said.stderr.contains("gone/out.sarif"), "{said:?}");
}
