//! Pictures of what happened: golden drawings of records written by hand, and properties that hold for any record.

#[path = "history/any.rs"]
mod any;
#[path = "expectation/mod.rs"]
mod expectation;
#[path = "timeline/markup.rs"]
mod markup;
#[path = "timeline/record.rs"]
mod record;

use any::any_history;
use markup::assert_well_formed;
use proctor::event::{Event, History, What};
use proctor::report::timeline::{Canvas, Clock, chrome_trace, draw_growth, draw_svg, draw_timeline};
use proctor::report::{Style, is_hidden, width};
use proptest::prelude::*;
use record::events;
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

const UNICODE: Style = Style { unicode: true, ..Style::PLAIN };
const COLORED: Style = Style { color: true, unicode: true, columns: 0 };

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/timeline")
}

/// The history of `tests/cases/timeline/NAME.events`.
fn history(name: &str) -> History {
    let text = std::fs::read_to_string(cases().join(format!("{name}.events"))).expect("the case is there");
    History::of(events(&text))
}

/// `tests/cases/timeline/FILE` is what was drawn. Escapes of colours are written `ESC`.
#[track_caller]
fn golden(file: &str, drawn: &str) {
    let difference = expectation::difference(&cases().join(file), &drawn.replace('\x1b', "ESC"));
    assert!(difference.is_none(), "{}", difference.unwrap_or_default());
}

fn canvas(style: Style, columns: usize) -> Canvas {
    Canvas { style, columns: Some(columns), clock: Clock::Time }
}

#[test]
fn a_family_as_svg_and_as_trace_events() {
    let family = history("family");
    golden("family.svg", &draw_svg(&family, Clock::Time));
    golden("family.json", &chrome_trace(&family));
}

#[test]
fn a_family_in_a_terminal() {
    let family = history("family");
    for columns in [40, 80, 200] {
        golden(&format!("family.{columns}.txt"), &draw_timeline(&family, canvas(UNICODE, columns)));
    }
    golden("family.ascii.txt", &draw_timeline(&family, canvas(Style::PLAIN, 80)));
    golden("family.colored.txt", &draw_timeline(&family, canvas(COLORED, 80)));
    let steps = Canvas { style: UNICODE, columns: None, clock: Clock::Steps };
    golden("family.steps.txt", &draw_timeline(&family.in_steps(), steps));
    golden("family.tree.txt", &draw_growth(&family, canvas(UNICODE, 100)));
    golden("family.tree.wide.txt", &draw_growth(&family, canvas(Style::PLAIN, 160)));
    golden("family.tree.steps.txt", &draw_growth(&family.in_steps(), steps));
}

/// A hundred workers of which one fails and one is killed, a shell for each of thirty files, and a chain.
fn many() -> History {
    let mut text = String::from("0 1 0 spawn main\n");
    for (number, pid) in (1..=100).zip(100..) {
        let start = f64::from(number) * 0.5;
        let end = if number == 7 { "exit 3" } else { "exit 0" };
        text +=
            &format!("{start} {pid} 1 spawn worker-{number}\n{} {pid} {pid} wait sleep 1s\n", start + 1.0);
        text += &format!("{} {pid} {pid} {end}\n120 {pid} 1 reap 0\n", 100 + number % 10);
    }
    for pid in (300..390).step_by(3) {
        text += &format!("20 {pid} 1 fork\n21 {pid} {pid} exec /bin/sh sh -c x\n");
        text += &format!("22 {0} {pid} fork\n23 {0} {0} exec /usr/bin/gzip gzip\n", pid + 1);
        text += &format!(
            "90 {0} {0} exit 0\n91 {0} {pid} reap 0\n92 {pid} {pid} exit 1\n93 {pid} 1 reap 1\n",
            pid + 1
        );
    }
    for pid in 500..530 {
        text += &format!("{0} {pid} {1} fork\n", f64::from(pid) / 10.0, if pid == 500 { 1 } else { pid - 1 });
    }
    text += "200 1 1 exit 0\n";
    History::of(events(&text))
}

#[test]
fn many_that_are_alike_share_a_row() {
    golden("many.80.txt", &draw_timeline(&many(), canvas(UNICODE, 80)));
    golden("many.tree.txt", &draw_growth(&many(), canvas(Style::PLAIN, 80)));
}

#[test]
fn what_the_record_lacks_is_not_made_up() {
    golden("empty.txt", &draw_timeline(&History::default(), canvas(UNICODE, 80)));
    let holes = History::of(events(
        "0 5 0 found init\n1 10 9 spawn a\n5 11 11 print not seen before\n6 10 9 signal SIGKILL\n\
         7 0 0 dropped 12\n9 10 5 reap -9\n10 11 12 noexec /bin/none ENOENT",
    ));
    golden("holes.txt", &draw_timeline(&holes, canvas(UNICODE, 80)));
    golden("holes.tree.txt", &draw_growth(&holes, canvas(UNICODE, 80)));
    assert_well_formed(&draw_svg(&holes, Clock::Time));
}

/// In steps it does not matter who was faster.
#[test]
fn two_runs_of_one_scenario_are_the_same_in_steps() {
    let one = "0 9 0 spawn main\n1 20 9 spawn a\n2 21 9 spawn b\n3 20 20 print x\n4 21 21 print y\n5 20 20 exit 0\n\
               6 9 9 wait join a\n6 9 9 wake join 20\n6 20 9 reap 0\n7 21 21 exit 0\n8 21 9 reap 0\n9 9 9 exit 0";
    let other = "0 7 0 spawn main\n1 33 7 spawn a\n1 33 33 print x\n2 31 7 spawn b\n3 31 31 print y\n4 31 31 exit 0\n\
                 5 33 33 exit 0\n6 33 7 reap 0\n8 31 7 reap 0\n9 7 7 exit 0";
    let [one, other] = [one, other].map(|text| History::of(events(text)).in_steps());
    assert_eq!(one.events(), other.events());
    assert_eq!(one.lives().iter().map(|life| life.pid).collect::<Vec<_>>(), [1, 2, 3]);
}

