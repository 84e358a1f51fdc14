//! Limits where there are no namespaces: what a work may use is limited at the level of the host too.

use super::machine::{as_nobody, without_namespaces};
use super::stage::{Said, Stage, said};

/// Each test asks its work for something that is limited.
const RUBRIC: &str = r#"
def start(what) {
    return spawn exec("python3", submission, what) with {name: "work", capture: true}
}
test "memory" worth 1 {
    let p = start("memory")
    join p
    expect p.exitcode == 0
}
test "file" worth 1 {
    let p = start("file")
    join p
    expect p.exitcode == 0
}
test "files" worth 1 {
    let p = start("files")
    join p
    expect p.stdout == "(256, 256)\n"
}
test "core" worth 1 {
    let p = start("core")
    join p
    expect p.stdout == "(0, 0)\n"
}
test "alive" worth 1 { join start("alive") }
test "cpu" worth 1 { join start("cpu") }
"#;

const WORK: &str = r#"
import os, resource, sys, time
what = sys.argv[1]
if what == "memory":
    held = b"x" * (200 << 20)
elif what == "file":
    with open("large", "wb") as file:
        file.write(b"x" * (3 << 20))
elif what == "files":
    print(resource.getrlimit(resource.RLIMIT_NOFILE))
elif what == "core":
    print(resource.getrlimit(resource.RLIMIT_CORE))
elif what == "alive":
    # Of another session, and nobody's children any more: they count all the same.
    for _ in range(40):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(1.5)
            os._exit(0)
    time.sleep(2)
elif what == "cpu":
    while time.process_time() < 2.5:
        pass
"#;

/// What is limited so that each of the works goes beyond it, and what is not.
const NARROW: [&str; 10] =
    ["--memory", "100M", "--file-size", "1M", "--processes", "20", "--cpu", "1s", "--files", "256"];
const WIDE: [&str; 10] =
    ["--memory", "2G", "--file-size", "100M", "--processes", "500", "--cpu", "100s", "--files", "256"];

fn verdicts(stage: &Stage) -> Vec<&'static str> {
    let student = stage.students("grades.db").remove(0);
    student.marks.iter().map(|mark| mark.as_ref().map_or("none", |mark| mark.verdict.name())).collect()
}

/// Why a test has its verdict.
fn why(stage: &Stage, test: usize) -> String {
    let mark = stage.students("grades.db").remove(0).marks.remove(test);
    mark.and_then(|mark| mark.outcome).and_then(|outcome| outcome.why).unwrap_or_default()
}

#[track_caller]
fn limited(stage: &Stage, mut grade: impl FnMut(&[&str]) -> Said) {
    let narrow = grade(&NARROW);
    assert_eq!(narrow.code, 0, "{narrow:?}");
    let expected = ["failed", "failed", "passed", "passed", "limit_hit", "limit_hit"];
    assert_eq!(verdicts(stage), expected, "{narrow:?}");
    assert!(why(stage, 4).contains("too many processes were alive at once"), "{}", why(stage, 4));
    assert!(why(stage, 5).contains("processor time"), "{}", why(stage, 5));
    assert!(
        narrow.stdout.contains("kept inside: host (") && narrow.stdout.contains("limits of each process"),
        "{narrow:?}"
    );
    let said = stage.run(&["grades", "export", "--report-json", "/dev/stdout"]);
    let report: serde_json::Value = serde_json::from_str(&said.stdout).expect("JSON");
    let limits = report["sandbox"]["limits"].to_string();
    for limit in [
        "20 processes at once",
        "256 open files",
        "100 MiB of memory",
        "1 MiB a file",
        "1.000s of processor time",
    ] {
        assert!(limits.contains(limit), "{limit} is not told: {limits}");
    }
    assert!(!limits.contains("in all"), "nobody counts them here: {limits}");
    // The control: with more of everything nothing of it is hit.
    let wide = grade(&WIDE);
    assert_eq!((wide.code, verdicts(stage)), (0, vec!["passed"; 6]), "{wide:?}");
}

#[test]
fn limits_hold_where_nothing_is_to_keep_works_inside() {
    let stage = Stage::class(RUBRIC, &[("ada.py", WORK)]);
    limited(&stage, |limits| stage.grade(&[&["--sandbox", "none"], limits].concat()));
}

/// In a machine without namespaces, as somebody who is not root.
#[test]
fn limits_hold_where_there_are_no_namespaces() {
    let stage = Stage::class(RUBRIC, &[("ada.py", WORK)]);
    let grade = |limits: &[&str]| {
        let args = [&["grade", "r.proc", "class", "--stable"], limits].concat();
        let mut command = as_nobody(&stage, &args);
        without_namespaces(&mut command);
        said(command.output().expect("proctor can be started"))
    };
    limited(&stage, grade);
}

/// Who computes with all processors for as long as the test has, has not used up its processor time.
#[test]
fn processor_time_is_the_time_on_each_processor() {
    let rubric = "test \"it\" {\n    expect run(\"python3\", submission).stdout == \"True\\n\"\n}\n";
    let work = "import os, resource\nprint(resource.getrlimit(resource.RLIMIT_CPU)[0] == 7 * len(os.sched_getaffinity(0)) + 1)\n";
    let stage = Stage::class(rubric, &[("ada.py", work)]);
    for sandbox in ["auto", "none"] {
        let said = stage.grade(&["--timeout", "7s", "--sandbox", sandbox]);
        assert_eq!((said.code, verdicts(&stage)), (0, vec!["passed"]), "{said:?}");
    }
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let said = stage.run(&["grades", "export", "--report-json", "/dev/stdout"]);
    let told = format!("{}.000s of processor time at most", 7 * processors);
    assert!(said.stdout.contains(&told), "{told}: {said:?}");
    // The control: what is said is taken.
    let said = stage.grade(&["--timeout", "7s", "--cpu", "100s"]);
    assert_eq!((said.code, verdicts(&stage)), (0, vec!["failed"]), "{said:?}");
}
