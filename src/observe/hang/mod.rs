//! Who is blocked in which call on what, and who could help: a look at processes as they are, without stopping them.
//!
//! /proc shows each thread's call with its arguments, and every descriptor of everybody. Nothing of that is read at one
//! moment: so all threads are looked at before and after, and a process that has moved meanwhile is looked at again.

mod blocked;
mod call;
mod caller;
mod case;
mod futex;
mod glance;
mod holder;
mod memory;
mod place;
mod registers;
mod socket;
mod stream;

pub use case::Witness;

use crate::event::hang::{Doing, Hang, Standing};
use crate::process::proc_file::{children, stat};
use case::Case;
use glance::{Glance, glance};
use holder::Descriptors;
use place::Place;
use std::collections::BTreeSet;

/// How often one that moves is looked at.
const TRIES: usize = 3;

/// The number and the first argument of the call in which a thread sleeps; none where it does not.
pub(super) fn call_of(pid: i32, tid: i32) -> Option<(i64, u64)> {
    match place::place(pid, tid) {
        Place::Call { number, args } => Some((number, args[0])),
        Place::Outside | Place::Hidden => None,
    }
}

/// The call with this number, in which a process sleeps, as manuals have it; and what it waits for, where its first argument says
/// that: a descriptor.
pub(super) fn in_words(pid: i32, number: i64, first: u64) -> (String, String) {
    if glance::has_other_numbers(pid) {
        return ("a call of a 32-bit program".to_owned(), String::new());
    }
    let found = match call::call(number) {
        Some(row) if row.kind == call::Kind::Restart => {
            call::by_place(&glance::kernel_function(pid, pid)).unwrap_or(row)
        }
        Some(row) => row,
        None => return (format!("call {number}"), String::new()),
    };
    let on = match found.kind {
        call::Kind::Stream(_) | call::Kind::Splice | call::Kind::Flock | call::Kind::Fcntl => {
            let link = std::fs::read_link(format!("/proc/{pid}/fd/{first}"));
            let link = link.map_or_else(|_| String::new(), |path| format!(" ({})", path.to_string_lossy()));
            format!("fd {first}{link}")
        }
        _ => String::new(),
    };
    (found.name.to_owned(), on)
}

/// Looks at these processes, which belong together. Who is not there any more is left out.
#[must_use]
pub fn examine(pids: &[i32], witness: &dyn Witness) -> Hang {
    let tree: BTreeSet<i32> = pids.iter().copied().collect();
    let mut standings: Vec<Option<Standing>> = pids.iter().map(|_| None).collect();
    let mut open: Vec<usize> = (0..pids.len()).collect();
    for attempt in 1..=TRIES {
        let case = Case { tree: &tree, witness, descriptors: Descriptors::default() };
        let before: Vec<Vec<Glance>> = open.iter().map(|index| glance(pids[*index])).collect();
        for (index, threads) in open.iter().zip(&before) {
            standings[*index] = standing(&case, pids[*index], threads);
        }
        let moved =
            |(index, threads): (&usize, &Vec<Glance>)| (glance(pids[*index]) != *threads).then_some(*index);
        open = open.iter().zip(&before).filter_map(moved).collect();
        if open.is_empty() {
            break;
        }
        if attempt == TRIES {
            // It goes on, whatever it was seen to wait for.
            for index in &open {
                if let Some(standing) = &mut standings[*index] {
                    standing.doing = moving(&standing.doing);
                    standing.threads.iter_mut().for_each(|(_, doing)| *doing = moving(doing));
                }
            }
        }
    }
    Hang { processes: in_tree_order(standings.into_iter().flatten().collect()) }
}

/// Looks at one process of a program whose others are these: what it does, where it stays at it long enough to be seen.
#[must_use]
pub fn examine_one(pid: i32, others: &[i32], witness: &dyn Witness) -> Option<Standing> {
    let tree: BTreeSet<i32> = others.iter().copied().chain([pid]).collect();
    (0..TRIES).find_map(|_| {
        let case = Case { tree: &tree, witness, descriptors: Descriptors::default() };
        let before = glance(pid);
        let standing = standing(&case, pid, &before)?;
        (glance(pid) == before).then_some(standing)
    })
}

/// Of one that did not stay as it was while we looked.
fn moving(doing: &Doing) -> Doing {
    match doing {
        Doing::Waiting(_) => Doing::Running,
        other => other.clone(),
    }
}

fn standing(case: &Case<'_>, pid: i32, threads: &[Glance]) -> Option<Standing> {
    let stat = stat(pid).ok()?;
    let tids: Vec<i32> = threads.iter().map(|thread| thread.tid).collect();
    let mut all = threads.iter().map(|thread| (thread.tid, blocked::doing(case, pid, thread, &tids)));
    let doing = all.next().map_or(Doing::Gone, |(_, doing)| doing);
    Some(Standing {
        who: case.who(pid),
        parent: stat.ppid,
        doing,
        threads: all.collect(),
        cpu_time: stat.user_time.saturating_add(stat.system_time),
    })
}

/// Parents before their children, and children in the order in which they are given.
fn in_tree_order(standings: Vec<Standing>) -> Vec<Standing> {
    let pids: BTreeSet<i32> = standings.iter().map(|standing| standing.who.pid).collect();
    let mut slots: Vec<Option<Standing>> = standings.into_iter().map(Some).collect();
    let is_root =
        |standing: &Standing| !pids.contains(&standing.parent) || standing.parent == standing.who.pid;
    let mut below: std::collections::BTreeMap<i32, Vec<usize>> = std::collections::BTreeMap::new();
    let mut next: Vec<usize> = Vec::new();
    for (index, slot) in slots.iter().enumerate().rev() {
        match slot {
            Some(standing) if is_root(standing) => next.push(index),
            Some(standing) => below.entry(standing.parent).or_default().push(index),
            None => {}
        }
    }
    let mut ordered = Vec::with_capacity(slots.len());
    while let Some(index) = next.pop() {
        if let Some(standing) = slots[index].take() {
            next.extend(below.remove(&standing.who.pid).unwrap_or_default());
            ordered.push(standing);
        }
    }
    // Two that are each other's parent, as a pid that came back can make it look.
    ordered.extend(slots.into_iter().flatten());
    ordered
}

/// A process and all that descend from it now, at most so many. Orphans have other parents and are not among them.
#[must_use]
pub fn family(pid: i32, most: usize) -> Vec<i32> {
    let mut all = vec![pid];
    let mut known = BTreeSet::from([pid]);
    let mut at = 0;
    while let Some(parent) = all.get(at).copied().filter(|_| all.len() < most) {
        all.extend(children(parent).unwrap_or_default().into_iter().filter(|child| known.insert(*child)));
        at += 1;
    }
    all.truncate(most);
    all
}
