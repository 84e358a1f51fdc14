//! Results: what they say, that they stay, and what is done with them later.

use super::stage::Stage;
use proctor::event::Verdict;
use proctor::value::Points;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;

/// Tests by what is printed by the work.
const RUBRIC: &str = r#"
def start() {
    return spawn exec("sh", submission) with {name: "work", capture: true}
}
test "right" worth 2 within 60s {
    let p = start()
    join p
    expect p.stdout == "right\n"
}
test "and more" worth 3 needs "right" {
    expect true
}
"#;

/// Four outcomes by what the work is called.
const FOUR: &str = r#"
test "four" worth 4 within 1s {
    spawn p exec("sh", submission) with {capture: true}
    if submission.ends_with("slow.sh") {
        award 1, "it begins"
        feedback "too slow"
    }
    join p
    if p.stdout == "odd\n" { print 1 + none }
    expect p.exitcode == 0
}
test "after it" needs "four" { expect true }
"#;

#[test]
fn four_outcomes_are_never_mixed() {
    let works = [
        ("bad.sh", "exit 1\n"),
        ("good.sh", "exit 0\n"),
        ("odd.sh", "echo odd\n"),
        ("slow.sh", "sleep 1000\n"),
    ];
    let stage = Stage::class(FOUR, &works);
    let said = stage.grade(&["--timeout", "60s"]);
    assert_eq!(said.code, 2, "the rubric is wrong for one: {said:?}");
    let marks: Vec<(String, Option<Verdict>, Option<Points>)> = stage
        .students("grades.db")
        .into_iter()
        .map(|student| {
            let mark = student.marks[0].clone();
            (student.name, mark.as_ref().map(|mark| mark.verdict.clone()), mark.and_then(|mark| mark.points))
        })
        .collect();
    let points = |hundredths| Some(Points::from_hundredths(hundredths));
    let expected = [
        ("bad", Verdict::Failed, points(0)),
        ("good", Verdict::Passed, points(400)),
        ("odd", Verdict::Wrong, None),
        ("slow", Verdict::LimitHit, points(100)),
    ];
    let expected = expected.map(|(name, verdict, points)| (name.to_owned(), Some(verdict), points));
    assert_eq!(marks, expected);
    // What needs a test of which nothing is known stays open too; what needs one that failed is skipped.
    let second: Vec<Option<&'static str>> = stage
        .students("grades.db")
        .iter()
        .map(|student| student.marks[1].as_ref().map(|mark| mark.verdict.name()))
        .collect();
    assert_eq!(second, [Some("skipped"), Some("passed"), None, Some("skipped")]);
    assert_eq!(
        stage.students("grades.db")[3].marks[0].as_ref().map(|mark| mark.feedback.clone()),
        Some(vec!["too slow".to_owned()])
    );
}

