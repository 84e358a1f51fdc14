//! Starting, ending, reaping.

use crate::{World, in_process, sleep_for_ever};
use proctor::process::{
    Errno, ExitStatus, Fork, Group, Limits, Pidfd, Reach, Setup, Stage, Stream, Waited, clock, exit_now, fds,
    fork, group, signals, wait,
};
use proctor::value::Signal;
use std::os::unix::fs::PermissionsExt;

fn expect_parent(forked: Fork) -> i32 {
    match forked {
        Fork::Parent(pid) => pid,
        Fork::Child => unreachable!("the child exits before"),
    }
}

#[test]
fn all_exit_codes_are_exact_and_looking_does_not_reap() {
    in_process(|| {
        let mut world = World::new(4);
        for code in 0..=255 {
            let (child, row) = world.task("code", |_| code);
            let looked = world.waiter.child_ended(child, Some(row), None);
            assert_eq!(looked, Ok(Waited::Done(ExitStatus::Exited(code))));
            assert_eq!(wait::peek(child), Ok(Some(ExitStatus::Exited(code))));
            assert_eq!(world.reap(child), ExitStatus::Exited(code));
            assert_eq!(wait::peek(child), Err(Errno::ECHILD));
            assert_eq!(
                world.run.record(row).and_then(|record| record.status),
                Some(ExitStatus::Exited(code))
            );
        }
    });
}

/// What waitid itself says, by another road than the code under test: the words of wait4.
fn status_word(child: i32) -> i32 {
    let mut word = 0;
    // SAFETY: the word is valid for writing.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut word, 0) }, child);
    word
}

#[test]
fn all_signals_that_kill_are_told_exactly() {
    in_process(|| {
        let harmless = [libc::SIGCHLD, libc::SIGCONT, libc::SIGURG, libc::SIGWINCH];
        let stopping = [libc::SIGSTOP, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU];
        for number in 1..=64 {
            if harmless.contains(&number) || stopping.contains(&number) {
                continue;
            }
            let forked = fork().expect("a process");
            if forked == Fork::Child {
                sleep_for_ever();
            }
            let child = expect_parent(forked);
            let held = Pidfd::open(child).expect("our child");
            held.send(Signal(number as u8), Reach::Process).expect("a signal");
            while !held.has_ended().expect("a look") {
                std::thread::yield_now();
            }
            let peeked = wait::peek(child).expect("our child").expect("it has ended");
            let word = status_word(child);
            assert_eq!(libc::WTERMSIG(word), number);
            let expected = ExitStatus::Signaled { signal: Signal(number as u8), core: libc::WCOREDUMP(word) };
            assert_eq!(peeked, expected);
            assert_eq!(ExitStatus::of_wait_status(word), Some(expected));
            assert_eq!(peeked.code(), -i64::from(number));
            assert_eq!(held.send(Signal(9), Reach::Process), Ok(()), "to one that is gone: nothing");
        }
    });
}

#[test]
fn failures_to_execute_are_told_by_their_errno_and_code() {
    in_process(|| {
        let dir = tempfile::tempdir().expect("a directory");
        let file = |name: &str, mode: u32| {
            let path = dir.path().join(name);
            std::fs::write(&path, "echo not a script\n").expect("a file");
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).expect("a mode");
            path.to_string_lossy().into_owned()
        };
        let (text, closed) = (file("text", 0o755), file("closed", 0o644));
        let directory = dir.path().to_string_lossy().into_owned();
        let cases = [
            ("no-such-program-here", Errno::ENOENT, 127),
            ("/no/such/program", Errno::ENOENT, 127),
            (directory.as_str(), Errno::EACCES, 126),
            (closed.as_str(), Errno::EACCES, 126),
            (text.as_str(), Errno::ENOEXEC, 126),
            ("/dev/null/x", Errno::ENOTDIR, 126),
        ];
        let mut world = World::new(4);
        for (name, errno, code) in cases {
            let started = world.program(&[name], Setup::default());
            let failure = started.failure.expect("a failure");
            assert_eq!(
                (failure.stage, failure.errno, failure.exit_code()),
                (Stage::Exec, errno, code),
                "{name}"
            );
            assert_eq!(world.join(started.pid), ExitStatus::Exited(code));
        }
        let setup = Setup { cwd: Some("/no/such/place".into()), ..Setup::default() };
        let started = world.program(&["true"], setup);
        assert_eq!(
            started.failure.map(|failure| (failure.stage, failure.errno)),
            Some((Stage::Cwd, Errno::ENOENT))
        );
        assert_eq!(world.join(started.pid), ExitStatus::Exited(126));
    });
}

