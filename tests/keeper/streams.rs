//! Scenarios of `proctor run` whose streams somebody holds, nobody reads, or everybody floods (rows 12 and 13); and the
//! whole of it under the same faults as the keeper alone (rows 1, 2 and 4).

use super::chance::Chance;
use super::herd::{Member, children, member};
use super::runner::Test;
use super::stage::{LONG, Output, SECOND, SOON, Stage, Times};
use rustix::process::{Pid, Signal, kill_process};
use std::process::Command;
use std::time::{Duration, Instant};

pub const TESTS: [Test; 8] = [
    ("whoever_holds_the_stream_does_not_hold_the_join", whoever_holds_the_stream),
    ("input_that_nobody_reads_blocks_nobody", input_that_nobody_reads),
    ("a_fifo_that_nobody_opens_ends_with_the_time", a_fifo_that_nobody_opens),
    ("captured_output_is_capped", captured_output_is_capped),
    ("control_without_the_cap_captured_output_grows", control_cap),
    ("what_a_scenario_leaves_is_named", what_a_scenario_leaves_is_named),
    ("a_scenario_is_cleared_up_however_it_ends", a_scenario_is_cleared_up),
    ("control_a_scenario_that_is_not_cleared_up_is_seen", control_scenario),
];

/// `proctor run` with the text as a file. It closes what it has inherited, so what it starts is known by the file's
/// name, which nobody else has among the arguments, or by the same number in the text's place for it.
fn scenario(nonce: &str, text: &str, options: &[&str]) -> Stage {
    let file = std::env::temp_dir().join(format!("{nonce}.proc"));
    std::fs::write(&file, text.replace("NONCE", nonce)).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_proctor"));
    command.arg("run").args(options).arg(file);
    Stage::with_command(command, "")
}

/// A number of seconds that nobody else sleeps.
fn new_nonce() -> String {
    format!("36{:012}", Chance::new().below(1_000_000_000_000))
}

/// Runs it to its end, after which nobody is there.
fn run(text: &str, options: &[&str]) -> Output {
    let nonce = new_nonce();
    let output = scenario(&nonce, text, options).start().finish();
    assert_eq!(known_by(&nonce), [], "{text}: somebody is left: {output:?}");
    remove(&nonce);
    output
}

fn remove(nonce: &str) {
    let _ = std::fs::remove_file(std::env::temp_dir().join(format!("{nonce}.proc")));
}

/// The processes that live and have this among their arguments.
fn known_by(nonce: &str) -> Vec<Member> {
    let pids = std::fs::read_dir("/proc").expect("/proc").flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let has = |pid: &i32| {
        let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&arguments).contains(nonce)
    };
    pids.filter(has).filter_map(member).filter(Member::is_alive).collect()
}

/// Waits until none is there; whether it came so far.
fn none_known_by(nonce: &str, longest: Duration) -> bool {
    let deadline = Instant::now() + longest;
    while !known_by(nonce).is_empty() {
        if Instant::now() > deadline {
            return false;
        }
        std::thread::yield_now();
    }
    true
}

fn holds(text: &str) {
    let output = run(text, &[]);
    assert_eq!(output.code, Some(0), "{text}: {output:?}");
}

fn whoever_holds_the_stream() {
    holds(
        r#"
        let start = now()
        spawn p sh("sleep NONCE & echo hi") with {capture: true}
        join p
        expect p.stdout == "hi\n"
        expect now() - start < 10s
        "#,
    );
    // The negative control: waiting for the end of the stream does wait for who holds it.
    let output = run(r#"run("sh", "-c", "sleep NONCE | cat")"#, &["--timeout", "1s"]);
    assert_eq!(output.code, Some(124), "{output:?}");
    assert!(output.err.contains("sleep"), "it says who was alive: {output:?}");
}

fn input_that_nobody_reads() {
    holds(
        r#"
        spawn p exec("sleep", "0.2") with {input: "x".repeat(1048576)}
        join p
        expect p.exitcode == 0
        "#,
    );
}

fn a_fifo_that_nobody_opens() {
    let text = r#"
        let path = "{temp_dir()}/fifo"
        run("mkfifo", path)
        spawn p exec("cat", path)
        join p
        "#;
    let output = run(text, &["--timeout", "500ms"]);
    assert_eq!(output.code, Some(124), "{output:?}");
    assert!(output.err.contains("(p ") || output.err.contains("p ("), "it says who waits: {output:?}");
}

fn captured_output_is_capped() {
    holds(
        r#"
        let mark = "[proctor: output cut at 4096 bytes]"
        let writers = []
        for i in 0..50 { writers.push(spawn exec("yes") with {capture: true, limits: {output: 4KiB}}) }
        for w in writers { expect w.stdout.len() >= 4096 within 20s }
        for w in writers {
            kill w
            join w
            expect w.stdout[0..4096] == "y\n".repeat(2048)
            expect w.stdout.trim().ends_with(mark)
        }
        spawn big sh("head -c 1073741824 /dev/zero | tr '\\0' x") with {capture: true, limits: {output: 1MiB}}
        join big
        expect big.exitcode == 0
        expect big.stdout.len() < 1MiB + 100
        expect self.rss < 64MiB
        "#,
    );
}

/// The cap out of the way: all of it is kept, and the process grows by it, past what it has with the cap.
fn control_cap() {
    holds(
        r#"
        spawn big sh("head -c 134217728 /dev/zero | tr '\\0' x") with {capture: true, limits: {output: 1GiB}}
        join big
        expect big.exitcode == 0
        expect big.stdout.len() == 134217728
        expect self.rss > 128MiB
        "#,
    );
}

fn what_a_scenario_leaves_is_named() {
    let output = run(r#"spawn p { spawn q { sleep 1h }; exit 0 }; join p"#, &[]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(output.err.contains("1 process was still there") && output.err.contains("q (pid "), "{output:?}");
}

const AWKWARD: &str = r#"
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
    let mut times = Times::default();
    for round in 0..12 {
        let nonce = new_nonce();
        let mut staged = scenario(&nonce, AWKWARD, &[]).start();
        staged.await_output("up");
        assert!(known_by(&nonce).len() > 40, "it has not started them");
        let signal = [Signal::KILL, Signal::TERM, Signal::INT, Signal::HUP][round % 4];
        let keeper = children(staged.pid()).first().copied().expect("a keeper");
        let victim = if round % 8 == 4 { keeper } else { staged.pid() };
        let began = Instant::now();
        kill_process(Pid::from_raw(victim).expect("a pid"), signal).expect("it lives");
        let gone = none_known_by(&nonce, SOON);
        times.add(began.elapsed());
        assert!(gone, "{signal:?}, the keeper: {}", victim == keeper);
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
    let deadline = Instant::now() + LONG;
    while !none_known_by(&nonce, Duration::ZERO) {
        assert!(Instant::now() < deadline, "cannot clean up");
        known_by(&nonce).iter().for_each(Member::end);
    }
    remove(&nonce);
}
