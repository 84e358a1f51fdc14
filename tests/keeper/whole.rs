//! The real `proctor run`, with scenarios whose processes are hard to get rid of: the same faults as for the keeper alone
//! (rows 1, 2 and 4), at moments of chance too; and scenarios that are fork bombs (row 6).

use super::chance::Chance;
use super::herd::{Member, children, keeper_and_scenario, member};
use super::level;
use super::runner::Test;
use super::stage::{LONG, Output, SECOND, SOON, Stage, Staged, Times};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, kill_process_group, pidfd_open};
use std::process::Command;
use std::time::{Duration, Instant};

pub const TESTS: [Test; 7] = [
    ("a_scenario_is_cleared_up_however_it_ends", a_scenario_is_cleared_up),
    ("control_a_scenario_that_is_not_cleared_up_is_seen", control_scenario),
    ("killing_one_of_a_real_run_at_any_moment_leaves_nothing", killing_at_any_moment),
    ("fork_bombs_of_a_scenario_leave_nothing", bombs_leave_nothing),
    ("fork_bombs_of_a_scenario_are_told_as_the_limit_of_processes", bombs_are_told),
    ("control_fewer_than_the_limit_are_no_trouble", control_told),
    ("control_bombs_of_a_scenario_without_clearing", control_bombs),
];

/// `proctor run` with the text as a file. It closes what it has inherited, so what it starts is known by the file's
/// name, which nobody else has among the arguments, or by the same number in the text's place for it.
pub fn scenario(nonce: &str, text: &str, options: &[&str]) -> Stage {
    Stage::with_command(command(nonce, text, options), "")
}

/// The same as it is typed.
pub fn command(nonce: &str, text: &str, options: &[&str]) -> Command {
    let file = std::env::temp_dir().join(format!("{nonce}.proc"));
    std::fs::write(&file, text.replace("NONCE", nonce)).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_proctor"));
    command.args(level::run_words()).args(options).arg(file);
    command
}

/// A number of seconds that nobody else sleeps.
pub fn new_nonce() -> String {
    format!("36{:012}", Chance::new().below(1_000_000_000_000))
}

/// Runs it to its end, after which nobody is there.
pub fn run(text: &str, options: &[&str]) -> Output {
    let nonce = new_nonce();
    let output = scenario(&nonce, text, options).start().finish();
    assert_eq!(known_by(&nonce), [], "{text}: somebody is left: {output:?}");
    remove(&nonce);
    output
}

pub fn remove(nonce: &str) {
    let _ = std::fs::remove_file(std::env::temp_dir().join(format!("{nonce}.proc")));
}

/// The processes that live and have this among their arguments.
pub fn known_by(nonce: &str) -> Vec<Member> {
    let pids = std::fs::read_dir("/proc").expect("/proc").flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let has = |pid: &i32| {
        let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&arguments).contains(nonce)
    };
    pids.filter(has).filter_map(member).filter(Member::is_alive).collect()
}

/// Waits until none is there; whether it came so far.
pub fn none_known_by(nonce: &str, longest: Duration) -> bool {
    let deadline = Instant::now() + longest;
    while !known_by(nonce).is_empty() {
        if Instant::now() > deadline {
            return false;
        }
        std::thread::yield_now();
    }
    true
}

/// A run that is about to be ended, whose keeper is held before: it is the last to end, or the guard is.
struct Struck<'run> {
    run: &'run mut Staged,
    keeper: Option<OwnedFd>,
}

impl<'run> Struck<'run> {
    fn new(run: &'run mut Staged) -> Self {
        let keeper = keeper_and_scenario(run.pid()).0.and_then(Pid::from_raw);
        let keeper = keeper.and_then(|keeper| pidfd_open(keeper, PidfdFlags::empty()).ok());
        Self { run, keeper }
    }

    /// Waits until guard, keeper and tasks have ended, and sees that nothing of the run is left then, at once. A look through /proc
    /// could not be waited with: it goes from pid to pid, and misses who is forked behind it, and who is just being executed.
    ///
    /// They hold the pipe to the test. In namespaces it is closed before the end: there the kernel ends all with the keeper, and
    /// tells of that when it is done.
    #[track_caller]
    fn leaves_nothing(self, nonce: &str, what: &str) {
        let deadline = Instant::now() + SOON;
        let ended = self.run.herd.until_none_lives(SOON);
        let left = deadline.saturating_duration_since(Instant::now());
        let time = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: i64::from(left.subsec_nanos()) };
        let has_ended =
            |keeper: &OwnedFd| poll(&mut [PollFd::new(keeper, PollFlags::IN)], Some(&time)) == Ok(1);
        assert!(ended && self.keeper.as_ref().is_none_or(has_ended), "{what}: {:?}", known_by(nonce));
        if self.keeper.is_none() && level::is_contained() {
            // It may have come after our look, and nobody holds it.
            assert!(none_known_by(nonce, SOON), "{what}: {:?}", known_by(nonce));
        }
        assert_eq!(known_by(nonce), [], "{what}");
    }
}

