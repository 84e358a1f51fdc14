//! `run --timeline` and `run --tree` from outside: real runs, and what other programs make of the files.

#[path = "browser/mod.rs"]
mod browser;
#[path = "expectation/mod.rs"]
mod expectation;
#[path = "timeline/markup.rs"]
mod markup;

use browser::Browser;
use markup::assert_well_formed;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/timeline")
}

fn proctor(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proctor"));
    command.args(["--color", "never"]).args(args).env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    command.output().expect("proctor can be started")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8 is written")
}

#[test]
fn a_run_in_steps_is_drawn_as_it_was_before() {
    let scenario = cases().join("run.proc");
    let scenario = scenario.to_str().expect("a plain path");
    let output = proctor(&["run", "--stable", "--tree", "--timeline", scenario]);
    let drawn = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let difference = expectation::difference(&cases().join("run.txt"), &drawn);
    assert!(difference.is_none(), "{}", difference.unwrap_or_default());
}

/// What stands in fences of this kind on the page about pictures.
fn fences(kind: &str) -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/timeline.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let start = format!("```{kind}\n");
    let parts = page.split(&start).skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// Of each row whose process it is and how it ended: the rest is times and pids.
fn without_times(drawn: &str) -> Vec<(&str, &str)> {
    let mut rows = Vec::new();
    for line in drawn.lines().filter(|line| line.contains("  ")) {
        let name = ["main", "alex", "barry", "shell"]
            .into_iter()
            .find(|name| line.split(' ').any(|word| word == *name));
        let end = line.rsplit("  ").next().and_then(|end| end.split(", zombie").next());
        rows.extend(name.zip(end));
    }
    rows
}

#[test]
fn what_the_page_about_pictures_shows_is_what_is_drawn() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("workers.proc");
    std::fs::write(&path, &fences("proc")[0]).expect("the scenario can be written");
    let shown = fences("console");
    assert_eq!(shown.len(), 2, "an example for each of the two pictures in a terminal");
    for shown in shown {
        let (command, shown) = shown.split_once('\n').expect("a command and its output");
        let option = command.split(' ').find(|word| word.starts_with("--")).expect("an option");
        let output = proctor(&["run", option, path.to_str().expect("a plain path")]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert_eq!(without_times(&text(&output.stdout)), without_times(shown), "{command}");
    }
}

/// Runs a scenario with the option, its file in a new folder; gives what was written into it, and the output.
fn file_of(name: &str, scenario: &str, more: &[&str]) -> (String, Output) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    let file = path.to_str().expect("a plain path");
    let output = proctor(&[&["run", "--timeline", file, "-e", scenario], more].concat());
    (std::fs::read_to_string(&path).unwrap_or_default(), output)
}

const SCENARIO: &str = "spawn p1 { print 1 }; spawn p2 { sleep 100 }; kill p2; join all";

#[test]
fn each_ending_gives_its_kind_of_file_and_nothing_on_the_terminal() {
    let (svg, output) = file_of("a.svg", SCENARIO, &[]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "1\n".into()));
    assert_well_formed(&svg);
    assert!(svg.contains("SIGKILL from main"), "{svg}");
    let (json, _) = file_of("a.json", SCENARIO, &[]);
    let trace: Value = serde_json::from_str(&json).expect("it is JSON");
    let names = trace["traceEvents"].as_array().expect("a list").iter();
    let names: Vec<&str> = names
        .filter(|event| event["name"] == "process_name")
        .filter_map(|event| event["args"]["name"].as_str())
        .collect();
    assert!(["main", "p1", "p2"].iter().all(|name| names.contains(name)), "{names:?}");
    let (html, _) = file_of("a.HTML", SCENARIO, &[]);
    assert!(html.to_lowercase().starts_with("<!doctype html>") && html.contains("p2"), "{html}");
}

