//! A system that gives little: few descriptors, no processes, no files, no /proc (row 14).

use super::runner::{Test, left_out};
use super::stage::{LONG, Output, SOON, Stage, Staged};
use rustix::process::{Pid, Signal, kill_process};
use std::process::Command;
use std::time::{Duration, Instant};

pub const TESTS: [Test; 8] = [
    ("few_descriptors_are_enough", few_descriptors),
    ("no_process_to_be_had_is_said", no_process),
    ("no_room_for_files_is_said", no_room),
    ("a_directory_of_somebody_elses_is_not_used", foreign_directory),
    ("closed_standard_streams_are_no_hindrance", closed_streams),
    ("without_proc_nothing_is_left_either", without_proc),
    ("what_a_tracer_of_somebody_elses_holds_is_told", held_by_a_tracer),
    ("storms_of_signals_change_nothing", storms),
];

/// A shell that does something before it becomes the program.
fn after(script: &str, role: &str) -> Stage {
    let mut shell = Command::new("bash");
    shell.args(["-c", &format!("{script}; exec \"$0\"")]).arg(std::env::current_exe().expect("our own path"));
    Stage::with_command(shell, role)
}

fn ends_clean(mut run: Staged, signal: Signal, what: &str) -> Output {
    let up = run.herd.until(LONG, |herd| herd.said("up"));
    assert!(up, "{what}: it never came up: {:?}", run.herd.words);
    kill_process(Pid::from_raw(run.pid()).expect("a pid"), signal).expect("it lives");
    let output = run.finish();
    assert!(run.herd.is_gone(SOON), "{what}: {:?}", run.herd.left());
    output
}

fn few_descriptors() {
    for limit in (4..=16).rev() {
        for signal in [Signal::TERM, Signal::KILL] {
            let mut run = after(&format!("ulimit -n {limit}"), "quiet").start();
            let up = run.herd.until(LONG, |herd| herd.said("up"));
            assert!(up || limit < 16, "16 descriptors are not enough");
            if up {
                kill_process(Pid::from_raw(run.pid()).expect("a pid"), signal).expect("it lives");
            }
            let output = run.finish();
            assert!(run.herd.is_gone(SOON), "{limit} descriptors: {output:?}");
            assert!(up || output.code != Some(0), "{limit} descriptors: {output:?}");
        }
    }
}

fn no_process() {
    if !rustix::process::geteuid().is_root() {
        left_out("the test needs another user");
        return;
    }
    for (limit, place) in [(1, "for the run"), (2, "for the scenario")] {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65533", "--regid=65533", "--clear-groups", "prlimit"]);
        command.arg(format!("--nproc={limit}")).arg(std::env::current_exe().expect("our own path"));
        let mut run = Stage::with_command(command, "empty 0").start();
        let output = run.finish();
        assert_eq!(output.code, Some(99), "{limit} {place}: {output:?}");
        assert!(output.err.contains("fault: no process can be started"), "{limit}: {}", output.err);
        assert!(run.herd.is_gone(SOON));
    }
}

fn no_room() {
    let mut run = after("ulimit -f 0", "empty 0").start();
    let output = run.finish();
    assert_eq!(output.code, Some(99), "{output:?}");
    assert!(
        output.err.contains("fault: there is no shared memory for the run: File too large"),
        "{output:?}"
    );
}

fn foreign_directory() {
    let place = tempfile::tempdir().expect("a directory");
    let target = place.path().join("elsewhere");
    std::fs::create_dir(&target).expect("a directory");
    std::os::unix::fs::symlink(&target, place.path().join("proctor")).expect("a link");
    let run = Stage::new("herd wait").env("XDG_RUNTIME_DIR", place.path().to_str().expect("UTF-8")).start();
    let seen = std::fs::read_dir(&target).expect("a directory").count();
    ends_clean(run, Signal::KILL, "a link");
    if rustix::process::geteuid().is_root() {
        // Nor is a directory in /tmp that another user has made beforehand.
        let _ = std::fs::create_dir("/tmp/proctor-65531");
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65531", "--regid=65531", "--clear-groups"]);
        command.arg(std::env::current_exe().expect("our own path")).env_remove("XDG_RUNTIME_DIR");
        let run = Stage::with_command(command, "herd wait").start();
        let output = ends_clean(run, Signal::TERM, "another user");
        assert!(output.out.contains("unrecorded=Some("), "{output:?}");
        assert_eq!(std::fs::read_dir("/tmp/proctor-65531").expect("a directory").count(), 0);
        let _ = std::fs::remove_dir("/tmp/proctor-65531");
    }
    assert_eq!(seen + std::fs::read_dir(&target).expect("a directory").count(), 0, "it followed a link");
}

fn closed_streams() {
    let run = after("exec 0<&- 1>&- 2>&-", "herd wait").start();
    assert_eq!(ends_clean(run, Signal::TERM, "closed streams").code, Some(143));
}

fn without_proc() {
    let possible = Command::new("unshare").args(["-m", "umount", "-l", "/proc"]).status();
    if !possible.is_ok_and(|status| status.success()) {
        left_out("only root can take /proc away");
        return;
    }
    for signal in [Signal::TERM, Signal::KILL] {
        let mut command = Command::new("unshare");
        command.args(["-m", "bash", "-c", r#"umount -l /proc; exec "$0""#]);
        command.arg(std::env::current_exe().expect("our own path"));
        let mut run = Stage::with_command(command, "quiet").start();
        assert!(run.herd.until(LONG, |herd| herd.said("up")), "{:?}", run.finish());
        kill_process(Pid::from_raw(run.pid()).expect("a pid"), signal).expect("it lives");
        assert!(run.herd.is_gone(SOON), "without /proc");
        run.finish();
    }
}

/// A traced process that has ended stays for its tracer, and nobody can do anything about it: ptrace(2).
fn held_by_a_tracer() {
    let mut run = Stage::new("herd wait").start_up();
    let held = run.herd.members.iter().find(|one| one.is_alive() && one.pid != run.herd.members[0].pid);
    let held = *held.expect("a member");
    let mut tracer = Stage::new(&format!("tracer {}", held.pid)).start_up();
    kill_process(Pid::from_raw(run.pid()).expect("a pid"), Signal::TERM).expect("it lives");
    let output = run.finish();
    assert_eq!(output.code, Some(143), "{output:?}");
    assert!(output.out.contains(" stuck=1 "), "{output:?}");
    run.herd.drain();
    assert_eq!(run.herd.left().len(), 1, "{:?}", run.herd.left());
    tracer.child.kill().expect("it lives");
    tracer.finish();
}

/// Signals that mean nothing, as many as can be sent, to guard and keeper: no wait is lost or cut short by them.
fn storms() {
    let mut run = Stage::new("herd wait").start_up();
    let guard = Pid::from_raw(run.pid()).expect("a pid");
    let keeper = super::herd::children(run.pid()).first().copied().and_then(Pid::from_raw).expect("a keeper");
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(300) {
        for signal in [Signal::CHILD, Signal::CONT, Signal::WINCH, Signal::URG] {
            kill_process(guard, signal).expect("it lives");
            kill_process(keeper, signal).expect("it lives");
        }
        for signal in [Signal::TERM, Signal::INT, Signal::HUP, Signal::USR1, Signal::PIPE] {
            kill_process(keeper, signal).expect("it lives");
        }
    }
    run.herd.drain();
    assert!(run.herd.members.iter().all(super::herd::Member::is_there), "a storm has ended something");
    assert_eq!(ends_clean(run, Signal::TERM, "after storms").code, Some(143));
}
