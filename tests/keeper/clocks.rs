//! Nothing waits by the wall clock, so that a jump of it neither ends a wait early nor keeps one for ever (row 14).
//!
//! The machine's clock is not set for that: every call that can sleep is watched by strace(1) instead, and the program's
//! text is searched for the wall clock.

use super::awkward;
use super::runner::{Test, left_out};
use super::stage::Stage;
use std::path::Path;
use std::process::Command;

pub const TESTS: [Test; 3] = [
    ("nothing_waits_by_the_wall_clock", nothing_waits_by_the_wall_clock),
    ("control_a_wait_by_the_wall_clock_is_seen", control_wall_clock),
    ("only_dates_for_people_are_of_the_wall_clock", only_dates),
];

/// Everything that waits with a time.
const SCENARIO: &str = r#"
let l = lock()
let q = queue(1)
let none_left = semaphore(0)
let never = event()
let both = barrier(2)
let near, far = pipe()
let dir = temp_dir()
run("mkfifo", "{dir}/fifo")
sleep 20ms
within 20ms { sleep 1h } else { print "within" }
let held = event()
spawn p { with l { held.set(); sleep 1h } }
held.wait() within 20s
print join p within 20ms else { "join" }
print join all within 20ms else { "join all" }
print wait any within 20ms else { "wait any" }
print l.acquire() within 20ms else { "lock" }
print none_left.acquire() within 20ms else { "semaphore" }
print never.wait() within 20ms else { "event" }
print q.get() within 20ms else { "get" }
q.put(1)
print q.put(2) within 20ms else { "put" }
print near.recv() within 20ms else { "recv" }
print near.poll(20ms)
spawn alone { both.wait() within 20ms else { exit 0 } }
join alone
test "not in time" { expect p.state == "dead" within 20ms }
expect p.alive for 20ms
spawn cat exec("cat") with {pty: true}
cat.write("hello\n")
cat.read_until("hello")
print cat.read_until("never") within 20ms else { "read" }
spawn reader exec("cat") with {stdin: "pipe", capture: true}
reader.close_stdin()
join reader
test "with a time" within 20ms { sleep 1h; expect true }
kill p, cat
join p, cat
spawn d { sleep 1h } with {daemon: true}
"#;

/// The calls that can sleep, and those that arm a timer; with a `?`, for this machine may not have one of them.
const CALLS: &str = "trace=?nanosleep,?clock_nanosleep,?futex,?futex_waitv,?futex_wait,?poll,?ppoll,?select,?pselect6,?epoll_wait,\
?epoll_pwait,?epoll_pwait2,?rt_sigtimedwait,?timer_create,?timer_settime,?timerfd_create,?timerfd_settime,\
?setitimer,?alarm,?mq_timedreceive,?semtimedop,?clock_settime,?settimeofday,?io_uring_enter,?wait4,?waitid";

