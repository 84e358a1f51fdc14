//! What `proctor run --trace` writes: every line by the schema, however the run ends, and nothing of what had happened missing,
//! whoever was killed.

#[path = "history/any.rs"]
mod any;
#[path = "record/ends.rs"]
mod ends;
#[path = "record/kills.rs"]
mod kills;
#[path = "record/schema.rs"]
mod schema;
#[path = "record/times.rs"]
mod times;

use jsonschema::Validator;
use proctor::event::{Event, Header, History, What, read_lines};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/events.schema.json");
    let text = std::fs::read_to_string(path).expect("the schema can be read");
    let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    jsonschema::draft202012::new(&schema).expect("the schema is one")
});

/// A run of a scenario that is to be traced.
struct Traced {
    folder: TempDir,
}

impl Traced {
    fn new(text: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        std::fs::write(folder.path().join("s.proc"), text).expect("room for a scenario");
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("trace.jsonl")
    }

    fn command(&self, options: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_proctor"));
        command
            .args(["--color", "never", "run", "--trace", "trace.jsonl"])
            .args(options)
            .arg("s.proc")
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    fn run(&self, options: &[&str]) -> Output {
        self.command(options).output().expect("proctor starts")
    }

    /// The record, each line of which is what the schema says.
    fn record(&self) -> (Header, History) {
        record_of(&std::fs::read_to_string(self.path()).expect("a trace was written"))
    }
}

/// Every line is what the schema says.
#[track_caller]
fn assert_by_schema(text: &str) {
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).expect("a line is JSON");
        let wrong: Vec<String> = SCHEMA.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{line}\n{wrong:?}");
    }
}

fn record_of(text: &str) -> (Header, History) {
    assert_by_schema(text);
    let (header, events) = read_lines(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert!(events.is_sorted_by_key(|event| event.time));
    assert_eq!(events.first().map(|event| event.time), Some(header.started));
    (header, History::of(events))
}

/// The kinds of the events that happened to the process with this name.
fn kinds<'a>(history: &'a History, name: &'a str) -> Vec<&'a str> {
    let of_it = |index: &usize| history.target(*index).is_some_and(|life| &*life.name == name);
    let events: &[Event] = history.events();
    (0..events.len()).filter(of_it).map(|index| events[index].what.kind()).collect()
}

/// That something is not in a full record does not mean that it did not happen.
#[test]
fn what_a_full_record_lacks_is_not_known() {
    let text = "x".repeat(230);
    let traced = |lines: usize| {
        let traced = Traced::new(&format!(
            "def talk() {{ for i in 0..{lines} {{ print_error(\"{text}\") }} }}\nspawn a talk()\njoin a\nspawn b {{ print \"there\" }}\njoin b\n\
             try {{ expect never {{kind: \"print\", name: \"b\"}} between {{kind: \"spawn\", name: \"b\"}}, {{kind: \"reap\", name: \"b\"}}; print \"held\" }} catch e {{ print e.kind }}\n\
             try {{ expect events(b) contains sequence [{{kind: \"print\", name: \"b\"}}]; print \"held\" }} catch e {{ print e.kind }}\n\
             try {{ expect events(b) contains sequence [{{kind: \"spawn\", name: \"b\"}}]; print \"held\" }} catch e {{ print e.kind }}\n"
        ));
        let output = traced.run(&[]);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    assert_eq!(traced(150_000), (Some(0), "there\nnot_recorded\nnot_recorded\nheld\n".to_owned()));
    // The control: it did.
    assert_eq!(traced(1), (Some(1), "there\n".to_owned()));
}

/// One that prints without end fills its part of the record; what is missing is counted, and nobody's end is pushed out.
#[test]
fn a_full_record_keeps_its_beginning_and_every_end() {
    const LINES: usize = 150_000;
    let text = "x".repeat(230);
    let traced = Traced::new(&format!(
        "def talk() {{ for i in 0..{LINES} {{ print \"{{i}} {text}\" }}\n exit 4 }}\nspawn a talk()\njoin a\nspawn c {{ exit 9 }}\njoin c\n"
    ));
    let output = traced.run(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(traced.path()).expect("a trace was written");
    let (_, events) = read_lines(&text).expect("events");
    let dropped = text.lines().filter(|line| line.contains(r#""kind":"dropped""#)).collect::<Vec<_>>();
    assert_by_schema(&dropped.join("\n"));
    let printed = events.iter().filter(|event| matches!(event.what, What::Printed { .. })).count();
    let dropped: u64 =
        events.iter().map(|event| if let What::Dropped { events } = event.what { events } else { 0 }).sum();
    assert!(dropped > 0 && printed > 0, "{printed} printed, {dropped} dropped");
    assert!(printed as u64 + dropped >= LINES as u64, "{printed} printed, {dropped} dropped");
    let first = events.iter().find_map(|event| match &event.what {
        What::Printed { text, .. } => Some(text.split(' ').next().unwrap_or_default().to_owned()),
        _ => None,
    });
    assert_eq!(first.as_deref(), Some("0"));
    let ends = events.iter().filter_map(|event| match event.what {
        What::Exited { exitcode, .. } => Some(exitcode),
        _ => None,
    });
    assert_eq!(ends.collect::<Vec<_>>(), [4, 9, 0]);
    let reaped = events.iter().filter(|event| matches!(event.what, What::Reaped { .. })).count();
    assert!(reaped >= 2, "{reaped}");
}
