//! A student is taken out of the results, and nothing of them stays in the file.

use super::stage::Stage;
use std::path::Path;

const RUBRIC: &str = "test \"it\" {\n    spawn p exec(\"sh\", submission)\n    join p\n    expect false\n}\n";

/// Whether bytes stand in the file of results, or in one beside it.
fn stands(stage: &Stage, bytes: &str) -> bool {
    let ours =
        |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("grades.db"));
    let files = std::fs::read_dir(stage.path()).expect("a folder").map(|one| one.expect("one").path());
    let texts = files.filter(|path| ours(path)).map(|path| std::fs::read(path).expect("a file"));
    texts.into_iter().any(|text| memchr::memmem::find(&text, bytes.as_bytes()).is_some())
}

/// A class that was graded twice, of works that print more than a page of the file has.
fn graded() -> Stage {
    let work = |secret: &str| format!("for i in $(seq 400); do echo {secret}-$i; done\n");
    let works: Vec<(String, String)> = ["ada", "bob", "zuleika"]
        .iter()
        .map(|name| (format!("{name}.sh"), work(&format!("words-of-{name}"))))
        .collect();
    let works: Vec<(&str, &str)> = works.iter().map(|(name, text)| (&**name, &**text)).collect();
    let stage = Stage::class(RUBRIC, &works);
    for _ in 0..2 {
        let said = stage.grade(&[]);
        assert_eq!(said.code, 0, "{said:?}");
    }
    stage
}

#[test]
fn who_is_forgotten_leaves_the_file() {
    let stage = graded();
    assert!(stands(&stage, "zuleika") && stands(&stage, "words-of-zuleika-7"));
    let said = stage.run(&["grades", "forget", "zuleika"]);
    let told = "zuleika is taken out of grades.db: 2 attempts with 2 results; reports that were written before are as they were\n";
    assert_eq!((said.code, &*said.stdout, &*said.stderr), (0, told, ""));
    assert!(!stands(&stage, "zuleika"));
    assert_eq!(stage.points("grades.db"), ["ada 0 #2", "bob 0 #2"]);
    assert!(stands(&stage, "words-of-ada-7"));
    // As if they had never been there.
    let said = stage.run(&["grades", "forget", "zuleika"]);
    assert!(said.code == 2 && said.stderr.contains("no student `zuleika` in `grades.db`"), "{said:?}");
    let said = stage.grade(&[]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(stage.points("grades.db"), ["ada 0 #3", "bob 0 #3", "zuleika 0 #1"]);
}

#[test]
fn nobody_is_forgotten_by_mistake() {
    let stage = graded();
    let before = stage.points("grades.db");
    let said = stage.run(&["grades", "forget", "zuleka"]);
    assert!(said.code == 2 && said.stderr.contains("did you mean `zuleika`?"), "{said:?}");
    let said = stage.run(&["grades", "forget", "ada", "other.db"]);
    assert!(said.code == 2 && said.stderr.contains("there is no results file `other.db`"), "{said:?}");
    assert!(!stage.file("other.db").exists());
    let said = stage.run(&["grades", "forget", "ada", "r.proc"]);
    assert!(said.code == 2 && said.stderr.contains("no results file of proctor"), "{said:?}");
    assert_eq!(stage.points("grades.db"), before);
}

#[test]
fn while_somebody_grades_nobody_is_forgotten() {
    let rubric = "test \"it\" {\n    run(\"sh\", submission)\n}\n";
    let stage = Stage::class(rubric, &[("ada.sh", "true\n"), ("bob.sh", "sleep 1000\n")]);
    let mut running = stage.start(&["-j1", "--timeout", "500s"]);
    running.until("ada");
    let said = stage.run(&["grades", "forget", "ada"]);
    assert!(said.code == 2 && said.stderr.contains("is in use by another `proctor grade`"), "{said:?}");
    running.child.kill().expect("it is ours");
    running.child.wait().expect("it is ours");
    assert_eq!(stage.points("grades.db"), ["ada 1 #1", "bob 0? #1"]);
    let said = stage.run(&["grades", "forget", "ada"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(stage.points("grades.db"), ["bob 0? #1"]);
    assert!(!stands(&stage, "ada"));
}

/// Killed between the deletion and what clears the file: the same command does the rest. And what is deleted in the usual way stays
/// in the file, which is the control.
#[test]
fn what_an_earlier_try_has_left_is_cleared() {
    let stage = graded();
    let connection = rusqlite::Connection::open(stage.file("grades.db")).expect("results");
    let delete = "PRAGMA secure_delete = OFF; DELETE FROM mark WHERE attempt IN (SELECT id FROM attempt WHERE student = 'zuleika');
        DELETE FROM attempt WHERE student = 'zuleika'";
    connection.execute_batch(delete).expect("it can be written");
    drop(connection);
    assert!(stands(&stage, "zuleika"), "the test does not see what was left");
    let said = stage.run(&["grades", "forget", "zuleika"]);
    assert!(said.code == 0 && said.stdout.contains("what an earlier try had left"), "{said:?}");
    assert!(!stands(&stage, "zuleika"));
    assert_eq!(stage.points("grades.db"), ["ada 0 #2", "bob 0 #2"]);
}
