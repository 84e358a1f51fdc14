//! What all processes of a run together may use: a fork bomb is a verdict, and not an outage.

use super::keeper::awkward;
use super::keeper::runner::{Test, left_out};
use super::part::{guarded, is_root, said, start};
use proctor::keeper::{Budget, Contain};
use proctor::process::sandbox::{Ceiling, View};
use proctor::process::{Fork, Limits, exit_now, fork, wait};
use std::os::unix::process::CommandExt;
use std::time::Duration;

pub const TESTS: [Test; 10] = [
    ("too_many_alive_is_a_verdict", alive),
    ("too_many_started_is_a_verdict", started),
    ("too_much_processor_time_is_a_verdict", processor),
    ("too_much_memory_is_a_verdict", memory),
    ("shared_memory_counts_once_and_is_no_way_around", shared_memory),
    ("control_without_a_budget_shared_memory_is_to_be_had", control_shared_memory),
    ("a_full_disk_is_only_its_own", disk),
    ("the_kernels_limit_of_processes_counts_the_namespace_alone", processes),
    ("control_without_a_budget_the_same_goes_on", control_budget),
    ("control_without_a_ceiling_the_same_memory_is_to_be_had", control_memory),
];

const MEBIBYTE: u64 = 1 << 20;
const CEILING: u64 = 64 * MEBIBYTE;

/// Does something too much. `KIND LIMITED`
pub fn glutton(words: &str) -> ! {
    let (kind, limited) = words.split_once(' ').expect("two words");
    let limited = limited == "limited";
    let mut contain = Contain::untrusted(View { room: 2 * MEBIBYTE, ..View::default() });
    if limited {
        contain.budget = Budget {
            alive: Some(40),
            started: Some(500),
            cpu: Some(Duration::from_millis(300)),
            memory: None,
        };
        contain.limits = Limits { processes: Some(60), ..Limits::default() };
        contain.ceiling = Some(Ceiling { memory: Some(CEILING), processes: Some(100) });
    }
    if limited && kind.starts_with("share") {
        contain.budget.memory = Some(CEILING);
        contain.ceiling = None;
    }
    if kind != "spin" {
        contain.budget.cpu = None;
    }
    // What is not limited ends by itself, or by the time.
    let seconds = if kind == "spin" && !limited { 3 } else { 60 };
    guarded(Some(contain), Some(seconds * 1_000_000_000), |_| match kind {
        "bomb" => bomb(),
        "chain" => chain(),
        "spin" => loop {
            std::hint::spin_loop();
        },
        "eat" => eat(),
        "share" => share(2 * CEILING, true),
        "share-little" => share(CEILING / 4, false),
        "fill" => fill(),
        "count" => count(),
        _ => panic!("no such kind: {kind}"),
    })
}

/// As many as can be, up to 200.
fn bomb() -> u8 {
    let mut made = 0;
    while made < 200 {
        match fork() {
            Ok(Fork::Child) => awkward::sleep(),
            Ok(Fork::Parent(_)) => made += 1,
            Err(_) => std::thread::yield_now(),
        }
    }
    0
}

/// One after the other.
fn chain() -> u8 {
    for _ in 0..3000 {
        let Fork::Parent(child) = fork().expect("fork") else { exit_now(0) };
        wait::reap_blocking(child).expect("our child");
    }
    0
}

fn eat() -> u8 {
    let mut all: Vec<Vec<u8>> = Vec::new();
    for _ in 0..128 {
        all.push(vec![1; MEBIBYTE as usize]);
        std::hint::black_box(&all);
    }
    0
}

/// Shared memory that ten children have too. Without an end: until it is ended, or by itself.
fn share(size: u64, endless: bool) -> u8 {
    let size = size as usize;
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
    // SAFETY: new memory, at no place of ours, of which all bytes are written in its size.
    let all = unsafe {
        let all = libc::mmap(std::ptr::null_mut(), size, protection, flags, -1, 0);
        assert_ne!(all, libc::MAP_FAILED, "memory");
        std::slice::from_raw_parts_mut(all.cast::<u8>(), size)
    };
    all.fill(1);
    let children = (0..10).map(|_| match fork().expect("fork") {
        Fork::Child => {
            let sum = all.iter().step_by(4096).map(|byte| u64::from(*byte)).sum::<u64>();
            // For some looks of the keeper, who tells nobody of them.
            std::thread::sleep(Duration::from_millis(if endless { 3000 } else { 500 }));
            exit_now(u8::from(sum == 0))
        }
        Fork::Parent(child) => child,
    });
    let children: Vec<i32> = children.collect();
    for child in children {
        wait::reap_blocking(child).expect("our child");
    }
    0
}

