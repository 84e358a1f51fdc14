//! Whose work is whose: names that may be anything, folders that are a class or a work, and slices of a class.

use super::stage::Stage;
use proctor::suite::grade::{Folders, Kind, Slice, Submission, submissions};
use proptest::prelude::*;
use rustix::fs::{CWD, Mode, mkfifoat};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;

fn found(paths: &[OsString], folders: Folders) -> Result<Vec<(String, Kind)>, String> {
    let all = submissions(paths, folders, &[], &[])?;
    Ok(all.works.into_iter().map(|one| (one.name, one.kind)).collect())
}

#[test]
fn a_folder_alone_is_a_class_and_among_others_a_work() {
    let world = tempfile::tempdir().expect("a folder");
    for name in ["class/ada.py", "class/.hidden", "class/eve/main.c", "other/x.sh"] {
        let path = world.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, "").expect("a file");
    }
    let path = |name: &str| world.path().join(name).into_os_string();
    let named = |paths: &[OsString], folders| {
        let all = found(paths, folders).expect("they are there");
        all.into_iter().map(|(name, kind)| format!("{name}:{}", kind.name())).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(named(&[path("class")], Folders::ByCount), "ada:file eve:folder");
    assert_eq!(named(&[path("class"), path("other")], Folders::ByCount), "class:folder other:folder");
    assert_eq!(named(&[path("class")], Folders::Students), "class:folder");
    assert_eq!(named(&[path("class"), path("other")], Folders::Classes), "ada:file eve:folder x:file");
    assert_eq!(named(&[path("class/ada.py")], Folders::ByCount), "ada:file");
    assert!(found(&[path("nobody")], Folders::ByCount).expect_err("nobody").contains("nobody"));
}

#[test]
fn a_link_is_followed_in_neither_form() {
    let rubric =
        "# its own text\ntest \"right\" {\n    expect run(\"sh\", submission).stdout == \"right\\n\"\n}\n";
    let stage = Stage::class(rubric, &[("ada.sh", "echo right\n")]);
    fs::create_dir(stage.file("class/dan")).expect("a folder");
    stage.write("class/dan/main.sh", "exit 1\n");
    for (target, name) in
        [("ada.sh", "eve.sh"), ("../r.proc", "thief.py"), ("dan", "folder"), ("nowhere", "gone.sh")]
    {
        std::os::unix::fs::symlink(target, stage.file("class").join(name)).expect("a link");
    }
    let works =
        ["ada.sh", "dan", "eve.sh", "thief.py", "folder/", "gone.sh"].map(|name| format!("class/{name}"));
    let each: Vec<&str> = works.iter().map(String::as_str).collect();
    for works in [vec!["class"], each] {
        let said = stage.run(&[&["grade", "r.proc", "--stable"], &works[..]].concat());
        assert_eq!(said.code, 0, "{said:?}");
        let students = stage.students("grades.db");
        let of = |name: &str| {
            students
                .iter()
                .find(|one| one.name == name)
                .unwrap_or_else(|| panic!("no {name} in {students:?}"))
        };
        assert!(of("ada").refused.is_none() && said.stdout.contains("1/1"), "the control: {said:?}");
        for name in ["eve", "thief", "folder", "gone"] {
            let why = of(name).refused.as_deref().unwrap_or_default();
            assert!(why.starts_with("it is a link"), "{name}: {why:?} {said:?}");
        }
        fs::remove_file(stage.file("grades.db")).expect("results");
    }
}

#[test]
fn two_works_of_one_student_are_an_error_that_names_both() {
    let world = tempfile::tempdir().expect("a folder");
    let two = |names: &[&str]| {
        for name in names {
            fs::write(world.path().join(name), "").expect("a file");
        }
        found(&[world.path().as_os_str().to_owned()], Folders::ByCount).expect_err("two are the same")
    };
    let why = two(&["ada.py", "ada.sh", "bob.py"]);
    assert!(why.contains("ada.py") && why.contains("ada.sh") && !why.contains("bob"), "{why}");
    // All of them at once.
    let why = two(&["bob.c", "eve.c", "eve.h", "eve.s"]);
    for name in ["ada.py", "ada.sh", "bob.py", "bob.c", "eve.c", "eve.h", "eve.s"] {
        assert_eq!(why.matches(name).count(), 1, "{name}: {why}");
    }
}

#[test]
fn what_is_neither_file_nor_folder_is_told_as_what_it_is() {
    let stage = Stage::class("test \"there\" {\n    expect exists(submission)\n}\n", &[]);
    mkfifoat(CWD, stage.file("class/ada"), Mode::RWXU).expect("a FIFO");
    let _bound = UnixListener::bind(stage.file("class/bob")).expect("a socket");
    symlink("/etc/passwd", stage.file("class/eve")).expect("a link");
    let said = stage.run(&["grade", "r.proc", "class", "--list"]);
    for (name, what) in [("ada", "FIFO"), ("bob", "socket"), ("eve", "link")] {
        let line = said.stdout.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        assert_eq!(line.split_whitespace().nth(1), Some(what), "{said:?}");
    }
    let said = stage.grade(&[]);
    for why in [
        "it is a FIFO, which is neither",
        "it is a socket, which is neither",
        "it is a link, which is not followed",
    ] {
        assert!(said.code == 0 && said.stdout.contains(why), "{said:?}");
    }
}

