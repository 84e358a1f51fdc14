//! At which level tests run: in namespaces of their own where the machine lets them, among its processes where it does not or where that is
//! asked; and what can be seen of it from inside and from outside.

use super::bystander::Bystander;
use super::machine::{as_nobody, is_root, without_namespaces, without_ptrace};
use super::stage::{Said, Stage, said};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// Says which pids it sees of itself and of its parent.
const WHO: &str = "test \"who\" { write_file(\"who\", \"{pid()} {ppid()} {main.pid}\"); expect true }\n";
const INSIDE: &str = "2 1 2";

fn json(stage: &Stage) -> serde_json::Value {
    serde_json::from_str(&stage.read("out.json")).expect("JSON")
}

#[test]
fn tests_are_contained_unless_the_machines_processes_are_asked_for() {
    for (option, inside) in [(None, true), (Some("--contained"), true), (Some("--host"), false)] {
        let stage = Stage::new(&[("a.proc", WHO)]);
        let said = stage.run(&[&["test", "--report-json", "out.json"][..], option.as_slice()].concat());
        assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
        assert_eq!(stage.read("who") == INSIDE, inside, "{option:?}: {}", stage.read("who"));
        let level = if inside { "contained" } else { "host" };
        assert!(
            said.stdout.ends_with(&format!(" ({level})\n")) && !said.stdout.contains("level host:"),
            "{said:?}"
        );
        let sandbox = &json(&stage)["sandbox"];
        assert_eq!(sandbox["level"], level);
        assert_eq!(sandbox["parts"].as_array().map(Vec::len), Some(usize::from(inside)), "{sandbox}");
        assert_eq!(sandbox["missing"], serde_json::json!([]));
        assert_eq!(sandbox["limits"], serde_json::json!(["1m00.0s a test", "4096 processes at once"]));
    }
}

