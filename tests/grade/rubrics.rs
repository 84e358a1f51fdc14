//! Whose mistake it is: what a work does is never the rubric's, and what the rubric does is never the work's.

use super::stage::Stage;
use std::fs;

/// What a work prints, or does not do, never makes the rubric wrong.
#[test]
fn no_work_makes_the_rubric_wrong() {
    let rubric = r#"
def start() {
    return spawn exec("sh", submission) with {capture: true}
}
test "twice" worth 1 {
    let p = start()
    join p
    expect int(p.stdout.lines()[0]) * 2 == 14
}
test "a share" worth 1 {
    let p = start()
    join p
    expect 70 / int(p.stdout.lines()[0]) == 10
}
test "says all" worth 1 {
    let p = start()
    join p
    for line in p.stdout.lines() { feedback line }
    award 0.25, "it can be told"
    expect p.exitcode == 0
}
"#;
    let works = [
        ("ada.sh", "echo 7\n"),
        ("huge.sh", "echo 9223372036854775807\n"),
        ("none.sh", "echo 0\n"),
        ("talks.sh", "seq 1000 1299\nexit 1\n"),
    ];
    let stage = Stage::class(rubric, &works);
    let said = stage.grade(&[]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    let all = stage.students("grades.db");
    let verdict = |student: usize, test: usize| {
        all[student].marks[test].as_ref().map_or("no result", |mark| mark.verdict.name())
    };
    assert_eq!([0, 1, 2].map(|test| verdict(0, test)), ["passed"; 3]);
    assert_eq!([verdict(1, 0), verdict(2, 1), verdict(3, 2)], ["failed"; 3]);
    let told = all[3].marks[2].as_ref().expect("a mark");
    assert_eq!((told.feedback.len(), told.awards.len()), (201, 1), "feedback takes no award's place");
    assert_eq!(told.feedback[200], "… and more: 200 lines of feedback are kept");
}

/// One that still runs has no exit code.
#[test]
fn a_work_that_still_runs_is_no_mistake_of_the_rubric() {
    let rubric = r#"test "has ended" worth 1 {
    spawn p exec("sh", submission) with {capture: true}
    expect p.stdout == "up\n" within 60s
    expect p.exitcode < 1
}"#;
    let stage = Stage::class(rubric, &[("ada.sh", "echo up\nsleep 1000\n")]);
    let said = stage.grade(&["--timeout", "100s"]);
    assert_eq!((said.code, stage.points("grades.db")), (0, vec!["ada 0 #1".to_owned()]), "{said:?}");
    let all = stage.students("grades.db");
    assert_eq!(all[0].marks[0].as_ref().map(|mark| mark.verdict.name()), Some("failed"));
}

/// Where the rubric is wrong, whatever is tested, nothing is said of the works; and nobody is told to try that again.
#[test]
fn a_rubric_that_reads_what_no_work_can_see_is_wrong_itself() {
    let own = |path: &str| format!("test \"as expected\" {{ expect read_file({path}) == \"x\" }}\n");
    let outside =
        "let expected = read_file(\"expected.txt\")\ntest \"as expected\" { expect expected == \"x\" }\n";
    let ours = [outside.to_owned(), own("\"expected.txt\""), own("\"/usr/nowhere/expected.txt\"")];
    for rubric in &ours {
        let stage = Stage::class(rubric, &[("ada.sh", "true\n")]);
        stage.write("expected.txt", "x");
        let said = stage.grade(&["--report-json", "all.json"]);
        assert_eq!(
            (said.code, stage.points("grades.db")),
            (2, vec!["ada 0? #1".to_owned()]),
            "{rubric}: {said:?}"
        );
        assert!(said.stdout.contains("the rubric is to be mended"), "{said:?}");
        assert!(!said.stdout.contains("--resume"), "{said:?}");
        let all = fs::read_to_string(stage.file("all.json")).expect("a report");
        assert!(all.contains("put the text into the rubric"), "{all}");
    }
    // What the work was to have, or to make, is its own.
    let made = "test \"makes it\" {\n    spawn p exec(\"sh\", submission)\n    join p\n    expect read_file(\"/tmp/made\") == \"x\"\n}\n";
    for rubric in [own("\"{submission}/answer.txt\""), made.to_owned()] {
        let stage = Stage::class(&rubric, &[("ada.sh", "true\n")]);
        let said = stage.grade(&[]);
        assert_eq!(
            (said.code, stage.points("grades.db")),
            (0, vec!["ada 0 #1".to_owned()]),
            "{rubric}: {said:?}"
        );
    }
}
