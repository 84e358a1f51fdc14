//! What `proctor run` says of a run's end that the scenario cannot say: in words for people, and as JSON for machines.

use super::herd::{children, member};
use super::level;
use super::runner::{Test, left_out};
use super::stage::{LONG, Output, Stage, Staged, program_for_all};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

pub const TESTS: [Test; 10] = [
    ("a_panic_of_ours_names_the_run", a_panic_names_the_run),
    ("control_without_a_crash_nothing_is_said_of_one", control_crash),
    ("the_end_of_a_run_is_told_as_json_too", the_end_is_json_too),
    ("those_without_a_name_are_counted", those_without_a_name_are_counted),
    ("a_run_that_cannot_be_recorded_is_told", unrecorded),
    ("who_cannot_be_killed_is_told", stuck),
    ("a_limit_of_the_kernel_that_stops_a_spawn_is_named", limit_named),
    ("the_pids_of_a_namespace_are_counted_by_themselves", pids_of_a_namespace),
    ("a_limit_of_the_kernel_that_stops_a_queue_is_named", mappings_named),
    ("control_within_the_limits_of_the_kernel_none_is_named", control_limits),
];

const JSON: [&str; 2] = ["--message-format", "json"];

/// Each line of standard error, all of which must be JSON with these fields.
#[track_caller]
fn objects(output: &Output) -> Vec<Value> {
    let parsed = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
    output.err.lines().map(parsed).collect()
}

fn run_in(text: &str) -> &str {
    let place =
        text.find("in run ").map(|place| place + 7).or_else(|| text.find("run: ").map(|place| place + 5));
    place.and_then(|place| text.get(place..place + 32)).unwrap_or("")
}

