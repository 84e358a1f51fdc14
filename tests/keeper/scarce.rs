//! A system that gives little: few descriptors, no processes, no files, no /proc (row 14).

use super::herd::{self, children, keeper_and_scenario};
use super::runner::{Test, left_out};
use super::stage::{LONG, Output, SECOND, SOON, Stage, Staged, own_program_for_all};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

pub const TESTS: [Test; 14] = [
    ("few_descriptors_are_enough", few_descriptors),
    ("control_few_descriptors_without_clearing", control_few_descriptors),
    ("no_process_to_be_had_is_said", no_process),
    ("control_with_processes_to_be_had_and_room_for_files", control_enough),
    ("no_room_for_files_is_said", no_room),
    ("a_directory_of_somebody_elses_is_not_used", foreign_directory),
    ("closed_standard_streams_are_no_hindrance", closed_streams),
    ("control_a_closed_stream_is_taken_by_the_next_file", control_closed_streams),
    ("without_proc_nothing_is_left_either", without_proc),
    ("control_without_proc_and_without_clearing_something_is_left", control_without_proc),
    ("what_a_tracer_of_somebody_elses_holds_is_told", held_by_a_tracer),
    ("what_a_namespace_waits_for_is_told", held_in_a_namespace),
    ("storms_of_signals_change_nothing", storms),
    ("control_who_blocks_no_signal_dies_of_a_storm", control_storms),
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

/// Nobody clears up, so somebody is left, whatever there is too little of.
fn leaves_something(mut run: Staged, what: &str) {
    assert!(run.herd.until(LONG, |herd| herd.said("up")), "{what}: {:?}", run.herd.words);
    kill_process(Pid::from_raw(run.pid()).expect("a pid"), Signal::TERM).expect("it lives");
    run.finish();
    assert!(!run.herd.is_gone(SECOND), "{what}: the test does not see what is left");
    assert!(!run.herd.left().is_empty(), "{what}");
    run.herd.clean_up();
}

fn control_few_descriptors() {
    leaves_something(after("ulimit -n 16", "herd wait").without("clear,takeover").start(), "16 descriptors");
}

/// An empty run of a user who may have so many processes.
fn with_processes(program: &Path, limit: u32) -> Staged {
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65533", "--regid=65533", "--clear-groups", "prlimit"]);
    command.arg(format!("--nproc={limit}")).arg(program);
    Stage::with_command(command, "empty 0").start()
}

/// The same runs where there is enough: nothing is said, and they end well.
fn control_enough() {
    if rustix::process::geteuid().is_root() {
        let (_folder, program) = own_program_for_all();
        let output = with_processes(&program, 50).finish();
        assert_eq!((output.code, output.err.as_str()), (Some(0), ""), "{output:?}");
    } else {
        left_out("the test needs another user");
    }
    let output = after("ulimit -f unlimited", "empty 0").start().finish();
    assert_eq!((output.code, output.err.as_str()), (Some(0), ""), "{output:?}");
}

fn no_process() {
    if !rustix::process::geteuid().is_root() {
        left_out("the test needs another user");
        return;
    }
    let (_folder, program) = own_program_for_all();
    for (limit, place) in [(1, "for the run"), (2, "for the scenario")] {
        let mut run = with_processes(&program, limit);
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

/// What a program that opens nothing at its start does: the file gets the number of the closed stream, and what is printed
/// goes into it. That of a scenario does not: `closed_streams` of `tests/hostile`.
fn control_closed_streams() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("file").to_str().expect("UTF-8").to_owned();
    let output = Stage::new(&format!("closed {path}")).start().finish();
    assert_eq!(output.code, Some(0), "{output:?}");
    assert_eq!(std::fs::read_to_string(path).expect("a file"), "said", "the test does not see it");
}

/// The role in a mount namespace without /proc.
fn proc_less(role: &str) -> Option<Stage> {
    let possible = Command::new("unshare").args(["-m", "umount", "-l", "/proc"]).status();
    if !possible.is_ok_and(|status| status.success()) {
        left_out("only root can take /proc away");
        return None;
    }
    let mut command = Command::new("unshare");
    command.args(["-m", "bash", "-c", r#"umount -l /proc; exec "$0""#]);
    command.arg(std::env::current_exe().expect("our own path"));
    Some(Stage::with_command(command, role))
}

/// The herd cannot tell of itself there: it ends with its standard input, and is seen by the pipe that it holds.
fn control_without_proc() {
    let Some(mut stage) = proc_less("brief") else { return };
    stage.command.stdin(std::process::Stdio::piped());
    let mut run = stage.without("clear,takeover").start();
    let input = run.child.stdin.take();
    assert!(run.herd.until(LONG, |herd| herd.said("up")), "{:?}", run.finish());
    kill_process(Pid::from_raw(run.pid()).expect("a pid"), Signal::TERM).expect("it lives");
    run.finish();
    assert!(!run.herd.is_gone(SECOND), "the test does not see what is left");
    drop(input);
    assert!(run.herd.is_gone(LONG));
}

fn without_proc() {
    for signal in [Signal::TERM, Signal::KILL] {
        let Some(stage) = proc_less("quiet") else { return };
        let mut run = stage.start();
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

/// The first process of a pid namespace ends when all in there have, and sleeps until then, killed or not: pid_namespaces(7).
fn held_in_a_namespace() {
    if !rustix::process::geteuid().is_root() {
        left_out("only root can make a namespace of pids alone");
        return;
    }
    let mut run = Stage::new("namespace").start_up();
    let below = |pid: Option<i32>| children(pid?).first().copied();
    let first = below(below(keeper_and_scenario(run.pid()).1)).expect("the first of a namespace");
    let mut tracer = Stage::new(&format!("tracer {}", below(Some(first)).expect("its child"))).start_up();
    kill_process(Pid::from_raw(run.pid()).expect("a pid"), Signal::TERM).expect("it lives");
    let guard = pidfd_open(Pid::from_child(&run.child), PidfdFlags::empty()).expect("our child");
    let time = Timespec { tv_sec: 3 * LONG.as_secs() as i64, tv_nsec: 0 };
    let ended = poll(&mut [PollFd::new(&guard, PollFlags::IN)], Some(&time)) == Ok(1);
    tracer.child.kill().expect("it lives");
    tracer.finish();
    assert!(ended, "the run waits for a namespace that does not end");
    let output = run.finish();
    assert_eq!(output.code, Some(143), "{output:?}");
    assert!(output.out.contains(" stuck=1 "), "{output:?}");
}

/// Signals that mean nothing, as many as can be sent in a moment, to guard and keeper. Whether each found who was meant, and
/// nothing has ended.
fn storm(run: &mut Staged) -> bool {
    let guard = pidfd_open(Pid::from_child(&run.child), PidfdFlags::empty()).expect("our child");
    let keeper = keeper_and_scenario(run.pid()).0.and_then(Pid::from_raw).expect("a keeper");
    let keeper = pidfd_open(keeper, PidfdFlags::empty()).expect("a keeper");
    let for_both = [Signal::CHILD, Signal::CONT, Signal::WINCH, Signal::URG];
    let for_keeper = [Signal::TERM, Signal::INT, Signal::HUP, Signal::USR1, Signal::PIPE];
    let all: Vec<_> = for_both
        .iter()
        .flat_map(|signal| [(&guard, *signal), (&keeper, *signal)])
        .chain(for_keeper.map(|signal| (&keeper, signal)))
        .collect();
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(300) {
        if !all.iter().all(|(held, signal)| pidfd_send_signal(held, *signal).is_ok()) {
            return false;
        }
    }
    run.herd.drain();
    run.herd.members.iter().all(herd::Member::is_there)
}

/// No wait is lost or cut short by them.
fn storms() {
    let mut run = Stage::new("herd wait").start_up();
    assert!(storm(&mut run), "a storm has ended something");
    assert_eq!(ends_clean(run, Signal::TERM, "after storms").code, Some(143));
}

/// The same storm where signals do to guard and keeper what they do to anybody.
fn control_storms() {
    let mut run = Stage::new("herd wait").without("signals").start_up();
    assert!(!storm(&mut run), "the test does not see what a storm ends");
    let output = run.finish();
    assert!(output.out.starts_with("KeeperLost("), "{output:?}");
    assert!(run.herd.is_gone(SOON), "{:?}", run.herd.left());
}