#[test]
fn streams_that_cannot_be_opened_are_told_before_the_start_and_a_fifo_is_left_to_the_child() {
    in_process(|| {
        let dir = tempfile::tempdir().expect("a directory");
        let missing = Stream::File { path: dir.path().join("none/x"), append: false };
        let error = Setup { stdout: missing, ..Setup::default() }.prepare().expect_err("no such directory");
        assert_eq!((error.stage, error.errno), (Stage::Stdout, Errno::ENOENT));
        let fifo = dir.path().join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo");
        assert!(made.success());
        let both = || Stream::File { path: fifo.clone(), append: true };
        let setup = Setup { stdin: both(), stdout: both(), ..Setup::default() };
        let prepared = setup.prepare().expect("a setup that opens its FIFOs later");
        assert_eq!(prepared.fifos().iter().map(|fifo| fifo.stream).collect::<Vec<_>>(), [0, 1]);
        let mut world = World::new(4);
        let path = &prepared.fifos()[0].path;
        assert_eq!(
            world
                .waiter
                .open_fifo_to_write(path, Some(clock::monotonic() + 50 * clock::MILLISECOND))
                .map(|opened| opened.map(drop)),
            Ok(Waited::TimedOut)
        );
        let mut kept = None;
        let read = world.waiter.open_fifo_to_read(
            &mut kept,
            path,
            Some(clock::monotonic() + 50 * clock::MILLISECOND),
        );
        assert_eq!(read.map(|opened| opened.map(drop)), Ok(Waited::TimedOut));
    });
}

#[test]
fn a_program_starts_with_a_clean_state_but_for_what_is_ignored() {
    in_process(|| {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("status");
        signals::ignore(Signal(libc::SIGINT as u8)).expect("SIGINT");
        signals::ignore(Signal(libc::SIGPIPE as u8)).expect("SIGPIPE");
        signals::catch(Signal(libc::SIGUSR1 as u8)).expect("SIGUSR1");
        let mut world = World::new(4);
        let setup = Setup {
            stdout: Stream::File { path: path.clone(), append: false },
            limits: Limits { files: Some(77), cpu: Some(1000), ..Limits::default() },
            group: Group::New,
            ..Setup::default()
        };
        let started =
            world.program(&["sh", "-c", "ulimit -n; cat /proc/self/status /proc/self/environ"], setup);
        assert_eq!(group::of(started.pid), Ok(started.pid));
        assert_eq!(world.join(started.pid), ExitStatus::Exited(0));
        let text = String::from_utf8_lossy(&std::fs::read(path).expect("the output")).into_owned();
        assert!(text.starts_with("77\n"));
        for mask in ["SigBlk", "SigIgn", "SigCgt"] {
            let line = text.lines().find(|line| line.starts_with(mask)).expect("a mask");
            let mask_now = u64::from_str_radix(line.split('\t').nth(1).expect("a value"), 16);
            // What the scenario ignores stays ignored, as execve(2) has it; 32 and 33 are the C library's own.
            let kept = if mask == "SigIgn" { 1 << (libc::SIGINT - 1) | 1 << (libc::SIGPIPE - 1) } else { 0 };
            assert_eq!(mask_now.map(|mask| mask & !(3 << 31)), Ok(kept), "{line}");
        }
        assert!(text.contains(&format!("PROCTOR_RUN={:032x}", world.run.cookie())));
        // Ours is as it was.
        let masks = proctor::process::proc_file::signal_masks(proctor::process::pid()).expect("/proc");
        assert_eq!(masks.ignored & 1 << (libc::SIGINT - 1), 1 << (libc::SIGINT - 1));
        assert_eq!(masks.caught, 1 << (libc::SIGUSR1 - 1));
        assert_eq!(masks.blocked, 0);
    });
}

#[test]
fn ten_thousand_starts_leave_no_descriptor_open() {
    in_process(|| {
        let mut world = World::new(4);
        let before = fds::open_count().expect("/proc");
        for _ in 0..1000 {
            let setup = Setup { stdin: Stream::Null, stdout: Stream::Null, ..Setup::default() };
            let started = world.program(&["/bin/true"], setup);
            world.join(started.pid);
        }
        for _ in 0..9000 {
            let (child, row) = world.task("empty", |_| 0);
            let deadline = crate::far();
            assert!(matches!(world.waiter.child_ended(child, Some(row), deadline), Ok(Waited::Done(_))));
            world.reap(child);
        }
        assert_eq!(fds::open_count(), Ok(before));
    });
}

