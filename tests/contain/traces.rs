//! Nothing carries over from one run to the next (row 17).

use super::keeper::chance::Chance;
use super::keeper::runner::Test;
use super::part::{guarded, said, start};
use proctor::keeper::Contain;
use proctor::process::sandbox::View;
use std::ffi::CString;
use std::fs;
use std::os::fd::AsRawFd;

pub const TESTS: [Test; 2] = [
    ("the_next_run_sees_nothing_of_the_one_before", nothing),
    ("control_without_a_sandbox_it_sees_everything", control),
];

/// What can be left behind.
const KINDS: [&str; 9] = ["file", "lock", "shm", "memory", "queue", "socket", "key", "process", "umask"];

/// Leaves things, or looks for them: exits with 0 where it sees none, and says which. `LEVEL leave|look NUMBER`
pub fn leave_or_look(words: &str) -> ! {
    let [level, what, number] = words.split(' ').collect::<Vec<_>>()[..] else { panic!("three words") };
    let number: u32 = number.parse().expect("a number");
    let contained = level == "contained";
    let contain = Contain::untrusted(View { room: 1 << 20, ..View::default() });
    let act = || {
        let seen: Vec<&str> = KINDS
            .into_iter()
            .filter(|kind| if what == "leave" { leave(kind, number) } else { sees(kind, number) })
            .collect();
        println!("{what}: {}", seen.join(" "));
        u8::try_from(seen.len()).unwrap_or(u8::MAX)
    };
    if contained {
        guarded(Some(contain), None, |_| act())
    }
    // What is left at the host level lives on without a guard, until the test ends it.
    std::process::exit(i32::from(act()))
}

fn path(number: u32) -> String {
    format!("/tmp/proctor-trace-{number}")
}

fn name(number: u32) -> CString {
    CString::new(format!("/proctor-trace-{number}")).expect("no NUL")
}

fn socket(number: u32) -> std::io::Result<std::os::unix::net::UnixListener> {
    use std::os::linux::net::SocketAddrExt;
    let name = std::os::unix::net::SocketAddr::from_abstract_name(format!("proctor-trace-{number}"))?;
    std::os::unix::net::UnixListener::bind_addr(&name)
}

/// Leaves it, in a process of its own where it lasts no longer than one; whether that was possible.
fn leave(kind: &str, number: u32) -> bool {
    // SAFETY: all names are NUL-terminated, and nothing is written to.
    unsafe {
        match kind {
            "file" => fs::write(path(number), "left").is_ok(),
            "lock" | "socket" | "process" => lasting(kind, number),
            "shm" => libc::shm_open(name(number).as_ptr(), libc::O_CREAT | libc::O_RDWR, 0o600) >= 0,
            "memory" => libc::shmget(number as i32, 4096, libc::IPC_CREAT | 0o600) >= 0,
            "queue" => libc::msgget(number as i32, libc::IPC_CREAT | 0o600) >= 0,
            "key" => key(libc::SYS_add_key, number) >= 0,
            _ => {
                libc::umask(0o077);
                true
            }
        }
    }
}

/// A process that leaves the session and the tree, and holds something.
fn lasting(kind: &str, number: u32) -> bool {
    use proctor::process::{Fork, exit_now, fork, wait};
    let Fork::Parent(child) = fork().expect("fork") else {
        let _ = rustix::process::setsid();
        let Fork::Child = fork().expect("fork") else { exit_now(0) };
        let held: Option<Box<dyn std::any::Any>> = match kind {
            "lock" => fs::File::create(path(number) + ".lock").ok().map(|file| {
                // SAFETY: it takes numbers.
                unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) };
                Box::new(file) as Box<dyn std::any::Any>
            }),
            "socket" => socket(number).ok().map(|socket| Box::new(socket) as Box<dyn std::any::Any>),
            _ => None,
        };
        // Whoever waits for the streams is not to wait for this.
        for fd in 0..3 {
            // SAFETY: nobody uses them here any more.
            unsafe { libc::close(fd) };
        }
        let _ = rustix::thread::set_name(&CString::new(format!("trace{number}")).expect("no NUL"));
        // Also where the test is killed that would end it, it does not stay.
        // SAFETY: no handler is installed, so that the alarm ends this process.
        unsafe { libc::alarm(30) };
        super::keeper::awkward::sleep();
        drop(held);
        exit_now(0)
    };
    wait::reap_blocking(child).is_ok()
}

