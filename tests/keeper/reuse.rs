//! A pid that is given again to a stranger: clone3(2) with a wish for the pid.

use super::{groups, role};
use proctor::process::custody::{end_held, signal_child};
use proctor::process::{Fork, Pidfd, Reach, Run, exit_now, fork, pid, wait};
use proctor::value::Signal;
use rustix::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, Instant};

/// What clone3(2) is told, up to the wish for pids.
#[repr(C)]
#[derive(Default)]
struct CloneArguments {
    flags: u64,
    pidfd: u64,
    child_tid: u64,
    parent_tid: u64,
    exit_signal: u64,
    stack: u64,
    stack_size: u64,
    tls: u64,
    set_tid: u64,
    set_tid_size: u64,
    cgroup: u64,
}

/// Makes a process that does this and whose parent is ours: no child of this process. Whether that could be done.
pub fn sibling(function: fn() -> !) -> bool {
    let arguments = CloneArguments { flags: libc::CLONE_PARENT as u64, ..CloneArguments::default() };
    // SAFETY: as below.
    match unsafe { libc::syscall(libc::SYS_clone3, &raw const arguments, size_of::<CloneArguments>()) } {
        0 => function(),
        result => result > 0,
    }
}

/// A process with this pid, whose parent is ours: so it is no child of this process; it leads a group. False where the pid is
/// taken.
fn stranger_with(pid: i32) -> bool {
    let wish = [pid];
    let arguments = CloneArguments {
        flags: libc::CLONE_PARENT as u64,
        set_tid: wish.as_ptr() as u64,
        set_tid_size: 1,
        ..CloneArguments::default()
    };
    // SAFETY: without CLONE_VM and a stack this is fork; the arguments live for the whole call.
    match unsafe { libc::syscall(libc::SYS_clone3, &raw const arguments, size_of::<CloneArguments>()) } {
        0 => {
            let _ = rustix::process::setpgid(None, None);
            loop {
                std::thread::park();
            }
        }
        result => result == i64::from(pid),
    }
}

/// A stranger that has this pid, held; none where somebody else has taken it.
pub fn stranger(pid: i32) -> Option<Pidfd> {
    stranger_with(pid).then(|| Pidfd::open(pid).expect("the stranger"))
}

/// In so many rounds a child of ours is reaped, a stranger gets its pid, and is aimed at by what is left of the child.
/// Ends with a word about it on standard output. What is aimed at is the process, or the group that it leads.
pub fn play(rounds: u32, of_group: bool) -> ! {
    // The strangers' parent only reaps.
    match fork().expect("fork") {
        Fork::Child if of_group => groups::rounds_of_reuse(rounds),
        Fork::Child => rounds_of_reuse(rounds),
        Fork::Parent(worker) => loop {
            let mut status = 0;
            // SAFETY: `status` is valid for writing.
            if unsafe { libc::waitpid(-1, &raw mut status, 0) } == worker {
                exit_now(u8::from(status != 0));
            }
        },
    }
}

fn rounds_of_reuse(rounds: u32) -> ! {
    let (mut lived, mut taken) = (0, 0);
    for _ in 0..rounds {
        let Fork::Parent(child) = fork().expect("fork") else { exit_now(0) };
        let held = Pidfd::open(child).expect("our child");
        wait::reap_blocking(child).expect("our child");
        let Some(stranger) = stranger(child) else {
            taken += 1;
            continue;
        };
        assert!(!signal_child(child, libc::SIGKILL), "it is no child of ours");
        end_held(&held).expect("a process that is gone is no error");
        assert!(wait::reap(child).is_err());
        lived += u32::from(!stranger.has_ended().expect("poll"));
        end_held(&stranger).expect("it is ours in truth");
        until_ended(&stranger);
    }
    println!("{lived} lived, {taken} pids were taken{}", plain_kill());
    exit_now(u8::from(lived + taken != rounds))
}

fn until_ended(held: &Pidfd) -> bool {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !held.has_ended().expect("poll") {
        assert!(Instant::now() < deadline, "SIGKILL does not end it");
        std::thread::yield_now();
    }
    true
}

/// The negative control: a plain kill(2) of the old pid does reach the stranger.
fn plain_kill() -> &'static str {
    for _ in 0..100 {
        let Fork::Parent(child) = fork().expect("fork") else { exit_now(0) };
        wait::reap_blocking(child).expect("our child");
        if let Some(stranger) = stranger(child) {
            // SAFETY: kill(2) touches no memory of ours.
            unsafe { libc::kill(child, libc::SIGKILL) };
            until_ended(&stranger);
            return "; a plain kill reached the stranger";
        }
    }
    ""
}

/// A task starts a child and becomes a program, which reaps the child and tells nobody; then a stranger gets the pid, and
/// what the run still knows of the child is aimed at. `control`: the task becomes the program without a word to the run.
pub fn play_exec(rounds: u32, control: bool) -> ! {
    let run = Run::create(7, 100).expect("memory for a run");
    run.enter_main("main");
    let (mut lived, mut taken) = (0, 0);
    for _ in 0..rounds {
        let row = run.reserve("task", false).expect("a row");
        let (read, write) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::empty()).expect("a pipe");
        let task = match fork().expect("fork") {
            Fork::Child => task_that_becomes_a_program(&run, write.as_raw_fd(), control),
            Fork::Parent(task) => task,
        };
        run.started(row, task);
        drop(write);
        let mut said = [0; 1];
        let told = rustix::io::read(&read, &mut said);
        // The last: in the control nobody learns of the end of those before.
        let child = run.live().into_iter().rfind(|record| record.name == "child");
        match (told, said, child) {
            (Ok(1), [b'.'], Some(child)) => {
                let stranger = Pidfd::open(child.pid).expect("the stranger");
                let sent = run.signal(child.row, Signal(libc::SIGKILL as u8), Reach::Process);
                let ended =
                    if control { until_ended(&stranger) } else { stranger.has_ended().expect("poll") };
                assert_eq!(sent, Ok(ended));
                lived += u32::from(!ended);
                // What was found out is noted: its place among the processes is free again.
                assert!(control || run.has_ended(child.row) == Ok(true) && run.alive() == 1);
                end_held(&stranger).expect("it is ours in truth");
            }
            (Ok(1), [b'-'], _) => taken += 1,
            other => panic!("{other:?}"),
        }
        end_held(&Pidfd::open(task).expect("our child")).expect("our child");
        run.reaping(row);
        let status = wait::reap_blocking(task).expect("our child");
        run.reaped(row, status);
    }
    println!("{lived} lived, {taken} pids were taken");
    exit_now(0)
}

fn task_that_becomes_a_program(run: &Run, told: i32, control: bool) -> ! {
    let row = run.reserve("child", false).expect("a row");
    let child = match fork().expect("fork") {
        Fork::Child => exit_now(0),
        Fork::Parent(child) => child,
    };
    run.started(row, child);
    if !control {
        run.before_exec();
    }
    let own = std::env::current_exe().expect("our own path");
    let error = Command::new(own)
        .env(role::VARIABLE, format!("reaper {child}"))
        .env(role::PIPE, told.to_string())
        .exec();
    panic!("our own program: {error}, in {}", pid());
}

/// The program: it knows nothing of a run.
pub fn reap_and_give_again(child: i32) -> &'static str {
    wait::reap_blocking(child).expect("it stays our child over execve(2)");
    if stranger_with(child) { "." } else { "-" }
}
