//! How the scenario's process ended is told exactly (row 15), and no descriptor is lost on the way (row 7).

use super::herd::{children, fields};
use super::runner::Test;
use super::stage::{LONG, Output, Stage};
use rustix::process::{Pid, Signal, kill_process};
use std::time::Instant;

pub const TESTS: [Test; 5] = [
    ("every_exit_code_is_passed_on", every_exit_code_is_passed_on),
    ("every_signal_is_passed_on", every_signal_is_passed_on),
    ("control_a_status_that_is_told_wrong_is_seen", control_status),
    ("ten_thousand_spawns_lose_no_descriptor", no_descriptor_is_lost),
    ("control_a_lost_descriptor_is_seen", control_descriptors),
];

/// Whether the visible process's end, and its word for it, are those of a scenario that exits with the code.
fn tells_code(output: &Output, code: i32) -> bool {
    output.code == Some(code) && output.out.starts_with(&format!("Exited({code}) left=0 "))
}

/// The same of a scenario that the signal kills.
fn tells_signal(output: &Output, signal: i32) -> bool {
    let crash = [libc::SIGABRT, libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE].contains(&signal);
    let word = if crash { "Crashed" } else { "Killed" };
    output.code == Some(128 + signal) && output.out.starts_with(&format!("{word}({signal}) "))
}

fn every_exit_code_is_passed_on() {
    for code in 0..=255 {
        let output = Stage::new(&format!("empty {code}")).start().finish();
        assert!(tells_code(&output, code), "{code}: {output:?}");
    }
}

/// What each signal does to a process that has made no arrangements: signal(7).
const IGNORED: [i32; 4] = [libc::SIGCHLD, libc::SIGCONT, libc::SIGURG, libc::SIGWINCH];
const STOPPING: [i32; 4] = [libc::SIGSTOP, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU];

fn every_signal_is_passed_on() {
    for signal in 1..=64 {
        let mut run = Stage::new(&format!("raise {signal}")).start();
        if STOPPING.contains(&signal) {
            resume_the_scenario(run.pid(), signal == libc::SIGSTOP);
        }
        let output = run.finish();
        if IGNORED.contains(&signal) || STOPPING.contains(&signal) {
            assert_eq!(output.code, Some(7), "signal {signal}: {output:?}");
        } else {
            assert!(tells_signal(&output, signal), "signal {signal}: {output:?}");
        }
    }
}

/// The same comparison of what is told as a shell's `$?` tells it, which has no word for signals, and of one bit less.
fn control_status() {
    for signal in (1..=64).filter(|signal| !IGNORED.contains(signal) && !STOPPING.contains(signal)) {
        let output = Stage::new(&format!("lossy raise {signal}")).start().finish();
        assert_eq!(output.code, Some(128 + signal), "{output:?}");
        assert!(!tells_signal(&output, signal), "signal {signal}: {output:?}");
    }
    for code in 0..=255 {
        let output = Stage::new(&format!("lossy empty {code}")).start().finish();
        assert_eq!(tells_code(&output, code), code < 128, "{code}: {output:?}");
    }
}

/// Signals of the terminal do not stop a process whose group nobody could resume, so not all may stop it here.
fn resume_the_scenario(guard: i32, surely: bool) {
    let deadline = Instant::now() + LONG;
    loop {
        let scenario = children(guard).first().and_then(|keeper| children(*keeper).first().copied());
        let stat = scenario.and_then(|pid| std::fs::read_to_string(format!("/proc/{pid}/stat")).ok());
        if stat.is_some_and(|stat| fields(&stat).next() == Some("T")) {
            let _ = scenario.and_then(Pid::from_raw).map(|pid| kill_process(pid, Signal::CONT));
            return;
        }
        if !surely
            && children(guard).is_empty()
            && super::herd::member(guard).is_none_or(|one| !one.is_alive())
        {
            return;
        }
        assert!(Instant::now() < deadline, "it does not stop");
        std::thread::yield_now();
    }
}

fn no_descriptor_is_lost() {
    let output = Stage::new("spawns 10000").start().finish();
    assert_eq!(output.code, Some(0), "{output:?}");
}

fn control_descriptors() {
    let output = Stage::new("spawns -100").start().finish();
    assert_eq!(output.code, Some(1), "{output:?}");
}
