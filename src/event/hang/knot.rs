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

impl Hang {
    /// Those that nothing can wake any more: each waits only for others among them.
    #[must_use]
    pub fn deadlocked(&self) -> Vec<i32> {
        graph(self).keys().copied().collect()
    }

    /// Some of the deadlocked ones that wait for each other in a circle, each for the next and the last for the first: a
    /// shortest one; of more than one process, where there is such a circle.
    #[must_use]
    pub fn circle(&self) -> Vec<i32> {
        circle(self)
    }
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
    let living = || hang.processes.iter().filter(|standing| !standing.is_over());
    let known: BTreeSet<i32> = living().map(|standing| standing.who.pid).collect();
    for standing in living() {
        // Of one that was born while we looked nothing is known: it may help. And one that ended while we looked has helped: its
        // parent is about to wake, and so is who waited for what it held.
        let those =
            wakers(standing).filter(|those| those.iter().all(|pid| *pid == ANYBODY || known.contains(pid)));
        match those {
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

fn circle(hang: &Hang) -> Vec<i32> {
    let mut graph = graph(hang);
    let few = graph.len() <= FEW;
    let all: Vec<i32> = graph.keys().copied().collect();
    for (pid, those) in &mut graph {
        // It is not known which of several has what it waits for, if any: that is no link of a circle.
        if hang.of(*pid).is_some_and(guesses) {
            those.clear();
        }
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

/// Whether it waits for what any of several could release.
fn guesses(standing: &Standing) -> bool {
    standing.all().any(|doing| matches!(doing, Doing::Waiting(wait) if !wait.sharers().is_empty()))
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

#[cfg(test)]
mod tests {
    use super::super::{
        Channel, Child, Doing, Hang, Holder, Kin, On, Shared, Standing, Stream, Time, Wait, Who, advice,
        deadlock,
    };
    use crate::event::End;
    use proptest::prelude::*;

    fn who(pid: i32) -> Who {
        Who { pid, name: format!("p{pid}") }
    }

    fn standing(pid: i32, doing: Doing) -> Standing {
        Standing { who: who(pid), parent: 1, doing, threads: Vec::new(), cpu_time: 0 }
    }

    fn waits(on: On) -> Doing {
        Doing::Waiting(Wait { call: "read", on, until: None })
    }

    fn child(pid: i32) -> Child {
        Child { who: who(pid), stopped: false, zombie: false }
    }

    fn pipe(own: i32, writers: &[i32]) -> On {
        let holder = |pid: &i32| Holder {
            who: who(*pid),
            fd: 4,
            kind: if *pid == own { Kin::Itself } else { Kin::Tree },
            both: false,
        };
        let others = writers.iter().map(holder).collect();
        On::Stream(Stream { fd: 0, end: End::Read, channel: Channel::Pipe { inode: 7, others } })
    }

    #[test]
    fn one_that_is_free_frees_whoever_waits_for_it() {
        let sleeps = Doing::Waiting(Wait { call: "nanosleep", on: On::Time, until: Some(Time::Whole(5)) });
        let mut hang = Hang {
            processes: vec![
                standing(10, waits(On::Children(vec![child(11), child(12)]))),
                standing(11, waits(pipe(11, &[10, 11]))),
                standing(12, waits(pipe(12, &[11, 13]))),
                standing(13, sleeps),
            ],
        };
        // 13 may write to 12, which may end, which is what 10 waits for; and 10 may write to 11 then.
        assert!(hang.deadlocked().is_empty());
        hang.processes[3].doing = waits(pipe(13, &[12]));
        assert_eq!(hang.deadlocked(), [10, 11, 12, 13]);
        assert_eq!(hang.circle(), [10, 11]);
    }

    #[test]
    fn somebody_outside_may_always_help() {
        let mut on = pipe(10, &[10, 11]);
        let other = || standing(11, waits(On::Children(vec![child(10)])));
        let hang = |on: &On| Hang { processes: vec![standing(10, waits(on.clone())), other()] };
        assert_eq!(hang(&on).deadlocked(), [10, 11]);
        assert_eq!(hang(&on).circle(), [11, 10]);
        let On::Stream(Stream { channel: Channel::Pipe { others, .. }, .. }) = &mut on else { return };
        others[1].kind = Kin::Outside;
        assert!(hang(&on).deadlocked().is_empty());
    }

    #[test]
    fn who_only_shares_the_memory_is_no_link_of_a_circle() {
        let lock = |those: &[i32]| {
            let shared = Shared::With(those.iter().map(|pid| who(*pid)).collect());
            waits(On::Futex { holder: None, shared })
        };
        // A parent that waits for two children; each of them has a lock and wants the other's.
        let mut hang = Hang {
            processes: vec![
                standing(10, waits(On::Children(vec![child(11), child(12)]))),
                standing(11, lock(&[10, 12])),
                standing(12, lock(&[10, 11])),
            ],
        };
        assert_eq!(hang.deadlocked(), [10, 11, 12]);
        assert!(hang.circle().is_empty());
        let said = deadlock(&hang).unwrap_or_default();
        assert!(
            said.starts_with("p11 (pid 11) and p12 (pid 12) wait for a lock or a semaphore in shared"),
            "{said}"
        );
        assert!(advice(&hang).iter().all(|piece| !piece.contains("release the lock")), "{:?}", advice(&hang));
        // Of many the first are named, and the others counted.
        let all: Vec<i32> = (10..16).collect();
        let others = |pid: i32| all.iter().copied().filter(|other| *other != pid).collect::<Vec<_>>();
        let crowd = Hang { processes: all.iter().map(|pid| standing(*pid, lock(&others(*pid)))).collect() };
        let said = deadlock(&crowd).unwrap_or_default();
        assert!(said.contains("p13 (pid 13) and 2 more wait for a lock"), "{said}");
        // Where only one other has it, that one must release it.
        hang.processes[1].doing = lock(&[10]);
        assert_eq!(hang.circle(), [10, 11]);
    }

    proptest! {
        #[test]
        fn deadlocked_ones_wait_for_deadlocked_ones_alone(
            edges in proptest::collection::vec((0..12_i32, proptest::collection::vec(0..12_i32, 0..4)), 0..12),
            free in proptest::collection::btree_set(0..12_i32, 0..4),
        ) {
            let process = |(pid, writers): &(i32, Vec<i32>)| {
                let pid = *pid + 100;
                let writers: Vec<i32> = writers.iter().map(|writer| writer + 100).collect();
                let doing = match writers.len() {
                    _ if free.contains(&(pid - 100)) => Doing::Running,
                    0 => waits(On::Signals { wanted: Vec::new(), pending: Vec::new(), before: Vec::new() }),
                    _ => waits(pipe(pid, &writers)),
                };
                standing(pid, doing)
            };
            let hang = Hang { processes: edges.iter().map(process).collect() };
            let stuck = hang.deadlocked();
            for pid in &stuck {
                prop_assert!(!free.contains(&(pid - 100)));
            }
            let ring = hang.circle();
            prop_assert!(ring.iter().all(|pid| stuck.contains(pid)));
            let unique: std::collections::BTreeSet<_> = ring.iter().collect();
            prop_assert_eq!(unique.len(), ring.len());
        }
    }
}
