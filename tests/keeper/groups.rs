//! Process groups that are somebody else's get no signal: neither one whose number was given again, nor one that a process of
//! ours has joined, nor that of guard and scenario (row 8).

use super::awkward::{self, Pen};
use super::herd::{Member, member};
use super::reuse::stranger;
use super::runner::{Test, left_out};
use super::stage::{Stage, Staged};
use proctor::process::custody::{end_held, signal_group_of_child};
use proctor::process::group::{self, Sent};
use proctor::process::{Fork, Pidfd, exit_now, fork, proc_file, wait};
use proctor::value::Signal;
use std::os::unix::process::CommandExt;

pub const TESTS: [Test; 3] = [
    ("a_group_that_came_back_is_nobody_of_ours", a_group_that_came_back),
    ("a_group_of_somebody_elses_is_not_signalled", a_group_of_somebody_elses),
    ("control_a_plain_kill_reaches_a_group_of_somebody_elses", control_kill),
];

/// What is sent. Strangers block it, so that it can be seen the moment that it has been sent, and harms nobody.
const SENT: i32 = libc::SIGTERM;

/// Blocks it in this process and in what it starts.
fn be_patient() {
    // SAFETY: a set on our own stack.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigaddset(&raw mut set, SENT);
        libc::sigprocmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut());
    }
}

/// Whether it was sent to somebody who is patient.
fn was_reached(pid: i32) -> bool {
    proc_file::signal_masks(pid).expect("it lives").pending & 1 << (SENT - 1) != 0
}

/// In so many rounds the leader of a group is reaped, a stranger gets its pid and leads a group of that number, and is aimed at by
/// what is left of the first.
pub fn rounds_of_reuse(rounds: u32) -> ! {
    be_patient();
    let (mut lived, mut taken) = (0, 0);
    for round in 0..rounds {
        let Fork::Parent(child) = fork().expect("fork") else {
            let _ = rustix::process::setpgid(None, None);
            exit_now(0)
        };
        let first = Pidfd::open(child).expect("our child");
        wait::reap_blocking(child).expect("our child");
        let Some(stranger) = stranger(child) else {
            taken += 1;
            continue;
        };
        while group::of(child) != Ok(child) {
            std::thread::yield_now();
        }
        assert!(!signal_group_of_child(child, SENT), "it is no child of ours");
        // Not even by one who takes the number for known.
        assert_eq!(group::signal(&first, Signal(SENT as u8), |_| true), Ok(Sent::Yes));
        assert_eq!(group::signal(&stranger, Signal(SENT as u8), |_| false), Ok(Sent::Strangers));
        lived += u32::from(!was_reached(child));
        if round % 10 == 0 {
            // SAFETY: kill(2) touches no memory of ours.
            unsafe { libc::kill(-child, SENT) };
            assert!(was_reached(child), "the test does not see a stranger's group reached");
        }
        end_held(&stranger).expect("it is ours in truth");
    }
    println!("{lived} lived, {taken} pids were taken");
    exit_now(u8::from(lived + taken != rounds))
}

fn a_group_that_came_back() {
    if !rustix::process::geteuid().is_root() {
        left_out("pids can be given again by root only");
        return;
    }
    let output = Stage::new("reuse-group 500").start().finish();
    assert_eq!(output.code, Some(0), "{output:?}");
    let lived = output.out.split_once(' ').and_then(|(lived, _)| lived.parse::<u32>().ok()).expect("a count");
    assert!(lived > 450, "too few pids came back: {}", output.out);
}

/// Somebody else's group: its leader, and one more, both patient.
struct Strangers {
    leader: Staged,
    other: Member,
}

impl Strangers {
    fn start() -> Self {
        let leader = Stage::new("patient").start_up();
        let other = leader.herd.members[0];
        Self { leader, other }
    }

    fn group(&self) -> i32 {
        self.leader.pid()
    }

    fn were_reached(&self) -> bool {
        let leader = member(self.group()).filter(Member::is_alive);
        leader.iter().chain([&self.other]).any(|one| was_reached(one.pid))
    }

    /// From here on the group has no leader.
    fn lose_their_leader(&mut self) {
        self.leader.child.kill().expect("it lives");
        self.leader.finish();
    }

    fn end(mut self) {
        let _ = self.leader.child.kill();
        self.leader.herd.clean_up();
        self.leader.finish();
    }
}

/// What they do.
pub fn play_patient(pen: &Pen) -> ! {
    be_patient();
    awkward::in_child(|| {
        awkward::tell(pen);
        pen.say("up");
        awkward::sleep();
    });
    awkward::sleep();
    exit_now(0)
}

/// A scenario with a process that joins this group, and then `aim`.
fn joining(group: i32, aim: &str) -> String {
    format!(
        "spawn p exec(\"python3\", \"-c\", \"import os, time; os.setpgid(0, {group}); time.sleep(3600)\")\n\
         expect p.pgid == {group} within 60s\n{aim}\nkill p\njoin p\n"
    )
}

/// Its output, after an end as it should be.
#[track_caller]
fn said(stage: Stage) -> String {
    let output = stage.start().finish();
    assert_eq!((output.code, output.err.as_str()), (Some(0), ""), "{output:?}");
    output.out
}

fn a_group_of_somebody_elses() {
    let mut strangers = Strangers::start();
    let group = strangers.group();
    // One that a process of ours has joined.
    let aim = "try { signal group p SIGTERM } catch e { print e.kind, e.message }";
    let out = said(Stage::proctor(&[], &joining(group, aim)));
    assert!(out.starts_with("permission p (pid "), "{out}");
    assert!(out.contains("no process of this scenario leads"), "{out}");
    assert!(!strangers.were_reached(), "strangers were signalled");
    // That of guard and scenario, in which neighbours are, from another one.
    let text =
        "spawn q { try { signal group main SIGTERM } catch e { print e.kind } } with {group: true}\njoin q";
    let mut stage = Stage::proctor(&[], text);
    stage.command.process_group(group);
    assert_eq!(said(stage), "permission\n");
    assert!(!strangers.were_reached(), "neighbours were signalled");
    // Where its leader is gone, those in it that are ours are signalled, and nobody else.
    strangers.lose_their_leader();
    let aim = "signal group p SIGTERM\nexpect not p.alive within 60s\nprint p.exitcode";
    assert_eq!(said(Stage::proctor(&[], &joining(group, aim))), "-15\n");
    assert!(!strangers.were_reached(), "strangers were signalled");
    strangers.end();
}

/// A program that has joined it and sends by kill(2).
fn control_kill() {
    let strangers = Strangers::start();
    let group = strangers.group();
    let aim = format!("run(\"python3\", \"-c\", \"import os; os.killpg({group}, {SENT})\")");
    said(Stage::proctor(&[], &joining(group, &aim)));
    assert!(strangers.were_reached(), "the test does not see strangers reached");
    strangers.end();
}
