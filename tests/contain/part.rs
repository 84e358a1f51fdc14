//! The parts that the test binary plays for these tests, and how it is started for one.

use super::{deadline, fence, limits, secrets, signals, thief, traces};
use proctor::keeper::{Contain, Ended, GuardOptions, guard};
use proctor::process::Run;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio, exit};
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;

/// Names the part, and what it needs to know.
pub const VARIABLE: &str = "PROCTOR_CONTAIN_PART";

/// Plays a part, where there is one to play.
pub fn play() {
    let Ok(words) = std::env::var(VARIABLE) else { return };
    let (part, rest) = words.split_once(' ').unwrap_or((&words, ""));
    match part {
        "stray" => signals::stray(rest),
        "spinner" => deadline::spinner(rest),
        "glutton" => limits::glutton(rest),
        "caller" => fence::caller(rest),
        "looker" => fence::looker(rest),
        "dropper" => fence::dropper(rest),
        "offer" => fence::offer(),
        "bearer" => secrets::bearer(rest),
        "thief" => thief::steal(rest),
        "tracer" => traces::leave_or_look(rest),
        _ => panic!("no such part: {part}"),
    }
}

/// A user whom nobody else is.
pub const STRANGER: u32 = 61_234;

static PLACE: OnceLock<TempDir> = OnceLock::new();

/// Removes the place once all tests are over: nobody drops what is static.
pub fn leave() {
    if let Some(place) = PLACE.get() {
        let _ = std::fs::remove_dir_all(place.path());
    }
}

/// Where the test binary can be executed by anybody, and a place that is anybody's.
pub fn place() -> &'static Path {
    PLACE
        .get_or_init(|| {
            let place = tempfile::Builder::new().prefix("proctor-contain-").tempdir().expect("a directory");
            open(place.path(), 0o777);
            let copy = place.path().join("program");
            // By another process: while one that another thread has just forked holds our descriptor, the copy could not be executed (ETXTBSY).
            let own = std::env::current_exe().expect("our own path");
            let copied = Command::new("cp").args([&own, &copy]).status();
            assert!(copied.expect("cp").success(), "a copy");
            open(&copy, 0o755);
            place
        })
        .path()
}

/// The copy of this program: in a part, what runs is that copy already.
pub fn program() -> PathBuf {
    let own = std::env::current_exe().expect("our own path");
    if own.ends_with("program") { own } else { place().join("program") }
}

pub fn open(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("our own file");
}

/// This program in a part, as the stranger where we are root, in a process group of its own.
pub fn start(part: &str) -> Command {
    start_as(part, STRANGER)
}

/// The same as another user that nobody is.
pub fn start_as(part: &str, user: u32) -> Command {
    let mut command = Command::new(program());
    command.env(VARIABLE, part).env_remove("XDG_RUNTIME_DIR").current_dir(place()).process_group(0);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if is_root() {
        command.uid(user).gid(user);
    }
    command
}

/// Runs it to its end: its exit code, and all that it said, on both streams.
pub fn said(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().expect("it can be started");
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), text)
}

/// Whether it ends within the time, which is waited for and no longer: a pidfd can be read when its process has ended.
pub fn ends_within(child: &Child, longest: Duration) -> bool {
    let held = pidfd_open(Pid::from_child(child), PidfdFlags::empty()).expect("our child");
    let time = Timespec { tv_sec: longest.as_secs() as i64, tv_nsec: i64::from(longest.subsec_nanos()) };
    poll(&mut [PollFd::new(&held, PollFlags::IN)], Some(&time)).expect("poll") > 0
}

pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Becomes the guard of a run, and ends as it does, with a word about it.
pub fn guarded(contain: Option<Contain>, timeout: Option<i64>, scenario: impl FnOnce(&Run) -> u8) -> ! {
    let options = GuardOptions { timeout, contain, ..GuardOptions::default() };
    let ended: Ended = guard(&options, scenario).unwrap_or_else(|fault| {
        eprintln!("fault: {fault}");
        exit(99)
    });
    println!("{:?} {:?}", ended.outcome, ended.level);
    exit(i32::from(ended.exit_code()))
}
