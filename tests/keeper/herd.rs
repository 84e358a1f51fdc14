//! What the test knows of the processes that a guarded program started: who they are, and whether all are gone.

use super::level;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::time::{Duration, Instant};

/// A process, told from a later one with its pid by the time of its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    pub pid: i32,
    pub start: u64,
    /// The pipe to the test, by its number, of one that has told of itself.
    pipe: Option<u64>,
}

/// The test's end of the pipe that all of them hold.
#[derive(Debug)]
pub struct Herd {
    pipe: OwnedFd,
    buffer: Vec<u8>,
    pub members: Vec<Member>,
    /// What was said that is not a process.
    pub words: Vec<String>,
    ended: bool,
}

impl Herd {
    pub fn new(pipe: OwnedFd) -> Self {
        Self { pipe, buffer: Vec::new(), members: Vec::new(), words: Vec::new(), ended: false }
    }

    /// Reads until the condition holds or the time is over; whether it holds.
    pub fn until(&mut self, longest: Duration, mut holds: impl FnMut(&Self) -> bool) -> bool {
        let deadline = Instant::now() + longest;
        loop {
            if holds(self) {
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if self.ended || left.is_zero() {
                return false;
            }
            self.read(left);
        }
    }

    /// Reads what has been told by now.
    pub fn drain(&mut self) {
        while !self.ended && self.read(Duration::ZERO) {}
    }

    /// Whether there was something to read within the time, were it the end.
    fn read(&mut self, longest: Duration) -> bool {
        let time = Timespec { tv_sec: longest.as_secs() as i64, tv_nsec: i64::from(longest.subsec_nanos()) };
        if poll(&mut [PollFd::new(&self.pipe, PollFlags::IN)], Some(&time)).unwrap_or(0) == 0 {
            return false;
        }
        let mut bytes = [0; 4096];
        let length = rustix::io::read(&self.pipe, &mut bytes).unwrap_or(0);
        self.ended = length == 0;
        self.buffer.extend_from_slice(&bytes[..length]);
        while let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.buffer.drain(..=end).collect();
            self.take(String::from_utf8_lossy(&line).trim());
        }
        true
    }

    fn take(&mut self, line: &str) {
        match line.split_once(' ').map(|(pid, start)| (pid.parse(), start.parse())) {
            Some((Ok(pid), Ok(start))) => {
                let pipe = rustix::fs::fstat(&self.pipe).ok().map(|facts| facts.st_ino);
                self.members.push(Member { pid, start, pipe });
            }
            _ => self.words.push(line.to_owned()),
        }
    }

    pub fn said(&self, word: &str) -> bool {
        self.words.iter().any(|said| said == word)
    }

    /// Whether all are gone within the time: nobody holds the pipe, and none of those told is even a zombie. Of a run that is
    /// contained the pids told mean nobody here, and the pipe is the proof; zombies end with their namespace.
    pub fn is_gone(&mut self, longest: Duration) -> bool {
        self.drain();
        let deadline = Instant::now() + longest;
        self.until(longest, |herd| herd.ended)
            && loop {
                if !self.members.iter().any(Member::is_there) {
                    break true;
                }
                if Instant::now() > deadline {
                    break false;
                }
                std::thread::yield_now();
            }
    }

    /// Whether within the time none lives: nobody holds the pipe. Zombies are left to whoever adopted them.
    pub fn until_none_lives(&mut self, longest: Duration) -> bool {
        self.until(longest, |herd| herd.ended)
    }

    /// Whether everyone is there who has told of itself, be it as a zombie.
    pub fn all_are_there(&self) -> bool {
        if !level::is_contained() {
            return self.members.iter().all(Member::is_there);
        }
        let pids = std::fs::read_dir("/proc").expect("/proc").flatten();
        let here: Vec<(i32, u64)> = pids
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter_map(|pid| Some((inside(pid)?, member(pid)?.start)))
            .collect();
        self.members.iter().all(|member| here.contains(&(member.pid, member.start)))
    }

    /// Those that are still there, by what the kernel says of them.
    pub fn left(&self) -> Vec<String> {
        self.members.iter().filter(|member| member.is_there()).map(|member| member.describe()).collect()
    }

