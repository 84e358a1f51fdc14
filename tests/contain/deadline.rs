//! A hard deadline (row 11): nothing that is inside holds the end up.

use super::keeper::runner::Test;
use super::keeper::stage::{SECOND, Times};
use super::part::{ends_within, guarded, start};
use proctor::keeper::Contain;
use proctor::process::{Fork, fork, sandbox};
use std::time::{Duration, Instant};

pub const TESTS: [Test; 2] =
    [("a_deadline_holds_whatever_is_inside", holds), ("control_without_a_deadline_it_goes_on", control)];

const DEADLINE: Duration = Duration::from_millis(300);
const GRACE: Duration = Duration::from_millis(300);
const SPINNERS: usize = 64;

/// Stops its parent again and again, ignores all signals, and spins in 64 processes. `NANOSECONDS of the deadline`
pub fn spinner(words: &str) -> ! {
    let contain = Contain::untrusted(sandbox::View { room: 1 << 20, ..sandbox::View::default() });
    guarded(Some(contain), words.parse().ok(), |_| {
        for signal in 1..=64 {
            // SAFETY: no handler is installed.
            unsafe { libc::signal(signal, libc::SIG_IGN) };
        }
        for _ in 0..SPINNERS {
            if fork().expect("fork") == Fork::Child {
                loop {
                    // SAFETY: kill(2) and getppid(2) touch no memory.
                    unsafe { libc::kill(libc::getppid(), libc::SIGSTOP) };
                }
            }
        }
        loop {
            // SAFETY: as above.
            unsafe { libc::kill(1, libc::SIGSTOP) };
        }
    })
}

fn holds() {
    let mut times = Times::of_busy(SPINNERS);
    for round in 0..100 {
        let began = Instant::now();
        let child = start(&format!("spinner {}", DEADLINE.as_nanos())).spawn().expect("it can be started");
        assert!(ends_within(&child, 20 * SECOND), "round {round}: it is not over");
        times.add(began.elapsed().saturating_sub(DEADLINE + GRACE));
        let output = child.wait_with_output().expect("its output");
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(124), "{said} {}", String::from_utf8_lossy(&output.stderr));
        assert!(said.starts_with("TimedOut"), "{said}");
    }
    times.assert_promise("beyond a deadline and its grace");
}

fn control() {
    let mut child = start("spinner never").spawn().expect("it can be started");
    assert!(!ends_within(&child, DEADLINE + GRACE + SECOND), "the test does not see that it goes on");
    child.kill().expect("our child");
    child.wait().expect("our child");
}
