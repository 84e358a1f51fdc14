//! What a student can do about a hang: in which process to close which descriptor, what to do in another order.

use super::words::{locked_by, names, path_of};
use super::{Channel, Child, Doing, Hang, Holder, Kin, On, Shared, Standing, Stream, Wait};
use crate::event::End;
use crate::value::Signal;
use std::collections::BTreeMap;

/// More are not given: the first ones undone, the rest looks different.
const MOST: usize = 6;

/// Processor time after which a process that still runs is suspected to be in a loop without an end.
const LONG: i64 = 1_000_000_000;

/// SIGTTIN and SIGTTOU.
const BACKGROUND: [u8; 2] = [21, 22];

/// Each piece of advice as a sentence without a full stop; the most likely first.
#[must_use]
pub fn advice(hang: &Hang) -> Vec<String> {
    let deadlocked = hang.deadlocked();
    let mut all = Vec::new();
    let (stuck, others): (Vec<&Standing>, Vec<&Standing>) =
        hang.processes.iter().partition(|standing| deadlocked.contains(&standing.who.pid));
    for standing in stuck.into_iter().chain(others) {
        for doing in standing.all() {
            for piece in about(hang, standing, doing) {
                if !all.contains(&piece) {
                    all.push(piece);
                }
            }
        }
        if all.len() >= MOST {
            break;
        }
    }
    for standing in hang.processes.iter().filter(|standing| !standing.is_over()) {
        all.extend(unreaped(hang, standing));
    }
    all.truncate(MOST);
    all
}

/// Its children that have ended, where it does something else than wait for them.
fn unreaped(hang: &Hang, standing: &Standing) -> Option<String> {
    let parent = standing.who.pid;
    let zombies = hang.processes.iter().filter(|other| other.parent == parent && other.is_over());
    let count = zombies.filter(|other| other.who.pid != parent).count();
    let waits = waits(standing, |wait| matches!(wait.on, On::Children(_)));
    let whom = if count == 1 {
        "its child that has ended".to_owned()
    } else {
        format!("its {count} children that have ended")
    };
    (count > 0 && !waits).then(|| format!("call wait() in {} for {whom}", standing.who.shown()))
}

fn about(hang: &Hang, standing: &Standing, doing: &Doing) -> Vec<String> {
    let who = standing.who.shown();
    match doing {
        Doing::Running if standing.cpu_time >= LONG => {
            vec![format!(
                "look for a loop in {who} that does not end: `gdb -p {}` and `bt` show where it is",
                standing.who.pid
            )]
        }
        Doing::Stopped { signal, .. } => vec![stopped(standing, *signal)],
        Doing::Waiting(wait) if wait.until.is_none() => waiting(hang, standing, wait),
        _ => Vec::new(),
    }
}

fn stopped(standing: &Standing, signal: Option<Signal>) -> String {
    let who = standing.who.shown();
    match signal {
        Some(signal) if BACKGROUND.contains(&signal.0) => {
            let does = if signal.0 == BACKGROUND[0] { "reads from" } else { "writes to" };
            format!(
                "{who} {does} the terminal while its process group is not in the foreground: make it the foreground group \
                 first (tcsetpgrp), or leave it in its parent's group, or give it another stdin"
            )
        }
        _ => format!(
            "`kill -CONT {}` lets {who} go on; its parent sees a stop only with waitpid(…, WUNTRACED)",
            standing.who.pid
        ),
    }
}

fn waiting(hang: &Hang, standing: &Standing, wait: &Wait) -> Vec<String> {
    let who = standing.who.shown();
    match &wait.on {
        On::Stream(stream) => about_stream(hang, standing, stream),
        On::Streams(streams) => streams.iter().flat_map(|stream| about_stream(hang, standing, stream)).collect(),
        On::Open { path, .. } => vec![about_open(hang, standing, path)],
        On::Signals { pending, before, .. } => about_signals(&who, wait.call, pending, before, hang),
        On::Futex { .. } | On::FileLock { .. } if !who_waits(hang, standing, wait).is_empty() => {
            let release = |holder: &Standing| {
                format!("release the lock in {} before it waits for {who}", holder.who.shown())
            };
            who_waits(hang, standing, wait).into_iter().map(release).collect()
        }
        On::Semaphore { value: Some(0), .. } => {
            vec![format!("raise the semaphore that {who} waits for on every way (V after each P); with SEM_UNDO the kernel does it for a process that ends")]
        }
        On::Futex { holder, shared } => about_lock(&who, holder.as_ref(), shared),
        On::FileLock { holders, .. } => holders
            .iter()
            .filter(|holder| holder.kind != Kin::Outside && holder.fd >= 0)
            .map(|holder| {
                format!(
                    "unlock it in {} before {who} needs it: flock(fd {}, LOCK_UN), or close the descriptor in every process that has a copy",
                    named(holder, "the same process"),
                    holder.fd
                )
            })
            .collect(),
        On::Children(children) => {
            let stopped = children.iter().filter(|child| child.stopped && hang.of(child.who.pid).is_none());
            stopped.map(|Child { who, .. }| format!("`kill -CONT {}` lets {} go on", who.pid, who.shown())).collect()
        }
        _ => Vec::new(),
    }
}

