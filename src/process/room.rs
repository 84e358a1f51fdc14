//! Why no further process can be started, or no file opened: the kernel says only EAGAIN, ENOMEM or EMFILE, so look which
//! limit is reached.

use super::errno::Errno;
use super::limits::{self, Resource};
use super::proc_file::{all_pids, setting};
use std::fmt;
use std::os::unix::fs::MetadataExt;

/// A limit that stands in the way of a fork, or of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// Which limit, as a person would look for it.
    pub limit: String,
    pub value: u64,
    /// How much of it is used, where that can be known.
    pub used: u64,
    /// What raises it.
    pub raise: String,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, value, used, raise } = self;
        write!(out, "{limit} is {value}, and {used} are in use; to raise it: {raise}")
    }
}

/// The limit that most likely made a fork fail; none where none is nearly reached.
#[must_use]
pub fn explain(errno: Errno) -> Option<Obstacle> {
    let mut known = if errno == Errno::ENOMEM { memory().into_iter().collect() } else { Vec::new() };
    known.extend(user_limit());
    known.extend(machine_limits());
    known.extend(control_groups(&setting("/proc/self/cgroup").unwrap_or_default()));
    // Counts move while they are taken: what is used up to nine tenths is taken for reached.
    known.retain(|obstacle| obstacle.used.saturating_mul(10) >= obstacle.value.saturating_mul(9));
    known.into_iter().max_by_key(|obstacle| obstacle.used.saturating_mul(1000) / obstacle.value.max(1))
}

/// The limit that makes the kernel say EMFILE or ENFILE; none for other errors. It opens nothing but for ENFILE, where
/// somebody else's files are too many.
#[must_use]
pub fn explain_files(errno: Errno) -> Option<Obstacle> {
    match errno {
        Errno::EMFILE => files_of_process(),
        Errno::ENFILE => files_of_machine(),
        _ => None,
    }
}

fn files_of_process() -> Option<Obstacle> {
    /// More descriptors than this are not counted one by one.
    const COUNTED: u64 = 1 << 20;
    let limits::Pair { soft, hard } = limits::get(Resource::Files).ok()?;
    let value = soft?;
    // SAFETY: F_GETFD only looks.
    let is_open = |fd: &u64| unsafe { libc::fcntl(*fd as i32, libc::F_GETFD) } != -1;
    let used = if value > COUNTED { value } else { (0..value).filter(is_open).count() as u64 };
    let raise = match hard {
        Some(hard) if hard <= value => "`ulimit -Hn NUMBER`, which only root may raise".to_owned(),
        Some(hard) => format!("`ulimit -n NUMBER` before proctor is started, up to {hard}"),
        None => "`ulimit -n NUMBER` before proctor is started".to_owned(),
    };
    let limit = "the limit of open files of a process (RLIMIT_NOFILE)".to_owned();
    Some(Obstacle { limit, value, used, raise })
}

fn files_of_machine() -> Option<Obstacle> {
    let numbers = setting("/proc/sys/fs/file-nr")?;
    let mut numbers = numbers.split_whitespace().map(|number| number.parse::<u64>().ok());
    let (used, value) = (numbers.next()??, numbers.nth(1)??);
    let raise = "sysctl -w fs.file-max=NUMBER (as root)".to_owned();
    Some(Obstacle { limit: "/proc/sys/fs/file-max".to_owned(), value, used, raise })
}

/// RLIMIT_NPROC counts the processes and threads of the real user; the kernel does not hold root to it.
fn user_limit() -> Option<Obstacle> {
    let value = limits::get(Resource::Processes).ok()?.soft?;
    let used = tasks_of_user()?;
    let limit = "the limit of processes of this user (RLIMIT_NPROC)".to_owned();
    Some(Obstacle { limit, value, used, raise: "ulimit -u NUMBER".to_owned() })
}

