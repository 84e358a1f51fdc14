//! Homework that hangs: for each program of `tests/hang/homework` what the diagnosis says is in the `.txt` beside it, with
//! the processes numbered in tree order instead of their pids. UPDATE=1 rewrites them.

#[path = "hang/homework.rs"]
mod homework;
#[path = "patience/mod.rs"]
mod patience;
#[path = "pty/mod.rs"]
mod pty;
#[path = "hang/running.rs"]
mod running;

use homework::{all, numbered, said};
use proctor::event::hang::deadlock;
use proctor::observe::hang::{examine, family};
use running::Homework;
use std::path::Path;
use std::time::{Duration, Instant};

/// Of a program that is looked at for the first time: so many looks show the same.
const SAME: usize = 150;

/// Looks until what is said is what is expected, or (`None`) does not change any more.
fn look(homework: &Homework, expected: Option<&str>) -> String {
    let mut last = String::new();
    let mut same = 0;
    patience::look(|| {
        let hang = examine(&family(homework.pid(), 100), &());
        let pids: Vec<i32> = hang.processes.iter().map(|standing| standing.who.pid).collect();
        let now = homework.stable(&numbered(&said(&hang), &pids));
        same = if now == last { same + 1 } else { 0 };
        last = now;
        expected.map_or(same >= SAME, |expected| last == expected).then_some(())
    });
    last
}

#[test]
fn each_homework_that_hangs_is_explained() {
    let programs = all();
    assert!(programs.len() >= 30, "the homework is not where it is looked for");
    let mut wrong = Vec::new();
    for path in programs {
        let golden = path.with_extension("txt");
        let homework = Homework::start(&path);
        let expected = std::fs::read_to_string(&golden).ok();
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&golden, look(&homework, None)).expect("the expectation can be written");
            continue;
        }
        let expected = expected.unwrap_or_default();
        let seen = look(&homework, Some(&expected));
        if seen != expected {
            wrong.push(format!("{}\nexpected:\n{expected}seen:\n{seen}", name(&path)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

#[test]
fn who_ends_while_it_is_looked_at_is_no_trouble() {
    // A shell that starts and ends processes as fast as it can.
    let text = "while :; do /bin/true & /bin/true | cat; done";
    let homework = Homework::run(Path::new("/bin/sh"), &["-c", text]);
    let start = Instant::now();
    let mut seen = 0;
    while start.elapsed() < Duration::from_secs(3) {
        let hang = examine(&family(homework.pid(), 100), &());
        seen += hang.processes.len();
        assert_eq!(deadlock(&hang), None, "{}", said(&hang));
    }
    assert!(seen > 10, "only {seen}");
}
