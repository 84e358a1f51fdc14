//! Processes that are not ours live on, whatever happens beside them (row 8).

use super::herd::{Member, children, member};
use super::runner::{Test, left_out};
use super::stage::{LONG, SOON, Stage, Staged};
use rustix::process::{Pid, Signal, kill_process};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

pub const TESTS: [Test; 8] = [
    ("children_from_before_live_on", children_from_before_live_on),
    ("control_without_the_proxy_they_die", control_proxy),
    ("a_proxied_run_ends_like_any_other", a_proxied_run_ends_like_any_other),
    ("a_neighbour_in_the_group_lives_on", a_neighbour_in_the_group_lives_on),
    ("a_run_beside_lives_on", a_run_beside_lives_on),
    ("a_pid_that_came_back_is_nobody_of_ours", a_pid_that_came_back),
    ("a_pid_that_a_program_reaped_is_nobody_of_ours", a_pid_that_a_program_reaped),
    ("a_sweep_touches_only_what_is_proven_to_be_ours", a_sweep_touches_only_ours),
];

/// What a shell leaves to the program that it becomes.
///
/// It ignores SIGHUP, because the kernel sends that to a group that has a stopped member and loses its last link to its
/// session, as the group does here when the visible process is killed: setpgid(2), "orphaned process group".
/// It must not hold the pipe of the herd, or it would count as one of them.
const SHELL: &str = r#"{ trap "" HUP; eval "exec $PROCTOR_KEEPER_PIPE>&-"; exec /bin/sleep 3600 >&- 2>&-; } & echo $! >&2; exec "$0""#;

fn with_a_child_from_before(role: &str) -> Stage {
    let mut shell = Command::new("bash");
    shell.args(["-c", SHELL]).arg(std::env::current_exe().expect("our own path"));
    Stage::with_command(shell, role)
}

/// The child that was there before the program became proctor.
fn child_from_before(run: &Staged) -> Member {
    let is_sleep =
        |pid: &i32| std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm == "sleep\n");
    let deadline = Instant::now() + LONG;
    loop {
        if let Some(found) = children(run.pid()).into_iter().find(is_sleep).and_then(member) {
            return found;
        }
        assert!(Instant::now() < deadline, "no child from before");
        std::thread::yield_now();
    }
}

fn children_from_before_live_on() {
    for way in ["return", "wait"] {
        let mut run = with_a_child_from_before(&format!("herd {way}")).start();
        assert!(run.herd.until(LONG, |herd| herd.said("up")), "{:?}", run.herd.words);
        if way == "wait" {
            let before = child_from_before(&run);
            kill_process(Pid::from_raw(run.pid()).expect("a pid"), Signal::KILL).expect("it lives");
            assert!(run.herd.is_gone(SOON), "{:?}", run.herd.left());
            assert!(before.is_alive());
            before.end();
            run.finish();
        } else {
            let output = run.finish();
            assert_eq!(output.code, Some(0), "{output:?}");
            assert!(run.herd.is_gone(SOON), "{:?}", run.herd.left());
            let pid = output.err.trim().lines().next().and_then(|pid| pid.parse().ok()).expect("a pid");
            let before = member(pid).expect("it lives");
            assert!(before.is_alive());
            before.end();
        }
    }
}

fn control_proxy() {
    let mut run = with_a_child_from_before("herd return").without("proxy").start();
    let output = run.finish();
    let pid: i32 = output.err.trim().lines().next().and_then(|pid| pid.parse().ok()).expect("a pid");
    assert!(member(pid).is_none_or(|before| !before.is_alive()), "the test does not see a stranger die");
}

fn a_proxied_run_ends_like_any_other() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
        let mut run = with_a_child_from_before("herd wait").start_up();
        let before = child_from_before(&run);
        kill_process(Pid::from_raw(run.pid()).expect("a pid"), signal).expect("it lives");
        assert_eq!(run.finish().code, Some(code));
        assert!(run.herd.is_gone(SOON), "{:?}", run.herd.left());
        assert!(before.is_alive());
        before.end();
    }
}

fn a_neighbour_in_the_group_lives_on() {
    let mut shell = Command::new("bash");
    shell.args([
        "-c",
        r#"{ trap "" HUP; eval "exec $PROCTOR_KEEPER_PIPE>&-"; exec /bin/sleep 3600; } & "$0"; echo $! >&2"#,
    ]);
    shell.arg(std::env::current_exe().expect("our own path"));
    for signal in [None, Some(Signal::TERM), Some(Signal::KILL)] {
        let mut copy = Command::new(shell.get_program());
        copy.args(shell.get_args());
        let mut run = Stage::with_command(copy, "herd wait").start_up();
        let mut below = children(run.pid()).into_iter();
        let neighbour = below.next().and_then(member).expect("a neighbour");
        let guard = below.next().and_then(Pid::from_raw).expect("a guard");
        match signal {
            Some(signal) => kill_process(guard, signal).expect("it lives"),
            None => run.herd.members[0].end(),
        }
        assert!(run.herd.is_gone(SOON), "{:?}", run.herd.left());
        assert!(neighbour.is_alive(), "{signal:?}");
        run.finish();
        neighbour.end();
    }
}