fn is_name(run: &str) -> bool {
    run.len() == 32 && run.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn a_panic_names_the_run() {
    let output = Stage::proctor(&[], "print 1").env("PROCTOR_DEBUG_CRASH", "panic").start().finish();
    assert_eq!(output.code, Some(134), "{output:?}");
    let (panic, guard) = output.err.split_once("proctor: ").expect("the guard's word after the panic's");
    assert!(panic.starts_with("proctor crashed: this is a bug in proctor"), "{output:?}");
    assert!(is_name(run_in(panic)) && run_in(panic) == run_in(guard), "{output:?}");
    let output = Stage::proctor(&JSON, "print 1").env("PROCTOR_DEBUG_CRASH", "panic").start().finish();
    let [panic, guard] = &objects(&output)[..] else { panic!("{output:?}") };
    assert_eq!((&panic["code"], &guard["code"]), (&"panic".into(), &"crashed".into()));
    assert!(is_name(panic["run"].as_str().unwrap_or("")) && panic["run"] == guard["run"], "{output:?}");
    // A run within a run is named by its own name, not by that of the one around it.
    let output = Stage::proctor(&[], "print 1")
        .env("PROCTOR_DEBUG_CRASH", "panic")
        .env("PROCTOR_RUN", "0123456789abcdef0123456789abcdef")
        .start()
        .finish();
    assert!(is_name(run_in(&output.err)) && !output.err.contains("0123456789abcdef"), "{output:?}");
}

/// The same text without the crash.
fn control_crash() {
    let output = Stage::proctor(&[], "print 1").start().finish();
    assert_eq!((output.code, output.err.as_str()), (Some(0), ""));
    assert!(!is_name(run_in(&output.err)));
}

fn the_end_is_json_too() {
    let text = "spawn p { sleep 1h }\njoin p";
    let options = [&JSON[..], &["--timeout", "300ms"]].concat();
    let output = Stage::proctor(&options, text).start().finish();
    assert_eq!(output.code, Some(124), "{output:?}");
    let [end] = &objects(&output)[..] else { panic!("{output:?}") };
    assert_eq!(
        (&end["kind"], &end["code"], &end["severity"]),
        (&"run".into(), &"timed_out".into(), &"error".into())
    );
    assert!(is_name(end["run"].as_str().unwrap_or("")), "{end}");
    let named: Vec<&str> =
        end["processes"].as_array().expect("a list").iter().filter_map(|one| one["name"].as_str()).collect();
    assert!(named.contains(&"p"), "{end}");
    // A run that could not be started.
    let output = Stage::by(&["bash", "-c", "ulimit -f 0; exec \"$@\"", "bash"], &JSON, text).start().finish();
    let [end] = &objects(&output)[..] else { panic!("{output:?}") };
    assert_eq!((&end["code"], &end["run"]), (&"not_started".into(), &Value::Null), "{end}");
    // One that a signal of its own ended, and one without its keeper.
    let output = Stage::proctor(&JSON, "signal self SIGUSR1\nsleep 1h").start().finish();
    let [end] = &objects(&output)[..] else { panic!("{output:?}") };
    assert_eq!(end["code"], "killed", "{end}");
    let mut run = Stage::proctor(&JSON, "print \"up\"\nsleep 1h").start();
    run.await_output("up");
    kill(children(run.pid())[0], Signal::KILL);
    let output = run.finish();
    let [end] = &objects(&output)[..] else { panic!("{output:?}") };
    assert_eq!(end["code"], "keeper_lost", "{end}");
}

fn those_without_a_name_are_counted() {
    // Orphans: main joins its own children.
    let text = "# allow(unjoined_child)\nspawn p { for i in 0..70 { spawn q { sleep 1h } }; exit 0 }\njoin p";
    let output = Stage::proctor(&JSON, text).start().finish();
    assert_eq!(output.code, Some(0), "{output:?}");
    let [end] = &objects(&output)[..] else { panic!("{output:?}") };
    let named = end["processes"].as_array().expect("a list").len();
    assert_eq!((&end["kind"], named, &end["more"]), (&"leftovers".into(), 64, &6.into()), "{end}");
    assert!(end["message"].as_str().is_some_and(|said| said.starts_with("70 processes were")), "{end}");
    let output = Stage::proctor(&[], text).start().finish();
    assert!(output.err.contains("  and 50 more\n"), "{output:?}");
}

fn unrecorded() {
    if !rustix::process::geteuid().is_root() {
        left_out("the test needs another user");
        return;
    }
    let (_folder, program) = program_for_all(Path::new(env!("CARGO_BIN_EXE_proctor")));
    // A directory that another user has made beforehand is not used.
    let _ = std::fs::create_dir("/tmp/proctor-65529");
    for options in [&[][..], &JSON] {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65529", "--regid=65529", "--clear-groups"]).arg(&program);
        command.args(level::run_words()).args(options).args(["-e", "print 1"]).env_remove("XDG_RUNTIME_DIR");
        let output = Stage::with_command(command, "").start().finish();
        assert_eq!(output.code, Some(0), "{output:?}");
        if options.is_empty() {
            assert!(output.err.starts_with("warning: the run could not be recorded on disk: "), "{output:?}");
            assert!(output.err.contains("proctor sweep"), "{output:?}");
        } else {
            let [end] = &objects(&output)[..] else { panic!("{output:?}") };
            assert_eq!((&end["code"], &end["severity"]), (&"unrecorded".into(), &"warning".into()));
        }
    }
    let _ = std::fs::remove_dir("/tmp/proctor-65529");
}

/// Where a limit of the kernel stops a spawn, it is named, with what it is and how to raise it.
fn limit_named() {
    if !rustix::process::geteuid().is_root() {
        left_out("the test needs another user");
        return;
    }
    let (_folder, program) = program_for_all(Path::new(env!("CARGO_BIN_EXE_proctor")));
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65528", "--regid=65528", "--clear-groups", "prlimit", "--nproc=12"]).arg(&program);
    command
        .args(level::run_words())
        .args(["-e", "while true { spawn { sleep 1h } }"])
        .env_remove("XDG_RUNTIME_DIR");
    let output = Stage::with_command(command, "").start().finish();
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.err.contains("(RLIMIT_NPROC) is 12, and 12 are in use"), "{output:?}");
    assert!(output.err.contains("ulimit -u"), "{output:?}");
}

