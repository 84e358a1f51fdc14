//! The fence around a program, the view of the files, and the user that root's work is given to.

use super::keeper::runner::{Test, left_out};
use super::part::{STRANGER, guarded, is_root, open, place, said, start, start_as};
use proctor::keeper::{Contain, Offer, Part};
use proctor::process::sandbox::{Fence, Rules, User, View};
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::process::exit;

pub const TESTS: [Test; 7] = [
    ("calls_that_could_harm_others_are_refused", refused),
    ("control_without_a_fence_they_are_not", control_refused),
    ("the_files_are_those_of_the_view", view),
    ("control_without_a_view_the_files_are_ours", control_view),
    ("roots_work_is_another_users", dropped),
    ("control_roots_work_is_roots_where_nobody_else_is_named", control_dropped),
    ("every_part_of_the_sandbox_works_here", offered),
];

/// Calls that a fenced program makes: what each gives.
fn calls() -> Vec<(&'static str, i64)> {
    let none = std::ptr::null::<libc::c_void>();
    let given = |result: libc::c_long| {
        if result < 0 { -i64::from(std::io::Error::last_os_error().raw_os_error().unwrap_or(0)) } else { 0 }
    };
    // SAFETY: each call has arguments that the kernel refuses or that do no harm; a child of clone ends at once.
    unsafe {
        let cloned = libc::syscall(libc::SYS_clone, libc::CLONE_NEWUSER | libc::SIGCHLD, 0, 0, 0, 0);
        if cloned == 0 {
            libc::_exit(0);
        }
        let cloned = given(cloned);
        // In a new user namespace without a map nobody may make another: so this comes second.
        let unshare = given(libc::syscall(libc::SYS_unshare, libc::CLONE_NEWUSER));
        let mut all = vec![
            ("unshare", unshare),
            ("clone", cloned),
            ("ptrace", given(libc::syscall(libc::SYS_ptrace, libc::PTRACE_PEEKDATA, 0, 0, 0))),
            (
                "mount",
                given(libc::syscall(
                    libc::SYS_mount,
                    c"none".as_ptr(),
                    c"/".as_ptr(),
                    none,
                    libc::MS_PRIVATE,
                    none,
                )),
            ),
            ("keyctl", given(libc::syscall(libc::SYS_keyctl, 0, -3, 1, 0, 0))),
            ("bpf", given(libc::syscall(libc::SYS_bpf, 0, none, 0))),
            ("userfaultfd", given(libc::syscall(libc::SYS_userfaultfd, 1))),
            ("perf_event_open", given(libc::syscall(libc::SYS_perf_event_open, none, 0, -1, -1, 0))),
            ("init_module", given(libc::syscall(libc::SYS_init_module, none, 0, none))),
            ("io_uring_setup", given(libc::syscall(libc::SYS_io_uring_setup, 0, none))),
            ("ioctl TIOCSTI", given(i64::from(libc::ioctl(0, libc::TIOCSTI, c"x".as_ptr())))),
        ];
        if cfg!(target_arch = "x86_64") {
            all.push(("getpid by its other number", given(libc::syscall(0x4000_0000 | libc::SYS_getpid))));
        }
        all
    }
}

/// Makes the calls. `fenced`, or not.
pub fn caller(words: &str) -> ! {
    if words == "fenced" {
        let rules = Rules { filter: true, ..Rules::default() };
        Fence::new(&rules).expect("a fence").apply().expect("it can be put up");
    }
    for (name, given) in calls() {
        println!("{name}: {given}");
    }
    // What everybody does goes on.
    let child = std::process::Command::new("/bin/true").status().expect("a child");
    std::thread::spawn(|| {}).join().expect("a thread");
    exit(i32::from(!child.success()))
}

fn refused() {
    let output = start("caller fenced").output().expect("it can be started");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said} {}", String::from_utf8_lossy(&output.stderr));
    let wrong: Vec<&str> = said
        .lines()
        .filter(|line| {
            let unknown = line.starts_with("io_uring_setup") || line.starts_with("getpid");
            !line.ends_with(&format!(": -{}", if unknown { libc::ENOSYS } else { libc::EPERM }))
        })
        .collect();
    assert!(wrong.is_empty() && said.lines().count() > 10, "{said}");
}

/// The kernel itself refuses some of them to this user, and for other reasons.
fn control_refused() {
    let output = start("caller free").output().expect("it can be started");
    let said = String::from_utf8_lossy(&output.stdout);
    // Nobody is traced, so that there is nobody to look into.
    let peeked = format!("ptrace: -{}", libc::ESRCH);
    for call in ["unshare: 0", "clone: 0", &peeked, "keyctl: 0"] {
        assert!(said.lines().any(|line| line == call), "the test does not see {call}: {said}");
    }
}

/// A submission's folder, with what does not belong in one.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir_in(place()).expect("a folder");
    open(folder.path(), 0o755);
    fs::create_dir_all(folder.path().join("deep/er")).expect("a folder");
    fs::write(folder.path().join("main.py"), "print('hello', 6 * 7)\n").expect("a file");
    fs::write(folder.path().join("deep/er/data"), "data").expect("a file");
    symlink("/etc/hostname", folder.path().join("out")).expect("a link");
    symlink("main.py", folder.path().join("in")).expect("a link");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(folder.path().join("fifo"))
            .status()
            .expect("mkfifo")
            .success()
    );
    open(&folder.path().join("main.py"), 0o755);
    folder
}

