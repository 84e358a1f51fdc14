//! One glance at a process: each thread's state, the call that it is in, and how often it has slept, from /proc.
//! See proc_pid_stat(5), proc_pid_syscall(5), proc_pid_status(5).

use super::place::{Place, place};
use super::registers;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;

/// How many threads of one process are looked at.
const THREADS: usize = 256;

/// What is seen of a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    pub tid: i32,
    /// `R S D T t Z X I`.
    pub state: char,
    pub place: Place,
    /// How often it has gone to sleep of itself: whoever was woken and sleeps again is not the same sleeper.
    sleeps: u64,
}

/// The threads of a process, the first one first; none where it is gone.
pub fn glance(pid: i32) -> Vec<Glance> {
    let mut tids: Vec<i32> = fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .take(THREADS)
        .collect();
    tids.sort_unstable_by_key(|tid| (*tid != pid, *tid));
    tids.into_iter().filter_map(|tid| thread(pid, tid)).collect()
}

fn thread(pid: i32, tid: i32) -> Option<Glance> {
    let status = text(&format!("/proc/{pid}/task/{tid}/status"))?;
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let state = field("State:")?.chars().next()?;
    let traced = (state == 't').then(|| registers::place(tid)).flatten();
    Some(Glance {
        tid,
        state,
        sleeps: field("voluntary_ctxt_switches:").and_then(|count| count.parse().ok()).unwrap_or(0),
        place: traced.unwrap_or_else(|| place(pid, tid)),
    })
}

/// The function of the kernel in which a thread sleeps; empty where we may not know.
pub fn kernel_function(pid: i32, tid: i32) -> String {
    text(&format!("/proc/{pid}/task/{tid}/wchan")).unwrap_or_default()
}

/// A small file of /proc as text, whatever bytes it has.
pub fn text(path: &str) -> Option<String> {
    Some(String::from_utf8_lossy(&fs::read(path).ok()?).into_owned())
}

/// Whether it runs code of a 32-bit machine, whose calls have other numbers.
pub fn has_other_numbers(pid: i32) -> bool {
    /// `EI_CLASS` of elf(5) and its value for 64 bits.
    const CLASS: (u64, u8) = (4, 2);
    let mut byte = [0];
    File::open(format!("/proc/{pid}/exe"))
        .is_ok_and(|exe| exe.read_exact_at(&mut byte, CLASS.0).is_ok() && byte[0] != CLASS.1)
}
