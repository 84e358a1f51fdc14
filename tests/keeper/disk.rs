//! A disk that is truly full, and too few descriptors: a clear error that names the cause, and nothing is left (row 14).
//!
//! For what is said the control is the same run without the fault: then nothing is. For what is left it is the fault without
//! the clearing.

use super::runner::{Test, left_out};
use super::stage::{Output, Stage};
use super::whole::{end_all, known_by, new_nonce};
use std::process::Command;

pub const TESTS: [Test; 6] = [
    ("a_full_disk_is_named", a_full_disk_is_named),
    ("control_a_disk_with_room_is_no_trouble", control_disk),
    ("control_a_full_disk_without_clearing", control_full_disk),
    ("too_few_descriptors_are_named_with_their_limit", too_few_descriptors),
    ("control_enough_descriptors_are_no_trouble", control_descriptors),
    ("control_too_few_descriptors_without_clearing", control_too_few_descriptors),
];

/// Runs with `$DISK` on a disk of its own, of this size, in a mount namespace of its own, which ends with it: nobody else
/// sees the disk. None where mounting is not possible.
fn on_disk(size: &str, redirect: &str, text: &str, off: &str) -> Option<Output> {
    let place = tempfile::tempdir().expect("a directory");
    let disk = place.path().to_str().expect("UTF-8");
    let mount = format!("mount -t tmpfs -o size={size},nr_inodes=64 none '{disk}'");
    if !Command::new("unshare")
        .args(["-m", "sh", "-c", &mount])
        .output()
        .is_ok_and(|done| done.status.success())
    {
        left_out("a full disk: only root can mount one");
        return None;
    }
    let script = format!("{mount} && exec \"$@\" {}", redirect.replace("DISK", disk));
    let words = ["unshare", "-m", "sh", "-c", &script, "sh"];
    Some(run_without(off, &words, &text.replace("DISK", disk), ("TMPDIR", disk)))
}

/// Runs it to its end, after which nobody is there; or, with the protections off, somebody is. A process of a scenario is
/// known by the scenario's text among its arguments.
fn run_without(off: &str, before: &[&str], text: &str, variable: (&str, &str)) -> Output {
    let nonce = new_nonce();
    let mut stage = Stage::by(before, &[], &format!("# {nonce}\n{text}")).env(variable.0, variable.1);
    if !off.is_empty() {
        stage = stage.without(off);
    }
    let output = stage.start().finish();
    let left = known_by(&nonce);
    assert_eq!(left.is_empty(), off.is_empty(), "{text}: {left:?}: {output:?}");
    end_all(&nonce);
    output
}

const NOBODY_CLEARS: &str = "clear,takeover";

/// An orphan, which nobody joins and no statement ends: it stays, whatever becomes of the scenario.
const STAYS: &str = "spawn stays { spawn orphan { sleep 1h }; exit 0 }\njoin stays\n";

/// What fills a disk, and the exit code that comes of it: by the run's own output, a program's, a task's, a file, and
/// directories.
const WAYS: [(&str, &str, i32); 5] = [
    (">DISK/out", "let i = 0\nwhile i < 200000 { print i; i += 1 }", 3),
    ("", "write_file(\"DISK/file\", \"x\".repeat(1000000))", 3),
    ("", "for i in 0..100 { temp_dir() }", 3),
    (
        "",
        "spawn p exec(\"head\", \"-c\", \"1000000\", \"/dev/zero\") with {stdout: {path: \"DISK/program\"}}\nexit join p",
        1,
    ),
    ("", "spawn p { print \"x\".repeat(1000000) } with {stdout: {path: \"DISK/task\"}}\nexit join p", 1),
];

fn a_full_disk_is_named() {
    for (redirect, text, code) in WAYS {
        let Some(output) = on_disk("64k", redirect, &format!("{STAYS}{text}"), "") else { return };
        assert_eq!(output.code, Some(code), "{text}: {output:?}");
        assert!(output.err.contains("No space left on device"), "{text}: {output:?}");
        // What we ourselves say has the error's name too, and the place in the text.
        assert!(text.contains("exec(") || output.err.contains("error[io]"), "{text}: {output:?}");
        assert!(text.contains("exec(") || output.err.contains("(ENOSPC)"), "{text}: {output:?}");
    }
}

/// The same on a disk that is large enough, for 200 names: nothing is said.
fn control_disk() {
    for (redirect, text, _) in WAYS {
        let text = text.replace("0..100", "0..50");
        let Some(output) = on_disk("64m", redirect, &text, "") else { return };
        assert_eq!((output.code, output.err.as_str()), (Some(0), ""), "{text}");
    }
}

fn control_full_disk() {
    for (redirect, text, _) in WAYS {
        if on_disk("64k", redirect, &format!("{STAYS}{text}"), NOBODY_CLEARS).is_none() {
            return;
        }
    }
}

/// Scenarios that want more descriptors than 16.
const HUNGRY: [&str; 4] = [
    "let all = []\nfor i in 0..40 { all.push(pipe()) }",
    "let all = []\nfor i in 0..40 { all.push(spawn p exec(\"cat\") with {stdin: \"pipe\"}) }\nfor p in all { p.close_stdin(); join p }",
    "let all = []\nfor i in 0..40 { all.push(spawn p exec(\"true\") with {capture: true}) }\njoin all",
    "let all = []\nfor i in 0..40 { all.push(spawn p { exit 0 } with {pty: true}) }\njoin all",
];

fn limited(limit: &str, text: &str, off: &str) -> Output {
    let script = format!("ulimit -n {limit}; exec \"$@\"");
    run_without(off, &["bash", "-c", &script, "bash"], text, ("LC_ALL", "C.UTF-8"))
}

fn too_few_descriptors() {
    for text in HUNGRY {
        let output = limited("16", &format!("{STAYS}{text}"), "");
        assert_eq!(output.code, Some(3), "{text}: {output:?}");
        for said in ["EMFILE", "(RLIMIT_NOFILE) is 16, and 1", "`ulimit -Hn NUMBER`"] {
            assert!(output.err.contains(said), "{said}: {text}: {output:?}");
        }
    }
    // Before there is a scenario at all.
    let output = limited("4", "print 1", "");
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.err.contains("proctor: there is no socket for the keeper: Too many open files (EMFILE)"));
    assert!(output.err.contains("(RLIMIT_NOFILE) is 4") && output.err.contains("to raise it"), "{output:?}");
}

fn control_descriptors() {
    for text in HUNGRY {
        let output = limited("512", text, "");
        assert_eq!((output.code, output.err.as_str()), (Some(0), ""), "{text}");
    }
}

fn control_too_few_descriptors() {
    for text in HUNGRY {
        limited("16", &format!("{STAYS}{text}"), NOBODY_CLEARS);
    }
}