/// The same in a pid namespace that has a limit of its own, of which the whole machine's processes say nothing. The run's process
/// group and session are those of processes outside of it.
fn pids_of_a_namespace() {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").expect("/proc");
    let mut numbers = release.split(['.', '-']).map_while(|number| number.parse::<u32>().ok());
    if (numbers.next(), numbers.next()) < (Some(6), Some(14)) {
        left_out("pid namespaces have a pid_max of their own since Linux 6.14");
        return;
    }
    if !rustix::process::geteuid().is_root() {
        left_out("only root may make a pid namespace and set its limit");
        return;
    }
    let limited = "echo 400 >/proc/sys/kernel/pid_max; exec \"$@\"";
    let words = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", limited, "sh"];
    let text = "while true { spawn { sleep 1h } }";
    let output = Stage::by(&words, &[], text).start().finish();
    assert_eq!(output.code, Some(3), "{output:?}");
    let (_, said) =
        output.err.split_once("pid_max of this pid namespace (a container) is 400, and ").expect("its limit");
    let used: u32 = said.split(' ').next().and_then(|used| used.parse().ok()).expect("a number");
    // Its own processes, not the machine's.
    assert!((390..=400).contains(&used), "{output:?}");
    assert!(
        output.err.contains("sysctl -w kernel.pid_max=NUMBER (as root, in the same container)"),
        "{output:?}"
    );
}

/// A queue is a piece of memory of its own.
fn mappings_named() {
    let limit = std::fs::read_to_string("/proc/sys/vm/max_map_count").expect("/proc");
    let limit: u32 = limit.trim().parse().expect("a number");
    if limit > 100_000 {
        left_out("this machine allows more pieces of memory than a scenario may have queues");
        return;
    }
    let text = format!("let qs = []\nfor _ in 0..{limit} {{ qs.push(queue()) }}");
    let output = Stage::proctor(&[], &text).start().finish();
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.err.contains(&format!("/proc/sys/vm/max_map_count is {limit}, and ")), "{output:?}");
    assert!(output.err.contains("sysctl -w vm.max_map_count=NUMBER"), "{output:?}");
}

fn control_limits() {
    let text = "let qs = (0..1000).map(|_| queue())\nfor _ in qs[..20] { spawn { sleep 1ms } }\njoin all";
    let output = Stage::proctor(&[], text).start().finish();
    assert_eq!((output.code, output.err.as_str()), (Some(0), ""), "{output:?}");
}

/// A traced process that has ended stays for its tracer: ptrace(2).
fn stuck() {
    for options in [&[][..], &JSON] {
        let mut run =
            Stage::proctor(options, "spawn held exec(\"sleep\", \"3600\")\nprint \"up\"\njoin held").start();
        run.await_output("up");
        let held = the_sleeper(&run);
        let mut tracer = Stage::new(&format!("tracer {held}")).start_up();
        kill(run.pid(), Signal::TERM);
        let output = run.finish();
        assert_eq!(output.code, Some(143), "{output:?}");
        if options.is_empty() {
            assert!(output.err.contains("warning: 1 process of the run could not be killed\n"), "{output:?}");
            assert!(output.err.contains(&format!("  held (pid {held})\n")), "{output:?}");
        } else {
            let end = objects(&output).pop().expect("a word");
            assert_eq!((&end["code"], &end["processes"][0]["pid"]), (&"stuck".into(), &held.into()), "{end}");
        }
        tracer.child.kill().expect("it lives");
        tracer.finish();
    }
}

/// The program that the scenario has started, once it is one.
fn the_sleeper(run: &Staged) -> i32 {
    let deadline = Instant::now() + LONG;
    let below = |pids: Vec<i32>| pids.into_iter().flat_map(children).collect::<Vec<i32>>();
    loop {
        let found = below(below(children(run.pid())));
        let is_sleep = |pid: &&i32| {
            std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm == "sleep\n")
        };
        if let Some(pid) = found.iter().find(is_sleep).filter(|pid| member(**pid).is_some()) {
            return *pid;
        }
        assert!(Instant::now() < deadline, "no program");
        std::thread::yield_now();
    }
}

fn kill(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).expect("a pid"), signal).expect("it lives");
}