/// Until the disk is full, everywhere: gives how many MiB could be written.
fn fill() -> u8 {
    let places = [
        "/work/a",
        "/tmp/a",
        "/home/a",
        "/dev/shm/a",
        "/a",
        "/usr/a",
        "/dev/a",
        "/proc/a",
        "/etc/a",
        "/var/a",
    ];
    let written = places.map(|place| {
        let Ok(mut file) = std::fs::File::create(place) else { return 0 };
        let mut written = 0;
        while written < 100 && std::io::Write::write_all(&mut file, &[1; MEBIBYTE as usize]).is_ok() {
            written += 1;
        }
        written
    });
    written.iter().sum()
}

/// How many processes there can be.
fn count() -> u8 {
    let mut made = 0;
    while made < 200
        && let Ok(fork) = fork()
    {
        if fork == Fork::Child {
            awkward::sleep();
            exit_now(0);
        }
        made += 1;
    }
    made
}

fn spends(kind: &str, what: &str) {
    let (code, text) = said(&mut start(&format!("glutton {kind} limited")));
    assert!(text.starts_with(&format!("Spent({what})")), "{kind}: {text}");
    assert_eq!(code, Some(137), "{kind}: {text}");
}

fn alive() {
    for _ in 0..20 {
        spends("bomb", "Alive");
    }
}

fn started() {
    for _ in 0..5 {
        spends("chain", "Started");
    }
}

fn processor() {
    for _ in 0..5 {
        spends("spin", "Cpu");
    }
}

/// Of a control group, which only root can make here.
fn as_root(part: &str) -> Option<(Option<i32>, String)> {
    if !is_root() {
        left_out("who is no root has no control group");
        return None;
    }
    Some(said(start(part).uid(0).gid(0)))
}

fn memory() {
    if let Some((code, text)) = as_root("glutton eat limited") {
        if text.contains(" Contained") {
            return left_out("this machine has no control group to be made");
        }
        assert!(text.starts_with("Spent(Memory) Limited"), "{text}");
        assert_eq!(code, Some(137), "{text}");
    }
}

fn control_memory() {
    if let Some((code, text)) = as_root("glutton eat free") {
        assert!(text.starts_with("Exited(0) Contained"), "{text}");
        assert_eq!(code, Some(0));
    }
}

fn shared_memory() {
    spends("share", "Memory");
    // Ten have a quarter of the limit together: summed up that is more, and it is not.
    let (_, text) = said(&mut start("glutton share-little limited"));
    assert!(text.starts_with("Exited(0)"), "{text}");
}

fn control_shared_memory() {
    let (_, text) = said(&mut start("glutton share free"));
    assert!(text.starts_with("Exited(0)"), "{text}");
}

fn disk() {
    let (code, text) = said(&mut start("glutton fill limited"));
    // Four directories of 2 MiB, each with its last MiB a little short of whole.
    assert!(code.is_some_and(|code| (4..=8).contains(&code)), "{code:?} {text}");
}

fn processes() {
    if is_root() {
        // Others of the same user count for nothing.
        let others: Vec<_> = (0..50)
            .map(|_| {
                let mut command = std::process::Command::new("sleep");
                command.arg("100").uid(super::part::STRANGER).gid(super::part::STRANGER);
                command.spawn().expect("a process")
            })
            .collect();
        let (code, text) = said(&mut start("glutton count limited"));
        for mut other in others {
            other.kill().expect("our child");
            other.wait().expect("our child");
        }
        // Above 40 the keeper ends it, as soon as it looks.
        assert!(code.is_some_and(|code| (40..60).contains(&code) || code == 137), "{code:?} {text}");
    } else {
        left_out("who is no root has no user of its own to count");
    }
}

fn control_budget() {
    for kind in ["bomb", "chain"] {
        let (_, text) = said(&mut start(&format!("glutton {kind} free")));
        assert!(text.starts_with("Exited(0)"), "{kind}: {text}");
    }
    let (_, text) = said(&mut start("glutton spin free"));
    assert!(text.starts_with("TimedOut"), "{text}");
}