/// Ends what a negative control has left behind on purpose.
pub fn end_all(nonce: &str) {
    let deadline = Instant::now() + LONG;
    while !none_known_by(nonce, Duration::ZERO) {
        assert!(Instant::now() < deadline, "cannot clean up");
        known_by(nonce).iter().for_each(Member::end);
    }
    remove(nonce);
}

fn signal(pid: i32, signal: Signal) {
    // It may have ended by itself: that is chance too.
    let _ = Pid::from_raw(pid).map(|pid| kill_process(pid, signal));
}

pub const AWKWARD: &str = r#"
    def deep(n) {
        spawn q { if n > 0 { deep(n - 1) } else { sleep 1h } }
        sleep 1h
    }
    for i in 0..5 {
        spawn a { sleep 1h }
        spawn b { on SIGTERM { sleep 1h }; on SIGINT { sleep 1h }; sleep 1h }
        spawn c { ignore SIGTERM; ignore SIGHUP; stop self }
        spawn d exec("sleep", "NONCE") with {session: true}
        spawn e sh("setsid sh -c 'trap \"\" TERM INT HUP; while :; do sleep NONCE; done' & sleep NONCE")
        spawn f { deep(3) }
        spawn g exec("sleep", "NONCE") with {env: {PROCTOR_RUN: none}, group: true}
    }
    print "up"
    sleep 1h
    "#;

fn a_scenario_is_cleared_up() {
    let mut times = Times::of(75);
    for round in 0..12 {
        let nonce = new_nonce();
        let mut staged = scenario(&nonce, AWKWARD, &[]).start();
        staged.await_output("up");
        assert!(known_by(&nonce).len() > 40, "it has not started them");
        let signal = [Signal::KILL, Signal::TERM, Signal::INT, Signal::HUP][round % 4];
        let keeper = keeper_and_scenario(staged.pid()).0.expect("a keeper");
        let victim = if round % 8 == 4 { keeper } else { staged.pid() };
        let struck = Struck::new(&mut staged);
        let began = Instant::now();
        kill_process(Pid::from_raw(victim).expect("a pid"), signal).expect("it lives");
        struck.leaves_nothing(&nonce, &format!("{signal:?}, the keeper: {}", victim == keeper));
        times.add(began.elapsed());
        staged.finish();
        remove(&nonce);
    }
    times.assert_promise("a scenario of fifty");
}

fn control_scenario() {
    let nonce = new_nonce();
    let mut staged = scenario(&nonce, AWKWARD, &[]).without("watch-guard").start();
    staged.await_output("up");
    kill_process(Pid::from_raw(staged.pid()).expect("a pid"), Signal::KILL).expect("it lives");
    assert!(!none_known_by(&nonce, SECOND), "the test does not see what is left");
    staged.finish();
    end_all(&nonce);
}

/// Who is killed: the five kinds in turns. Whether that ends the run: it does not where who was meant is not there yet, nor
/// where it is a task. Never both guard and keeper.
fn strike(run: &Staged, round: usize, nonce: &str, chance: &mut Chance) -> bool {
    let guard = run.pid();
    let (keeper, scenario) = keeper_and_scenario(guard);
    let one = match round % 5 {
        0 => Some(guard),
        1 => keeper,
        2 => scenario,
        3 => {
            let _ = Pid::from_raw(guard).map(|group| kill_process_group(group, Signal::KILL));
            return true;
        }
        _ => {
            let all = known_by(nonce);
            let tasks: Vec<&Member> =
                all.iter().filter(|one| one.pid != guard && Some(one.pid) != keeper).collect();
            if keeper.is_some() && !tasks.is_empty() {
                tasks[chance.below(tasks.len() as u64) as usize].end();
            }
            return false;
        }
    };
    one.into_iter().for_each(|pid| signal(pid, Signal::KILL));
    one.is_some()
}