fn event(milliseconds: i64, pid: i32, what: What) -> Event {
    Event { time: milliseconds * 1_000_000, pid, actor: 0, place: None, what }
}

/// Every flow has both ends, each within a slice of its process; slices do not cross.
fn assert_trace(text: &str) {
    let trace: Value = serde_json::from_str(text).expect("it is JSON");
    let events = trace["traceEvents"].as_array().expect("a list");
    let mut slices: HashMap<i64, Vec<(f64, f64)>> = HashMap::new();
    let mut flows: HashMap<u64, Vec<(&str, f64)>> = HashMap::new();
    let number = |event: &Value, key: &str| event[key].as_f64().expect("a number");
    for event in events.iter().filter(|event| event["ph"] == "X") {
        let (from, length) = (number(event, "ts"), number(event, "dur"));
        assert!(length >= 0.0);
        slices.entry(event["pid"].as_i64().expect("a pid")).or_default().push((from, from + length));
    }
    for event in events {
        let time = number(event, "ts");
        match event["ph"].as_str().expect("a phase") {
            "X" | "M" => {}
            "i" => assert_eq!(event["s"], "t"),
            end => {
                let around = &slices[&event["pid"].as_i64().expect("a pid")];
                // Microseconds of centuries are not exact to the nanosecond.
                let inexact = time.abs() * 1e-12;
                let holds = |slice: &(f64, f64)| slice.0 - inexact <= time && time <= slice.1 + inexact;
                assert!(around.iter().any(holds), "{event} is in no slice");
                flows.entry(event["id"].as_u64().expect("an id")).or_default().push((end, time));
            }
        }
    }
    for ends in flows.values() {
        assert!(matches!(ends[..], [("s", from), ("f", to)] if from <= to), "{ends:?}");
    }
}

#[test]
fn what_is_for_other_programs_is_as_they_want_it() {
    for history in [history("family"), many(), History::default()] {
        assert_trace(&chrome_trace(&history));
        assert_well_formed(&draw_svg(&history, Clock::Time));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 64 } else { 2048 }))]

    #[test]
    fn no_line_is_wider_than_the_terminal(history in any_history(), columns in 30_usize..220, unicode: bool) {
        let canvas = canvas(Style { unicode, ..Style::PLAIN }, columns);
        let drawn = draw_timeline(&history, canvas);
        for line in drawn.lines() {
            prop_assert!(width(line) <= columns, "{} columns: {line}", width(line));
            prop_assert!(!line.chars().any(is_hidden), "{line:?}");
        }
        prop_assert!(!draw_growth(&history, canvas).chars().any(|c| c != '\n' && is_hidden(c)));
    }

    /// Letters of two columns, of none, and many: whatever it is called, what is drawn of it begins below the axis and ends with it.
    #[test]
    fn rows_are_aligned_whatever_their_names(
        names in proptest::collection::vec("[a-z]{1,12}|[任务漢字ｗ]{1,30}|[a-z任]{0,9}|e\u{301}x|👩\u{200d}🔬|🏳️|\t\u{202e}", 1..8),
        columns in 40_usize..=200,
        unicode: bool,
    ) {
        let pids = names.iter().zip(10..);
        let born = pids.clone().map(|(name, pid)| event(0, pid, What::Spawned { name: name.clone(), daemon: false }));
        let ended = pids.map(|(_, pid)| event(100, pid, What::Exited { exitcode: 0, core: false }));
        let history = History::of(born.chain(ended).collect());
        let drawn = draw_timeline(&history, canvas(Style { unicode, ..Style::PLAIN }, columns));
        let lines: Vec<&str> = drawn.lines().collect();
        let begin = width(&lines[2][..lines[2].find(['├', '|']).expect("an axis")]);
        let ends: Vec<usize> = lines[3..].iter().take(names.len()).map(|line| {
            let mut cells = line.char_indices().map(|(at, _)| at).filter(|at| width(&line[..*at]) == begin);
            let at = cells.next().unwrap_or_else(|| panic!("nothing is at column {begin} of\n{drawn}"));
            assert!(line[..at].ends_with("  ") && !line[at..].starts_with(' '), "{drawn}");
            begin + width(line[at..].split("  ").next().unwrap_or_default())
        }).collect();
        prop_assert_eq!(ends.len(), names.len());
        prop_assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{}", drawn);
    }

    #[test]
    fn no_line_of_the_tree_is_wider_than_the_terminal(history in any_history(), columns in 60_usize..220, unicode: bool) {
        for clock in [Clock::Time, Clock::Steps] {
            let canvas = Canvas { clock, ..canvas(Style { unicode, ..Style::PLAIN }, columns) };
            for line in draw_growth(&history, canvas).lines() {
                prop_assert!(width(line) <= columns, "{} columns: {line}", width(line));
            }
        }
    }

    #[test]
    fn any_record_is_well_formed_for_other_programs(history in any_history()) {
        assert_well_formed(&draw_svg(&history, Clock::Time));
        let trace = chrome_trace(&history);
        assert_trace(&trace);
        prop_assert!(!trace.chars().any(|c| c != '\n' && is_hidden(c)), "{trace:?}");
        let steps = history.in_steps();
        assert_well_formed(&draw_svg(&steps, Clock::Steps));
    }
}
