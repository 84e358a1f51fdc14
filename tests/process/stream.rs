//! Captured output, input, ptys.

use crate::{World, far, in_process};
use proctor::process::{
    Captured, DEFAULT_CAP, Errno, ExitStatus, Group, Pidfd, Reach, Setup, Stream, Waited, clock, input_file,
    pipe, proc_file, pty,
};
use proctor::value::Signal;
use std::os::fd::AsRawFd;

fn captured(
    world: &mut World,
    argv: &[&str],
    cap: usize,
    setup: Setup,
) -> (i32, proctor::process::CaptureId) {
    let (reading, writing) = pipe().expect("a pipe");
    let id = world.waiter.captures.add(Captured::new(reading, cap).expect("a stream"));
    let started = world.program(argv, Setup { stdout: Stream::Fd(writing), ..setup });
    assert_eq!(started.failure, None);
    (started.pid, id)
}

#[test]
fn a_hundred_mebibytes_are_cut_and_never_block_their_writer() {
    in_process(|| {
        let mut world = World::new(4);
        let (child, id) =
            captured(&mut world, &["head", "-c", "104857600", "/dev/zero"], DEFAULT_CAP, Setup::default());
        assert_eq!(world.join(child), ExitStatus::Exited(0));
        world.waiter.captures.drain_now(id);
        let stream = world.waiter.captures.get(id).expect("a stream");
        assert!(stream.cut());
        let mark = b"\n[proctor: output cut at 16777216 bytes]\n";
        assert_eq!(stream.bytes().len(), DEFAULT_CAP + mark.len());
        assert!(stream.bytes().ends_with(mark));
        let rss = proc_file::stat(proctor::process::pid()).expect("/proc").rss;
        assert!(rss < 64 << 20, "{rss} bytes");
    });
}

#[test]
fn a_grandchild_that_holds_the_pipe_delays_nobody() {
    in_process(|| {
        let mut world = World::new(4);
        let setup = Setup { group: Group::New, ..Setup::default() };
        let (child, id) = captured(&mut world, &["sh", "-c", "sleep 1000 & echo said"], DEFAULT_CAP, setup);
        let held = Pidfd::open(child).expect("our child");
        let waited = world.waiter.child_ended(child, None, far());
        assert_eq!(waited, Ok(Waited::Done(ExitStatus::Exited(0))));
        world.waiter.captures.drain_now(id);
        let stream = world.waiter.captures.get(id).expect("a stream");
        assert_eq!((stream.bytes(), stream.ended()), (b"said\n".as_slice(), false));
        held.send(Signal(9), Reach::Group).expect("the group");
        let waited = world.waiter.capture_grows(id, 5, far());
        assert_eq!(waited, Ok(Waited::Done(())));
        assert!(world.waiter.captures.get(id).is_some_and(Captured::ended));
        world.reap(child);
    });
}

#[test]
fn an_endless_writer_does_not_hold_the_reader() {
    in_process(|| {
        let mut world = World::new(4);
        let (child, id) = captured(&mut world, &["yes"], 1000, Setup::default());
        assert_eq!(world.waiter.capture_grows(id, 999, far()), Ok(Waited::Done(())));
        world.waiter.captures.drain_now(id);
        let soon = clock::monotonic() + 20 * clock::MILLISECOND;
        assert_eq!(world.waiter.sleep_until(soon), Ok(Waited::Done(())));
        let stream = world.waiter.captures.get(id).expect("a stream");
        assert!(stream.bytes().len() < 1100 && stream.cut());
        world.waiter.captures.close(id);
        assert_eq!(world.join(child).code(), -13, "killed by SIGPIPE");
    });
}

#[test]
fn input_comes_whole_from_a_sealed_file() {
    in_process(|| {
        let mut world = World::new(4);
        let text = vec![b'x'; 3 << 20];
        let stdin = Stream::Fd(input_file(&text).expect("a file"));
        let (child, id) =
            captured(&mut world, &["wc", "-c"], DEFAULT_CAP, Setup { stdin, ..Setup::default() });
        world.join(child);
        world.waiter.captures.drain_now(id);
        let stream = world.waiter.captures.get(id).expect("a stream");
        assert_eq!(String::from_utf8_lossy(stream.bytes()).trim(), "3145728");
    });
}

#[test]
fn writing_to_one_who_does_not_read_keeps_its_deadline_and_a_closed_pipe_does_not_kill() {
    in_process(|| {
        let mut world = World::new(4);
        let (reading, writing) = pipe().expect("a pipe");
        let setup = Setup { stdin: Stream::Fd(reading), ..Setup::default() };
        let started = world.program(&["sleep", "1000"], setup);
        let bytes = vec![0; 1 << 20];
        let (mut done, soon) = (0, Some(clock::monotonic() + 50 * clock::MILLISECOND));
        let waited = world.waiter.write(writing.as_raw_fd(), &bytes, &mut done, soon);
        assert_eq!(waited, Ok(Waited::TimedOut));
        assert!(done > 0 && done < bytes.len());
        let held = Pidfd::open(started.pid).expect("our child");
        held.send(Signal(9), Reach::Process).expect("a signal");
        world.join(started.pid);
        let waited = world.waiter.write(writing.as_raw_fd(), &bytes, &mut done, far());
        assert_eq!(waited, Err(Errno::EPIPE));
    });
}

#[test]
fn a_pty_is_a_terminal_with_a_size_and_a_working_control_c() {
    in_process(|| {
        let mut world = World::new(4);
        let pty = pty::open().expect("a pty");
        let master = pty.master.as_raw_fd();
        let id = world.waiter.captures.add(Captured::new(pty.master, DEFAULT_CAP).expect("a stream"));
        let setup = Setup { pty: Some(pty.slave), ..Setup::default() };
        let started = world.program(&["sh", "-c", "stty size; exec cat"], setup);
        assert_eq!(started.failure, None);
        let says = |world: &World, text: &str| {
            let stream = world.waiter.captures.get(id).expect("a stream");
            String::from_utf8_lossy(stream.bytes()).contains(text)
        };
        let until = |world: &mut World, text: &str| {
            while !says(world, text) {
                let had = world.waiter.captures.get(id).expect("a stream").bytes().len();
                assert_eq!(world.waiter.capture_grows(id, had, far()), Ok(Waited::Done(())), "{text:?}");
            }
        };
        until(&mut world, "24 80");
        let mut done = 0;
        assert_eq!(world.waiter.write(master, b"word\n", &mut done, far()), Ok(Waited::Done(())));
        // Once by the terminal's echo, once by cat.
        until(&mut world, "word\r\nword\r\n");
        let mut done = 0;
        assert_eq!(world.waiter.write(master, b"\x03", &mut done, far()), Ok(Waited::Done(())));
        assert_eq!(world.join(started.pid).code(), -2);
        let had = world.waiter.captures.get(id).expect("a stream").bytes().len();
        assert_eq!(world.waiter.capture_grows(id, had + 1000, far()), Ok(Waited::Done(())));
        assert!(world.waiter.captures.get(id).is_some_and(Captured::ended), "EIO is its end");
    });
}
