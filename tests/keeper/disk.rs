//! A disk that is truly full, and too few descriptors: a clear error that names the cause, and nothing is left (row 14).

use super::runner::{Test, left_out};
use super::stage::{Output, SOON, Stage};
use std::process::Command;

pub const TESTS: [Test; 4] = [
    ("a_full_disk_is_named", a_full_disk_is_named),
    ("control_a_disk_with_room_is_no_trouble", control_disk),
    ("too_few_descriptors_are_named_with_their_limit", too_few_descriptors),
    ("control_enough_descriptors_are_no_trouble", control_descriptors),
];

/// Runs with `$DISK` on a disk of its own, of this size, in a mount namespace of its own, which ends with it: nobody else
/// sees the disk. None where mounting is not possible.
fn on_disk(size: &str, redirect: &str, text: &str) -> Option<Output> {
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
    let mut stage =
        Stage::by(&["unshare", "-m", "sh", "-c", &script, "sh"], &[], &text.replace("DISK", disk));
    stage.command.env("TMPDIR", disk);
    let mut run = stage.start();
    let output = run.finish();
    assert!(run.herd.is_gone(SOON), "{:?}", run.herd.left());
    Some(output)
}

/// What fills a disk, and the exit code that comes of it: by the run's own output, a program's, a task's, a file, and
/// directories. Each leaves a process behind, which must be gone.
const WAYS: [(&str, &str, i32); 5] = [
    (
        ">DISK/out",
        "spawn p { sleep 1h } with {daemon: true}\nlet i = 0\nwhile i < 200000 { print i; i += 1 }",
        3,
    ),
    ("", "spawn p { sleep 1h } with {daemon: true}\nwrite_file(\"DISK/file\", \"x\".repeat(1000000))", 3),
    ("", "spawn p { sleep 1h } with {daemon: true}\nfor i in 0..100 { temp_dir() }", 3),
    (
        "",
        "spawn p exec(\"head\", \"-c\", \"1000000\", \"/dev/zero\") with {stdout: {path: \"DISK/program\"}}\nexit join p",
        1,
    ),
    ("", "spawn p { print \"x\".repeat(1000000) } with {stdout: {path: \"DISK/task\"}}\nexit join p", 1),
];

fn a_full_disk_is_named() {
    for (redirect, text, code) in WAYS {
        let Some(output) = on_disk("64k", redirect, text) else { return };
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
        let Some(output) = on_disk("64m", redirect, &text) else { return };
        assert_eq!((output.code, output.err.as_str()), (Some(0), ""), "{text}");
    }
}

/// Scenarios that want more descriptors than 16.
const HUNGRY: [&str; 4] = [
    "let all = []\nfor i in 0..40 { all.push(pipe()) }",
    "let all = []\nfor i in 0..40 { all.push(spawn p exec(\"cat\") with {stdin: \"pipe\"}) }\nfor p in all { p.close_stdin(); join p }",
    "let all = []\nfor i in 0..40 { all.push(spawn p exec(\"true\") with {capture: true}) }\njoin all",
    "let all = []\nfor i in 0..40 { all.push(spawn p { exit 0 } with {pty: true}) }\njoin all",
];

fn limited(limit: &str, text: &str) -> Output {
    let script = format!("ulimit -n {limit}; exec \"$@\"");
    let mut run = Stage::by(&["bash", "-c", &script, "bash"], &[], text).start();
    let output = run.finish();
    assert!(run.herd.is_gone(SOON), "{:?}", run.herd.left());
    output
}

fn too_few_descriptors() {
    for text in HUNGRY {
        let output = limited("16", text);
        assert_eq!(output.code, Some(3), "{text}: {output:?}");
        for said in ["EMFILE", "(RLIMIT_NOFILE) is 16, and 1", "`ulimit -Hn NUMBER`"] {
            assert!(output.err.contains(said), "{said}: {text}: {output:?}");
        }
    }
    // Before there is a scenario at all.
    let output = limited("4", "print 1");
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.err.contains("proctor: there is no socket for the keeper: Too many open files (EMFILE)"));
    assert!(output.err.contains("(RLIMIT_NOFILE) is 4") && output.err.contains("to raise it"), "{output:?}");
}

fn control_descriptors() {
    for text in HUNGRY {
        let output = limited("512", text);
        assert_eq!((output.code, output.err.as_str()), (Some(0), ""), "{text}");
    }
}