#[test]
fn a_run_that_ends_badly_is_drawn_all_the_same() {
    for (scenario, more, code) in [
        ("spawn p1 { sleep 100 }; join p1", &["--timeout", "0.3"][..], 124),
        ("spawn p1 { sleep 100 }; kill self", &[], 137),
        ("spawn p1 { sleep 100 }; fail()", &[], 2),
        ("spawn p1 { sleep 100 }; print [1][5]", &[], 3),
    ] {
        let (svg, output) = file_of("a.svg", scenario, more);
        assert_eq!(output.status.code(), Some(code), "{scenario}: {}", text(&output.stderr));
        // What cannot be run has no file either.
        assert_eq!(svg.contains("p1"), code != 2, "{scenario}: {svg}");
    }
}

#[test]
fn what_cannot_be_drawn_is_said_before_the_run() {
    let (_, output) = file_of("a.png", "print 1", &[]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!([".svg", ".html", ".json"].iter().all(|ending| said.contains(ending)), "{said}");
    assert!(output.stdout.is_empty());
    let (_, output) = file_of("none/a.svg", "print 1", &[]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(3), String::new()));
    assert!(text(&output.stderr).contains("No such file or directory"), "{}", text(&output.stderr));
}

#[test]
fn a_browser_reads_the_picture_whatever_the_processes_are_called() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hostile.svg");
    let scenario = r#"for name in ["</title><script>alert(1)</script>", "a & b \"c\" 'd'", "\x1b[31m\0\r\n", "任务 👩‍🔬 \u{202e}x"] {
        spawn p { print name; exit 3 } with {name: name}
        join p
    }"#;
    let output = proctor(&["run", "--timeline", path.to_str().expect("a plain path"), "-e", scenario]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let mut browser = Browser::start();
    browser.open(&path);
    let dom = browser.value("document.documentElement.outerHTML");
    let dom = dom.as_str().expect("a text");
    assert!(dom.starts_with("<svg") && !dom.contains("parsererror") && !dom.contains("<script"), "{dom}");
    assert_eq!(dom.matches("class=\"row\"").count(), 5, "{dom}");
    assert_eq!(dom.matches(">exit 3<").count(), 4, "{dom}");
    browser.assert_quiet();
}

/// A program that nobody wrote a scenario for: its page says of each process what it did, and has neither a source nor an output.
#[test]
fn the_page_of_a_trace_is_whole_in_a_browser() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("trace.html");
    let option = format!("--timeline={}", path.display());
    let script = "cat </dev/null | /bin/true; (exit 3) & wait; kill -TERM $$";
    let output = proctor(&["trace", "--quiet", &option, "--", "sh", "-c", script]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(143), String::new()));
    let mut browser = Browser::start();
    browser.open(&path);
    browser.assert_quiet();
    let mut value = |expression: &str| browser.value(expression);
    let shown = |text: serde_json::Value| text.as_str().expect("a text").to_owned();
    assert_eq!(value("document.title"), format!("sh -c {script}"));
    let lives = value(
        "Array.from(app.model.name, (_, i) => `${app.model.nameOf(i)} ${app.forest.stateOf(i).text}`).sort().join()",
    );
    assert_eq!(lives, "cat exit 0,sh exit 3,sh killed by SIGTERM,true exit 0");
    let rows = shown(value("document.getElementById('names').textContent"));
    assert!(rows.contains("cat") && rows.contains("true") && !rows.contains("proctor"), "{rows}");
    assert!(shown(value("document.getElementById('source').textContent")).contains("no scenario"));
    assert!(shown(value("document.getElementById('output').textContent")).contains("No output is recorded"));
    // Each event in its turn, in both views.
    let each =
        "for (let event = 0; event < app.model.events; event += 1) { app.player.jump(event); app.frame(); }";
    value(each);
    value("app.setView('tree')");
    value(each);
    let said = shown(value(
        "app.choose(0, app.model.kind.indexOf(app.model.kinds.indexOf('exec'))), app.frame(), document.getElementById('details').textContent",
    ));
    assert!(said.contains("sh"), "{said}");
    let arrows =
        value("app.model.arrows.map(({ event }) => app.model.kinds[app.model.kind[event]]).sort().join()");
    assert_eq!(arrows, "fork,fork,fork,reap,reap,reap");
    browser.assert_quiet();
}