    /// Ends what a negative control has left behind on purpose.
    pub fn clean_up(&mut self) {
        assert!(self.try_to_clean_up(), "cannot clean up: {:?}", self.left());
    }

    /// The same where nobody may panic. Gives whether all are gone.
    pub fn try_to_clean_up(&mut self) -> bool {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.is_gone(Duration::from_millis(50)) {
            if Instant::now() >= deadline {
                return false;
            }
            self.members.iter().for_each(Member::end);
        }
        true
    }
}

impl Member {
    /// Whether it exists, as a zombie too.
    pub fn is_there(&self) -> bool {
        std::fs::read_to_string(format!("/proc/{}/stat", self.pid))
            .is_ok_and(|stat| start_of(&stat) == Some(self.start))
    }

    /// Whether it exists and is no zombie.
    pub fn is_alive(&self) -> bool {
        std::fs::read_to_string(format!("/proc/{}/stat", self.pid)).is_ok_and(|stat| {
            start_of(&stat) == Some(self.start) && !matches!(fields(&stat).next(), Some("Z" | "X"))
        })
    }

    pub fn end(&self) {
        self.here().into_iter().for_each(|member| member.end_here());
    }

    /// Of a process that told its pid inside a namespace: as we see it. The start is the same, as it may be of another run's
    /// process with the same pid in there: but it does not hold this pipe. Among tests of runs that are contained, a control's
    /// is not, and told the pid that we see.
    pub fn here(&self) -> Option<Self> {
        // Whom we found ourselves has the pid that we see.
        let Some(pipe) = self.pipe.filter(|_| level::is_contained()) else { return Some(*self) };
        let pids = std::fs::read_dir("/proc").expect("/proc").flatten();
        let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        pids.filter(|pid| inside(*pid) == Some(self.pid))
            .filter_map(member)
            .find(|member| member.start == self.start && holds(member.pid, pipe))
            .or_else(|| Some(*self).filter(|member| member.is_there() && holds(member.pid, pipe)))
    }

    fn end_here(&self) {
        let Some(held) = Pid::from_raw(self.pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok())
        else {
            return;
        };
        if self.is_there() {
            let _ = pidfd_send_signal(held, Signal::KILL);
        }
    }

    fn describe(&self) -> String {
        std::fs::read_to_string(format!("/proc/{}/stat", self.pid)).unwrap_or_default().trim().to_owned()
    }
}

/// Whether the process with this pid holds the pipe: proc_pid_fd(5).
fn holds(pid: i32, pipe: u64) -> bool {
    let pipe = format!("pipe:[{pipe}]");
    let held = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    held.filter_map(|fd| std::fs::read_link(fd.path()).ok()).any(|to| to.as_os_str() == pipe.as_str())
}

/// The pid of a process in its own namespace, where that is another one: `NSpid` of proc_pid_status(5).
fn inside(pid: i32) -> Option<i32> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("NSpid:"))?
        .split_whitespace()
        .skip(1)
        .last()?
        .parse()
        .ok()
}

/// The process that has this pid now.
pub fn member(pid: i32) -> Option<Member> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(Member { pid, start: start_of(&stat)?, pipe: None })
}

/// A process's children: proc(5).
pub fn children(pid: i32) -> Vec<i32> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    text.split_whitespace().filter_map(|child| child.parse().ok()).collect()
}

/// The keeper below this guard and the scenario's process, as far as they are there yet.
pub fn keeper_and_scenario(guard: i32) -> (Option<i32>, Option<i32>) {
    let keeper = children(guard).first().copied();
    (keeper, keeper.and_then(|keeper| children(keeper).first().copied()))
}

/// The fields of /proc/PID/stat from the state on: the command before them may hold anything.
pub fn fields(stat: &str) -> impl Iterator<Item = &str> {
    stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace()
}

/// How a process is scheduled: sched(7).
pub fn policy(pid: i32) -> Option<i32> {
    fields(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?).nth(38)?.parse().ok()
}

/// The time of a process's start, in ticks.
pub fn start_of(stat: &str) -> Option<u64> {
    fields(stat).nth(19)?.parse().ok()
}
