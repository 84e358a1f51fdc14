//! What one work has of the system that all share: its own user with a name, and no more than is said, so that its neighbour has enough.

use super::stage::{Said, Stage};

/// A program's output is what the test's own words say.
fn rubric(program: &str, wanted: &str) -> String {
    format!(
        "test \"it\" within 60s {{\n    spawn p exec(\"{program}\", submission) with {{capture: true}}\n    join p\n    expect p.stdout == \"{wanted}\"\n}}\n"
    )
}

#[track_caller]
fn all_pass(stage: &Stage, more: &[&str], works: usize) -> Said {
    let said = stage.grade(&[more, &["--report-json", "all.json"]].concat());
    let report = std::fs::read_to_string(stage.file("all.json")).expect("a report");
    assert_eq!((said.code, said.stdout.matches("1/1").count()), (0, works), "{said:?} {report}");
    said
}

#[test]
fn the_user_has_a_name() {
    let asks = "whoami\nid -gn\nwc -l < /etc/passwd\npython3 -c 'import os, pwd; print(pwd.getpwuid(os.getuid()).pw_dir)'\n\
                (echo x >> /etc/passwd) 2>/dev/null || echo closed\n";
    let stage = Stage::class(&rubric("sh", r"student\nstudent\n3\n/home\nclosed\n"), &[("ada.sh", asks)]);
    all_pass(&stage, &[], 1);
}

#[test]
fn files_that_may_be_open_are_limited_and_told() {
    let stage = Stage::class(&rubric("sh", r"1024\n"), &[("ada.sh", "ulimit -n\n")]);
    all_pass(&stage, &[], 1);
    let report = std::fs::read_to_string(stage.file("all.json")).expect("a report");
    for limit in ["1024 open files", "256 MiB of files in each folder", "of processor time"] {
        assert!(report.contains(limit), "{limit}: {report}");
    }
    let stage = Stage::class(&rubric("sh", r"32\n"), &[("ada.sh", "ulimit -n\n")]);
    all_pass(&stage, &["--files", "32"], 1);
}

#[test]
fn nobody_takes_all_terminals() {
    let takes = "import os\ntaken = []\ntry:\n    while True:\n        taken.append(os.openpty())\nexcept OSError:\n    print(len(taken))\n";
    let stage = Stage::class(&rubric("python3", r"64\n"), &[("ada.py", takes)]);
    all_pass(&stage, &[], 1);
}

#[test]
fn what_a_user_may_have_is_each_works_own() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("left out: who is no root has one user for all");
        return;
    }
    let takes = "import fcntl, os, time\nheld = []\nfor _ in range(200):\n    held.append(os.pipe())\n    try:\n        \
                 fcntl.fcntl(held[-1][1], 1031, 1 << 20)\n    except OSError:\n        pass\ntime.sleep(6)\nprint('whole')\n";
    let needs = "import fcntl, os, time\nend = time.monotonic() + 4\nwhile time.monotonic() < end:\n    r, w = os.pipe()\n    \
                 size = fcntl.fcntl(w, 1032)\n    os.close(r)\n    os.close(w)\n    if size < 65536:\n        \
                 raise SystemExit(f'only {size}')\n    time.sleep(0.01)\nprint('whole')\n";
    let stage = Stage::class(&rubric("python3", r"whole\n"), &[("ada.py", takes), ("bob.py", needs)]);
    all_pass(&stage, &["-j2"], 2);
}