fn about_stream(hang: &Hang, standing: &Standing, stream: &Stream) -> Vec<String> {
    let who = standing.who.shown();
    let others = match &stream.channel {
        Channel::Pipe { others, .. } | Channel::Fifo { others, .. } => others,
        Channel::Terminal { .. } if stream.end == End::Read => {
            return vec![format!(
                "{who} waits for you: type what it wants, or Ctrl-D for the end of its input"
            )];
        }
        _ => return Vec::new(),
    };
    // By process: one may hold an end by several descriptors.
    let mut held: BTreeMap<i32, Vec<&Holder>> = BTreeMap::new();
    for holder in others.iter().filter(|holder| holder.kind != Kin::Outside) {
        held.entry(holder.who.pid).or_default().push(holder);
    }
    let pieces = held.values().filter_map(|holders| {
        let first = holders.first()?;
        match stream.end {
            End::Read => about_writer(hang, standing, stream, first, &fds(holders)),
            End::Write => about_reader(hang, standing, first, &fds(holders), held.len() == 1),
        }
    });
    pieces.collect()
}

/// What is to be done about somebody who has the write end of what is read.
fn about_writer(
    hang: &Hang,
    reader: &Standing,
    stream: &Stream,
    holder: &Holder,
    fds: &str,
) -> Option<String> {
    let who = reader.who.shown();
    if holder.kind == Kin::Itself {
        return Some(format!(
            "close {fds} in {who} before it reads: it is the write end of what it reads itself, which so never comes to its end"
        ));
    }
    let other = hang.of(holder.who.pid)?;
    let name = holder.who.shown();
    if waits(other, |wait| waits_for(wait, reader.who.pid)) {
        return Some(format!(
            "close {fds} in {name} before it waits: as long as it has the write end open, what {who} reads does not end"
        ));
    }
    let same = |one: &Stream| one.end == End::Read && one.channel == stream.channel;
    let reads_same = |wait: &Wait| wait.streams().iter().any(same) || reads_as(wait, stream);
    if waits(other, reads_same) {
        return Some(format!(
            "close {fds} in {name} after fork(): it only reads there, and its copy of the write end keeps {who} waiting"
        ));
    }
    if waits(other, |wait| reads_from(wait, reader.who.pid)) {
        if holder.both {
            return Some(format!(
                "close {fds} in {name} after fork(): it has a copy of both ends of what {who} reads, and keeps that from ending"
            ));
        }
        // Said once for both.
        return (reader.who.pid < other.who.pid).then(|| {
            format!(
                "{who} and {name} each wait for the other to write: let one of them write first, and flush what it has \
                 written; or close {fds} in {name} if it is not to write there"
            )
        });
    }
    let sleeps =
        |doing: &Doing| !matches!(doing, Doing::Waiting(Wait { until: None, .. }) | Doing::Stopped { .. });
    if other.all().any(sleeps) {
        return None;
    }
    Some(format!(
        "close {fds} in {name} if it is not to write there: as long as it has the write end open, what {who} reads does not end"
    ))
}

fn about_reader(hang: &Hang, writer: &Standing, holder: &Holder, fds: &str, only: bool) -> Option<String> {
    let who = writer.who.shown();
    if holder.kind == Kin::Itself {
        return only.then(|| format!("{who} writes where nobody but itself can read: a pipe holds 64 KiB, then write() waits for a reader"));
    }
    let other = hang.of(holder.who.pid)?;
    waits(other, |wait| waits_for(wait, writer.who.pid)).then(|| {
        format!(
            "let {} read from {fds} to the end before it waits for {who}: a pipe holds 64 KiB, then write() waits for a reader",
            holder.who.shown()
        )
    })
}