/// In the keyring of the user, which outlives its processes: keyrings(7).
fn key(call: libc::c_long, number: u32) -> i64 {
    /// `KEY_SPEC_USER_KEYRING`
    const USER: i32 = -4;
    let name = CString::new(format!("proctor-trace-{number}")).expect("no NUL");
    // SAFETY: the names are NUL-terminated, and the value is as long as told.
    unsafe {
        if call == libc::SYS_add_key {
            libc::syscall(call, c"user".as_ptr(), name.as_ptr(), c"left".as_ptr(), 4usize, USER)
        } else {
            /// `KEYCTL_SEARCH`
            const SEARCH: i32 = 10;
            libc::syscall(libc::SYS_keyctl, SEARCH, USER, c"user".as_ptr(), name.as_ptr(), 0)
        }
    }
}

fn sees(kind: &str, number: u32) -> bool {
    // SAFETY: as in `leave`.
    unsafe {
        match kind {
            "file" => fs::exists(path(number)).unwrap_or(false),
            "lock" => fs::File::open(path(number) + ".lock")
                .is_ok_and(|file| libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) != 0),
            "shm" => libc::shm_open(name(number).as_ptr(), libc::O_RDWR, 0) >= 0,
            "memory" => libc::shmget(number as i32, 0, 0) >= 0,
            "queue" => libc::msgget(number as i32, 0) >= 0,
            "socket" => socket(number).is_err(),
            "key" => key(libc::SYS_keyctl, number) >= 0,
            "process" => sees_process(number),
            _ => false,
        }
    }
}

fn sees_process(number: u32) -> bool {
    let comm = format!("trace{number}");
    fs::read_dir("/proc")
        .expect("/proc")
        .flatten()
        .any(|entry| fs::read_to_string(entry.path().join("comm")).is_ok_and(|name| name.trim() == comm))
}

fn act(level: &str, what: &str, number: u32) -> (Option<i32>, String) {
    said(&mut start(&format!("tracer {level} {what} {number}")))
}

fn nothing() {
    let mut chance = Chance::new();
    for round in 0..50 {
        let number = 1_000_000 + chance.below(1_000_000) as u32;
        let (left, said) = act("contained", "leave", number);
        assert!(left.is_some_and(|left| left >= 8), "it could leave nothing: {said}");
        let (code, said) = act("contained", "look", number);
        assert_eq!(code, Some(0), "round {round}: {said}");
    }
}

fn control() {
    let number = 2_000_000 + Chance::new().below(1_000_000) as u32;
    let (_, left) = act("host", "leave", number);
    let (_, seen) = act("host", "look", number);
    clean_up(number);
    // Its umask is a process's own everywhere.
    for kind in KINDS.into_iter().filter(|kind| *kind != "umask" && left.contains(kind)) {
        assert!(seen.contains(kind), "the test does not see {kind}: left {left}, seen {seen}");
    }
    assert!(left.matches(' ').count() >= 7, "{left}");
}

fn clean_up(number: u32) {
    for entry in fs::read_dir("/proc").expect("/proc").flatten() {
        let ours = fs::read_to_string(entry.path().join("comm"))
            .is_ok_and(|name| name.trim() == format!("trace{number}"));
        if let Some(pid) = entry.file_name().to_str().and_then(|pid| pid.parse().ok()).filter(|_| ours) {
            let pid = rustix::process::Pid::from_raw(pid).expect("a pid");
            if let Ok(held) = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()) {
                let _ = rustix::process::pidfd_send_signal(held, rustix::process::Signal::KILL);
            }
        }
    }
    let _ = fs::remove_file(path(number));
    let _ = fs::remove_file(path(number) + ".lock");
    let _ = fs::remove_file(format!("/dev/shm{}", name(number).to_string_lossy()));
    // SAFETY: they take numbers.
    unsafe {
        libc::shmctl(libc::shmget(number as i32, 0, 0), libc::IPC_RMID, std::ptr::null_mut());
        libc::msgctl(libc::msgget(number as i32, 0), libc::IPC_RMID, std::ptr::null_mut());
    }
}
