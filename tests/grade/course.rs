//! Where a course may lie: wherever that is, no work sees the rubric, another work or the results.

use super::stage::Stage;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// A work that was found must say so; each of them searches the folder.
const RUBRIC: &str = r#"# SECRET-4711
use "more.proc"
test "finds nothing" within 60s {
    spawn p exec("sh", submission) with {capture: true}
    join p
    expect p.stdout == "nothing\n"
}
"#;

/// A course in a folder of its own below /opt, which works can see; none for who is no root.
fn below_opt() -> Option<tempfile::TempDir> {
    let Ok(folder) = tempfile::Builder::new().prefix("proctor-course-").tempdir_in("/opt") else {
        eprintln!("left out: only root can write below /opt");
        return None;
    };
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("our own folder");
    fs::create_dir(folder.path().join("class")).expect("a folder");
    for name in ["class/ada.sh", "class/bob.sh"] {
        let search = format!(
            "# SECRET-4711\nif grep -rq 'SECRE[T]-4711' {}; then echo found; else echo nothing; fi\n",
            folder.path().display()
        );
        fs::write(folder.path().join(name), search).expect("a work");
    }
    for (name, text) in [("r.proc", RUBRIC), ("more.proc", "# SECRET-4711\nlet more = 1\n")] {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    Some(folder)
}

/// Grades it; gives its exit code, and what it said.
fn graded(stage: &Stage, args: &[&str]) -> (Option<i32>, String) {
    let mut command: Command = stage.command(args);
    let output = command.output().expect("proctor can be started");
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

#[test]
fn a_course_below_a_folder_of_the_system_is_covered() {
    let Some(folder) = below_opt() else { return };
    let path = |name: &str| folder.path().join(name).display().to_string();
    let stage = Stage::new(&[]);
    let (rubric, results, class) = (path("r.proc"), path("grades.db"), path("class"));
    let forms = [vec![class.clone()], vec![path("class/ada.sh"), path("class/bob.sh")]];
    for works in forms {
        let works: Vec<&str> = works.iter().map(String::as_str).collect();
        let args = [&["grade", "--stable", "--results", &results, &rubric], &works[..]].concat();
        let (code, said) = graded(&stage, &args);
        assert_eq!((code, said.matches("1/1").count()), (Some(0), 2), "{said}");
    }
    let (_, said) = graded(&stage, &["grade", "--stable", "--sandbox", "none", &rubric, &class]);
    assert_eq!(said.matches("0/1").count(), 2, "the control: where nothing is covered, they find it: {said}");
}

#[test]
fn what_cannot_be_covered_is_to_be_moved() {
    let Some(_) = below_opt() else { return };
    let rubric = tempfile::Builder::new().suffix(".proc").tempfile_in("/opt").expect("a file");
    fs::write(rubric.path(), "test \"one\" { expect true }\n").expect("our own file");
    let stage = Stage::class("", &[("ada.sh", "")]);
    let name = rubric.path().display().to_string();
    let (code, said) = graded(&stage, &["grade", "--stable", &name, "class"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains(&format!("the rubric `{name}` lies in `/opt`")) && said.contains("move it"),
        "{said}"
    );
}
