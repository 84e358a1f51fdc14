//! What one work has of the system that all share: its own user with a name, and no more than is said, so that its neighbour has enough.

use super::machine::{as_nobody, is_root};
use super::stage::{Said, Stage, said};

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

/// One takes all that works may share, and holds it; the others need a little of it meanwhile.
fn with_one_who_takes_all(grade: impl FnOnce(&Stage, &[&str]) -> Said) {
    const TAKES: &str = include_str!("../grading/hostile/works/takes-all.py");
    const NEEDS: &str = include_str!("../grading/hostile/works/honest-needs.py");
    // Who takes has all that is to be had when the answer comes, and holds it for longer than the others are there.
    let text = r#"test "it" within 90s {
    spawn p exec("python3", submission) with {capture: true, input: "21\n"}
    expect p.stdout == "42\n" within 40s
    if submission.ends_with("ada.py") {
        sleep 12s
        kill p
    }
    join p
}
"#;
    let works = [("ada.py", TAKES), ("bob.py", NEEDS), ("eve.py", NEEDS), ("zoe.py", NEEDS)];
    let stage = Stage::class(text, &works);
    let said = grade(&stage, &["-j2", "--timeout", "60s"]);
    let report = stage.run(&["grades", "export", "--report-json", "/dev/stdout"]).stdout;
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(stage.points("grades.db"), ["ada 1 #1", "bob 1 #1", "eve 1 #1", "zoe 1 #1"], "{report}");
}

#[test]
fn who_takes_all_leaves_enough_for_others() {
    with_one_who_takes_all(|stage, more| stage.grade(more));
}

#[test]
fn who_takes_all_leaves_enough_for_others_of_the_same_user() {
    if !is_root() {
        return;
    }
    with_one_who_takes_all(|stage, more| {
        let args = [&["grade", "r.proc", "class", "--stable"], more].concat();
        said(as_nobody(stage, &args).output().expect("proctor can be started"))
    });
}

/// Where nothing keeps them, the one has all message queues that the user may have, and the other sees it.
#[test]
fn control_one_who_is_kept_by_nothing_takes_it_all() {
    let open = "import ctypes, os, time\nlibc = ctypes.CDLL(None)\ndef opened(name):\n    \
                got = libc.syscall(240, name, os.O_RDWR | os.O_CREAT, 0o600, None)\n    libc.syscall(241, name)\n    return got\n\
                name = b'proctor-%d' % os.getpid()\nend = time.monotonic() + 30\nwhile time.monotonic() < end:\n    ";
    let takes = format!("{open}if opened(name) < 0:\n        time.sleep(0.1)\n");
    let needs = format!(
        "{open}mine = opened(name)\n    if mine < 0:\n        print('lacks')\n        break\n    os.close(mine)\n"
    );
    let stage = Stage::class(&rubric("python3", r"lacks\n"), &[("ada.py", &takes), ("bob.py", &needs)]);
    let said = stage.grade(&["-j2", "--sandbox", "none"]);
    assert_eq!(stage.points("grades.db"), ["ada 0 #1", "bob 1 #1"], "{said:?}");
}
