//! A grader that is killed at any moment, again and again: what it has told is kept, and nothing is there twice.

use super::patience::look;
use super::stage::Stage;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, Mode, mkfifoat};
use rustix::io::retry_on_intr;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::time::{Duration, Instant};

/// Kills of one run of the test. PROCTOR_GRADE_KILLS=200 is what is promised, and takes some minutes.
fn kills() -> usize {
    std::env::var("PROCTOR_GRADE_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(12)
}

const RUBRIC: &str = "test \"a\" worth 2 { expect read_file(submission) == \"good\\n\" }\ntest \"b\" { expect exists(submission) }\n";
const STUDENTS: usize = 100;

fn points(line: &str) -> Option<(String, String)> {
    let mut words = line.split_whitespace();
    let (student, points) = (words.next()?, words.next()?);
    student.starts_with("student-").then(|| (student.to_owned(), points.to_owned()))
}

#[test]
fn a_grader_killed_at_any_moment_loses_nothing_that_it_has_told_and_nothing_is_doubled() {
    let works: Vec<(String, &str)> = (0..STUDENTS)
        .map(|number| (format!("student-{number:03}.txt"), if number % 2 == 0 { "good\n" } else { "bad\n" }))
        .collect();
    let works: Vec<(&str, &str)> = works.iter().map(|(name, text)| (&**name, *text)).collect();
    let stage = Stage::class(RUBRIC, &works);
    let mut told: BTreeMap<String, String> = BTreeMap::new();
    let mut chance = fastrand::Rng::with_seed(4);
    let mut killed = 0;
    while killed < kills() {
        // A new class whenever one is through.
        let mut running = stage.start(if told.is_empty() { &[] } else { &["--resume"] });
        let pid = Pid::from_child(&running.child);
        let (lines, pause) = (chance.usize(0..8), chance.i64(0..30_000_000));
        let mut ended = false;
        for _ in 0..lines {
            let Some(line) = running.line() else {
                ended = true;
                break;
            };
            told.extend(points(&line));
        }
        // The moment is by chance, or the grader's end.
        let held = pidfd_open(pid, PidfdFlags::empty()).expect("our child");
        let pause = Timespec { tv_sec: 0, tv_nsec: pause };
        retry_on_intr(|| poll(&mut [PollFd::new(&held, PollFlags::IN)], Some(&pause))).expect("poll");
        let _ = kill_process(pid, Signal::KILL);
        while let Some(line) = running.line() {
            told.extend(points(&line));
        }
        running.child.wait().expect("it is ours");
        killed += 1;
        check(&stage, &told);
        if ended || told.len() == STUDENTS {
            told.clear();
        }
    }
    let said = stage.grade(&["--resume"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    let all = stage.students("grades.db");
    assert_eq!(all.len(), STUDENTS);
    for (number, student) in all.iter().enumerate() {
        let points: u64 = student
            .marks
            .iter()
            .flatten()
            .filter_map(|mark| mark.points)
            .map(|points| points.hundredths())
            .sum();
        assert_eq!(
            (student.name.clone(), points),
            (format!("student-{number:03}"), if number % 2 == 0 { 300 } else { 100 })
        );
    }
}

/// All that was told is there, and every student once, in the file that was left.
fn check(stage: &Stage, told: &BTreeMap<String, String>) {
    if told.is_empty() {
        return;
    }
    let said = stage.run(&["grades", "list"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    let listed: Vec<(String, String)> = said.stdout.lines().filter_map(points).collect();
    assert_eq!(listed.len(), STUDENTS);
    let listed: BTreeMap<String, String> = listed.into_iter().collect();
    assert_eq!(listed.len(), STUDENTS, "a student stands twice");
    for (student, points) in told {
        assert_eq!(listed.get(student), Some(points), "{student} was told, and is not there");
    }
}

/// A grader that is stopped by Ctrl-Z and gone on with later hears what its trials said meanwhile.
#[test]
fn a_grader_that_stands_still_takes_nothing_from_anybody() {
    // What a trial has, and beyond that what it gets to end itself, as seconds.
    const LIMIT: u64 = 20;
    const SLACK: u64 = 5;
    let rubric = r#"test "waits" worth 3 {
    spawn p exec("sh", submission)
    join p
    expect p.exitcode == 0
}"#;
    let stage = Stage::class(rubric, &[]);
    let fifo = |name: &str| {
        mkfifoat(CWD, stage.file(name), Mode::RWXU).expect("a FIFO");
        // To read and write: nobody waits for us, and we for nobody.
        File::options().read(true).write(true).open(stage.file(name)).expect("a FIFO")
    };
    let (mut up, mut go) = (fifo("up"), fifo("go"));
    let (here, name) = (stage.path().display(), "ada.sh");
    stage.write(&format!("class/{name}"), &format!("echo up > {here}/up\nread line < {here}/go\nexit 0\n"));
    let mut running = stage.start(&["-j1", "--sandbox", "none", "--timeout", &format!("{LIMIT}s")]);
    up.read_exact(&mut [0; 3]).expect("the work is up");
    let began = Instant::now();
    let grader = Pid::from_child(&running.child);
    let guard = look(|| child_of(grader)).expect("a trial runs");
    kill_process(grader, Signal::STOP).expect("it runs");
    go.write_all(b"go\n").expect("the work reads");
    look(|| state(guard).filter(|state| *state == 'Z')).expect("the trial ends by itself");
    // What is awaited is the time itself: the trial's must be over, and what it gets besides.
    std::thread::sleep(Duration::from_secs(LIMIT + SLACK + 1).saturating_sub(began.elapsed()));
    kill_process(grader, Signal::CONT).expect("it is there");
    while running.line().is_some() {}
    assert_eq!(running.child.wait().expect("it is ours").code(), Some(0));
    assert_eq!(stage.points("grades.db"), ["ada 3 #1"]);
}

/// A child of any of its threads.
fn child_of(pid: Pid) -> Option<i32> {
    let tasks = fs::read_dir(format!("/proc/{}/task", pid.as_raw_nonzero())).ok()?;
    tasks.flatten().find_map(|task| {
        let children = fs::read_to_string(task.path().join("children")).ok()?;
        children.split_whitespace().next()?.parse().ok()
    })
}

/// The letter of its state.
fn state(pid: i32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}
