//! Processes of a run are killed by a stranger, at moments that its own lines count: what had happened is in the record, and the
//! others' records are whole.

use super::Traced;
use proctor::event::{Birth, History, What};
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Tasks that start others, print, wait for a lock and reap; and go on whatever becomes of their children.
const BUSY: &str = r#"
let l = lock()
def leaf(name) {
    for i in 0..3 {
        try { with l { print "{name} {i} {pid()}" } } catch _e { print "{name} broken {pid()}" }
    }
}
def branch(name) {
    for i in 0..4 {
        spawn c leaf("{name}.{i}")
        if i % 2 == 0 { join c }
    }
    # What was not joined ends as an orphan.
    print "{name} ends {pid()}"
}
for round in 0..6 {
    let all = [spawn branch("a{round}"), spawn branch("b{round}"), spawn e exec("sleep", "0.003")]
    join all
}
"#;

fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// The children of a process, as /proc lists them.
fn children(pid: u32) -> Vec<u32> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    text.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

fn descendants(pid: u32) -> Vec<u32> {
    let mut all = Vec::new();
    let mut next = children(pid);
    while let Some(pid) = next.pop() {
        all.push(pid);
        next.extend(children(pid));
    }
    all
}

#[test]
fn random_kills_lose_nothing_of_the_record() {
    let mut seed = 0x1234_5678_9abc_def1;
    let mut killed = 0;
    for _ in 0..12 {
        killed += one_run(&mut seed);
    }
    assert!(killed > 0, "nobody was killed");
}

/// Lines from one kill to the next, at most; and turns of a loop behind the last of them, a millisecond or two at most: lines come
/// at a few places of the scenario alone, and the kills are to hit all.
const LINES: u64 = 8;
const TURNS: u64 = 100_000;

/// Gives how many were killed.
fn one_run(seed: &mut u64) -> usize {
    let traced = Traced::new(BUSY);
    let mut command = traced.command(&["--timeout", "50s"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let (give, lines) = channel();
    let reader = std::thread::spawn(move || {
        for line in stdout.lines() {
            let _ = give.send(line.expect("the output"));
        }
    });
    let guard = child.id();
    let (mut printed, mut sent, mut next) = (String::new(), 0, 0);
    let until = Instant::now() + Duration::from_secs(50);
    loop {
        match lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(line) => printed += &(line + "\n"),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => panic!("the run does not end"),
        }
        if next > 0 {
            next -= 1;
            continue;
        }
        next = random(seed) % LINES;
        (0..random(seed) % TURNS).for_each(|_| std::hint::spin_loop());
        // Guard, keeper and main live: everybody else is fair game.
        let victims: Vec<u32> =
            children(guard).into_iter().flat_map(children).flat_map(descendants).collect();
        if !victims.is_empty() && sent < 25 {
            let victim = victims[random(seed) as usize % victims.len()];
            // SAFETY: kill has no memory preconditions. A pid could be reused since it was read, but all pids of this moment are
            // tests' or ours: the kernel gives them in a circle of 32768 at least.
            unsafe { libc::kill(victim.cast_signed(), libc::SIGKILL) };
            sent += 1;
        }
    }
    reader.join().expect("the reader");
    child.wait().expect("it is ours");
    let (_, history) = traced.record();
    check(&history, &printed);
    sent
}

fn check(history: &History, printed: &str) {
    let mut lines: HashMap<&str, i32> = HashMap::new();
    for event in history.events() {
        match &event.what {
            What::Printed { text, .. } => *lines.entry(text.trim_end()).or_default() += 1,
            What::Dropped { .. } => panic!("the record is not full"),
            _ => {}
        }
    }
    // Whoever was killed between the record and the writing has told of a line that never came; but none came untold.
    for line in printed.lines() {
        let count = lines.entry(line).or_default();
        *count -= 1;
        assert!(*count >= 0, "{line:?} was printed, and is not in the record");
    }
    let mut pids = HashMap::new();
    for life in history.lives().iter().filter(|life| &*life.name != "init") {
        let (ended, reaped) = (life.ended, life.reaped);
        assert!(ended.is_some() && reaped.is_some(), "{life:?}");
        assert!(life.started <= ended.unwrap_or(0) && ended <= reaped.map(|reap| reap.time), "{life:?}");
        assert!(life.parent.is_some(), "its parent is in the record: {life:?}");
        assert!(life.orphaned.is_none() || life.adoptions.len() == 1, "an orphan was adopted: {life:?}");
        assert!(pids.insert(life.pid, life.index).is_none(), "two lives of pid {}", life.pid);
        // Parent and child killed both in the instant of a birth leave nobody who knows its name: it was found by the keeper.
        let is_birth = |what: &What| matches!(what, What::Spawned { .. } | What::Found { .. });
        let births = life.events.iter().filter(|index| is_birth(&history.events()[**index].what));
        assert_eq!(births.count(), 1, "{life:?}");
        assert!(life.birth == Birth::Spawned || life.exitcode == Some(-libc::SIGKILL), "{life:?}");
    }
    // Who printed its pid was born.
    for line in printed.lines() {
        let pid: i32 = line.rsplit(' ').next().and_then(|word| word.parse().ok()).expect("a pid");
        assert!(pids.contains_key(&pid), "{line}");
    }
}
