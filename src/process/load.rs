//! How busy the machine is, and how long who wants a processor waits for one: proc_stat(5), and `/proc/PID/schedstat` of the kernel's
//! `sched-stats.rst`.

use super::clock::SECOND;
use super::proc_file::setting;

/// What processors have had to do until now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idle {
    /// How many they are.
    pub processors: u32,
    /// Nanoseconds in which they had nothing to do, of all of them together; in steps of 10 ms for each.
    pub time: i64,
}

/// Of these processors; none where the kernel does not say.
#[must_use]
pub fn idle(processors: &[usize]) -> Option<Idle> {
    parse_idle(&setting("/proc/stat")?, processors)
}

/// Who waits for a disk leaves its processor free. What a hypervisor gave to others (`steal`) is none of it.
fn parse_idle(text: &str, processors: &[usize]) -> Option<Idle> {
    let tick = SECOND / i64::try_from(rustix::param::clock_ticks_per_second()).ok()?.max(1);
    let mut found = Idle { processors: 0, time: 0 };
    for line in text.lines() {
        let mut words = line.split_ascii_whitespace();
        let Some(number) = words.next().and_then(|word| word.strip_prefix("cpu")) else { break };
        // The first line is of all together.
        let Ok(number) = number.parse::<usize>() else { continue };
        if processors.contains(&number) {
            let mut ticks = words.skip(3).map(|word| word.parse::<i64>().ok());
            let free = ticks.next()??.saturating_add(ticks.next()??);
            found.processors += 1;
            found.time = found.time.saturating_add(free.saturating_mul(tick));
        }
    }
    (found.processors > 0).then_some(found)
}

/// Nanoseconds that the living threads of a process, of which it has so many, have waited for a processor; none where it is gone, or the
/// kernel does not count it.
#[must_use]
pub fn waited(pid: i32, threads: i64) -> Option<i64> {
    if threads <= 1 {
        return parse_waited(&setting(&format!("/proc/{pid}/schedstat"))?);
    }
    let all = std::fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let path =
        |thread: std::fs::DirEntry| format!("/proc/{pid}/task/{}/schedstat", thread.file_name().display());
    let each = all.filter_map(|thread| parse_waited(&setting(&path(thread.ok()?))?));
    Some(each.fold(0, i64::saturating_add))
}

/// The words are: time on a processor, time in wait of one, turns.
fn parse_waited(text: &str) -> Option<i64> {
    text.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Idle, idle, parse_idle, parse_waited, waited};

    const STAT: &str = "cpu  9 9 9 30 12 0 0 7 0 0\ncpu0 4 4 4 10 5 0 0 3 0 0\ncpu1 3 3 3 15 6 0 0 3 0 0\n\
        cpu7 2 2 2 5 1 0 0 1 0 0\nintr 1 2 3\ncpu9 x\n";

    #[test]
    fn processors_that_are_not_ours_count_for_nothing() {
        let found = |processors: &[usize]| parse_idle(STAT, processors);
        assert_eq!(found(&[0, 1, 7]), Some(Idle { processors: 3, time: 420_000_000 }));
        assert_eq!(found(&[7, 100]), Some(Idle { processors: 1, time: 60_000_000 }));
        assert_eq!((found(&[]), found(&[3])), (None, None));
        assert_eq!(parse_idle("cpu0 1 2 3\n", &[0]), None, "a line is too short");
        assert_eq!(parse_idle("", &[0]), None);
    }

    #[test]
    fn waits_are_the_second_word() {
        assert_eq!(parse_waited("46908 7625 1"), Some(7625));
        assert_eq!((parse_waited("46908"), parse_waited("")), (None, None));
    }

    #[test]
    fn this_machine_says_it() {
        let all: Vec<usize> = (0..4096).collect();
        assert!(idle(&all).is_some_and(|idle| idle.processors > 0));
        let pid = super::super::fork::pid();
        // Test threads run beside this one: either way is one that is read.
        assert_eq!(waited(pid, 1).is_some(), waited(pid, 9).is_some());
        assert_eq!(waited(i32::MAX, 1), None);
    }
}
