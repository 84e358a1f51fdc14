//! Signals from inside stay inside (row 10).

use super::bystander::Bystander;
use super::keeper::runner::{Test, left_out};
use super::part::{guarded, is_root, said, start_as};
use proctor::keeper::Contain;
use std::os::unix::process::CommandExt;

pub const TESTS: [Test; 2] = [
    ("signals_from_inside_reach_nobody_outside", nobody_outside),
    ("control_without_namespaces_they_do", control),
];

/// Whom a stray signal is aimed at.
const AIMS: [&str; 4] = ["group", "all", "parent", "each"];
/// The users of the two tests, whom nobody else is: these processes may kill all that they can.
const CONTAINED: u32 = 61_235;
const FREE: u32 = 61_236;

/// How often each.
const ROUNDS: usize = 50;

/// A guarded run whose processes kill what they can. `LEVEL AIM`
pub fn stray(words: &str) -> ! {
    let (level, aim) = words.split_once(' ').expect("two words");
    guarded((level == "contained").then(Contain::own), None, |_| {
        let kill = |pid: i32| {
            // SAFETY: kill(2) touches no memory.
            unsafe { libc::kill(pid, libc::SIGKILL) };
        };
        match aim {
            "group" => kill(0),
            "all" => kill(-1),
            "parent" => {
                // SAFETY: getppid always succeeds.
                kill(unsafe { libc::getppid() });
            }
            // Upwards from our own: who is older than our guard and keeper is hit before their end is ours.
            _ => {
                let own = std::process::id() as i32;
                (own + 1..highest_pid()).chain(1..own).for_each(kill);
            }
        }
        0
    })
}

/// One more than the highest pid: proc_sys_kernel(5).
fn highest_pid() -> i32 {
    let text = std::fs::read_to_string("/proc/sys/kernel/pid_max").expect("/proc");
    text.trim().parse().expect("a number")
}

/// Whether the bystander lives after it, and how the run ended.
fn lives_after(level: &str, aim: &str) -> (bool, String) {
    // The bystander makes the group, and the guard joins it.
    let user = if level == "host" { FREE } else { CONTAINED };
    let mut bystander = Bystander::start(|command| {
        command.process_group(0);
        if is_root() {
            command.uid(user).gid(user);
        }
    });
    let mut command = start_as(&format!("stray {level} {aim}"), user);
    command.process_group(bystander.0.id() as i32);
    let (_, said) = said(&mut command);
    (bystander.lives(), said)
}

fn nobody_outside() {
    for aim in AIMS {
        for round in 0..ROUNDS {
            let (lives, said) = lives_after("contained", aim);
            assert!(lives, "{aim}, round {round}: {said}");
            // It comes to its end, or has hit itself.
            assert!(
                said.contains("Exited(0) Contained") || said.contains("Killed(9) Contained"),
                "{aim}: {said}"
            );
        }
    }
}

/// As a user of whom nobody else is. Its parent is the keeper, for whose death nobody outside is hurt.
fn control() {
    if !is_root() {
        return left_out("who is no root has no user of its own for processes that kill all they can");
    }
    for aim in ["group", "all", "each"] {
        let (lives, said) = lives_after("host", aim);
        assert!(!lives, "{aim}: the test does not see it: {said}");
    }
}
