//! Why no further process can be started, or no file opened: the kernel says only EAGAIN, ENOMEM or EMFILE, so look which
//! limit is reached.

use super::errno::Errno;
use super::limits::{self, Resource};
use super::proc_file::{all_pids, setting};
use std::fmt;
use std::io::Read;
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
    /// It holds for this process, or for those of its namespaces, and nobody else can have used it up.
    pub own: bool,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, value, used, raise, .. } = self;
        write!(out, "{limit} is {value}, and {used} are in use; to raise it: {raise}")
    }
}

/// The limit that most likely made a fork fail; none where none is nearly reached.
#[must_use]
pub fn explain(errno: Errno) -> Option<Obstacle> {
    let mut known: Vec<Obstacle> =
        if errno == Errno::ENOMEM { memory().into_iter().chain(mappings()).collect() } else { Vec::new() };
    known.extend(user_limit());
    known.extend(machine_limits());
    known.extend(control_groups(&setting("/proc/self/cgroup").unwrap_or_default()));
    nearest(known)
}

/// The limit that most likely made a call for memory fail; none for other errors, or where none is nearly reached.
#[must_use]
pub fn explain_memory(errno: Errno) -> Option<Obstacle> {
    let asked = errno == Errno::ENOMEM;
    asked.then(|| nearest(memory().into_iter().chain(mappings()).collect())).flatten()
}

/// Counts move while they are taken: what is used up to nine tenths is taken for reached.
fn nearest(mut known: Vec<Obstacle>) -> Option<Obstacle> {
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
    Some(Obstacle { limit, value, used, raise, own: true })
}

fn files_of_machine() -> Option<Obstacle> {
    let numbers = setting("/proc/sys/fs/file-nr")?;
    let mut numbers = numbers.split_whitespace().map(|number| number.parse::<u64>().ok());
    let (used, value) = (numbers.next()??, numbers.nth(1)??);
    let raise = "sysctl -w fs.file-max=NUMBER (as root)".to_owned();
    Some(Obstacle { limit: "/proc/sys/fs/file-max".to_owned(), value, used, raise, own: false })
}

/// RLIMIT_NPROC counts the processes and threads of the real user; the kernel does not hold root to it.
fn user_limit() -> Option<Obstacle> {
    let value = limits::get(Resource::Processes).ok()?.soft?;
    let used = tasks_of_user()?;
    let limit = "the limit of processes of this user (RLIMIT_NPROC)".to_owned();
    Some(Obstacle { limit, value, used, raise: "ulimit -u NUMBER".to_owned(), own: has_own_users() })
}

/// The inode of the machine's own user namespace: `PROC_USER_INIT_INO` of the kernel.
const USERS: &str = "user:[4026531837]";

/// Whether the users of this process are those of a user namespace, in which nobody from outside is counted with them.
fn has_own_users() -> bool {
    std::fs::read_link("/proc/self/ns/user").is_ok_and(|namespace| namespace.as_os_str() != USERS)
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
    Some(all_pids().ok()?.into_iter().filter(of_user).map(threads).sum())
}

fn machine_limits() -> Vec<Obstacle> {
    let whole = |name| setting_of_machine(name, threads_of_machine()?);
    pids_of_namespace().or_else(|| whole("pid_max")).into_iter().chain(whole("threads-max")).collect()
}

fn setting_of_machine(name: &str, used: u64) -> Option<Obstacle> {
    let limit = format!("/proc/sys/kernel/{name}");
    let value = setting(&limit)?.parse().ok()?;
    let raise = format!("sysctl -w kernel.{name}=NUMBER (as root)");
    Some(Obstacle { limit, value, used, raise, own: false })
}

/// The inode of the machine's own pid namespace: `PROC_PID_INIT_INO` of the kernel.
const OUTERMOST: &str = "pid:[4026531836]";

/// Since when each pid namespace has a pid_max of its own.
const OWN_PID_MAX: (u64, u64) = (6, 14);

/// In a pid namespace with a pid_max of its own, that counts the processes and threads in there alone, while /proc/loadavg goes on
/// counting the machine's; see pid_namespaces(7). None in the machine's own, or where /proc shows another one. What the namespaces around this one
/// allow cannot be seen from inside.
fn pids_of_namespace() -> Option<Obstacle> {
    let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
    let release = rustix::system::uname();
    let is_own = version(&release.release().to_string_lossy()) >= Some(OWN_PID_MAX);
    let is_shown = std::fs::read_link("/proc/self").ok()?.to_str()?.parse() == Ok(super::fork::pid());
    if namespace.as_os_str() == OUTERMOST || !is_own || !is_shown {
        return None;
    }
    let used = all_pids().ok()?.into_iter().map(threads).sum();
    let Obstacle { limit, value, .. } = setting_of_machine("pid_max", used)?;
    let raise = "sysctl -w kernel.pid_max=NUMBER (as root, in the same container)".to_owned();
    let limit = format!("{limit} of this pid namespace (a container)");
    Some(Obstacle { limit, value, used, raise, own: false })
}

/// The first two numbers of a release such as `6.18.44-arch1`.
fn version(release: &str) -> Option<(u64, u64)> {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn threads(pid: i32) -> u64 {
    std::fs::read_dir(format!("/proc/{pid}/task")).map_or(1, Iterator::count) as u64
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
    Some(Obstacle { limit: file, value, used, raise, own: false })
}

/// How many pieces the memory of this process may be mapped in; see proc_sys_vm(5). Processes that it has started count for nothing there,
/// but each queue is a piece of its own.
fn mappings() -> Option<Obstacle> {
    let limit = "/proc/sys/vm/max_map_count".to_owned();
    let value = setting(&limit)?.parse().ok()?;
    let used = lines("/proc/self/maps")?;
    let raise = "sysctl -w vm.max_map_count=NUMBER (as root)".to_owned();
    Some(Obstacle { limit, value, used, raise, own: true })
}

/// Counts the lines of a file, which may be long where there is no memory to be had.
fn lines(path: &str) -> Option<u64> {
    let mut file = std::fs::File::open(path).ok()?;
    let (mut buffer, mut lines) = ([0; 4096], 0);
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Some(lines),
            Ok(length) => lines += memchr::memchr_iter(b'\n', &buffer[..length]).count() as u64,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
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
        own: false,
    })
}

#[cfg(test)]
mod tests {
    use super::{control_groups, explain, explain_files, explain_memory, mappings, version};
    use crate::process::Errno;

    #[test]
    fn an_idle_machine_has_no_obstacle_for_eagain() {
        assert_eq!(explain(Errno::EAGAIN), None);
    }

    #[test]
    fn releases_are_read() {
        assert_eq!(version("6.18.44-fc-v782"), Some((6, 18)));
        assert_eq!(version("6.9-rc1"), Some((6, 9)));
        assert!(version("7.0") > Some((6, 14)));
        for odd in ["", "x.y", "6"] {
            assert_eq!(version(odd), None, "{odd}");
        }
    }

    #[test]
    fn memory_is_looked_at_where_it_is_what_is_missing() {
        assert_eq!(explain_memory(Errno::EAGAIN), None);
        assert!(mappings().is_some_and(|pieces| pieces.used > 3 && pieces.used < pieces.value));
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