fn about_open(hang: &Hang, standing: &Standing, path: &str) -> String {
    let another = hang.processes.iter().filter(|other| other.who.pid != standing.who.pid).find(|other| {
        waits(other, |wait| matches!(&wait.on, On::Open { path: theirs, .. } if theirs != path))
    });
    match another {
        Some(_) => "open the FIFOs in the same order in both processes: open() of a FIFO comes back only when another opens its other end"
            .to_owned(),
        None => format!(
            "open() of the FIFO {} comes back only when another process opens its other end: start that one too, or open it with O_RDWR",
            path_of(path)
        ),
    }
}

fn about_signals(who: &str, call: &str, pending: &[Signal], before: &[Signal], hang: &Hang) -> Vec<String> {
    if !pending.is_empty() {
        return vec![format!(
            "unblock {} in {who}: take it out of the mask that is given to {call}(), or of sigprocmask()'s",
            names(pending, "and")
        )];
    }
    let (these, came) = match before {
        [] => ("the signal".to_owned(), "if it came before"),
        before => (names(before, "and"), "it came before"),
    };
    let alone = hang.processes.iter().filter(|other| !other.is_over()).count() == 1;
    if before.is_empty() && !alone {
        return Vec::new();
    }
    vec![format!(
        "{came} {who} called {call}(), nothing wakes it any more: block {these} with sigprocmask() before fork(), and let \
         sigsuspend() unblock it"
    )]
}

fn about_lock(who: &str, holder: Option<&Holder>, shared: &Shared) -> Vec<String> {
    match (holder, shared) {
        (Some(Holder { kind: Kin::Itself, .. }), _) => {
            vec![format!(
                "{who} locks what it has locked already: unlock it first, or make the mutex PTHREAD_MUTEX_RECURSIVE"
            )]
        }
        (Some(Holder { kind: Kin::Ended, .. }), _) => {
            vec![format!(
                "unlock the mutex that {who} waits for on every way out of the process that took it, or make it robust (pthread_mutexattr_setrobust)"
            )]
        }
        (Some(Holder { kind: Kin::Forked, .. }), _) => {
            vec![format!(
                "do not fork() while a lock is held, or unlock it in {who} before it locks it: fork() copies a locked lock"
            )]
        }
        (Some(_), _) => vec![
            "take locks in the same order everywhere, and unlock them before waiting for another process"
                .to_owned(),
        ],
        (None, Shared::Threads(1)) => {
            vec![format!(
                "who should wake {who}? A lock in ordinary memory is not shared with a child: after fork() each has its own copy (mmap with MAP_SHARED shares it)"
            )]
        }
        _ => Vec::new(),
    }
}

/// `fd 4 and fd 6`.
fn fds(holders: &[&Holder]) -> String {
    holders.iter().map(|holder| format!("fd {}", holder.fd)).collect::<Vec<_>>().join(" and ")
}

fn named(holder: &Holder, itself: &str) -> String {
    if holder.kind == Kin::Itself { itself.to_owned() } else { holder.who.shown() }
}

/// Whether any of its threads has such a wait.
fn waits(standing: &Standing, such: impl Fn(&Wait) -> bool) -> bool {
    standing.all().any(|doing| matches!(doing, Doing::Waiting(wait) if such(wait)))
}

/// Whether it waits for this child to end.
fn waits_for(wait: &Wait, pid: i32) -> bool {
    matches!(&wait.on, On::Children(children) if children.iter().any(|child| child.who.pid == pid))
}

/// Whether it reads what this process can write.
fn reads_from(wait: &Wait, pid: i32) -> bool {
    let from =
        |stream: &Stream| stream.end == End::Read && stream.others().iter().any(|other| other.who.pid == pid);
    wait.streams().iter().any(from)
}

/// Whether it reads the same pipe: the other's holders are told from its own point of view.
fn reads_as(wait: &Wait, stream: &Stream) -> bool {
    let inode = |channel: &Channel| match channel {
        Channel::Pipe { inode, .. } => Some(*inode),
        _ => None,
    };
    let same = |one: &Stream| {
        one.end == End::Read && inode(&one.channel).is_some() && inode(&one.channel) == inode(&stream.channel)
    };
    wait.streams().iter().any(same)
}

/// Who has the lock that is waited for, or could have, and waits itself for the end of the one who wants it.
fn who_waits<'a>(hang: &'a Hang, standing: &Standing, wait: &Wait) -> Vec<&'a Standing> {
    let both = |other: &&Standing| {
        locked_by(wait, other.who.pid) && waits(other, |theirs| waits_for(theirs, standing.who.pid))
    };
    hang.processes.iter().filter(both).collect()
}