/// Every one of its 88 processes is a stranger to the other run.
fn a_run_beside_lives_on() {
    let mut beside = Stage::new("herd wait").start_up();
    for round in 0..20 {
        let mut run = Stage::new("herd wait").start_up();
        let signal = [Signal::KILL, Signal::TERM][round % 2];
        kill_process(Pid::from_raw(run.pid()).expect("a pid"), signal).expect("it lives");
        assert!(run.herd.is_gone(SOON), "{:?}", run.herd.left());
        run.finish();
        beside.herd.drain();
        // A zombie of a living parent is there, and no more.
        assert!(beside.herd.all_are_there(), "{:?}", beside.herd.left());
    }
    kill_process(Pid::from_raw(beside.pid()).expect("a pid"), Signal::TERM).expect("it lives");
    assert!(beside.herd.is_gone(SOON), "{:?}", beside.herd.left());
    beside.finish();
}

/// Only root can have a pid given again.
fn a_pid_that_came_back() {
    if !rustix::process::geteuid().is_root() {
        left_out("pids can be given again by root only");
        return;
    }
    let output = Stage::new("reuse 1000").start().finish();
    assert_eq!(output.code, Some(0), "{output:?}");
    let lived: u32 =
        output.out.trim().split_once(' ').and_then(|(lived, _)| lived.parse().ok()).expect("a count");
    assert!(output.out.contains("; a plain kill reached the stranger"), "{}", output.out);
    assert!(lived > 900, "too few pids came back: {}", output.out);
}

/// A task that becomes a program leaves its children to it, which reaps them unseen.
fn a_pid_that_a_program_reaped() {
    if !rustix::process::geteuid().is_root() {
        left_out("pids can be given again by root only");
        return;
    }
    let lived = |role: &str| -> u32 {
        let output = Stage::new(role).start().finish();
        assert_eq!(output.code, Some(0), "{output:?}");
        output.out.split_once(' ').and_then(|(lived, _)| lived.parse().ok()).expect("a count")
    };
    let many = lived("reuse-exec 100");
    assert!(many > 90, "too few pids came back: {many}");
    // The negative control: a task that says nothing to the run before.
    assert_eq!(lived("reuse-exec 5 control"), 0, "the test does not see a stranger die");
}

/// A process that sleeps, with this variable, as this user.
fn sleeper(variable: &str, user: Option<u32>) -> Child {
    let mut command = Command::new("/bin/sleep");
    command.arg("3600").env_clear().env("PROCTOR_RUN", variable).stdin(Stdio::null());
    user.map(|user| command.uid(user).gid(user));
    command.spawn().expect("/bin/sleep")
}

fn record(place: &Path, run: &str) {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").expect("a boot id");
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let since = now.tv_sec * 1_000_000_000 + now.tv_nsec;
    let text = format!("proctor run record 1\nboot {}\nsince {since}\nguard 2\n", boot.trim());
    let directory = place.join("proctor");
    std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700)
        .create(&directory)
        .or_else(|error| if directory.is_dir() { Ok(()) } else { Err(error) })
        .expect("a directory");
    std::fs::write(directory.join(run), text).expect("a record");
}

fn a_sweep_touches_only_ours() {
    const RUN: &str = "0123456789abcdef0123456789abcdef";
    let place = tempfile::tempdir().expect("a directory");
    let sweep = |without: &str| {
        let path = place.path().to_str().expect("UTF-8");
        Stage::new("sweep").without(without).env("XDG_RUNTIME_DIR", path).start().finish()
    };
    let mut before = sleeper(RUN, None);
    // The clock of starts has ticks of 10 ms: the record must be of a later one.
    let started = member(before.id() as i32).expect("it lives").start;
    while rustix::time::clock_gettime(rustix::time::ClockId::Boottime).tv_nsec / 10_000_000 % 100
        == (started % 100) as i64
    {
        std::thread::yield_now();
    }
    record(place.path(), RUN);
    let mut ours = sleeper(RUN, None);
    let mut strangers = vec![sleeper(&format!("{RUN}0"), None), sleeper(&RUN[1..], None), sleeper("", None)];
    if rustix::process::geteuid().is_root() {
        strangers.push(sleeper(RUN, Some(65534)));
    }
    let output = sweep("");
    assert!(output.out.contains("runs: 1 processes: 1"), "{output:?}");
    assert_eq!(ours.wait().expect("our child").code(), None, "it was killed");
    for stranger in strangers.iter_mut().chain([&mut before]) {
        assert!(stranger.try_wait().expect("our child").is_none(), "a stranger was killed");
    }
    record(place.path(), RUN);
    let output = sweep("second-proof");
    assert!(!output.out.contains("processes: 0"), "the test does not see a stranger die: {output:?}");
    assert!(before.wait().is_ok());
    for mut stranger in strangers {
        let _ = stranger.kill();
        let _ = stranger.wait();
    }
}