/// How many processes and threads this user has, as RLIMIT_NPROC counts them; none for root, whom it does not hold.
#[must_use]
pub fn tasks_of_user() -> Option<u64> {
    // SAFETY: getuid always succeeds.
    let user = unsafe { libc::getuid() };
    if user == 0 {
        return None;
    }
    let of_user = |pid: &i32| std::fs::metadata(format!("/proc/{pid}")).is_ok_and(|file| file.uid() == user);
    let threads = |pid: i32| std::fs::read_dir(format!("/proc/{pid}/task")).map_or(1, Iterator::count) as u64;
    Some(all_pids().ok()?.into_iter().filter(of_user).map(threads).sum())
}

fn machine_limits() -> Vec<Obstacle> {
    let Some(used) = threads_of_machine() else { return Vec::new() };
    let names = ["pid_max", "threads-max"];
    let obstacle = |name: &str| {
        let value = setting(&format!("/proc/sys/kernel/{name}"))?.parse().ok()?;
        let raise = format!("sysctl -w kernel.{name}=NUMBER (as root)");
        Some(Obstacle { limit: format!("/proc/sys/kernel/{name}"), value, used, raise })
    };
    names.into_iter().filter_map(obstacle).collect()
}

/// The fourth word of /proc/loadavg is `running/all`, counting threads.
fn threads_of_machine() -> Option<u64> {
    setting("/proc/loadavg")?.split(' ').nth(3)?.split_once('/')?.1.parse().ok()
}

/// pids.max of our control group and of those above it, in version 1 or 2; see cgroups(7). `groups` is /proc/self/cgroup.
fn control_groups(groups: &str) -> Vec<Obstacle> {
    let mut found = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':');
        let (_, controllers, Some(path)) = (parts.next(), parts.next().unwrap_or_default(), parts.next())
        else {
            continue;
        };
        let root = if controllers.is_empty() {
            "/sys/fs/cgroup"
        } else if controllers.split(',').any(|controller| controller == "pids") {
            "/sys/fs/cgroup/pids"
        } else {
            continue;
        };
        let mut path = path.trim_end_matches('/');
        loop {
            found.extend(control_group(&format!("{root}{path}")));
            let Some((above, _)) = path.rsplit_once('/') else { break };
            path = above;
        }
    }
    found
}

fn control_group(directory: &str) -> Option<Obstacle> {
    let file = format!("{directory}/pids.max");
    // `max`: no limit.
    let value = setting(&file)?.parse().ok()?;
    let used = setting(&format!("{directory}/pids.current"))?.parse().ok()?;
    let raise = format!("echo NUMBER > {file} (as root), or TasksMax= of the systemd unit");
    Some(Obstacle { limit: file, value, used, raise })
}

/// Memory in KiB, where hardly any is left.
fn memory() -> Option<Obstacle> {
    let text = setting("/proc/meminfo")?;
    let number = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key))?;
        line.trim().trim_end_matches(" kB").parse::<u64>().ok()
    };
    let (value, available) = (number("MemTotal:")?, number("MemAvailable:")?);
    let raise = "end other programs, or start fewer processes".to_owned();
    Some(Obstacle {
        limit: "the machine's memory in KiB".to_owned(),
        value,
        used: value - available.min(value),
        raise,
    })
}

#[cfg(test)]
mod tests {
    use super::{control_groups, explain, explain_files};
    use crate::process::Errno;

    #[test]
    fn an_idle_machine_has_no_obstacle_for_eagain() {
        assert_eq!(explain(Errno::EAGAIN), None);
    }

    #[test]
    fn the_limit_of_files_has_a_value_and_a_use() {
        assert_eq!(explain_files(Errno::ENOENT), None);
        let obstacle = explain_files(Errno::EMFILE).expect("there is a limit");
        assert!(obstacle.used > 2 && obstacle.used <= obstacle.value, "{obstacle}");
        assert!(obstacle.to_string().contains("ulimit -"), "{obstacle}");
    }

    #[test]
    fn odd_group_files_are_passed_over() {
        assert!(control_groups("x\n::\n9:cpu:/a\n0::/no/such/group\n8:pids:/no/such\n").is_empty());
    }
}
