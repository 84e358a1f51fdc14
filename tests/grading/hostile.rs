//! Works that attack whoever grades them. Each gets the verdict that it deserves, the one behind it is graded as if it had not been, and
//! nothing is left.

use super::attackers::{Attackers, different, table};
use std::collections::BTreeMap;
use std::fs;

#[test]
fn each_gets_its_verdict_and_the_next_one_its_own() {
    let class = Attackers::new();
    let mut handed_in = BTreeMap::new();
    for work in table().into_keys() {
        // In this order, one after the other.
        let student = work.clone();
        class.hand_in(&work, &student);
        let next = format!("{work}-next");
        class.hand_in_secret(&next);
        handed_in.insert(next, "honest-python".to_owned());
        handed_in.insert(student, work);
    }
    let graded = class.desk.grade(&class.rubric(), &["--sandbox", "required", "--seed", "1"]);
    assert_eq!(graded.code, 0, "{}", graded.said);
    assert_ne!(graded.level, "host");
    assert_eq!(different(&graded, &handed_in), Vec::<String>::new(), "{}", graded.said);
    for (name, student) in &graded.students {
        assert_eq!(student.open, 0, "{name}: what a work does is never a fault of the tool or of the rubric");
    }
    let notes = fs::read_to_string(class.desk.path("home/notes")).expect("notes");
    assert_eq!(notes, "RESULTS-SECRET-4713\n", "nobody has written there");
}

#[test]
fn every_work_is_in_the_table() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/grading/hostile/works");
    let files = fs::read_dir(folder).expect("works").flatten();
    let mut names: Vec<String> =
        files.filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    assert_eq!(names, table().into_keys().collect::<Vec<_>>());
}

/// Where nothing keeps them inside, the same works do find the rubric and the other works, reach who listens, and see what was left.
#[test]
fn control_without_a_sandbox_they_succeed() {
    let mut class = Attackers::new();
    class.searched = class.desk.path("").display().to_string();
    for work in ["searches", "sockets", "visits"] {
        class.hand_in(work, work);
    }
    class.hand_in_secret("somebody");
    fs::write(class.desk.path("home/left-4711"), "left").expect("it can be written");
    let graded = class.desk.grade(&class.rubric(), &["--sandbox", "none"]);
    assert_eq!(graded.level, "host");
    let verdict = |name: &str| graded.students[name].verdicts()[0].to_owned();
    let verdicts = ["searches", "sockets", "visits", "somebody"].map(verdict);
    assert_eq!(verdicts, ["failed", "failed", "failed", "passed"], "{}", graded.said);
}
