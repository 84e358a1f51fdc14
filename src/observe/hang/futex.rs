//! What a wait for a word of memory is for; see futex(2). The kernel knows no owner of an ordinary lock: it is read out of
//! the C library's own record of it, and believed only where all of that fits.

use super::case::Case;
use super::glance::text;
use super::memory::Memory;
use crate::event::hang::{Holder, Kin, On, Shared, Who};
use crate::observe::proc::thread_group;
use crate::process::proc_file::all_pids;

/// Of linux/futex.h.
const COMMAND: u64 = 0x7f;
const PRIVATE: u64 = 0x80;
const PRIORITY: [u64; 2] = [6, 13];
const WAITERS: u32 = 0x8000_0000;
const TID: u32 = 0x3fff_ffff;

/// A futex call's arguments, and who made it.
pub struct Call<'a> {
    pub pid: i32,
    pub tid: i32,
    pub threads: &'a [i32],
    pub args: [u64; 6],
    pub memory: &'a Memory,
}

pub fn on(case: &Case<'_>, call: &Call<'_>) -> On {
    let address = call.args[0];
    let word = call.memory.u32(address);
    let is_private = call.args[1] & PRIVATE != 0;
    if let Some(word) = word
        && let Ok(tid) = i32::try_from(word)
        && !is_private
        && u64::from(word) == call.args[2] & 0xffff_ffff
        && tid != call.tid
        && call.threads.contains(&tid)
    {
        // pthread_join(3) waits for the kernel to clear the place where the thread's number is.
        return On::Thread(tid);
    }
    let shared = shared(case, call, is_private);
    let holder = owner(call, word).map(|tid| holder(case, call, &shared, tid));
    On::Futex { holder, shared }
}

/// The thread that has the lock, where it is one that says so.
fn owner(call: &Call<'_>, word: Option<u32>) -> Option<i32> {
    let (word, value) = (word?, call.args[2] as u32);
    let in_word = PRIORITY.contains(&(call.args[1] & COMMAND)) || value & WAITERS != 0;
    if in_word {
        return i32::try_from(word & TID).ok().filter(|tid| *tid > 0);
    }
    // pthread_mutex_t of the GNU C library on 64-bit machines: lock, count, owner, users, kind. A lock that somebody waits
    // for is 2, its owner a tid, its users at least one, and its kind a small number and a few flags.
    if (word, value) != (2, 2) {
        return None;
    }
    let at = |offset| call.memory.u32(call.args[0].checked_add(offset)?);
    let (count, owner, users, kind) = (at(4)?, at(8)?, at(12)?, at(16)?);
    let fits = count < 0x1_0000 && (1..=0x1_0000).contains(&users) && kind & !0x1ff == 0 && kind & 0xf <= 3;
    i32::try_from(owner).ok().filter(|owner| fits && *owner > 0 && *owner <= 0x40_0000)
}

fn holder(case: &Case<'_>, call: &Call<'_>, shared: &Shared, tid: i32) -> Holder {
    let thread =
        |kind| Holder { who: Who { pid: tid, name: "a process".to_owned() }, fd: -1, kind, both: false };
    if tid == call.tid {
        return case.holder(call.pid, call.pid, -1);
    }
    if call.threads.contains(&tid) {
        return thread(Kin::Thread);
    }
    // Whose thread it is: /proc knows the threads of others by their numbers too.
    match (thread_group(tid), shared) {
        // A copy that fork() made of a lock that another had then.
        (_, Shared::Threads(_)) => thread(Kin::Forked),
        (Some(pid), _) => case.holder(call.pid, pid, -1),
        (None, _) => thread(Kin::Ended),
    }
}

/// Who else sees the word.
fn shared(case: &Case<'_>, call: &Call<'_>, is_private: bool) -> Shared {
    let alone = Shared::Threads(u32::try_from(call.threads.len()).unwrap_or(u32::MAX));
    if is_private {
        return alone;
    }
    let Some(name) = mapping(call.pid, call.args[0]) else { return alone };
    let maps = |pid: &i32| *pid != call.pid && has_mapping(*pid, &name);
    let pids = all_pids().unwrap_or_default();
    Shared::With(pids.into_iter().filter(maps).map(|pid| case.who(pid)).collect())
}

/// The device and inode of the shared memory at an address; none where it is the process's own. See proc_pid_maps(5).
fn mapping(pid: i32, address: u64) -> Option<String> {
    let maps = text(&format!("/proc/{pid}/maps"))?;
    maps.lines().find_map(|line| {
        let (range, flags, object) = parts(line)?;
        let (start, end) = range.split_once('-')?;
        let hex = |text| u64::from_str_radix(text, 16).ok();
        let within = (hex(start)?..hex(end)?).contains(&address);
        (within && flags.ends_with('s')).then_some(object)
    })
}

/// The range, the flags, and device and inode together.
fn parts(line: &str) -> Option<(&str, &str, String)> {
    let mut fields = line.split_ascii_whitespace();
    let (range, flags, _offset) = (fields.next()?, fields.next()?, fields.next()?);
    Some((range, flags, format!("{} {}", fields.next()?, fields.next()?)))
}

fn has_mapping(pid: i32, object: &str) -> bool {
    let maps = text(&format!("/proc/{pid}/maps")).unwrap_or_default();
    maps.lines()
        .any(|line| parts(line).is_some_and(|(_, flags, found)| flags.ends_with('s') && found == object))
}