/// Forks a process with a pid of one's choice; needs root. See clone(2), set_tid.
fn fork_with_pid(pid: i32) -> Result<Fork, Errno> {
    let mut wanted = [pid];
    let mut args = [0u64; 11];
    args[4] = libc::SIGCHLD as u64;
    args[8] = wanted.as_mut_ptr() as u64;
    args[9] = 1;
    // SAFETY: the arguments are a clone_args with only an exit signal and one pid; without shared memory it is a fork.
    match unsafe { libc::syscall(libc::SYS_clone3, args.as_mut_ptr(), size_of_val(&args)) } {
        -1 => Err(Errno::last()),
        0 => Ok(Fork::Child),
        child => Ok(Fork::Parent(child as i32)),
    }
}

#[test]
fn a_stranger_with_the_same_pid_gets_no_signal() {
    in_process(|| {
        let mut world = World::new(4);
        let mut shown = 0;
        for _ in 0..100 {
            let (child, row) = world.task("first", |_| sleep_for_ever());
            let held = Pidfd::open(child).expect("our child");
            assert_eq!(world.run.signal(row, Signal(9), Reach::Process), Ok(true));
            world.join(child);
            let stranger = match fork_with_pid(child) {
                Ok(Fork::Child) => sleep_for_ever(),
                Ok(Fork::Parent(stranger)) => stranger,
                // Not root, or the pid was taken meanwhile: nothing can be shown with it.
                Err(_) => continue,
            };
            shown += 1;
            assert_eq!(stranger, child);
            assert_eq!(held.send(Signal(9), Reach::Process), Ok(()));
            assert_eq!(held.send(Signal(9), Reach::Group), Ok(()));
            assert_eq!(world.run.signal(row, Signal(9), Reach::Process), Ok(false));
            assert_eq!(group::signal(&held, Signal(9), |_| true), Ok(group::Sent::Yes));
            assert_eq!(wait::peek(stranger), Ok(None), "the stranger lives");
            // The negative control: its pid does reach it.
            let own = Pidfd::open(stranger).expect("our child");
            own.send(Signal(9), Reach::Process).expect("a signal");
            assert!(wait::reap_blocking(stranger).is_ok());
        }
        assert!(shown > 50 || !rustix::process::geteuid().is_root(), "only {shown} of 100 had the same pid");
    });
}

#[test]
fn no_signal_goes_to_pid_one_or_below_or_to_our_own_group() {
    in_process(|| {
        for pid in [1, 0, -1, i32::MIN] {
            assert_eq!(Pidfd::open(pid).err(), Some(Errno::EPERM));
        }
        let mut world = World::new(4);
        let (child, _) = world.task("member", |_| sleep_for_ever());
        let held = Pidfd::open(child).expect("our child");
        assert_eq!(group::signal(&held, Signal(9), |_| true), Ok(group::Sent::Ours));
        assert_eq!(wait::peek(child), Ok(None), "it was not sent");
        assert_eq!(held.send(Signal(0), Reach::Process), Err(Errno::EINVAL));
        held.send(Signal(9), Reach::Process).expect("a signal");
        world.join(child);
    });
}

#[test]
fn a_group_is_reached_also_when_its_leader_was_reaped() {
    in_process(|| {
        let mut world = World::new(4);
        let leader = world.program(&["sleep", "1000"], Setup { group: Group::New, ..Setup::default() }).pid;
        let setup = Setup { group: Group::Join(leader), ..Setup::default() };
        let member = world.program(&["sleep", "1000"], setup).pid;
        let held = Pidfd::open(leader).expect("our child");
        held.send(Signal(9), Reach::Process).expect("a signal");
        world.join(leader);
        assert_eq!(wait::peek(member), Ok(None));
        let held = Pidfd::open(member).expect("our child");
        assert_eq!(group::signal(&held, Signal(15), |pid| pid == member), Ok(group::Sent::Yes));
        assert_eq!(world.join(member).code(), -15);
    });
}

#[test]
fn a_failed_exec_in_place_leaves_everything_as_it_was() {
    in_process(|| {
        let user = Signal(libc::SIGUSR1 as u8);
        signals::catch(user).expect("SIGUSR1");
        signals::ignore(Signal(libc::SIGINT as u8)).expect("SIGINT");
        let own = proctor::process::pid();
        let before = proctor::process::proc_file::signal_masks(own).expect("/proc");
        let command = proctor::process::Command::new(&["no-such-program"], &[], 1).expect("a command");
        let error = proctor::process::exec_in_place(&command, None, None);
        assert_eq!((error.errno, error.exit_code()), (Errno::ENOENT, 127));
        assert_eq!(proctor::process::proc_file::signal_masks(own), Ok(before));
        let command = proctor::process::Command::new(&["sh", "-c", "exit 7"], &[], 1).expect("a command");
        let forked = fork().expect("a process");
        if forked == Fork::Child {
            let _ = proctor::process::exec_in_place(&command, None, None);
            exit_now(1);
        }
        assert_eq!(wait::reap_blocking(expect_parent(forked)), Ok(ExitStatus::Exited(7)));
    });
}