/// What strace shows of a run.
fn watched(stage_of: impl FnOnce(&[&str]) -> Stage) -> Option<(String, Option<i32>)> {
    if Command::new("strace").arg("-V").output().is_err() {
        left_out("there is no strace");
        return None;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let log = directory.path().join("log");
    let log_name = log.to_str().expect("UTF-8");
    let words = ["strace", "-f", "-qq", "-e", CALLS, "-e", "signal=none", "-o", log_name];
    let output = stage_of(&words).start().finish();
    Some((std::fs::read_to_string(&log).expect("strace's log"), output.code))
}

/// A sleep until a time of the wall clock. One *for* a time is none, whatever clock it names: clock_nanosleep(2).
fn waits_by_the_wall_clock(call: &str) -> bool {
    let named = call.contains("CLOCK_REALTIME") || call.contains("CLOCK_TAI");
    let is = |name: &str| call.contains(&format!("{name}("));
    if is("clock_nanosleep") {
        return named && call.contains("TIMER_ABSTIME");
    }
    // Those that take such times only: setitimer and alarm count down, and a jump does not touch them.
    named || is("mq_timedreceive") || is("clock_settime") || is("settimeofday")
}

fn nothing_waits_by_the_wall_clock() {
    let run = |before: &[&str]| Stage::by(before, &["--timeout", "60s", "--max-procs", "100"], SCENARIO);
    let Some((log, code)) = watched(run) else { return };
    // The test in it fails, as it is to.
    assert_eq!(code, Some(1), "{log}");
    let found: Vec<&str> = log.lines().filter(|call| waits_by_the_wall_clock(call)).collect();
    assert!(found.is_empty(), "{found:#?}");
    // That there was something to see.
    for call in ["futex", "poll", "waitid"] {
        assert!(log.matches(&format!(" {call}")).count() > 0, "no {call} was seen");
    }
    assert!(log.lines().count() > 100, "{log}");
    // A scenario of which the time is up.
    let timed = |before: &[&str]| Stage::by(before, &["--timeout", "100ms"], "sleep 1h");
    let Some((log, code)) = watched(timed) else { return };
    assert_eq!(code, Some(124), "{log}");
    assert!(!log.lines().any(waits_by_the_wall_clock), "{log}");
}

fn control_wall_clock() {
    for way in ["sleep", "futex", "timer"] {
        let own = std::env::current_exe().expect("our own path");
        let role = format!("wall-clock {way}");
        let run = |before: &[&str]| {
            let mut command = Command::new(before[0]);
            command.args(&before[1..]).arg(own);
            Stage::with_command(command, &role)
        };
        let Some((log, code)) = watched(run) else { return };
        assert_eq!(code, Some(0), "{log}");
        assert!(log.lines().any(waits_by_the_wall_clock), "{way} is not seen: {log}");
    }
}

/// Waits by the wall clock, for the control.
pub fn wait_by_the_wall_clock(way: &str) {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let word = 0u32;
    let none = std::ptr::null_mut::<libc::timespec>();
    // SAFETY: all that is pointed to lives for the whole calls, which write no more than the time.
    unsafe {
        libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut now);
        match way {
            "sleep" => {
                libc::clock_nanosleep(libc::CLOCK_REALTIME, libc::TIMER_ABSTIME, &raw const now, none);
            }
            "futex" => {
                let operation = libc::FUTEX_WAIT_BITSET | libc::FUTEX_CLOCK_REALTIME;
                let every = u32::MAX;
                libc::syscall(libc::SYS_futex, &raw const word, operation, 0, &raw const now, none, every);
            }
            _ => _ = libc::timerfd_create(libc::CLOCK_REALTIME, libc::TFD_CLOEXEC),
        }
    }
    awkward::in_child(|| {});
}

/// Who may name the wall clock, and what for: nobody waits or measures by it.
const DATES: [(&str, &str); 9] = [
    ("src/process/clock.rs", "`clock()`, and the date of a record"),
    ("src/suite/schedule.rs", "the date at which tests began"),
    ("src/suite/result.rs", "the same, as reports have it"),
    ("src/suite/grade/class.rs", "when a class was graded"),
    ("src/suite/grade/store.rs", "the same, as the file has it"),
    ("src/report/suite/json.rs", "the same, at the head of a report"),
    ("src/report/suite/plain.rs", "the same, as it is written"),
    ("src/cli/test/progress.rs", "the same, where it is left out"),
    ("src/observe/hang/blocked.rs", "how long another program will still wait, where that waits by it"),
];

/// The places that ask for the wall clock are those that write dates. Quick ways to ask for it, as vdso(7), are not
/// seen by strace.
fn only_dates() {
    let mut found = Vec::new();
    search(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let is_of = |line: &String, file: &str| line.contains(&format!("{file}: "));
    let others: Vec<_> =
        found.iter().filter(|line| !DATES.iter().any(|(file, _)| is_of(line, file))).collect();
    assert!(others.is_empty(), "{others:#?}");
    for (file, why) in DATES {
        assert!(found.iter().any(|line| is_of(line, file)), "{file} ({why}) does not name it any more");
    }
}

fn search(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("the sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            search(&path, found);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let asks = |line: &&str| {
                let code = line.split("//").next().unwrap_or("");
                ["Realtime", "REALTIME", "SystemTime", "UNIX_EPOCH", "gettimeofday", "CLOCK_TAI"]
                    .iter()
                    .any(|word| code.contains(word))
            };
            found
                .extend(text.lines().filter(asks).map(|line| format!("{}: {}", path.display(), line.trim())));
        }
    }
}
