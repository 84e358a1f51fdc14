//! Where results and reports cannot be written, and who grades without being root: what is said, and what is kept.

use super::machine::{as_nobody, is_root};
use super::stage::{Said, Stage, said};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const RUBRIC: &str = "test \"a\" worth 2 { expect read_file(submission).len() > 0 }\ntest \"b\" { feedback \"x\".repeat(3000); expect true }\n";

/// A disk of its own, as long as this lives; none where none can be mounted.
struct Disk(PathBuf);

impl Disk {
    fn new(stage: &Stage, size: &str) -> Option<Self> {
        let place = stage.file("disk");
        fs::create_dir(&place).expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(&place);
        if is_root() && mount.status().is_ok_and(|status| status.success()) {
            return Some(Self(place));
        }
        println!("left out: no disk can be mounted here");
        None
    }

    fn remount(&self, how: &str) {
        let mount = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(&self.0).status();
        assert!(mount.is_ok_and(|status| status.success()), "remount {how}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn class(students: usize) -> Stage {
    let works: Vec<(String, String)> =
        (0..students).map(|number| (format!("s{number:02}.txt"), "work\n".to_owned())).collect();
    let works: Vec<(&str, &str)> = works.iter().map(|(name, text)| (&**name, &**text)).collect();
    Stage::class(RUBRIC, &works)
}

/// Students with all their points, of those that have a line.
fn told(said: &Said) -> Vec<String> {
    let lines = said.stdout.lines().filter(|line| line.starts_with('s') && line.contains("3/3"));
    lines.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect()
}

/// Entries of a folder.
fn entries(path: &Path) -> Vec<String> {
    let names = fs::read_dir(path).expect("a folder").flatten();
    let mut names: Vec<String> =
        names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_full_disk_ends_the_grading_and_loses_nothing_that_was_told() {
    const STUDENTS: usize = 40;
    let stage = class(STUDENTS);
    let Some(disk) = Disk::new(&stage, "300k") else { return };
    let said = stage.grade(&["--results", "disk/grades.db", "-j1"]);
    assert_eq!(said.code, 4, "{said:?}");
    assert_eq!(
        said.stderr, "proctor: the results file `disk/grades.db` cannot be written: the disk is full\n",
        "{said:?}"
    );
    let before = told(&said);
    assert!(!before.is_empty() && before.len() < STUDENTS, "{before:?}");
    // What was told is there, also while the disk is full.
    let check = || {
        let listed = stage.run(&["grades", "list", "disk/grades.db"]);
        assert_eq!(listed.code, 0, "{listed:?}");
        let listed = told(&listed);
        assert!(before.iter().all(|student| listed.contains(student)), "{before:?} {listed:?}");
    };
    check();
    // With more room it goes on where it was.
    disk.remount("size=20m");
    let said = stage.grade(&["--results", "disk/grades.db", "--resume"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    check();
    let all = stage.points("disk/grades.db");
    let expected: Vec<String> = (0..STUDENTS).map(|number| format!("s{number:02} 3 #1")).collect();
    assert_eq!(all, expected);
}

/// No half of a report: the one from before, or none; and the results are kept all the same.
#[test]
fn a_full_disk_leaves_no_half_of_a_report() {
    let stage = class(30);
    let Some(disk) = Disk::new(&stage, "40k") else { return };
    let reports = [
        "--report-json",
        "disk/all.json",
        "--report-html",
        "disk/all.html",
        "--report-csv",
        "disk/all.csv",
        "--report-junit",
        "disk/all.xml",
        "--report-tap",
        "disk/all.tap",
        "--students",
        "disk/students",
        "--report-gradescope",
        "disk/scope",
    ];
    stage.write("disk/all.html", "the old one");
    let said = stage.grade(&reports);
    assert_eq!(said.code, 4, "{said:?}");
    assert!(
        said.stderr.contains("the report `disk/all.html` cannot be written: No space left on device"),
        "{said:?}"
    );
    assert!(said.stderr.contains("the report `disk/students` cannot be written"), "{said:?}");
    assert_eq!(fs::read_to_string(stage.file("disk/all.html")).expect("it is there"), "the old one");
    for name in entries(&stage.file("disk")) {
        assert!(!name.starts_with('.'), "{name} is left");
        if name == "all.json" {
            let text = fs::read_to_string(stage.file("disk/all.json")).expect("it is there");
            serde_json::from_str::<serde_json::Value>(&text).expect("whole");
        }
    }
    for student in fs::read_dir(stage.file("disk/students")).into_iter().flatten().flatten() {
        for name in entries(&student.path()) {
            let text = fs::read_to_string(student.path().join(&name)).expect("it is there");
            assert!(!name.starts_with('.') && text.ends_with('\n'), "{name}: half of it");
        }
    }
    assert_eq!(stage.points("grades.db").iter().filter(|line| line.contains(" 3 ")).count(), 30);
    // With more room they are written from what was kept.
    disk.remount("size=20m");
    let said = stage.run(&[&["grades", "export"][..], &reports].concat());
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    assert_eq!(entries(&stage.file("disk/students")).len(), 30);
}

#[test]
fn results_that_cannot_be_written_are_told_before_anything_is_graded() {
    let stage = class(2);
    assert_eq!(stage.grade(&[]).code, 0);
    let Some(disk) = Disk::new(&stage, "1m") else { return };
    fs::copy(stage.file("grades.db"), stage.file("disk/grades.db")).expect("a copy");
    let before = fs::read(stage.file("grades.db")).expect("it is there");
    disk.remount("ro");
    for file in ["disk/grades.db", "disk/new.db"] {
        let said = stage.grade(&["--results", file]);
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.stderr.contains(&format!("the results file `{file}` cannot be written")), "{said:?}");
        assert!(told(&said).is_empty(), "{said:?}");
    }
    assert_eq!(fs::read(stage.file("disk/grades.db")).expect("it is there"), before);
    // To be read it is as good as any.
    let said = stage.run(&["grades", "export", "disk/grades.db", "--report-csv", "/dev/stdout"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
}

/// The same as somebody who is not root, by permissions.
#[test]
fn results_that_are_for_reading_only_are_told() {
    let stage = class(2);
    assert_eq!(stage.grade(&[]).code, 0);
    let grade = || {
        said(
            as_nobody(&stage, &["grade", "r.proc", "class", "--stable"]).output().expect("it can be started"),
        )
    };
    let mode = |name: &str, mode| {
        fs::set_permissions(stage.file(name), fs::Permissions::from_mode(mode)).expect("ours")
    };
    assert_eq!(grade().code, 0);
    mode("grades.db", 0o444);
    let refused = grade();
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(
        refused.stderr.contains("the results file `grades.db` cannot be written: Permission denied"),
        "{refused:?}"
    );
    let mut list = as_nobody(&stage, &["grades", "list"]);
    let listed = said(list.output().expect("it can be started"));
    assert_eq!((listed.code, told(&listed).len()), (0, 2), "{listed:?}");
    mode("grades.db", 0o644);
    // The file may be written, and nothing beside it.
    let mut command = as_nobody(&stage, &["grade", "r.proc", "class", "--stable"]);
    mode("", 0o555);
    let refused = said(command.output().expect("it can be started"));
    mode("", 0o755);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("`grades.db` cannot be written"), "{refused:?}");
    assert_eq!(grade().code, 0);
}

/// A teacher is seldom root: namespaces need none.
#[test]
fn who_is_not_root_grades_in_namespaces() {
    let rubric = r#"
test "right" worth 2 {
    spawn p exec("sh", submission) with {capture: true}
    join p
    expect p.stdout == "right\n" and p.processes.len() == 2
}
"#;
    let works = [
        ("ada.sh", "sleep 0\necho right\n"),
        ("bob.sh", "kill -9 -1\necho right\n"),
        ("eve.sh", "(: > ../r.proc) 2>/dev/null; ls -l /work/.. > /tmp/x; sleep 0; echo right\n"),
        ("zoe.sh", "sleep 0\necho wrong\n"),
    ];
    let stage = Stage::class(rubric, &works);
    let reports = ["--report-json", "out.json", "--students", "students", "--report-html", "out.html"];
    let args = [&["grade", "r.proc", "class", "--stable", "--sandbox", "required"][..], &reports].concat();
    let graded = said(as_nobody(&stage, &args).output().expect("it can be started"));
    assert_eq!((graded.code, graded.stderr.as_str()), (0, ""), "{graded:?}");
    assert!(
        graded.stdout.starts_with("kept inside: contained (namespaces of its own, Landlock"),
        "{graded:?}"
    );
    let points = stage.points("grades.db");
    assert_eq!(points[..2], ["ada 2 #1", "bob 0 #1"], "{graded:?}");
    let report: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(stage.file("out.json")).expect("it is there"))
            .expect("JSON");
    assert_eq!(report["sandbox"]["level"], "contained");
    let missing = &report["sandbox"]["missing"];
    assert!(missing.to_string().contains("limits of a control group"), "{missing}");
    assert_eq!(entries(&stage.file("students")), ["ada", "bob", "eve", "zoe"]);
}
