//! What people and machines are shown: golden drawings of every shape, and properties that hold for any text.

#[path = "expectation/mod.rs"]
mod expectation;

use proctor::event::{
    Actor, Difference, Failure, Frame, PartValue, ProcessRow, TestOutcome, TreeRow, Verdict,
};
use proctor::report::{
    Places, Style, Summary, diagnostic_json, draw_diagnostic, draw_diagnostics, draw_difference,
    draw_failure, draw_leftovers, draw_outcome, draw_table, draw_tree, failure_json, is_hidden,
    leftovers_json, width,
};
use proctor::source::{Code, Diagnostic, Location, Source, SourceId, SourceMap, Span};
use proptest::prelude::*;
use std::path::Path;

const UNICODE: Style = Style { unicode: true, ..Style::PLAIN };
const COLORED: Style = Style { color: true, unicode: true, columns: 0 };

/// `tests/cases/report/NAME.txt` is what was drawn. Escapes of colours are written `ESC`.
#[track_caller]
fn golden(name: &str, drawn: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/report").join(format!("{name}.txt"));
    let difference = expectation::difference(&file, &drawn.replace('\x1b', "ESC"));
    assert!(difference.is_none(), "{}", difference.unwrap_or_default());
}

/// A source and the places of words in it: `at("word", n)` is its nth occurrence.
struct Text {
    sources: SourceMap,
}

impl Text {
    fn new(text: &str) -> Self {
        let mut sources = SourceMap::default();
        sources.add(Source::new("scenario.proc", text));
        Self { sources }
    }

    fn at(&self, word: &str, nth: usize) -> Location {
        let text = self.sources.get(SourceId(0)).text();
        let (start, found) = text.match_indices(word).nth(nth).expect("the word is there");
        Location::new(SourceId(0), Span::new(start, start + found.len()))
    }

    fn draw(&self, diagnostic: &Diagnostic, style: Style) -> String {
        draw_diagnostic(diagnostic, &Places::new(&self.sources), style)
    }
}

const SCENARIO: &str = "\
def task(name) {
    sleep 1
}