#[test]
fn what_the_tool_failed_at_has_no_points_and_is_tried_again() {
    let stage = Stage::class(RUBRIC, &[("ada.sh", "echo right\n"), ("bob.sh", "echo wrong\n")]);
    let mut command = stage.command(&["grade", "r.proc", "class", "--stable", "--sandbox", "none"]);
    let said = command.env("PROCTOR_DEBUG_CRASH", "abort").output().expect("it runs");
    assert_eq!(said.status.code(), Some(4), "{said:?}");
    assert_eq!(stage.points("grades.db"), ["ada 0?? #1", "bob 0?? #1"]);
    let said = stage.grade(&["--sandbox", "none", "--resume"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    assert_eq!(stage.points("grades.db"), ["ada 5 #1", "bob 0 #1"]);
}

#[test]
fn a_grading_makes_an_attempt_and_resuming_makes_none_unless_the_work_is_another() {
    let stage = Stage::class(RUBRIC, &[("ada.sh", "echo right\n"), ("bob.sh", "echo wrong\n")]);
    assert_eq!(stage.grade(&[]).code, 0);
    assert_eq!(stage.grade(&["--resume"]).code, 0);
    assert_eq!(stage.points("grades.db"), ["ada 5 #1", "bob 0 #1"]);
    stage.write("class/bob.sh", "echo right\n");
    assert_eq!(stage.grade(&["--resume"]).code, 0);
    assert_eq!(stage.points("grades.db"), ["ada 5 #1", "bob 5 #2"]);
    assert_eq!(stage.grade(&[]).code, 0);
    assert_eq!(stage.points("grades.db"), ["ada 5 #2", "bob 5 #3"]);
    // Another rubric: nothing of the old one is taken for the new one.
    stage.write("r.proc", &RUBRIC.replace("worth 3", "worth 1"));
    assert_eq!(stage.grade(&["--resume"]).code, 0);
    assert_eq!(stage.points("grades.db"), ["ada 3 #3", "bob 3 #4"]);
    // All of it comes from the file alone.
    fs::remove_dir_all(stage.file("class")).expect("it is there");
    fs::remove_file(stage.file("r.proc")).expect("it is there");
    let said = stage.run(&["grades", "list"]);
    assert!(said.code == 0 && said.stdout.contains("3/3"), "{said:?}");
    let said = stage.run(&["grades", "export", "--report-json", "/dev/stdout"]);
    let json: serde_json::Value = serde_json::from_str(&said.stdout).expect("JSON");
    assert_eq!(json["students"].as_array().map(Vec::len), Some(2));
}

/// Whoever passes although the test says that nobody would has all points, and goes on with what needs it: at once, and later.
#[test]
fn what_passed_unexpectedly_is_passed_when_it_is_gone_on_with_too() {
    let rubric = r#"
        test "known" worth 2 xfail "issue 12" { expect exists(submission) }
        test "after it" needs "known" {
            print 1 + none
            expect true
        }
    "#;
    let stage = Stage::class(rubric, &[("ada.sh", "echo right\n")]);
    let second = || stage.students("grades.db")[0].marks[1].as_ref().map(|mark| mark.verdict.clone());
    for more in [&[][..], &["--resume"]] {
        let said = stage.grade(more);
        assert_eq!((said.code, second()), (2, Some(Verdict::Wrong)), "{said:?}");
        assert_eq!(stage.points("grades.db"), ["ada 2? #1"]);
    }
}

#[test]
fn diff_says_whose_points_changed_and_by_which_tests() {
    let stage = Stage::class(RUBRIC, &[("ada.sh", "echo right\n"), ("bob.sh", "echo wrong\n")]);
    assert_eq!(stage.grade(&[]).code, 0);
    stage.write("class/bob.sh", "echo right\n");
    assert_eq!(stage.grade(&[]).code, 0);
    // An attempt that nobody has is no attempt without points.
    for numbers in [["--from", "9"], ["--to", "9"]] {
        let said = stage.run(&[&["grades", "diff"][..], &numbers].concat());
        assert!(said.code == 2 && said.stderr.contains("no student has an attempt 9"), "{said:?}");
    }
    let said = stage.run(&["grades", "diff"]);
    let expected = "bob  0/5 → 5/5\n    right: failed (0) → passed (2)\n    and more: skipped (0) → passed (3)\n1 student changed\n";
    assert_eq!((said.code, said.stdout.as_str()), (0, expected));
}

/// The same for programs, as the schema says it; names are as they are, whatever stands in them.
#[test]
fn diff_says_the_same_as_json() {
    let odd = "a\"b\u{202e}\n<script>";
    let stage = Stage::class(
        RUBRIC,
        &[("ada.sh", "echo right\n"), (&format!("{odd}.sh"), "echo wrong\n"), ("gone.sh", "echo wrong\n")],
    );
    let json = ["grades", "diff", "--message-format", "json"];
    let schema = include_str!("../../docs/grades-diff.schema.json");
    // New fields may come: whoever reads lets them pass. Those that are here must all be named.
    let schema = schema.replace("\"additionalProperties\": true", "\"additionalProperties\": false");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("it is a schema");
    let changed = |more: &[&str]| {
        let said = stage.run(&[&json[..], more].concat());
        assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
        assert!(!said.stdout.contains('\u{202e}'), "nobody sees it: {said:?}");
        let read: serde_json::Value = serde_json::from_str(&said.stdout).expect("JSON");
        let wrong: Vec<String> = validator.iter_errors(&read).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:?}: {read}");
        read["students"].clone()
    };
    assert_eq!(stage.grade(&[]).code, 0);
    assert_eq!(changed(&[]), serde_json::json!([]), "nobody was graded twice");
    stage.write(&format!("class/{odd}.sh"), "echo right\n");
    stage.write("r.proc", &RUBRIC.replace("and more", "and other"));
    assert_eq!(stage.grade(&["--results", "other.db"]).code, 0);
    fs::remove_file(stage.file("class/gone.sh")).expect("it is there");
    assert_eq!(stage.grade(&["--results", "third.db"]).code, 0);
    let side = |points: f64, attempt: u32| serde_json::json!({"attempt": attempt, "points": points, "worth": 5.0, "open": 0});
    let went = |verdict: &str, points: f64| serde_json::json!({"verdict": verdict, "points": points});
    let right =
        serde_json::json!({"name": "right", "before": went("failed", 0.0), "after": went("passed", 2.0)});
    let other = |old: &str, new: &str| {
        serde_json::json!([
            {"name": "and other", "before": null, "after": went(new, if new == "passed" { 3.0 } else { 0.0 })},
            {"name": "and more", "before": went(old, if old == "passed" { 3.0 } else { 0.0 }), "after": null}
        ])
    };
    let mut all = vec![right];
    all.extend(other("skipped", "passed").as_array().cloned().unwrap_or_default());
    assert_eq!(
        changed(&["grades.db", "other.db"]),
        serde_json::json!([
            {"name": odd, "before": side(0.0, 1), "after": side(5.0, 1), "tests": all},
            {"name": "ada", "before": side(5.0, 1), "after": side(5.0, 1), "tests": other("passed", "passed")},
            {"name": "gone", "before": side(0.0, 1), "after": side(0.0, 1), "tests": other("skipped", "skipped")},
        ])
    );
    assert_eq!(
        changed(&["other.db", "third.db"]),
        serde_json::json!([{"name": "gone", "before": side(0.0, 1), "after": null, "tests": []}])
    );
}

#[test]
fn slices_are_merged_into_the_whole() {
    let works: Vec<(String, String)> = (0..7)
        .map(|number| {
            (format!("s{number}.sh"), format!("echo {}\n", if number % 3 == 0 { "right" } else { "wrong" }))
        })
        .collect();
    let works: Vec<(&str, &str)> = works.iter().map(|(name, text)| (&**name, &**text)).collect();
    let stage = Stage::class(RUBRIC, &works);
    for part in ["1", "2", "3"] {
        let slice = format!("slice:{part}/3");
        assert_eq!(stage.grade(&["--partition", &slice, "--results", &format!("{part}.db")]).code, 0);
    }
    assert_eq!(stage.grade(&[]).code, 0);
    assert_eq!(stage.run(&["grades", "merge", "1.db", "2.db", "3.db", "--output", "all.db"]).code, 0);
    assert_eq!(stage.points("all.db"), stage.points("grades.db"));
    let said = stage.run(&["grades", "merge", "1.db", "all.db", "--output", "twice.db"]);
    assert!(said.code == 2 && said.stderr.contains("no student may stand twice"), "{said:?}");
    stage.write("r.proc", &RUBRIC.replace("worth 3", "worth 1"));
    assert_eq!(stage.grade(&["--partition", "slice:1/3", "--results", "other.db"]).code, 0);
    let said = stage.run(&["grades", "merge", "2.db", "other.db", "--output", "twice.db"]);
    assert!(said.code == 2 && said.stderr.contains("different rubrics"), "{said:?}");
    assert!(!stage.file("twice.db").exists());
    let said = stage.run(&["grades", "merge", "1.db", "2.db", "--output", "all.db"]);
    assert!(said.code == 2 && said.stderr.contains("there already"), "{said:?}");
}

#[test]
fn a_refused_work_is_its_students_verdict_and_nobody_elses() {
    let stage = Stage::class(RUBRIC, &[("ada.sh", "echo right\n"), ("eve.zip", "no archive")]);
    let said = stage.grade(&[]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("refused: it is no zip archive"), "{said:?}");
    assert_eq!(stage.points("grades.db"), ["ada 5 #1", "eve 0 #1"]);
    assert_eq!(stage.grade(&["--resume"]).code, 0);
    assert_eq!(stage.points("grades.db"), ["ada 5 #1", "eve 0 #1"]);
}

#[test]
fn files_that_are_no_results_are_told_and_not_touched() {
    let stage = Stage::class(RUBRIC, &[("ada.sh", "echo right\n")]);
    stage.write("text.db", "this is a text, and long enough to be taken for something else");
    let said = stage.grade(&["--results", "text.db"]);
    assert!(said.code == 2 && said.stderr.contains("no results file"), "{said:?}");
    assert!(fs::read_to_string(stage.file("text.db")).expect("it is there").starts_with("this is a text"));
    let said = stage.run(&["grades", "list", "nowhere.db"]);
    assert!(said.code == 2 && said.stderr.contains("there is no results file"), "{said:?}");
    // A damaged one.
    assert_eq!(stage.grade(&[]).code, 0);
    let mut bytes = fs::read(stage.file("grades.db")).expect("it is there");
    for byte in bytes.iter_mut().skip(4096) {
        *byte = 0xa5;
    }
    fs::write(stage.file("bad.db"), &bytes).expect("it can be written");
    for args in [vec!["grade", "r.proc", "class", "--results", "bad.db"], vec!["grades", "list", "bad.db"]] {
        let said = stage.run(&args);
        assert!(said.code == 2 && said.stderr.contains("damaged"), "{args:?}: {said:?}");
    }
    assert_eq!(fs::read(stage.file("bad.db")).expect("it is there"), bytes);
}

#[test]
fn two_graders_do_not_write_to_one_file() {
    let stage = Stage::class(RUBRIC, &[("ada.sh", "echo right\n")]);
    assert_eq!(stage.grade(&[]).code, 0);
    let held = fs::File::options().read(true).write(true).open(stage.file("grades.db")).expect("it is there");
    held.lock().expect("nobody else has it");
    let said = stage.grade(&[]);
    assert!(said.code == 2 && said.stderr.contains("in use by another `proctor grade`"), "{said:?}");
    drop(held);
    assert_eq!(stage.grade(&[]).code, 0);
}

#[test]
fn an_interrupted_grading_keeps_what_it_has() {
    let stage = Stage::class(RUBRIC, &[("ada.sh", "echo right\n"), ("slow.sh", "sleep 1000\n")]);
    let mut running = stage.start(&["-j1", "--timeout", "1000s"]);
    running.until("ada");
    kill_process(Pid::from_child(&running.child), Signal::INT).expect("it runs");
    while running.line().is_some() {}
    assert_eq!(running.child.wait().expect("it is ours").code(), Some(130));
    assert_eq!(stage.points("grades.db"), ["ada 5 #1", "slow 0?? #1"]);
}

#[test]
fn the_sample_is_graded_as_its_comments_say() {
    let stage = Stage::new(&[]);
    let said = stage.run(&["grade", "--init", "homework"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    let said = stage.run(&["grade", "homework/rubric.proc", "homework/class"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    assert_eq!(stage.points("grades.db"), ["ada 6 #1", "bob 2 #1"]);
    let said = stage.run(&["grade", "--init", "homework"]);
    assert!(said.code == 2 && said.stderr.contains("is there already"), "{said:?}");
}

/// The teacher's reports lead to a page for each test, the student's to none.
#[test]
fn the_timeline_of_each_test_is_linked() {
    let stage = Stage::new(&[]);
    assert_eq!(stage.run(&["grade", "--init", "homework"]).code, 0);
    std::fs::create_dir(stage.file("out")).expect("a folder");
    let said = stage.run(&[
        "grade",
        "homework/rubric.proc",
        "homework/class",
        "--timelines",
        "out/time lines",
        "--report-json",
        "out/all.json",
        "--report-html",
        "out/all.html",
        "--students",
        "out/students",
    ]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    let read = |name: &str| std::fs::read_to_string(stage.file(name)).expect("it is there");
    let (html, all) = (read("out/all.html"), read("out/all.json"));
    let all: serde_json::Value = serde_json::from_str(&all).expect("JSON");
    assert!(
        html.contains("<title>homework</title>"),
        "the page is not called as the folder of `rubric.proc`"
    );
    let mut pages = 0;
    for student in all["students"].as_array().expect("students") {
        for test in student["tests"].as_array().expect("tests").iter().filter(|test| !test["trial"].is_null())
        {
            let link = test["trial"]["timeline"].as_str().expect("a link");
            assert!(html.contains(link), "the page does not lead to {link}");
            let page = read(&format!("out/{}", link.replace("%20", " ")));
            assert!(page.contains("</html>") && page.contains("main"), "{link}");
            pages += 1;
        }
        let own = read(&format!("out/students/{}/report.html", student["name"].as_str().expect("a name")));
        assert!(
            !own.contains("time%20lines") && !own.contains("time lines"),
            "a student's report leads to a page"
        );
    }
    assert!(pages >= 4, "{pages}");
    std::fs::write(stage.file("file"), "").expect("a file");
    let said = stage.run(&["grade", "homework/rubric.proc", "homework/class", "--timelines", "file"]);
    assert!(said.code == 2 && said.stderr.contains("for timelines cannot be made"), "{said:?}");
}

/// What processes of a scenario share is memory, and no file whose size is limited.
#[test]
fn the_scenarios_own_objects_are_no_files_of_the_work() {
    let rubric = r#"test "a queue" worth 1 {
    let q = queue()
    spawn p { q.put("x".repeat(1000000)) }
    expect q.get().len() == 1000000
    join p
}"#;
    let stage = Stage::class(rubric, &[("ada.py", "print(1)")]);
    let said = stage.grade(&["--file-size", "64K"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    assert_eq!(stage.points("grades.db"), ["ada 1 #1"]);
}

/// Whoever watches the work for the rubric is no orphan that the work has left.
#[test]
fn our_own_tracers_are_no_orphans_of_the_work() {
    let rubric = r#"test "again and again" {
    for i in range(8) {
        spawn p exec("sh", submission) with {capture: true}
        join p
        expect p.exitcode == 0
    }
}"#;
    let stage = Stage::class(rubric, &[("ada.sh", "exit 0\n"), ("eve.sh", "(exit 3) & exec sleep 0.1\n")]);
    let said = stage.grade(&["--report-json", "all.json"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    let all: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(stage.file("all.json")).expect("a report")).expect("JSON");
    let orphans = |student: usize| {
        let trial = &all["students"][student]["tests"][0]["trial"];
        let orphans = trial["never_waited_for"].as_array().expect("a list").iter();
        orphans.map(|orphan| orphan["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(orphans(0), Vec::<String>::new());
    assert!(!orphans(1).is_empty() && orphans(1).iter().all(|name| name == "sh"), "{:?}", orphans(1));
}

/// Who starts a grading again and thinks better of it has lost nothing.
#[test]
fn a_grading_that_came_to_nothing_hides_no_results() {
    let stage = Stage::class(RUBRIC, &[("ada.sh", "echo right\n"), ("bob.sh", "echo wrong\n")]);
    let said = stage.grade(&[]);
    assert!(said.code == 0 && !said.stdout.contains("--resume"), "{said:?}");
    for work in ["class/ada.sh", "class/bob.sh"] {
        stage.write(work, "sleep 1000\n");
    }
    let mut running = stage.start(&["-j1", "--timeout", "100s"]);
    running.until("grades.db has 4 results; --resume goes on with them");
    kill_process(Pid::from_child(&running.child), Signal::INT).expect("it runs");
    while running.line().is_some() {}
    assert_eq!(running.child.wait().expect("it is ours").code(), Some(130));
    assert_eq!(stage.points("grades.db"), ["ada 5 #1", "bob 0 #1"]);
    let said = stage.run(&["grades", "list"]);
    assert!(said.code == 0 && said.stdout.contains("2 of 2 students graded"), "{said:?}");
    let said = stage.run(&["grades", "diff"]);
    assert_eq!(said.stdout, "everybody was graded once: there is nothing to compare yet\n", "{said:?}");
    let export = |more: &[&str]| {
        let said = stage.run(&[&["grades", "export", "--report-json", "/dev/stdout"], more].concat());
        let all: serde_json::Value = serde_json::from_str(&said.stdout).expect("JSON");
        let student = &all["students"][0];
        (student["attempt"].as_u64(), student["open"].as_u64(), student["points"].as_f64())
    };
    assert_eq!(export(&[]), (Some(1), Some(0), Some(5.0)));
    assert_eq!(export(&["--attempt", "1"]), (Some(1), Some(0), Some(5.0)));
    assert_eq!(export(&["--attempt", "2"]), (Some(2), Some(2), Some(0.0)));
    stage.write("class/ada.sh", "echo right\n");
    stage.write("class/bob.sh", "echo wrong\n");
    assert_eq!(stage.grade(&["--resume"]).code, 0);
    assert_eq!(stage.points("grades.db"), ["ada 5 #1", "bob 0 #1"]);
    // One with results counts, and leaves out no number.
    assert_eq!(stage.grade(&[]).code, 0);
    assert_eq!(stage.points("grades.db"), ["ada 5 #3", "bob 0 #3"]);
    assert_eq!(stage.run(&["grades", "diff"]).stdout, "nobody's points changed\n");
}

/// No report says that works were kept inside better than any of them was.
#[test]
fn the_sandbox_of_a_class_is_the_weakest_of_its_marks() {
    let stage = Stage::class(RUBRIC, &[("ada.sh", "echo right\n")]);
    let sandbox = |file: &str| {
        let said = stage.run(&["grades", "export", file, "--report-json", "/dev/stdout"]);
        let all: serde_json::Value = serde_json::from_str(&said.stdout).expect("JSON");
        let missing = all["sandbox"]["missing"].as_array().expect("a list").iter();
        let same = missing.clone().find(|one| one["part"] == "the same for all");
        let why = same.map_or("", |one| one["reason"].as_str().expect("a reason")).to_owned();
        (all["sandbox"]["level"].as_str().expect("a level").to_owned(), why)
    };
    assert_eq!(stage.grade(&["--sandbox", "none"]).code, 0);
    assert_eq!(sandbox("grades.db"), ("host".to_owned(), String::new()));
    stage.write("class/bob.sh", "echo right\n");
    assert_eq!(stage.grade(&["--resume"]).code, 0);
    let (level, why) = sandbox("grades.db");
    assert_eq!(level, "host");
    assert!(why.starts_with("2 marks were found under another ("), "{why}");
    // All of them anew: nothing of the old ones counts.
    assert_eq!(stage.grade(&[]).code, 0);
    let (level, why) = sandbox("grades.db");
    assert!(level != "host" && why.is_empty(), "{level}: {why}");
    assert_eq!(stage.grade(&["--partition", "slice:1/2", "--results", "1.db", "--sandbox", "none"]).code, 0);
    assert_eq!(stage.grade(&["--partition", "slice:2/2", "--results", "2.db"]).code, 0);
    assert_eq!(stage.run(&["grades", "merge", "1.db", "2.db", "--output", "all.db"]).code, 0);
    let (level, why) = sandbox("all.db");
    assert_eq!(level, "host");
    assert!(why.starts_with("2 marks were found under another ("), "{why}");
}