#[test]
fn whoever_asks_for_both_is_told() {
    let said = Stage::new(&[("a.proc", WHO)]).run(&["test", "--contained", "--host"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.stderr.contains("--contained") && said.stderr.contains("--host"), "{said:?}");
}

fn in_a_narrow_machine(stage: &Stage, args: &[&str]) -> Said {
    let mut command = as_nobody(stage, args);
    without_namespaces(&mut command);
    said(command.output().expect("proctor can be started"))
}

#[test]
fn where_no_namespaces_are_to_be_had_tests_run_all_the_same_and_every_report_says_so() {
    let reports = ["json", "junit", "tap", "ctrf", "sarif", "html"];
    let options: Vec<[String; 2]> =
        reports.iter().map(|one| [format!("--report-{one}"), format!("out.{one}")]).collect();
    let args: Vec<&str> = options.iter().flatten().map(String::as_str).collect();
    let stage = Stage::new(&[("a.proc", WHO)]);
    let said = in_a_narrow_machine(&stage, &[&["test", "--report-github"], &args[..]].concat());
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    assert_ne!(stage.read("who"), INSIDE);
    let why = "the run cannot be contained: Operation not permitted (EPERM)";
    assert!(
        said.stdout.contains(&format!("level host: {why}")) && said.stdout.contains("proctor doctor"),
        "{said:?}"
    );
    assert!(said.stdout.contains(" (host)\n"), "{said:?}");
    assert!(
        said.stdout.contains(&format!("\n::notice title=the tests ran at the level host::{why}")),
        "{said:?}"
    );
    for one in reports {
        let report = stage.read(&format!("out.{one}"));
        assert!(report.contains("host") && report.contains(why), "{one}: {report}");
    }
    assert_eq!(json(&stage)["sandbox"]["missing"][0]["part"], "namespaces of its own");
    // Who has asked for it is not told that it cannot be otherwise.
    let said = in_a_narrow_machine(&stage, &["test", "--host"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.ends_with(" (host)\n") && !said.stdout.contains("level host"), "{said:?}");
}

#[test]
fn where_no_namespaces_are_to_be_had_no_test_is_run_that_must_have_them() {
    let stage = Stage::new(&[("a.proc", WHO)]);
    let said = in_a_narrow_machine(&stage, &["test", "--contained", "--report-json", "out.json"]);
    assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{said:?}");
    for words in [
        "the tests are not run: the run cannot be contained: Operation not permitted (EPERM)",
        "proctor doctor",
        "without --contained",
    ] {
        assert!(said.stderr.contains(words), "{words}: {said:?}");
    }
    assert!(!stage.file("who").exists() && !stage.file("out.json").exists());
    // To name them nothing is tried.
    let said = in_a_narrow_machine(&stage, &["test", "--contained", "--list"]);
    assert_eq!((said.code, said.stdout.as_str()), (0, "a.proc:1: who\n"), "{said:?}");
}

/// What a test does with files, terminals, observed programs and orphans is the same, whoever runs it.
const ALIKE: &str = r#"
test "files are one's own" {
    write_file("made", "by us")
    expect run("sh", "-c", "cat made; echo more >made-too; id -u").stdout == "by us" + env("WHO") + "\n"
    expect exists("a.proc") and read_file("made-too") == "more\n"
    expect exists(temp_dir())
}
test "a terminal" {
    spawn p exec("python3", "-c", "import os; print(os.isatty(0), os.tcgetpgrp(0) == os.getpgrp())") with {pty: true}
    join p
    expect p.stdout.contains("True True")
}
test "what a program did" {
    spawn p sh("sleep 0.01 & kill -0 $!; wait") with {observe: true}
    join p
    expect p.exitcode == 0 and p.processes.len() == 2
}
test "an orphan" {
    spawn p { spawn child { sleep 1h }; exit 0 }
    join p
    let orphan = processes("child")[0]
    expect orphan.ppid != p.pid and orphan.alive
    kill orphan
}
test "a scenario in it" {
    write_file("inner.proc", "spawn p sh('exit 4')\njoin p\nprint p.exitcode\n")
    expect run_scenario("inner.proc").stdout == "4\n"
}
test "priority and processor" {
    spawn p sh("nice") with {nice: 3, capture: true}
    join p
    expect int(p.stdout.trim()) == int(run("nice").stdout.trim()) + 3
}
test "the machine's memory and names" {
    expect run("sh", "-c", "test -w /dev/shm && test -r /etc/passwd && test -d /sys").exitcode == 0
}
"#;

#[test]
fn what_does_not_look_at_other_processes_is_the_same_at_both_levels() {
    for option in [None, Some("--host")] {
        let args = [&["test", "-j1", "--timelines", "lines"][..], option.as_slice()].concat();
        let stage = Stage::new(&[("a.proc", ALIKE)]);
        let own = rustix::process::geteuid().as_raw();
        alike(&stage, &mut stage.command(&args), own);
        let stage = Stage::new(&[("a.proc", ALIKE)]);
        let mut other = as_nobody(&stage, &args);
        let own = std::fs::metadata(stage.path()).expect("a folder").uid();
        alike(&stage, &mut other, own);
    }
}

fn alike(stage: &Stage, command: &mut Command, user: u32) {
    let said = said(command.env("WHO", user.to_string()).output().expect("proctor can be started"));
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{user}: {said:?}");
    assert!(said.stdout.contains("7 tests: 7 ok"), "{said:?}");
    for file in ["made", "made-too"] {
        assert_eq!(std::fs::metadata(stage.file(file)).expect("it was made").uid(), user, "{file}");
    }
    assert_eq!(std::fs::read_dir(stage.file("lines")).expect("a folder").count(), 7);
}

/// Where tracing is forbidden, that is known of no test what it needs to be observed, and no level makes a difference.
#[test]
fn what_cannot_be_observed_is_nobodys_failure_at_both_levels() {
    let text = "test \"observed\" {\n    spawn p exec(\"true\") with {observe: true}\n    join p\n    expect p.exitcode == 0\n}\n";
    for level in ["--contained", "--host"] {
        let stage = Stage::new(&[("a.proc", text)]);
        let mut command = stage.command(&["test", level]);
        without_ptrace(&mut command);
        let said = said(command.output().expect("proctor can be started"));
        assert_eq!(said.code, 4, "{said:?}");
        assert!(said.stdout.contains("TOOL     a.proc: observed"), "{said:?}");
    }
}

/// Two users whom nobody else is: these tests kill all that they can.
const CONTAINED: u32 = 61_240;
const FREE: u32 = 61_241;

/// Whether a bystander of the same user lives after a test that kills all it can, and how proctor ended. Only as a user whom nobody else is.
fn lives_after(user: u32, option: Option<&str>) -> (bool, std::process::Output) {
    let check = format!("test $(id -u) = {user} || exit 9");
    let text =
        format!("test \"kills\" {{ spawn p sh(\"{check}; kill -9 -1\"); join p; expect p.exitcode == 9 }}\n");
    let stage = Stage::new(&[("a.proc", &text)]);
    let mut command = as_nobody(&stage, &[&["test"][..], option.as_slice()].concat());
    command.uid(user).gid(user);
    let mut bystander = Bystander::start(|command| _ = command.uid(user).gid(user));
    let output = command.output().expect("proctor can be started");
    (bystander.lives(), output)
}

#[test]
fn a_test_that_kills_all_it_can_reaches_nothing_outside() {
    if !is_root() {
        eprintln!("left out: who is no root has no user of its own for processes that kill all they can");
        return;
    }
    for round in 0..10 {
        let (lives, output) = lives_after(CONTAINED, None);
        let said = said(output);
        assert!(lives, "round {round}: {said:?}");
        // It has hit its own scenario, and proctor says so.
        assert_eq!(said.code, 1, "{said:?}");
        assert!(said.stdout.contains("its main process was killed by SIGKILL"), "{said:?}");
        assert!(said.stdout.contains(" (contained)\n"), "{said:?}");
    }
}

#[test]
fn control_among_the_machines_processes_it_reaches_them() {
    if !is_root() {
        eprintln!("left out: who is no root has no user of its own for processes that kill all they can");
        return;
    }
    let (lives, output) = lives_after(FREE, Some("--host"));
    assert!(!lives, "the test does not see it: {output:?}");
    assert_eq!(output.status.code(), None, "proctor was hit too: {output:?}");
}

/// Among processes of another pid namespace, whose pids are those that the test's own have inside.
#[test]
fn stress_disturbs_those_of_the_test_and_no_strangers_with_the_same_pids() {
    let text = r#"
test "disturbed" {
    for i in range(6) { spawn sleeper { sleep 1h } }
    spawn p sh("trap 'echo >>inside' CONT; while :; do sleep 0.01; done")
    # One of eight in turn: by then there were some forty pauses.
    expect exists("inside") and read_file("inside").split("\n").len() > 5 within 100s
    kill children()
}
"#;
    let stage = Stage::new(&[("a.proc", text)]);
    // A shell that stands still for a moment hears of it when it goes on.
    let script = r#"
test $$ = 1 || exit 99
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
    (trap 'echo hit >>outside' CONT; while :; do sleep 0.05; done) &
done
"$0" "$@"
code=$?
kill -9 -1
exit $code
"#;
    let ours = stage.command(&["test", "--contained", "--stress=3", "--timeout", "200s"]);
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "sh", "-c", script]);
    command.arg(ours.get_program()).args(ours.get_args()).current_dir(stage.path()).stdin(Stdio::null());
    let said = said(command.output().expect("unshare(1)"));
    assert!(!stage.file("outside").exists(), "strangers were hit: {}", stage.read("outside"));
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("passed 3 of 3 times"), "{said:?}");
}

/// A signal that comes while proctor finds out what the machine offers ends it: it does not take that for an answer.
#[test]
fn who_is_interrupted_at_its_start_does_not_go_on_at_a_lower_level() {
    let stage = Stage::new(&[("a.proc", "test \"lasts\" { sleep 1h; expect true }\n")]);
    let mut chance = fastrand::Rng::new();
    for _ in 0..60 {
        let mut child =
            stage.command(&["test"]).stdout(Stdio::piped()).spawn().expect("proctor can be started");
        // Any moment of its start.
        std::thread::sleep(std::time::Duration::from_micros(chance.u64(0..40_000)));
        rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT)
            .expect("our child");
        let mut stdout = String::new();
        std::io::Read::read_to_string(&mut child.stdout.take().expect("a pipe"), &mut stdout).expect("UTF-8");
        let status = child.wait().expect("our child");
        // Before it takes signals it dies of one as anybody does.
        let ended =
            status.code() == Some(130) || std::os::unix::process::ExitStatusExt::signal(&status) == Some(2);
        assert!(ended && !stdout.contains("level host"), "{status}: {stdout}");
    }
}
