//! How the scenario's process ended is told exactly (row 15), and no descriptor is lost on the way (row 7).

use super::herd::{children, fields};
use super::runner::Test;
use super::stage::{LONG, Stage};
use rustix::process::{Pid, Signal, kill_process};
use std::time::Instant;

pub const TESTS: [Test; 4] = [
    ("every_exit_code_is_passed_on", every_exit_code_is_passed_on),
    ("every_signal_is_passed_on", every_signal_is_passed_on),
    ("ten_thousand_spawns_lose_no_descriptor", no_descriptor_is_lost),
    ("control_a_lost_descriptor_is_seen", control_descriptors),
];

fn every_exit_code_is_passed_on() {
    for code in 0..=255 {
        let output = Stage::new(&format!("empty {code}")).start().finish();
        assert_eq!(output.code, Some(code));
        assert!(output.out.starts_with(&format!("Exited({code}) left=0 ")), "{}", output.out);
    }
}

/// What each signal does to a process that has made no arrangements: signal(7).
fn every_signal_is_passed_on() {
    for signal in 1..=64 {
        let mut run = Stage::new(&format!("raise {signal}")).start();
        let ignored = [libc::SIGCHLD, libc::SIGCONT, libc::SIGURG, libc::SIGWINCH].contains(&signal);
        let stops = [libc::SIGSTOP, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU].contains(&signal);
        if stops {
            resume_the_scenario(run.pid(), signal == libc::SIGSTOP);
        }
        let output = run.finish();
        let crash =
            [libc::SIGABRT, libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE].contains(&signal);
        if ignored || stops {
            assert_eq!(output.code, Some(7), "signal {signal}: {output:?}");
        } else {
            assert_eq!(output.code, Some(128 + signal), "signal {signal}: {output:?}");
            let word = if crash { "Crashed" } else { "Killed" };
            assert!(output.out.starts_with(&format!("{word}({signal}) ")), "signal {signal}: {}", output.out);
        }
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