/// Looks at its files; a line a thing that is not as it should be. `FOLDER`, or `host`
pub fn looker(words: &str) -> ! {
    let own = words == "host";
    let view =
        View { from: (!own).then(|| words.into()), show: Vec::new(), room: 4 << 20, ..View::default() };
    let contain = if own { Contain::own() } else { Contain::untrusted(view) };
    guarded(Some(contain), None, |_| {
        let is = |what: &str, holds: bool| {
            if !holds {
                println!("not so: {what}");
            }
        };
        is("here is /work", std::env::current_dir().is_ok_and(|path| path == std::path::Path::new("/work")));
        is("a file is copied", fs::read_to_string("main.py").is_ok_and(|text| text.contains("6 * 7")));
        is("with its mode", fs::metadata("main.py").is_ok_and(|facts| facts.mode() & 0o777 == 0o755));
        is("and what lies deep", fs::read_to_string("deep/er/data").is_ok_and(|text| text == "data"));
        is(
            "a link is a link",
            fs::read_link("out").is_ok_and(|to| to == std::path::Path::new("/etc/hostname")),
        );
        is("a fifo is passed over", !fs::exists("fifo").unwrap_or(true));
        is("it can be written", fs::write("new", "x").is_ok());
        for closed in ["/new", "/usr/new", "/etc/new", "/dev/new", "/bin/new", "/var/new"] {
            is(&format!("{closed} cannot be written"), fs::write(closed, "x").is_err());
        }
        is(
            "nothing of ours is seen",
            !fs::exists("/work/wt").unwrap_or(true) && fs::read_dir("/root").map_or(0, Iterator::count) == 0,
        );
        is("no /sys", !fs::exists("/sys").unwrap_or(true));
        is(
            "no other network",
            fs::read_to_string("/proc/net/dev")
                .is_ok_and(|text| text.lines().skip(2).all(|line| line.trim().starts_with("lo:"))),
        );
        is("no terminal", fs::File::open("/dev/tty").is_err());
        is(
            "the environment is clean",
            std::env::vars().all(|(name, _)| {
                ["PATH", "HOME", "TMPDIR", "PWD", "USER", "LOGNAME", "LANG", "TERM"].contains(&name.as_str())
            }),
        );
        is(
            "no privilege",
            fs::read_to_string("/proc/self/status").is_ok_and(|text| {
                text.contains("CapEff:\t0000000000000000") && text.contains("CapBnd:\t0000000000000000")
            }),
        );
        let hello = std::process::Command::new("python3").arg("in").output();
        let hello = hello.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        is(
            "python runs",
            hello.is_ok_and(|text| text == "hello 42\n") || !fs::exists("/usr/bin/python3").unwrap_or(false),
        );
        0
    })
}

fn view() {
    let folder = folder();
    let users: &[u32] = if is_root() { &[STRANGER, 0] } else { &[STRANGER] };
    for user in users {
        let mut command = start_as(&format!("looker {}", folder.path().display()), *user);
        command.env("SECRET", "x");
        let output = command.output().expect("it can be started");
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(said, "Exited(0) Contained\n", "user {user}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

fn control_view() {
    let output = start("looker host").env("SECRET", "x").output().expect("it can be started");
    let said = String::from_utf8_lossy(&output.stdout);
    for wrong in [
        "here is /work",
        "a file is copied",
        "no /sys",
        "the environment is clean",
        "nothing of ours is seen",
    ] {
        assert!(
            said.contains(&format!("not so: {wrong}\n")) || wrong.starts_with("nothing") && !is_root(),
            "{wrong}: {said}"
        );
    }
}

/// A file of root's, and who we are. `SECRET other|same`
pub fn dropper(words: &str) -> ! {
    let (secret, user) = words.split_once(' ').expect("two words");
    let view = View { show: vec![secret.into()], room: 1 << 20, from: None, ..View::default() };
    let mut contain = Contain::untrusted(view);
    if user == "other" {
        contain.user = User::Other { uid: 61_240, gid: 61_240 };
    }
    guarded(Some(contain), None, |_| {
        let status = fs::read_to_string("/proc/self/status").expect("/proc");
        let line = |name: &str| {
            status
                .lines()
                .find(|line| line.starts_with(name))
                .unwrap_or("")
                .split_whitespace()
                .skip(1)
                .collect::<Vec<_>>()
                .join(" ")
        };
        println!("{} | {} | {}", line("Uid:"), line("Gid:"), line("Groups:"));
        println!("reads: {}", fs::read(secret).is_ok());
        println!("writes: {}", fs::write("/work/a", "x").is_ok() && fs::write("/tmp/a", "x").is_ok());
        // SAFETY: it takes a number.
        println!("becomes root: {}", unsafe { libc::setuid(0) } == 0);
        0
    })
}

fn said_by_root(user: &str) -> Option<String> {
    if !is_root() {
        left_out("who is no root can give its work to nobody");
        return None;
    }
    let secret = tempfile::Builder::new().tempfile_in(place()).expect("a file");
    open(secret.path(), 0o600);
    Some(said(&mut start_as(&format!("dropper {} {user}", secret.path().display()), 0)).1)
}

fn dropped() {
    let Some(said) = said_by_root("other") else { return };
    let ids = ["61240"; 4].join(" ");
    assert_eq!(
        said,
        format!("{ids} | {ids} | \nreads: false\nwrites: true\nbecomes root: false\nExited(0) Contained\n")
    );
}

fn control_dropped() {
    let Some(said) = said_by_root("same") else { return };
    assert!(said.starts_with("0 0 0 0") && said.contains("reads: true"), "{said}");
}

/// Else the tests above would not have tested it.
fn offered() {
    let output = start("offer").output().expect("it can be started");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said, "Ok(())\nOk(())\nOk(())\n", "{}", String::from_utf8_lossy(&output.stderr));
}

/// What needs no root.
pub fn offer() -> ! {
    let offer = Offer::look();
    for part in [Part::Namespaces, Part::Landlock, Part::Filter] {
        println!("{:?}", offer.of(part));
    }
    exit(0)
}