spawn p1 tsk(\"alex\")
join p1
";

#[test]
fn one_label_with_help_and_a_note() {
    let text = Text::new(SCENARIO);
    let diagnostic = Diagnostic::error(Code::UNDEFINED_NAME, "nothing here is called `tsk`")
        .at(text.at("tsk", 0), "not declared")
        .note("names are declared by let, def, for and spawn\nor come from a file by use")
        .help("did you mean `task`?");
    golden("one_label", &text.draw(&diagnostic, UNICODE));
    golden("one_label_ascii", &text.draw(&diagnostic, Style::PLAIN));
    golden("one_label_colored", &text.draw(&diagnostic, COLORED));
    golden("one_label_json", &diagnostic_json(&diagnostic, &Places::new(&text.sources)));
}

#[test]
fn long_sentences_are_broken_between_words() {
    let text = Text::new(SCENARIO);
    let diagnostic = Diagnostic::error(
        Code::UNDEFINED_NAME,
        "nothing here is called `tsk`, 进程没有按时结束，它还在等待一个（永远）不会来的消息, and so it cannot be run",
    )
    .at(text.at("tsk", 0), "not declared, and this label is longer than a narrow terminal is wide")
    .note("names are declared by let, def, for and spawn, 名字由声明语句引入，或者来自另一个文件\nor come from a file by use, as it stands in the reference")
    .help("did you mean `task`? It is declared in the line above, and takes one argument");
    for columns in [40, 80] {
        golden(&format!("narrow_{columns}"), &text.draw(&diagnostic, COLORED.within(columns)));
    }
    assert_eq!(text.draw(&diagnostic, UNICODE.within(1000)), text.draw(&diagnostic, UNICODE));
}

#[test]
fn several_labels_near_and_far() {
    let lines: String = (0..40).map(|n| format!("let x{n} = {n}\n")).collect();
    let text = Text::new(&lines);
    let diagnostic = Diagnostic::warning(Code::DUPLICATE_NAME, "declared twice")
        .at(text.at("x30", 0), "here again")
        .at(text.at("x29", 0), "")
        .at(text.at("30", 1), "this value")
        .at(text.at("x3", 0), "first here");
    golden("several_labels", &text.draw(&diagnostic, UNICODE));
}

#[test]
fn labels_in_two_files_are_not_joined() {
    let mut sources = SourceMap::default();
    let one = sources.add(Source::new("a.proc", "use \"b.proc\"\n"));
    let two = sources.add(Source::new("lib/b.proc", "use \"a.proc\"\n"));
    let diagnostic = Diagnostic::error(Code::USE_CYCLE, "these files use each other")
        .at(Location::new(one, Span::new(4, 12)), "which is used here")
        .at(Location::new(two, Span::new(4, 12)), "while it is being used");
    golden("two_files", &draw_diagnostic(&diagnostic, &Places::new(&sources), UNICODE));
}

#[test]
fn labels_over_several_lines() {
    let text = Text::new("spawn p {\n    print 1\n    print 2\n}\nprint 3\n");
    let block = Location::new(SourceId(0), Span::new(8, 35));
    let diagnostic = Diagnostic::error(Code::MISPLACED, "a block").at(block, "this block");
    golden("block", &text.draw(&diagnostic, UNICODE));
    let text = Text::new(&"print 1\n".repeat(100));
    let diagnostic = Diagnostic::error(Code::UNCLOSED, "a long block")
        .at(Location::new(SourceId(0), Span::new(6, 790)), "from here");
    golden("long_block", &text.draw(&diagnostic, UNICODE));
}

#[test]
fn carets_stand_below_wide_characters_tabs_and_joined_emoji() {
    let source = "\tspawn 任务 任务体(\"名字\")\t# 注释\nprint \"👩\u{200d}🔬 e\u{301} ❤\u{fe0f} 👍🏽\", wrong, \"\u{202e}x\"\n";
    let text = Text::new(source);
    let diagnostic = Diagnostic::error(Code::UNDEFINED_NAME, "没有 `任务体`")
        .at(text.at("任务体", 0), "没有")
        .at(text.at("# 注释", 0), "comment")
        .at(text.at("wrong", 0), "wrong")
        .at(text.at("\u{202e}x", 0), "turned");
    golden("wide", &text.draw(&diagnostic, UNICODE));
    golden("wide_ascii", &text.draw(&diagnostic, Style::PLAIN));
}

#[test]
fn the_end_of_the_text_and_empty_lines_have_a_place() {
    let text = Text::new("print (\n\n");
    let end = Location::new(SourceId(0), Span::new(9, 9));
    let newline = Location::new(SourceId(0), Span::new(7, 8));
    let diagnostic =
        Diagnostic::error(Code::SYNTAX, "something is missing").at(end, "here").at(newline, "or here");
    golden("end_of_text", &text.draw(&diagnostic, UNICODE));
    let text = Text::new("print (");
    let end = Location::new(SourceId(0), Span::new(7, 7));
    golden("end_of_line", &text.draw(&Diagnostic::error(Code::SYNTAX, "missing").at(end, "here"), UNICODE));
    let text = Text::new("");
    let start = Location::new(SourceId(0), Span::new(0, 0));
    golden("empty_text", &text.draw(&Diagnostic::error(Code::CANNOT_READ, "nothing").at(start, ""), UNICODE));
}

#[test]
fn a_line_of_a_megabyte_is_shown_around_the_caret() {
    let text = Text::new(&format!(
        "let a = 1\nprint \"{}任务wrong{}\"\nlet b = 2\n",
        "ab ".repeat(200_000),
        "务".repeat(200_000)
    ));
    let diagnostic = Diagnostic::error(Code::UNDEFINED_NAME, "far away").at(text.at("wrong", 0), "here");
    golden("long_line", &text.draw(&diagnostic, UNICODE));
}

#[test]
fn of_many_errors_the_first_are_drawn_and_the_rest_counted() {
    let text = Text::new(SCENARIO);
    let place = text.at("tsk", 0);
    let mut all: Vec<Diagnostic> =
        (0..143).map(|n| Diagnostic::error(Code::SYNTAX, format!("error {n}")).at(place, "")).collect();
    all.push(Diagnostic::warning(Code::UNUSED_NAME, "a warning").at(place, ""));
    let drawn = draw_diagnostics(&all, &Places::new(&text.sources), UNICODE);
    assert!(drawn.contains("error 19\n") && !drawn.contains("error 20\n"), "{drawn}");
    assert!(drawn.contains("a warning"));
    assert!(drawn.ends_with("and 123 more errors\n143 errors and 1 warning\n"), "{drawn}");
    assert_eq!(draw_diagnostics(&[], &Places::new(&text.sources), UNICODE), "");
}

fn failure(text: &Text) -> Failure {
    Failure {
        blame: proctor::value::Blame::default(),
        code: Code::EXPECTATION,
        message: "this does not hold".into(),
        help: Some("`wait` for it first".into()),
        location: text.at("p.exitcode == 0 and 任务.alive", 0),
        chain: Vec::new(),
        left_out: 0,
        actor: Actor { name: "worker\x1b[31m".into(), pid: 4711 },
        parts: vec![
            PartValue { location: text.at("p.exitcode", 0), value: "-9".into() },
            PartValue { location: text.at("任务.alive", 0), value: "\"\x1b]0;title\x07\"".into() },
        ],
        difference: None,
    }
}

#[test]
fn a_broken_expectation_with_its_parts() {
    let text = Text::new("def check() {\n    expect p.exitcode == 0 and 任务.alive\n}\ncheck()\n");
    let failure = failure(&text);
    let places = Places::new(&text.sources);
    golden("expectation", &draw_failure(&failure, &places, UNICODE));
    golden("expectation_json", &failure_json(&failure, &places));
}

#[test]
fn a_failure_with_its_chain_of_calls() {
    let text = Text::new("def check() {\n    expect p.exitcode == 0 and 任务.alive\n}\ncheck()\n");
    let frame = |function: &str, location| Frame { function: function.into(), location };
    let mut failure = failure(&text);
    failure.code = Code::DIVISION_BY_ZERO;
    failure.parts.clear();
    failure.chain = vec![
        frame("check", failure.location),
        frame("check", text.at("check()", 1)),
        frame("main", text.at("check()", 1)),
    ];
    failure.left_out = 97;
    let places = Places::new(&text.sources);
    golden("chain", &draw_failure(&failure, &places, UNICODE));
    golden("chain_json", &failure_json(&failure, &places));
}

#[test]
fn differences_of_texts() {
    let numbers = |range: std::ops::Range<u32>| range.map(|n| format!("line {n}\n")).collect::<String>();
    let mut drawn = String::new();
    let mut add = |title: &str, expected: &str, actual: &str| {
        drawn.push_str(&format!("{title}\n{}", draw_difference(expected, actual, UNICODE)));
    };
    add("one line", "alex is running", "alex is runing");
    add("space at the end, tab, carriage return", "a\nb\n", "a  \n\tb\r\n");
    add("newline at the end", "a\nb\n", "a\nb");
    add("in the middle", &numbers(0..50), &numbers(0..50).replace("line 30\n", "line thirty\n任务\n"));
    add("nothing there", "a\n", "");
    add("equal", "a\n", "a\n");
    add("all of many lines", &numbers(0..3000), &numbers(5000..9000));
    golden("differences", &drawn);
    golden("difference_colored", &draw_difference("a\nb\n", "a\nc\n", COLORED));
}

#[test]
fn a_difference_of_megabytes_is_bounded() {
    let expected = "x\n".repeat(4 << 20);
    let actual = "y\n".repeat(4 << 20);
    assert!(draw_difference(&expected, &actual, UNICODE).lines().count() < 70);
    let one_line = "z".repeat(8 << 20);
    assert!(draw_difference(&one_line, &expected, UNICODE).len() < 20_000);
}

fn row(name: &str, pid: i32, elapsed: i64) -> ProcessRow {
    ProcessRow {
        name: name.into(),
        pid,
        ppid: Some(pid - 1),
        state: "sleeping".into(),
        elapsed,
        exitcode: None,
        command: String::new(),
    }
}

fn rows() -> Vec<ProcessRow> {
    let mut rows = vec![
        row("main", 100, 1_234_567_890),
        row("任务", 101, 12_000_000),
        row("e\u{301}a\x1b[2Jb\nc", 102, 90_000_000_000),
        row("a name that is far too long to be shown in a table of processes", 4_194_304, 0),
    ];
    rows[2].exitcode = Some(-9);
    rows[2].state = "zombie".into();
    rows[3].exitcode = Some(3);
    rows[3].ppid = None;
    rows
}

#[test]
fn the_table_is_aligned() {
    golden("table", &draw_table(&rows(), UNICODE));
    let mut strangers = rows();
    strangers[0].command = "/sbin/init --任务 splash".into();
    golden("table_with_commands", &draw_table(&strangers, Style::PLAIN));
    golden("table_empty", &draw_table(&[], UNICODE));
}

#[test]
fn the_tree_shows_who_is_whose_child() {
    let depths = [0, 1, 2, 2, 1, 2, 3, 0];
    let tree: Vec<TreeRow> = depths
        .iter()
        .zip(100..)
        .map(|(depth, pid)| TreeRow { depth: *depth, process: row("任务", pid, 5_000_000) })
        .collect();
    golden("tree", &draw_tree(&tree, UNICODE));
    golden("tree_ascii", &draw_tree(&tree, Style::PLAIN));
    let deep: Vec<TreeRow> =
        (0..2000).map(|depth| TreeRow { depth, process: row("p", depth as i32, 0) }).collect();
    let drawn = draw_tree(&deep, UNICODE);
    assert!(drawn.lines().all(|line| width(line) < 200) && drawn.contains("(level 1999) p 1999"));
}

#[test]
fn outcomes_and_their_summary() {
    let verdicts = [
        Verdict::Passed,
        Verdict::Flaky(1),
        Verdict::Flaky(2),
        Verdict::Failed,
        Verdict::LimitHit,
        Verdict::Wrong,
        Verdict::ToolFailed("the guard was killed".into()),
        Verdict::Interrupted,
        Verdict::Skipped("no terminal here\x07".into()),
        Verdict::FailedAsExpected("the bug is known".into()),
        Verdict::PassedUnexpectedly("the bug is known".into()),
    ];
    let mut summary = Summary::default();
    let mut drawn = summary.draw(UNICODE);
    for verdict in verdicts {
        summary.add(&verdict);
        let outcome = TestOutcome { name: "a child\nis joined".into(), verdict, elapsed: 12_345_678 };
        drawn.push_str(&draw_outcome(&outcome, UNICODE));
    }
    drawn.push_str(&summary.draw(UNICODE));
    golden("outcomes", &drawn);
}

#[test]
fn leftovers_are_named() {
    let actors: Vec<Actor> =
        (0..25).map(|n| Actor { name: format!("任务-{n}").into(), pid: 1000 + n }).collect();
    let drawn = [&actors[..0], &actors[..1], &actors].map(|some| draw_leftovers(some, 0, UNICODE)).concat();
    golden("leftovers", &drawn);
    golden("leftovers_json", &leftovers_json(&actors[..2], 7));
}

/// Texts with many of the characters that are hard to draw.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => any::<String>(),
        3 => "[a-z \t\n]{0,20}",
        2 => Just("任务👩\u{200d}🔬e\u{301}\u{202e}\u{9b}31m\x1b]0;x\x07".to_owned()),
        1 => Just("\u{100000}\u{10fffd}\r\n\u{200d}\u{fe0f}".to_owned()),
        1 => "x{100,400}",
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn diagnostics() -> impl Strategy<Value = (String, Diagnostic)> {
    let labels = proptest::collection::vec((0_usize..600, 0_usize..80, hostile()), 0..12);
    (hostile(), hostile(), hostile(), labels).prop_map(|(source, message, note, labels)| {
        let mut diagnostic = Diagnostic::error(Code::SYNTAX, message).note(note.clone()).help(note);
        for (start, length, text) in labels {
            diagnostic = diagnostic.at(Location::new(SourceId(0), Span::new(start, start + length)), text);
        }
        (source, diagnostic)
    })
}

fn is_harmless(drawn: &str) -> bool {
    drawn.chars().all(|c| c == '\n' || !is_hidden(c))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_diagnostic_panics_or_sends_a_control_character((source, diagnostic) in diagnostics()) {
        let text = Text::new(&source);
        for style in [UNICODE, Style::PLAIN] {
            let drawn = text.draw(&diagnostic, style);
            prop_assert!(is_harmless(&drawn), "{drawn:?}");
            prop_assert!(drawn.len() < 200_000);
        }
        let json = diagnostic_json(&diagnostic, &Places::new(&text.sources));
        prop_assert!(is_harmless(&json));
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(value["message"].as_str().unwrap(), &diagnostic.message);
        // With colours the only escapes are ours: SGR, which ends in m.
        let colored = text.draw(&diagnostic, COLORED);
        for escape in colored.split('\x1b').skip(1) {
            prop_assert!(escape.starts_with('[') && escape[1..].trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m'));
        }
    }

    #[test]
    fn a_caret_stands_exactly_below_its_word(before in "[a-z\t 任务é👩\u{200d}🔬]{0,50}", word in "[a-z任务]{1,9}", after in "[a-z\t 任务]{0,50}") {
        let text = Text::new(&format!("{before}{word}{after}\n"));
        let place = Location::new(SourceId(0), Span::new(before.len(), before.len() + word.len()));
        let drawn = text.draw(&Diagnostic::error(Code::SYNTAX, "m").at(place, ""), UNICODE);
        let lines: Vec<&str> = drawn.lines().collect();
        let (line, carets) = (lines[2], lines[3]);
        let caret_start = carets.find('─').map(|at| width(&carets[..at])).unwrap();
        let caret_end = width(carets.trim_end());
        // The word, cut out of the line by columns, is the word.
        let mut column = 0;
        let below: String = proctor::report::clusters(line).filter(|cluster| {
            let here = column;
            column += width(cluster);
            (caret_start..caret_end).contains(&here)
        }).collect();
        prop_assert_eq!(below, word, "{}", drawn);
    }

    #[test]
    fn tables_and_trees_are_harmless_and_aligned(names in proptest::collection::vec(hostile(), 1..6)) {
        let rows: Vec<ProcessRow> = names.iter().zip(10..).map(|(name, pid)| row(name, pid, 1)).collect();
        let table = draw_table(&rows, UNICODE);
        prop_assert!(is_harmless(&table));
        prop_assert_eq!(table.lines().count(), rows.len() + 1);
        let states: Vec<usize> = table.lines().skip(1).map(|line| width(&line[..line.rfind("sleeping").unwrap()])).collect();
        prop_assert!(states.iter().all(|column| *column == states[0]), "{}", table);
        let tree: Vec<TreeRow> = rows.into_iter().enumerate().map(|(n, process)| TreeRow { depth: n % 3, process }).collect();
        prop_assert!(is_harmless(&draw_tree(&tree, UNICODE)));
    }

    #[test]
    fn differences_and_failures_are_harmless(expected in hostile(), actual in hostile()) {
        prop_assert!(is_harmless(&draw_difference(&expected, &actual, UNICODE)));
        let text = Text::new("expect p.exitcode == 0 and 任务.alive");
        let mut failure = failure(&text);
        failure.parts[0].value.clone_from(&actual);
        failure.message.clone_from(&expected);
        failure.actor.name = actual.as_str().into();
        failure.difference = Some(Difference::Lines { expected: expected.clone(), actual: actual.clone() });
        prop_assert!(is_harmless(&draw_failure(&failure, &Places::new(&text.sources), UNICODE)));
        failure.difference = Some(Difference::AnyOrder { missing: vec![expected], extra: vec![actual] });
        prop_assert!(is_harmless(&draw_failure(&failure, &Places::new(&text.sources), UNICODE)));
        prop_assert!(is_harmless(&failure_json(&failure, &Places::new(&text.sources))));
    }
}
