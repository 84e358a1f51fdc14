//! The schema, the page about events and what is written say the same: no kind and no entry more or less.

use super::any::any_history;
use super::{SCHEMA, Traced, assert_by_schema};
use proctor::event::{Header, What, write_lines};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

/// What stands in a line of any kind; the second only where there is such a thing.
const ALWAYS: [&str; 4] = ["time", "pid", "actor", "kind"];
const SOMETIMES: [&str; 3] = ["process", "source", "line"];

fn lines(text: &str) -> Vec<Map<String, Value>> {
    text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 32 } else { 512 }))]

    /// With an entry more, or one less, the schema refuses it.
    #[test]
    fn any_line_is_as_the_schema_says_and_no_other(history in any_history()) {
        let header = Header::new("0".repeat(32), 5, "2026-01-01T00:00:00.000Z".into(), vec!["a.proc".into()]);
        let mut bytes = Vec::new();
        write_lines(&mut bytes, &header, &history).expect("memory");
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert_by_schema(&text);
        for line in lines(&text) {
            let mut more = line.clone();
            more.insert("unheard".into(), json!(1));
            prop_assert!(!SCHEMA.is_valid(&more.into()));
            for entry in line.keys().filter(|entry| !SOMETIMES.contains(&entry.as_str())) {
                let mut less = line.clone();
                less.remove(entry);
                prop_assert!(!SCHEMA.is_valid(&less.into()), "without {}: {:?}", entry, line);
                let mut other = line.clone();
                other.insert(entry.clone(), json!([null]));
                prop_assert!(!SCHEMA.is_valid(&other.into()), "another {}: {:?}", entry, line);
            }
        }
    }
}

/// The entries of each kind as the schema has them.
fn kinds_of_the_schema() -> Vec<(String, BTreeSet<String>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/events.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("JSON");
    let kinds = schema["$defs"]["event"]["oneOf"].as_array().expect("a list").iter().map(|kind| {
        let properties = kind["properties"].as_object().expect("properties");
        let entries = properties.keys().filter(|name| *name != "kind").cloned().collect();
        (properties["kind"]["const"].as_str().expect("a kind").to_owned(), entries)
    });
    kinds.collect()
}

#[test]
fn the_page_and_the_schema_have_the_same_kinds_and_entries() {
    let schema = kinds_of_the_schema();
    assert_eq!(schema.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(), What::KINDS);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/events.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let table = page.lines().skip_while(|line| !line.starts_with("| kind ")).skip(2);
    let words =
        |cell: &str| -> BTreeSet<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let rows: Vec<(BTreeSet<String>, BTreeSet<String>)> = table
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.split('|').collect::<Vec<_>>())
        .map(|cells| (words(cells[1]), cells[3..].iter().flat_map(|cell| words(cell)).collect()))
        .collect();
    for (kind, entries) in &schema {
        let row = rows.iter().find(|(kinds, _)| kinds.contains(kind));
        let told = &row.unwrap_or_else(|| panic!("{kind} is not in the table")).1;
        // A row of several kinds tells of the entries of all of them.
        assert!(entries.is_subset(told), "{kind} has {entries:?}, and the page tells of {told:?}");
    }
    for (kinds, told) in &rows {
        let of_kinds = schema.iter().filter(|(kind, _)| kinds.contains(kind));
        let all: BTreeSet<String> = of_kinds.flat_map(|(_, entries)| entries.clone()).collect();
        assert!(told.is_subset(&all), "{kinds:?} have {all:?}, and the page tells of {told:?}");
    }
}

/// A pipe, a session, a program that is not there, and a child that is stopped and goes on.
const PROGRAM: &str = "
echo a | cat
setsid true
/nowhere 2>/dev/null
perl -MPOSIX -e 'my $p = fork; if (!$p) { kill q(STOP), $$; exit 2 } waitpid $p, WUNTRACED; kill q(CONT), $p; waitpid $p, 0'
exit 3
";

/// All that it does.
const KINDS: [&str; 14] = [
    "spawn", "fork", "exec", "exit", "reap", "wait", "wake", "signal", "deliver", "stop", "continue",
    "group", "open", "close",
];

fn assert_kinds(text: &str) {
    let known: Vec<&str> = ALWAYS.into_iter().chain(SOMETIMES).collect();
    let of_kinds = kinds_of_the_schema();
    let mut seen = BTreeSet::new();
    for line in lines(text) {
        let Some(kind) = line.get("kind").and_then(Value::as_str) else { continue };
        let own: BTreeSet<String> =
            line.keys().filter(|key| !known.contains(&key.as_str())).cloned().collect();
        assert_eq!(Some(&own), of_kinds.iter().find(|(name, _)| name == kind).map(|(_, entries)| entries));
        seen.insert(kind.to_owned());
    }
    let missing: Vec<_> = KINDS.iter().filter(|kind| !seen.contains(**kind)).collect();
    assert!(missing.is_empty(), "{missing:?} are missing\n{text}");
}

#[test]
fn what_an_observed_program_does_is_as_the_schema_says() {
    let text =
        "spawn p exec(\"sh\", \"it.sh\") with {observe: true}\njoin p within 60s\nexpect p.exitcode == 3\n";
    let traced = Traced::new(text);
    std::fs::write(traced.folder.path().join("it.sh"), PROGRAM).expect("a file");
    let output = traced.run(&[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    traced.record();
    assert_kinds(&std::fs::read_to_string(traced.path()).expect("a trace was written"));
}

/// `proctor trace`, into a file and onto standard error.
#[test]
fn what_a_trace_writes_is_as_the_schema_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("events.jsonl");
    let mut command = Command::new(env!("CARGO_BIN_EXE_proctor"));
    command.args(["trace", "--message-format", "json", "--output"]).arg(&file);
    command.args(["--", "sh", "-c", PROGRAM]).stdin(Stdio::null());
    let output = command.output().expect("it starts");
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let text = std::fs::read_to_string(&file).expect("a file");
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_by_schema(&text);
    assert_kinds(&text);
    // The log has lines of the file, and not all of them.
    assert!(said.contains(r#""kind":"exit""#) && said.len() < text.len(), "{said}");
    let written: BTreeSet<&str> = text.lines().collect();
    let others: Vec<&str> = said.lines().filter(|line| !written.contains(line)).collect();
    assert!(others.is_empty(), "{others:?} are not in\n{text}");
}
