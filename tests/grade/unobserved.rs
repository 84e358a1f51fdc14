//! Where tracing is forbidden: what is not seen of a program is the machine's fault, and never the student's.

use super::machine::without_ptrace;
use super::stage::{Said, Stage, said};
use proctor::suite::grade::{Mark, Results};

/// What each test needs of observation stands in its name.
const RUBRIC: &str = r#"
def start() {
    return spawn exec("sh", submission) with {name: "work", capture: true}
}
test "nothing: its output" worth 1 {
    let p = start()
    join p
    expect p.stdout == "right\n"
}
test "nothing: what a task becomes" worth 1 {
    spawn p { exec("sh", submission) } with {capture: true}
    join p
    expect p.stdout == "right\n"
}
test "all: whom it starts" worth 2 {
    award 1, "it is a work"
    let p = start()
    join p
    expect p.processes.len() == 2
}
test "all: what happened" worth 1 {
    let p = start()
    join p
    expect events contains sequence [{kind: "fork", actor: p}, {kind: "exit", name: "work"}]
}
test "all: asked by a child" worth 1 {
    spawn t {
        let p = start()
        join p
        expect p.processes.len() == 2
    }
    expect (join t) == 0
}
test "all: it says so itself" worth 1 {
    spawn p exec("sh", submission) with {capture: true, observe: true}
    join p
    expect p.stdout == "right\n"
}
test "nothing: it says so itself" worth 1 {
    spawn p exec("sh", submission) with {capture: true, observe: false}
    join p
    expect p.stdout == "right\n"
}
"#;

/// Starts a child, and says what is right.
const GOOD: &str = "sleep 0\necho right\n";
const BAD: &str = "sleep 0\necho wrong\n";

fn graded(stage: &Stage, traced: bool, more: &[&str]) -> Said {
    let mut command = stage.command(&[&["grade", "r.proc", "class", "--stable"], more].concat());
    if !traced {
        without_ptrace(&mut command);
    }
    said(command.output().expect("proctor can be started"))
}

/// Each test of a student with its verdict.
fn verdicts(stage: &Stage, student: usize) -> Vec<(String, String)> {
    let students = stage.students("grades.db");
    let frame = Results::open(&stage.file("grades.db")).and_then(|results| results.frame());
    let rubric = frame.expect("a class").rubric;
    let name = |mark: &Option<Mark>| mark.as_ref().map_or("none", |mark| mark.verdict.name()).to_owned();
    let marks = students[student].marks.iter().map(name);
    rubric.criteria.iter().map(|criterion| criterion.name.clone()).zip(marks).collect()
}

#[test]
fn what_needs_observation_has_no_result_where_tracing_is_forbidden() {
    for level in [&[][..], &["--sandbox", "none"]] {
        let stage = Stage::class(RUBRIC, &[("bad.sh", BAD), ("good.sh", GOOD)]);
        let said = graded(&stage, false, level);
        assert_eq!(said.code, 4, "{said:?}");
        for (student, right) in [(0, "failed"), (1, "passed")] {
            for (test, verdict) in verdicts(&stage, student) {
                let expected = if test.starts_with("all:") { "tool_failed" } else { right };
                assert_eq!(verdict, expected, "{test}, {right}, {level:?}: {said:?}");
            }
        }
        assert_eq!(stage.points("grades.db"), ["bad 0???? #1", "good 3???? #1"], "{level:?}");
        assert!(said.stdout.contains("missing: observation of programs"), "{said:?}");
        assert!(said.stdout.contains("cannot observe"), "the reason is told: {said:?}");
        // Where it may be traced, what was open is graded, and nothing else.
        let said = graded(&stage, true, &[level, &["--resume"]].concat());
        assert_eq!(said.code, 0, "{said:?}");
        let passed =
            |student: usize| verdicts(&stage, student).iter().filter(|(_, word)| word == "passed").count();
        assert_eq!((passed(0), passed(1)), (3, 7), "{:?}", verdicts(&stage, 0));
    }
}

/// A student's scenario that observes its own programs is not wrong because the machine forbids it.
#[test]
fn a_scenario_that_observes_has_no_result_either() {
    let rubric = r#"test "it ends well" worth 1 { expect run_scenario(submission).exitcode == 0 }"#;
    let work = "spawn p exec(\"true\") with {observe: true}\njoin p\nexpect p.exitcode == 0\n";
    let stage = Stage::class(rubric, &[("ada.proc", work), ("bob.proc", "exit 1\n")]);
    let said = graded(&stage, false, &[]);
    assert_eq!(
        (said.code, stage.points("grades.db")),
        (4, vec!["ada 0? #1".into(), "bob 0 #1".into()]),
        "{said:?}"
    );
    let said = graded(&stage, true, &["--resume"]);
    assert_eq!(
        (said.code, stage.points("grades.db")),
        (0, vec!["ada 1 #1".into(), "bob 0 #1".into()]),
        "{said:?}"
    );
}

/// The same under `proctor test`, of one's own tests: nothing is known of what was tested.
#[test]
fn a_test_of_ones_own_says_that_the_machine_failed() {
    let text = "test \"observed\" {\n    spawn p exec(\"true\") with {observe: true}\n    join p\n    expect p.exitcode == 0\n}\n";
    let stage = Stage::new(&[("t.proc", text)]);
    let run = |traced: bool| {
        let mut command = stage.command(&["test", "t.proc", "--stable"]);
        if !traced {
            without_ptrace(&mut command);
        }
        said(command.output().expect("proctor can be started"))
    };
    let said = run(false);
    assert_eq!(said.code, 4, "{said:?}");
    assert!(
        said.stdout.contains("TOOL") && said.stdout.contains("/proc/sys/kernel/yama/ptrace_scope"),
        "{said:?}"
    );
    let control = run(true);
    assert_eq!(control.code, 0, "{control:?}");
}
