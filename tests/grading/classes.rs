//! Whole classes, of which one work in ten is hostile: every honest one has its right grade. And row 18: the same work, the same verdict,
//! whatever else the machine does.

use super::attackers::{Attackers, different};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Students of a class; `PROCTOR_CLASS=500` is the whole.
const STUDENTS: usize = 100;
/// How often each work is graded in one class of repeats; `PROCTOR_REPEATS` says it otherwise.
const REPEATS: usize = 6;

/// Works of those who mean no harm.
const HONEST: [&str; 5] = ["honest-python", "honest-shell", "wrong", "honest-c", "crashes"];
/// Those of the others that need not be waited for.
const HOSTILE: [&str; 20] = [
    "bomb-doubling",
    "kills-all",
    "daemon",
    "fills-disk",
    "prints-1gib",
    "searches",
    "traces",
    "sockets",
    "leaves",
    "visits",
    "atexit",
    "forges",
    "zombie-storm",
    "links",
    "becomes-root",
    "bomb-wide",
    "kills-group",
    "keeps-pipe",
    "eats-memory",
    "bomb-chain",
];
/// Of every kind of verdict, and where chance could have a say in it.
const REPEATED: [&str; 10] = [
    "honest-python",
    "honest-shell",
    "wrong",
    "crashes",
    "atexit",
    "daemon",
    "keeps-pipe",
    "bomb-doubling",
    "zombie-storm",
    "kills-group",
];

#[test]
fn in_a_class_with_attackers_every_honest_work_has_its_grade() {
    let class = Attackers::new();
    let students = number("PROCTOR_CLASS", STUDENTS);
    let mut handed_in = BTreeMap::new();
    for i in 0..students {
        let work = if i % 10 == 7 { HOSTILE[i / 10 % HOSTILE.len()] } else { HONEST[i % HONEST.len()] };
        let student = format!("student-{i:03}");
        class.hand_in(work, &student);
        handed_in.insert(student, work.to_owned());
    }
    let graded = class.desk.grade(&class.rubric(), &["--sandbox", "required"]);
    assert_eq!(graded.code, 0, "{}", graded.said);
    assert_eq!(different(&graded, &handed_in), Vec::<String>::new());
}

#[test]
fn the_same_work_gets_the_same_verdict() {
    repeat(&["--jobs", "2"]);
}

#[test]
fn the_same_work_gets_the_same_verdict_under_load() {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !over.load(Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let done = std::panic::catch_unwind(|| repeat(&["--jobs", "8"]));
        over.store(true, Relaxed);
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
}

/// Grades each work many times; the results are those of the table.
fn repeat(options: &[&str]) {
    let class = Attackers::new();
    let mut handed_in = BTreeMap::new();
    for i in 0..number("PROCTOR_REPEATS", REPEATS) {
        for work in REPEATED {
            let student = format!("{work}-{i:03}");
            class.hand_in(work, &student);
            handed_in.insert(student, work.to_owned());
        }
    }
    let graded = class.desk.grade(&class.rubric(), &[&["--sandbox", "required"], options].concat());
    assert_eq!(graded.code, 0, "{}", graded.said);
    assert_eq!(different(&graded, &handed_in), Vec::<String>::new());
}

fn number(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}