/// Half of them while the fifty are being started, half when they are there.
fn killing_at_any_moment() {
    let (mut chance, mut times) = (Chance::new(), Times::of(75));
    let mut many = 0;
    for round in 0..220 {
        let nonce = new_nonce();
        let mut run = scenario(&nonce, AWKWARD, &[]).start();
        let moment = if round % 2 == 0 {
            chance.below(60_000)
        } else {
            run.await_output("up");
            chance.below(10_000)
        };
        run.herd.until(Duration::from_micros(moment), |_| false);
        let mut before = known_by(&nonce);
        many += usize::from(before.len() > 40);
        // A keeper that outlives its guard is init's to reap, which takes that seconds here.
        before.retain(|one| !children(run.pid()).contains(&one.pid));
        let what = format!("round {round}, {moment} us, {chance:?}");
        let struck = Struck::new(&mut run);
        if !strike(struck.run, round, &nonce, &mut chance) {
            struck.run.herd.until(Duration::from_millis(5), |_| false);
            signal(struck.run.pid(), Signal::KILL);
        }
        let began = Instant::now();
        struck.leaves_nothing(&nonce, &what);
        times.add(began.elapsed());
        run.finish();
        // Nor are they zombies.
        assert!(!before.iter().any(Member::is_there), "{what}: zombies");
        remove(&nonce);
    }
    assert!(many >= 100, "only {many} had started their fifty");
    times.assert_promise("one of a real run's killed at any moment");
}

/// Everyone starts as many as there may be; one does; everyone starts the next and ends. They say `up` when they are full.
const BOMBS: [(&str, &str); 3] = [
    (
        "exponential",
        "def bomb(first) {
             while true { try { spawn bomb(false) } catch e { if first { print \"up\"; first = false } } }
         }
         bomb(true)",
    ),
    (
        "wide",
        "def refuse() { ignore SIGTERM; ignore SIGINT; sleep 1h }
         while true { try { spawn refuse() } catch e { print \"up\"; sleep 1h } }",
    ),
    (
        "chain",
        "def link() { spawn link() }
         for i in 0..8 { spawn link() }
         print \"up\"
         sleep 1h",
    ),
];

const LIMIT: [&str; 2] = ["--max-procs", "64"];

fn bombs_leave_nothing() {
    for (kind, text) in BOMBS {
        let mut times = if kind == "exponential" { Times::of_busy(64) } else { Times::of(64) };
        for round in 0..20 {
            let nonce = new_nonce();
            let mut run = scenario(&nonce, text, &LIMIT).start();
            run.await_output("up");
            let struck = Struck::new(&mut run);
            let began = Instant::now();
            match round % 3 {
                0 => signal(struck.run.pid(), Signal::KILL),
                1 => signal(struck.run.pid(), Signal::TERM),
                _ => _ = strike(struck.run, 2, &nonce, &mut Chance::new()),
            }
            struck.leaves_nothing(&nonce, &format!("{kind}, round {round}"));
            times.add(began.elapsed());
            run.finish();
            remove(&nonce);
            assert!(Command::new("/bin/true").status().expect("the machine answers").success());
        }
        times.assert_promise(&format!("a bomb of 64 in a scenario, {kind}"));
    }
}

/// The same where nobody catches the error.
fn bombs_are_told() {
    let bombs = [
        // Main's own error is what is told: a hundred of the others would fill the pipe, which is read when the run is over.
        ("64", "def bomb() { while true { spawn bomb() with {stderr: \"null\"} } }\nbomb()", Some(3)),
        ("64", "def rest() { sleep 1h }\nwhile true { spawn rest() }", Some(3)),
        // With a place for each chain and none more, the first that goes on is the one too many: main, or a link.
        ("9", "def link() { spawn link() }\nfor i in 0..8 { spawn link() }\njoin all", None),
    ];
    for (limit, text, code) in bombs {
        let output = run(text, &["--max-procs", limit]);
        assert!(output.err.contains("error[process_limit]"), "{text}: {output:?}");
        assert!(output.err.contains(&format!("no more than {limit} may be")), "{text}: {output:?}");
        assert!(code.is_none() || output.code == code, "{text}: {output:?}");
    }
}

/// As many as there may be, of the same three kinds, one after the other: nothing is said of a limit.
fn control_told() {
    let trees = [
        "def tree(n) { if n > 0 { spawn a tree(n - 1); spawn b tree(n - 1); join a, b } }\ntree(5)",
        "def rest() { sleep 100ms }\nfor i in 0..63 { spawn rest() }\njoin all",
        "def link(n) { if n > 0 { spawn next link(n - 1); join next } }\nlink(63)",
    ];
    for text in trees {
        let output = run(text, &LIMIT);
        assert!(output.code == Some(0) && !output.err.contains("limit"), "{text}: {output:?}");
    }
}

/// Those that can be caught afterwards: the links of a chain live too short for that.
fn control_bombs() {
    for (kind, text) in &BOMBS[..2] {
        let nonce = new_nonce();
        let mut run = scenario(&nonce, text, &LIMIT).without("clear,takeover").start();
        run.await_output("up");
        strike(&run, 2, &nonce, &mut Chance::new());
        assert!(!none_known_by(&nonce, SECOND), "{kind}: the test does not see what is left");
        signal(run.pid(), Signal::KILL);
        end_all(&nonce);
        run.finish();
    }
}
