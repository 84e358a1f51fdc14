//! One program three times: by itself, under strace, under observation. The program must do the same, and both observers must
//! have seen the same.

use crate::deeds::{self, Deeds, Tree};
use crate::{oracle, role};
use proctor::event::Event;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// What may differ from run to run, whoever looks on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steady {
    /// Everything is the same each time.
    Whole,
    /// Children end in any order: which of them a wait gives, how often one is asked in vain, and how many SIGCHLD become one.
    ButForWaits,
}

const DEADLINE: Duration = Duration::from_secs(120);

/// A folder for one run of a program.
pub fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("proctor-observe-").tempdir().expect("a temporary folder")
}

fn run(mut command: Command, what: &str) -> Output {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap_or_else(|error| panic!("{what} cannot be started: {error}"));
    let pid = child.id();
    let began = Instant::now();
    let (say, over) = std::sync::mpsc::channel();
    let waiter = std::thread::spawn(move || {
        let output = child.wait_with_output();
        let _ = say.send(());
        output
    });
    if over.recv_timeout(DEADLINE).is_err() {
        let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
        panic!("{what} hangs: not over after {:?}", began.elapsed());
    }
    waiter.join().expect("the waiting thread lives").expect("its output")
}

fn in_folder(program: &[String], before: &[&str], folder: &Path) -> Command {
    let mut words: Vec<String> = before.iter().map(|word| (*word).to_owned()).collect();
    words.extend(program.iter().cloned());
    let mut command = Command::new(&words[0]);
    command
        .args(&words[1..])
        .current_dir(folder)
        .env("LC_ALL", "C")
        .env_remove("MAKEFLAGS")
        .env_remove("MAKELEVEL");
    command
}

/// The exit code, beyond 128 for a signal.
fn code(output: &Output) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    output.status.code().unwrap_or_else(|| 128 + output.status.signal().unwrap_or(0))
}

/// Runs the program under observation; gives what it wrote and the events.
pub fn observed(program: &[String], folder: &Path) -> (Output, Vec<Event>) {
    let me = std::env::current_exe().expect("the test's own path");
    observed_by(&me, program, folder, |_| {})
}

/// The same with a copy of this program as the observer, which is started in another way.
pub fn observed_by(
    me: &Path,
    program: &[String],
    folder: &Path,
    otherwise: impl FnOnce(&mut Command),
) -> (Output, Vec<Event>) {
    let events = folder.with_extension("events");
    let (me, file) = (me.to_string_lossy().into_owned(), events.to_string_lossy().into_owned());
    let mut command = in_folder(program, &[&me, role::WORD, &file], folder);
    otherwise(&mut command);
    let output = run(command, "the observed program");
    let text = std::fs::read_to_string(&events)
        .unwrap_or_else(|error| panic!("no events: {error}; {}", String::from_utf8_lossy(&output.stderr)));
    let _ = std::fs::remove_file(&events);
    let events = text.lines().map(|line| serde_json::from_str(line).expect("an event"));
    (output, events.collect())
}

fn straced(program: &[String], folder: &Path) -> Tree {
    let log = folder.with_extension("strace");
    let file = log.to_string_lossy().into_owned();
    let before = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-q",
        "--decode-fds=pidfd,path",
        "-s",
        "256",
        "-o",
        &file,
        "-e",
        oracle::CALLS,
        "-e",
        "signal=all",
    ];
    run(in_folder(program, &before, folder), "strace (a Debian package)");
    let text = std::fs::read_to_string(&log).expect("strace wrote its log");
    let _ = std::fs::remove_file(&log);
    oracle::read(&text)
}

/// Compares all three. `prepare` fills an empty folder; the program runs in it.
pub fn compare(name: &str, steady: Steady, prepare: impl Fn(&Path), program: &[&str]) {
    let program: Vec<String> = program.iter().map(|word| (*word).to_owned()).collect();
    let fresh = || {
        let folder = folder();
        let place: PathBuf = folder.path().join("run");
        std::fs::create_dir(&place).expect("a folder");
        prepare(&place);
        (folder, place)
    };
    let (_kept, place) = fresh();
    let alone = run(in_folder(&program, &[], &place), "the program by itself");
    let (_kept, place) = fresh();
    let (watched, events) = observed(&program, &place);
    let said = |output: &Output| (code(output), text(&output.stdout), text(&output.stderr));
    assert_eq!(said(&watched), said(&alone), "{name}: the program does something else under observation");
    let (_kept, place) = fresh();
    let theirs = straced(&program, &place);
    let ours = deeds::of_events(&events);
    let (ours, theirs) = (loosened(ours, steady), loosened(theirs, steady));
    assert_same(name, &ours, &theirs);
    assert!(!ours.is_empty(), "{name}: nothing was seen");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn loosened(mut tree: Tree, steady: Steady) -> Tree {
    for deeds in tree.values_mut() {
        for act in &mut deeds.acts {
            *act = nameless(act);
        }
        if steady == Steady::ButForWaits {
            deeds.sigchld = 0;
            // What was reaped, and nothing of how often it was asked.
            deeds.waits.retain(|wait| wait.contains(" 0."));
            deeds.waits.sort();
        }
    }
    tree
}

/// Temporary files have another name each time.
fn nameless(text: &str) -> String {
    let name = regex::Regex::new(r"(/tmp/cc|proctor-observe-)\w+").expect("an expression");
    name.replace_all(text, "$1*").into_owned()
}

fn assert_same(name: &str, ours: &Tree, theirs: &Tree) {
    let mut wrong = Vec::new();
    let none = Deeds::default();
    let all: std::collections::BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    for process in all {
        let (a, b) = (ours.get(process).unwrap_or(&none), theirs.get(process).unwrap_or(&none));
        let mut part = |what: &str, a: &[String], b: &[String]| {
            if a != b {
                wrong.push(format!(
                    "{process} {what}\n  ours:   {}\n  strace: {}",
                    a.join("\n          "),
                    b.join("\n          ")
                ));
            }
        };
        part("did", &a.acts, &b.acts);
        part("waited", &a.waits, &b.waits);
        part("got", &a.signals, &b.signals);
        part("SIGCHLD", &[a.sigchld.to_string()], &[b.sigchld.to_string()]);
    }
    assert!(wrong.is_empty(), "{name}: strace has seen something else\n{}", wrong.join("\n"));
}
