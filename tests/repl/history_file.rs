//! The history: over sessions, with two at once, and with what a kill leaves behind.

use proctor::repl::history::{History, place};
use rustyline::history::{History as _, SearchDirection};
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn fresh() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("state/proctor/history");
    (folder, path)
}

/// The oldest first.
fn all(history: &History) -> Vec<String> {
    let mut entries: Vec<String> = history.newest().map(str::to_owned).collect();
    entries.reverse();
    entries
}

fn add(history: &mut History, entries: &[&str]) {
    for entry in entries {
        history.add(entry).expect("adding is no error");
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

#[test]
fn entries_last_from_session_to_session_and_the_latest_of_equal_ones_stays() {
    let (_folder, path) = fresh();
    let mut history = History::open(&path);
    add(&mut history, &["let x = 1", "spawn p {\n    print \"任务\"\n}", "ps", "let x = 1"]);
    assert_eq!(all(&history), ["spawn p {\n    print \"任务\"\n}", "ps", "let x = 1"]);
    let later = History::open(&path);
    assert_eq!(all(&later), all(&history));
    assert_eq!(std::fs::read_to_string(&path).expect("it is there").lines().count(), 4);
}

#[test]
fn an_entry_that_begins_with_a_space_is_not_kept() {
    let (_folder, path) = fresh();
    let mut history = History::open(&path);
    for entry in ["", " secret", "\tx", "   ", "\n"] {
        assert!(!history.add(entry).expect("no error"), "{entry:?}");
    }
    assert!(history.add("ps").expect("no error"));
    assert_eq!(all(&History::open(&path)), ["ps"]);
}

#[test]
fn file_and_folder_are_for_their_owner_only() {
    let (_folder, path) = fresh();
    let mut history = History::open(&path);
    add(&mut history, &["ps"]);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().expect("a folder")), 0o700);
    // A file that others can read is made private.
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("it is ours");
    assert_eq!(all(&History::open(&path)), ["ps"]);
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn two_prompts_at_once_lose_nothing() {
    let (_folder, path) = fresh();
    let mut one = History::open(&path);
    let mut other = History::open(&path);
    add(&mut one, &["a"]);
    add(&mut other, &["b"]);
    add(&mut one, &["c"]);
    assert_eq!(all(&one), ["a", "c"]);
    assert_eq!(all(&History::open(&path)), ["a", "b", "c"]);

    let (_folder, path) = fresh();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let path = &path;
            scope.spawn(move || {
                let mut history = History::open(path);
                for number in 0..50 {
                    add(&mut history, &[&format!("print {writer}, {number}")]);
                }
                // What the lock has kept from being written is written at last.
                history.save(path).expect("no error");
            });
        }
    });
    let mut found = all(&History::open(&path));
    found.sort();
    let mut expected: Vec<String> =
        (0..4).flat_map(|writer| (0..50).map(move |number| format!("print {writer}, {number}"))).collect();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn what_a_kill_in_the_middle_of_a_line_leaves_behind_costs_only_that_line() {
    let (_folder, path) = fresh();
    add(&mut History::open(&path), &["a"]);
    let mut bytes = std::fs::read(&path).expect("it is there");
    bytes.extend(b"\"half a li");
    std::fs::write(&path, bytes).expect("it can be written");
    let mut history = History::open(&path);
    assert_eq!(all(&history), ["a"]);
    add(&mut history, &["b"]);
    assert_eq!(all(&History::open(&path)), ["a", "b"]);
}

#[test]
fn broken_lines_are_skipped() {
    let (_folder, path) = fresh();
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
    std::fs::write(&path, b"\"a\"\n\n\xff\xfe\n{\"x\": 1}\n3\n\" b\"\n\"c\"").expect("it can be written");
    assert_eq!(all(&History::open(&path)), ["a", "c"]);
}

#[test]
fn a_place_that_cannot_be_used_is_no_error() {
    let (folder, _) = fresh();
    let blocked = folder.path().join("blocked");
    std::fs::write(&blocked, "").expect("it can be written");
    // A file where a folder should be, a folder where the file should be, and a device.
    for path in [blocked.join("proctor/history"), folder.path().to_owned(), PathBuf::from("/dev/null")] {
        let mut history = History::open(&path);
        add(&mut history, &["a", "b"]);
        assert_eq!(all(&history), ["a", "b"], "{}", path.display());
    }
    let mut history = History::in_memory();
    add(&mut history, &["a"]);
    assert_eq!(all(&history), ["a"]);
}

#[test]
fn it_is_kept_where_xdg_says() {
    let os = |text: &'static str| Some(OsStr::new(text));
    assert_eq!(place(os("/s"), os("/h")), Some(PathBuf::from("/s/proctor/history")));
    assert_eq!(place(None, os("/h")), Some(PathBuf::from("/h/.local/state/proctor/history")));
    assert_eq!(place(os("rel"), os("/h")), Some(PathBuf::from("/h/.local/state/proctor/history")));
    assert_eq!(place(os(""), None), None);
}

#[test]
fn it_is_searched_forward_and_backward() {
    let mut history = History::in_memory();
    add(&mut history, &["spawn p", "join p", "ps all", "spawn q"]);
    let search = |term, start, dir| {
        history.search(term, start, dir).expect("no error").map(|found| (found.idx, found.pos))
    };
    assert_eq!(search("p", 3, SearchDirection::Reverse), Some((3, 1)));
    assert_eq!(search(" p", 3, SearchDirection::Reverse), Some((1, 4)));
    assert_eq!(search(" p", 1, SearchDirection::Forward), Some((1, 4)));
    assert_eq!(search("all", 0, SearchDirection::Forward), Some((2, 3)));
    assert_eq!(search("all", 1, SearchDirection::Reverse), None);
    assert_eq!(search("", 0, SearchDirection::Forward), None);
    assert_eq!(search("p", 4, SearchDirection::Reverse), None);
    let begins = |term, start, dir| {
        history.starts_with(term, start, dir).expect("no error").map(|found| (found.idx, found.pos))
    };
    assert_eq!(begins("sp", 2, SearchDirection::Reverse), Some((0, 2)));
    assert_eq!(begins("sp", 1, SearchDirection::Forward), Some((3, 2)));
    assert_eq!(begins("p", 0, SearchDirection::Reverse), None);
    let entry = history.get(2, SearchDirection::Forward).expect("no error").expect("it is there");
    assert_eq!((entry.entry.as_ref(), entry.idx), ("ps all", 2));
    assert!(history.get(4, SearchDirection::Forward).expect("no error").is_none());
}

#[test]
fn at_most_so_many_are_kept() {
    let mut history = History::in_memory();
    history.set_max_len(2).expect("no error");
    add(&mut history, &["a", "b", "c"]);
    assert_eq!(all(&history), ["b", "c"]);
    history.set_max_len(1).expect("no error");
    assert_eq!(all(&history), ["c"]);
}
