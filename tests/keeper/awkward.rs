//! Fifty processes that are hard to get rid of. Each tells the test its pid and the time of its start, and
//! holds the pipe on which it told: when that reads to its end, all are gone.

use proctor::process::{Fork, exit_now, fork};
use rustix::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

const COUNT: usize = 50;

/// With those that the fifty start, and the scenario's own process.
pub const ALL: usize = 88;

/// What a process tells with.
#[derive(Debug)]
pub struct Pen {
    /// To the test.
    herd: OwnedFd,
    /// To the scenario's process, which waits for all of them.
    ready: (OwnedFd, OwnedFd),
}

/// Starts them all, as children of this process or further down, and waits until each is there. This process has
/// told of itself already.
pub fn start(pen: &Pen) {
    (0..COUNT).for_each(|index| start_one(index, pen));
    let mut there = 0;
    while there < ALL {
        there += rustix::io::read(&pen.ready.0, &mut [0; 128]).expect("they are ready");
    }
}

fn start_one(index: usize, pen: &Pen) {
    in_child(|| {
        tell(pen);
        match index % 12 {
            0 => sleep(),
            1 => detached(pen, sleep),
            2 => stop_oneself(),
            3 => refuse_signals(),
            4 => own_group(),
            5 => become_sleep(),
            6 => detached(pen, become_sleep),
            7 => with_zombie(pen),
            8 => chain(pen, 4),
            9 => detached(pen, refuse_signals),
            10 => detached(pen, stop_oneself),
            _ => headless(),
        }
    });
}

/// Some of them, that say nothing.
pub fn quiet() {
    for index in 0..20 {
        in_child(|| {
            in_child(|| {
                let _ = rustix::process::setsid();
                if index % 2 == 0 { refuse_signals() } else { stop_oneself() }
            });
            if index % 3 == 0 {
                sleep();
            }
        });
    }
}

/// A child, the first process of a pid namespace below it, and a child of that, which says `up`.
pub fn in_namespace(pen: &Pen) {
    in_child(|| {
        tell(pen);
        // SAFETY: unshare touches no memory.
        assert_eq!(unsafe { libc::unshare(libc::CLONE_NEWPID) }, 0, "no namespace is to be had");
        in_child(|| {
            in_child(|| {
                pen.say("up");
                sleep();
            });
            sleep();
        });
        sleep();
    });
}

/// Forks, and has the child do it; it never comes back.
pub fn in_child(function: impl FnOnce()) {
    if fork().expect("fork") == Fork::Child {
        function();
        exit_now(0);
    }
}

/// `PID START\n`, in one write.
pub fn tell(pen: &Pen) {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("/proc/self/stat");
    let start = super::herd::start_of(&stat).expect("a start");
    let line = format!("{} {start}\n", std::process::id());
    rustix::io::write(&pen.herd, line.as_bytes()).expect("the test reads");
    // With a bomb nobody reads it.
    let _ = rustix::io::write(&pen.ready.1, b".");
}

pub fn sleep() {
    loop {
        std::thread::park();
    }
}

/// Double fork and setsid: an orphan in a session of its own.
fn detached(pen: &Pen, then: fn()) {
    in_child(|| {
        rustix::process::setsid().expect("setsid");
        in_child(|| {
            tell(pen);
            then();
        });
    });
}

pub fn stop_oneself() {
    loop {
        // SAFETY: raise touches no memory of ours.
        unsafe { libc::raise(libc::SIGSTOP) };
    }
}

pub fn refuse_signals() {
    ignore_signals();
    sleep();
}

pub fn ignore_signals() {
    for signal in 1..=64 {
        // SAFETY: ignoring runs no code of ours.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
}

fn own_group() {
    rustix::process::setpgid(None, None).expect("setpgid");
    sleep();
}

/// Another program, with nothing in its environment. Only the pipe is still open in it.
fn become_sleep() {
    let error = Command::new("/bin/sleep").arg("3600").env_clear().exec();
    panic!("/bin/sleep: {error}");
}

/// A child that has ended and that nobody waits for.
fn with_zombie(pen: &Pen) {
    in_child(|| tell(pen));
    sleep();
}

fn chain(pen: &Pen, depth: usize) {
    if depth > 0 {
        in_child(|| {
            tell(pen);
            chain(pen, depth - 1);
        });
    }
    sleep();
}

/// Its first thread has ended: it is shown as a zombie, and lives.
fn headless() {
    std::thread::spawn(sleep);
    // SAFETY: exit(2) ends the calling thread only; nothing of its stack is used by the other.
    unsafe { libc::syscall(libc::SYS_exit, 0) };
}

impl Pen {
    /// With the descriptor of the pipe to the test, which stays open over execve(2).
    pub fn new(herd: OwnedFd) -> Self {
        rustix::io::fcntl_setfd(&herd, rustix::io::FdFlags::empty()).expect("an open descriptor");
        let ready = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).expect("a pipe");
        rustix::io::ioctl_fionbio(&ready.1, true).expect("a pipe");
        Self { herd, ready }
    }

    /// Says it only if this process has not said anything yet.
    pub fn say_once(&self, word: &str) {
        static SAID: AtomicBool = AtomicBool::new(false);
        if !SAID.swap(true, SeqCst) {
            self.say(word);
        }
    }

    /// Says just this.
    pub fn tell_plainly(&self, word: &str) {
        rustix::io::write(&self.herd, word.as_bytes()).expect("somebody reads");
    }

    /// Says something else than a process: a word with no space in it.
    pub fn say(&self, word: &str) {
        rustix::io::write(&self.herd, format!("{word}\n").as_bytes()).expect("the test reads");
    }
}
