//! Who waits for whom, and which of them wait for ever.
//!
//! A wait ends as soon as *one* of those who could end it acts. So a process is free if it runs, sleeps for a time, or waits
//! for somebody free, or for somebody of whom nothing is known; what is left when no more free ones are found, waits for ever.

use super::{Doing, Hang, Holder, Kin, On, Shared, Standing, Stream, Wait};
use std::collections::{BTreeMap, BTreeSet};

/// Who could end a wait.
enum Wakers {
    /// It ends by itself, or somebody of whom nothing is known can end it.
    Free,
    /// One of these.
    Of(Vec<i32>),
    /// Any other process of the program.
    Any,
}

pub fn deadlocked(hang: &Hang) -> Vec<i32> {
    let graph = graph(hang);
    graph.keys().copied().collect()
}

/// Stands for "anybody" in the graph: there is no process with this pid.
const ANYBODY: i32 = 0;

/// Where there are more, it is not said that each of them could help the others.
const FEW: usize = 8;

/// From so many processes a circle is looked for.
const TRIED: usize = 64;

/// Each deadlocked process, and those that it waits for.
fn graph(hang: &Hang) -> BTreeMap<i32, Vec<i32>> {
    let mut fresh = Vec::new();
    let mut waiting: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for standing in hang.processes.iter().filter(|standing| !standing.is_over()) {
        match wakers(standing) {
            Some(those) => waiting.insert(standing.who.pid, those).is_none(),
            None => {
                fresh.push(standing.who.pid);
                true
            }
        };
    }
    // From each to those who wait for it, so that every edge is looked at once.
    let mut waited: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for (pid, those) in &waiting {
        for waker in those {
            waited.entry(*waker).or_default().push(*pid);
        }
    }
    if !fresh.is_empty() {
        fresh.push(ANYBODY);
    }
    while let Some(pid) = fresh.pop() {
        for woken in waited.remove(&pid).into_iter().flatten() {
            if waiting.remove(&woken).is_some() {
                fresh.push(woken);
            }
        }
    }
    waiting
}

/// The processes that could end the wait of any of its threads; none where it is free.
fn wakers(standing: &Standing) -> Option<Vec<i32>> {
    let mut all = BTreeSet::new();
    for doing in standing.all() {
        let wakers = match doing {
            Doing::Running | Doing::Unknown(_) => Wakers::Free,
            Doing::Waiting(wait) => of_wait(wait),
            Doing::Stopped { .. } => Wakers::Any,
            // The first thread has ended, or all.
            Doing::Zombie | Doing::Gone => Wakers::Of(Vec::new()),
        };
        match wakers {
            Wakers::Free => return None,
            Wakers::Of(those) => all.extend(those),
            Wakers::Any => {
                all.insert(ANYBODY);
            }
        }
    }
    Some(all.into_iter().collect())
}

fn of_wait(wait: &Wait) -> Wakers {
    if wait.until.is_some() {
        return Wakers::Free;
    }
    match &wait.on {
        On::Stream(stream) => of_streams(std::slice::from_ref(stream)),
        On::Streams(streams) => of_streams(streams),
        On::Open { .. } | On::Signals { .. } => Wakers::Any,
        // One that has ended already ends the wait at once.
        On::Children(children) | On::Release(children) if children.iter().any(|child| child.zombie) => {
            Wakers::Free
        }
        On::Children(children) | On::Release(children) => {
            Wakers::Of(children.iter().map(|child| child.who.pid).collect())
        }
        // The thread's own wait is looked at as well.
        On::Thread(_) => Wakers::Of(Vec::new()),
        On::Futex { holder: Some(holder), .. } => of_holders(std::slice::from_ref(holder)),
        On::Futex { holder: None, shared: Shared::Threads(_) } => Wakers::Of(Vec::new()),
        On::Futex { holder: None, shared: Shared::With(those) } => {
            Wakers::Of(those.iter().map(|who| who.pid).collect())
        }
        On::FileLock { holders, .. } => of_holders(holders),
        On::Semaphore { .. } | On::Messages { .. } => Wakers::Any,
        On::Time | On::Kernel | On::Unknown => Wakers::Free,
    }
}

fn of_streams(streams: &[Stream]) -> Wakers {
    let mut all = Vec::new();
    for stream in streams {
        match of_holders(stream.others()) {
            Wakers::Of(those) => all.extend(those),
            free => return free,
        }
    }
    // With none, only a signal could end it.
    if streams.is_empty() { Wakers::Any } else { Wakers::Of(all) }
}

fn of_holders(holders: &[Holder]) -> Wakers {
    if holders.is_empty() || holders.iter().any(|holder| holder.kind == Kin::Outside) {
        return Wakers::Free;
    }
    let living =
        holders.iter().filter(|holder| !matches!(holder.kind, Kin::Ended | Kin::Forked | Kin::Thread));
    Wakers::Of(living.map(|holder| holder.who.pid).collect())
}

/// A shortest circle among the deadlocked; of more than one process, where there is one.
pub fn circle(hang: &Hang) -> Vec<i32> {
    let mut graph = graph(hang);
    let few = graph.len() <= FEW;
    let all: Vec<i32> = graph.keys().copied().collect();
    for (pid, those) in &mut graph {
        if let Some(at) = those.iter().position(|waker| *waker == ANYBODY) {
            those.remove(at);
            let others = all.iter().copied().filter(|other| few && other != pid && !those.contains(other));
            let others: Vec<i32> = others.collect();
            those.extend(others);
        }
    }
    graph
        .keys()
        .take(TRIED)
        .filter_map(|start| way_back(&graph, *start))
        .min_by_key(|way| if way.len() == 1 { usize::MAX } else { way.len() })
        .unwrap_or_default()
}

/// The shortest way from a process to itself, the process first.
fn way_back(graph: &BTreeMap<i32, Vec<i32>>, start: i32) -> Option<Vec<i32>> {
    let mut before: BTreeMap<i32, i32> = BTreeMap::new();
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(pid) = queue.pop_front() {
        for next in graph.get(&pid).into_iter().flatten() {
            if *next == start {
                let mut way = vec![pid];
                while let Some(earlier) = before.get(way.last().unwrap_or(&start)) {
                    way.push(*earlier);
                }
                way.reverse();
                return Some(way);
            }
            if !before.contains_key(next) {
                before.insert(*next, pid);
                queue.push_back(*next);
            }
        }
    }
    None
}