#[test]
fn names_may_be_anything_and_each_student_has_a_line() {
    let stage = Stage::new(&[("r.proc", "test \"it is there\" {\n    expect exists(submission)\n}\n")]);
    fs::create_dir(stage.file("class")).expect("a folder");
    let names: [&[u8]; 9] = [
        b"a, b.py",
        b"\"q\".py",
        b"two\nlines.py",
        "李明.py".as_bytes(),
        b"\xff\xfe.py",
        b"\xff\xfd.py",
        b"-rf.py",
        b"=cmd|x.py",
        b"\x1b[31mred.py",
    ];
    for name in names {
        fs::write(stage.file("class").join(OsStr::from_bytes(name)), "x").expect("a file");
    }
    let said =
        stage.run(&["grade", "r.proc", "class", "--stable", "--report-csv", "out.csv", "--students", "each"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    assert_eq!(said.stdout.matches("1/1").count(), names.len(), "{said:?}");
    assert!(!said.stdout.contains('\x1b') && said.stdout.contains("李明"), "{said:?}");
    let mut reader = csv::Reader::from_path(stage.file("out.csv")).expect("a table");
    assert_eq!(reader.records().filter(Result::is_ok).count(), names.len());
    let folders: Vec<PathBuf> =
        fs::read_dir(stage.file("each")).expect("a folder").map(|one| one.expect("one").path()).collect();
    assert_eq!(folders.len(), names.len());
    assert!(
        folders
            .iter()
            .all(|folder| folder.join("report.md").is_file() && folder.join("report.html").is_file())
    );
}

#[test]
fn what_is_no_work_is_left_out_and_told() {
    let stage = Stage::class("test \"there\" {\n    expect exists(submission)\n}\n", &[]);
    fs::create_dir(stage.file("class/__MACOSX")).expect("a folder");
    for name in [
        "ada.sh",
        "ada.sh~",
        "README.md",
        "Thumbs.db",
        "desktop.ini",
        ".hidden",
        "bob.rar",
        "eve.7z",
        "joe.tar.xz",
    ] {
        stage.write(&format!("class/{name}"), "x");
    }
    fs::write(stage.file("class/zoe.zip"), b"Rar!\x1a\x07\x01\x00more").expect("a file");
    let told =
        "left out, for they are no student's work: README.md, Thumbs.db, __MACOSX, ada.sh~, desktop.ini\n";
    let said = stage.run(&["grade", "r.proc", "class", "--list"]);
    assert!(said.stdout.starts_with(told) && said.stdout.contains("5 students"), "{said:?}");
    let by_shell: Vec<String> = fs::read_dir(stage.file("class"))
        .expect("a class")
        .map(|one| format!("class/{}", one.expect("one").file_name().to_string_lossy()))
        .filter(|path| !path.ends_with(".hidden"))
        .collect();
    for works in [vec!["class"], by_shell.iter().map(String::as_str).collect()] {
        let said = stage.run(&[&["grade", "r.proc", "--stable"], &works[..]].concat());
        assert!(said.code == 0 && said.stdout.starts_with(told), "{said:?}");
        let refused: Vec<(String, String)> = stage
            .students("grades.db")
            .into_iter()
            .map(|one| (one.name, one.refused.unwrap_or_default()))
            .collect();
        let why = |ending: &str| {
            format!("it is a {ending} archive, which cannot be unpacked here: make a .zip of it")
        };
        let wanted = [
            ("ada", String::new()),
            ("bob", why(".rar")),
            ("eve", why(".7z")),
            ("joe", why(".tar.xz")),
            ("zoe", why(".rar")),
        ];
        assert_eq!(refused, wanted.map(|(name, why)| (name.to_owned(), why)));
        fs::remove_file(stage.file("grades.db")).expect("results");
    }
    // What is named alone is meant.
    let said = stage.run(&["grade", "r.proc", "class/README.md", "--list"]);
    assert!(said.stdout.starts_with("README ") && said.stdout.contains("1 student,"), "{said:?}");
}

#[test]
fn the_teacher_says_what_else_is_no_work() {
    let stage = Stage::class(
        "test \"there\" {\n    expect exists(submission)\n}\n",
        &[("ada.c", ""), ("README.md", "")],
    );
    fs::create_dir(stage.file("class/solution")).expect("a folder");
    let list = |more: &[&str]| stage.run(&[&["grade", "r.proc", "class", "--list"], more].concat());
    let said = list(&["--exclude", "sol*"]);
    assert!(
        said.stdout.starts_with("left out, for they are no student's work: README.md, solution\nada "),
        "{said:?}"
    );
    let said = list(&["--exclude", "solution", "--exclude", "!README.md"]);
    assert!(said.stdout.contains("work: solution\n") && said.stdout.contains("\nREADME "), "{said:?}");
    let said = list(&["--exclude", "*"]);
    assert!(said.code == 0 && said.stdout.contains("0 students"), "{said:?}");
    let said = stage.grade(&["--exclude", "*"]);
    assert!(said.code == 2 && said.stderr.contains("there is no work to grade"), "{said:?}");
    let said = list(&["--exclude", "a/b"]);
    assert!(said.code == 2 && said.stderr.contains("is no pattern of names"), "{said:?}");
}

proptest! {
    #[test]
    fn each_work_is_in_exactly_one_slice(count in 0usize..50, of in 1usize..12) {
        let work = |number: usize| Submission { name: format!("s{number:02}"), path: PathBuf::new(), kind: Kind::File };
        let all: Vec<Submission> = (0..count).map(work).collect();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for number in 1..=of {
            let part = Slice { number, of }.take(all.clone());
            prop_assert!(part.len() == count / of || part.len() == count.div_ceil(of));
            for work in part {
                *seen.entry(work.name).or_default() += 1;
            }
        }
        prop_assert_eq!(seen.len(), count);
        prop_assert!(seen.values().all(|times| *times == 1));
    }
}
